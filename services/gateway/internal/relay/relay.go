package relay

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/latest"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
)

// Config of a relay.
type Config struct {
	// Streams that are replayed, in the order of the cursor.
	Streams []stream.Stream
	// Warm is how many sequences of each stream the tail begins with.
	Warm int
	// ReplayEvents and ReplayBytes bound what one resume brings; what is more is told to be reloaded.
	ReplayEvents, ReplayBytes int
	// ResumeWait bounds a resume: for the frontier to reach the cursor, and for the stream's answers.
	ResumeWait time.Duration
	// Snapshot is how often a company's newest positions are read again.
	Snapshot time.Duration
	// SnapshotAfter are the reads that follow one which was due because something may have been lost: what was on its way
	// to PostgreSQL then is there by now.
	SnapshotAfter []time.Duration
}

// readsAtOnce bounds the resumes that read from streams at the same time.
const readsAtOnce = 32

// Relay is a gateway's.
type Relay struct {
	cfg     Config
	bus     *bus.Bus
	hub     *hub.Hub
	latest  *latest.Store
	metrics *metrics.Metrics
	log     *slog.Logger
	reads   chan struct{}

	// rooms ends with Close; what runs for rooms hangs on it.
	rooms    context.Context
	endRooms context.CancelFunc
	running  sync.WaitGroup
}

// New makes a relay. Hub and relay need each other: Serve brings the hub.
func New(cfg Config, b *bus.Bus, store *latest.Store, m *metrics.Metrics, log *slog.Logger) *Relay {
	r := &Relay{cfg: cfg, bus: b, latest: store, metrics: m, log: log, reads: make(chan struct{}, readsAtOnce)}
	r.rooms, r.endRooms = context.WithCancel(context.Background())
	return r
}

// Serve says which hub the relay brings things to. It comes before everything else.
func (r *Relay) Serve(h *hub.Hub) { r.hub = h }

// Run follows the streams until ctx ends. It returns an error only when the connection to NATS was closed for good.
func (r *Relay) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, len(r.cfg.Streams))
	for s := range r.cfg.Streams {
		go func() { ended <- r.follow(ctx, s) }()
	}
	var failed []error
	for range r.cfg.Streams {
		failed = append(failed, <-ended)
		cancel()
	}
	return errors.Join(failed...)
}

// Close ends what runs for rooms. It comes after the last socket has left.
func (r *Relay) Close() {
	r.endRooms()
	r.running.Wait()
}

// follow keeps one stream's frontier moving.
func (r *Relay) follow(ctx context.Context, s int) error {
	name := r.cfg.Streams[s].Name
	for first := true; ; first = false {
		from, ok := r.begin(ctx, s, first)
		if !ok {
			return nil
		}
		err := r.bus.Follow(ctx, name, from, func(m bus.Msg) { r.hub.Event(s, r.event(m)) })
		switch {
		case err == nil:
			return nil // ctx ended
		case !errors.Is(err, bus.ErrStreamReplaced):
			return fmt.Errorf("follow stream %s: %w", name, err)
		}
		r.log.Warn("stream was replaced, sockets are told to reload", "stream", name, "error", err)
	}
}

// pause waits for d; false means that ctx ended first.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
