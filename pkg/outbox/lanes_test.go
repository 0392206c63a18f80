package outbox_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
)

// crowded is a publisher of which each publish waits until so many are under way at once.
type crowded struct {
	*bus.Bus
	mu        sync.Mutex
	now, size int
	full      chan struct{}
}

func (c *crowded) Publish(ctx context.Context, m bus.Message) (bus.Ack, error) {
	c.enter(1)
	defer c.enter(-1)
	select {
	case <-c.full:
	case <-ctx.Done():
		return bus.Ack{}, ctx.Err()
	}
	return c.Bus.Publish(ctx, m)
}

func (c *crowded) enter(n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.now += n; c.now == c.size {
		select {
		case <-c.full:
		default:
			close(c.full)
		}
	}
}

// An acknowledgement that takes long holds up its own lane: 64 events of different entities are under way at once.
func TestSixtyFourEventsAreUnderWayAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var messages []outbox.Message
	for i := range 500 {
		messages = append(messages, news(t, "acme", fmt.Sprintf("u%d", i), strconv.Itoa(i)))
	}
	w.add(t, "acme", messages...)
	to := &crowded{Bus: w.bus, size: 64, full: make(chan struct{})}
	w.run(t, to)
	eventually(t, "64 publishes are under way at once", func() bool {
		select {
		case <-to.full:
			return true
		default:
			return false
		}
	})
	w.emptied(t)
}

// A relay is woken while another one publishes a page that it read before. Nobody polls here, so that only the wake-up
// publishes the second event.
func TestAWakeThatMeetsAnotherRelaysPageIsNotLost(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.add(t, "acme", news(t, "acme", "u1", "1"))
	begun, finish := make(chan struct{}), make(chan struct{})
	first := outbox.NewRelay(w.db, between{w.bus, func(_ bus.Message, err error) error {
		close(begun)
		<-finish
		return err
	}}, registrar.Name, natstest.Log(t), nil)
	outbox.PollEvery(first, time.Hour)
	stop := apptest.Start(t, first.Run)
	release := sync.OnceFunc(func() { close(finish) })
	t.Cleanup(release)
	<-begun

	second := counted{Bus: w.bus, looks: &atomic.Int64{}}
	relay := outbox.NewRelay(w.db, second, registrar.Name, natstest.Log(t), nil)
	outbox.PollEvery(relay, time.Hour)
	apptest.Start(t, relay.Run)
	w.add(t, "acme", news(t, "acme", "u2", "2"))
	relay.Wake()
	eventually(t, "the relay that was woken looks again by itself", func() bool { return second.looks.Load() >= 4 })
	release()
	stop()
	w.emptied(t)
}

// counted counts the looks of a relay: it asks for the link before it takes the lock.
type counted struct {
	*bus.Bus
	looks *atomic.Int64
}

func (c counted) Ready(ctx context.Context) error {
	c.looks.Add(1)
	return c.Bus.Ready(ctx)
}
