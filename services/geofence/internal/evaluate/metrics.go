package evaluate

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

type metrics struct {
	fixes, unreadable   prometheus.Counter
	raised, late, ended prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	alerts := obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "geofence_alerts_total", Help: "Alerts by what happened to them: raised, late (of the past), ended.",
	}, []string{"event"}))
	return &metrics{
		fixes: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "geofence_fixes_total", Help: "Positions judged, of users who have zones.",
		})),
		unreadable: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "geofence_unreadable_total", Help: "Times that a user was not judged because the stored state, or a zone of the user, cannot be read.",
		})),
		raised: alerts.WithLabelValues("raised"), late: alerts.WithLabelValues("late"), ended: alerts.WithLabelValues("ended"),
	}
}

func (m *metrics) count(c counts) {
	m.fixes.Add(float64(c.fixes))
	m.raised.Add(float64(c.raised))
	m.late.Add(float64(c.late))
	m.ended.Add(float64(c.ended))
}
