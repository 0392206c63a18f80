package bus

import "time"

// maxHistory is above what a durable has in flight; what is beyond it was settled by another replica.
const maxHistory = 20_000

// history remembers the messages that a consumer handed back, by stream sequence. One goroutine uses it.
type history struct {
	seen map[uint64]past
}

type past struct {
	attempts int
	at       time.Time
}

func newHistory() *history { return &history{seen: map[uint64]past{}} }

// knows says whether this process handed the message back before: then it did not die of it.
func (h *history) knows(seq uint64) bool {
	_, ok := h.seen[seq]
	return ok
}

// returned records that the message was handed back; failed, that it was an attempt. It returns the attempts so far.
func (h *history) returned(seq uint64, failed bool) int {
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

func (h *history) forget(seq uint64) { delete(h.seen, seq) }
func (h *history) clear()            { clear(h.seen) }

// evict drops the message that was quiet for the longest.
func (h *history) evict() {
	var oldest uint64
	var at time.Time
	for seq, p := range h.seen {
		if at.IsZero() || p.at.Before(at) {
			oldest, at = seq, p.at
		}
	}
	delete(h.seen, oldest)
}
