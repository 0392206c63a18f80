package relay

import (
	"context"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// listenAgain is how long a subscription that failed waits for the next try.
const listenAgain = time.Second

// Open brings a room its company's positions until stop is called. It does not wait.
func (r *Relay) Open(room *hub.Room) (stop func()) {
	ctx, cancel := context.WithCancel(r.rooms)
	r.running.Go(func() { r.track(ctx, room) })
	return cancel
}

// track listens to a company's positions and reads the newest ones when they may have been missed.
func (r *Relay) track(ctx context.Context, room *hub.Room) {
	lost := make(chan struct{}, 1)
	listener := r.listen(ctx, room, lost)
	if listener == nil {
		return
	}
	defer listener.Close()
	// due are the reads to come, in order. The listener says "lost" once at its start.
	due := []time.Time{time.Now().Add(r.cfg.Snapshot)}
	for {
		timer := time.NewTimer(time.Until(due[0]))
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-lost:
			timer.Stop()
			due = due[:0]
			for _, d := range r.cfg.SnapshotAfter {
				due = append(due, time.Now().Add(d))
			}
		case <-timer.C:
			due = due[1:]
		}
		r.snapshot(ctx, room)
		if len(due) == 0 {
			due = append(due, time.Now().Add(r.cfg.Snapshot))
		}
	}
}

// listen subscribes, or returns nil when ctx ended. While it cannot, the room lives on what PostgreSQL has.
func (r *Relay) listen(ctx context.Context, room *hub.Room, lost chan<- struct{}) *bus.Listener {
	row, _ := stream.ByName(stream.Tracking)
	pattern := strings.Replace(row.RelayPattern(), "*", room.Tenant, 1)
	for {
		l, err := bus.Listen(r.bus, pattern, func(m bus.Msg) { r.position(room, m) }, func() {
			select {
			case lost <- struct{}{}:
			default:
			}
		})
		if err == nil {
			return l
		}
		r.log.Warn("positions cannot be heard", "error", err)
		r.snapshot(ctx, room)
		if !pause(ctx, listenAgain) {
			return nil
		}
	}
}

// position hands on what an upload says is the user's newest fix. An upload of old fixes says nothing.
func (r *Relay) position(room *hub.Room, m bus.Msg) {
	data := m.Header.Get(audience.DataHeader)
	_, at, ok := audience.Newest(m.Header)
	if data == "" || !ok {
		return
	}
	event, err := checked(m, []byte(data))
	if err != nil {
		r.metrics.Malformed.Inc()
		r.log.Warn("position cannot be sent", "seq", m.Seq, "error", err)
		return
	}
	if !room.Position(hub.Position{User: m.Subject.Entity(), At: at, Audience: audience.Of(m.Header), Event: &protocol.Event{Name: m.Subject.ClientEvent(), Data: event}}) {
		r.metrics.Coalesced.Inc()
	}
}

// snapshot reads a company's newest positions; those that the room has already go no further.
func (r *Relay) snapshot(ctx context.Context, room *hub.Room) {
	positions, err := r.latest.Positions(ctx, room.Tenant)
	if err != nil {
		if ctx.Err() == nil {
			r.metrics.SnapshotFailures.Inc()
			r.log.Warn("newest positions cannot be read", "error", err)
		}
		return
	}
	for _, p := range positions {
		p.Audience = r.hub.AudienceOf(room.Tenant, p.User)
		if room.Position(p) {
			r.metrics.SnapshotPositions.Inc()
		}
	}
}
