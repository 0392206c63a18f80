package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/proto/stream"
)

// ConsumerConfig says which durable to work on. The durable itself is a row of the stream table.
type ConsumerConfig struct {
	Stream, Durable string
	// Batch is how many messages are taken in hand at once: 500 by default for a batch handler, 10 for a handler, which
	// still sees them one by one.
	Batch int
	// MaxAttempts is how many errors of its handler make a message a dead letter; 5 by default. Attempts are counted in
	// memory, by replica and until it restarts.
	MaxAttempts int
	// Backoff is the delay after the nth attempt, from 1; by default 1 s, 2 s, 4 s ... up to a minute. Up to half of it is
	// taken off at random.
	Backoff func(attempt int) time.Duration
	// DrainTimeout is how long after shutdown the handler may still work on what is in hand; 10 s by default.
	DrainTimeout time.Duration
}

func (c *ConsumerConfig) setDefaults(batch int) {
	if c.Batch <= 0 {
		c.Batch = batch
	}
	if c.MaxAttempts <= 0 {
		c.MaxAttempts = 5
	}
	if c.Backoff == nil {
		c.Backoff = func(attempt int) time.Duration { return min(time.Second<<min(attempt-1, 6), time.Minute) }
	}
	if c.DrainTimeout <= 0 {
		c.DrainTimeout = 10 * time.Second
	}
}

// Consumer runs one handler on one durable. Several consumers, here or in other processes, may share a durable: each
// message goes to one of them.
type Consumer struct {
	bus     *Bus
	cfg     ConsumerConfig
	stream  stream.Stream
	row     stream.Consumer
	handler BatchHandler
	single  bool
	log     *slog.Logger
	metrics durableMetrics
	history *history
	running atomic.Bool
	// problem is why the consumer is not ready; nil when it is.
	problem atomic.Pointer[error]
}

var (
	errNotStarted = errors.New("not started")
	errLink       = errors.New("connection lost")
)

// NewConsumer makes a consumer that handles messages one by one.
func NewConsumer(b *Bus, cfg ConsumerConfig, h Handler) (*Consumer, error) {
	if h == nil {
		return nil, errors.New("consumer needs a handler")
	}
	cfg.setDefaults(10)
	c, err := newConsumer(b, cfg, false, func(ctx context.Context, ms []Msg) error { return h(ctx, ms[0]) })
	if err != nil {
		return nil, err
	}
	c.single = true
	return c, nil
}

// NewBatchConsumer makes a consumer that handles up to cfg.Batch messages at once.
func NewBatchConsumer(b *Bus, cfg ConsumerConfig, h BatchHandler) (*Consumer, error) {
	if h == nil {
		return nil, errors.New("consumer needs a handler")
	}
	cfg.setDefaults(500)
	return newConsumer(b, cfg, false, h)
}

func newConsumer(b *Bus, cfg ConsumerConfig, ordered bool, h BatchHandler) (*Consumer, error) {
	s, err := b.row(cfg.Stream)
	if err != nil {
		return nil, fmt.Errorf("make consumer: %w", err)
	}
	c := &Consumer{
		bus: b, cfg: cfg, stream: s, handler: h,
		log:     b.log.With("stream", cfg.Stream, "durable", cfg.Durable),
		history: newHistory(),
	}
	for _, row := range s.Consumers {
		if row.Durable == cfg.Durable {
			c.row = row
		}
	}
	if c.row.Service != b.service {
		return nil, fmt.Errorf("make consumer: the table gives %s no durable %q on %s", b.service, cfg.Durable, cfg.Stream)
	}
	if c.row.Ordered != ordered {
		return nil, fmt.Errorf("make consumer: durable %q on %s has ordered %t in the table", cfg.Durable, cfg.Stream, c.row.Ordered)
	}
	c.metrics = b.metrics.durable(cfg.Stream, cfg.Durable)
	c.unready(errNotStarted)
	return c, nil
}

// Run works until ctx ends, then finishes what is in hand, for at most DrainTimeout, and returns nil. It never returns
// before that because of NATS or the handler: what is wrong shows in Ready, the log and the metrics.
func (c *Consumer) Run(ctx context.Context) error {
	return c.run(ctx, func(work context.Context) {
		if durable := c.bind(ctx); durable != nil {
			c.consume(ctx, work, durable)
		}
	})
}

// run repeats sessions until ctx ends. work is what handlers get and outlives ctx.
func (c *Consumer) run(ctx context.Context, session func(work context.Context)) error {
	if !c.running.CompareAndSwap(false, true) {
		return fmt.Errorf("consumer %s runs already", c.cfg.Durable)
	}
	defer c.running.Store(false)
	defer c.unready(errNotStarted)

	work, stop := drainContext(ctx, c.cfg.DrainTimeout)
	defer stop()
	gauges := c.pollGauges(ctx)
	defer func() { <-gauges }()
	for ctx.Err() == nil {
		session(work)
	}
	c.flush()
	return nil
}

// Ready fails while the durable cannot be reached or messages are held because a dependency is down.
func (c *Consumer) Ready(context.Context) error {
	problem := c.problem.Load()
	if problem == nil && !c.bus.nc.IsConnected() {
		problem = &errLink
	}
	if problem != nil {
		return fmt.Errorf("consumer %s on %s: %w", c.cfg.Durable, c.cfg.Stream, *problem)
	}
	return nil
}

func (c *Consumer) unready(err error) { c.problem.Store(&err) }
func (c *Consumer) ready()            { c.problem.Store(nil) }

// drainContext ends the given time after ctx, so that shutdown does not tear the transaction in hand.
func drainContext(ctx context.Context, drain time.Duration) (context.Context, func()) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() {
		pause(work, drain)
		cancel()
	})
	return work, func() {
		unhook()
		cancel()
	}
}

// consume takes and handles messages until ctx ends or the durable cannot be read any more.
func (c *Consumer) consume(ctx, work context.Context, durable jetstream.Consumer) {
	for c.bus.awaitLink(ctx) {
		ds, err := c.fetch(ctx, durable)
		if len(ds) > 0 {
			c.process(ctx, work, ds, durable.CachedInfo().Config.AckWait)
		}
		if err != nil && ctx.Err() == nil {
			c.log.Warn("durable cannot be read", "error", err)
			c.unready(err)
			pause(ctx, jitter(100*time.Millisecond))
			return
		}
	}
}

// flush sends the last acknowledgements on their way before the owner closes the connection.
func (c *Consumer) flush() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := c.bus.nc.FlushWithContext(ctx); err != nil {
		c.log.Warn("acknowledgements may be lost, their messages will come again", "error", err)
	}
}
