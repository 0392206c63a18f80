package push

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

type metrics struct {
	ended   *prometheus.CounterVec
	tries   *prometheus.CounterVec
	seconds *prometheus.HistogramVec
	age     *prometheus.HistogramVec
	dropped prometheus.Counter
	away    prometheus.Gauge
}

const outcomeOK = "ok"

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		ended: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "notifier_pushes_total", Help: "Pushes that ended, by lane and by state: sent, failed, skipped or expired.",
		}, []string{"lane", "state"})),
		tries: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "notifier_push_sends_total", Help: "Requests to FCM by lane and outcome: ok, or the code of the failure.",
		}, []string{"lane", "outcome"})),
		seconds: obs.Register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "notifier_push_send_seconds", Help: "How long FCM took to answer.", Buckets: []float64{0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5},
		}, []string{"lane"})),
		age: obs.Register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "notifier_push_age_seconds", Help: "How long a push took from the stream until FCM had it.", Buckets: []float64{0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 60, 600},
		}, []string{"lane"})),
		dropped: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "notifier_push_tokens_dropped_total", Help: "Tokens dropped because FCM does not know them any more.",
		})),
		away: obs.Register(reg, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "notifier_push_away", Help: "1 while FCM cannot be reached and pushes wait.",
		})),
	}
	for _, lane := range []string{"urgent", "bulk"} {
		for _, state := range []string{store.DeliverySent, store.DeliveryFailed, store.DeliverySkipped, store.DeliveryExpired} {
			m.ended.WithLabelValues(lane, state)
		}
		m.tries.WithLabelValues(lane, outcomeOK)
	}
	return m
}

func (m metrics) turn(closed bool) {
	if closed {
		m.away.Set(1)
		return
	}
	m.away.Set(0)
}
