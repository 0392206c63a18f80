// Package metrics holds the metrics of the gateway. Labels are bounded: never a company or a user.
package metrics

import (
	"errors"
	"strconv"

	"github.com/coder/websocket"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// Kinds of a resume, from the best to the worst.
const (
	Fresh  = "fresh"  // the client did not resume
	Tail   = "tail"   // served from memory
	Stream = "stream" // read from the stream
	Reload = "reload" // the client must reload at least one domain
)

// Metrics are the metrics of one gateway.
type Metrics struct {
	Sockets, Pending prometheus.Gauge
	// Frames counts frames by kind: the socket's own, one kind for each replayed stream, positions, live events, and presence.
	Frames            []prometheus.Counter
	Replayed          prometheus.Counter
	Coalesced         prometheus.Counter
	Hidden            prometheus.Counter
	Malformed         prometheus.Counter
	LiveLeft          prometheus.Counter
	QueuePeak         prometheus.Histogram
	closes, resumes   *prometheus.CounterVec
	codes             map[websocket.StatusCode]bool
	Rooms             prometheus.Gauge
	TailBytes         prometheus.Gauge
	SnapshotReads     prometheus.Counter
	SnapshotRows      prometheus.Counter
	SnapshotFailures  prometheus.Counter
	SnapshotPositions prometheus.Counter
}

// New registers the metrics. domains are the domains of the replayed streams, in the order of the cursor.
func New(reg prometheus.Registerer, domains []string) (*Metrics, error) {
	frames := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "gateway_frames_sent_total", Help: "Frames written to sockets, by the domain of the event.",
	}, []string{"domain"})
	m := &Metrics{
		Sockets: prometheus.NewGauge(prometheus.GaugeOpts{Name: "gateway_sockets", Help: "Open sockets."}),
		Pending: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gateway_pending_sockets", Help: "Open sockets without an accepted token: they wait for it, or are being refused.",
		}),
		Replayed: counter("gateway_replayed_events_total",
			"Missed events that were sent to sockets."),
		Coalesced: counter("gateway_positions_coalesced_total",
			"Positions not sent because the user had a newer one, on arrival or while they waited for a socket."),
		Hidden: counter("gateway_positions_hidden_total",
			"Live positions not sent because they were recorded outside every known shift, in companies that track people in their shifts only, or while the gateway did not know."),
		Malformed: counter("gateway_malformed_events_total",
			"Events that cannot be sent to sockets because their data is not JSON."),
		LiveLeft: counter("gateway_live_left_out_total",
			"Live events, such as that somebody writes, not sent to a socket because it lagged or was being resumed."),
		QueuePeak: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name: "gateway_queue_peak_bytes", Help: "Largest number of bytes of events that waited at once in a socket's queue, observed when the socket ends.",
			Buckets: prometheus.ExponentialBuckets(1<<10, 4, 6),
		}),
		Rooms: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gateway_rooms", Help: "Companies with an open socket here, or that had one recently.",
		}),
		TailBytes: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "gateway_tail_bytes", Help: "Bytes of events kept in memory for sockets that come back.",
		}),
		SnapshotReads: counter("gateway_snapshot_reads_total", "Reads of a company's newest positions."),
		SnapshotRows:  counter("gateway_snapshot_rows_total", "Positions that these reads returned."),
		SnapshotFailures: counter("gateway_snapshot_failures_total",
			"Reads of a company's newest positions that failed."),
		SnapshotPositions: counter("gateway_snapshot_positions_total",
			"Positions from these reads that were newer than the live ones."),
		closes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gateway_closes_total", Help: "Sockets ended, by closing code.",
		}, []string{"code"}),
		resumes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "gateway_resumes_total", Help: "Sockets that began, by the source of their missed events.",
		}, []string{"kind"}),
		codes: map[websocket.StatusCode]bool{websocket.StatusNormalClosure: true, websocket.StatusNoStatusRcvd: true},
	}
	var failed []error
	if reg != nil {
		for _, c := range []prometheus.Collector{
			m.Sockets, m.Pending, frames, m.Replayed, m.Coalesced, m.Hidden, m.Malformed, m.LiveLeft, m.QueuePeak, m.SnapshotReads, m.SnapshotRows, m.SnapshotFailures,
			m.SnapshotPositions, m.Rooms, m.TailBytes,
			m.closes, m.resumes,
		} {
			failed = append(failed, reg.Register(c))
		}
	}
	for _, domain := range append(append([]string{"socket"}, domains...), "tracking", "live", "usuario") {
		m.Frames = append(m.Frames, frames.WithLabelValues(domain))
	}
	for _, c := range protocol.Closures() {
		m.codes[c.Code] = true
	}
	for code := range m.codes {
		m.closes.WithLabelValues(strconv.Itoa(int(code)))
	}
	for _, kind := range []string{Fresh, Tail, Stream, Reload} {
		m.resumes.WithLabelValues(kind)
	}
	return m, errors.Join(failed...)
}

func counter(name, help string) prometheus.Counter {
	return prometheus.NewCounter(prometheus.CounterOpts{Name: name, Help: help})
}

// Closed counts the end of a socket. A client may send any code; all codes that are not ours share one label.
func (m *Metrics) Closed(code websocket.StatusCode) {
	label := "other"
	if m.codes[code] {
		label = strconv.Itoa(int(code))
	}
	m.closes.WithLabelValues(label).Inc()
}

// Resumed counts a socket that began.
func (m *Metrics) Resumed(kind string) { m.resumes.WithLabelValues(kind).Inc() }
