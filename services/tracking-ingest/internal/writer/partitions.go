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
)

// Partitions keeps a partition for each UTC day, from the oldest day that is kept to two days from now. It goes by
// domain time.
type Partitions struct {
	store     *store.Store
	clock     clock.Clock
	retention time.Duration
	log       *slog.Logger
	days      prometheus.Gauge

	mu sync.Mutex
	// Days from first to last, both included, are known to have a partition. Both are zero when nothing is known.
	first, last time.Time
}

// floor is the first day whose positions are kept.
func (p *Partitions) floor() time.Time { return dayOf(p.clock.Now().Add(-p.retention)) }

// Run makes partitions at once and then every hour of domain time, and drops those that are older than the retention. It
// returns nil when ctx ends. While the database is away, Run tries again. The writer makes the partitions that it misses
// on demand.
func (p *Partitions) Run(ctx context.Context) error {
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	var done time.Time
	for {
		if hour := p.clock.Now().Truncate(time.Hour); !hour.Equal(done) {
			if err := p.maintain(ctx); err == nil {
				done = hour
			} else if ctx.Err() == nil {
				p.log.Warn("partitions are not up to date, trying again", "error", err)
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
	floor := p.floor()
	if err := p.ensure(ctx, floor, dayOf(p.clock.Now()).Add(daysAhead*day)); err != nil {
		return err
	}
	for {
		dropped, err := p.store.DropPartitions(ctx, floor)
		if err != nil {
			return err
		}
		if dropped == 0 {
			break
		}
		p.log.Info("old positions dropped", "days", dropped, "first_day_kept", floor.Format(time.DateOnly))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.first.Before(floor) {
		p.first = floor
	}
	p.days.Set(float64(p.last.Sub(p.first)/day) + 1)
	return nil
}

// cover makes sure that rows of these days find their partition.
func (p *Partitions) cover(ctx context.Context, first, last time.Time) error {
	p.mu.Lock()
	known := !p.last.IsZero() && !first.Before(p.first) && !last.After(p.last)
	p.mu.Unlock()
	if known {
		return nil
	}
	ahead := dayOf(p.clock.Now()).Add(daysAhead * day)
	return p.ensure(ctx, earlier(first, p.floor()), later(last, ahead))
}

// ensure makes the partitions for the days from first to last and remembers that they exist.
func (p *Partitions) ensure(ctx context.Context, first, last time.Time) error {
	made := 0
	for from := first; !from.After(last); from = from.Add(store.MaxDays * day) {
		n, err := p.store.EnsurePartitions(ctx, from, earlier(last, from.Add((store.MaxDays-1)*day)))
		if err != nil {
			return fmt.Errorf("partitions of %s to %s: %w", first.Format(time.DateOnly), last.Format(time.DateOnly), err)
		}
		made += n
	}
	if made > 0 {
		p.log.Info("partitions made", "days", made, "first", first.Format(time.DateOnly), "last", last.Format(time.DateOnly))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.first, p.last = first, last
	return nil
}

// forget clears the known days, so that the next cover asks the database.
func (p *Partitions) forget() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.first, p.last = time.Time{}, time.Time{}
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
