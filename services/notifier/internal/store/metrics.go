package store

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

type escalationMetrics struct {
	steps       *prometheus.CounterVec
	unreachable prometheus.Counter
}

func newEscalationMetrics(reg prometheus.Registerer) *escalationMetrics {
	m := &escalationMetrics{
		steps: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "notifier_escalation_steps_total", Help: "Steps by which people were told of alerts, by type of alert. A step whose transaction failed afterwards counts too.",
		}, []string{"type"})),
		unreachable: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "notifier_unreachable_total", Help: "Steps of alerts of which nobody could be told: nobody has a device, and there is no webhook.",
		})),
	}
	for kind := range kindOf {
		m.steps.WithLabelValues(kind)
	}
	return m
}

// step counts a step. Types are those of kindOf, so there are few labels.
func (m *escalationMetrics) step(kind string) { m.steps.WithLabelValues(kind).Inc() }
