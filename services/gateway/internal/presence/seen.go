package presence

import (
	"context"
	"sync"
	"time"

	"github.com/terreno/terreno/services/gateway/internal/store"
)

const (
	// seenEvery is how often people who are online are written as seen now. It matters only if all gateways die at once.
	seenEvery = 5 * time.Minute
	// flushEvery is the pause between two writes, each of at most seenAtOnce people.
	flushEvery   = 2 * time.Second
	seenAtOnce   = 1000
	writeTimeout = 10 * time.Second
	// maxSeen bounds what waits while the database is away.
	maxSeen = 100_000
	// maxLoaded is of how many people of a company it is kept in memory when they were last seen.
	maxLoaded   = 50_000
	loadTimeout = 5 * time.Second
	// loadAgain is the pause after a read that failed.
	loadAgain = 10 * time.Second
)

// seen is when people were last seen: what waits to be written, and what was read for the companies with overseers here.
type seen struct {
	mu      sync.Mutex
	waiting map[who]time.Time
	known   map[string]map[string]time.Time
	// failed is when a read last failed.
	failed time.Time
}

func (s *seen) init() {
	s.waiting, s.known = map[who]time.Time{}, map[string]map[string]time.Time{}
}

// put makes it be written that a user was seen at an instant. The later one counts. It returns false when too many wait.
func (s *seen) put(w who, at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	before, waits := s.waiting[w]
	if !waits && len(s.waiting) >= maxSeen {
		return false
	}
	if at.After(before) {
		s.waiting[w] = at
	}
	return true
}

// take returns some of what waits.
func (s *seen) take() map[store.Who]time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	some := map[store.Who]time.Time{}
	for w, at := range s.waiting {
		if len(some) == seenAtOnce {
			break
		}
		some[store.Who{Company: w.company, User: w.user}] = at
		delete(s.waiting, w)
	}
	return some
}

// learn keeps when a user was last seen, if the company's are in memory.
func (s *seen) learn(w who, at time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if users := s.known[w.company]; users != nil && at.After(users[w.user]) {
		users[w.user] = at
	}
}

// of returns when a user was last seen, zero when that is not in memory.
func (s *seen) of(w who) time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.known[w.company][w.user]
}

// keep forgets the companies without sockets here.
func (s *seen) keep(tenants []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept := map[string]map[string]time.Time{}
	for _, t := range tenants {
		if users := s.known[t]; users != nil {
			kept[t] = users
		}
	}
	s.known = kept
}

// loadSeen reads when the people of a company were last seen, once while it has sockets here. Without the database, lists lack it.
func (p *Presence) loadSeen(ctx context.Context, company string) {
	s := &p.seen
	s.mu.Lock()
	_, known := s.known[company]
	failed := time.Since(s.failed) < loadAgain
	if !known && !failed {
		s.known[company] = map[string]time.Time{} // learns meanwhile
	}
	s.mu.Unlock()
	if known || failed {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	read, err := p.Store.Seen(ctx, company, maxLoaded)
	if err != nil {
		p.Log.Warn("cannot read when people were last seen", "error", err)
		s.mu.Lock()
		s.failed = time.Now()
		delete(s.known, company)
		s.mu.Unlock()
		return
	}
	for user, at := range read {
		s.learn(who{company, user}, at)
	}
}

// writeSeen writes until ctx ends, and then what still waits. A row only moves forward, so what is written twice changes nothing.
func (p *Presence) writeSeen(ctx context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	all := time.NewTicker(seenEvery)
	defer all.Stop()
	for {
		select {
		case <-tick.C:
			p.flushSeen(ctx)
		case <-all.C:
			p.seeAll()
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), writeTimeout)
			defer cancel()
			for last.Err() == nil && p.flushSeen(last) {
			}
			return
		}
	}
}

// seeAll notes all who have a connection here.
func (p *Presence) seeAll() {
	now := p.Clock.Now()
	p.mu.Lock()
	here := p.core.of(0)
	p.mu.Unlock()
	for w := range here {
		if !p.seen.put(w, now) {
			p.Metrics.SeenDropped.Inc()
		}
	}
	p.seen.keep(p.hub.Tenants())
}

// flushSeen writes some of what waits. It returns false when nothing is left, or nothing could be written.
func (p *Presence) flushSeen(ctx context.Context) bool {
	some := p.seen.take()
	if len(some) == 0 {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, writeTimeout)
	defer cancel()
	if err := p.Store.See(ctx, some); err != nil {
		p.Metrics.SeenFailures.Inc()
		p.Log.Warn("cannot write when people were last seen", "people", len(some), "error", err)
		for w, at := range some {
			if !p.seen.put(who{w.Company, w.User}, at) {
				p.Metrics.SeenDropped.Inc()
			}
		}
		return false
	}
	p.Metrics.Seen.Add(float64(len(some)))
	return true
}
