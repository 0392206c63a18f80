package schedule

import (
	"database/sql"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

// Results of an attempt, as the labels of the metrics.
const (
	resultDone      = "done"
	resultFailed    = "failed"
	resultSkipped   = "skipped"
	resultRetried   = "retried"
	resultPostponed = "postponed" // a dependency was away, or the process stopped: no attempt was used
	resultLost      = "lost"
)

type metrics struct {
	runs   *prometheus.CounterVec
	late   *prometheus.CounterVec
	oldest *prometheus.GaugeVec
}

func newMetrics(reg prometheus.Registerer, jobs []Job) *metrics {
	m := &metrics{
		runs: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "schedule_runs_total", Help: "Attempts to run a job's slot that ended, by result.",
		}, []string{"job", "result"})),
		late: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "schedule_late_total", Help: "Attempts that began well after their slot was due.",
		}, []string{"job"})),
		oldest: obs.Register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "schedule_oldest_due_seconds", Help: "Domain time since the oldest unfinished run became due.",
		}, []string{"job"})),
	}
	for _, j := range jobs {
		for _, result := range []string{resultDone, resultFailed, resultSkipped, resultRetried, resultPostponed, resultLost} {
			m.runs.WithLabelValues(j.Name, result)
		}
		m.late.WithLabelValues(j.Name)
		m.oldest.WithLabelValues(j.Name)
	}
	return m
}

func (m *metrics) ended(job, result string) { m.runs.WithLabelValues(job, result).Inc() }

// closed counts the runs that the schedule closed and no handler finished.
func (m *metrics) closed(gone []closed) {
	for _, c := range gone {
		m.ended(c.Job, c.State)
	}
}

func (m *metrics) show(all []waiting, now time.Time) {
	for _, w := range all {
		age := 0.0
		if w.Due.Valid {
			age = max(0, now.Sub(w.Due.Time).Seconds())
		}
		m.oldest.WithLabelValues(w.Job).Set(age)
	}
}

// waiting says how long a job's oldest open run has been due.
type waiting struct {
	Job string       `db:"job"`
	Due sql.NullTime `db:"due"`
}
