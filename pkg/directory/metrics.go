package directory

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

type metrics struct {
	companies, users, loadedAt prometheus.Gauge
	loads                      *prometheus.CounterVec
	lookups, refused           prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) *metrics {
	gauge := func(name, help string) prometheus.Gauge {
		return obs.Register(reg, prometheus.NewGauge(prometheus.GaugeOpts{Name: name, Help: help}))
	}
	counter := func(name, help string) prometheus.Counter {
		return obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help}))
	}
	m := &metrics{
		companies: gauge("directory_companies", "Companies held."),
		users:     gauge("directory_users", "Users in the directory, including platform admins."),
		loadedAt:  gauge("directory_loaded_timestamp_seconds", "When the directory was last loaded, wall time."),
		loads: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "directory_loads_total", Help: "Loads of the whole directory, by result.",
		}, []string{"result"})),
		lookups: counter("directory_lookups_total", "Questions to the database about the user of one young token."),
		refused: counter("directory_news_refused_total", "Messages that the directory could not read."),
	}
	m.loads.WithLabelValues("done")
	m.loads.WithLabelValues("failed")
	return m
}

func (m *metrics) loadedAll(companies, users int) {
	m.sizes(companies, users)
	m.loadedAt.SetToCurrentTime()
	m.loads.WithLabelValues("done").Inc()
}

func (m *metrics) sizes(companies, users int) {
	m.companies.Set(float64(companies))
	m.users.Set(float64(users))
}
