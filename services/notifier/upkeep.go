package notifier

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const (
	tidyEvery = time.Hour
	// pruneAtOnce is how many alerts one transaction removes, with up to five lines of log each.
	pruneAtOnce = 1000
)

// upkeep removes what is kept no longer: old alerts, by domain time, and old idempotency keys, by wall time. Every replica
// does it.
type upkeep struct {
	db        *db.DB
	store     *store.Store
	clock     clock.Clock
	retention time.Duration
	log       *slog.Logger
	pruned    prometheus.Counter
}

func newUpkeep(deps app.Deps, s *store.Store, retention time.Duration) (*upkeep, error) {
	u := &upkeep{
		db: deps.DB, store: s, clock: deps.Clock, retention: retention, log: deps.Log,
		pruned: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "notifier_alerts_pruned_total", Help: "Alerts removed because they grew older than the retention.",
		}),
	}
	if err := deps.Metrics.Register(u.pruned); err != nil {
		return nil, fmt.Errorf("register the upkeep's metrics: %w", err)
	}
	return u, nil
}

// run tidies at once and then every hour until ctx ends; then it returns nil. What fails is done again at the next turn.
func (u *upkeep) run(ctx context.Context) error {
	ticks := time.NewTicker(tidyEvery)
	defer ticks.Stop()
	for {
		if err := u.prune(ctx); err != nil && ctx.Err() == nil {
			u.log.Warn("old alerts were not removed", "error", err)
		}
		if _, err := idem.Prune(ctx, u.db, Schema.Name, time.Now()); err != nil && ctx.Err() == nil {
			u.log.Warn("old idempotency keys were not removed", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

func (u *upkeep) prune(ctx context.Context) error {
	before := u.clock.Now().Add(-u.retention)
	for {
		n, err := u.store.Prune(ctx, before, pruneAtOnce)
		if err != nil {
			return err
		}
		u.pruned.Add(float64(n))
		if n < pruneAtOnce {
			return nil
		}
	}
}
