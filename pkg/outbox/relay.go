package outbox

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
)

// Publisher is the part of *bus.Bus that a relay needs.
type Publisher interface {
	Publish(ctx context.Context, m bus.Message) (bus.Ack, error)
	// Ready fails while the link to NATS is down.
	Ready(ctx context.Context) error
}

const (
	pollEvery    = 500 * time.Millisecond // finds rows whose process died before it called Wake
	measureEvery = 5 * time.Second
	backoffFirst = 250 * time.Millisecond
	backoffMost  = 10 * time.Second
)

// Relay publishes one schema's outbox.
type Relay struct {
	db      *db.DB
	to      Publisher
	schema  string
	log     *slog.Logger
	metrics metrics
	wake    chan struct{}
	holds   holds
}

// NewRelay makes a relay; Run starts it. d is the service's own pool. reg may be nil. NewRelay panics when reg has other
// metrics with the same names.
func NewRelay(d *db.DB, to Publisher, schema string, log *slog.Logger, reg prometheus.Registerer) *Relay {
	return &Relay{
		db: d, to: to, schema: schema, log: log.With("schema", schema), metrics: newMetrics(reg, schema),
		wake: make(chan struct{}, 1),
	}
}

// Wake makes the relay look for rows at once. Call it after a commit. It never blocks.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // A wake-up is waiting already.
	}
}

// Run publishes until ctx ends, and then returns nil. Before it returns, it deletes the rows that NATS has acknowledged.
func (r *Relay) Run(ctx context.Context) error {
	backoff := backoffFirst
	var measured time.Time
	for ctx.Err() == nil {
		err := r.sweep(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			r.metrics.backoffs.Inc()
			r.log.Warn("outbox waits", "error", err, "retry_in", backoff)
			r.pause(ctx, backoff/2+rand.N(backoff/2), nil)
			backoff = min(2*backoff, backoffMost)
		default:
			backoff = backoffFirst
			r.pause(ctx, pollEvery, r.wake)
		}
		if time.Since(measured) >= measureEvery {
			measured = time.Now()
			r.measure(ctx)
		}
	}
	return nil
}

// pause waits for the duration d, or until early or ctx ends the wait.
func (r *Relay) pause(ctx context.Context, d time.Duration, early <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-early:
	case <-timer.C:
	}
}

// measure runs in every replica, so that the metrics do not depend on which replica publishes.
func (r *Relay) measure(ctx context.Context) {
	err := r.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		l, err := readLag(ctx, tx, r.schema)
		if err == nil {
			r.metrics.show(l)
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		r.log.Warn("the outbox cannot be measured", "error", err)
	}
}
