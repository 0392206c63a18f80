package api

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

// What became of an upload.
const (
	outcomeAccepted    = "accepted"
	outcomeRefused     = "refused"
	outcomeSlowed      = "slowed"
	outcomeFull        = "stream_full"
	outcomeUnavailable = "unavailable"
	outcomeFailed      = "failed"
)

type metrics struct {
	uploads, fixes, dropped *prometheus.CounterVec
	// accepted and acceptedFixes are those of uploads and fixes that nearly every upload counts.
	accepted, acceptedFixes prometheus.Counter
}

func newMetrics(reg prometheus.Registerer) metrics {
	m := metrics{
		uploads: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tracking_uploads_total", Help: "Uploads by what became of them.",
		}, []string{"outcome"})),
		fixes: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tracking_fixes_total", Help: "Posted positions: accepted, or the code of their rejection.",
		}, []string{"outcome"})),
		dropped: obs.Register(reg, prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tracking_fields_dropped_total", Help: "Optional fields of accepted positions that could not be read, and were left out or counted as the worst.",
		}, []string{"field"})),
	}
	for _, o := range []string{outcomeAccepted, outcomeRefused, outcomeSlowed, outcomeFull, outcomeUnavailable, outcomeFailed} {
		m.uploads.WithLabelValues(o)
	}
	for _, code := range append(upload.RejectionCodes(), outcomeAccepted) {
		m.fixes.WithLabelValues(code)
	}
	m.accepted, m.acceptedFixes = m.uploads.WithLabelValues(outcomeAccepted), m.fixes.WithLabelValues(outcomeAccepted)
	return m
}

// judged counts the rejected positions and the dropped fields of a decoded upload.
func (m metrics) judged(u upload.Upload) {
	for _, r := range u.Rejected {
		m.fixes.WithLabelValues(r.Code).Inc()
	}
	for field, n := range u.Dropped {
		m.dropped.WithLabelValues(field).Add(float64(n))
	}
}
