package day

import (
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
)

// Plan returns from when to when a date lasts that is not closed yet, by the company's time zone now and by the dates around it that
// are closed. The date begins where the one before ended, and ends where the one after began, whatever zones those had. So nothing counts
// twice. Between dates that do not follow one another, a date is cut where the others begin and end. closed must be in order of dates.
func Plan(date string, zone *time.Location, closed []Window) (Window, error) {
	first, err := time.Parse(Layout, date)
	if err != nil {
		return Window{}, fmt.Errorf("read a date: %w", err)
	}
	w := Window{Date: date, Zone: zone.String()}
	if w.From, err = schedule.Instant(date, "00:00", zone); err != nil {
		return Window{}, err
	}
	if w.Until, err = schedule.Instant(first.AddDate(0, 0, 1).Format(Layout), "00:00", zone); err != nil {
		return Window{}, err
	}
	w.From, w.Until = w.From.UTC(), w.Until.UTC()
	before, after := first.AddDate(0, 0, -1).Format(Layout), first.AddDate(0, 0, 1).Format(Layout)
	for _, c := range closed {
		switch {
		case c.Date == before || c.Date < date && c.Until.After(w.From):
			w.From = c.Until.UTC()
		case c.Date == after || c.Date > date && c.From.Before(w.Until):
			w.Until = c.From.UTC()
		}
		if c.Date > date {
			break
		}
	}
	if w.Until.Before(w.From) {
		w.Until = w.From
	}
	return w, nil
}

// CloseAt is the local time from which on a date is closed.
const CloseAt = "23:59"

// LastEnded returns the last date whose CloseAt is not after an instant.
func LastEnded(at time.Time, zone *time.Location) (string, error) {
	for back := 0; ; back++ {
		date := at.In(zone).AddDate(0, 0, -back).Format(Layout)
		ends, err := schedule.Instant(date, CloseAt, zone)
		if err != nil {
			return "", err
		}
		if !ends.After(at) {
			return date, nil
		}
	}
}

// DateIn returns the date that an instant has in a time zone.
func DateIn(at time.Time, zone *time.Location) string { return at.In(zone).Format(Layout) }
