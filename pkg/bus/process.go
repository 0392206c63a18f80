package bus

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"time"
)

var (
	// errLeft: shutdown ended the work on a message before it had an outcome.
	errLeft = errors.New("left for another consumer")

	errCrashLoop = errors.New("delivered again and again without an outcome: its handler seems to end the process")
)

// process gives every message in hand its outcome. ctx is the runner's, work is what handlers get and outlives it.
func (c *Consumer) process(ctx, work context.Context, ds []*delivery, ackWait time.Duration) {
	stop := keepAlive(ds, max(ackWait/3, 10*time.Millisecond))
	defer stop()
	sound, suspects := c.sift(ctx, work, ds)
	if c.single {
		for _, d := range sound {
			c.handle(ctx, work, []*delivery{d}, (*delivery).ack)
		}
	} else {
		c.handle(ctx, work, sound, (*delivery).ack)
	}
	if len(suspects) > 0 {
		c.flush() // The process may end with the next call.
	}
	for _, d := range suspects {
		c.handle(ctx, work, []*delivery{d}, func(d *delivery) { d.ackSurely(work) })
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
	if deliveries < putOffFrom*c.cfg.MaxAttempts {
		return after
	}
	return max(after, age/4)
}

// sift ends what no handler should see, and sets apart the messages that came often without an outcome: one of them may
// kill the process. These go last, one by one, in random order and surely acknowledged, so that over a few restarts the
// innocent get through and only the culprit is left to be counted out.
func (c *Consumer) sift(ctx, work context.Context, ds []*delivery) (sound, suspects []*delivery) {
	for _, d := range ds {
		known := c.history.knows(d.msg.Seq)
		switch {
		case d.bad != nil:
			c.metrics.count(outcomeDead, 1)
			c.bury(ctx, work, d, d.bad, d.msg.Deliveries)
		case known:
			sound = append(sound, d)
		case d.msg.Deliveries >= crashLoopFrom*c.cfg.MaxAttempts:
			c.metrics.count(outcomeDead, 1)
			c.bury(ctx, work, d, errCrashLoop, d.msg.Deliveries)
		case d.msg.Deliveries >= suspectFrom*c.cfg.MaxAttempts:
			suspects = append(suspects, d)
		default:
			sound = append(sound, d)
		}
	}
	rand.Shuffle(len(suspects), func(i, j int) { suspects[i], suspects[j] = suspects[j], suspects[i] })
	return sound, suspects
}

// handle calls the handler and turns what it returns into outcomes, halving a batch that fails.
func (c *Consumer) handle(ctx, work context.Context, ds []*delivery, ack func(*delivery)) {
	if len(ds) == 0 {
		return
	}
	err := c.call(ctx, work, ds)
	var after *later
	switch {
	case err == nil:
		c.metrics.count(outcomeOK, len(ds))
		for _, d := range ds {
			c.history.forget(d.msg.Seq)
			ack(d)
		}
	case errors.Is(err, errLeft):
		c.leave(ds)
	case errors.As(err, &after):
		c.metrics.count(outcomeLater, len(ds))
		for _, d := range ds {
			c.history.returned(d.msg.Seq, false)
			d.delay(c.putOff(after.after, d.msg.Deliveries, time.Since(d.msg.StoredAt)))
		}
	case len(ds) > 1:
		c.handle(ctx, work, ds[:len(ds)/2], ack)
		c.handle(ctx, work, ds[len(ds)/2:], ack)
	default:
		c.fail(ctx, work, ds[0], err)
	}
}

// fail is the outcome of a single message whose handler returned an error that is its own.
func (c *Consumer) fail(ctx, work context.Context, d *delivery, err error) {
	attempts, dead := c.judge(d, err)
	if dead {
		c.bury(ctx, work, d, err, attempts)
		return
	}
	d.delay(jitter(c.cfg.Backoff(attempts)))
}

// judge counts an attempt and says whether it was the last.
func (c *Consumer) judge(d *delivery, err error) (attempts int, dead bool) {
	var reject *rejected
	if errors.As(err, &reject) {
		c.metrics.count(outcomeRejected, 1)
		return c.history.returned(d.msg.Seq, false) + 1, true
	}
	attempts = c.history.returned(d.msg.Seq, true)
	if attempts >= c.cfg.MaxAttempts {
		c.metrics.count(outcomeDead, 1)
		return attempts, true
	}
	c.metrics.count(outcomeFailed, 1)
	c.log.Warn("message failed", "seq", d.msg.Seq, "attempt", attempts, "error", err)
	return attempts, false
}

// leave gives messages back for other replicas, which is not an attempt. Not at once: this one may be the only replica.
func (c *Consumer) leave(ds []*delivery) {
	for _, d := range ds {
		c.history.returned(d.msg.Seq, false)
		d.delay(100 * time.Millisecond)
	}
}

// call hands the messages to the handler, and holds them while it says that a dependency is down.
func (c *Consumer) call(ctx, work context.Context, ds []*delivery) error {
	return c.hold(ctx, work, len(ds), func() error { return c.handler(work, messages(ds)) })
}

// messages gives each call a list of its own.
func messages(ds []*delivery) []Msg {
	ms := make([]Msg, len(ds))
	for i, d := range ds {
		ms[i] = d.msg
	}
	return ms
}

// hold calls the handler, again and again while it says that a dependency is down. Nothing else is fetched meanwhile.
func (c *Consumer) hold(ctx, work context.Context, messages int, handler func() error) error {
	for wait := newHold(); ; {
		if work.Err() != nil {
			return errLeft
		}
		err := c.callOnce(handler)
		var down *unavailable
		switch {
		case err != nil && work.Err() != nil:
			// The handler was cut short, so what it says is not about the message.
			return errLeft
		case !errors.As(err, &down):
			c.ready()
			return err
		}
		c.metrics.count(outcomeUnavailable, messages)
		c.unready(err)
		c.log.Warn("dependency unavailable, holding what is in hand", "messages", messages, "error", err)
		if !pause(ctx, wait.next()) {
			return errLeft
		}
	}
}

func (c *Consumer) callOnce(handler func() error) (err error) {
	begun := time.Now()
	defer func() {
		c.metrics.seconds.Observe(time.Since(begun).Seconds())
		if p := recover(); p != nil {
			c.log.Error("handler panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("handler panicked: %v", p)
		}
	}()
	return handler()
}

// hold is the backoff while a dependency is down: 250 ms, doubling to 5 s, up to half of it taken off at random.
type hold struct{ wait time.Duration }

func newHold() *hold { return &hold{wait: 250 * time.Millisecond} }

func (h *hold) next() time.Duration {
	d := jitter(h.wait)
	h.wait = min(2*h.wait, 5*time.Second)
	return d
}
