package durable

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus/internal/api"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/stream"
)

// How long an idle consumer waits in one request. A longer wait saves nothing and delays the discovery of a lost durable.
const idleWait = 5 * time.Second

// Config is the only place that decides a durable's settings. It sets no BackOff list, because the server would add that
// list to the runner's own delays.
func Config(row stream.Consumer) jetstream.ConsumerConfig {
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
		// The runner decides when a message is a dead letter. A limit in the server would drop the message silently.
		MaxDeliver:    -1,
		ReplayPolicy:  jetstream.ReplayInstantPolicy,
		MaxWaiting:    512,
		FilterSubject: "",
	}
}

// Bind returns the durable, or nil when ctx ends before there is one.
func (d *Durable) Bind(ctx context.Context) jetstream.Consumer {
	for delay := 100 * time.Millisecond; ; delay = min(2*delay, 5*time.Second) {
		live, err := d.Open(ctx)
		if err == nil {
			d.Ready()
			return live
		}
		if ctx.Err() != nil {
			return nil
		}
		d.Log.Warn("durable cannot be opened", "error", err)
		d.Unready(err)
		if !wait.For(ctx, wait.Jitter(delay)) {
			return nil
		}
	}
}

// Open finds the durable and makes it anew when it is missing. It does not make a missing stream, because this service does
// not own it.
func (d *Durable) Open(ctx context.Context) (jetstream.Consumer, error) {
	ctx, cancel := context.WithTimeout(ctx, api.Timeout)
	defer cancel()
	live, err := d.JS.Consumer(ctx, d.Stream, d.Name)
	if err == nil {
		return live, d.checkLost(ctx, live.CachedInfo())
	}
	if !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return nil, err
	}
	live, err = d.JS.CreateConsumer(ctx, d.Stream, Config(d.row))
	if err != nil {
		return nil, fmt.Errorf("make the missing durable: %w", err)
	}
	// The new durable begins at the stream's first message. Handlers are idempotent, and a gap would be worse than
	// repetition.
	d.Log.Warn("durable was missing and is made anew")
	d.metrics.recreated.Inc()
	d.History.Clear()
	d.place.forget()
	return live, nil
}

// Fetch takes the messages that are there. If there are none, it waits for one message, because a fetch of n would wait for
// all n. If there are some, it waits for more for as long as Linger says.
func (d *Durable) Fetch(ctx context.Context, live jetstream.Consumer, most int) ([]*Delivery, error) {
	ds, err := d.fetch(ctx, live, most)
	d.place.given(ds)
	return ds, err
}

func (d *Durable) fetch(ctx context.Context, live jetstream.Consumer, most int) ([]*Delivery, error) {
	ds, err := d.collect(live.FetchNoWait(most))
	first := len(ds) == 0
	if first && err == nil {
		ds, err = d.fetchOne(ctx, live)
	}
	if len(ds) == 0 || len(ds) == most || err != nil {
		return ds, err
	}
	var more []*Delivery
	switch {
	case d.Linger > 0 && ctx.Err() == nil:
		// The server ends this request, not the context: a message that the server sends at the last moment is still
		// received.
		more, err = d.collect(live.Fetch(most-len(ds), jetstream.FetchMaxWait(d.Linger)))
	case first:
		more, err = d.collect(live.FetchNoWait(most - len(ds)))
	}
	return append(ds, more...), err
}

// fetchOne waits for a message.
func (d *Durable) fetchOne(ctx context.Context, live jetstream.Consumer) ([]*Delivery, error) {
	ctx, cancel := context.WithTimeout(ctx, idleWait)
	defer cancel()
	return d.collect(live.Fetch(1, jetstream.FetchContext(ctx)))
}

// collect takes messages in hand as they come.
func (d *Durable) collect(batch jetstream.MessageBatch, err error) ([]*Delivery, error) {
	if err != nil {
		return nil, err
	}
	var ds []*Delivery
	for raw := range batch.Messages() {
		one, err := newDelivery(raw, d.hands)
		if err != nil {
			return ds, err
		}
		if d.hands.take(one) {
			ds = append(ds, one)
		}
	}
	err = batch.Error()
	if errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		err = nil
	}
	return ds, err
}
