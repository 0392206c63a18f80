// Package durable is the common base of the plain and the ordered consumer. It takes messages of one durable in hand, calls
// the handler, holds what is in hand while a dependency is down, counts attempts, and stores dead letters. The consumer
// decides which message comes next and what follows from an outcome.
//
// Run blocks in its caller's goroutine. The goroutine that reads the gauges ends before Run returns.
package durable

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus/internal/link"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/stream"
)

// Lent is what a bus lends to its durables.
type Lent struct {
	NC      *nats.Conn
	JS      jetstream.JetStream
	Link    *link.Link
	Service string
	Log     *slog.Logger
	Metrics *Metrics
	// Publish returns the sequence of a message that the stream stored, or ErrTooLarge.
	Publish func(context.Context, *nats.Msg) (uint64, error)
	// NoteCut counts and logs that a stream lost its end.
	NoteCut func(stream string, from, to uint64)
}

// Settings of one consumer. Defaults replace zero values. The default of Batch is a parameter.
type Settings struct {
	Batch, MaxAttempts int
	Backoff            func(attempt int) time.Duration
	DrainTimeout       time.Duration
	// Linger is how long a fetch that found some messages waits for more. It is 0 for none.
	Linger time.Duration
}

func (s Settings) withDefaults(batch int) Settings {
	if s.Batch <= 0 {
		s.Batch = batch
	}
	if s.MaxAttempts <= 0 {
		s.MaxAttempts = 5
	}
	if s.Backoff == nil {
		s.Backoff = func(attempt int) time.Duration { return min(time.Second<<min(attempt-1, 6), time.Minute) }
	}
	if s.DrainTimeout <= 0 {
		s.DrainTimeout = 10 * time.Second
	}
	return s
}

// Durable is one durable of the table, as one process works on it.
type Durable struct {
	Lent
	Settings
	Stream, Name string
	History      *History
	row          stream.Consumer
	metrics      durableMetrics
	running      atomic.Bool
	down         outage
	alone        sync.Mutex
	place        place
	hands        *hands
	// problem is why the consumer is not ready, or nil when it is ready.
	problem atomic.Pointer[error]
}

// New finds the durable in its stream's row. ordered must agree with what the table says of the durable.
func New(lent Lent, s stream.Stream, name string, ordered bool, settings Settings, batch int) (*Durable, error) {
	d := &Durable{Lent: lent, Settings: settings.withDefaults(batch), Stream: s.Name, Name: name, History: newHistory()}
	d.Log = lent.Log.With("stream", s.Name, "durable", name)
	for _, row := range s.Consumers {
		if row.Durable == name {
			d.row = row
		}
	}
	if d.row.Service != lent.Service {
		return nil, fmt.Errorf("make consumer: the table gives %s no durable %q on %s", lent.Service, name, s.Name)
	}
	if d.row.Ordered != ordered {
		return nil, fmt.Errorf("make consumer: durable %q on %s has ordered %t in the table", name, s.Name, d.row.Ordered)
	}
	d.metrics = lent.Metrics.of(s.Name, name)
	d.Unready(errNotStarted)
	return d, nil
}

// Run repeats sessions until ctx ends. work is the context that handlers get. It outlives ctx by the drain time.
func (d *Durable) Run(ctx context.Context, session func(work context.Context)) error {
	if !d.running.CompareAndSwap(false, true) {
		return fmt.Errorf("consumer %s runs already", d.Name)
	}
	defer d.running.Store(false)
	defer d.Unready(errNotStarted)

	// The table decides how often the server hears of a message, not the durable: provisioning may shorten its AckWait at
	// any time. An ordered consumer needs no signs of life. It is the only reader, and passes over what it has applied.
	if !d.row.Ordered {
		d.hands = newHands(d.row.AckWait)
		defer d.hands.end()
	}
	work, stop := drainContext(ctx, d.DrainTimeout)
	defer stop()
	gauges := d.pollGauges(ctx)
	defer func() { <-gauges }()
	for ctx.Err() == nil {
		session(work)
	}
	d.Flush()
	return nil
}

// Check fails while the durable cannot be reached or messages are held because a dependency is down.
func (d *Durable) Check() error {
	problem := d.problem.Load()
	if problem == nil && !d.Link.Up() {
		err := errLink
		problem = &err
	}
	if problem != nil {
		return fmt.Errorf("consumer %s on %s: %w", d.Name, d.Stream, *problem)
	}
	return nil
}

// Unready records why the consumer does not work now.
func (d *Durable) Unready(err error) { d.problem.Store(&err) }

// Ready records that the consumer works.
func (d *Durable) Ready() { d.problem.Store(nil) }

// drainContext ends the given time after ctx, so that shutdown does not interrupt a transaction in progress.
func drainContext(ctx context.Context, drain time.Duration) (context.Context, func()) {
	work, cancel := context.WithCancel(context.WithoutCancel(ctx))
	unhook := context.AfterFunc(ctx, func() {
		wait.For(work, drain)
		cancel()
	})
	return work, func() {
		unhook()
		cancel()
	}
}

// Flush sends the last acknowledgements before the owner closes the connection.
func (d *Durable) Flush() {
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	if err := d.NC.FlushWithContext(ctx); err != nil {
		d.Log.Warn("acknowledgements may be lost, their messages will come again", "error", err)
	}
}

// Count counts messages by their outcome.
func (d *Durable) Count(outcome string, messages int) {
	d.metrics.handled.WithLabelValues(outcome).Add(float64(messages))
}

// CountReset counts that an ordered consumer took its place in the stream.
func (d *Durable) CountReset() { d.metrics.resets.Inc() }

// Judge counts an attempt and says whether it was the last.
func (d *Durable) Judge(m *Delivery, err error) (attempts int, dead bool) {
	var reject *RejectedError
	var crash *CrashLoopError
	var unreadable *UnreadableError
	switch {
	case errors.As(err, &unreadable):
		d.Count(OutcomeDead, 1)
		return m.Msg.Deliveries, true
	case errors.As(err, &reject):
		d.Count(OutcomeRejected, 1)
		return d.History.Returned(m.Msg.Seq, false) + 1, true
	case errors.As(err, &crash):
		d.Count(OutcomeDead, 1)
		return crash.Attempts, true
	}
	attempts = d.History.Returned(m.Msg.Seq, true)
	if attempts >= d.MaxAttempts {
		d.Count(OutcomeDead, 1)
		return attempts, true
	}
	d.Count(OutcomeFailed, 1)
	d.Log.Warn("message failed", "seq", m.Msg.Seq, "attempt", attempts, "error", err)
	return attempts, false
}
