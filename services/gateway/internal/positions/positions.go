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

// Config of the positions of all rooms. Durations are wall time but for Overlap.
type Config struct {
	// Every is how often a room is read when nothing happens; each time between half of it and all of it.
	Every time.Duration
	// Settle is how long after a loss a room is read first: what was on its way to PostgreSQL is there by then.
	Settle time.Duration
	// Pace is the time that each open room adds to the span over which rooms are read that lost something together, which
	// is Every at most.
	Pace time.Duration
	// AtOnce bounds the reads of all rooms together, and Timeout the time of each.
	AtOnce  int
	Timeout time.Duration
	// Overlap is by how much positions may be stored out of the order in which they were received.
	Overlap time.Duration
}

// wholeEach is how many reads of a room there are for one that asks for everything again.
const wholeEach = 10

// Reader is a Store, but for tests that count.
type Reader interface {
	Newest(ctx context.Context, tenant string, q Query) ([]clientjson.Position, error)
}

// Positions are those of all of a gateway's rooms.
type Positions struct {
	cfg     Config
	bus     *bus.Bus
	store   Reader
	metrics *metrics.Metrics
	log     *slog.Logger

	// rooms ends with Close; what runs for rooms hangs on it.
	rooms    context.Context
	endRooms context.CancelFunc
	running  sync.WaitGroup

	// wake says that something came that may be due earlier than what was.
	wake chan struct{}
	mu   sync.Mutex
	open map[*feed]struct{}
	due  schedule
}

// New makes them. The hub is to call Open.
func New(cfg Config, b *bus.Bus, store Reader, m *metrics.Metrics, log *slog.Logger) *Positions {
	p := &Positions{cfg: cfg, bus: b, store: store, metrics: m, log: log, wake: make(chan struct{}, 1), open: map[*feed]struct{}{}}
	p.rooms, p.endRooms = context.WithCancel(context.Background())
	return p
}

// Run reads what is due until ctx ends.
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

// Close ends what runs for rooms. It comes after the last socket has left.
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

// next waits for a room that is due and takes it out of the schedule; nil means that ctx ended.
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

// read brings a room what is stored and new to it, and schedules its next read.
func (p *Positions) read(ctx context.Context, f *feed) {
	if f.room.Empty() {
		f.postpone()
		return
	}
	q := f.begin()
	limited, cancel := context.WithTimeout(ctx, p.cfg.Timeout)
	defer cancel()
	p.metrics.SnapshotReads.Inc()
	rows, err := p.store.Newest(limited, f.room.Tenant, q)
	switch {
	case err != nil && ctx.Err() != nil:
		return // nothing is read any more
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
		if p.stored(f.room, row) {
			p.metrics.SnapshotPositions.Inc()
		}
	}
	f.done(q, newest)
}

// stored hands a position on unless the room has it already.
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

// spread is a random part of the time over which rooms are read that lost something together: a few rooms are read at
// once, very many over Config.Every. p.mu is held.
func (p *Positions) spread() time.Duration {
	return rand.N(min(time.Duration(len(p.open))*p.cfg.Pace, p.cfg.Every) + 1)
}
