package bus

import (
	"context"
	"errors"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/pkg/wait"
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

func (c ConsumerConfig) settings() durable.Settings {
	return durable.Settings{Batch: c.Batch, MaxAttempts: c.MaxAttempts, Backoff: c.Backoff, DrainTimeout: c.DrainTimeout}
}

// Consumer runs one handler on one durable. Several consumers, here or in other processes, may share a durable: each
// message goes to one of them.
type Consumer struct {
	durable *durable.Durable
	handler BatchHandler
	single  bool
}

// NewConsumer makes a consumer that handles messages one by one.
func NewConsumer(b *Bus, cfg ConsumerConfig, h Handler) (*Consumer, error) {
	if h == nil {
		return nil, errors.New("consumer needs a handler")
	}
	c, err := newConsumer(b, cfg, 10, func(ctx context.Context, ms []Msg) error { return h(ctx, ms[0]) })
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
	return newConsumer(b, cfg, 500, h)
}

func newConsumer(b *Bus, cfg ConsumerConfig, batch int, h BatchHandler) (*Consumer, error) {
	d, err := b.Durable(cfg.Stream, cfg.Durable, false, cfg.settings(), batch)
	if err != nil {
		return nil, err
	}
	return &Consumer{durable: d, handler: h}, nil
}

// Run works until ctx ends, then finishes what is in hand, for at most DrainTimeout, and returns nil. It never returns
// before that because of NATS or the handler: what is wrong shows in Ready, the log and the metrics.
func (c *Consumer) Run(ctx context.Context) error {
	return c.durable.Run(ctx, func(work context.Context) {
		if live := c.durable.Bind(ctx); live != nil {
			c.consume(ctx, work, live)
		}
	})
}

// Ready fails while the durable cannot be reached or messages are held because a dependency is down.
func (c *Consumer) Ready(context.Context) error { return c.durable.Check() }

// consume takes and handles messages until ctx ends or the durable cannot be read any more.
func (c *Consumer) consume(ctx, work context.Context, live jetstream.Consumer) {
	d := c.durable
	for d.Link.Await(ctx) {
		ms, err := d.Fetch(ctx, live, d.Batch)
		if len(ms) > 0 {
			c.process(ctx, work, ms, live.CachedInfo().Config.AckWait)
		}
		if err != nil && ctx.Err() == nil {
			d.Log.Warn("durable cannot be read", "error", err)
			d.Unready(err)
			wait.For(ctx, wait.Jitter(100*time.Millisecond))
			return
		}
	}
}
