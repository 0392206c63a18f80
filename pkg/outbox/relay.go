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

// Publisher is what a relay needs of a *bus.Bus.
type Publisher interface {
	Publish(ctx context.Context, m bus.Message) (bus.Ack, error)
	// Ready fails while the link is down.
	Ready(ctx context.Context) error
}

const (
	pollEvery    = 500 * time.Millisecond // for rows whose Wake was lost with its process
	measureEvery = 5 * time.Second
	// How soon a relay tries again that found the lock taken: the other one may have looked before the row was there. It
	// doubles until it is pollEvery: the other one looks again before it gives up the lock.
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
	// poll is how often the relay looks without being woken.
	poll      time.Duration
	lanes     int
	postponed postponed
}

// NewRelay makes a relay; Run starts it. d is the service's own pool. It panics when reg has other metrics by the names of
// ours; reg may be nil.
func NewRelay(d *db.DB, to Publisher, schema string, log *slog.Logger, reg prometheus.Registerer) *Relay {
	return &Relay{
		db: d, to: to, schema: schema, log: log.With("schema", schema), metrics: newMetrics(reg, schema),
		wake: make(chan struct{}, 1), poll: pollEvery, lanes: defaultLanes,
	}
}

// Wake makes the relay publish at once. Call it after a commit; it never blocks.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // It is woken already.
	}
}

// Run publishes until ctx ends, and returns nil then. What was acknowledged by that time is deleted first.
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
			// Somebody else's relay may have been woken meanwhile and not got the lock.
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

// woken waits for Wake, for d or for the end, and says whether it was Wake.
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

// measure is done by every replica, so that the figures do not depend on who publishes.
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
