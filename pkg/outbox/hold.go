package outbox

import (
	"log/slog"
	"sync"
	"time"
)

// holdFor is how long an entity waits whose event was refused for a reason that may pass, such as a permission, and a stream
// that takes nothing while others do.
const holdFor = 10 * time.Second

// holds are the entities and streams that wait by themselves, so that they neither lose their order nor slow the others
// down. A hold ends between two sweeps and never within one, where a later event could overtake.
type holds struct {
	mu      sync.Mutex
	until   map[entity]time.Time
	streams map[string]time.Time
	// Since begin:
	fresh          int
	err, streamErr error
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
	for name, until := range h.streams {
		if now.After(until) {
			delete(h.streams, name)
		}
	}
	h.fresh, h.err, h.streamErr = 0, nil, nil
}

func (h *holds) has(e entity, stream string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, held := h.until[e]
	_, down := h.streams[stream]
	return held || down
}

func (h *holds) addStream(name string, err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.streams == nil {
		h.streams = map[string]time.Time{}
	}
	h.streams[name] = time.Now().Add(holdFor)
	h.streamErr = err
}

// release returns what a stream said in this sweep, and lets go of all streams if one said something.
func (h *holds) release() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	err := h.streamErr
	if err != nil {
		clear(h.streams)
		h.streamErr = nil
	}
	return err
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
	if h.streamErr != nil {
		log.Warn("events of a stream are held up", "error", h.streamErr, "retry_in", holdFor)
	}
	if h.fresh > 0 {
		log.Error("events are held up", "entities", h.fresh, "error", h.err, "retry_in", holdFor)
	}
}
