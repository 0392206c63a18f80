package presence

import (
	"context"
	"sync"
	"time"
)

// rulesEvery is how often the companies that hide people outside their shifts are read, besides when a gateway says that they changed.
const rulesEvery = time.Minute

// rules are the companies whose people are invisible outside their shifts.
type rules struct {
	wake chan struct{}
	mu   sync.RWMutex
	// loaded is true once they were read. Until then nothing is told of anybody.
	loaded bool
	hide   map[string]bool
}

func (r *rules) onShift(company string) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return r.hide[company]
}

// OnShift returns the companies whose people are invisible outside their shifts.
func (p *Presence) OnShift() (companies []string) {
	p.rules.mu.RLock()
	defer p.rules.mu.RUnlock()
	for c := range p.rules.hide {
		companies = append(companies, c)
	}
	return companies
}

// sight is whether a person may be shown.
type sight int

const (
	seenByAll sight = iota
	invisible
	unsure
)

// visible says whether a person may be shown now to those who may see the person.
func (p *Presence) visible(w who, domain time.Time) sight {
	p.rules.mu.RLock()
	loaded, hides := p.rules.loaded, p.rules.hide[w.company]
	p.rules.mu.RUnlock()
	if !loaded {
		return unsure
	}
	if !hides {
		return seenByAll
	}
	if on, _ := p.Shifts.OnShift(w.company, w.user, domain); on {
		return seenByAll
	}
	return invisible
}

// followRules keeps the rules until ctx ends. While the database is away it keeps what it knows.
func (p *Presence) followRules(ctx context.Context) {
	for pause := time.Duration(0); ; {
		timer := time.NewTimer(pause)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-p.rules.wake:
		case <-timer.C:
		}
		timer.Stop()
		pause = rulesEvery
		if err := p.loadRules(ctx); err != nil && ctx.Err() == nil {
			p.Log.Warn("cannot read whose presence depends on shifts", "error", err)
			pause = listenAgain
		}
	}
}

func (p *Presence) loadRules(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, loadTimeout)
	defer cancel()
	companies, err := p.Store.OnShift(ctx)
	if err != nil {
		return err
	}
	fresh := make(map[string]bool, len(companies))
	for _, c := range companies {
		fresh[c] = true
	}
	p.rules.mu.Lock()
	before, first := p.rules.hide, !p.rules.loaded
	p.rules.hide, p.rules.loaded = fresh, true
	p.rules.mu.Unlock()
	reload := false
	for c := range fresh {
		reload = reload || !before[c]
	}
	if reload {
		p.Shifts.Reload() // and then it says which companies changed
	}
	if first {
		p.shows.all(p.hub, false)
	}
	for c := range before {
		if !fresh[c] {
			p.shows.add(true, p.hub.Overseers(c)...)
		}
	}
	for c := range fresh {
		if !before[c] {
			p.shows.add(true, p.hub.Overseers(c)...)
		}
	}
	return nil
}
