// Package writer carries positions from the stream TRACKING to PostgreSQL. It also keeps the partitions that they go to,
// and purges the stream of messages that every consumer has.
//
// Handling a message again stores nothing again. The idempotency key is (company, user, instant of reception, hash of the body),
// and the latest position only moves forward. Any number of replicas may write at once, in any order.
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
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

const (
	// maxMessages is how many messages the writer takes from the stream at once and stores together: some megabytes.
	maxMessages = 200
	// parallel is how many batches the writer stores side by side, each on a connection of its own. A user is always in one
	// of them alone, so that they do not wait for each other's rows.
	parallel = 2
	// linger lets a trickle of messages share a transaction. A position is in the database this much later.
	linger = 100 * time.Millisecond
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
		Partitions: &Partitions{store: s, clock: c, retention: cfg.Retention, log: log, days: m.partitions, known: map[partition]bool{}},
		store:      s, metrics: m,
	}
	var err error
	w.Consumer, err = bus.NewBatchConsumer(b, bus.ConsumerConfig{
		Stream: stream.Tracking, Durable: stream.TrackingWriter, Batch: maxMessages, Parallel: parallel, Linger: linger,
		Key:          func(m bus.Msg) string { return m.Subject.Tenant() + " " + m.Subject.Entity() },
		DrainTimeout: cfg.DrainTimeout,
	}, w.handle)
	if err != nil {
		return nil, fmt.Errorf("make the writer of positions: %w", err)
	}
	return w, nil
}

func (w *Writer) handle(ctx context.Context, ms []bus.Msg) error {
	tracks := make([]store.Track, 0, len(ms))
	var room []track.Fix
	for _, m := range ms {
		more, err := tracksOf(m, &room)
		if err != nil {
			return bus.Reject(err)
		}
		tracks = append(tracks, more...)
	}
	kept, expired := keep(tracks, w.Partitions.floor())
	w.metrics.expired.Add(float64(expired))
	if len(kept) == 0 {
		return nil
	}
	fixes, latest := int64(0), w.Partitions.clock.Now().Add(maxAhead)
	for i := range kept {
		fixes += int64(kept[i].Fixes)
		if kept[i].LastMS > latest.UnixMilli() || kept[i].ReceivedAt.After(latest) {
			return bus.Reject(errTooFarAhead)
		}
	}
	stored, err := w.insert(ctx, kept)
	if errors.Is(err, store.ErrNoPartition) {
		// Another replica dropped a day that was empty, or that its clock, which is ahead, calls too old. Ask the database again
		// which days it has.
		w.Partitions.forget()
		stored, err = w.insert(ctx, kept)
	}
	if err == nil {
		w.metrics.stored.Add(float64(stored))
		w.metrics.repeated.Add(float64(fixes - stored))
	}
	return bus.Verdict(ctx, err, db.MayPass)
}

func (w *Writer) insert(ctx context.Context, tracks []store.Track) (stored int64, err error) {
	for i := range tracks {
		if err := w.Partitions.cover(ctx, store.Arrived, dayOf(tracks[i].ReceivedAt)); err != nil {
			return 0, err
		}
	}
	return w.store.Write(ctx, tracks)
}
