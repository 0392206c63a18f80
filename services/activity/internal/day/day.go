// Package day knows when a company's days begin and when they are closed. It is pure.
package day

import (
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

const (
	// Night is how long after its end a visit is closed whose window runs past the close of a day, and likewise a shift.
	Night = 2 * time.Hour
	// DefaultClose is when the day is closed in a company that has not decided otherwise.
	DefaultClose = "22:00"
	// EarliestClose is the earliest time that a company may choose.
	EarliestClose = "12:00"
	// LatestClose is the latest.
	LatestClose = "23:59"
)

// Bounds returns the local day with this date, 2006-01-02, in a time zone: from its first instant to the first instant of the
// next day.
func Bounds(date string, zone *time.Location) (from, until time.Time, err error) {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return from, until, fmt.Errorf("read %q as a date: it must look like 2026-03-08", date)
	}
	if from, err = schedule.Instant(date, "00:00", zone); err != nil {
		return from, until, err
	}
	until, err = schedule.Instant(d.AddDate(0, 0, 1).Format(time.DateOnly), "00:00", zone)
	return from, until, err
}

// Of returns the local date of an instant in a time zone.
func Of(t time.Time, zone *time.Location) string { return t.In(zone).Format(time.DateOnly) }

// Close says when the days of a company are closed: at a local time such as 22:00, in its time zone.
type Close struct {
	At   string
	Zone *time.Location
}

// Check says what is wrong with a time that a company wants to close at.
func (c Close) Check() error {
	if _, err := schedule.Instant("2026-03-09", c.At, time.UTC); err != nil || c.At < EarliestClose || c.At > LatestClose {
		return fmt.Errorf("the day is closed at a local time from %s to %s", EarliestClose, LatestClose)
	}
	return nil
}

// Window returns the window of a visit that is to be done on a date, at whatever hour: from the first instant of the day to its
// close.
func (c Close) Window(date string) (visit.Window, error) {
	from, _, err := Bounds(date, c.Zone)
	if err != nil {
		return visit.Window{}, err
	}
	until, err := schedule.Instant(date, c.At, c.Zone)
	return visit.Window{From: from, Until: until}, err
}

// Times returns the window of a visit that is to be done on a date between two local times, such as 18:00 and 06:00. An end that is
// not after the beginning is on the next day. When the clocks skip the whole window, it begins right after the jump and lasts as long
// as planned.
func (c Close) Times(date, from, until string) (w visit.Window, err error) {
	d, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return w, fmt.Errorf("read %q as a date: it must look like 2026-03-08", date)
	}
	if w.From, err = schedule.Instant(date, from, c.Zone); err != nil {
		return w, err
	}
	if until <= from {
		d = d.AddDate(0, 0, 1)
	}
	last := d.Format(time.DateOnly)
	if w.Until, err = schedule.Instant(last, until, c.Zone); err != nil || w.Until.After(w.From) {
		return w, err
	}
	begin, _ := time.Parse(noZone, date+" "+from) // Instant has read all four
	end, _ := time.Parse(noZone, last+" "+until)
	w.Until = w.From.Add(end.Sub(begin))
	return w, nil
}

const noZone = "2006-01-02 15:04"

// After returns the first close at t or after it.
func (c Close) After(t time.Time) time.Time {
	// One day earlier, because clocks that jump over midnight can bring the close of a day to the next date.
	for date := t.In(c.Zone).AddDate(0, 0, -1); ; date = date.AddDate(0, 0, 1) {
		at, err := schedule.Instant(date.Format(time.DateOnly), c.At, c.Zone)
		if err != nil { // Check refuses such a time before it is stored.
			return t.Add(24 * time.Hour)
		}
		if !at.Before(t) {
			return at
		}
	}
}

// Cuts says whether the close of a day lies within a window of at most a day, as within the night of a guard.
func (c Close) Cuts(w visit.Window) bool {
	return w.Until.Sub(w.From) <= 24*time.Hour && c.After(w.From.Add(1)).Before(w.Until)
}

// Moved returns when a visit is closed that was to be closed at old, once this close holds for it. due is when it would be closed from
// the beginning. What was planned until the close of a day keeps it when the new close is earlier: it is not work at night. No close
// moves into the past: of a day whose new close has passed, the old one stays.
func (c Close) Moved(w visit.Window, due, old, now time.Time) time.Time {
	switch {
	case c.Cuts(w) && old.Equal(w.Until):
		return old
	case due.After(now):
		return due
	}
	if next := c.After(now.Add(time.Millisecond)); Of(next, c.Zone) == Of(old, c.Zone) {
		return next
	}
	return old
}

// Due returns when a visit is closed that nobody ends: at the first close after its window, or two hours after a window that a
// close would cut. A visit that began again when that was over, at opened, is closed with the day in which it began again.
func (c Close) Due(w visit.Window, opened time.Time) time.Time {
	due := c.After(w.Until)
	if c.Cuts(w) {
		due = w.Until.Add(Night)
	}
	if due.After(opened) {
		return due
	}
	return c.After(opened.Add(time.Millisecond))
}
