package schedule

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
)

// call runs a handler within its timeout.
func (s *Scheduler) call(ctx context.Context, j Job, r claimed) error {
	timed, done := context.WithTimeout(ctx, j.Timeout)
	defer done()
	err := s.guarded(timed, j, r)
	if err != nil && ctx.Err() == nil && timed.Err() != nil {
		// %v hides the cause: whatever the handler waited for, the timeout counts as an attempt.
		return fmt.Errorf("not done within %v: %v", j.Timeout, err) //nolint:errorlint // see above
	}
	return err
}

// guarded runs the handler and turns a panic into an error.
func (s *Scheduler) guarded(ctx context.Context, j Job, r claimed) (err error) {
	defer func() {
		if p := recover(); p != nil {
			s.deps.Log.Error("job panicked", "job", j.Name, "scope", r.Scope, "slot", r.Slot, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	run := Run{
		Job: j.Name, Scope: r.Scope, Slot: r.Slot, DueAt: r.DueAt, Zone: time.UTC,
		Attempt: r.Attempts, Late: r.Late, RequestedBy: r.RequestedBy,
	}
	if c, ok := s.deps.Companies.Company(r.Scope); ok {
		run.Zone = zoneOf(c.Zone)
	}
	if j.daily() {
		run.Date = r.Slot
	}
	return j.Do(ctx, run)
}

// recordWithin limits how long the write of a run's end may take. If it fails, the lease lapses and the slot runs again.
const recordWithin = 10 * time.Second

// record writes how a run ended. ctx is the context of the tick. If it ended, record puts the run back for another
// replica.
func (s *Scheduler) record(ctx context.Context, j Job, r claimed, err error) {
	stopping := ctx.Err() != nil
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	result, pause := resultDone, time.Duration(0)
	switch {
	case err == nil:
	case stopping:
		result = resultPostponed
	case db.IsUnavailable(err) || errors.Is(err, bus.ErrUnavailable):
		result, pause = resultPostponed, s.deps.Options.Pause
	case r.Attempts < s.deps.Options.Attempts:
		result, pause = resultRetried, s.deps.Options.pauseAfter(r.Attempts)
	default:
		result = resultFailed
	}
	log := s.deps.Log.With("job", j.Name, "scope", r.Scope, "slot", r.Slot, "attempt", r.Attempts)
	ours, recordErr := s.settle(ctx, r, result, pause, err)
	switch {
	case recordErr != nil:
		log.Error("the end of a run was not recorded, the run will be repeated", "result", result, "error", recordErr)
		return
	case !ours:
		s.lost(r)
		return
	case result == resultFailed:
		log.Error("job failed", "error", err)
	case err != nil:
		log.Warn("job will be tried again", "result", result, "retry_in", pause, "error", err)
	}
	s.metrics.ended(j.Name, result)
}

// settle writes the result, if the lease is still ours.
func (s *Scheduler) settle(ctx context.Context, r claimed, result string, pause time.Duration, why error) (ours bool, err error) {
	err = s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) (err error) {
		switch result {
		case resultDone:
			ours, err = finishRun(ctx, tx, r.handle(), StateDone, "", s.deps.Clock.Now())
		case resultFailed:
			ours, err = finishRun(ctx, tx, r.handle(), StateFailed, reason(why), s.deps.Clock.Now())
		default:
			ours, err = putBackRun(ctx, tx, r.handle(), pause, reason(why), result == resultPostponed)
		}
		return err
	})
	return ours, err
}

func (s *Scheduler) lost(r claimed) {
	s.metrics.ended(r.Job, resultLost)
	s.deps.Log.Warn("lease of a run lost", "job", r.Job, "scope", r.Scope, "slot", r.Slot, "attempt", r.Attempts)
}

// longestReason is how many bytes of an error are stored.
const longestReason = 1000

// reason returns the text of an error in a form that PostgreSQL can store.
func reason(err error) string {
	text := strings.ReplaceAll(strings.ToValidUTF8(err.Error(), "?"), "\x00", "")
	if len(text) > longestReason {
		text = strings.ToValidUTF8(text[:longestReason], "")
	}
	return text
}
