package hooks

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// Outcomes of a message beside the states of a call.
const (
	outcomeBusy  = "busy"
	outcomeGone  = "gone"
	outcomeKnown = "known"
)

type metrics struct {
	calls   *prometheus.CounterVec
	seconds prometheus.Histogram
	off     prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		calls: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "notifier_webhook_calls_total",
			Help: "Messages about webhooks by outcome: sent, failed (given up, or the webhook is off), expired, queued (tried again later), busy (no hand was free), gone (removed meanwhile) or known (made before).",
		}, []string{"outcome"})),
		seconds: obs.Register(reg, prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "notifier_webhook_call_seconds", Help: "How long calls of webhooks took, failed ones too.", Buckets: []float64{.05, .1, .25, .5, 1, 2.5, 5, 10},
		})),
		off: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "notifier_webhooks_turned_off_total", Help: "Webhooks that were turned off because they failed for three days.",
		})),
	}
	for _, o := range []string{store.CallSent, store.CallFailed, store.CallExpired, store.CallQueued, outcomeBusy, outcomeGone, outcomeKnown} {
		m.calls.WithLabelValues(o)
	}
	return m
}

func (m metrics) count(outcome string) { m.calls.WithLabelValues(outcome).Inc() }
