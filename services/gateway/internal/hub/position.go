package hub

import (
	"maps"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

// Position is the position of a user.
type Position struct {
	User string
	// At is when the position was recorded. It decides which position is the newest.
	At       time.Time
	Audience audience.Audience
	Event    *protocol.Event
}

// Position queues a user's position for all who may see it. It returns false if nobody may see it, if the room has a newer one or
// the same, or if the room already has positions of too many users.
func (r *Room) Position(x Position) bool {
	if r.hidden(&x) {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.newest[x.User]
	if old != nil && !x.At.After(old.At) && !r.hidden(old) {
		return false
	}
	if old == nil && len(r.newest) >= r.hub.cfg.Positions {
		return false
	}
	r.newest[x.User] = &x
	r.see(x.Audience, func(p *person) { r.offer(&x, p.members) })
	return true
}

// Newer says whether a position of this user and time would be newer than the one in the room.
func (r *Room) Newer(user string, at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.newest[user]
	return old == nil || at.After(old.At) || r.hidden(old)
}

// hidden says that nobody may see a position by now: it turned out to be outside all shifts.
func (r *Room) hidden(x *Position) bool {
	return r.hub.cfg.Hidden != nil && r.hub.cfg.Hidden(r.Tenant, x.User, x.At)
}

// Look reads the positions of a user again, or of everybody when user is empty, because what people may see of them changed.
func (h *Hub) Look(tenant, user string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[tenant]; r != nil {
		r.forget(user)
		r.feed.Again(user)
	}
}

// forget drops the positions of a user, or of everybody when user is empty, of which only the database knows whether people may still
// see them. The feed brings those that they may.
func (r *Room) forget(user string) {
	if r.hub.cfg.Shown == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	drop := func(id string, x *Position) bool {
		return (user == "" || user == id) && !r.hidden(x) && !r.hub.cfg.Shown(r.Tenant, id, x.At)
	}
	maps.DeleteFunc(r.newest, drop)
}

// welcome offers a socket the positions that the room has already.
func (r *Room) welcome(m *Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.people[m.User]; p != nil && p.known {
		r.offerAll(p.viewer, m)
	}
}

// offerAll queues all newest positions that a viewer may see. The current teams decide, not those in the position's
// header. The caller holds r.mu.
func (r *Room) offerAll(v audience.Viewer, members ...*Member) {
	if !oversees(v) {
		if x := r.newest[v.User]; x != nil && !r.hidden(x) {
			r.offer(x, members)
		}
		return
	}
	for _, x := range r.newest {
		if r.AudienceOf(x.User).Includes(v) && !r.hidden(x) {
			r.offer(x, members)
		}
	}
}

// AudienceOf returns who may see the position of a user, according to the current directory.
func (r *Room) AudienceOf(user string) audience.Audience {
	owner, _ := r.hub.cfg.Viewer(r.Tenant, user)
	return audience.OfUser(user, owner.Teams)
}

func (r *Room) offer(x *Position, members []*Member) {
	it := r.item(x)
	for _, m := range members {
		m.Queue.Offer(x.User, it)
	}
}

// item returns the queue item of a position. The kinds are: the socket's own frames, each stream, positions, live events.
func (r *Room) item(x *Position) queue.Item {
	return queue.Item{Event: x.Event, Repeat: true, Kind: len(r.hub.cfg.Streams) + 1}
}
