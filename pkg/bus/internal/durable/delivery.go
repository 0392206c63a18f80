package durable

import (
	"fmt"
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
	Bad error
	// hands keep the message alive until it is settled. They are nil for an ordered consumer.
	hands *hands
	// signed is when the server last heard of the message. hands guards it.
	signed time.Time
}

func newDelivery(raw jetstream.Msg, hands *hands) (*Delivery, error) {
	md, err := raw.Metadata()
	if err != nil {
		return nil, fmt.Errorf("read a delivery's metadata: %w", err)
	}
	d := &Delivery{raw: raw, hands: hands, Msg: Msg{
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
	d.hands.drop(d)
	_ = d.raw.Ack()
}

// Delay asks for the message again after some time.
func (d *Delivery) Delay(by time.Duration) {
	d.hands.drop(d)
	_ = d.raw.NakWithDelay(by)
}
