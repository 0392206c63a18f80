package hub

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// ErrTooManySockets says that the user or the company has reached its limit of sockets.
var ErrTooManySockets = errors.New("too many sockets")

// Config of a hub.
type Config struct {
	// Streams are the replayed streams, in the order of the cursor.
	Streams []stream.Stream
	Tail    tail.Config
	// Linger is how long a room stays after its last socket left.
	Linger time.Duration
	// UserSockets and CompanySockets bound the open sockets.
	UserSockets, CompanySockets int
	// Positions is the largest number of users of a company whose newest position is kept.
	Positions int
	// Viewer returns what the directory says of a user; ok is false for a user who may see nothing. It is called under
	// the hub's locks, so it must not wait for anything that calls the hub.
	Viewer func(tenant, user string) (v audience.Viewer, ok bool)
	// Hidden says that nobody may see what a user recorded at an instant, or that nobody knows; nil means that everything may be seen.
	// It is called under the hub's locks, like Viewer.
	Hidden func(tenant, user string, at time.Time) bool
	// Shown says that people may see it for certain. Between Hidden and Shown lies what only the database knows. It is called like
	// Hidden, and nil if that is.
	Shown func(tenant, user string, at time.Time) bool
	// Present, if set, is told when a user has a first socket here, and when no longer one. Joined is told of each new socket. Both are
	// called under the hub's locks, like Viewer.
	Present func(tenant, user string, here bool)
	Joined  func(*Member)
	// Open is called when a room is made, under the hub's lock: it may start goroutines and must not call the hub.
	Open func(*Room) Feed
	// Now returns the wall time; nil means time.Now.
	Now func() time.Time
}

// Feed brings a room the positions of its company. Its methods are called under the hub's locks: they must neither wait
// nor call the hub.
type Feed interface {
	// Need says that a user has joined who sees their own position, or everybody's.
	Need(user string, everybody bool)
	// Again says that the stored positions of a user, or of everybody when user is empty, count again, because people may see others
	// of them now.
	Again(user string)
	// Close is called when the room ends.
	Close()
}

// Hub is the hub of a gateway.
type Hub struct {
	cfg     Config
	domains []string

	mu       sync.Mutex
	tails    *tail.Tails
	frontier cursor.Cursor
	started  []bool
	// marks are those of the newest messages, one set per stream.
	marks []marks
	rooms map[string]*Room
	// empty holds the rooms without sockets, and when each ends.
	empty  map[*Room]time.Time
	opened int
	// moved is closed when the frontier moves, if somebody waits for that.
	moved chan struct{}
}

// New makes a hub that has no frontier yet: each stream needs a Start.
func New(cfg Config) *Hub {
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	h := &Hub{
		cfg: cfg, tails: tail.New(cfg.Tail), frontier: make(cursor.Cursor, len(cfg.Streams)), started: make([]bool, len(cfg.Streams)),
		marks: make([]marks, len(cfg.Streams)),
		rooms: map[string]*Room{}, empty: map[*Room]time.Time{},
	}
	for _, s := range cfg.Streams {
		h.domains = append(h.domains, Domain(s))
	}
	return h
}

// Domain returns the first part of the event names of a stream: `alerta` for ALERTS.
func Domain(s stream.Stream) string {
	return strings.Split(s.Ingress, ".")[2]
}

// Domains returns the domain of each stream, in the order of the cursor.
func (h *Hub) Domains() []string { return h.domains }

// Start sets a stream's frontier to a point. If the stream already had a frontier, events between the two were lost,
// and every socket is told to reload the domain.
func (h *Hub) Start(s int, at cursor.Point) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.frontier[s] = at
	h.marks[s] = marks{}
	h.marks[s].put(at.Seq, at.Mark)
	if h.started[s] {
		h.lose(s)
	}
	h.started[s] = true
	h.announce()
}

// Pass handles a message of a company that has no room here: it only moves the stream's frontier past it, and returns
// true. If the company has a room, Pass does nothing and returns false; then call Event.
func (h *Hub) Pass(s int, tenant string, seq uint64, stored time.Time) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.rooms[tenant] != nil {
		return false
	}
	h.advance(s, seq, stored)
	return true
}

// Event handles a stream's next message. A message without an event only moves the frontier.
func (h *Hub) Event(s int, m *tail.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.advance(s, m.Seq, m.StoredAt) || m.Event == nil {
		return
	}
	if r := h.rooms[m.Tenant]; r != nil {
		r.tails[s].Append(m)
		r.event(m.Audience, queue.Item{Event: m.Event, ID: h.frontier.String(), Kind: s + 1})
	}
}

// advance moves a stream's frontier to a sequence. It returns false if the frontier is already there or beyond. A gap in
// the sequence means that the stream dropped messages before the gateway read them. Then the sockets are told to reload
// the domain. The caller holds h.mu.
func (h *Hub) advance(s int, seq uint64, stored time.Time) bool {
	last := h.frontier[s].Seq
	if seq <= last {
		return false
	}
	if seq != last+1 {
		h.frontier[s].Seq, h.frontier[s].Mark = seq-1, 0
		h.lose(s)
	}
	h.frontier[s].Seq, h.frontier[s].Mark = seq, cursor.Mark(stored)
	h.marks[s].put(seq, h.frontier[s].Mark)
	h.announce()
	return true
}

// lose records that messages up to the frontier were lost: no tail reaches further back, and every socket is told. The
// caller holds h.mu.
func (h *Hub) lose(s int) {
	it := h.ReloadFrame([]int{s}, h.frontier)
	for _, r := range h.rooms {
		r.tails[s].Reset(h.frontier[s].Seq)
		r.everyone(it)
	}
}

// beat is one event for all sockets.
var beat = &protocol.Event{Name: protocol.EventBeat}

// Beat sends `latido` to the rooms of one slot, so that the gateway does not write to all sockets at once.
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

// Frontier returns the current frontier.
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

// Wait blocks until a stream's frontier has reached a sequence of an epoch, or the epoch has changed.
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

// announce wakes everyone who waits for the frontier. The caller holds h.mu.
func (h *Hub) announce() {
	if h.moved != nil {
		close(h.moved)
		h.moved = nil
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

// ReloadFrame returns `recargar` for some of the streams. at is the cursor of the socket after it.
func (h *Hub) ReloadFrame(streams []int, at cursor.Cursor) queue.Item {
	var r protocol.Reload
	for _, s := range streams {
		r.Domains = append(r.Domains, h.domains[s])
	}
	return queue.Item{Event: protocol.Encode(protocol.EventReload, r), ID: at.String()}
}
