package hub

import (
	"strconv"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

// Told is what a socket was told of who is online.
type Told struct {
	// Listed means that it was sent a list. Before the first one it gets no changes.
	Listed bool
	// Of is a hash of the users in the last list, and Unsure means that it said of some that nobody knows.
	Of     uint64
	Unsure bool
}

func (r *Room) present(user string, here bool) {
	if r.hub.cfg.Present != nil {
		r.hub.cfg.Present(r.Tenant, user, here)
	}
}

func (h *Hub) room(tenant string) *Room {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.rooms[tenant]
}

// Overseers returns the sockets of a company's people who may see others.
func (h *Hub) Overseers(tenant string) (list []*Member) {
	r := h.room(tenant)
	if r == nil {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, people := range r.byRole {
		for _, p := range people {
			if oversees(p.viewer) {
				list = append(list, p.members...)
			}
		}
	}
	return list
}

// Told returns what a socket was told of who is online.
func (h *Hub) Told(m *Member) Told {
	r := h.room(m.Tenant)
	if r == nil {
		return Told{}
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return m.presence
}

// presenceLane begins the keys of frames in the lane of positions. No user has an id with a space.
const presenceLane = "presence "

// TellPresence sends a socket the list of who is online, in frames. It takes the place of what it was told before, and of what still waits: so
// at most one list and a change for each person wait for a slow client.
func (h *Hub) TellPresence(m *Member, of uint64, unsure bool, frames []*protocol.Event) {
	r := h.room(m.Tenant)
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	m.presence = Told{Listed: true, Of: of, Unsure: unsure}
	m.Queue.Forget(presenceLane)
	for i, e := range frames {
		m.Queue.Offer(presenceLane+"list "+strconv.Itoa(i), h.presenceItem(e))
	}
}

// Presence sends what changed about a user to the sockets of people who may see others, are in the audience and have their list. event is
// called when there is one; it returns the number of sockets.
func (h *Hub) Presence(tenant, user string, a audience.Audience, event func() *protocol.Event) (sockets int) {
	r := h.room(tenant)
	if r == nil {
		return 0
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	var it queue.Item
	r.see(a, func(p *person) {
		if !oversees(p.viewer) {
			return
		}
		for _, m := range p.members {
			if !m.presence.Listed {
				continue
			}
			if it.Event == nil {
				it = h.presenceItem(event())
			}
			m.Queue.Offer(presenceLane+user, it)
			sockets++
		}
	})
	return sockets
}

func (h *Hub) presenceItem(e *protocol.Event) queue.Item {
	return queue.Item{Event: e, Kind: len(h.cfg.Streams) + 3}
}
