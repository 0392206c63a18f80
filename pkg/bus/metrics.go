package bus

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/pkg/obs"
)

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
	durables             *durable.Metrics
	publishRetries       prometheus.Counter
	publishFailures      *prometheus.CounterVec
	permissionViolations prometheus.Counter
	skipped              *prometheus.CounterVec
	refusing             *prometheus.GaugeVec
	streamLost           *prometheus.CounterVec
}

func newMetrics(reg prometheus.Registerer, service string) *metrics {
	counter := func(name, help string, labels ...string) *prometheus.CounterVec {
		return obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{Name: name, Help: help}, labels))
	}
	failures := counter("bus_publish_failures_total", "Publishes given up, by reason.", "service", "reason")
	violations := counter("nats_permission_violations_total", "Operations that NATS refused to the service.", "service")
	refusing := obs.Register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "bus_stream_refusing", Help: "1 while every publish of the service to the stream has failed for 10 s or longer.",
	}, []string{"service", "stream"}))
	streamLost := counter("bus_stream_lost_total", "Messages that a stream acknowledged and then lost, as far as the service knows.", "service", "stream")
	m := &metrics{
		streamLost:           streamLost.MustCurryWith(prometheus.Labels{"service": service}),
		refusing:             refusing.MustCurryWith(prometheus.Labels{"service": service}),
		durables:             durable.NewMetrics(reg),
		publishRetries:       counter("bus_publish_retries_total", "Publishes that had to be sent again.", "service").WithLabelValues(service),
		publishFailures:      failures.MustCurryWith(prometheus.Labels{"service": service}),
		permissionViolations: violations.WithLabelValues(service),
		skipped:              counter("bus_skipped_total", "Messages that no handler saw because their subject does not parse.", "service"),
	}
	m.skipped.WithLabelValues(service)
	for _, reason := range reasons {
		m.publishFailures.WithLabelValues(reason)
	}
	return m
}
