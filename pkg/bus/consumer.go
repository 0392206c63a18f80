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
	// Batch is how many messages a batch handler gets at once, 500 by default. For a handler of single messages, Batch is
	// how many more messages the consumer fetches while a hand is idle. Its default is then 10 or twice Parallel, whichever
	// is more.
	Batch int
	// Parallel is how many calls of the handler may run at once, 1 by default. A batch consumer with Parallel needs a Key.
	// While a dependency is down, no new call begins. The consumer retries the first call that returned Unavailable until it
	// works, and the other calls wait for it.
	Parallel int
	// Key keeps messages in order. Messages with the same key are handled one after the other, in the order of the stream,
	// and never in two calls at once. "" means no key. The messages behind a failed message wait until it works or is a dead
	// letter. Up to 1,000 messages may wait for their key without keeping other messages from the hands. A message that
	// returns Later gives up its place. Order holds only within one process. If replicas share a durable, each of them gets
	// some messages of a key. While this process gives no sign of life for AckWait, its messages go to others.
	Key func(Msg) string
	// Linger is for a batch consumer: how long it waits for more messages when a batch is not full. It is 0 by default.
	// With it a slow trickle of messages costs few transactions. Shutdown waits for it as well.
	Linger time.Duration
	// MaxAttempts is how many handler errors make a message a dead letter, 5 by default. Each replica counts attempts in
	// its own memory, so a restart begins a new count.
	MaxAttempts int
	// Backoff is the delay after the nth attempt, counted from 1. The default is 1 s, 2 s, 4 s and so on, up to a minute. Up
	// to half of each delay is taken off at random.
	Backoff func(attempt int) time.Duration
	// DrainTimeout is how long the handler may still work on messages in hand after shutdown begins, 10 s by default.
	DrainTimeout time.Duration
}

func (c ConsumerConfig) settings() durable.Settings {
	return durable.Settings{
		Batch: c.Batch, MaxAttempts: c.MaxAttempts, Backoff: c.Backoff, DrainTimeout: c.DrainTimeout, Linger: c.Linger,
	}
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
	if cfg.Linger > 0 {
		return nil, errors.New("a consumer of single messages does not wait for more of them")
	}
	parallel := max(cfg.Parallel, 1)
	d, err := b.Durable(cfg.Stream, cfg.Durable, false, cfg.settings(), max(10, 2*parallel))
	if err != nil {
		return nil, err
	}
	single := func(ctx context.Context, ms []Msg) error { return h(ctx, ms[0]) }
	return &Consumer{durable: d, handler: single, single: true, parallel: parallel, key: cfg.Key}, nil
}

// NewBatchConsumer makes a consumer that handles up to cfg.Batch messages at once, cfg.Parallel batches side by side. Each
// key belongs to one of cfg.Parallel lanes. A lane handles one batch after the other.
func NewBatchConsumer(b *Bus, cfg ConsumerConfig, h BatchHandler) (*Consumer, error) {
	if h == nil {
		return nil, errors.New("consumer needs a handler")
	}
	if cfg.Parallel > 1 && cfg.Key == nil {
		return nil, errors.New("a batch consumer with parallel lanes needs keys")
	}
	d, err := b.Durable(cfg.Stream, cfg.Durable, false, cfg.settings(), 500)
	if err != nil {
		return nil, err
	}
	return &Consumer{durable: d, handler: h, parallel: max(cfg.Parallel, 1), key: cfg.Key}, nil
}

// Run works until ctx ends. It then finishes what is in hand, for at most DrainTimeout, and returns nil. A failure of NATS
// or of the handler never makes it return earlier. Ready, the log and the metrics show such failures.
func (c *Consumer) Run(ctx context.Context) error {
	return c.durable.Run(ctx, func(work context.Context) {
		if live := c.durable.Bind(ctx); live != nil {
			c.consume(ctx, work, live)
		}
	})
}

// Ready fails while the durable cannot be reached or messages are held because a dependency is down.
func (c *Consumer) Ready(context.Context) error { return c.durable.Check() }

// crew is what works on the messages that a consumer takes.
type crew interface {
	// room waits until somebody is idle. It returns how many more messages the consumer may take, or 0 if ctx ended first.
	room() int
	// add takes messages, in the order of the stream.
	add(ds []*durable.Delivery)
	// end waits until every message has its outcome.
	end()
}

// consume takes and handles messages until ctx ends or the durable can no longer be read.
func (c *Consumer) consume(ctx, work context.Context, live jetstream.Consumer) {
	d := c.durable
	var p crew = newLanes(ctx, work, c)
	if c.single {
		p = newPool(ctx, work, c)
	}
	defer p.end()
	for d.Link.Await(ctx) && d.AwaitUp(ctx) {
		room := p.room()
		if room == 0 {
			return
		}
		ds, err := d.Fetch(ctx, live, room)
		// Messages that are delivered again may arrive in another order.
		slices.SortStableFunc(ds, bySeq)
		p.add(ds)
		if err != nil && ctx.Err() == nil {
			d.Log.Warn("durable cannot be read", "error", err)
			d.Unready(err)
			wait.For(ctx, wait.Jitter(100*time.Millisecond))
			return
		}
	}
}

func bySeq(a, b *durable.Delivery) int { return cmp.Compare(a.Msg.Seq, b.Msg.Seq) }
