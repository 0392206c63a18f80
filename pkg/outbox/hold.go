package outbox

import (
	"log/slog"
	"sync"
	"time"
)

// holdFor is how long the relay holds an entity whose event was refused for a reason that may pass, such as a missing
// permission. It also holds a stream for this long when the stream accepts nothing and others do.
const holdFor = 10 * time.Second

// holds lists the entities and streams that the relay holds, so that they keep their order and do not slow down the
// others. A hold ends between two sweeps and never during one, because then a later event could overtake an earlier one.
type holds struct {
	mu      sync.Mutex
	until   map[entity]time.Time
	streams map[string]time.Time
	// These two count what has been held since begin.
	fresh          int
	err, streamErr error
}

// begin ends the holds that have lasted long enough.
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

// release returns the last error of a stream in this sweep. If there is one, it ends the holds of all streams.
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

// report logs once per sweep what the relay holds.
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
