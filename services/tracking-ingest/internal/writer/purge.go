package writer

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/obs"
	"github.com/terreno/terreno/proto/stream"
)

const (
	purgeEvery = 10 * time.Second
	// purgeAbove is how full the stream stays while no consumer lags. It is well below the half at which uploads begin to be
	// refused (package intake). What is left lets an operator read the last positions into the database again.
	purgeAbove = 0.25
)

// Purger keeps TRACKING from filling up with messages that every consumer already has. A phone then gets 503 only when a
// consumer lags.
type Purger struct {
	bus     *bus.Bus
	row     stream.Stream
	log     *slog.Logger
	purged  prometheus.Counter
	blocked prometheus.Gauge
}

// NewPurger makes the purger of a stream from the stream table.
func NewPurger(b *bus.Bus, row stream.Stream, log *slog.Logger, reg prometheus.Registerer) *Purger {
	return &Purger{
		bus: b, row: row, log: log,
		purged: obs.Register(reg, prometheus.NewCounter(prometheus.CounterOpts{
			Name: "tracking_purged_messages_total", Help: "Messages removed from TRACKING because every consumer had them.",
		})),
		blocked: obs.Register(reg, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tracking_purge_blocked", Help: "1 while TRACKING cannot be purged because a declared consumer is missing.",
		})),
	}
}

// Run calls Purge every 10 s until ctx ends. Then it returns nil.
func (p *Purger) Run(ctx context.Context) error {
	ticks := time.NewTicker(purgeEvery)
	defer ticks.Stop()
	for {
		p.Purge(ctx)
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

// Purge checks the stream once and purges it when it is full enough. It logs errors, because the next check may succeed.
// Until then, at worst, the stream refuses uploads.
func (p *Purger) Purge(ctx context.Context) {
	n, err := admin.Purge(ctx, p.bus, p.row, admin.PurgeOptions{Above: purgeAbove})
	p.purged.Add(float64(n))
	switch {
	case err == nil:
		p.blocked.Set(0)
		if n > 0 {
			p.log.Info("stream purged", "stream", p.row.Name, "messages", n)
		}
	case errors.Is(err, admin.ErrConsumerMissing):
		p.blocked.Set(1)
		p.log.Error("stream cannot be purged, since nobody knows what a missing consumer still needs: provision it", "stream", p.row.Name, "error", err)
	case ctx.Err() == nil:
		p.log.Warn("stream was not purged, trying again", "stream", p.row.Name, "error", err)
	}
}
