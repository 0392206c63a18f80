package db

import (
	"errors"
	"log/slog"
	"net"

	"github.com/lib/pq"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
)

// leadReport tells the log and the metrics why a process leads or does not. Only one goroutine uses it.
type leadReport struct {
	log     *slog.Logger
	leading prometheus.Gauge
	errors  prometheus.Counter
	// said is what the log heard last. A reason that stays the same is logged once.
	said string
}

func newLeadReport(reg prometheus.Registerer, log *slog.Logger, name string) *leadReport {
	leading := obs.Register(reg, prometheus.NewGaugeVec(prometheus.GaugeOpts{
		Name: "db_leading", Help: "1 while this process holds the lock of this name, 0 while it waits for it.",
	}, []string{"name"}))
	failures := obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "db_lead_errors_total", Help: "Times that this process could not even wait for the lock of this name.",
	}, []string{"name"}))
	r := &leadReport{log: log.With("lock", name), leading: leading.WithLabelValues(name), errors: failures.WithLabelValues(name)}
	r.leading.Set(0)
	return r
}

// failed counts an error, and logs it unless it is of the same kind as the last one.
func (r *leadReport) failed(err error) {
	r.errors.Inc()
	if kind := errorKind(err); kind != r.said {
		r.said = kind
		r.log.Error("cannot wait for the lock", "error", err)
	}
}

// queues says once that another process holds the lock.
func (r *leadReport) queues() {
	const said = "queues"
	if r.said != said {
		r.said = said
		r.log.Info("another process holds the lock, waiting for it")
	}
}

func (r *leadReport) leads(now bool) {
	r.said = ""
	r.leading.Set(0)
	if now {
		r.leading.Set(1)
	}
}

// errorKind returns an error's text without the parts that differ each time, such as the local port.
func errorKind(err error) string {
	if pe, ok := errors.AsType[*pq.Error](err); ok {
		return string(pe.Code) + pe.Message
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		return op.Op + op.Err.Error()
	}
	return err.Error()
}
