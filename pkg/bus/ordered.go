package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
)

// Frontier is how far the owner of some state has applied a stream: the stream by the instant of its making, and the last
// sequence. Created is in whole microseconds, as PostgreSQL keeps it. The zero value is nothing yet.
type Frontier struct {
	Created time.Time
	Seq     uint64
}

// OrderedConfig says which durable to work on; the table must call it ordered. The fields are those of ConsumerConfig, with
// 500 as the default Batch. Attempts are made in place: nothing behind a failing message overtakes it.
type OrderedConfig struct {
	Stream, Durable string
	Batch           int
	MaxAttempts     int
	Backoff         func(attempt int) time.Duration
	DrainTimeout    time.Duration
}

// OrderedHandler applies messages in stream order and stores f in the same transaction; then no message is applied twice or
// left out, whatever dies. ms may be empty: only the frontier moves, past a dead letter, or back when the stream lost its
// end. Idempotency key: the frontier.
//
// Outcomes are those of BatchHandler, but for Later, which is taken for an error: order leaves no room for it. A message
// that stands alone is tried MaxAttempts times, or is rejected, and becomes a dead letter.
//
// Without a lock that makes it the only writer (db.Lead with Leader.AsWorker), a handler compares in its transaction: what is
// stored must be what the frontier function returned, or this handler stored, last. Otherwise it returns ErrFrontierMoved,
// which is no attempt.
type OrderedHandler func(ctx context.Context, ms []Msg, f Frontier) error

// OrderedConsumer hands a stream to one handler, every message once and in the stream's order. The place in the stream is
// the handler's frontier; the durable is reset to it at the start and whenever order may be lost, so that what a dead
// process had in hand is there at once. The durable shows the lag, and its acknowledgements hold back the purge.
type OrderedConsumer struct {
	c        *Consumer
	frontier func(context.Context) (Frontier, error)
	handler  OrderedHandler
	resets   prometheus.Counter
	// at is what the handler stored last.
	at    Frontier
	holes holes
}

// errDisorder: what came is not what follows the frontier.
var errDisorder = errors.New("order is lost")

// NewOrderedConsumer makes a consumer of an ordered durable. frontier is asked at the start and whenever order may be lost;
// it returns what the handler stored last.
func NewOrderedConsumer(
	b *Bus, cfg OrderedConfig, frontier func(context.Context) (Frontier, error), h OrderedHandler,
) (*OrderedConsumer, error) {
	if frontier == nil || h == nil {
		return nil, errors.New("ordered consumer needs a frontier and a handler")
	}
	full := ConsumerConfig(cfg)
	full.setDefaults(500)
	c, err := newConsumer(b, full, true, nil)
	if err != nil {
		return nil, err
	}
	return &OrderedConsumer{
		c: c, frontier: frontier, handler: h, resets: b.metrics.resets.WithLabelValues(cfg.Stream, cfg.Durable),
	}, nil
}

// Run works until ctx ends, then finishes what is in hand, for at most DrainTimeout, and returns nil. One process at a time
// runs it, and ends ctx when it may not any more (db.Lead). Two only slow each other down if the handler compares.
func (o *OrderedConsumer) Run(ctx context.Context) error {
	const shortest = 50 * time.Millisecond
	wait := shortest
	return o.c.run(ctx, func(work context.Context) {
		if !o.c.bus.awaitLink(ctx) {
			return
		}
		before := o.at
		err := o.session(ctx, work)
		if o.at != before {
			wait = shortest
		}
		if ctx.Err() != nil || errors.Is(err, errReconnected) {
			return
		}
		o.c.log.Warn("ordered consumer takes its place again", "after", o.at.Seq, "error", err)
		if !errors.Is(err, errDisorder) && !errors.Is(err, ErrFrontierMoved) {
			o.c.unready(err)
		}
		pause(ctx, jitter(wait))
		wait = min(2*wait, 5*time.Second)
	})
}

// Ready fails while the durable or the frontier cannot be reached, or messages are held because a dependency is down.
func (o *OrderedConsumer) Ready(ctx context.Context) error { return o.c.Ready(ctx) }

// session reads on from one reset until order may be lost. A reconnect ends it too: the server may have lost its end.
func (o *OrderedConsumer) session(ctx, work context.Context) error {
	link, stop := o.c.bus.untilReconnect(ctx)
	defer stop()
	durable, err := o.attach(link, work)
	if err != nil {
		return errors.Join(context.Cause(link), err)
	}
	o.c.ready()
	for link.Err() == nil {
		ds, fetchErr := o.c.fetch(link, durable)
		fresh, err := o.follows(link, ds)
		if len(fresh) > 0 {
			err = errors.Join(o.apply(ctx, work, fresh), err)
		} else if err == nil && fetchErr == nil {
			err = o.checkFloor(link, durable)
		}
		if err := errors.Join(err, fetchErr); err != nil {
			return errors.Join(context.Cause(link), err)
		}
	}
	return context.Cause(link)
}

// checkFloor looks, when nothing new came, whether the server has our acknowledgements. One that was lost would come again
// for ever; one of before a reset that arrived after it can make the server deaf to those that follow.
func (o *OrderedConsumer) checkFloor(ctx context.Context, durable jetstream.Consumer) error {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	info, err := durable.Info(ctx)
	if err != nil {
		return fmt.Errorf("read the durable: %w", err)
	}
	if floor := info.AckFloor.Stream; floor < o.at.Seq {
		return fmt.Errorf("%w: %d is acknowledged, %d is applied", errDisorder, floor, o.at.Seq)
	}
	return nil
}
