// Package remind holds the rules of reminders: of what people are reminded, when, and until when it helps. It does no I/O and knows no
// clock.
//
// A reminder is due at an instant of domain time. A run of the job looks at the reminders that became due since the run before, so after
// an outage it looks at all that came due meanwhile: what still helps is sent, and the rest is recorded as expired.
package remind

import (
	"errors"
	"fmt"
	"hash/fnv"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

// Every is the time between two runs of the job.
const Every = 5 * time.Minute

// mostBehind is how far back a run looks. What came due before is forgotten: it would only be recorded as expired.
const mostBehind = 48 * time.Hour

// How long a reminder helps. That of a visit helps until the visit's window ends, and that of tomorrow until midnight.
const (
	shiftUseful   = 4 * time.Hour
	pendingUseful = 6 * time.Hour
)

// ErrSettings says that settings are beyond their limits.
var ErrSettings = errors.New("settings of reminders beyond their limits")

// Limits of settings.
const (
	MinVisitAfterMin = 5
	MaxVisitAfterMin = 120
	MinShiftAfterH   = 4
	MaxShiftAfterH   = 24
)

// Settings are what a company decides about reminders. A company that decided nothing has Defaults.
type Settings struct {
	// FirstVisit reminds somebody who has not checked in at the first visit of a day, FirstVisitAfterMin after its window began.
	FirstVisit         bool `json:"first_visit"`
	FirstVisitAfterMin int  `json:"first_visit_after_min"`
	// Tomorrow tells people of their visits of the next day, at a local time of the company.
	Tomorrow   bool   `json:"tomorrow"`
	TomorrowAt string `json:"tomorrow_at"`
	// ShiftOpen asks somebody whose shift is still open an hour after the planned work ended whether it is over; and who has no plan, after
	// ShiftOpenAfterH hours.
	ShiftOpen       bool `json:"shift_open"`
	ShiftOpenAfterH int  `json:"shift_open_after_h"`
	// Pending tells people how many tasks are overdue or due on the day, at a local time.
	Pending   bool   `json:"pending"`
	PendingAt string `json:"pending_at"`
	// Version rises with every change; 0 before the first.
	Version int64 `json:"version"`
}

// Defaults hold for a company that decided nothing.
func Defaults() Settings {
	return Settings{
		FirstVisit: true, FirstVisitAfterMin: 15, Tomorrow: true, TomorrowAt: "18:00", ShiftOpen: true, ShiftOpenAfterH: 10, Pending: true, PendingAt: "09:00",
	}
}

// Check returns ErrSettings, with what is wrong.
func (s Settings) Check() error {
	switch {
	case s.FirstVisitAfterMin < MinVisitAfterMin || s.FirstVisitAfterMin > MaxVisitAfterMin:
		return fmt.Errorf("%w: first_visit_after_min must be from %d to %d", ErrSettings, MinVisitAfterMin, MaxVisitAfterMin)
	case s.ShiftOpenAfterH < MinShiftAfterH || s.ShiftOpenAfterH > MaxShiftAfterH:
		return fmt.Errorf("%w: shift_open_after_h must be from %d to %d", ErrSettings, MinShiftAfterH, MaxShiftAfterH)
	// The evening and the morning: a reminder in the night helps nobody, and the next day's visits change until then.
	case !schedule.IsLocalTime(s.TomorrowAt) || s.TomorrowAt < "12:00" || s.TomorrowAt > "22:00":
		return fmt.Errorf("%w: tomorrow_at must be a local time from 12:00 to 22:00", ErrSettings)
	case !schedule.IsLocalTime(s.PendingAt) || s.PendingAt < "04:00" || s.PendingAt > "14:00":
		return fmt.Errorf("%w: pending_at must be a local time from 04:00 to 14:00", ErrSettings)
	}
	return nil
}

// Window is the time that a run looks at: after From, and until To.
type Window struct{ From, To time.Time }

// Since returns the window of a run that is due at an instant; before is when the run before was due, zero if there was none.
func Since(before, due time.Time) Window {
	if before.IsZero() {
		before = due.Add(-Every)
	}
	if oldest := due.Add(-mostBehind); before.Before(oldest) {
		before = oldest
	}
	return Window{before, due}
}

// Has says that an instant is in the window.
func (w Window) Has(at time.Time) bool { return at.After(w.From) && !at.After(w.To) }

// Company is a company with what it decided.
type Company struct {
	ID   string
	Zone *time.Location
	Settings
}

// Offset spreads the companies over 25 minutes after a full hour, so that not all their people are told at the same instant. Its steps
// are those of the job: smaller ones would fall together again. It is always the same for a company.
func Offset(company string) time.Duration {
	h := fnv.New32a()
	_, _ = h.Write([]byte(company))
	return time.Duration(h.Sum32()%5) * Every
}

// Day is a daily reminder of a company that came due.
type Day struct {
	Company, Kind string
	// Date is the local date on which it is due. A person is told once for it.
	Date string
	// From and Until are the instants at which the day begins and ends that it is about. A task is pending that should have been done by
	// Until.
	From, Until time.Time
	// Useful is when it no longer helps.
	Useful time.Time
}

// Days computes daily reminders. It keeps what local times mean, because many companies share a zone. One goroutine may use it.
type Days struct {
	window   Window
	instants map[[3]string]time.Time
}

// NewDays makes a Days for a window.
func NewDays(w Window) *Days { return &Days{w, map[[3]string]time.Time{}} }

// Due returns the daily reminders of a company that came due in the window.
func (d *Days) Due(c Company) (all []Day, err error) {
	// An offset may carry a reminder over midnight, and the window may be of two days.
	first, last := d.window.From.In(c.Zone).AddDate(0, 0, -1), d.window.To.In(c.Zone)
	for day := civil(first); !day.After(civil(last)); day = day.AddDate(0, 0, 1) {
		found, err := d.on(c, day)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// civil returns a date as midnight in UTC, to count days with.
func civil(at time.Time) time.Time {
	return time.Date(at.Year(), at.Month(), at.Day(), 0, 0, 0, 0, time.UTC)
}

func (d *Days) on(c Company, day time.Time) (all []Day, err error) {
	date, next, after := day.Format(time.DateOnly), day.AddDate(0, 0, 1).Format(time.DateOnly), day.AddDate(0, 0, 2).Format(time.DateOnly)
	for _, r := range []struct {
		on                    bool
		kind, at, from, until string
	}{
		{c.Tomorrow, notice.KindTomorrow, c.TomorrowAt, next, after},
		{c.Pending, notice.KindPendingTasks, c.PendingAt, date, next},
	} {
		if !r.on {
			continue
		}
		at, err := d.instant(c, date, r.at)
		if err != nil {
			return nil, err
		}
		if at = at.Add(Offset(c.ID)); !d.window.Has(at) {
			continue
		}
		from, err1 := d.instant(c, r.from, "00:00")
		until, err2 := d.instant(c, r.until, "00:00")
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		useful := from
		if r.kind == notice.KindPendingTasks {
			useful = at.Add(pendingUseful)
		}
		all = append(all, Day{Company: c.ID, Kind: r.kind, Date: date, From: from, Until: until, Useful: useful})
	}
	return all, nil
}

func (d *Days) instant(c Company, date, at string) (time.Time, error) {
	key := [3]string{c.Zone.String(), date, at}
	if known, ok := d.instants[key]; ok {
		return known, nil
	}
	found, err := schedule.Instant(date, at, c.Zone)
	if err != nil {
		return time.Time{}, fmt.Errorf("when it is %s on %s in %s: %w", at, date, c.Zone, err)
	}
	d.instants[key] = found
	return found, nil
}

// Midnight returns when the local day of an instant began.
func (d *Days) Midnight(c Company, at time.Time) (time.Time, error) {
	return d.instant(c, at.In(c.Zone).Format(time.DateOnly), "00:00")
}

// FirstVisit is the reminder of a visit at which its worker has not checked in.
func FirstVisit(user, visit string, until time.Time) notice.Notice {
	return notice.Notice{User: user, Kind: notice.KindFirstVisit, Ref: "visit/" + visit, Until: until}
}

// ShiftOpen is the reminder of a shift that is still open; due is when it came due.
func ShiftOpen(user, shift string, due time.Time) notice.Notice {
	return notice.Notice{User: user, Kind: notice.KindShiftOpen, Ref: "shift/" + shift, Until: due.Add(shiftUseful)}
}

// Notice is the reminder of a day to a person with count things.
func (d Day) Notice(user string, count int) notice.Notice {
	n := notice.Notice{User: user, Kind: d.Kind, Once: d.Date, Args: map[string]string{"count": fmt.Sprint(count)}, Until: d.Useful}
	if count == 1 {
		n.Text = map[string]string{notice.KindTomorrow: notice.TomorrowOne, notice.KindPendingTasks: notice.PendingOne}[d.Kind]
	}
	return n
}
