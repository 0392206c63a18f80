package schedule

import (
	"fmt"
	"time"
)

// States of a run.
const (
	StateDue     = "due"
	StateRunning = "running"
	StateDone    = "done"
	StateFailed  = "failed"
	StateSkipped = "skipped"
)

// next is a row of job_schedule.
type next struct {
	Job   string    `db:"job"`
	Scope string    `db:"scope"`
	Zone  string    `db:"zone"`
	Rule  string    `db:"rule"`
	Slot  string    `db:"next_slot"`
	DueAt time.Time `db:"next_due_at"`
}

// key identifies a row of job_schedule.
type key struct{ job, scope string }

// basis is what the due time of a row was computed from.
type basis struct{ zone, rule string }

// planned is a new row of job_run.
type planned struct {
	Job, Scope, Slot string
	DueAt            time.Time
	State            string
	Missed           int
	Why              string
}

const (
	whySuspended = "the company was suspended"
	whyTooOld    = "too long ago to catch up with"
)

// first returns the job's first slot after now, for a company that is new.
func (j Job) first(zone *time.Location, now time.Time) (slot string, due time.Time) {
	if !j.daily() {
		return j.intervalSlot(j.newest(now).Add(j.Every))
	}
	d := j.lastDue(zone, now) + 1
	return d.String(), instant(d, j.At, zone)
}

// due returns when a slot of a daily job is due in a time zone.
func (j Job) due(slot string, zone *time.Location) (time.Time, error) {
	return Instant(slot, j.At, zone)
}

// newest returns the last slot of an interval job that is not after now.
func (j Job) newest(now time.Time) time.Time {
	s := now.Unix()
	return time.Unix(s-s%j.seconds(), 0).UTC()
}

func (j Job) intervalSlot(due time.Time) (slot string, at time.Time) {
	return due.Format(time.RFC3339), due
}

// lastDue returns the last date whose local time is not after now.
func (j Job) lastDue(zone *time.Location, now time.Time) day {
	d := dayOf(now.In(zone)) + 1
	for instant(d, j.At, zone).After(now) {
		d--
	}
	return d
}

// plan turns a row of the schedule that is due into runs, and returns the row that follows it.
func (j Job) plan(n next, zone *time.Location, suspended bool, now time.Time) ([]planned, next, error) {
	if !j.daily() {
		newest := j.newest(now)
		p := planned{Job: j.Name, Scope: n.Scope, State: StateDue, Missed: max(0, int(newest.Sub(n.DueAt)/j.Every))}
		p.Slot, p.DueAt = j.intervalSlot(newest)
		n.Slot, n.DueAt = j.intervalSlot(newest.Add(j.Every))
		return []planned{p}, n, nil
	}
	from, err := parseDay(n.Slot)
	if err != nil {
		return nil, n, fmt.Errorf("plan %s for %s: %w", j.Name, n.Scope, err)
	}
	to := j.lastDue(zone, now)
	after := max(from, to+1)
	n.Slot, n.DueAt = after.String(), instant(after, j.At, zone)
	return j.dates(n.Scope, from, to, zone, suspended), n, nil
}

// dates returns the runs of all dates in a range. First comes one skipped row for all dates that are too old, then the
// dates to catch up with, oldest first.
func (j Job) dates(scope string, from, to day, zone *time.Location, suspended bool) (runs []planned) {
	if to < from {
		return nil // The row was computed by other rules of the time zone.
	}
	add := func(d day, state, why string, missed int) {
		runs = append(runs, planned{j.Name, scope, d.String(), instant(d, j.At, zone), state, missed, why})
	}
	oldest, why := max(from, to-day(j.CatchUp)+1), whyTooOld
	if suspended {
		oldest, why = to+1, whySuspended
	}
	if oldest > from {
		add(oldest-1, StateSkipped, why, int(oldest-1-from))
	}
	for d := oldest; d <= to; d++ {
		add(d, StateDue, "", 0)
	}
	return runs
}
