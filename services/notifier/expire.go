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

// expireAtOnce is how many alerts one transaction resolves: each is an event too.
const expireAtOnce = 200

// expireJob is the nightly job that resolves by rule what nobody resolved within a time of being raised.
//
// It is the model of a nightly job. Its slot is a company's local date; the scheduler calls Do for each, once the company's
// clocks show At, and again after a failure. Do is idempotent: it counts back from the slot's instant and not from now, and
// an alert that is resolved is not found again. It works in small transactions and goes on where the last one stopped.
// CatchUp is 1, since the newest date does the work of all that were missed.
func expireJob(alerts *store.Store, unresolved time.Duration, reg prometheus.Registerer) schedule.Job {
	expired := obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
		Name: "notifier_alerts_expired_total", Help: "Alerts resolved by rule because nobody had resolved them in time.",
	}))
	note := fmt.Sprintf("caducada: nadie la resolvió en %d días", unresolved/(24*time.Hour))
	return schedule.Job{
		Name: "caducar-alertas", About: "alerts that nobody resolved in time end by rule", At: "02:30", CatchUp: 1,
		Do: func(ctx context.Context, r schedule.Run) error {
			for {
				n, err := alerts.Expire(ctx, r.Scope, r.DueAt.Add(-unresolved), note, expireAtOnce)
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
