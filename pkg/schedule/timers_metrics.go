package schedule

import (
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

type timerMetrics struct {
	runs                    *prometheus.CounterVec
	waiting, failed, oldest prometheus.Gauge
}

// newTimerMetrics labels the gauges by schema: several services may run in one process.
func newTimerMetrics(reg prometheus.Registerer, schema string, kinds []string) timerMetrics {
	gauge := func(name, help string) prometheus.Gauge {
		return obs.Register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{Name: name, Help: help}, []string{"schema"})).WithLabelValues(schema)
	}
	m := timerMetrics{
		runs: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "schedule_timer_runs_total",
			Help: "Attempts to run a due timer, by result: done, retried, postponed (does not count as an attempt) or failed (put aside).",
		}, []string{"kind", "result"})),
		waiting: gauge("schedule_timers_waiting", "Timers that are set, due or not, at most 100000."),
		failed:  gauge("schedule_timers_failed", "Timers that failed and are put aside, at most 100000."),
		oldest:  gauge("schedule_timers_oldest_overdue_seconds", "Domain time since the oldest unfinished timer became due."),
	}
	for _, kind := range kinds {
		for _, result := range []string{resultDone, resultRetried, resultPostponed, resultFailed} {
			m.runs.WithLabelValues(kind, result)
		}
	}
	return m
}

func (m timerMetrics) ended(kind, result string) { m.runs.WithLabelValues(kind, result).Inc() }

func (m timerMetrics) show(l timerLag, now time.Time) {
	m.waiting.Set(l.Waiting)
	m.failed.Set(l.Failed)
	overdue := 0.0
	if l.First.Valid {
		overdue = max(0, now.Sub(l.First.Time).Seconds())
	}
	m.oldest.Set(overdue)
}
