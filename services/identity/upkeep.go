package identity

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/terreno/terreno/pkg/db"
)

const (
	tendEvery  = time.Minute
	sweepEvery = time.Hour
	retryFirst = time.Second
)

// task is something that is done again and again, by every replica.
type task struct {
	name  string
	every time.Duration
	do    func(ctx context.Context) error
}

// upkeep is the first start and then what has to be done now and then. A task that fails is done again at its next turn;
// so is a first start that the database was not there for. Any other failure of the first start ends the process: it
// would fail again.
type upkeep struct {
	log   *slog.Logger
	first func(ctx context.Context) error
	tasks []task
	done  chan struct{} // closed after the first start
}

func newUpkeep(log *slog.Logger, first func(ctx context.Context) error, tasks ...task) *upkeep {
	return &upkeep{log: log, first: first, tasks: tasks, done: make(chan struct{})}
}

// ready is nil after the first start.
func (u *upkeep) ready(context.Context) error {
	select {
	case <-u.done:
		return nil
	default:
		return errors.New("the first start is not done")
	}
}

// run blocks until ctx ends.
func (u *upkeep) run(ctx context.Context) error {
	for err := u.first(ctx); err != nil; err = u.first(ctx) {
		if ctx.Err() == nil && !db.IsUnavailable(err) {
			return err
		}
		u.log.Warn("first start waits for the database", "error", err)
		if !pause(ctx, retryFirst) {
			return nil
		}
	}
	close(u.done)
	began := time.Now()
	due := make([]time.Time, len(u.tasks))
	for i, t := range u.tasks {
		due[i] = began.Add(t.every)
	}
	for pause(ctx, tendEvery) {
		for i, t := range u.tasks {
			if now := time.Now(); !now.Before(due[i]) {
				due[i] = now.Add(t.every)
				u.attempt(ctx, t)
			}
		}
	}
	return nil
}

func (u *upkeep) attempt(ctx context.Context, t task) {
	if err := t.do(ctx); err != nil && ctx.Err() == nil {
		u.log.Warn("upkeep failed", "task", t.name, "error", err)
	}
}

// pause is false when ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
