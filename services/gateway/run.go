package gateway

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/gateway/internal/forward"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/live"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/positions"
	"github.com/terreno/terreno/services/gateway/internal/presence"
	"github.com/terreno/terreno/services/gateway/internal/replay"
	"github.com/terreno/terreno/services/gateway/internal/socket"
)

// gateway holds everything that runs.
type gateway struct {
	log       *slog.Logger
	bus       *bus.Bus
	forward   *forward.Forwarder
	replay    *replay.Replay
	positions *positions.Positions
	hub       *hub.Hub
	presence  *presence.Presence
	metrics   *metrics.Metrics
	sockets   *socket.Server
	directory *directory.Directory
	shifts    *shifts.Book
	drain     time.Duration
}

var (
	errDraining = errors.New("gateway is draining")
	errStreams  = errors.New("streams are not followed yet")
)

// expireEvery is how often the gateway looks for empty rooms.
const expireEvery = time.Second

// serving returns why the gateway cannot accept a socket now.
func (g *gateway) serving() error {
	switch {
	case g.sockets.Draining():
		return errDraining
	case !g.hub.Ready():
		return errStreams
	}
	// Until the shifts are known, the gateway would hide everybody.
	return errors.Join(g.directory.Ready(context.Background()), g.shifts.Ready(context.Background()))
}

// run serves until ctx ends, and then drains. Events, heartbeats and rechecks continue until the last socket has ended.
func (g *gateway) run(ctx context.Context) error {
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var running sync.WaitGroup
	running.Go(func() { g.sockets.Run(inner) })
	running.Go(func() { g.positions.Run(inner) })
	running.Go(func() { live.Run(inner, g.bus, g.hub, g.metrics, g.log) })
	running.Go(func() { g.expire(inner) })
	running.Go(func() { g.presence.Run(inner) })
	followed := make(chan error, 1)
	go func() { followed <- g.follow(inner) }()
	select {
	case <-ctx.Done():
	case err := <-followed:
		// The connection to NATS was closed for good: there is nothing left to serve.
		followed <- err
	}
	// The drain gets nine tenths of the time, so that enough is left to cut the remaining sockets and return.
	draining, cancel := context.WithTimeout(inner, g.drain*9/10)
	defer cancel()
	g.sockets.Drain(draining)
	stop()
	running.Wait()
	g.positions.Close()
	g.forward.Close()
	return <-followed
}

// follow follows the streams until ctx ends. It returns an error only when the connection to NATS was closed for good.
func (g *gateway) follow(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	known := make(chan error, 1)
	go func() {
		defer cancel()
		known <- g.shifts.Run(ctx)
	}()
	err := g.replay.Run(ctx)
	cancel()
	return errors.Join(err, <-known)
}

// expire ends the rooms that have been empty for long enough.
func (g *gateway) expire(ctx context.Context) {
	for wait.For(ctx, expireEvery) {
		g.hub.Expire()
		g.metrics.Rooms.Set(float64(g.hub.Rooms()))
		g.metrics.TailBytes.Set(float64(g.hub.TailBytes()))
	}
}
