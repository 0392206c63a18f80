package writer

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

const (
	day = 24 * time.Hour
	// daysAhead is how many days ahead of today Partitions makes partitions, before anybody needs them.
	daysAhead = 2
	// At this interval of wall time, Run checks whether an hour of domain time has passed. A demo's clock may run fast.
	lookEvery = 5 * time.Second
	// longestPause is how long Run waits between attempts at most. Each attempt to drop a day may hold up writers for a moment.
	longestPause = 5 * time.Minute
)

// Partitions keeps a partition of the merged positions for each UTC day, from the oldest day that is kept to two days from now, and
// partitions of messages for the days on which they were received, as long as they are not merged. It goes by domain time.
type Partitions struct {
	store     *store.Store
	clock     clock.Clock
	retention time.Duration
	log       *slog.Logger
	days      prometheus.Gauge

	mu sync.Mutex
	// known are days that have a partition.
	known map[partition]bool
}

type partition struct {
	table string
	day   time.Time
}

// floor is the first day whose positions are kept.
func (p *Partitions) floor() time.Time { return dayOf(p.clock.Now().Add(-p.retention)) }

// Run makes partitions at once and then every hour of domain time, and drops those that are older than the retention. It
// returns nil when ctx ends. While the database is away, Run tries again. The writer makes the partitions that it misses
// on demand.
func (p *Partitions) Run(ctx context.Context) error {
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	var done, again time.Time
	pause := lookEvery
	for {
		if hour := p.clock.Now().Truncate(time.Hour); !hour.Equal(done) && !time.Now().Before(again) {
			if err := p.maintain(ctx); err == nil {
				done, pause = hour, lookEvery
			} else if ctx.Err() == nil {
				p.log.Warn("partitions are not up to date, trying again", "in", pause, "error", err)
				again, pause = time.Now().Add(pause), min(2*pause, longestPause)
			}
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

func (p *Partitions) maintain(ctx context.Context) error {
	p.forget() // so that the known days are few, and dropped ones are not among them
	floor, today := p.floor(), dayOf(p.clock.Now())
	if err := p.EnsureSegments(ctx); err != nil {
		return err
	}
	if err := p.ensure(ctx, store.Arrived, today, today.Add(daysAhead*day)); err != nil {
		return err
	}
	if err := p.drop(ctx, store.Segment, floor, p.store.DropPartitions); err != nil {
		return err
	}
	// Messages of yesterday may still be on their way. A day that is dropped too early is made again.
	if err := p.drop(ctx, store.Arrived, today.Add(-day), p.store.DropEmpty); err != nil {
		return err
	}
	p.days.Set(float64(today.Sub(floor)/day) + 1 + daysAhead)
	return nil
}

func (p *Partitions) drop(ctx context.Context, table string, before time.Time, drop func(context.Context, time.Time) (int, error)) error {
	for {
		dropped, err := drop(ctx, before)
		if err != nil || dropped == 0 {
			return err
		}
		p.log.Info("partitions dropped", "table", table, "days", dropped, "first_day_kept", before.Format(time.DateOnly))
	}
}

// EnsureSegments makes the partitions of merged positions that are missing.
func (p *Partitions) EnsureSegments(ctx context.Context) error {
	return p.ensure(ctx, store.Segment, p.floor(), dayOf(p.clock.Now()).Add(daysAhead*day))
}

// cover makes sure that rows of a day find their partition.
func (p *Partitions) cover(ctx context.Context, table string, day time.Time) error {
	p.mu.Lock()
	known := p.known[partition{table, day}]
	p.mu.Unlock()
	if known {
		return nil
	}
	return p.ensure(ctx, table, day, day)
}

// ensure makes the partitions for the days from first to last and remembers that they exist.
func (p *Partitions) ensure(ctx context.Context, table string, first, last time.Time) error {
	made := 0
	for from := first; !from.After(last); from = from.Add(store.MaxDays * day) {
		n, err := p.store.EnsurePartitions(ctx, table, from, earlier(last, from.Add((store.MaxDays-1)*day)))
		if err != nil {
			return fmt.Errorf("partitions of %s to %s: %w", first.Format(time.DateOnly), last.Format(time.DateOnly), err)
		}
		made += n
	}
	if made > 0 {
		p.log.Info("partitions made", "table", table, "days", made, "first", first.Format(time.DateOnly), "last", last.Format(time.DateOnly))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for d := first; !d.After(last); d = d.Add(day) {
		p.known[partition{table, d}] = true
	}
	return nil
}

// forget clears the known days, so that the next cover asks the database.
func (p *Partitions) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.known = map[partition]bool{}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
