package inbox

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

const (
	outcomeStored   = "stored"
	outcomeRepeated = "repeated"
	outcomePassed   = "passed_over"
	// otherEvent stands for every event that the inbox ignores.
	otherEvent = "other"
)

// eventOf names the event that an entry comes from.
var eventOf = map[string]string{
	alert.WhatRaised: wire.EventNew, alert.WhatLate: wire.EventLate, alert.WhatClosed: wire.EventClosed,
}

type metrics struct{ events *prometheus.CounterVec }

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "notifier_alert_events_total",
		Help: "Messages about alerts by result: stored, repeated (known before) or passed_over (not for the inbox). Dead letters are counted by the consumer.",
	}, []string{"event", "outcome"}))}
	for _, event := range eventOf {
		m.events.WithLabelValues(event, outcomeStored)
		m.events.WithLabelValues(event, outcomeRepeated)
	}
	m.events.WithLabelValues(otherEvent, outcomePassed)
	return m
}

func (m metrics) count(received []store.Received, stored map[string]int, passed int) {
	came := map[string]int{}
	for _, r := range received {
		came[r.Entry.What]++
	}
	for what, n := range came {
		m.events.WithLabelValues(eventOf[what], outcomeStored).Add(float64(stored[what]))
		m.events.WithLabelValues(eventOf[what], outcomeRepeated).Add(float64(n - stored[what]))
	}
	m.events.WithLabelValues(otherEvent, outcomePassed).Add(float64(passed))
}
