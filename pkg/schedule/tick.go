package schedule

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

const (
	// takeBatch is how many rows of the schedule one transaction turns into runs.
	takeBatch = 500
	// keep is how long the row of a run is kept, in domain time.
	keep         = 90 * 24 * time.Hour
	pruneBatch   = 5000
	pruneEvery   = time.Hour
	measureEvery = 5 * time.Second
)

var errNoCompanies = errors.New("wait for the companies")

// Tick polls the schedule once: it plans and runs everything that is due, and returns when nothing is due. While runs are
// in progress it continues to plan, so that a long run does not delay other jobs. Tick records the errors of handlers
// with their runs and does not return them.
func (s *Scheduler) Tick(ctx context.Context) error {
	s.tick.Lock()
	defer s.tick.Unlock()
	if err := s.deps.Companies.Ready(ctx); err != nil {
		return fmt.Errorf("%w: %w", errNoCompanies, err)
	}
	w := newWorkers(s)
	defer w.close()
	for {
		var err error
		if ctx.Err() == nil {
			err = w.round(ctx)
		}
		if w.busy == 0 {
			return errors.Join(err, ctx.Err())
		}
		if err != nil && ctx.Err() == nil {
			s.deps.Log.Warn("schedule not polled while runs are in progress", "error", err)
		}
		w.wait(s.deps.Options.Every)
	}
}

// poll plans, closes runs whose process has ended, measures and prunes.
func (s *Scheduler) poll(ctx context.Context) error {
	if err := s.sync(ctx); err != nil {
		return err
	}
	for _, j := range s.jobs {
		if err := inBatches(func() (int, error) { return s.recall(ctx, j) }); err != nil {
			return fmt.Errorf("plan again what a clock planned too far ahead: %w", err)
		}
	}
	if err := inBatches(func() (int, error) { return s.take(ctx) }); err != nil {
		return fmt.Errorf("plan what is due: %w", err)
	}
	err := s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) error {
		gone, err := reapRuns(ctx, tx, s.jobs, s.deps.Options.Attempts, s.deps.Clock.Now())
		s.metrics.closed(gone)
		return err
	})
	if err != nil {
		return err
	}
	s.polled.Store(time.Now().UnixNano())
	return s.maintain(ctx)
}

// inBatches calls do until a batch of rows is not full.
func inBatches(do func() (int, error)) error {
	for {
		if n, err := do(); err != nil || n < takeBatch {
			return err
		}
	}
}

// recall plans anew one batch of a job's rows that a clock planned which was ahead of this one, and returns the number of
// rows. Without it the job would stand still until this clock shows what the other one showed. Slots that have a row in the
// meantime keep it.
func (s *Scheduler) recall(ctx context.Context, j Job) (recalled int, err error) {
	err = s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) error {
		now := s.deps.Clock.Now()
		rows, err := selectLines(ctx, tx, "look for lines too far ahead", tooFarAhead, j.Name, now.Add(j.furthestAhead()), takeBatch)
		if err != nil || len(rows) == 0 {
			return err
		}
		s.deps.Log.Warn("a clock was ahead: the next runs of a job are planned again", "job", j.Name, "scopes", len(rows),
			"planned_for", rows[0].DueAt.UTC(), "now", now)
		recalled = len(rows)
		for i, n := range rows {
			rows[i].Slot, rows[i].DueAt = j.first(s.zone(n.Zone), now)
		}
		_, err = exec(ctx, tx, "recall lines", updateSchedule, lines(rows)...)
		return err
	})
	return recalled, err
}

// take turns one batch of due rows into runs, and returns the number of rows. Other replicas take other rows.
func (s *Scheduler) take(ctx context.Context) (taken int, err error) {
	var gone []closed
	err = s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) error {
		now := s.deps.Clock.Now()
		due, err := selectLines(ctx, tx, "take lines", takeDue, pq.Array(names(s.jobs)), now, takeBatch)
		if err != nil || len(due) == 0 {
			return err
		}
		taken = len(due)
		var runs, newer []planned
		for i, n := range due {
			j := s.byName[n.Job]
			added, after, err := j.plan(n, s.zone(n.Zone), s.suspended(n.Scope), now)
			if err != nil {
				return err
			}
			due[i] = after
			if runs = append(runs, added...); !j.daily() {
				newer = append(newer, added...)
			}
		}
		if _, err := addRuns(ctx, tx, runs, now); err != nil {
			return err
		}
		if gone, err = supersedeRuns(ctx, tx, newer, now); err != nil {
			return err
		}
		for _, r := range runs {
			if r.State == StateSkipped {
				gone = append(gone, closed{r.Job, r.State})
			}
		}
		_, err = exec(ctx, tx, "advance lines", updateSchedule, lines(due)...)
		return err
	})
	if err != nil {
		return 0, err
	}
	s.metrics.closed(gone)
	return taken, nil
}

func (s *Scheduler) suspended(scope string) bool {
	c, ok := s.deps.Companies.Company(scope)
	return ok && c.Suspended
}

// maintain does the work that is not needed at every poll.
func (s *Scheduler) maintain(ctx context.Context) error {
	if time.Since(s.measured) >= measureEvery {
		if err := s.measure(ctx); err != nil {
			return err
		}
		s.measured = time.Now()
	}
	if time.Since(s.pruned) >= pruneEvery {
		if err := s.prune(ctx); err != nil {
			return err
		}
		s.pruned = time.Now()
	}
	return nil
}

func (s *Scheduler) measure(ctx context.Context) error {
	return s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) error {
		var all []waiting
		if err := tx.SelectContext(ctx, &all, oldestDue, pq.Array(names(s.jobs))); err != nil {
			return fmt.Errorf("measure what is due: %w", err)
		}
		s.metrics.show(all, s.deps.Clock.Now())
		return nil
	})
}

// prune removes old rows in small transactions. Several replicas may do it at the same time.
func (s *Scheduler) prune(ctx context.Context) error {
	for before := s.deps.Clock.Now().Add(-keep); ; {
		var n int64
		err := s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) (err error) {
			n, err = exec(ctx, tx, "prune runs", prune, before, pruneBatch, pq.Array(names(s.jobs)))
			return err
		})
		if err != nil || n < pruneBatch {
			return err
		}
	}
}
