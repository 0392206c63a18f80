package gateway

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/relay"
	"github.com/terreno/terreno/services/gateway/internal/socket"
)

// gateway is what runs.
type gateway struct {
	relay     *relay.Relay
	hub       *hub.Hub
	sockets   *socket.Server
	directory *directory.Directory
	drain     time.Duration
}

var (
	errDraining = errors.New("gateway is draining")
	errStreams  = errors.New("streams are not followed yet")
)

// serving says why a socket cannot be taken on.
func (g *gateway) serving() error {
	switch {
	case g.sockets.Draining():
		return errDraining
	case !g.hub.Ready():
		return errStreams
	}
	return g.directory.Ready(context.Background())
}

// run serves until ctx ends and then drains. Events, heartbeats and judgements go on until the last socket has ended.
func (g *gateway) run(ctx context.Context) error {
	inner, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var beats sync.WaitGroup
	beats.Go(func() { g.sockets.Run(inner) })
	relayed := make(chan error, 1)
	go func() { relayed <- g.relay.Run(inner) }()
	select {
	case <-ctx.Done():
	case err := <-relayed:
		// The connection to NATS was closed for good: there is nothing left to serve.
		relayed <- err
	}
	// Nine tenths, so that what is left of the time is enough to cut the rest and return.
	draining, cancel := context.WithTimeout(inner, g.drain*9/10)
	defer cancel()
	g.sockets.Drain(draining)
	g.relay.Close()
	stop()
	beats.Wait()
	return <-relayed
}
