// Package tail keeps the newest events of each company in memory, so that most sockets that come back are served without
// a read from the stream. There is a tail for each company and stream, and each is bounded in bytes and in events. All
// tails together are bounded in bytes too: when they are too large, the largest tail drops its oldest event. So a company
// with much traffic shortens only its own tail.
//
// A tail knows how far back it is complete: it has every event of its company after its floor.
//
// Nothing here is safe for concurrent use: the hub's lock guards all tails.
package tail

import (
	"container/heap"
	"slices"
	"sort"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// Message is a stored message as sockets see it. It is shared: nobody may change it.
type Message struct {
	Tenant   string
	Seq      uint64
	StoredAt time.Time
	Audience audience.Audience
	// Event is nil when the message holds nothing that can be sent to a socket.
	Event *protocol.Event
	// Entity is the conversation that an event of chat is about. If Lost, whoever sees the event has lost it.
	Entity string
	Lost   bool
	// Part is the seq of the chat message that the event is about, or 0. If Deleted, it says nothing any more.
	Part    int64
	Deleted bool
}

// overhead is roughly the memory that a message needs in addition to its event.
const overhead = 240

func (m *Message) cost() int { return m.Event.Size() + overhead }

// Config bounds the tails.
type Config struct {
	// Bytes and Events bound each tail.
	Bytes, Events int
	// TotalBytes bounds all tails together.
	TotalBytes int
}

// Tails holds all tails of a gateway.
type Tails struct {
	cfg  Config
	used int
	// bySize holds the tails that are not empty, the largest first.
	bySize bySize
}

// Tail is the tail of one company and stream.
type Tail struct {
	tails *Tails
	// messages are in order. The first gone of them were dropped, and stay until the slice is moved.
	messages []*Message
	gone     int
	bytes    int
	floor    uint64
	// place is the index in bySize, or -1 while the tail is empty.
	place int
}

// New returns a Tails without any tail.
func New(cfg Config) *Tails { return &Tails{cfg: cfg} }

// Bytes returns how many bytes all tails hold.
func (t *Tails) Bytes() int { return t.used }

// Open makes an empty tail that begins after floor.
func (t *Tails) Open(floor uint64) *Tail { return &Tail{tails: t, floor: floor, place: -1} }

// Reset empties the tail, which then begins after floor. Call it also for a tail that is no longer used.
func (x *Tail) Reset(floor uint64) {
	x.grow(-x.bytes)
	x.messages, x.gone, x.floor = nil, 0, floor
}

// Append adds the company's next message.
func (x *Tail) Append(m *Message) {
	x.messages = append(x.messages, m)
	x.grow(m.cost())
	x.bound()
}

// Prepend adds earlier messages to the front of the tail: all of the company's messages with from < sequence <= to. It
// does nothing if they do not reach the floor.
func (x *Tail) Prepend(from, to uint64, earlier []*Message) {
	if from >= x.floor || to < x.floor {
		return
	}
	known := sort.Search(len(earlier), func(i int) bool { return earlier[i].Seq > x.floor })
	earlier = earlier[:known]
	x.messages, x.gone, x.floor = slices.Concat(earlier, x.messages[x.gone:]), 0, from
	added := 0
	for _, m := range earlier {
		added += m.cost()
	}
	x.grow(added)
	x.bound()
}

// Between returns the messages with from < sequence <= to. If there are more than limit, it returns limit+1 of them. ok
// is false when the tail does not reach back to from.
func (x *Tail) Between(from, to uint64, limit int) (messages []*Message, ok bool) {
	if from < x.floor {
		return nil, false
	}
	kept := x.messages[x.gone:]
	after := func(seq uint64) int {
		return sort.Search(len(kept), func(i int) bool { return kept[i].Seq > seq })
	}
	first := after(from)
	last := max(min(after(to), first+limit+1), first)
	return slices.Clone(kept[first:last]), true
}

// bound drops the messages that exceed a limit, from this tail and from the largest ones.
func (x *Tail) bound() {
	for x.bytes > x.tails.cfg.Bytes || len(x.messages)-x.gone > x.tails.cfg.Events {
		x.drop()
	}
	for x.tails.used > x.tails.cfg.TotalBytes {
		x.tails.bySize[0].drop()
	}
}

// drop removes the oldest message.
func (x *Tail) drop() {
	oldest := x.messages[x.gone]
	x.messages[x.gone] = nil
	x.gone++
	x.floor = oldest.Seq
	x.grow(-oldest.cost())
	// The slice is moved when half of it is gone. So each message is moved only once on average.
	if x.gone > len(x.messages)/2 {
		x.messages = slices.Delete(x.messages, 0, x.gone)
		x.gone = 0
	}
	if len(x.messages) == 0 {
		x.messages = nil
	}
}

// grow counts bytes and keeps bySize in order.
func (x *Tail) grow(bytes int) {
	x.bytes += bytes
	x.tails.used += bytes
	switch {
	case x.bytes == 0 && x.place >= 0:
		heap.Remove(&x.tails.bySize, x.place)
	case x.bytes > 0 && x.place < 0:
		heap.Push(&x.tails.bySize, x)
	case x.place >= 0:
		heap.Fix(&x.tails.bySize, x.place)
	}
}

// bySize is a heap of tails, with the largest first.
type bySize []*Tail

func (b bySize) Len() int           { return len(b) }
func (b bySize) Less(i, j int) bool { return b[i].bytes > b[j].bytes }
func (b bySize) Swap(i, j int) {
	b[i], b[j] = b[j], b[i]
	b[i].place, b[j].place = i, j
}

// Push implements heap.Interface.
func (b *bySize) Push(x any) {
	t := x.(*Tail)
	t.place = len(*b)
	*b = append(*b, t)
}

// Pop implements heap.Interface.
func (b *bySize) Pop() any {
	last := len(*b) - 1
	t := (*b)[last]
	(*b)[last] = nil
	*b = (*b)[:last]
	t.place = -1
	return t
}
