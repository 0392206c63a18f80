package notifier

import (
	"context"
	"fmt"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// expireAtOnce is how many alerts one transaction resolves. Each of them also adds an event.
const expireAtOnce = 200

// expireJob is the nightly job that resolves by rule the alerts that nobody resolved in time.
//
// It is the example of a nightly job. Its slot is a company's local date. The scheduler calls Do for each slot once the
// company's clocks show At, and again after a failure. Do is idempotent: it computes the age of alerts from the slot's
// time and not from now, and it does not find a resolved alert again. It works in small transactions and continues where
// the last one stopped. CatchUp is 1, because the newest date does the work of all missed dates.
func expireJob(alerts *store.Store, reg prometheus.Registerer) schedule.Job {
	expired := obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
		Name: "notifier_alerts_expired_total", Help: "Alerts resolved by rule because nobody had resolved them in time.",
	}))
	return schedule.Job{
		Name: "caducar-alertas", About: "resolves by rule the alerts that nobody resolved in time", At: "02:30", CatchUp: 1,
		Do: func(ctx context.Context, r schedule.Run) error {
			settings, err := alerts.Settings(ctx, r.Scope)
			if err != nil {
				return err
			}
			before := r.DueAt.Add(-time.Duration(settings.UnresolvedDays) * day)
			note := fmt.Sprintf("caducada: nadie la resolvió en %d días", settings.UnresolvedDays)
			for {
				n, err := alerts.Expire(ctx, r.Scope, before, note, expireAtOnce)
				if err != nil {
					return err
				}
				expired.Add(float64(n))
				if n < expireAtOnce {
					return nil
				}
			}
		},
	}
}
