package schedule

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// syncBatch is how many rows of the schedule one transaction changes.
const syncBatch = 1000

// sync updates the schedule when the jobs or the companies have changed.
func (s *Scheduler) sync(ctx context.Context) error {
	if s.known == nil {
		if err := s.register(ctx); err != nil {
			return err
		}
	}
	if !s.stale.Swap(false) {
		return nil
	}
	err := s.catchUpWithDirectory(ctx)
	if err != nil {
		s.stale.Store(true)
	}
	return err
}

// register writes the jobs and reads the schedule once. Governments change time zones, so a row may have another due time
// than this program computes with its own rules. register treats such a row as if its zone had changed.
func (s *Scheduler) register(ctx context.Context) error {
	known := map[key]basis{}
	err := s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) error {
		if err := registerJobs(ctx, tx, s.service, s.jobs, s.deps.Clock.Now()); err != nil {
			return err
		}
		all, err := selectLines(ctx, tx, "read the schedule", selectSchedule, pq.Array(names(s.jobs)))
		for _, n := range all {
			known[key{n.Job, n.Scope}] = basis{n.Zone, n.Rule}
			if j := s.byName[n.Job]; j.daily() {
				if due, err := j.due(n.Slot, s.zone(n.Zone)); err != nil || !due.Equal(n.DueAt) {
					known[key{n.Job, n.Scope}] = basis{}
				}
			}
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("register the jobs of %s: %w", s.service, err)
	}
	s.known = known
	return nil
}

func (s *Scheduler) catchUpWithDirectory(ctx context.Context) error {
	var fresh, moved []next
	look := func(j Job, scope string, zone *time.Location) {
		n := next{Job: j.Name, Scope: scope, Zone: zone.String(), Rule: j.rule()}
		was, ok := s.known[key{n.Job, n.Scope}]
		switch {
		case !ok:
			fresh = append(fresh, n)
		case was != basis{n.Zone, n.Rule}:
			moved = append(moved, n)
		}
	}
	companies := s.deps.Companies.Companies()
	for _, j := range s.jobs {
		if !j.daily() {
			look(j, All, time.UTC)
			continue
		}
		for _, c := range companies {
			look(j, c.ID, zoneOf(c.Zone))
		}
	}
	if err := s.write(ctx, fresh, s.add); err != nil {
		return fmt.Errorf("add to the schedule: %w", err)
	}
	if err := s.write(ctx, moved, s.move); err != nil {
		return fmt.Errorf("change the schedule: %w", err)
	}
	return nil
}

// write applies changes in batches, in the order of the key, so that two replicas never wait for each other in a circle.
func (s *Scheduler) write(ctx context.Context, changes []next, apply func(context.Context, *sqlx.Tx, []next) error) error {
	slices.SortFunc(changes, func(a, b next) int { return cmp.Or(cmp.Compare(a.Job, b.Job), cmp.Compare(a.Scope, b.Scope)) })
	for batch := range slices.Chunk(changes, syncBatch) {
		if err := s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) error { return apply(ctx, tx, batch) }); err != nil {
			return err
		}
		for _, n := range batch {
			s.known[key{n.Job, n.Scope}] = basis{n.Zone, n.Rule}
		}
	}
	return nil
}

// add writes first slots. If another replica has just added a row, it stays as it is.
func (s *Scheduler) add(ctx context.Context, tx *sqlx.Tx, fresh []next) error {
	now := s.deps.Clock.Now()
	rows := slices.Clone(fresh)
	for i, n := range rows {
		rows[i].Slot, rows[i].DueAt = s.byName[n.Job].first(s.zone(n.Zone), now)
	}
	_, err := exec(ctx, tx, "insert lines", insertSchedule, lines(rows)...)
	return err
}

// move keeps the next date of a daily job, and computes its due time from the new zone or local time.
func (s *Scheduler) move(ctx context.Context, tx *sqlx.Tx, moved []next) error {
	to := map[key]next{}
	for _, n := range moved {
		to[key{n.Job, n.Scope}] = n
	}
	args := lines(moved)
	rows, err := selectLines(ctx, tx, "lock lines", lockSchedule, args[0], args[1])
	if err != nil {
		return err
	}
	now := s.deps.Clock.Now()
	for i, was := range rows {
		n, j := to[key{was.Job, was.Scope}], s.byName[was.Job]
		if n.Slot = was.Slot; j.daily() {
			n.DueAt, err = j.due(was.Slot, s.zone(n.Zone))
		} else {
			n.Slot, n.DueAt = j.first(time.UTC, now)
		}
		if err != nil {
			return err
		}
		rows[i] = n
	}
	_, err = exec(ctx, tx, "update lines", updateSchedule, lines(rows)...)
	return err
}
