// Package ordered applies a stream in its order. It applies every message once, even when a process dies between applying a
// message and acknowledging it. It works on a durable that the stream table marks as ordered.
//
// Guarantee. The handler stores how far it came, its frontier, in the transaction that applies the messages. The consumer
// resumes at that frontier, so it neither skips a message nor applies one twice. It retries a failed message in place. No
// later message overtakes it until it is a dead letter. This also holds for a message that ends the process.
//
// Goroutines. Consumer.Run blocks in the caller's goroutine. The goroutines that it starts end before it returns.
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

// Frontier is how far the owner of some state has applied a stream. Created is when the stream was made and identifies the
// stream. Seq is the last applied sequence. Stored is when the stream stored that message. It tells the message from another
// one that got the same sequence after the stream lost its end. Stored is zero when that is not known. Times are in whole
// microseconds, as PostgreSQL keeps them. The zero value means that nothing was applied yet.
type Frontier struct {
	Created time.Time
	Seq     uint64
	Stored  time.Time
}

// Config says which durable to work on. The table must mark that durable as ordered. The fields are those of
// bus.ConsumerConfig, with 500 as the default Batch. The consumer makes its attempts in place: no later message overtakes a
// failing one.
type Config struct {
	Stream, Durable string
	Batch           int
	MaxAttempts     int
	Backoff         func(attempt int) time.Duration
	DrainTimeout    time.Duration
}

// Handler applies messages in stream order and stores f in the same transaction. Then no crash makes it skip a message or
// apply one twice. ms may be empty. In that case only the frontier moves: past a dead letter, or back when the stream lost
// its end. Idempotency key: the frontier.
//
// Outcomes are those of bus.BatchHandler except Later. The consumer treats Later as an error, because a delayed message
// would break the order. A message that stands alone becomes a dead letter after MaxAttempts tries, or when the handler
// rejects it.
//
// A handler may hold a lock that makes it the only writer (db.Lead with Leader.AsWorker). Without such a lock it must
// compare frontiers in its transaction. The stored frontier must be the last one that the frontier function returned or
// this handler stored. If it is not, the handler returns ErrFrontierMoved, which does not count as an attempt.
type Handler func(ctx context.Context, ms []bus.Msg, f Frontier) error

// Consumer hands a stream to one handler, every message once and in the stream's order. The handler's frontier is the place
// in the stream. The consumer resets the durable to it at the start and whenever order may be lost. After a reset the
// server delivers at once what a dead process had in hand. The durable shows the lag, and the purge waits for its
// acknowledgements.
type Consumer struct {
	durable  *durable.Durable
	frontier func(context.Context) (Frontier, error)
	handler  Handler
	// at is what the handler stored last.
	at    Frontier
	holes holes
	// size is how many messages the consumer takes at once. A session begins with a single message, whose try is remembered
	// on the durable, and then doubles the size. If a message ends the process, the process has moved the frontier close to
	// that message first. So after a few restarts that message is the single one. After MaxAttempts more restarts it is a
	// dead letter.
	size int
}

// ErrFrontierMoved is for a Handler to return when the messages do not follow its stored frontier, because another process
// works too. The consumer then drops the messages and asks for the frontier again.
var ErrFrontierMoved = errors.New("frontier was moved by another")

// errDisorder says that the messages that came do not follow the frontier.
var errDisorder = errors.New("order is lost")

// New makes a consumer of an ordered durable. The consumer calls frontier at the start and whenever order may be lost.
// frontier returns what the handler stored last.
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

// Run works until ctx ends. It then finishes what is in hand, for at most DrainTimeout, and returns nil. Only one process
// at a time should call Run, and it must end ctx when it loses that right (db.Lead). If two processes run and the handler
// compares frontiers, they only slow each other down.
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

// session reads on from one reset until order may be lost. A reconnect ends it too, because the stream may have lost its
// end.
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

// checkFloor checks, when nothing new came, whether the server has our acknowledgements. If one was lost, the server would
// deliver its message again for ever. If one was sent before a reset and arrives after it, the server may ignore the
// acknowledgements that follow.
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
