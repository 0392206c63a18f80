package notice

import (
	"errors"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
)

// Preferences are what a person decided about being told. The zero value is of somebody who decided nothing.
type Preferences struct {
	// Language is one of Languages, or empty for the language of the devices.
	Language string
	// Off are the kinds that no device is told of.
	Off []string
	// Quiet are the hours in which no device is told of anything that is not urgent.
	Quiet Quiet
	// Version rises with every change; 0 before the first.
	Version int64
}

// Quiet is a part of each day, by local times such as 22:00. It begins at From and ends before Until, on the next day if Until is the
// earlier time. Both are empty if there is none.
type Quiet struct{ From, Until string }

// What can be wrong with preferences.
var (
	ErrLanguage = errors.New("there are no texts in this language")
	ErrKind     = errors.New("there is no such kind of notification, or nobody can turn it off")
	ErrQuiet    = errors.New("quiet hours need two different times of day, such as 22:00 and 07:00")
)

// MayBeOff says whether people can turn a kind off. A call for help reaches everybody whom it is for.
func MayBeOff(kind string) bool { return kind != KindPanic && slices.Contains(Kinds(), kind) }

// Check returns one of the errors above, or nil.
func (p Preferences) Check() error {
	if p.Language != "" && !slices.Contains(Languages, p.Language) {
		return ErrLanguage
	}
	for _, kind := range p.Off {
		if !MayBeOff(kind) {
			return ErrKind
		}
	}
	if q := p.Quiet; q != (Quiet{}) && (!schedule.IsLocalTime(q.From) || !schedule.IsLocalTime(q.Until) || q.From == q.Until) {
		return ErrQuiet
	}
	return nil
}

// Holds says whether an instant is in the quiet hours. It looks at what a clock on the wall shows. So an hour that the clocks skip is
// not missed, and one that they show twice is quiet twice.
func (q Quiet) Holds(at time.Time, zone *time.Location) bool {
	if q == (Quiet{}) {
		return false
	}
	now := at.In(zone).Format("15:04")
	if q.From < q.Until {
		return q.From <= now && now < q.Until
	}
	return now >= q.From || now < q.Until
}

// Skips returns why no device is told of a notice at an instant, or an empty text.
func (p Preferences) Skips(n Notice, at time.Time, zone *time.Location) string {
	switch {
	case slices.Contains(p.Off, n.Kind) && MayBeOff(n.Kind):
		return SkippedOff
	case !n.Until.IsZero() && !at.Before(n.Until):
		return SkippedExpired
	case !n.Urgent && n.Kind != KindPanic && p.Quiet.Holds(at, zone):
		return SkippedQuiet
	}
	return ""
}
