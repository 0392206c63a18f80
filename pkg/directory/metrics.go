package directory

import (
	"github.com/prometheus/client_golang/prometheus"
)

type metrics struct {
	companies, users, loadedAt prometheus.Gauge
	loads                      *prometheus.CounterVec
	lookups, refused           prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help})
	}
	counter := func(name, help string) prometheus.Counter {
		return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
	}
	m := &metrics{
		companies: gauge("directory_companies", "Companies held since the last load."),
		users:     gauge("directory_users", "Users held since the last load."),
		loadedAt:  gauge("directory_loaded_timestamp_seconds", "When the directory was last loaded, wall time."),
		loads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "directory_loads_total", Help: "Loads of the whole directory, by result.",
		}, []string{"result"}),
		lookups: counter("directory_lookups_total", "Questions about the user of one young token."),
		refused: counter("directory_news_refused_total", "News that could not be understood."),
	}
	m.loads.WithLabelValues("done")
	m.loads.WithLabelValues("failed")
	if reg != nil {
		reg.MustRegister(m.companies, m.users, m.loadedAt, m.loads, m.lookups, m.refused)
	}
	return m
}

func (m *metrics) loadedAll(p people) {
	m.companies.Set(float64(len(p.companies)))
	m.users.Set(float64(len(p.users)))
	m.loadedAt.SetToCurrentTime()
	m.loads.WithLabelValues("done").Inc()
}
