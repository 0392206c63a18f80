package hub

import (
	"slices"
	"sync"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

// Room is a company with at least one open socket here.
type Room struct {
	Tenant string

	hub    *Hub
	stop   func()
	number int

	mu      sync.Mutex
	sockets int
	people  map[string]*person
	// byRole finds who may see something without asking about every socket. It holds known people alone.
	byRole map[string][]*person
	newest map[string]*Position
	pass   uint64
}

// person is a user with at least one socket, as the directory knew them when it last changed.
type person struct {
	viewer  audience.Viewer
	known   bool
	members []*Member
	// pass marks who was found already while one event is judged.
	pass uint64
}

// Join brings a socket into its company's room and returns the frontier of that moment. greeting makes its first frame of
// it, under the lock. Positions that the socket may see are queued behind the greeting, events from Attach on.
func (h *Hub) Join(m *Member, greeting func(cursor.Cursor) queue.Item) (cursor.Cursor, error) {
	h.mu.Lock()
	r := h.rooms[m.Tenant]
	if r == nil {
		r = &Room{
			Tenant: m.Tenant, hub: h, number: h.opened, people: map[string]*person{}, byRole: map[string][]*person{},
			newest: map[string]*Position{},
		}
		h.opened++
		h.rooms[m.Tenant] = r
		r.stop = h.cfg.Opened(r)
	}
	at := h.frontier.Clone()
	err := r.add(m, greeting(at))
	h.closeEmpty(r)
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
	r := h.rooms[m.Tenant]
	if r == nil {
		return
	}
	r.remove(m)
	h.closeEmpty(r)
}

// Attach queues events on a member from now on, held back until its queue is released, and returns the frontier: what is
// up to it must come from elsewhere.
func (h *Hub) Attach(m *Member) cursor.Cursor {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[m.Tenant]; r != nil {
		r.mu.Lock()
		m.Queue.Hold()
		m.attached = true
		r.mu.Unlock()
	}
	return h.frontier.Clone()
}

// Sees says whether a member may see what has an audience, by the directory of this moment.
func (h *Hub) Sees(m *Member, a audience.Audience) bool {
	v, ok := h.cfg.Viewer(m.Tenant, m.User)
	return ok && a.Includes(v)
}

// DirectoryChanged reads a company's people again. Who may see more than before gets the positions of it.
func (h *Hub) DirectoryChanged(tenant string) {
	h.mu.Lock()
	r := h.rooms[tenant]
	h.mu.Unlock()
	if r != nil {
		r.refresh()
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

// closeEmpty ends a room without sockets. h.mu is held.
func (h *Hub) closeEmpty(r *Room) {
	r.mu.Lock()
	empty := r.sockets == 0
	r.mu.Unlock()
	if empty {
		delete(h.rooms, r.Tenant)
		r.stop()
	}
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
		r.look(m.User, p)
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
		r.forget(p)
	}
}

// look asks the directory about a person and enters the answer. r.mu is held.
func (r *Room) look(user string, p *person) {
	p.viewer, p.known = r.hub.cfg.Viewer(r.Tenant, user)
	if p.known {
		r.byRole[p.viewer.Role] = append(r.byRole[p.viewer.Role], p)
	}
}

// forget undoes look. r.mu is held.
func (r *Room) forget(p *person) {
	role := p.viewer.Role
	r.byRole[role] = slices.DeleteFunc(r.byRole[role], func(other *person) bool { return other == p })
}

func (r *Room) refresh() {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.byRole)
	for user, p := range r.people {
		before, known := p.viewer, p.known
		r.look(user, p)
		if p.known && (!known || before.Role != p.viewer.Role || !slices.Equal(before.Teams, p.viewer.Teams)) {
			r.offerAll(p.viewer, p.members...)
		}
	}
}

// see calls fn once for each person in an audience: exactly those whom Audience.Includes. r.mu is held.
func (r *Room) see(a audience.Audience, fn func(*person)) {
	r.pass++
	once := func(p *person) {
		if p.pass != r.pass {
			p.pass = r.pass
			fn(p)
		}
	}
	for _, user := range a.Users {
		if p := r.people[user]; p != nil && p.known {
			once(p)
		}
	}
	for _, role := range a.Roles {
		for _, p := range r.byRole[role] {
			once(p)
		}
	}
	if len(a.Teams) == 0 {
		return
	}
	for _, p := range r.byRole[audience.RoleSupervisor] {
		if a.Includes(p.viewer) {
			once(p)
		}
	}
}

// event queues an event on every attached socket of its audience.
func (r *Room) event(a audience.Audience, it queue.Item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.see(a, func(p *person) { p.push(it) })
}

// everyone queues a frame on every attached socket.
func (r *Room) everyone(it queue.Item) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range r.people {
		p.push(it)
	}
}

func (p *person) push(it queue.Item) {
	for _, m := range p.members {
		if m.attached {
			m.Queue.Push(it)
		}
	}
}
