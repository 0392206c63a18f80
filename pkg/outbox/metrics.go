package outbox

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	waiting, oldest, failed      prometheus.Gauge
	published, refused, backoffs prometheus.Counter
}

func newMetrics(reg prometheus.Registerer, schema string) metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return shared(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"schema"})).
			WithLabelValues(schema)
	}
	counter := func(name, help string) prometheus.Counter {
		return shared(reg, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, []string{"schema"})).
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

// shared registers a collector, or returns the one that another schema's relay registered in this process.
func shared[C prometheus.Collector](reg prometheus.Registerer, c C) C {
	if reg == nil {
		return c
	}
	err := reg.Register(c)
	already := prometheus.AlreadyRegisteredError{}
	if errors.As(err, &already) {
		if existing, ok := already.ExistingCollector.(C); ok {
			return existing
		}
	}
	if err != nil {
		panic(err)
	}
	return c
}
