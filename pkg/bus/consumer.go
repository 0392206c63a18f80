package bus

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus/internal/durable"
	"github.com/terreno/terreno/pkg/wait"
)

// ConsumerConfig says which durable to work on. The durable itself is a row of the stream table.
type ConsumerConfig struct {
	Stream, Durable string
	// Batch is how many messages a batch handler gets at once, 500 by default. For a handler of single messages it is how
	// many more are fetched while a hand is idle; 10 by default, or twice Parallel.
	Batch int
	// Parallel is how many calls of a handler of single messages may run at once; 1 by default. While a dependency is down
	// no new call begins: the first that returned Unavailable is tried again until it works, the others wait for it.
	Parallel int
	// Key keeps messages in order beside Parallel: those of one key are handled one after the other, in the order of the
	// stream, and "" is no key. A message that fails is tried again in place; those behind it wait until it works or is a
	// dead letter. Up to 1,000 messages may wait for their key without keeping others from the hands. Later gives up the
	// message's place. Order holds within one process: replicas that share a durable each get some messages of a key, and a
	// message that was in hand for longer than AckWait comes again at any time.
	Key func(Msg) string
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
	durable  *durable.Durable
	handler  BatchHandler
	single   bool
	parallel int
	key      func(Msg) string
}

// NewConsumer makes a consumer that handles messages one by one, cfg.Parallel of them at once.
func NewConsumer(b *Bus, cfg ConsumerConfig, h Handler) (*Consumer, error) {
	if h == nil {
		return nil, errors.New("consumer needs a handler")
	}
	parallel := max(cfg.Parallel, 1)
	d, err := b.Durable(cfg.Stream, cfg.Durable, false, cfg.settings(), max(10, 2*parallel))
	if err != nil {
		return nil, err
	}
	single := func(ctx context.Context, ms []Msg) error { return h(ctx, ms[0]) }
	return &Consumer{durable: d, handler: single, single: true, parallel: parallel, key: cfg.Key}, nil
}

// NewBatchConsumer makes a consumer that handles up to cfg.Batch messages at once, one batch after the other.
func NewBatchConsumer(b *Bus, cfg ConsumerConfig, h BatchHandler) (*Consumer, error) {
	if h == nil {
		return nil, errors.New("consumer needs a handler")
	}
	if cfg.Parallel > 1 || cfg.Key != nil {
		return nil, errors.New("a batch consumer handles one batch at a time, without keys")
	}
	d, err := b.Durable(cfg.Stream, cfg.Durable, false, cfg.settings(), 500)
	if err != nil {
		return nil, err
	}
	return &Consumer{durable: d, handler: h, parallel: 1}, nil
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
	p := newPool(ctx, work, c, live)
	defer p.end()
	for d.Link.Await(ctx) && d.AwaitUp(ctx) {
		room := p.room()
		if room == 0 {
			return
		}
		ds, err := d.Fetch(ctx, live, room)
		// What comes again may come in another order.
		slices.SortStableFunc(ds, func(a, b *durable.Delivery) int { return cmp.Compare(a.Msg.Seq, b.Msg.Seq) })
		p.add(c.units(ds))
		if err != nil && ctx.Err() == nil {
			d.Log.Warn("durable cannot be read", "error", err)
			d.Unready(err)
			wait.For(ctx, wait.Jitter(100*time.Millisecond))
			return
		}
	}
}
