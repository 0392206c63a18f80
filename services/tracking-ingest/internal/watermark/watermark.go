// Package watermark says how far the storage of positions is: before which instant of reception every position is stored, or is a
// dead letter that is counted as such. Those who add up days wait for it before they close one.
//
// One process of the service leads and asks each second. The answer only ever says what was true when it was asked, so a leader that
// was replaced and writes late does no harm: the row never goes back.
package watermark

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/track"
)

const (
	every = time.Second
	// Margin covers the time from the reception of an upload to its last message in the stream (an upload's deadline is 25 s), and
	// differences between the clocks of ingest's replicas. It is wall time.
	Margin = 35 * time.Second
)

// Store keeps the watermark.
type Store interface {
	SetWatermark(ctx context.Context, storedUntil, askedAt time.Time, margin time.Duration) error
}

// Watermark asks and writes.
type Watermark struct {
	db    *db.DB
	bus   *bus.Bus
	store Store
	clock clock.Clock
	log   *slog.Logger
}

// New makes a Watermark.
func New(d *db.DB, b *bus.Bus, s Store, c clock.Clock, log *slog.Logger) *Watermark {
	return &Watermark{db: d, bus: b, store: s, clock: c, log: log}
}

// Run asks while this process leads, until ctx ends. Then it returns nil.
func (w *Watermark) Run(ctx context.Context) error {
	return w.db.Lead(ctx, "tracking.watermark", w.log, func(ctx context.Context, _ *db.Leader) error {
		ticks := time.NewTicker(every)
		defer ticks.Stop()
		for failing := false; ; {
			switch err := w.ask(ctx); {
			case err == nil:
				failing = false
			case ctx.Err() == nil && !failing: // once, until it works again
				w.log.Warn("nobody knows how far storage is, trying again", "error", err)
				failing = true
			}
			select {
			case <-ctx.Done():
				return nil
			case <-ticks.C:
			}
		}
	})
}

// ask takes the time before it asks, so that what comes in between is not counted as stored.
func (w *Watermark) ask(ctx context.Context) error {
	now := w.clock.Now()
	first, none, err := w.bus.Behind(ctx, stream.Tracking, stream.TrackingWriter)
	if err != nil {
		return fmt.Errorf("ask how far the writer is: %w", err)
	}
	until := now
	if !none {
		until = receivedAt(first, now)
	}
	margin := time.Duration(float64(Margin) * clock.SpeedOf(w.clock))
	return w.store.SetWatermark(ctx, until.Add(-margin), now, margin)
}

// receivedAt returns when the first fix of a message was received. A message that cannot be read says nothing; it becomes a dead letter.
func receivedAt(m bus.Msg, now time.Time) time.Time {
	_, fixes, err := track.Decode(nil, m.Data)
	if err != nil || fixes[0].Received().After(now) {
		return now
	}
	return fixes[0].Received()
}
