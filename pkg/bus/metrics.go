package bus

import (
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

// Outcomes of a message, as the metric's label.
const (
	outcomeOK          = "ok"
	outcomeRejected    = "rejected"
	outcomeLater       = "later"
	outcomeFailed      = "failed"
	outcomeUnavailable = "unavailable"
	outcomeDead        = "dead"
)

var outcomes = []string{outcomeOK, outcomeRejected, outcomeLater, outcomeFailed, outcomeUnavailable, outcomeDead}

// Reasons for which a publish failed, as the metric's label.
const (
	reasonFull        = "stream_full"
	reasonTooLarge    = "too_large"
	reasonUnavailable = "unavailable"
	reasonDenied      = "denied"
	reasonRefused     = "refused"
)

var reasons = []string{reasonFull, reasonTooLarge, reasonUnavailable, reasonDenied, reasonRefused}

// metrics are shared by all buses of a process that have the same registerer.
type metrics struct {
	handled              *prometheus.CounterVec
	handlerSeconds       *prometheus.HistogramVec
	deadLetters          *prometheus.CounterVec
	recreated            *prometheus.CounterVec
	resets               *prometheus.CounterVec
	pending              *prometheus.GaugeVec
	ackPending           *prometheus.GaugeVec
	redelivered          *prometheus.GaugeVec
	publishRetries       prometheus.Counter
	publishFailures      *prometheus.CounterVec
	permissionViolations prometheus.Counter
	skipped              *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, service string) (*metrics, error) {
	r := registry{reg: reg}
	durable := []string{"stream", "durable"}
	m := &metrics{
		handled: counters(&r, "bus_handled_total", "Messages by what their handler made of them.",
			"stream", "durable", "outcome"),
		handlerSeconds: shared(&r, prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "bus_handler_seconds", Help: "Duration of one handler call, of a message or a batch.",
			Buckets: prometheus.ExponentialBuckets(0.001, 3, 10),
		}, durable)),
		deadLetters: counters(&r, "bus_dead_letters_total", "Messages copied to the dead letters.", durable...),
		recreated:   counters(&r, "bus_durables_recreated_total", "Durables that were missing and were made anew.", durable...),
		resets:      counters(&r, "bus_durables_reset_total", "Times that an ordered consumer took its place, also at its start.", durable...),
		pending:     gauges(&r, "bus_pending", "Messages that the durable has not delivered yet.", durable...),
		ackPending:  gauges(&r, "bus_ack_pending", "Messages delivered and not acknowledged.", durable...),
		redelivered: gauges(&r, "bus_redelivered", "Unacknowledged messages that were delivered more than once.", durable...),
		skipped: counters(&r, "bus_skipped_total", "Messages that no handler saw because their subject does not parse.",
			"service"),
	}
	retries := counters(&r, "bus_publish_retries_total", "Publishes that had to be sent again.", "service")
	failures := counters(&r, "bus_publish_failures_total", "Publishes given up, by reason.", "service", "reason")
	violations := counters(&r, "nats_permission_violations_total", "Operations that NATS refused to the service.", "service")
	if r.err != nil {
		return nil, r.err
	}
	m.skipped.WithLabelValues(service)
	m.publishRetries = retries.WithLabelValues(service)
	m.permissionViolations = violations.WithLabelValues(service)
	m.publishFailures = failures.MustCurryWith(prometheus.Labels{"service": service})
	for _, reason := range reasons {
		m.publishFailures.WithLabelValues(reason)
	}
	return m, nil
}

// durableMetrics are those of one durable, at zero from the start.
type durableMetrics struct {
	handled                          *prometheus.CounterVec
	seconds                          prometheus.Observer
	dead, recreated                  prometheus.Counter
	pending, ackPending, redelivered prometheus.Gauge
}

func (m *metrics) durable(stream, durable string) durableMetrics {
	labels := prometheus.Labels{"stream": stream, "durable": durable}
	d := durableMetrics{
		handled: m.handled.MustCurryWith(labels), seconds: m.handlerSeconds.With(labels),
		dead: m.deadLetters.With(labels), recreated: m.recreated.With(labels),
		pending: m.pending.With(labels), ackPending: m.ackPending.With(labels), redelivered: m.redelivered.With(labels),
	}
	for _, o := range outcomes {
		d.handled.WithLabelValues(o)
	}
	return d
}

func (d durableMetrics) count(outcome string, messages int) {
	d.handled.WithLabelValues(outcome).Add(float64(messages))
}

// registry registers collectors and keeps the first error.
type registry struct {
	reg prometheus.Registerer
	err error
}

// shared registers a collector, or returns the one that an earlier bus registered.
func shared[C prometheus.Collector](r *registry, c C) C {
	if r.reg == nil || r.err != nil {
		return c
	}
	err := r.reg.Register(c)
	var already prometheus.AlreadyRegisteredError
	if errors.As(err, &already) {
		if existing, ok := already.ExistingCollector.(C); ok {
			return existing
		}
	}
	if err != nil {
		r.err = fmt.Errorf("register bus metrics: %w", err)
	}
	return c
}

func counters(r *registry, name, help string, labels ...string) *prometheus.CounterVec {
	return shared(r, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
}

func gauges(r *registry, name, help string, labels ...string) *prometheus.GaugeVec {
	return shared(r, prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, labels))
}
