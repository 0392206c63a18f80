package inactivity

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/services/inactivity/internal/store"
)

const (
	tidyEvery = time.Hour
	// retention is how long a silence that ended, and what a phone said of itself, are kept. Alerts stay longer, in the inbox.
	retention   = 90 * 24 * time.Hour
	pruneAtOnce = 1000
)

// newUpkeep removes old silences and states by domain time, and old idempotency keys and old rows of the log of changes by wall time. It
// runs at the start and every hour.
func newUpkeep(deps app.Deps, data *store.Store) *app.Upkeep {
	prune := func(ctx context.Context) error {
		before := deps.Clock.Now().Add(-retention)
		for {
			if n, err := data.Prune(ctx, before, pruneAtOnce); err != nil || n < pruneAtOnce {
				return err
			}
		}
	}
	return app.NewUpkeep(deps.Log, nil,
		app.Task{Name: "old silences and states", Every: tidyEvery, Do: prune},
		app.PruneKeys(deps.DB, Schema.Name),
		app.PruneChanges(deps.DB, Schema.Name),
	)
}
