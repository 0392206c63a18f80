package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/wait"
)

const (
	upkeepEvery = time.Minute
	retryFirst  = time.Second
)

// Task is work that every replica of a service repeats, at intervals of whole minutes of wall time. Work that must be
// done once for all replicas is a job (pkg/schedule).
type Task struct {
	Name  string
	Every time.Duration
	Do    func(ctx context.Context) error
}

// PruneKeys is a task that removes old idempotency keys, for a service whose schema keeps them.
func PruneKeys(d *db.DB, schema string) Task {
	return Task{Name: "idempotency keys", Every: time.Hour, Do: func(ctx context.Context) error {
		_, err := idem.Prune(ctx, d, schema, time.Now()) // wall time, whatever the domain clock says
		return err
	}}
}

// PruneChanges is a task that removes old changes from the log, for a service whose schema has one.
func PruneChanges(d *db.DB, schema string) Task {
	return Task{Name: "log of changes", Every: time.Hour, Do: func(ctx context.Context) error {
		return change.PruneLog(ctx, d, schema, time.Now()) // wall time, as the log's
	}}
}

// Upkeep makes a service's first start and then repeats its tasks, each for the first time at once. It runs a failed
// task again at the task's next turn. It retries the first start while the database is unavailable. Any other failure of
// the first start ends the process, because a retry would fail too.
type Upkeep struct {
	log   *slog.Logger
	first func(ctx context.Context) error
	tasks []Task
	done  chan struct{} // closed after the first start
}

// NewUpkeep makes an upkeep. Its Run fits a Runner. first may be nil.
func NewUpkeep(log *slog.Logger, first func(ctx context.Context) error, tasks ...Task) *Upkeep {
	if first == nil {
		first = func(context.Context) error { return nil }
	}
	return &Upkeep{log: log, first: first, tasks: tasks, done: make(chan struct{})}
}

// Ready returns nil once the first start is done.
func (u *Upkeep) Ready(context.Context) error {
	select {
	case <-u.done:
		return nil
	default:
		return errors.New("the first start is not done")
	}
}

// Run blocks until ctx ends.
func (u *Upkeep) Run(ctx context.Context) error {
	for err := u.first(ctx); err != nil; err = u.first(ctx) {
		if ctx.Err() == nil && !db.IsUnavailable(err) {
			return err
		}
		u.log.Warn("first start waits for the database", "error", err)
		if !wait.For(ctx, retryFirst) {
			return nil
		}
	}
	close(u.done)
	due := make([]time.Time, len(u.tasks)) // at once
	for {
		for i, t := range u.tasks {
			if now := time.Now(); !now.Before(due[i]) {
				due[i] = now.Add(t.Every)
				u.attempt(ctx, t)
			}
		}
		if !wait.For(ctx, upkeepEvery) {
			return nil
		}
	}
}

func (u *Upkeep) attempt(ctx context.Context, t Task) {
	if err := t.Do(ctx); err != nil && ctx.Err() == nil {
		u.log.Warn("upkeep failed", "task", t.Name, "error", err)
	}
}
