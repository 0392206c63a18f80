package httpx

import (
	"net/http"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

// metrics count requests by route, which is the pattern and never the path. The registerer adds the label that names the
// service.
type metrics struct {
	requests  *prometheus.CounterVec
	duration  *prometheus.HistogramVec
	running   *prometheus.GaugeVec
	bodyBytes *prometheus.GaugeVec
	refused   *prometheus.CounterVec
	// known are the metrics of answers, by their labels. Looking them up by labels each time took longer than counting.
	known sync.Map // answer -> *answers
}

// answer is what the labels of a request say.
type answer struct {
	route, method string
	status        int
}

type answers struct {
	count    prometheus.Counter
	duration prometheus.Observer
}

func newMetrics(reg prometheus.Registerer) *metrics {
	requests := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_requests_total", Help: "Requests answered, by route, method and status.",
	}, []string{"route", "method", "code"})
	duration := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "http_request_duration_seconds", Help: "Time from the request's header to the end of its answer.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30},
	}, []string{"route", "method"})
	running := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "http_requests_running", Help: "Requests that hold a place, by class.",
	}, []string{"class"})
	bodyBytes := prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "http_body_bytes", Help: "Bytes of request bodies, and of answers that wait for their clients, by class.",
	}, []string{"class"})
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "http_requests_refused_total",
		Help: "Requests answered overloaded, by class and by what was used up: the places or bytes of all (full) or of one company or address (share).",
	}, []string{"class", "reason"})
	return &metrics{
		requests: obs.Register(reg, requests), duration: obs.Register(reg, duration), running: obs.Register(reg, running),
		bodyBytes: obs.Register(reg, bodyBytes), refused: obs.Register(reg, refused),
	}
}

// beginClass makes the metrics of a class appear before its first request.
func (m *metrics) beginClass(c Class) {
	m.running.WithLabelValues(string(c))
	m.bodyBytes.WithLabelValues(string(c))
	for _, what := range []string{"places_", "bytes_"} {
		m.refused.WithLabelValues(string(c), what+refusedFull)
		m.refused.WithLabelValues(string(c), what+refusedShare)
	}
	if c == ClassFiles {
		m.refused.WithLabelValues(string(c), "places_"+refusedUser)
	}
}

var knownMethods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", http.MethodTrace, http.MethodConnect}

func (m *metrics) observe(route, method string, status int, took time.Duration) {
	if !slices.Contains(knownMethods, method) {
		method = "other"
	}
	of := answer{route, method, status}
	known, ok := m.known.Load(of)
	if !ok {
		known, _ = m.known.LoadOrStore(of, &answers{
			m.requests.WithLabelValues(route, method, strconv.Itoa(status)), m.duration.WithLabelValues(route, method),
		})
	}
	known.(*answers).count.Inc()
	known.(*answers).duration.Observe(took.Seconds())
}
