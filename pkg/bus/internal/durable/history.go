package durable

import (
	"sync"
	"time"
)

// maxHistory is more than a durable has in flight. Any older message was settled by another replica.
const maxHistory = 20_000

// History remembers the messages that a consumer handed back, by stream sequence. All methods may be called concurrently.
type History struct {
	mu   sync.Mutex
	seen map[uint64]past
}

type past struct {
	attempts int
	at       time.Time
}

func newHistory() *History { return &History{seen: map[uint64]past{}} }

// Knows says whether this process handed the message back before. If it did, the message did not kill it.
func (h *History) Knows(seq uint64) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	_, ok := h.seen[seq]
	return ok
}

// Returned records that the consumer handed the message back. failed says that this was an attempt. Returned gives the
// number of attempts so far.
func (h *History) Returned(seq uint64, failed bool) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	p := h.seen[seq]
	if failed {
		p.attempts++
	}
	p.at = time.Now()
	h.seen[seq] = p
	if len(h.seen) > maxHistory {
		h.evict()
	}
	return p.attempts
}

// Forget drops messages that now have their outcome.
func (h *History) Forget(seqs ...uint64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, seq := range seqs {
		delete(h.seen, seq)
	}
}

// Clear forgets everything.
func (h *History) Clear() {
	h.mu.Lock()
	defer h.mu.Unlock()
	clear(h.seen)
}

// evict drops the message that has been quiet for the longest time.
func (h *History) evict() {
	var oldest uint64
	var at time.Time
	for seq, p := range h.seen {
		if at.IsZero() || p.at.Before(at) {
			oldest, at = seq, p.at
		}
	}
	delete(h.seen, oldest)
}
