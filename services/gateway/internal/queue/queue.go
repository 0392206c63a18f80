// Package queue is what waits to be written to one socket. Whoever adds to it never waits: what does not fit closes the
// queue as a slow reader's, and the client resumes with its cursor.
//
// Two lanes. Events leave in the order in which they came and are bounded in bytes. Positions leave after them, newest per
// user only: a pending one is replaced where it stands, so their number is bounded by the users that the socket sees and
// their bytes are the hub's own. A map that lags is thus late, never wrong, and an alert never waits behind positions.
//
// A queue starts no goroutine. It is safe for concurrent use.
package queue

import (
	"sync"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// Item is an event and the cursor that goes with it.
type Item struct {
	Event *protocol.Event
	// ID is the cursor once the client has this frame; empty for a frame that does not move the client.
	ID string
	// Repeat: the frame carries the cursor that was last written on the socket, since it is not part of any.
	Repeat bool
	// Kind is the metric's index of the frame's domain.
	Kind int
}

// overhead is what a waiting item costs beside its event, so that many small frames are bounded as well.
const overhead = 64

func (it Item) cost() int { return it.Event.Size() + len(it.ID) + overhead }

// Queue is one socket's.
type Queue struct {
	wake chan struct{}
	max  int

	mu sync.Mutex
	// ready leaves next; held waits until what came before it was collected.
	ready, held []waiting
	corked      bool
	bytes, peak int
	positions   positions
	closed      *protocol.Closure
}

type waiting struct {
	Item
	// free: replayed events, which their reader bounds, do not count.
	free bool
}

// New makes a queue that holds events of at most maxBytes.
func New(maxBytes int) *Queue {
	return &Queue{wake: make(chan struct{}, 1), max: maxBytes}
}

// Wake receives after something was added or the queue was closed.
func (q *Queue) Wake() <-chan struct{} { return q.wake }

// Push adds an event. When it does not fit the queue is closed with protocol.SlowReader.
func (q *Queue) Push(it Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil || !q.reserve(it) {
		return
	}
	if q.corked {
		q.held = append(q.held, waiting{Item: it})
		return
	}
	q.ready = append(q.ready, waiting{Item: it})
	q.signal()
}

// Answer adds a frame that belongs to no stream, such as an error: it does not wait while events are held.
func (q *Queue) Answer(it Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil || !q.reserve(it) {
		return
	}
	q.ready = append(q.ready, waiting{Item: it})
	q.signal()
}

// Cork holds back the events that come from now on, until Uncork.
func (q *Queue) Cork() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.corked = true
}

// Uncork sends what was held back, after what comes first: the events that were missed before.
func (q *Queue) Uncork(first []Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return
	}
	for _, it := range first {
		q.ready = append(q.ready, waiting{Item: it, free: true})
	}
	q.ready = append(q.ready, q.held...)
	q.held, q.corked = nil, false
	q.signal()
}

// Offer adds a user's position, in place of one that still waits.
func (q *Queue) Offer(user string, it Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return
	}
	q.positions.put(user, it)
	q.signal()
}

// Take appends to dst what leaves next, until it is maxBytes or a little more. Once the queue is closed it returns why and
// nothing else: the client's cursor brings back what was dropped.
func (q *Queue) Take(dst []Item, maxBytes int) ([]Item, *protocol.Closure) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return dst, q.closed
	}
	left := 0
	for ; maxBytes > 0 && left < len(q.ready); left++ {
		w := q.ready[left]
		if !w.free {
			q.bytes -= w.cost()
		}
		dst = append(dst, w.Item)
		maxBytes -= w.Event.Size()
	}
	q.ready = drop(q.ready, left)
	for maxBytes > 0 && q.positions.len() > 0 {
		it := q.positions.take()
		dst = append(dst, it)
		maxBytes -= it.Event.Size()
	}
	if len(q.ready) > 0 || q.positions.len() > 0 {
		q.signal()
	}
	return dst, nil
}

// Close ends the queue; the first closure counts.
func (q *Queue) Close(c protocol.Closure) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.close(c)
}

// Stats are for metrics: the most bytes that waited at once, and positions that were replaced while they waited.
func (q *Queue) Stats() (peak, coalesced int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.peak, q.positions.replaced
}

func (q *Queue) close(c protocol.Closure) {
	if q.closed != nil {
		return
	}
	q.closed = &c
	q.ready, q.held = nil, nil
	q.positions.clear()
	q.signal()
}

// reserve counts an event, or closes the queue when it does not fit.
func (q *Queue) reserve(it Item) bool {
	if q.bytes+it.cost() > q.max {
		q.close(protocol.SlowReader)
		return false
	}
	q.bytes += it.cost()
	q.peak = max(q.peak, q.bytes)
	return true
}

// keep is how many places an empty queue keeps: most sockets are idle most of the time.
const keep = 4

// drop removes what left from the front.
func drop(list []waiting, left int) []waiting {
	if left < len(list) {
		clear(list[:left])
		return list[left:]
	}
	if cap(list) > keep {
		return nil
	}
	clear(list)
	return list[:0]
}

func (q *Queue) signal() {
	select {
	case q.wake <- struct{}{}:
	default:
	}
}
