package writer

import (
	"fmt"

	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	stored, repeated, expired prometheus.Counter
	partitions                prometheus.Gauge
}

func newMetrics(reg prometheus.Registerer) (metrics, error) {
	rows := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "tracking_rows_total",
		Help: "Rows of positions by what became of them: stored, repeated (stored before) or expired (older than the retention by the time they were written).",
	}, []string{"outcome"})
	partitions := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "tracking_partitions", Help: "Days for which a partition of positions exists.",
	})
	for _, c := range []prometheus.Collector{rows, partitions} {
		if err := reg.Register(c); err != nil {
			return metrics{}, fmt.Errorf("register the writer's metrics: %w", err)
		}
	}
	return metrics{
		stored: rows.WithLabelValues("stored"), repeated: rows.WithLabelValues("repeated"), expired: rows.WithLabelValues("expired"),
		partitions: partitions,
	}, nil
}
