package outbox

import (
	"context"
	"log/slog"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/wait"
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
	// lockedFirst is how soon a relay tries again after it found the lock taken, because the other relay may have looked
	// before the row was there. The pause doubles up to pollEvery, because the other relay looks again before it releases
	// the lock.
	lockedFirst  = 10 * time.Millisecond
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
	// poll is how often the relay looks for rows when nobody wakes it.
	poll      time.Duration
	lanes     int
	postponed postponed
}

// NewRelay makes a relay; Run starts it. d is the service's own pool. reg may be nil. NewRelay panics when reg has other
// metrics with the same names.
func NewRelay(d *db.DB, to Publisher, schema string, log *slog.Logger, reg prometheus.Registerer) *Relay {
	return &Relay{
		db: d, to: to, schema: schema, log: log.With("schema", schema), metrics: newMetrics(reg, schema),
		wake: make(chan struct{}, 1), poll: pollEvery, lanes: defaultLanes,
	}
}

// Wake makes the relay publish at once. Call it after a commit. It never blocks.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // A wake-up is waiting already.
	}
}

// Run publishes until ctx ends, and then returns nil. Before it returns, it deletes the rows that NATS has acknowledged.
func (r *Relay) Run(ctx context.Context) error {
	backoff, retry := backoffFirst, lockedFirst
	var measured time.Time
	for ctx.Err() == nil {
		s, err := r.sweep(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			r.metrics.backoffs.Inc()
			r.log.Warn("outbox waits", "error", err, "retry_in", backoff)
			wait.For(ctx, wait.Jitter(backoff))
			backoff = min(2*backoff, backoffMost)
		case s.locked && !r.woken(ctx, min(retry, r.poll)):
			backoff, retry = backoffFirst, min(2*retry, pollEvery)
		case s.locked:
			backoff, retry = backoffFirst, lockedFirst
		case s.published > 0:
			// Look again at once: meanwhile another relay may have been woken and found the lock taken.
			backoff, retry = backoffFirst, lockedFirst
		default:
			backoff, retry = backoffFirst, lockedFirst
			r.woken(ctx, r.poll)
		}
		if time.Since(measured) >= measureEvery {
			measured = time.Now()
			r.measure(ctx)
		}
	}
	return nil
}

// woken waits for Wake, for the duration d or for the end of ctx. It returns whether Wake was called.
func (r *Relay) woken(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-r.wake:
		return true
	case <-ctx.Done():
	case <-timer.C:
	}
	return false
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
