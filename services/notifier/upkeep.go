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

// newUpkeep removes old alerts, old calls of webhooks and old secrets, by domain time, and idempotency keys and rows of the log of changes, by
// wall time, at the start and every hour. More often, it sends on calls of webhooks that wait and purges streams of what has left.
func newUpkeep(deps app.Deps, alerts *store.Store, retention time.Duration, more ...app.Task) *app.Upkeep {
	pruned := obs.Register(deps.Metrics, prometheus.NewCounter(prometheus.CounterOpts{
		Name: "notifier_alerts_pruned_total", Help: "Alerts removed because they grew older than the retention.",
	}))
	before := func(age time.Duration) time.Time { return deps.Clock.Now().Add(-age) }
	return app.NewUpkeep(deps.Log, nil, append([]app.Task{
		{Name: "old alerts", Every: tidyEvery, Do: until(func(ctx context.Context) (int64, error) {
			n, err := alerts.Prune(ctx, before(retention), pruneAtOnce)
			pruned.Add(float64(n))
			return n, err
		})},
		{Name: "old calls of webhooks", Every: tidyEvery, Do: until(func(ctx context.Context) (int64, error) {
			return alerts.PruneCalls(ctx, before(webhook.KeptFor), pruneAtOnce)
		})},
		{Name: "old secrets of webhooks", Every: tidyEvery, Do: func(ctx context.Context) error { return alerts.ForgetSecrets(ctx, deps.Clock.Now()) }},
		{Name: "calls of webhooks that wait", Every: time.Minute, Do: func(ctx context.Context) error { return alerts.StreamWaiting(ctx, pruneAtOnce) }},
		purge(deps.Bus),
		app.PruneKeys(deps.DB, Schema.Name),
		app.PruneChanges(deps.DB, Schema.Name),
	}, more...)...)
}
