package hub

import (
	"slices"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

// person is a user with at least one socket, as the directory knew them when it last changed.
type person struct {
	viewer  audience.Viewer
	known   bool
	members []*Member
	// pass marks the persons already found while the audience of one event is looked up.
	pass uint64
}

// Sees says whether a member may see what has this audience, according to the current directory.
func (h *Hub) Sees(m *Member, a audience.Audience) bool {
	v, ok := h.cfg.Viewer(m.Tenant, m.User)
	return ok && a.Includes(v)
}

// DirectoryChanged reads the people of a company again. A viewer who may now see more users gets their positions.
func (h *Hub) DirectoryChanged(tenant string) {
	h.mu.Lock()
	r := h.rooms[tenant]
	h.mu.Unlock()
	if r != nil {
		r.refresh()
	}
}

func (r *Room) refresh() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.noteOversight()
	clear(r.byRole)
	clear(r.byTeam)
	for user, p := range r.people {
		before, known := p.viewer, p.known
		r.index(user, p)
		if p.known && (!known || before.Role != p.viewer.Role || !slices.Equal(before.Teams, p.viewer.Teams)) {
			r.offerAll(p.viewer, p.members...)
			r.need(p)
		}
	}
}

// index asks the directory about a person and adds the person to byRole and byTeam. The caller holds r.mu.
func (r *Room) index(user string, p *person) {
	p.viewer, p.known = r.hub.cfg.Viewer(r.Tenant, user)
	if p.known {
		r.byRole[p.viewer.Role] = append(r.byRole[p.viewer.Role], p)
		for _, team := range p.viewer.Teams {
			r.byTeam[team] = append(r.byTeam[team], p)
		}
	}
}

// unindex undoes index. The caller holds r.mu.
func (r *Room) unindex(p *person) {
	r.noteOversight()
	same := func(other *person) bool { return other == p }
	role := p.viewer.Role
	r.byRole[role] = slices.DeleteFunc(r.byRole[role], same)
	for _, team := range p.viewer.Teams {
		if r.byTeam[team] = slices.DeleteFunc(r.byTeam[team], same); len(r.byTeam[team]) == 0 {
			delete(r.byTeam, team)
		}
	}
}

// noteOversight records when somebody who sees others was last in the room. The caller holds r.mu.
func (r *Room) noteOversight() {
	if r.overseer() {
		r.overseen = r.hub.cfg.Now()
	}
}

func (r *Room) overseer() bool {
	for _, people := range r.byRole {
		if len(people) > 0 && oversees(people[0].viewer) {
			return true
		}
	}
	return false
}

// Scope returns whose positions the room needs. While somebody who sees others is in the room, and for Config.Linger
// afterwards, it needs everybody's; otherwise only those of the users in the room.
func (r *Room) Scope() (everybody bool, users []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.overseer() || r.hub.cfg.Now().Sub(r.overseen) < r.hub.cfg.Linger {
		return true, nil
	}
	for user, p := range r.people {
		if p.known {
			users = append(users, user)
		}
	}
	return false, users
}

// see calls fn once for each person in an audience, exactly those whom Audience.Includes finds. The caller holds r.mu.
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
	for _, team := range a.Members {
		for _, p := range r.byTeam[team] {
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
