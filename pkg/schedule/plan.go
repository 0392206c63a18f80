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

// next is a line of job_schedule.
type next struct {
	Job   string    `db:"job"`
	Scope string    `db:"scope"`
	Zone  string    `db:"zone"`
	Rule  string    `db:"rule"`
	Slot  string    `db:"next_slot"`
	DueAt time.Time `db:"next_due_at"`
}

// key is what a line of job_schedule is known by.
type key struct{ job, scope string }

// basis is what a line's instant was computed by.
type basis struct{ zone, rule string }

// planned is a new line of job_run.
type planned struct {
	Job, Scope, Slot string
	DueAt            time.Time
	State            string
	Missed           int
	Why              string
}

const (
	whySuspended = "the company was suspended"
	whyTooOld    = "too long ago to be made up for"
)

// first is the job's first slot after now, for a company that was not there before.
func (j Job) first(zone *time.Location, now time.Time) (slot string, due time.Time) {
	if !j.daily() {
		return j.intervalSlot(j.newest(now).Add(j.Every))
	}
	d := j.lastDue(zone, now) + 1
	return d.String(), instant(d, j.At, zone)
}

// due is when a slot of a daily job comes in a zone.
func (j Job) due(slot string, zone *time.Location) (time.Time, error) {
	return Instant(slot, j.At, zone)
}

// newest is the last slot of an interval job that is not after now.
func (j Job) newest(now time.Time) time.Time {
	s := now.Unix()
	return time.Unix(s-s%j.seconds(), 0).UTC()
}

func (j Job) intervalSlot(due time.Time) (slot string, at time.Time) {
	return due.Format(time.RFC3339), due
}

// lastDue is the last date whose local time is not after now.
func (j Job) lastDue(zone *time.Location, now time.Time) day {
	d := dayOf(now.In(zone)) + 1
	for instant(d, j.At, zone).After(now) {
		d--
	}
	return d
}

// plan turns a line of the schedule that is due into runs, and into the line that comes next.
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

// dates are the runs of all dates from one to another: those to catch up with, oldest first, and before them one line for
// all that are too old.
func (j Job) dates(scope string, from, to day, zone *time.Location, suspended bool) (runs []planned) {
	if to < from {
		return nil // the line was computed by other rules of the zone
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
