package metrics

import (
	"errors"

	"github.com/prometheus/client_golang/prometheus"
)

// Presence are the metrics of who is online.
type Presence struct {
	Gateways, Users, Certain         prometheus.Gauge
	Sent, Received, Messages, Unsent prometheus.Counter
	Gaps, Mismatches, Lost           prometheus.Counter
	Hidden                           prometheus.Counter
	Seen, SeenFailures, SeenDropped  prometheus.Counter
	// Events counts what was queued for sockets, by event.
	Events *prometheus.CounterVec
}

// NewPresence registers the metrics. events are the names of the events.
func NewPresence(reg prometheus.Registerer, events ...string) (*Presence, error) {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	p := &Presence{
		Gateways:     gauge("gateway_presence_gateways", "Other gateways that live, as far as this one knows."),
		Users:        gauge("gateway_presence_users", "Users who are online, over all gateways."),
		Certain:      gauge("gateway_presence_certain", "1 while this gateway knows all of the others, and so may say that somebody is offline."),
		Sent:         counter("gateway_presence_sent_bytes_total", "Bytes of what this gateway told the others."),
		Received:     counter("gateway_presence_received_bytes_total", "Bytes of what gateways told, this one included."),
		Messages:     counter("gateway_presence_messages_total", "Messages with which this gateway told the others."),
		Unsent:       counter("gateway_presence_unsent_total", "Messages that were not sent, because the link to NATS was down."),
		Gaps:         counter("gateway_presence_gaps_total", "Times that a message of another gateway was missing, and its full list was asked for."),
		Mismatches:   counter("gateway_presence_mismatches_total", "Digests of other gateways that differed from what was known. It stays 0 unless there is a defect."),
		Lost:         counter("gateway_presence_lost_gateways_total", "Other gateways that were dropped because they were not heard any more."),
		Hidden:       counter("gateway_presence_hidden_total", "Changes not told because the person is invisible outside shifts."),
		Seen:         counter("gateway_presence_seen_total", "People of whom it was written when they were last seen."),
		SeenFailures: counter("gateway_presence_seen_failures_total", "Such writes that failed and are tried again."),
		SeenDropped:  counter("gateway_presence_seen_dropped_total", "People of whom it was not written, because too many waited for the database."),
		Events: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gateway_presence_events_total", Help: "Frames about presence that were queued for sockets, by event.",
		}, []string{"event"}),
	}
	for _, e := range events {
		p.Events.WithLabelValues(e)
	}
	var failed []error
	if reg != nil {
		for _, c := range []prometheus.Collector{
			p.Gateways, p.Users, p.Certain, p.Sent, p.Received, p.Messages, p.Unsent, p.Gaps, p.Mismatches, p.Lost, p.Hidden, p.Seen, p.SeenFailures,
			p.SeenDropped, p.Events,
		} {
			failed = append(failed, reg.Register(c))
		}
	}
	return p, errors.Join(failed...)
}
