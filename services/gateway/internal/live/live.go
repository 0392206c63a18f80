// Package live passes live events on to sockets: what other services tell every gateway, and nobody stores.
//
// There is one subscription for all companies. The events of a company without a socket here cost no more than a look into a map. A live
// event that is lost is gone, and its loss harms nobody, because it loses its meaning within seconds.
//
// Run starts everything and ends it before it returns. Without NATS there are no live events; once it is back, there are again.
package live

import (
	"context"
	"encoding/json"
	"log/slog"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// The pauses before the next attempt after a subscription failed.
const firstPause, longestPause = time.Second, time.Minute

// Run passes on live events until ctx ends.
func Run(ctx context.Context, b *bus.Bus, h *hub.Hub, m *metrics.Metrics, log *slog.Logger) {
	pass := func(e bus.Live) { pass(h, m, log, e) }
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		listener, err := bus.ListenLive(b, pass, nil)
		if err == nil {
			<-ctx.Done()
			listener.Close()
			return
		}
		log.Warn("cannot subscribe to live events", "error", err)
		if !wait.For(ctx, wait.Jitter(pause)) {
			return
		}
	}
}

func pass(h *hub.Hub, m *metrics.Metrics, log *slog.Logger, e bus.Live) {
	tenant := e.Subject.Tenant()
	if !h.Occupied(tenant) {
		return
	}
	if len(e.Data) > 0 && !json.Valid(e.Data) {
		m.Malformed.Inc()
		log.Warn("live event cannot be sent: its data is not JSON", "event", e.Subject.ClientEvent())
		return
	}
	left := h.Live(tenant, audience.Of(e.Header), &protocol.Event{Name: e.Subject.ClientEvent(), Data: e.Data})
	m.LiveLeft.Add(float64(left))
}
