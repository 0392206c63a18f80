package bus

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/proto/subject"
)

// delivery is one message in hand. It is settled once: acknowledged, delayed or left to others.
type delivery struct {
	raw jetstream.Msg
	msg Msg
	// bad is why the subject does not parse.
	bad     error
	settled atomic.Bool
}

func newDelivery(raw jetstream.Msg) (*delivery, error) {
	md, err := raw.Metadata()
	if err != nil {
		return nil, fmt.Errorf("read a delivery's metadata: %w", err)
	}
	d := &delivery{raw: raw, msg: Msg{
		Header: raw.Headers(), Data: raw.Data(), Stream: md.Stream, Seq: md.Sequence.Stream,
		StoredAt: md.Timestamp.UTC(), Deliveries: int(md.NumDelivered),
	}}
	d.msg.Subject, d.bad = subject.Parse(raw.Subject())
	return d, nil
}

// Acknowledgements are not waited for: one that is lost means that the message comes again, and handlers are idempotent.
// An error here is a closed connection, with the same effect.

func (d *delivery) ack() {
	d.settled.Store(true)
	_ = d.raw.Ack()
}

// ackSurely waits until the server has the acknowledgement, or not much longer.
func (d *delivery) ackSurely(ctx context.Context) {
	d.settled.Store(true)
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	_ = d.raw.DoubleAck(ctx)
}

func (d *delivery) delay(by time.Duration) {
	d.settled.Store(true)
	_ = d.raw.NakWithDelay(by)
}

// keepAlive tells the server that the messages are being worked on, until stop is called, which waits for its goroutine.
func keepAlive(ds []*delivery, every time.Duration) (stop func()) {
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
