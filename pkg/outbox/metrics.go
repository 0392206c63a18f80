package outbox

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

type metrics struct {
	waiting, oldest, failed      prometheus.Gauge
	published, refused, backoffs prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, schema string) metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return obs.Register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"schema"})).
			WithLabelValues(schema)
	}
	counter := func(name, help string) prometheus.Counter {
		return obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"schema"})).
			WithLabelValues(schema)
	}
	return metrics{
		waiting:   gauge("outbox_waiting", "Events that are committed and not yet published, at most 100000."),
		oldest:    gauge("outbox_oldest_seconds", "Age of the oldest event that waits."),
		failed:    gauge("outbox_failed", "Events put aside because they can never be published."),
		published: counter("outbox_published_total", "Events published and deleted."),
		refused:   counter("outbox_refused_total", "Events put aside by this process."),
		backoffs:  counter("outbox_backoffs_total", "Sweeps that ended with an error."),
	}
}

func (m metrics) show(l lag) {
	m.waiting.Set(l.Waiting)
	m.oldest.Set(l.OldestSeconds)
	m.failed.Set(l.Failed)
}
