// Package ordered applies a stream in its order: every message once, also when processes die between the two steps of
// applying a message and acknowledging it. It stands on a durable that the stream table calls ordered.
//
// Guarantee. The handler stores how far it came, its frontier, in the transaction that applies the messages. The consumer
// takes its place by that frontier, so that nothing is applied twice or left out. A message that fails is tried in place;
// nothing behind it overtakes it, until it is a dead letter. That holds for a message that ends the process as well.
//
// Goroutines. Consumer.Run blocks in the caller's goroutine; what it starts ends before it returns.
package ordered

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/api"
	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/pkg/bus/internal/link"
	"github.com/terreno/terreno/pkg/wait"
)

// Frontier is how far the owner of some state has applied a stream: the stream by the instant of its making, and the last
// sequence. Created is in whole microseconds, as PostgreSQL keeps it. The zero value is nothing yet.
type Frontier struct {
	Created time.Time
	Seq     uint64
}

// Config says which durable to work on; the table must call it ordered. The fields are those of bus.ConsumerConfig, with
// 500 as the default Batch. Attempts are made in place: nothing behind a failing message overtakes it.
type Config struct {
	Stream, Durable string
	Batch           int
	MaxAttempts     int
	Backoff         func(attempt int) time.Duration
	DrainTimeout    time.Duration
}

// Handler applies messages in stream order and stores f in the same transaction; then no message is applied twice or
// left out, whatever dies. ms may be empty: only the frontier moves, past a dead letter, or back when the stream lost its
// end. Idempotency key: the frontier.
//
// Outcomes are those of bus.BatchHandler, but for Later, which is taken for an error: order leaves no room for it. A message
// that stands alone is tried MaxAttempts times, or is rejected, and becomes a dead letter.
//
// Without a lock that makes it the only writer (db.Lead with Leader.AsWorker), a handler compares in its transaction: what is
// stored must be what the frontier function returned, or this handler stored, last. Otherwise it returns ErrFrontierMoved,
// which is no attempt.
type Handler func(ctx context.Context, ms []bus.Msg, f Frontier) error

// Consumer hands a stream to one handler, every message once and in the stream's order. The place in the stream is
// the handler's frontier; the durable is reset to it at the start and whenever order may be lost, so that what a dead
// process had in hand is there at once. The durable shows the lag, and its acknowledgements hold back the purge.
type Consumer struct {
	durable  *durable.Durable
	frontier func(context.Context) (Frontier, error)
	handler  Handler
	// at is what the handler stored last.
	at    Frontier
	holes holes
	// size is how many messages are taken at once. A session begins with a single one, whose try is remembered on the
	// durable, and doubles: a process that ends over a message has moved the frontier close to it before, so that after a few
	// restarts it is the single one, and after MaxAttempts more it is a dead letter.
	size int
}

// ErrFrontierMoved is for a Handler to return: what it keeps is not what the messages follow, because another process works
// too. The consumer drops the messages and asks for the frontier again.
var ErrFrontierMoved = errors.New("frontier was moved by another")

// errDisorder: what came is not what follows the frontier.
var errDisorder = errors.New("order is lost")

// New makes a consumer of an ordered durable. frontier is asked at the start and whenever order may be lost; it returns what
// the handler stored last.
func New(b *bus.Bus, cfg Config, frontier func(context.Context) (Frontier, error), h Handler) (*Consumer, error) {
	if frontier == nil || h == nil {
		return nil, errors.New("ordered consumer needs a frontier and a handler")
	}
	d, err := b.Durable(cfg.Stream, cfg.Durable, true, durable.Settings{
		Batch: cfg.Batch, MaxAttempts: cfg.MaxAttempts, Backoff: cfg.Backoff, DrainTimeout: cfg.DrainTimeout,
	}, 500)
	if err != nil {
		return nil, err
	}
	return &Consumer{durable: d, frontier: frontier, handler: h}, nil
}

// Run works until ctx ends, then finishes what is in hand, for at most DrainTimeout, and returns nil. One process at a time
// runs it, and ends ctx when it may not any more (db.Lead). Two only slow each other down if the handler compares.
func (o *Consumer) Run(ctx context.Context) error {
	const shortest = 50 * time.Millisecond
	delay := shortest
	return o.durable.Run(ctx, func(work context.Context) {
		if !o.durable.Link.Await(ctx) {
			return
		}
		before := o.at
		err := o.session(ctx, work)
		if o.at != before {
			delay = shortest
		}
		if ctx.Err() != nil || errors.Is(err, link.ErrReconnected) {
			return
		}
		o.durable.Log.Warn("ordered consumer takes its place again", "after", o.at.Seq, "error", err)
		if !errors.Is(err, errDisorder) && !errors.Is(err, ErrFrontierMoved) {
			o.durable.Unready(err)
		}
		wait.For(ctx, wait.Jitter(delay))
		delay = min(2*delay, 5*time.Second)
	})
}

// Ready fails while the durable or the frontier cannot be reached, or messages are held because a dependency is down.
func (o *Consumer) Ready(context.Context) error { return o.durable.Check() }

// session reads on from one reset until order may be lost. A reconnect ends it too: the server may have lost its end.
func (o *Consumer) session(ctx, work context.Context) error {
	up, stop := o.durable.Link.UntilReconnect(ctx)
	defer stop()
	live, err := o.attach(up, work)
	if err != nil {
		return errors.Join(context.Cause(up), err)
	}
	o.durable.Ready()
	o.size = 1
	for up.Err() == nil {
		ds, fetchErr := o.durable.Fetch(up, live, o.size)
		fresh, err := o.follows(up, ds)
		if len(fresh) > 0 {
			err = errors.Join(o.apply(ctx, work, fresh), err)
			o.size = min(2*o.size, o.durable.Batch)
		} else if err == nil && fetchErr == nil {
			err = o.checkFloor(up, live)
		}
		if err := errors.Join(err, fetchErr); err != nil {
			return errors.Join(context.Cause(up), err)
		}
	}
	return context.Cause(up)
}

// checkFloor looks, when nothing new came, whether the server has our acknowledgements. A lost one
// would make its message come again for ever. One that was sent before a reset and arrives after it can make the server deaf to
// those that follow.
func (o *Consumer) checkFloor(ctx context.Context, live jetstream.Consumer) error {
	ctx, cancel := context.WithTimeout(ctx, api.Timeout)
	defer cancel()
	info, err := live.Info(ctx)
	if err != nil {
		return fmt.Errorf("read the durable: %w", err)
	}
	if floor := info.AckFloor.Stream; floor < o.at.Seq {
		return fmt.Errorf("%w: %d is acknowledged, %d is applied", errDisorder, floor, o.at.Seq)
	}
	return nil
}
