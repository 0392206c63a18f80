package bus

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/pkg/wait"
)

var errCrashLoop = errors.New("delivered again and again without an outcome: its handler seems to end the process")

// process gives every message in hand its outcome. ctx is the runner's, work is what handlers get and outlives it.
func (c *Consumer) process(ctx, work context.Context, ds []*durable.Delivery, ackWait time.Duration) {
	stop := durable.KeepAlive(ds, max(ackWait/3, 10*time.Millisecond))
	defer stop()
	sound, suspects := c.sift(ctx, work, ds)
	if c.single {
		for _, d := range sound {
			c.handle(ctx, work, []*durable.Delivery{d}, (*durable.Delivery).Ack)
		}
	} else {
		c.handle(ctx, work, sound, (*durable.Delivery).Ack)
	}
	if len(suspects) > 0 {
		c.durable.Flush() // The process may end with the next call.
	}
	for _, d := range suspects {
		c.handle(ctx, work, []*durable.Delivery{d}, func(d *durable.Delivery) { d.AckSurely(work) })
	}
}

// A message that this process never handed back is a suspect from suspectFrom times MaxAttempts deliveries on, and buried
// unseen from crashLoopFrom times on. The count alone proves nothing, since hand-backs and lapsed waits raise it too: so
// the second bound is a last resort against a process that would die of one message for ever. Later cannot lead to it:
// see putOff.
const (
	suspectFrom   = 2
	putOffFrom    = 10
	crashLoopFrom = 100
)

// putOff is the delay of a message whose handler said Later. After many deliveries it is at least a quarter of the
// message's age, so that between putOffFrom and crashLoopFrom the age grows by 1.25^90: no stream keeps a message so long.
func (c *Consumer) putOff(after time.Duration, deliveries int, age time.Duration) time.Duration {
	if deliveries < putOffFrom*c.durable.MaxAttempts {
		return after
	}
	return max(after, age/4)
}

// sift ends what no handler should see, and sets apart the messages that came often without an outcome: one of them may
// kill the process. These go last, one by one, in random order and surely acknowledged, so that over a few restarts the
// innocent get through and only the culprit is left to be counted out.
func (c *Consumer) sift(ctx, work context.Context, ds []*durable.Delivery) (sound, suspects []*durable.Delivery) {
	for _, d := range ds {
		known := c.durable.History.Knows(d.Msg.Seq)
		switch {
		case d.Bad != nil:
			c.durable.Count(durable.OutcomeDead, 1)
			c.bury(ctx, work, d, d.Bad, d.Msg.Deliveries)
		case known:
			sound = append(sound, d)
		case d.Msg.Deliveries >= crashLoopFrom*c.durable.MaxAttempts:
			c.durable.Count(durable.OutcomeDead, 1)
			c.bury(ctx, work, d, errCrashLoop, d.Msg.Deliveries)
		case d.Msg.Deliveries >= suspectFrom*c.durable.MaxAttempts:
			suspects = append(suspects, d)
		default:
			sound = append(sound, d)
		}
	}
	rand.Shuffle(len(suspects), func(i, j int) { suspects[i], suspects[j] = suspects[j], suspects[i] })
	return sound, suspects
}

// handle calls the handler and turns what it returns into outcomes, halving a batch that fails.
func (c *Consumer) handle(ctx, work context.Context, ds []*durable.Delivery, ack func(*durable.Delivery)) {
	if len(ds) == 0 {
		return
	}
	err := c.call(ctx, work, ds)
	var after *durable.LaterError
	switch {
	case err == nil:
		c.durable.Count(durable.OutcomeOK, len(ds))
		for _, d := range ds {
			c.durable.History.Forget(d.Msg.Seq)
			ack(d)
		}
	case errors.Is(err, durable.ErrLeft):
		c.leave(ds)
	case errors.As(err, &after):
		c.durable.Count(durable.OutcomeLater, len(ds))
		for _, d := range ds {
			c.durable.History.Returned(d.Msg.Seq, false)
			d.Delay(c.putOff(after.After, d.Msg.Deliveries, time.Since(d.Msg.StoredAt)))
		}
	case len(ds) > 1:
		c.handle(ctx, work, ds[:len(ds)/2], ack)
		c.handle(ctx, work, ds[len(ds)/2:], ack)
	default:
		c.fail(ctx, work, ds[0], err)
	}
}

// fail is the outcome of a single message whose handler returned an error that is its own.
func (c *Consumer) fail(ctx, work context.Context, d *durable.Delivery, err error) {
	attempts, dead := c.durable.Judge(d, err)
	if dead {
		c.bury(ctx, work, d, err, attempts)
		return
	}
	d.Delay(wait.Jitter(c.durable.Backoff(attempts)))
}

// bury copies a message to the dead letters and acknowledges it only when the copy is stored.
func (c *Consumer) bury(ctx, work context.Context, d *durable.Delivery, reason error, attempts int) {
	if c.durable.Bury(ctx, work, d, reason, attempts) {
		d.Ack()
	} else {
		c.leave([]*durable.Delivery{d})
	}
}

// leave gives messages back for other replicas, which is not an attempt. Not at once: this one may be the only replica.
func (c *Consumer) leave(ds []*durable.Delivery) {
	for _, d := range ds {
		c.durable.History.Returned(d.Msg.Seq, false)
		d.Delay(100 * time.Millisecond)
	}
}

// call hands the messages to the handler, and holds them while it says that a dependency is down.
func (c *Consumer) call(ctx, work context.Context, ds []*durable.Delivery) error {
	return c.durable.Call(ctx, work, len(ds), func() error { return c.handler(work, messages(ds)) })
}

// messages gives each call a list of its own.
func messages(ds []*durable.Delivery) []Msg {
	ms := make([]Msg, len(ds))
	for i, d := range ds {
		ms[i] = Msg(d.Msg)
	}
	return ms
}
