package work

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

type metrics struct {
	days, marks, events      *prometheus.CounterVec
	waiting, failing, oldest prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return obs.Register(reg, prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help}))
	}
	return metrics{
		days: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "summary_days_total", Help: "Days of users that were computed, by outcome: created, updated, unchanged, failed.",
		}, []string{"outcome"})),
		marks: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "summary_marks_total", Help: "UTC days of users whose positions changed, by result: taken; final are those among them that came too late.",
		}, []string{"result"})),
		events: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "summary_activity_total", Help: "Days of users that visits and shifts put into the queue.",
		}, []string{})),
		waiting: gauge("summary_pending", "Days of users that wait to be computed."),
		failing: gauge("summary_pending_failing", "Days of users that wait because they could not be computed; summary.pending has their errors."),
		oldest:  gauge("summary_pending_oldest_seconds", "How long the day has been due that has been due for longest."),
	}
}
