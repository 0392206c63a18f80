// Package queue holds the events and positions that wait to be written to one socket. Adding to a queue never waits. When
// an event does not fit, the queue is closed with SlowReader, and the client resumes with its cursor.
//
// There are two lanes. Events leave in the order in which they were added, and are bounded in bytes. Positions leave
// after the events. There is at most one for each user: a newer one replaces a waiting one in its place. So the number of
// positions is bounded by the users that the socket sees, and their bytes are shared with the hub. So a slow client's map
// is late but never wrong, and an alert never waits behind positions. A live event leaves with the events, but never closes the queue:
// it is left out where it would have to wait (Hint).
//
// A queue starts no goroutine. It is safe for concurrent use.
package queue

import (
	"sync"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// Item is an event and its cursor.
type Item struct {
	Event *protocol.Event
	// ID is the client's cursor after this frame. It is empty for a frame that does not move the cursor.
	ID string
	// Repeat means that the frame carries the cursor that was written last on the socket, because the frame itself has
	// none.
	Repeat bool
	// Kind is the metric's index of the frame's domain.
	Kind int
}

// overhead is the memory that a waiting item needs in addition to its event. It is counted, so that many small frames are
// bounded too.
const overhead = 64

func (it Item) cost() int { return it.Event.Size() + len(it.ID) + overhead }

// Queue is the queue of one socket.
type Queue struct {
	wake func()
	max  int

	mu sync.Mutex
	// ready leaves next. held waits until the events before it have been collected.
	ready, held []waiting
	corked      bool
	bytes, peak int
	positions   positions
	closed      *protocol.Closure
}

type waiting struct {
	Item
	// free items do not count: they are replayed events, and their reader bounds them.
	free bool
}

// New makes a queue that holds events of at most maxBytes.
func New(maxBytes int) *Queue { return &Queue{max: maxBytes} }

// OnWake sets what is called after something was added or the queue was closed, and when Take has left something. It is
// called under the queue's lock, so it must neither wait nor call the queue. Set it before the queue is used.
func (q *Queue) OnWake(wake func()) { q.wake = wake }

// Push adds an event. If it does not fit, the queue is closed with protocol.SlowReader.
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

// Hint adds an event that is worth nothing late. It returns false when it leaves the event out: while the queue is half full, or holds
// events back.
func (q *Queue) Hint(it Item) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil || q.corked || q.bytes+it.cost() > q.max/2 || !q.reserve(it) {
		return false
	}
	q.ready = append(q.ready, waiting{Item: it})
	q.signal()
	return true
}

// Answer adds a frame that belongs to no stream, such as an error. It does not wait while events are held.
func (q *Queue) Answer(it Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil || !q.reserve(it) {
		return
	}
	q.ready = append(q.ready, waiting{Item: it})
	q.signal()
}

// Cork holds back all events that are added from now on, until Uncork.
func (q *Queue) Cork() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.corked = true
}

// Uncork releases the held events. They leave after first, the events that the client missed before.
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

// Offer adds a user's position. It replaces a position of the user that still waits. A frame of another kind that is replaced by newer ones has
// a key of its own.
func (q *Queue) Offer(user string, it Item) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed != nil {
		return
	}
	q.positions.put(user, it)
	q.signal()
}

// Forget drops the positions that still wait and whose key begins with a prefix.
func (q *Queue) Forget(prefix string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.positions.forget(prefix)
}

// Take appends to dst the items that leave next, up to maxBytes or a little more. Once the queue is closed, Take returns
// only the closure; the client gets the dropped events when it resumes with its cursor.
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

// Close closes the queue. If it is called again, the first closure stays.
func (q *Queue) Close(c protocol.Closure) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.close(c)
}

// Stats returns figures for the metrics: the most bytes that waited at once, and how many positions were replaced while
// they waited.
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

// reserve counts an event, or closes the queue if the event does not fit.
func (q *Queue) reserve(it Item) bool {
	if q.bytes+it.cost() > q.max {
		q.close(protocol.SlowReader)
		return false
	}
	q.bytes += it.cost()
	q.peak = max(q.peak, q.bytes)
	return true
}

// keep is how many places an empty queue keeps. It is small because most sockets are idle most of the time.
const keep = 4

// drop removes the first left items.
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
	if q.wake != nil {
		q.wake()
	}
}
