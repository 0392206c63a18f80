// Package hours knows weekly hours of work. It does no I/O.
package hours

import (
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
)

// MaxWindows is how many windows a week has at most.
const MaxWindows = 50

// Window is a time of work on some days of the week. Until is on the next day when it is not after From.
type Window struct {
	// Days are 1 for Monday to 7 for Sunday, on which the window begins.
	Days  []int  `json:"days"`
	From  string `json:"from"`
	Until string `json:"until"`
}

// Week is all windows. They may overlap.
type Week []Window

// Check says what is wrong, in words that continue a sentence.
func (w Week) Check() error {
	if len(w) > MaxWindows {
		return fmt.Errorf("must hold at most %d windows", MaxWindows)
	}
	for i, one := range w {
		if len(one.Days) == 0 || len(one.Days) > 7 {
			return fmt.Errorf("must name 1 to 7 days in window %d", i+1)
		}
		for _, d := range one.Days {
			if d < 1 || d > 7 {
				return fmt.Errorf("must hold days from 1 (Monday) to 7 (Sunday): window %d has %d", i+1, d)
			}
		}
		_, wrongFrom := schedule.Instant("2026-01-05", one.From, time.UTC)
		_, wrongUntil := schedule.Instant("2026-01-05", one.Until, time.UTC)
		if errors.Join(wrongFrom, wrongUntil) != nil {
			return fmt.Errorf("must hold local times such as 08:00: those of window %d are not", i+1)
		}
	}
	return nil
}

// days is how far back Since looks: a week without an end has no beginning.
const days = 8

// span is a window on a date.
type span struct{ from, until time.Time }

func (s span) holds(at time.Time) bool { return !at.Before(s.from) && at.Before(s.until) }

// Since returns when the work began that lasts at an instant; ok is false when none does. Windows that overlap or touch are one. The time
// is zero when the work has lasted for more than a week.
func (w Week) Since(now time.Time, zone *time.Location) (since time.Time, ok bool) {
	lasts := false
	for _, s := range w.spans(now, zone, 1) {
		lasts = lasts || s.holds(now)
	}
	if !lasts {
		return time.Time{}, false
	}
	all := w.spans(now, zone, days)
	for at, earlier := now, true; earlier; at = since.Add(-time.Millisecond) {
		earlier = false
		for _, s := range all {
			if s.holds(at) && (since.IsZero() || s.from.Before(since)) {
				since, earlier = s.from, true
			}
		}
	}
	if now.Sub(since) > (days-1)*24*time.Hour {
		return time.Time{}, true
	}
	return since, true
}

// spans returns the windows on the date of an instant and on so many dates before it.
func (w Week) spans(now time.Time, zone *time.Location, before int) (all []span) {
	for back := range before + 1 {
		date := now.In(zone).AddDate(0, 0, -back)
		for _, one := range w {
			if !one.on(date) {
				continue
			}
			end := date
			if one.Until <= one.From {
				end = date.AddDate(0, 0, 1)
			}
			from, err := schedule.Instant(date.Format(time.DateOnly), one.From, zone)
			until, wrong := schedule.Instant(end.Format(time.DateOnly), one.Until, zone)
			if err == nil && wrong == nil {
				all = append(all, span{from, until})
			}
		}
	}
	return all
}

func (w Window) on(date time.Time) bool {
	day := int(date.Weekday())
	if day == 0 {
		day = 7
	}
	for _, d := range w.Days {
		if d == day {
			return true
		}
	}
	return false
}
