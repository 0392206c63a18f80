package bus

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// apply gives every message its outcome before the next one gets any. An error means that the rest was dropped.
func (o *OrderedConsumer) apply(ctx, work context.Context, ds []*delivery) error {
	for len(ds) > 0 {
		n := slices.IndexFunc(ds, func(d *delivery) bool { return d.bad != nil })
		var err error
		switch n {
		case 0:
			n = 1
			o.c.metrics.count(outcomeDead, 1)
			err = o.bury(ctx, work, ds[0], ds[0].bad, ds[0].msg.Deliveries)
		case -1:
			n = len(ds)
			err = o.handle(ctx, work, ds)
		default:
			err = o.handle(ctx, work, ds[:n])
		}
		if err != nil {
			return err
		}
		ds = ds[n:]
	}
	return nil
}

// handle halves what fails until the message at fault stands alone, and tries that one in place.
func (o *OrderedConsumer) handle(ctx, work context.Context, ds []*delivery) error {
	last := ds[len(ds)-1]
	err := o.try(ctx, work, ds, last.msg.Seq)
	switch {
	case err == nil:
		o.c.metrics.count(outcomeOK, len(ds))
		for _, d := range ds {
			o.c.history.forget(d.msg.Seq)
		}
		last.ack()
		return nil
	case stops(err):
		return err
	case len(ds) > 1:
		if err := o.handle(ctx, work, ds[:len(ds)/2]); err != nil {
			return err
		}
		return o.handle(ctx, work, ds[len(ds)/2:])
	}
	attempts, dead := o.c.judge(last, err)
	if dead {
		return o.bury(ctx, work, last, err, attempts)
	}
	if !pause(ctx, jitter(o.c.cfg.Backoff(attempts))) {
		return errLeft
	}
	return o.handle(ctx, work, ds)
}

// stops says that what is in hand must be dropped: shutdown, or another process that works on the same state.
func stops(err error) bool { return errors.Is(err, errLeft) || errors.Is(err, ErrFrontierMoved) }

// try calls the handler with what brings the frontier to a sequence.
func (o *OrderedConsumer) try(ctx, work context.Context, ds []*delivery, seq uint64) error {
	f := Frontier{Created: o.at.Created, Seq: seq}
	err := o.c.hold(ctx, work, len(ds), func() error { return o.handler(work, messages(ds), f) })
	var after *later
	switch {
	case err == nil:
		o.at = f
	case errors.As(err, &after):
		return fmt.Errorf("an ordered handler cannot put messages off: %w", err)
	}
	return err
}

// bury stores the copy and then moves the frontier past the message. The frontier is not the message's fault: while the
// handler cannot store it, it is held.
func (o *OrderedConsumer) bury(ctx, work context.Context, d *delivery, reason error, attempts int) error {
	if !o.c.copyDead(ctx, work, d, reason, attempts) {
		return errLeft
	}
	for wait := newHold(); ; {
		err := o.try(ctx, work, nil, d.msg.Seq)
		switch {
		case err == nil:
			d.ack()
			return nil
		case stops(err):
			return err
		}
		o.c.unready(err)
		o.c.log.Error("frontier cannot be moved past a dead letter", "seq", d.msg.Seq, "error", err)
		if !pause(ctx, wait.next()) {
			return errLeft
		}
	}
}
