package writer

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

type metrics struct {
	stored, repeated, expired prometheus.Counter
	partitions                prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) metrics {
	rows := obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tracking_rows_total",
		Help: "Positions by what became of them: stored, repeated (their message was stored before and is not merged yet) or expired (older than the retention by the time they were written).",
	}, []string{"outcome"}))
	return metrics{
		stored: rows.WithLabelValues("stored"), repeated: rows.WithLabelValues("repeated"), expired: rows.WithLabelValues("expired"),
		partitions: obs.Register(reg, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tracking_partitions", Help: "Days for which a partition of positions exists.",
		})),
	}
}
