// Package intake slows uploads down when the stream TRACKING fills up, before it refuses all of them.
//
// Up to half of the stream's maximum bytes nobody is slowed: a database that lags for a while costs no phone anything. Above
// half, the companies together may hand in a part of what they want to, which shrinks to nothing as the stream fills. The part
// is divided so that companies that send little are not slowed at all, and those that send most are cut to the same rate.
// Every process does this for its own uploads, so they need not agree. What is refused stays on the phone, and nothing is
// lost.
package intake

import (
	"context"
	"log/slog"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/obs"
)

const (
	// lookEvery is how often the stream is read. Rates are in bytes of this time.
	lookEvery = time.Second
	// freely is how full the stream may be before anybody is slowed.
	freely = 0.5
	// memory is how much of a company's rate comes from before.
	memory = 0.5
)

// Gate admits uploads. It is safe for concurrent use. Until Run has read the stream, it admits everything.
type Gate struct {
	bus    *bus.Bus
	stream string
	log    *slog.Logger
	full   prometheus.Gauge

	// slowing spares uploads the lock while nobody is slowed.
	slowing atomic.Bool

	mu        sync.Mutex
	companies map[string]*use
	// limit is how many bytes a company may hand in until the next look.
	limit float64
}

// use is what a company does since the last look.
type use struct {
	asked, given float64
	// rate is what it asked for in the looks before.
	rate float64
	old  bool
}

// New makes a gate before a stream. It slows nobody until Run.
func New(b *bus.Bus, stream string, log *slog.Logger, reg prometheus.Registerer) *Gate {
	return &Gate{
		bus: b, stream: stream, log: log, companies: map[string]*use{},
		full: obs.Register(reg, prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "tracking_stream_fullness", Help: "Bytes of TRACKING as a part of its maximum. Above 0.5 uploads are slowed.",
		})),
	}
}

// Run reads the stream each second until ctx ends. Then it returns nil. While the stream cannot be read, the gate stays as it
// is: uploads fail then on their own.
func (g *Gate) Run(ctx context.Context) error {
	ticks := time.NewTicker(lookEvery)
	defer ticks.Stop()
	for {
		if state, err := g.bus.StreamState(ctx, g.stream); err == nil && state.MaxBytes > 0 {
			g.look(float64(state.Bytes) / float64(state.MaxBytes))
		} else if ctx.Err() == nil {
			g.log.Debug("stream cannot be read", "stream", g.stream, "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticks.C:
		}
	}
}

// Admit says whether a company may hand in n bytes now.
func (g *Gate) Admit(company string, n int) bool {
	if !g.slowing.Load() {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	u := g.companies[company]
	if u == nil {
		u = &use{}
		g.companies[company] = u
	}
	u.asked += float64(n)
	if u.given >= g.limit {
		return false
	}
	u.given += float64(n)
	return true
}

// look takes how full the stream is, and decides what a company may hand in until the next look.
func (g *Gate) look(full float64) {
	g.full.Set(full)
	g.mu.Lock()
	defer g.mu.Unlock()
	if full <= freely {
		if g.slowing.Swap(false) {
			g.log.Info("stream has room again, nobody is slowed", "stream", g.stream, "full", full)
		}
		clear(g.companies)
		return
	}
	if !g.slowing.Load() {
		// The time until the next look measures what each company wants.
		g.limit = math.Inf(1)
		g.slowing.Store(true)
		g.log.Warn("stream is more than half full, since consumers lag: uploads are slowed", "stream", g.stream, "full", full)
		return
	}
	var rates []float64
	var all float64
	for name, u := range g.companies {
		u.turn(g.limit)
		if u.rate < 1 && u.given == 0 {
			delete(g.companies, name)
			continue
		}
		rates, all = append(rates, u.rate), all+u.rate
	}
	g.limit = level(rates, all*max(0, 1-full)/(1-freely))
}

// turn begins a new period. An upload that was larger than the limit counts in the next period as well.
func (u *use) turn(limit float64) {
	if u.old {
		u.rate = memory*u.rate + (1-memory)*u.asked
	} else {
		u.rate, u.old = u.asked, true
	}
	u.asked = 0
	if u.given -= limit; u.given < 0 || math.IsNaN(u.given) {
		u.given = 0
	}
}

// level returns the limit at which rates add up to a budget when each is cut to the limit. It is infinite when all fit.
func level(rates []float64, budget float64) float64 {
	slices.Sort(rates)
	for i, r := range rates {
		share := budget / float64(len(rates)-i)
		if r > share {
			return share
		}
		budget -= r
	}
	return math.Inf(1)
}
