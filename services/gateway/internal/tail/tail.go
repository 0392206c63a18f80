// Package tail keeps the newest events of one replayed stream in memory, so that most sockets that come back are served
// without a read from the stream. It is bounded in bytes and in events; the oldest go first.
//
// A tail knows how far back it is complete: all events after its floor are in it. It starts no goroutine and is safe for
// concurrent use.
package tail

import (
	"slices"
	"sort"
	"sync"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// Message is a stored message as sockets see it. It is shared: nobody changes it.
type Message struct {
	Tenant   string
	Seq      uint64
	StoredAt time.Time
	Audience audience.Audience
	// Event is nil when no socket can be sent what the message holds.
	Event *protocol.Event
}

// overhead is what an event costs beside its name and data.
const overhead = 200

func (m *Message) cost() int { return m.Event.Size() + overhead }

// Tail is one stream's.
type Tail struct {
	maxBytes, maxEvents int

	mu sync.RWMutex
	// events in order; the first gone of them have left and wait for the slice to be moved.
	events []*Message
	gone   int
	bytes  int
	floor  uint64
}

// New makes a tail that is complete from nowhere: Reset says from where on.
func New(maxBytes, maxEvents int) *Tail {
	return &Tail{maxBytes: maxBytes, maxEvents: maxEvents}
}

// Reset empties the tail: the next event that counts is the first after floor.
func (t *Tail) Reset(floor uint64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events, t.gone, t.bytes, t.floor = nil, 0, 0, floor
}

// Append adds the stream's next event.
func (t *Tail) Append(e *Message) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events = append(t.events, e)
	t.bytes += e.cost()
	for t.gone < len(t.events) && (t.bytes > t.maxBytes || len(t.events)-t.gone > t.maxEvents) {
		oldest := t.events[t.gone]
		t.events[t.gone] = nil
		t.gone++
		t.bytes -= oldest.cost()
		t.floor = oldest.Seq
	}
	// Moving as many as have left costs each event one move in its life.
	if t.gone > len(t.events)/2 {
		t.events = slices.Delete(t.events, 0, t.gone)
		t.gone = 0
	}
}

// Between returns a tenant's events with from < sequence <= to, at most limit of them and one more when there are more.
// ok is false when the tail does not reach back to from.
func (t *Tail) Between(tenant string, from, to uint64, limit int) (events []*Message, ok bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if from < t.floor {
		return nil, false
	}
	kept := t.events[t.gone:]
	first := sort.Search(len(kept), func(i int) bool { return kept[i].Seq > from })
	for _, e := range kept[first:] {
		if e.Seq > to || len(events) > limit {
			break
		}
		if e.Tenant == tenant {
			events = append(events, e)
		}
	}
	return events, true
}
