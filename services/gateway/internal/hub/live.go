package hub

import (
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

// Occupied says whether a company has a socket here. The live events of others need not be read.
func (h *Hub) Occupied(tenant string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[tenant]
	return r != nil && !r.Empty()
}

// Live queues a live event on the attached sockets of its audience. It moves no cursor, and a socket that lags or is being resumed does not
// get it. Live returns how many did not.
func (h *Hub) Live(tenant string, a audience.Audience, e *protocol.Event) (left int) {
	h.mu.Lock()
	r := h.rooms[tenant]
	h.mu.Unlock()
	if r == nil {
		return 0
	}
	it := queue.Item{Event: e, Kind: len(h.cfg.Streams) + 2}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.see(a, func(p *person) {
		for _, m := range p.members {
			if m.attached && !m.Queue.Hint(it) {
				left++
			}
		}
	})
	return left
}
