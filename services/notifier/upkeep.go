package notifier

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/notifier/internal/store"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

const (
	tidyEvery = time.Hour
	// pruneAtOnce is how many alerts one transaction removes. Each has some lines of log.
	pruneAtOnce = 1000
)

// newUpkeep removes old alerts, by domain time, and old idempotency keys and old rows of the log of changes, by wall time, at the start and
// every hour. More often, it purges what has left the installation from its streams.
func newUpkeep(deps app.Deps, alerts *store.Store, retention time.Duration, more ...app.Task) *app.Upkeep {
	pruned := obs.Register(deps.Metrics, prometheus.NewCounter(prometheus.CounterOpts{
		Name: "notifier_alerts_pruned_total", Help: "Alerts removed because they grew older than the retention.",
	}))
	prune := func(ctx context.Context) error {
		before := deps.Clock.Now().Add(-retention)
		for {
			n, err := alerts.Prune(ctx, before, pruneAtOnce)
			if err != nil {
				return err
			}
			pruned.Add(float64(n))
			if n < pruneAtOnce {
				return nil
			}
		}
	}
	return app.NewUpkeep(deps.Log, nil, append([]app.Task{
		{Name: "old alerts", Every: tidyEvery, Do: prune},
		{Name: "old calls of webhooks", Every: tidyEvery, Do: pruneCalls(deps, alerts)},
		{Name: "old secrets of webhooks", Every: tidyEvery, Do: func(ctx context.Context) error { return alerts.ForgetSecrets(ctx, deps.Clock.Now()) }},
		{Name: "calls of webhooks that wait", Every: time.Minute, Do: func(ctx context.Context) error { return alerts.StreamWaiting(ctx, pruneAtOnce) }},
		purge(deps.Bus),
		app.PruneKeys(deps.DB, Schema.Name),
		app.PruneChanges(deps.DB, Schema.Name),
	}, more...)...)
}

// pruneCalls removes calls from the logs of webhooks, by domain time.
func pruneCalls(deps app.Deps, alerts *store.Store) func(context.Context) error {
	return func(ctx context.Context) error {
		before := deps.Clock.Now().Add(-webhook.KeptFor)
		for {
			n, err := alerts.PruneCalls(ctx, before, pruneAtOnce)
			if err != nil || n < pruneAtOnce {
				return err
			}
		}
	}
}
