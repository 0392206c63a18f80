package bus

import (
	"context"
	"errors"
	"time"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/pkg/wait"
)

// suspectFrom times MaxAttempts deliveries without an outcome make a message a suspect: it may be what ends the process
// each time. The delivery count alone proves nothing. The server also redelivers messages that were given back or were in
// hand for longer than AckWait. The consumer therefore handles a suspect alone, and only these single tries count
// (durable.CallAlone).
const suspectFrom = 2

// suspect says whether a message was delivered often and never came back from a handler of this process.
func (c *Consumer) suspect(m *durable.Delivery) bool {
	return m.Msg.Deliveries >= suspectFrom*c.durable.MaxAttempts && !c.durable.History.Knows(m.Msg.Seq)
}

func (c *Consumer) keyOf(d *durable.Delivery) string {
	if c.key == nil || d.Bad != nil {
		return ""
	}
	return c.key(Msg(d.Msg))
}

// handle gives every message of a unit its outcome. It halves a batch that fails. ctx is the runner's context. work is the
// context of the handlers and outlives ctx. handle returns true when shutdown came first and it gave messages back.
func (c *Consumer) handle(ctx, work context.Context, u unit) (left bool) {
	ds := u.lane.aside(u.messages)
	if len(ds) == 0 {
		return false
	}
	err := c.call(ctx, work, ds)
	var later *durable.LaterError
	switch {
	case err == nil:
		c.durable.Count(durable.OutcomeOK, len(ds))
		for _, d := range ds {
			c.durable.History.Forget(d.Msg.Seq)
			d.Ack()
		}
	case errors.Is(err, durable.ErrLeft):
		c.giveBack(ds)
		return true
	case errors.As(err, &later):
		c.durable.Count(durable.OutcomeLater, len(ds))
		for _, d := range ds {
			c.durable.History.Returned(d.Msg.Seq, false)
			d.Delay(later.After)
		}
	case len(ds) > 1:
		half := len(ds) / 2
		if c.handle(ctx, work, unit{messages: ds[:half], lane: u.lane}) {
			c.giveBack(ds[half:])
			return true
		}
		return c.handle(ctx, work, unit{messages: ds[half:], lane: u.lane})
	default:
		return c.fail(ctx, work, unit{messages: ds, key: u.key, lane: u.lane}, err)
	}
	return false
}

// call hands messages to the handler.
func (c *Consumer) call(ctx, work context.Context, ds []*durable.Delivery) error {
	first := ds[0]
	handler := func() error { return c.handler(work, messages(ds)) }
	switch {
	case first.Bad != nil:
		return &durable.UnreadableError{Err: first.Bad}
	case len(ds) == 1 && c.suspect(first):
		return c.durable.CallAlone(ctx, work, first, handler)
	}
	return c.durable.Call(ctx, work, len(ds), handler)
}

// messages gives each call a list of its own.
func messages(ds []*durable.Delivery) []Msg {
	ms := make([]Msg, len(ds))
	for i, d := range ds {
		ms[i] = Msg(d.Msg)
	}
	return ms
}

// fail settles a single message whose error is its own. The message is delivered again, is retried by this process if its key
// must keep its order, or becomes a dead letter.
func (c *Consumer) fail(ctx, work context.Context, u unit, err error) (left bool) {
	d := u.messages[0]
	attempts, dead := c.durable.Judge(d, err)
	delay := wait.Jitter(c.durable.Backoff(attempts))
	switch {
	case dead && c.durable.Bury(ctx, work, d, err, attempts):
		d.Ack()
		return false
	case dead:
	case c.keyOf(d) == "":
		d.Delay(delay)
		return false
	case u.lane != nil:
		if u.lane.park(d, delay) {
			return false
		}
	case wait.For(ctx, delay):
		return c.handle(ctx, work, u)
	}
	c.giveBack(u.messages)
	return true
}

// giveBack leaves messages to other replicas. This is not an attempt. The messages are not delivered again at once, because
// this process may be the only replica.
func (c *Consumer) giveBack(ds []*durable.Delivery) {
	for _, d := range ds {
		d.Delay(100 * time.Millisecond)
	}
}
