package evaluate

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

type metrics struct {
	fixes, hidden       prometheus.Counter
	unreadable          prometheus.Counter
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
		hidden: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "geofence_hidden_fixes_total", Help: "Positions not judged because they lie outside every known shift, in companies that track people in their shifts only.",
		})),
		unreadable: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "geofence_unreadable_total", Help: "Times that a user was not judged because the stored state, or a zone of the user, cannot be read.",
		})),
		raised: alerts.WithLabelValues("raised"), late: alerts.WithLabelValues("late"), ended: alerts.WithLabelValues("ended"),
	}
}

func (m *metrics) count(c counts) {
	m.fixes.Add(float64(c.fixes))
	m.hidden.Add(float64(c.hidden))
	m.raised.Add(float64(c.raised))
	m.late.Add(float64(c.late))
	m.ended.Add(float64(c.ended))
}
