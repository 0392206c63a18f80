package durable

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

// Outcomes of a message, as the metric's label.
const (
	OutcomeOK          = "ok"
	OutcomeRejected    = "rejected"
	OutcomeLater       = "later"
	OutcomeFailed      = "failed"
	OutcomeUnavailable = "unavailable"
	OutcomeDead        = "dead"
)

var outcomes = []string{OutcomeOK, OutcomeRejected, OutcomeLater, OutcomeFailed, OutcomeUnavailable, OutcomeDead}

// Metrics are shared by all durables of a process that have the same registerer.
type Metrics struct {
	handled                          *prometheus.CounterVec
	seconds                          *prometheus.HistogramVec
	dead, recreated, resets, lost    *prometheus.CounterVec
	pending, ackPending, redelivered *prometheus.GaugeVec
}

// NewMetrics registers the metrics of durables; reg may be nil.
func NewMetrics(reg prometheus.Registerer) *Metrics {
	labels := []string{"stream", "durable"}
	counter := func(name, help string, more ...string) *prometheus.CounterVec {
		return obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, append(labels, more...)))
	}
	gauge := func(name, help string) *prometheus.GaugeVec {
		return obs.Register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels))
	}
	return &Metrics{
		handled: counter("bus_handled_total", "Messages by what their handler made of them.", "outcome"),
		seconds: obs.Register(reg, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "bus_handler_seconds", Help: "Duration of one handler call, of a message or a batch.",
			Buckets: prometheus.ExponentialBuckets(0.001, 3, 10),
		}, labels)),
		dead:        counter("bus_dead_letters_total", "Messages copied to the dead letters."),
		recreated:   counter("bus_durables_recreated_total", "Durables that were missing and were made anew."),
		resets:      counter("bus_durables_reset_total", "Times that an ordered consumer took its place, also at its start."),
		lost:        counter("bus_lost_total", "Messages that the stream dropped before the durable was given them."),
		pending:     gauge("bus_pending", "Messages that the durable has not delivered yet."),
		ackPending:  gauge("bus_ack_pending", "Messages delivered and not acknowledged."),
		redelivered: gauge("bus_redelivered", "Unacknowledged messages that were delivered more than once."),
	}
}

// durableMetrics are the metrics of one durable. They exist, at zero, from the start.
type durableMetrics struct {
	handled                          *prometheus.CounterVec
	seconds                          prometheus.Observer
	dead, recreated, resets, lost    prometheus.Counter
	pending, ackPending, redelivered prometheus.Gauge
}

func (m *Metrics) of(stream, durable string) durableMetrics {
	labels := prometheus.Labels{"stream": stream, "durable": durable}
	d := durableMetrics{
		handled: m.handled.MustCurryWith(labels), seconds: m.seconds.With(labels),
		dead: m.dead.With(labels), recreated: m.recreated.With(labels), resets: m.resets.With(labels), lost: m.lost.With(labels),
		pending: m.pending.With(labels), ackPending: m.ackPending.With(labels), redelivered: m.redelivered.With(labels),
	}
	for _, o := range outcomes {
		d.handled.WithLabelValues(o)
	}
	return d
}
