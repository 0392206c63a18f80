package durable

import (
	"sync"
	"time"
)

// hands hold every message that this process has fetched from one durable and not settled yet. They tell the server that
// the process lives, once in a third of AckWait for each message. So a message may wait or be worked on for as long as it
// takes, and the messages of a process that died come back after AckWait. Most messages are settled before their first sign
// of life is due, and cost nothing here. All methods of a nil *hands do nothing.
type hands struct {
	// every is the age at which a message needs a sign of life.
	every time.Duration

	mu     sync.Mutex
	held   map[held]*Delivery
	closed chan struct{}
	wg     sync.WaitGroup
}

// held identifies a message. A stream that was made anew gives out the same sequences again.
type held struct {
	seq    uint64
	stored int64
}

func (d *Delivery) held() held { return held{d.Msg.Seq, d.Msg.StoredAt.UnixNano()} }

// newHands starts a goroutine. end stops it.
func newHands(ackWait time.Duration) *hands {
	h := &hands{every: ackWait / 3, held: map[held]*Delivery{}, closed: make(chan struct{})}
	h.wg.Go(func() {
		tick := time.NewTicker(max(h.every/2, 5*time.Millisecond))
		defer tick.Stop()
		for {
			select {
			case <-h.closed:
				return
			case <-tick.C:
				h.keepAlive(time.Now())
			}
		}
	})
	return h
}

// take takes a message in hand. It returns false for a message that is in hand already: the server delivers it again when
// this process gave no sign of life for a while, because it was stopped or its link was slow. The delivery in hand can
// still settle it.
func (h *hands) take(d *Delivery) bool {
	if h == nil {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if _, again := h.held[d.held()]; again {
		return false
	}
	d.signed = time.Now()
	h.held[d.held()] = d
	return true
}

// drop lets go of a message that gets its outcome now. After drop the server hears no sign of life for it, which would undo
// the delay of a message that is to come again later.
func (h *hands) drop(d *Delivery) {
	if h == nil {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held[d.held()] == d {
		delete(h.held, d.held())
	}
}

func (h *hands) keepAlive(now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range h.held {
		// While the link is down, every sign fails. The next tick tries again.
		if now.Sub(d.signed) >= h.every && d.raw.InProgress() == nil {
			d.signed = now
		}
	}
}

// end stops the goroutine and waits for it.
func (h *hands) end() {
	if h == nil {
		return
	}
	close(h.closed)
	h.wg.Wait()
}
