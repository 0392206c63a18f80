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
// soon still finds its positions and tails.
type Room struct {
	Tenant string

	hub    *Hub
	feed   Feed
	number int
	// tails has one tail for each stream. hub.mu guards it.
	tails []*tail.Tail

	mu      sync.Mutex
	sockets int
	people  map[string]*person
	// byRole finds who may see something without a look at every socket. It holds only people whom the directory knows.
	byRole map[string][]*person
	// byTeam does the same for the people of a team. It holds only teams of people who are here, who have at most 50 each.
	byTeam map[string][]*person
	newest map[string]*Position
	pass   uint64
	// overseen is when somebody who sees others was last here. It is used only while nobody who sees others is here.
	overseen time.Time
}

// Member is a socket in its room.
type Member struct {
	Tenant, User string
	Queue        *queue.Queue

	// attached is true from Attach on, and then events are queued. room.mu guards it.
	attached bool
	// presence is what the socket was told of who is online. room.mu guards it.
	presence Told
}

// Join adds a socket to its company's room and returns the frontier. Under the lock, it calls greeting to make the
// socket's first frame from the frontier. Positions that the socket may see are queued after the greeting; events are
// queued from Attach on.
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

// Full says whether Join would refuse a socket of this user now.
func (h *Hub) Full(tenant, user string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[tenant]
	if r == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.full(r.people[user])
}

// Leave removes a socket. The socket need not have joined.
func (h *Hub) Leave(m *Member) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[m.Tenant]; r != nil {
		r.remove(m)
		h.countEmpty(r)
	}
}

// Attach queues events on a member from now on, and returns the frontier. The queue holds them back until it is uncorked.
// The events up to the frontier must come from elsewhere.
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

// open makes a room. Its tails begin at the frontier. The caller holds h.mu.
func (h *Hub) open(tenant string) *Room {
	r := &Room{
		Tenant: tenant, hub: h, number: h.opened, people: map[string]*person{}, byRole: map[string][]*person{},
		byTeam: map[string][]*person{}, newest: map[string]*Position{},
	}
	for _, p := range h.frontier {
		r.tails = append(r.tails, h.tails.Open(p.Seq))
	}
	h.opened++
	h.rooms[tenant] = r
	r.feed = h.cfg.Open(r)
	return r
}

// countEmpty records when a room without sockets must end. The caller holds h.mu.
func (h *Hub) countEmpty(r *Room) {
	if !r.Empty() {
		delete(h.empty, r)
	} else if _, known := h.empty[r]; !known {
		h.empty[r] = h.cfg.Now().Add(h.cfg.Linger)
	}
}

// Expire ends the rooms that have had no socket for Config.Linger. The hub's owner must call it regularly.
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

// Rooms returns the number of rooms.
func (h *Hub) Rooms() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.rooms)
}

// Empty says whether the room has no sockets.
func (r *Room) Empty() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sockets == 0
}

func (r *Room) add(m *Member, greeting queue.Item) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.people[m.User]
	if r.full(p) {
		return ErrTooManySockets
	}
	if p == nil {
		p = &person{}
		r.people[m.User] = p
		r.index(m.User, p)
		r.need(p)
		r.present(m.User, true)
	}
	m.Queue.Answer(greeting)
	p.members = append(p.members, m)
	r.sockets++
	if r.hub.cfg.Joined != nil {
		r.hub.cfg.Joined(m)
	}
	return nil
}

// full says whether the company, or the person if it is here, has as many sockets as allowed. The caller holds r.mu.
func (r *Room) full(p *person) bool {
	return r.sockets >= r.hub.cfg.CompanySockets || p != nil && len(p.members) >= r.hub.cfg.UserSockets
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
		r.present(m.User, false)
	}
}

// need tells the feed whose positions a person sees. The caller holds r.mu.
func (r *Room) need(p *person) {
	if p.known {
		r.feed.Need(p.viewer.User, oversees(p.viewer))
	}
}

// oversees says whether a viewer may see other users. Most sockets are phones, whose users see only themselves.
func oversees(v audience.Viewer) bool { return v.Role != audience.RoleColaborador }
