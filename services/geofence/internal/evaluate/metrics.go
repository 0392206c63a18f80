package evaluate

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	leading             prometheus.Gauge
	fixes               prometheus.Counter
	raised, late, ended prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) (*metrics, error) {
	alerts := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "geofence_alerts_total", Help: "Alerts by what happened to them: raised, late (of the past), ended.",
	}, []string{"event"})
	m := &metrics{
		leading: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "geofence_evaluating", Help: "1 in the one process that evaluates, 0 in those that wait.",
		}),
		fixes: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "geofence_fixes_total", Help: "Positions judged, of users who have zones.",
		}),
		raised: alerts.WithLabelValues("raised"), late: alerts.WithLabelValues("late"), ended: alerts.WithLabelValues("ended"),
	}
	for _, c := range []prometheus.Collector{m.leading, m.fixes, alerts} {
		if err := reg.Register(c); err != nil {
			return nil, fmt.Errorf("register metrics: %w", err)
		}
	}
	return m, nil
}

func (m *metrics) count(c counts) {
	m.fixes.Add(float64(c.fixes))
	m.raised.Add(float64(c.raised))
	m.late.Add(float64(c.late))
	m.ended.Add(float64(c.ended))
}
