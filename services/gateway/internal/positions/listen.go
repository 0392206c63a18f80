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

// EventName is the name of the event of a position on a socket, whether it came live or from the database.
const EventName = "tracking:ubicacion"

// listenAgain is the pause before the first new attempt after a subscription failed; later pauses are longer.
const listenAgain = time.Second

// Open brings a room the positions of its company until the feed is closed. It does not wait.
func (p *Positions) Open(room *hub.Room) hub.Feed {
	ctx, cancel := context.WithCancel(p.rooms)
	f := &feed{positions: p, room: room, cancel: cancel, place: -1}
	p.mu.Lock()
	p.open[f] = struct{}{}
	p.mu.Unlock()
	p.running.Go(func() { p.listen(ctx, f) })
	return f
}

// listen subscribes for as long as the feed is open, and returns once it has a subscription. Until then the room has only
// the positions in PostgreSQL.
func (p *Positions) listen(ctx context.Context, f *feed) {
	row, _ := stream.ByName(stream.Tracking)
	pattern := strings.Replace(row.RelayPattern(), "*", f.room.Tenant, 1)
	for pause := listenAgain; ; pause = min(2*pause, p.cfg.Every) {
		listener, err := bus.Listen(p.bus, pattern, func(m bus.Msg) { p.live(f.room, m) }, f.lost)
		if err == nil {
			f.hear(listener)
			return
		}
		p.log.Warn("cannot subscribe to positions", "error", err)
		f.lost()
		if !wait.For(ctx, wait.Jitter(pause)) {
			return
		}
	}
}

// live passes on the newest fix of an upload. Only the upload's last message has it, in its header. It passes on nothing that people
// may not see, or of which that is not known: the next read brings that, and of an upload what else people may see.
func (p *Positions) live(room *hub.Room, m bus.Msg) {
	data := []byte(m.Header.Get(audience.DataHeader))
	_, at, ok := audience.Newest(m.Header)
	if len(data) == 0 || !ok {
		return
	}
	if p.cfg.Shown != nil && !p.cfg.Shown(room.Tenant, m.Subject.Entity(), at) {
		p.metrics.Hidden.Inc()
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
