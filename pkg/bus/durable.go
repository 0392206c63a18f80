package bus

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/proto/stream"
)

const (
	apiTimeout = 5 * time.Second
	gaugeEvery = 15 * time.Second
	// How long an idle consumer waits in one request. Longer saves nothing and delays the notice of a lost durable.
	idleWait = 5 * time.Second
)

// durableConfig is the one place where a durable's settings come from. No BackOff list: it adds to the runner's delays.
func durableConfig(row stream.Consumer) jetstream.ConsumerConfig {
	ack := jetstream.AckExplicitPolicy
	if row.Ordered {
		ack = jetstream.AckAllPolicy // one acknowledgement a batch: its one reader takes them in order
	}
	return jetstream.ConsumerConfig{
		Name:          row.Durable,
		Durable:       row.Durable,
		Description:   "for " + row.Service,
		DeliverPolicy: jetstream.DeliverAllPolicy,
		AckPolicy:     ack,
		AckWait:       row.AckWait,
		MaxAckPending: row.MaxAckPending,
		// A dead letter is the runner's decision: the server's limit would drop the message in silence.
		MaxDeliver:    -1,
		ReplayPolicy:  jetstream.ReplayInstantPolicy,
		MaxWaiting:    512,
		FilterSubject: "",
	}
}

// bind returns the durable, or nil when ctx ends before there is one.
func (c *Consumer) bind(ctx context.Context) jetstream.Consumer {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 5*time.Second) {
		durable, err := c.open(ctx)
		if err == nil {
			c.ready()
			return durable
		}
		if ctx.Err() != nil {
			return nil
		}
		c.log.Warn("durable cannot be opened", "error", err)
		c.unready(err)
		if !pause(ctx, jitter(wait)) {
			return nil
		}
	}
}

// open finds the durable and makes it anew when it is missing. A missing stream is not this service's to make.
func (c *Consumer) open(ctx context.Context) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	durable, err := c.bus.js.Consumer(ctx, c.cfg.Stream, c.cfg.Durable)
	if err == nil || !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return durable, err
	}
	durable, err = c.bus.js.CreateConsumer(ctx, c.cfg.Stream, durableConfig(c.row))
	if err != nil {
		return nil, fmt.Errorf("make the missing durable: %w", err)
	}
	// It begins at the stream's first message: handlers are idempotent, and a gap would be worse.
	c.log.Warn("durable was missing and is made anew")
	c.metrics.recreated.Inc()
	c.history.clear()
	return durable, nil
}

// fetch takes what is there, and waits for one message when there is nothing: a fetch of n waits for all n.
func (c *Consumer) fetch(ctx context.Context, durable jetstream.Consumer) ([]*delivery, error) {
	ds, err := c.collect(durable.FetchNoWait(c.cfg.Batch))
	if len(ds) > 0 || err != nil {
		return ds, err
	}
	wait, cancel := context.WithTimeout(ctx, idleWait)
	defer cancel()
	ds, err = c.collect(durable.Fetch(1, jetstream.FetchContext(wait)))
	if len(ds) == 0 || err != nil || c.cfg.Batch == 1 {
		return ds, err
	}
	more, err := c.collect(durable.FetchNoWait(c.cfg.Batch - 1))
	return append(ds, more...), err
}

func (c *Consumer) collect(batch jetstream.MessageBatch, err error) ([]*delivery, error) {
	if err != nil {
		return nil, err
	}
	var ds []*delivery
	for raw := range batch.Messages() {
		d, err := newDelivery(raw)
		if err != nil {
			return ds, err
		}
		ds = append(ds, d)
	}
	err = batch.Error()
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = nil
	}
	return ds, err
}

// pollGauges keeps the durable's gauges; the channel is closed when it has ended, after ctx.
func (c *Consumer) pollGauges(ctx context.Context) <-chan struct{} {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c.readGauges(ctx)
			if !pause(ctx, gaugeEvery) {
				return
			}
		}
	}()
	return done
}

func (c *Consumer) readGauges(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	durable, err := c.bus.js.Consumer(ctx, c.cfg.Stream, c.cfg.Durable)
	if err != nil {
		c.log.Debug("durable's lag cannot be read", "error", err)
		return
	}
	info := durable.CachedInfo()
	c.metrics.pending.Set(float64(info.NumPending))
	c.metrics.ackPending.Set(float64(info.NumAckPending))
	c.metrics.redelivered.Set(float64(info.NumRedelivered))
}
