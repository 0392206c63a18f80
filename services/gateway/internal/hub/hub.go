package hub

import (
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// ErrTooManySockets says that the user or the company has as many as it may.
var ErrTooManySockets = errors.New("too many sockets")

// Config of a hub.
type Config struct {
	// Streams that are replayed, in the order of the cursor.
	Streams []stream.Stream
	// TailBytes and TailEvents bound each stream's tail.
	TailBytes, TailEvents int
	// UserSockets and CompanySockets bound the open sockets.
	UserSockets, CompanySockets int
	// Positions bounds the users of a company whose newest position is kept.
	Positions int
	// Viewer is the directory's word on a user; ok is false for one that may see nothing. It is called under the hub's
	// locks: it must not wait for anything that calls the hub.
	Viewer func(tenant, user string) (v audience.Viewer, ok bool)
	// Opened is called when a company's first socket joins, under the hub's lock: it may start goroutines and must not call
	// the hub. What it returns is called when the last one left.
	Opened func(*Room) (stop func())
}

// Hub is a gateway's.
type Hub struct {
	cfg     Config
	domains []string
	tails   []*tail.Tail

	mu       sync.Mutex
	frontier cursor.Cursor
	started  []bool
	rooms    map[string]*Room
	opened   int
	// moved is closed when the frontier moves and somebody waits for it.
	moved chan struct{}
}

// Member is a socket in its room.
type Member struct {
	Tenant, User string
	Queue        *queue.Queue

	// room.mu guards it: events are queued from Attach on.
	attached bool
}

// New makes a hub that has no frontier yet: each stream needs a Start.
func New(cfg Config) *Hub {
	h := &Hub{
		cfg: cfg, frontier: make(cursor.Cursor, len(cfg.Streams)), started: make([]bool, len(cfg.Streams)),
		rooms: map[string]*Room{},
	}
	for _, s := range cfg.Streams {
		h.domains = append(h.domains, Domain(s))
		h.tails = append(h.tails, tail.New(cfg.TailBytes, cfg.TailEvents))
	}
	return h
}

// Domain is the first part of the event names of a stream: `alerta` of ALERTS.
func Domain(s stream.Stream) string {
	return strings.Split(s.Ingress, ".")[2]
}

// Domains returns the domain of each stream, in the order of the cursor.
func (h *Hub) Domains() []string { return h.domains }

// Start puts a stream's frontier at a sequence. earlier are the events before it that the tail begins with: all of them
// after floor. On a stream that had a frontier already it means that events were lost between the two: every socket is
// told to reload the domain.
func (h *Hub) Start(s int, epoch uint32, floor, at uint64, earlier []*tail.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.tails[s].Reset(floor)
	for _, e := range earlier {
		h.tails[s].Append(e)
	}
	h.frontier[s] = cursor.Point{Epoch: epoch, Seq: at}
	if h.started[s] {
		h.reload(s)
	}
	h.started[s] = true
	h.announce()
}

// Event takes a stream's next event. One without an event only moves the frontier. A jump in the sequence means that the
// stream dropped what was not read yet: then the sockets are told to reload the domain.
func (h *Hub) Event(s int, e *tail.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	last := h.frontier[s].Seq
	if e.Seq <= last {
		return
	}
	if e.Seq != last+1 {
		h.frontier[s].Seq = e.Seq - 1
		h.tails[s].Reset(e.Seq - 1)
		h.reload(s)
	}
	h.frontier[s].Seq = e.Seq
	h.announce()
	if e.Event == nil {
		return
	}
	h.tails[s].Append(e)
	if r := h.rooms[e.Tenant]; r != nil {
		r.event(e.Audience, queue.Item{Event: e.Event, ID: h.frontier.String(), Kind: s + 1})
	}
}

// Beat sends `latido` to the rooms of one of several slots, so that not every socket is written to at once.
func (h *Hub) Beat(slot, slots int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	it := queue.Item{Event: beat, ID: h.frontier.String()}
	for _, r := range h.rooms {
		if r.number%slots == slot%slots {
			r.everyone(it)
		}
	}
}

// beat is the same for everybody.
var beat = &protocol.Event{Name: protocol.EventBeat}

// Frontier is where the hub is now.
func (h *Hub) Frontier() cursor.Cursor {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.frontier.Clone()
}

// Ready says whether every stream has a frontier.
func (h *Hub) Ready() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, started := range h.started {
		if !started {
			return false
		}
	}
	return true
}

// Wait blocks until a stream's frontier is at a sequence of an epoch or beyond, or the epoch is another one.
func (h *Hub) Wait(ctx context.Context, s int, p cursor.Point) error {
	for {
		h.mu.Lock()
		now := h.frontier[s]
		if h.moved == nil {
			h.moved = make(chan struct{})
		}
		moved := h.moved
		h.mu.Unlock()
		if now.Epoch != p.Epoch || now.Seq >= p.Seq {
			return nil
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Tail returns a tenant's events of a stream with from < sequence <= to; see tail.Between.
func (h *Hub) Tail(s int, tenant string, from, to uint64, limit int) ([]*tail.Message, bool) {
	return h.tails[s].Between(tenant, from, to, limit)
}

// announce wakes who waits for the frontier. h.mu is held.
func (h *Hub) announce() {
	if h.moved != nil {
		close(h.moved)
		h.moved = nil
	}
}

// reload tells every socket that it may have missed events of a stream, and where it is now. h.mu is held.
func (h *Hub) reload(s int) {
	it := h.ReloadFrame([]int{s}, h.frontier)
	for _, r := range h.rooms {
		r.everyone(it)
	}
}

// Reload tells one attached member to reload every domain.
func (h *Hub) Reload(m *Member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[m.Tenant]
	if r == nil {
		return
	}
	all := make([]int, len(h.domains))
	for s := range all {
		all[s] = s
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if m.attached {
		m.Queue.Push(h.ReloadFrame(all, h.frontier))
	}
}

// ReloadFrame is `recargar` for some of the streams; at is where the socket is afterwards.
func (h *Hub) ReloadFrame(streams []int, at cursor.Cursor) queue.Item {
	var r protocol.Reload
	for _, s := range streams {
		r.Domains = append(r.Domains, h.domains[s])
	}
	return queue.Item{Event: protocol.Encode(protocol.EventReload, r), ID: at.String()}
}
