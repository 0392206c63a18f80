package durable

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus/internal/api"
	"github.com/terreno/terreno/proto/subject"
)

// Msg has the fields of bus.Msg, which is made of it by conversion.
type Msg struct {
	Subject    subject.Subject
	Header     nats.Header
	Data       []byte
	Stream     string
	Seq        uint64
	StoredAt   time.Time
	Deliveries int
}

// Delivery is one message in hand. It is settled once: acknowledged, delayed or left to others.
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

// Acknowledgements are not waited for: one that is lost means that the message comes again, and handlers are idempotent.
// An error here is a closed connection, with the same effect.

// Ack says that the message is done with.
func (d *Delivery) Ack() {
	d.settled.Store(true)
	_ = d.raw.Ack()
}

// AckSurely waits until the server has the acknowledgement, or not much longer.
func (d *Delivery) AckSurely(ctx context.Context) {
	d.settled.Store(true)
	ctx, cancel := context.WithTimeout(ctx, api.Timeout)
	defer cancel()
	_ = d.raw.DoubleAck(ctx)
}

// Delay asks for the message again after some time.
func (d *Delivery) Delay(by time.Duration) {
	d.settled.Store(true)
	_ = d.raw.NakWithDelay(by)
}

// KeepAlive tells the server that the messages are being worked on, until stop is called, which waits for its goroutine.
func KeepAlive(ds []*Delivery, every time.Duration) (stop func()) {
	ended := make(chan struct{})
	var wg sync.WaitGroup
	wg.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-ended:
				return
			case <-tick.C:
			}
			for _, d := range ds {
				if !d.settled.Load() {
					_ = d.raw.InProgress()
				}
			}
		}
	})
	return func() {
		close(ended)
		wg.Wait()
	}
}
