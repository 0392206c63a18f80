// Package writer carries positions from the stream TRACKING to PostgreSQL. It also keeps the partitions that they go to,
// and purges the stream of messages that every consumer has.
//
// Handling a message again stores nothing again. The idempotency key is (company, user, device, recorded_at in
// milliseconds), and the latest position only moves forward. Any number of replicas may write at once, in any order.
//
// Failure. When PostgreSQL is away, out of time, out of disk or without a grant, the writer holds the messages it has.
// It fetches nothing until PostgreSQL is back, and counts no attempt. Any other error counts as an attempt of the one
// message that causes it. A message that cannot be decoded, or whose attempts are used up, becomes a dead letter. The
// writer counts and leaves out a row that became older than the retention on its way. Each Run blocks in its caller's
// goroutine and starts none of its own.
package writer

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

const (
	// maxMessages is how many messages the writer takes from the stream at once. It stores them together unless they
	// have too many rows.
	maxMessages = 200
	// maxRows is the most rows that one transaction stores: half a second of work, and arrays of some megabytes.
	maxRows = 20_000
	// maxAhead is how far another replica's domain clock may be ahead of ours. Ingest lets through no later position. A
	// day of the year 9999 must not make millions of partitions.
	maxAhead = 30 * day
)

var errTooFarAhead = errors.New("a position was recorded more than 30 days ahead of now")

// Config of a writer.
type Config struct {
	Retention    time.Duration
	DrainTimeout time.Duration
}

// Writer is the consumer of TRACKING that stores positions.
type Writer struct {
	*bus.Consumer
	Partitions *Partitions
	store      *store.Store
	metrics    metrics
}

// New makes a writer. It consumes nothing until Run.
func New(b *bus.Bus, s *store.Store, c clock.Clock, log *slog.Logger, reg prometheus.Registerer, cfg Config) (*Writer, error) {
	m := newMetrics(reg)
	w := &Writer{
		Partitions: &Partitions{store: s, clock: c, retention: cfg.Retention, log: log, days: m.partitions},
		store:      s, metrics: m,
	}
	var err error
	w.Consumer, err = bus.NewBatchConsumer(b, bus.ConsumerConfig{
		Stream: stream.Tracking, Durable: stream.TrackingWriter, Batch: maxMessages, DrainTimeout: cfg.DrainTimeout,
	}, w.handle)
	if err != nil {
		return nil, fmt.Errorf("make the writer of positions: %w", err)
	}
	return w, nil
}

func (w *Writer) handle(ctx context.Context, ms []bus.Msg) error {
	var rows []store.Position
	for _, m := range ms {
		more, err := rowsOf(m)
		if err != nil {
			return bus.Reject(err)
		}
		if len(rows)+len(more) > maxRows {
			if err := w.write(ctx, rows); err != nil {
				return err
			}
			rows = rows[:0]
		}
		rows = append(rows, more...)
	}
	return w.write(ctx, rows)
}

func (w *Writer) write(ctx context.Context, rows []store.Position) error {
	kept := keep(rows, w.Partitions.floor())
	w.metrics.expired.Add(float64(len(rows) - len(kept)))
	if len(kept) == 0 {
		return nil
	}
	first, last := span(kept)
	if last.After(w.Partitions.clock.Now().Add(maxAhead)) {
		return bus.Reject(errTooFarAhead)
	}
	stored, err := w.insert(ctx, kept, first, last)
	if errors.Is(err, store.ErrNoPartition) {
		// Another replica, whose clock is ahead, dropped a day. Ask the database again which days it has.
		w.Partitions.forget()
		stored, err = w.insert(ctx, kept, first, last)
	}
	switch {
	case err == nil:
		w.metrics.stored.Add(float64(stored))
		w.metrics.repeated.Add(float64(int64(len(kept)) - stored))
		return nil
	case ctx.Err() != nil || db.MayPass(err):
		// No message is to blame for a timeout, a missing grant or a full disk. These must not turn positions into dead
		// letters.
		return bus.Unavailable(err)
	default:
		// Waiting does not cure any other error. It counts as an attempt, so that one bad row holds up only itself.
		return err
	}
}

// insert stores rows of the days from first to last.
func (w *Writer) insert(ctx context.Context, rows []store.Position, first, last time.Time) (stored int64, err error) {
	if err := w.Partitions.cover(ctx, first, last); err != nil {
		return 0, err
	}
	return w.store.Write(ctx, rows)
}
