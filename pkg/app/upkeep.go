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

// Task is something that every replica of a service does again and again, in whole minutes of wall time. What must be done
// once for all replicas is a job (pkg/schedule).
type Task struct {
	Name  string
	Every time.Duration
	Do    func(ctx context.Context) error
}

// PruneKeys is the task of a service whose schema keeps idempotency keys: it removes the old ones.
func PruneKeys(d *db.DB, schema string) Task {
	return Task{Name: "idempotency keys", Every: time.Hour, Do: func(ctx context.Context) error {
		_, err := idem.Prune(ctx, d, schema, time.Now()) // wall time, whatever the domain clock says
		return err
	}}
}

// PruneChanges is the task of a service whose schema has a log of changes: it removes the old ones.
func PruneChanges(d *db.DB, schema string) Task {
	return Task{Name: "log of changes", Every: time.Hour, Do: func(ctx context.Context) error {
		return change.PruneLog(ctx, d, schema, time.Now()) // wall time, as the log's
	}}
}

// Upkeep is a service's first start and then what has to be done now and then, the first time at once. A task that fails is
// done again at its next turn; so is a first start that the database was not there for. Any other failure of the first start
// ends the process: it would fail again.
type Upkeep struct {
	log   *slog.Logger
	first func(ctx context.Context) error
	tasks []Task
	done  chan struct{} // closed after the first start
}

// NewUpkeep makes an upkeep; Run is a Runner's. first may be nil.
func NewUpkeep(log *slog.Logger, first func(ctx context.Context) error, tasks ...Task) *Upkeep {
	if first == nil {
		first = func(context.Context) error { return nil }
	}
	return &Upkeep{log: log, first: first, tasks: tasks, done: make(chan struct{})}
}

// Ready is nil after the first start.
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
