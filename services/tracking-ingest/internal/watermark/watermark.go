// Package watermark says how far the storage of positions is: before which instant of reception every position is stored, or became a
// dead letter that is counted as such. Nobody is judged by what is not stored yet.
//
// One process of the service leads and asks each second. A leader that was replaced and writes late does no harm: an older answer
// never replaces a newer one. The watermark never goes back. A dead letter that is replayed was received before it, and is not what waits:
// it is late, and marks its day as changed like everything that comes late.
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
	// mostPassed is how many messages in a row that cannot be read, or that came again, are passed over. If there are more, the watermark
	// stands still until the writer is done with them.
	mostPassed = 100
)

// Store keeps the watermark.
type Store interface {
	SetWatermark(ctx context.Context, storedUntil, askedAt time.Time, margin time.Duration) (known time.Time, err error)
}

// Watermark asks and writes.
type Watermark struct {
	db    *db.DB
	bus   *bus.Bus
	store Store
	clock clock.Clock
	log   *slog.Logger
	// known is until when all is stored, as far as this process knows. Only the leader's goroutine uses it.
	known time.Time
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
		if until, err = w.receivedFirst(ctx, first, now); err != nil {
			return err
		}
	}
	margin := time.Duration(float64(Margin) * clock.SpeedOf(w.clock))
	w.known, err = w.store.SetWatermark(ctx, until.Add(-margin), now, margin)
	return err
}

// receivedFirst returns when the first fix of a message was received, but not later than now. A message that cannot be read says
// nothing, since it becomes a dead letter, and one that was received before all that is stored came again: then the next one counts,
// because it may have waited as long.
func (w *Watermark) receivedFirst(ctx context.Context, m bus.Msg, now time.Time) (time.Time, error) {
	for range mostPassed {
		if _, fixes, err := track.Decode(nil, m.Data); err == nil {
			switch at := fixes[0].Received(); {
			case !at.Before(now):
				return now, nil
			case !at.Before(w.known):
				return at, nil
			}
		}
		next, found, err := w.bus.Next(ctx, stream.Tracking, ">", m.Seq+1)
		if err != nil {
			return time.Time{}, fmt.Errorf("look for the first message that waits: %w", err)
		}
		if !found {
			return now, nil
		}
		m = next
	}
	return time.Time{}, fmt.Errorf("%d messages before sequence %d cannot be read or came again, and the writer is not done with them", mostPassed, m.Seq)
}
