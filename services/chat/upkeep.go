package chat

import (
	"context"
	"errors"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/blob"
	"github.com/terreno/terreno/services/chat/internal/store"
)

const (
	filesEvery = 10 * time.Minute
	sweepEvery = 24 * time.Hour
	// orphanAge is much longer than a request may take: bytes that old, which no row names, will never be named. A file that waits for a
	// message waits as long.
	orphanAge = 24 * time.Hour
	// filesAtOnce is how many files one transaction removes.
	filesAtOnce = 500
)

// newUpkeep removes the files that waited a day for a message, and those of messages that were deleted. Once a day it removes bytes that no
// row names: those of whoever died between writing bytes and naming them, or between removing a row and its bytes. All by PostgreSQL's
// clock. Old messages are removed by a job.
func newUpkeep(deps app.Deps, data *store.Store, files blob.Store) *app.Upkeep {
	prune := func(ctx context.Context) error {
		for {
			gone, err := data.PruneFiles(ctx, filesAtOnce)
			if err = errors.Join(err, remove(files, gone)); err != nil || len(gone) < filesAtOnce {
				return err
			}
		}
	}
	sweep := func(ctx context.Context) error {
		now, err := data.Now(ctx)
		if err != nil {
			return err
		}
		n, err := files.Sweep(ctx, now.Add(-orphanAge), data.KnownFiles)
		if n > 0 {
			deps.Log.Info("removed files that no conversation names", "files", n)
		}
		return err
	}
	return app.NewUpkeep(deps.Log, nil,
		app.Task{Name: "files without a message", Every: filesEvery, Do: prune},
		app.Task{Name: "bytes without a file", Every: sweepEvery, Do: sweep},
		app.PruneKeys(deps.DB, Schema.Name),
		app.PruneChanges(deps.DB, Schema.Name),
	)
}

// remove deletes the bytes of files whose rows are gone. What it cannot delete, the sweep does.
func remove(files blob.Store, gone []store.Gone) (failed error) {
	for _, f := range gone {
		failed = errors.Join(failed, files.Delete(f.Of, f.Name))
	}
	return failed
}
