package activity

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/activity/internal/store"
)

const (
	tidyEvery = time.Hour
	// pruneAtOnce is how many rows one transaction removes. A visit has a log of some actions.
	pruneAtOnce = 1000
)

// newUpkeep removes old visits and shifts, by domain time, and old idempotency keys and old rows of the log of changes, by wall time.
// It runs at the start and every hour.
func newUpkeep(deps app.Deps, data *store.Store, retention time.Duration) *app.Upkeep {
	prune := func(ctx context.Context) error {
		before := deps.Clock.Now().Add(-retention)
		for {
			n, err := data.Prune(ctx, before, pruneAtOnce)
			if err != nil || n < pruneAtOnce {
				return err
			}
		}
	}
	return app.NewUpkeep(deps.Log, nil,
		app.Task{Name: "old visits and shifts", Every: tidyEvery, Do: prune},
		app.PruneKeys(deps.DB, Schema.Name),
		app.PruneChanges(deps.DB, Schema.Name),
	)
}
