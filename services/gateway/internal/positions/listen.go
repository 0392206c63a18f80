package positions

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// EventName is what a position is on a socket, whichever way it came.
const EventName = "tracking:ubicacion"

// listenAgain is how long a subscription that failed waits for its first new try; later ones wait longer.
const listenAgain = time.Second

// Open brings a room its company's positions until the feed is closed. It does not wait.
func (p *Positions) Open(room *hub.Room) hub.Feed {
	ctx, cancel := context.WithCancel(p.rooms)
	f := &feed{positions: p, room: room, cancel: cancel, place: -1}
	p.mu.Lock()
	p.open[f] = struct{}{}
	p.mu.Unlock()
	p.running.Go(func() { p.listen(ctx, f) })
	return f
}

// listen subscribes for as long as the feed is open, and returns once it has. While it cannot, the room lives on what
// PostgreSQL has.
func (p *Positions) listen(ctx context.Context, f *feed) {
	row, _ := stream.ByName(stream.Tracking)
	pattern := strings.Replace(row.RelayPattern(), "*", f.room.Tenant, 1)
	for pause := listenAgain; ; pause = min(2*pause, p.cfg.Every) {
		listener, err := bus.Listen(p.bus, pattern, func(m bus.Msg) { p.live(f.room, m) }, f.lost)
		if err == nil {
			f.hear(listener)
			return
		}
		p.log.Warn("positions cannot be heard", "error", err)
		f.lost()
		if !wait.For(ctx, wait.Jitter(pause)) {
			return
		}
	}
}

// live hands on what an upload says is the user's newest fix. An upload of old fixes says nothing.
func (p *Positions) live(room *hub.Room, m bus.Msg) {
	data := []byte(m.Header.Get(audience.DataHeader))
	_, at, ok := audience.Newest(m.Header)
	if len(data) == 0 || !ok {
		return
	}
	if !json.Valid(data) {
		p.metrics.Malformed.Inc()
		p.log.Warn("position cannot be sent: its data is not JSON", "seq", m.Seq)
		return
	}
	if !room.Position(hub.Position{
		User: m.Subject.Entity(), At: at, Audience: audience.Of(m.Header), Event: &protocol.Event{Name: EventName, Data: data},
	}) {
		p.metrics.Coalesced.Inc()
	}
}
