package hub

import (
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

// Tail returns a company's messages of a stream with from < sequence <= to; see tail.Between. ok is also false when the
// company has no room.
func (h *Hub) Tail(s int, tenant string, from, to uint64, limit int) (messages []*tail.Message, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	r := h.rooms[tenant]
	if r == nil {
		return nil, false
	}
	return r.tails[s].Between(from, to, limit)
}

// Remember adds to a company's tail what was read from the stream: all of the company's messages after one point and up
// to another of the same epoch. So after the first resume reads the stream, those that follow are served from memory.
func (h *Hub) Remember(s int, tenant string, after, to cursor.Point, messages []*tail.Message) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if r := h.rooms[tenant]; r != nil && h.frontier[s].Epoch == to.Epoch {
		r.tails[s].Prepend(after.Seq, to.Seq, messages)
	}
}

// TailBytes returns how many bytes all tails hold.
func (h *Hub) TailBytes() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.tails.Bytes()
}
