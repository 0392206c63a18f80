package replay

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/turns"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
)

// Config of a replay.
type Config struct {
	// Streams that are replayed, in the order of the cursor.
	Streams []stream.Stream
	// Events and Bytes bound what one resume brings. If a socket missed more, it is told to reload.
	Events, Bytes int
	// ResumeWait is how long a resume may take: it waits until the frontier reaches the cursor, and for the stream.
	ResumeWait time.Duration
}

// readsAtOnce is how many resumes may read from streams at the same time. Companies take turns.
const readsAtOnce = 32

// Replay follows the streams and resumes the sockets of a gateway.
type Replay struct {
	cfg     Config
	bus     *bus.Bus
	hub     *hub.Hub
	metrics *metrics.Metrics
	log     *slog.Logger
	reads   *turns.Turns
}

// New makes a replay for a hub.
func New(cfg Config, b *bus.Bus, h *hub.Hub, m *metrics.Metrics, log *slog.Logger) *Replay {
	return &Replay{cfg: cfg, bus: b, hub: h, metrics: m, log: log, reads: turns.New(readsAtOnce)}
}

// Run follows the streams until ctx ends. It returns an error only when the connection to NATS was closed for good.
func (r *Replay) Run(ctx context.Context) error {
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
