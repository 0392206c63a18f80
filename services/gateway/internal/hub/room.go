package hub

import (
	"slices"
	"sync"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/queue"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// Room is a company with at least one open socket here, or that had one within Config.Linger. A socket that comes back
// soon finds its positions and tails still there.
type Room struct {
	Tenant string

	hub    *Hub
	feed   Feed
	number int
	// hub.mu guards the tails, one per stream.
	tails []*tail.Tail

	mu      sync.Mutex
	sockets int
	people  map[string]*person
	// byRole finds who may see something without asking about every socket. It holds known people alone.
	byRole map[string][]*person
	newest map[string]*Position
	pass   uint64
	// overseen is when somebody who sees others was last here; it counts while nobody is.
	overseen time.Time
}

// Member is a socket in its room.
type Member struct {
	Tenant, User string
	Queue        *queue.Queue

	// room.mu guards it: events are queued from Attach on.
	attached bool
}

// Join brings a socket into its company's room and returns the frontier. greeting makes the socket's first frame from it,
// under the lock. Positions that the socket may see are queued behind the greeting, events from Attach on.
func (h *Hub) Join(m *Member, greeting func(cursor.Cursor) queue.Item) (cursor.Cursor, error) {
	h.mu.Lock()
	r := h.rooms[m.Tenant]
	if r == nil {
		r = h.open(m.Tenant)
	}
	at := h.frontier.Clone()
	err := r.add(m, greeting(at))
	h.countEmpty(r)
	h.mu.Unlock()
	if err != nil {
		return nil, err
	}
	r.welcome(m)
	return at, nil
}

// Leave takes a socket out. It may be called for one that never joined.
func (h *Hub) Leave(m *Member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[m.Tenant]; r != nil {
		r.remove(m)
		h.countEmpty(r)
	}
}

// Attach queues events on a member from now on, held back until its queue is uncorked, and returns the frontier: what is
// up to it must come from elsewhere.
func (h *Hub) Attach(m *Member) cursor.Cursor {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[m.Tenant]; r != nil {
		r.mu.Lock()
		m.Queue.Cork()
		m.attached = true
		r.mu.Unlock()
	}
	return h.frontier.Clone()
}

// open makes a room. Its tails begin at the frontier. h.mu is held.
func (h *Hub) open(tenant string) *Room {
	r := &Room{
		Tenant: tenant, hub: h, number: h.opened, people: map[string]*person{}, byRole: map[string][]*person{},
		newest: map[string]*Position{},
	}
	for _, p := range h.frontier {
		r.tails = append(r.tails, h.tails.Open(p.Seq))
	}
	h.opened++
	h.rooms[tenant] = r
	r.feed = h.cfg.Open(r)
	return r
}

// countEmpty notes when a room without sockets is to end. h.mu is held.
func (h *Hub) countEmpty(r *Room) {
	if !r.Empty() {
		delete(h.empty, r)
	} else if _, known := h.empty[r]; !known {
		h.empty[r] = h.cfg.Now().Add(h.cfg.Linger)
	}
}

// Expire ends the rooms that have been without sockets for Config.Linger. Somebody must call it now and then.
func (h *Hub) Expire() {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.cfg.Now()
	for r, due := range h.empty {
		if due.After(now) {
			continue
		}
		delete(h.empty, r)
		delete(h.rooms, r.Tenant)
		for _, x := range r.tails {
			x.Reset(0)
		}
		r.feed.Close()
	}
}

// Tenants returns the companies that have a room.
func (h *Hub) Tenants() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	var tenants []string
	for t := range h.rooms {
		tenants = append(tenants, t)
	}
	return tenants
}

// Rooms is how many there are.
func (h *Hub) Rooms() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.rooms)
}

// Empty says whether no socket is in the room.
func (r *Room) Empty() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sockets == 0
}

func (r *Room) add(m *Member, greeting queue.Item) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.people[m.User]
	if r.sockets >= r.hub.cfg.CompanySockets || (p != nil && len(p.members) >= r.hub.cfg.UserSockets) {
		return ErrTooManySockets
	}
	if p == nil {
		p = &person{}
		r.people[m.User] = p
		r.index(m.User, p)
		r.need(p)
	}
	m.Queue.Answer(greeting)
	p.members = append(p.members, m)
	r.sockets++
	return nil
}

func (r *Room) remove(m *Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.people[m.User]
	if p == nil {
		return
	}
	i := slices.Index(p.members, m)
	if i < 0 {
		return
	}
	p.members = slices.Delete(p.members, i, i+1)
	r.sockets--
	if len(p.members) == 0 {
		delete(r.people, m.User)
		r.unindex(p)
	}
}

// need tells the feed whose positions a person sees. r.mu is held.
func (r *Room) need(p *person) {
	if p.known {
		r.feed.Need(p.viewer.User, oversees(p.viewer))
	}
}

// oversees says whether somebody may see others: most sockets are phones, whose users see themselves alone.
func oversees(v audience.Viewer) bool { return v.Role != audience.RoleColaborador }
