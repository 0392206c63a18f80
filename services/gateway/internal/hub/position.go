package hub

import (
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

// Position is where a user is.
type Position struct {
	User string
	// At is the instant of the position itself, which decides what is newest.
	At       time.Time
	Audience audience.Audience
	Event    *protocol.Event
}

// Position queues a user's position for those who may see it. It returns false for one that is not newer than what the
// room has, or of one user too many.
func (r *Room) Position(x Position) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.newest[x.User]
	if old != nil && !x.At.After(old.At) {
		return false
	}
	if old == nil && len(r.newest) >= r.hub.cfg.Positions {
		return false
	}
	r.newest[x.User] = &x
	r.see(x.Audience, func(p *person) { r.offer(&x, p.members) })
	return true
}

// Newer says whether a user's position of an instant would be newer than what the room has.
func (r *Room) Newer(user string, at time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	old := r.newest[user]
	return old == nil || at.After(old.At)
}

// welcome offers a socket what the room knows already.
func (r *Room) welcome(m *Member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if p := r.people[m.User]; p != nil && p.known {
		r.offerAll(p.viewer, m)
	}
}

// offerAll queues all newest positions that a viewer may see. The teams of today decide, not those in the position's
// header. r.mu is held.
func (r *Room) offerAll(v audience.Viewer, members ...*Member) {
	if !oversees(v) {
		r.offer(r.newest[v.User], members)
		return
	}
	for _, x := range r.newest {
		if r.AudienceOf(x.User).Includes(v) {
			r.offer(x, members)
		}
	}
}

// AudienceOf is who may see where a user is, by the directory of this moment.
func (r *Room) AudienceOf(user string) audience.Audience {
	owner, _ := r.hub.cfg.Viewer(r.Tenant, user)
	return audience.OfUser(user, owner.Teams)
}

func (r *Room) offer(x *Position, members []*Member) {
	if x == nil {
		return
	}
	it := r.item(x)
	for _, m := range members {
		m.Queue.Offer(x.User, it)
	}
}

// item: positions are the last kind, after one per stream and that of the socket's own frames.
func (r *Room) item(x *Position) queue.Item {
	return queue.Item{Event: x.Event, Repeat: true, Kind: len(r.hub.cfg.Streams) + 1}
}
