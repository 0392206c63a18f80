package series

import (
	"time"

	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

// Ahead is how many local days before its date a visit is made.
const Ahead = 14

// Times are the window of each visit: from a local time until another, the next day's when it is not later. Both are empty for a
// whole day, until its close.
type Times struct{ From, Until string }

// Window returns the window of the visit of a date.
func (t Times) Window(c day.Close, date string) (visit.Window, error) {
	if t.From == "" {
		return c.Window(date)
	}
	return c.Times(date, t.From, t.Until)
}

// Planned is the visit of a date.
type Planned struct {
	Date   string
	Window visit.Window
}

// Plan is what is to be made of a series now.
type Plan struct {
	Visits []Planned
	// Until is the last date that needs no more thought: those up to it are in Visits, or their windows have ended.
	Until string
	// Next is when the visit after them is to be made, nil when there is none.
	Next *time.Time
}

// Due plans the visits of dates after one, empty for all, at now. What nobody can do any more, because its window has ended, is
// passed over.
func Due(dates []string, after string, t Times, c day.Close, now time.Time) (p Plan, err error) {
	p.Until = after
	horizon := now.In(c.Zone).AddDate(0, 0, Ahead).Format(time.DateOnly)
	for _, date := range dates {
		if date <= after {
			continue
		}
		if date > horizon {
			at, err := makeAt(date, c.Zone)
			p.Next = &at
			return p, err
		}
		w, err := t.Window(c, date)
		if err != nil {
			return p, err
		}
		p.Until = date
		if w.Until.After(now) {
			p.Visits = append(p.Visits, Planned{date, w})
		}
	}
	return p, nil
}

// makeAt returns the first instant of the day on which the visit of a date is made.
func makeAt(date string, zone *time.Location) (time.Time, error) {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return time.Time{}, err
	}
	at, _, err := day.Bounds(d.AddDate(0, 0, -Ahead).Format(time.DateOnly), zone)
	return at, err
}
