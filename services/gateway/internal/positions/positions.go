package positions

import (
	"context"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// Config applies to the positions of all rooms. Durations are wall time, except Overlap.
type Config struct {
	// Every is the longest time between two reads of a room when nothing happens. Each time is random, from half of it to
	// all of it.
	Every time.Duration
	// Settle is how long after a loss a room is read first. By then, positions that were on their way to PostgreSQL are
	// stored.
	Settle time.Duration
	// Pace is for rooms that lost something at the same time. Their reads are spread over a span: Pace for each open
	// room, but at most Every.
	Pace time.Duration
	// AtOnce is how many reads of all rooms may run at once, and Timeout is the limit for each.
	AtOnce  int
	Timeout time.Duration
	// Overlap is how far out of order positions may be stored, compared with the order of their reception.
	Overlap time.Duration
	// Shown says that people may see what a user recorded at an instant. It returns false while nobody knows. Nil means that they may
	// see everything.
	Shown func(tenant, user string, at time.Time) bool
}

// wholeEach means that one read of a room in so many asks for everything again.
const wholeEach = 10

// Reader is a Store, or a replacement in tests that count the reads.
type Reader interface {
	Newest(ctx context.Context, tenant string, q Query) ([]clientjson.Position, error)
}

// Positions manages the positions of all rooms of a gateway.
type Positions struct {
	cfg     Config
	bus     *bus.Bus
	store   Reader
	metrics *metrics.Metrics
	log     *slog.Logger

	// rooms is the context of everything that runs for rooms. It ends with Close.
	rooms    context.Context
	endRooms context.CancelFunc
	running  sync.WaitGroup

	// wake says that a turn was added that may be due before the others.
	wake chan struct{}
	mu   sync.Mutex
	open map[*feed]struct{}
	due  schedule
}

// New makes a Positions. The hub must call Open.
func New(cfg Config, b *bus.Bus, store Reader, m *metrics.Metrics, log *slog.Logger) *Positions {
	p := &Positions{cfg: cfg, bus: b, store: store, metrics: m, log: log, wake: make(chan struct{}, 1), open: map[*feed]struct{}{}}
	p.rooms, p.endRooms = context.WithCancel(context.Background())
	return p
}

// Run reads the rooms that are due until ctx ends.
func (p *Positions) Run(ctx context.Context) {
	var reads sync.WaitGroup
	defer reads.Wait()
	places := make(chan struct{}, p.cfg.AtOnce)
	for {
		select {
		case places <- struct{}{}:
		case <-ctx.Done():
			return
		}
		f := p.next(ctx)
		if f == nil {
			return
		}
		reads.Go(func() {
			defer func() { <-places }()
			p.read(ctx, f)
		})
	}
}

// Close ends everything that runs for rooms. Call it after the last socket has left.
func (p *Positions) Close() {
	p.endRooms()
	p.mu.Lock()
	left := slices.Collect(maps.Keys(p.open))
	p.mu.Unlock()
	for _, f := range left {
		f.Close()
	}
	p.running.Wait()
}

// next waits for a room that is due and takes it out of the schedule. It returns nil when ctx has ended.
func (p *Positions) next(ctx context.Context) *feed {
	for {
		p.mu.Lock()
		f, in := p.due.pop(time.Now())
		p.mu.Unlock()
		if f != nil {
			return f
		}
		timer := time.NewTimer(in)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case <-p.wake:
			timer.Stop()
		case <-timer.C:
		}
	}
}

// read brings a room the stored positions that are new to it, and schedules its next read.
func (p *Positions) read(ctx context.Context, f *feed) {
	if f.room.Empty() {
		f.postpone()
		return
	}
	q, changes := f.begin()
	limited, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	p.metrics.SnapshotReads.Inc()
	rows, err := p.store.Newest(limited, f.room.Tenant, q)
	switch {
	case err != nil && ctx.Err() != nil:
		return // Run has ended, so nothing more is read.
	case err != nil:
		p.metrics.SnapshotFailures.Inc()
		p.log.Warn("newest positions cannot be read", "error", err)
		f.failed()
		return
	}
	p.metrics.SnapshotRows.Add(float64(len(rows)))
	var newest time.Time
	for _, row := range rows {
		if at := row.ReceivedAt.Time(); at.After(newest) {
			newest = at
		}
		// What a shift that was withdrawn meanwhile held is left to the next read.
		if p.cfg.Shown != nil && !p.cfg.Shown(f.room.Tenant, row.UserID, row.RecordedAt.Time()) && !f.current(changes) {
			continue
		}
		if p.stored(f.room, row) {
			p.metrics.SnapshotPositions.Inc()
		}
	}
	f.done(q, newest)
}

// stored passes on a position unless the room has it already.
func (p *Positions) stored(room *hub.Room, row clientjson.Position) bool {
	at := row.RecordedAt.Time()
	if !room.Newer(row.UserID, at) {
		return false
	}
	data, err := row.JSON()
	if err != nil {
		p.metrics.Malformed.Inc()
		p.log.Warn("position cannot be sent", "error", err)
		return false
	}
	return room.Position(hub.Position{
		User: row.UserID, At: at, Audience: room.AudienceOf(row.UserID),
		Event: &protocol.Event{Name: EventName, Data: data},
	})
}

// spread returns a random time within the span over which rooms that lost something together are read. For a few rooms
// the span is short; for very many it is Config.Every. The caller holds p.mu.
func (p *Positions) spread() time.Duration {
	return rand.N(min(time.Duration(len(p.open))*p.cfg.Pace, p.cfg.Every) + 1)
}
