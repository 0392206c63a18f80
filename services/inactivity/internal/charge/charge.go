// Package charge says whether the battery of somebody's phone is low, and when that is over. It does no I/O.
//
// A battery is low when its phone does not charge and its charge, in whole percent, is at or under a limit. That is over when the phone
// charges, or when its charge is more than Margin above the limit: so a charge that goes up and down around the limit is told of once.
//
// Of several phones of a user one counts: the one with which its shift began if it reports, else the one that reported last. A low
// battery that lasts is of its phone, whatever the others say.
package charge

import (
	"time"

	"github.com/terreno/terreno/proto/alert"
)

const (
	// Margin is how many percent above the limit a charge must rise.
	Margin = 5
	// Pause is how long after the end of a low battery nobody is told of another of the same user: the plug may be loose.
	Pause = 30 * time.Minute
)

// Reading is what a device said of its battery. Level is 0 to 1.
type Reading struct {
	Device   string
	At       time.Time
	Level    float32
	Charging bool
}

// low says that the battery is low; half a percent counts as the next whole one.
func (r Reading) low(limit int) bool { return !r.Charging && float64(r.Level)*100 < float64(limit)+0.5 }

// over says that the battery is no longer low.
func (r Reading) over(limit int) bool {
	return r.Charging || float64(r.Level)*100 >= float64(limit+Margin)+0.5
}

// newer orders readings. Of two at the same instant the one that charges counts.
func (r Reading) newer(o Reading) bool {
	return r.At.After(o.At) || r.At.Equal(o.At) && r.Charging && !o.Charging
}

// Low returns the reading that counts, of those from an instant on; ok is false if the battery is not low. first is the device with which
// the shift began, empty if nobody knows.
func Low(list []Reading, first string, from time.Time, limit int) (counts Reading, ok bool) {
	for _, r := range list {
		switch own, has := r.Device == first, ok && counts.Device == first; {
		case r.At.Before(from), ok && first != "" && has && !own:
		case !ok, first != "" && own && !has, r.newer(counts):
			counts, ok = r, true
		}
	}
	return counts, ok && counts.low(limit)
}

// Lasting is a low battery that people know of: of a device, since a reading, with a limit.
type Lasting struct {
	Device string
	Base   time.Time
	Limit  int
}

// End says when and why a low battery ended; the reason is empty while it lasts. limit is the one that holds now. Who lowered it wants to
// be told only when the charge is as low as that.
func (l Lasting) End(list []Reading, limit int, now time.Time) (at time.Time, reason string) {
	var counts *Reading
	for i, r := range list {
		if r.Device == l.Device && !r.At.Before(l.Base) && (counts == nil || r.newer(*counts)) {
			counts = &list[i]
		}
	}
	switch {
	case counts == nil:
		return at, ""
	case counts.At.After(l.Base) && counts.over(max(l.Limit, limit)):
		return counts.At, alert.EndCharged
	case limit < l.Limit && !counts.low(limit):
		return now, alert.EndSettingsChanged
	}
	return at, ""
}
