package ingress

import (
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics have the service as a label, and never the path: the route table limits the number of services.
type metrics struct {
	requests *prometheus.CounterVec
	open     *prometheus.GaugeVec
}

func newMetrics(reg prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "ingress_requests_total",
			Help: "Requests by service and result. The result is the class of the status, or the reason why the service sent no response: unreachable, timeout, overloaded, client.",
		}, []string{"service", "result"}),
		open: prometheus.NewGaugeVec(prometheus.GaugeOpts{
			Name: "ingress_open", Help: "Open requests and sockets.",
		}, []string{"kind"}),
	}
	reg.MustRegister(m.requests, m.open)
	for _, service := range Services() {
		for _, result := range []string{"1xx", "2xx", "3xx", "4xx", "5xx", "unreachable", "timeout", "overloaded", "client"} {
			m.requests.WithLabelValues(service, result)
		}
	}
	for _, kind := range []string{"request", "socket"} {
		m.open.WithLabelValues(kind)
	}
	return m
}

func (m *metrics) count(service, result string) { m.requests.WithLabelValues(service, result).Inc() }

func (m *metrics) status(service string, status int) {
	m.count(service, strconv.Itoa(min(max(status/100, 1), 5))+"xx")
}
