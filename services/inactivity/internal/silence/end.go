package silence

import (
	"time"

	"github.com/terreno/terreno/proto/alert"
)

// MaxCatchUp is how long a silence waits at most for a phone that sends what it recorded before.
const MaxCatchUp = 10 * time.Minute

// fresh is how old a position may be when we receive it, so that the phone has nothing older to send.
const fresh = 2 * time.Minute

// Why somebody is expected to report.
const (
	ByShift  = "shifts"
	ByHours  = "hours"
	ByAlways = "always"
)

// Lasting is a silence that people know of.
type Lasting struct {
	// Base is from when it counts, By why the person was expected, and After how long it could be silent.
	Base  time.Time
	By    string
	After time.Duration
	// Back is when the person was seen again, zero if it was not.
	Back time.Time
}

// Now is how the person is now.
type Now struct {
	// Gone says that the user or its company no longer works here.
	Gone            bool
	OnShift, Paused bool
	// InHours says that the hours of work last.
	InHours bool
	// By is why the person would be expected.
	By string
	// Since is when the shift, or what follows its last pause, began.
	Since time.Time
	// Contact is when something was received last, and Recorded of the newest position.
	Contact, Recorded time.Time
	After             time.Duration
}

// Ending is what becomes of a silence. Without a Reason it lasts; Back is then when the person was seen again.
type Ending struct {
	Reason string
	At     time.Time
	Back   time.Time
}

// End judges a silence that lasts. A return is Returned here: whether it explains the silence, the tracks say.
func End(l Lasting, n Now, now time.Time) Ending {
	back := l.Back
	if back.IsZero() && n.Contact.After(l.Base) {
		back = n.Contact
	}
	switch {
	case n.Gone:
		return Ending{Reason: alert.EndUserLeft, At: now}
	case !back.IsZero():
		// The phone may still send what it recorded meanwhile.
		if n.Contact.Sub(n.Recorded) > fresh && now.Sub(back) < min(MaxCatchUp, n.After) {
			return Ending{Back: back}
		}
		return Ending{Reason: alert.EndReturned, At: back}
	case n.By != l.By:
		return Ending{Reason: alert.EndSettingsChanged, At: now}
	case n.By == ByShift && !n.OnShift, n.By == ByHours && !n.InHours:
		return Ending{Reason: alert.EndShiftEnded, At: now}
	case n.Paused:
		return Ending{Reason: alert.EndPaused, At: now}
	case n.By != ByAlways && n.Since.After(l.Base):
		return Ending{Reason: alert.EndShiftEnded, At: now} // and another one began
	case n.After > l.After && now.Sub(l.Base) < n.After: // and not a clock that is behind that of another replica
		return Ending{Reason: alert.EndSettingsChanged, At: now}
	}
	return Ending{}
}

// IsExplained says whether a person was reporting all along: recorded are the instants of what was recorded from base to until, in
// order. The first comes within after of base, each within after of the one before, and until within after of the last.
func IsExplained(base, until time.Time, after time.Duration, recorded []time.Time) bool {
	last := base
	for _, at := range recorded {
		if at.Sub(last) >= after {
			return false
		}
		last = at
	}
	return len(recorded) > 0 && until.Sub(last) < after
}
