package ordered

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/pkg/wait"
)

// apply gives every message its outcome before it handles the next one. An error means that it dropped the rest.
func (o *Consumer) apply(ctx, work context.Context, ds []*durable.Delivery) error {
	for len(ds) > 0 {
		n := slices.IndexFunc(ds, func(d *durable.Delivery) bool { return d.Bad != nil })
		var err error
		switch n {
		case 0:
			n = 1
			bad := &durable.UnreadableError{Err: ds[0].Bad}
			attempts, _ := o.durable.Judge(ds[0], bad)
			err = o.bury(ctx, work, ds[0], bad, attempts)
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

// handle halves a failing batch until the message at fault stands alone. It then retries that message in place.
func (o *Consumer) handle(ctx, work context.Context, ds []*durable.Delivery) error {
	last := ds[len(ds)-1]
	err := o.try(ctx, work, ds, o.behind(last))
	switch {
	case err == nil:
		o.durable.Count(durable.OutcomeOK, len(ds))
		for _, d := range ds {
			o.durable.History.Forget(d.Msg.Seq)
		}
		last.Ack()
		return nil
	case stops(err):
		return err
	case len(ds) > 1:
		if err := o.handle(ctx, work, ds[:len(ds)/2]); err != nil {
			return err
		}
		return o.handle(ctx, work, ds[len(ds)/2:])
	}
	attempts, dead := o.durable.Judge(last, err)
	if dead {
		return o.bury(ctx, work, last, err, attempts)
	}
	if !wait.For(ctx, wait.Jitter(o.durable.Backoff(attempts))) {
		return durable.ErrLeft
	}
	return o.handle(ctx, work, ds)
}

// stops says that the consumer must drop what is in hand, because of shutdown or because another process works on the same
// state.
func stops(err error) bool {
	return errors.Is(err, durable.ErrLeft) || errors.Is(err, ErrFrontierMoved)
}

// behind is the frontier once a message is applied.
func (o *Consumer) behind(d *durable.Delivery) Frontier {
	return Frontier{Created: o.at.Created, Seq: d.Msg.Seq, Stored: micro(d.Msg.StoredAt)}
}

// try calls the handler with the messages that bring it to a frontier.
func (o *Consumer) try(ctx, work context.Context, ds []*durable.Delivery, f Frontier) error {
	handler := func() error { return o.store(work, ds, f) }
	if o.size == 1 && len(ds) == 1 {
		return o.durable.CallAlone(ctx, work, ds[0], handler)
	}
	return o.durable.Call(ctx, work, len(ds), handler)
}

// store calls the handler once.
func (o *Consumer) store(work context.Context, ds []*durable.Delivery, f Frontier) error {
	err := o.handler(work, messages(ds), f)
	var later *durable.LaterError
	switch {
	case err == nil:
		o.at = f
	case errors.As(err, &later):
		return fmt.Errorf("an ordered handler cannot put messages off: %w", err)
	}
	return err
}

// bury stores the copy and then moves the frontier past the message. If the handler cannot store the frontier, the message
// is not at fault. It stays in hand until the handler can.
func (o *Consumer) bury(ctx, work context.Context, d *durable.Delivery, reason error, attempts int) error {
	if !o.durable.Bury(ctx, work, d, reason, attempts) {
		return durable.ErrLeft
	}
	err := o.durable.Hold(ctx, work, func() error {
		err := o.durable.Once(work, func() error { return o.store(work, nil, o.behind(d)) })
		if err == nil || stops(err) {
			return err
		}
		return &durable.UnavailableError{Err: fmt.Errorf("frontier cannot be moved past dead letter %d: %w", d.Msg.Seq, err)}
	})
	if err == nil {
		d.Ack()
	}
	return err
}

// messages gives each call a list of its own.
func messages(ds []*durable.Delivery) []bus.Msg {
	ms := make([]bus.Msg, len(ds))
	for i, d := range ds {
		ms[i] = bus.Msg(d.Msg)
	}
	return ms
}
