package activity

import (
	"context"
	"errors"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/services/activity/internal/store"
)

const (
	tidyEvery  = time.Hour
	sweepEvery = 24 * time.Hour
	// orphanAge is much longer than a request may take: a file that old, which nothing names, will never be named.
	orphanAge = 24 * time.Hour
	// pruneAtOnce is how many rows one transaction removes. A visit has a log of some actions.
	pruneAtOnce = 1000
)

// newUpkeep removes old visits with their photos, and old shifts, by domain time, and old idempotency keys and old rows of the log of
// changes, by wall time. It runs at the start and every hour. Once a day it removes the files that no visit names: those of whoever
// died between writing a file and naming it, or between removing a visit and its files.
func newUpkeep(deps app.Deps, data *store.Store, files blob.Store, retention time.Duration) *app.Upkeep {
	prune := func(ctx context.Context) error {
		before := deps.Clock.Now().Add(-retention)
		for {
			n, gone, err := data.Prune(ctx, before, pruneAtOnce)
			for _, f := range gone {
				err = errors.Join(err, files.Delete(f.Of, f.Name))
			}
			if err != nil || n < pruneAtOnce {
				return err
			}
		}
	}
	sweep := func(ctx context.Context) error {
		n, err := files.Sweep(ctx, time.Now().Add(-orphanAge), data.KnownFiles)
		if n > 0 {
			deps.Log.Info("removed photos that no visit names", "files", n)
		}
		return err
	}
	return app.NewUpkeep(deps.Log, nil,
		app.Task{Name: "old visits and shifts", Every: tidyEvery, Do: prune},
		app.Task{Name: "files without a visit", Every: sweepEvery, Do: sweep},
		app.PruneKeys(deps.DB, Schema.Name),
		app.PruneChanges(deps.DB, Schema.Name),
	)
}
