package outbox

import (
	"log/slog"
	"sync"
	"time"
)

// holdFor is how long an entity waits whose event was refused for a reason that may pass, such as a permission.
const holdFor = 10 * time.Second

// holds are the entities that wait by themselves, so that they neither lose their order nor slow the others down.
type holds struct {
	mu    sync.Mutex
	until map[entity]time.Time
	fresh int // since begin
	err   error
}

// begin lets go those that have waited.
func (h *holds) begin() {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	for e, until := range h.until {
		if now.After(until) {
			delete(h.until, e)
		}
	}
	h.fresh, h.err = 0, nil
}

func (h *holds) has(e entity) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.until[e]
	return ok
}

func (h *holds) add(e entity, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.until == nil {
		h.until = map[entity]time.Time{}
	}
	h.until[e] = time.Now().Add(holdFor)
	h.fresh++
	h.err = err
}

// report says once for a sweep what it held up.
func (h *holds) report(log *slog.Logger) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.fresh > 0 {
		log.Error("events are held up", "entities", h.fresh, "error", h.err, "retry_in", holdFor)
	}
}
