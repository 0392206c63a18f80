package durable

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/proto/subject"
)

// Msg has the same fields as bus.Msg, so that package bus can convert it.
type Msg struct {
	Subject    subject.Subject
	Header     nats.Header
	Data       []byte
	Stream     string
	Seq        uint64
	StoredAt   time.Time
	Deliveries int
}

// Delivery is one message in hand. The consumer settles it once: it acknowledges it, delays it or leaves it to others.
type Delivery struct {
	raw jetstream.Msg
	Msg Msg
	// Bad is why the subject does not parse.
	Bad     error
	settled atomic.Bool
}

func newDelivery(raw jetstream.Msg) (*Delivery, error) {
	md, err := raw.Metadata()
	if err != nil {
		return nil, fmt.Errorf("read a delivery's metadata: %w", err)
	}
	d := &Delivery{raw: raw, Msg: Msg{
		Header: raw.Headers(), Data: raw.Data(), Stream: md.Stream, Seq: md.Sequence.Stream,
		StoredAt: md.Timestamp.UTC(), Deliveries: int(md.NumDelivered),
	}}
	d.Msg.Subject, d.Bad = subject.Parse(raw.Subject())
	return d, nil
}

// We do not wait for acknowledgements. If one is lost, the server delivers its message again, and handlers are idempotent.
// An error here means that the connection is closed, which has the same effect.

// Ack says that the message is done.
func (d *Delivery) Ack() {
	d.settled.Store(true)
	_ = d.raw.Ack()
}

// Delay asks for the message again after some time.
func (d *Delivery) Delay(by time.Duration) {
	d.settled.Store(true)
	_ = d.raw.NakWithDelay(by)
}

// InHand tells the server that this process works on messages, until they are settled or removed.
type InHand struct {
	mu     sync.Mutex
	all    map[*Delivery]struct{}
	closed chan struct{}
	wg     sync.WaitGroup
}

// NewInHand starts a goroutine. End stops it.
func NewInHand(ackWait time.Duration) *InHand {
	h := &InHand{all: map[*Delivery]struct{}{}, closed: make(chan struct{})}
	h.wg.Go(func() {
		tick := time.NewTicker(max(ackWait/3, 10*time.Millisecond))
		defer tick.Stop()
		for {
			select {
			case <-h.closed:
				return
			case <-tick.C:
				h.keepAlive()
			}
		}
	})
	return h
}

// Add takes messages in hand.
func (h *InHand) Add(ds []*Delivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range ds {
		h.all[d] = struct{}{}
	}
}

// Remove takes out messages that now have their outcome.
func (h *InHand) Remove(ds []*Delivery) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, d := range ds {
		delete(h.all, d)
	}
}

func (h *InHand) keepAlive() {
	h.mu.Lock()
	defer h.mu.Unlock()
	for d := range h.all {
		if !d.settled.Load() {
			_ = d.raw.InProgress()
		}
	}
}

// End stops the goroutine and waits for it.
func (h *InHand) End() {
	close(h.closed)
	h.wg.Wait()
}
