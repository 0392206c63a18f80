package outbox

import (
	"log/slog"
	"sync"
	"time"
)

// postponeFor is how long an entity waits whose event was refused for a reason that may pass, such as a permission, and a
// stream that takes nothing while others do.
const postponeFor = 10 * time.Second

// postponed are the entities and streams that wait by themselves, so that they neither lose their order nor slow the others
// down. Their wait ends between two sweeps and never within one, where a later event could overtake.
type postponed struct {
	mu      sync.Mutex
	until   map[entity]time.Time
	streams map[string]time.Time
	// Since begin:
	fresh          int
	err, streamErr error
}

// begin lets go those that have waited.
func (p *postponed) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	for e, until := range p.until {
		if now.After(until) {
			delete(p.until, e)
		}
	}
	for name, until := range p.streams {
		if now.After(until) {
			delete(p.streams, name)
		}
	}
	p.fresh, p.err, p.streamErr = 0, nil, nil
}

func (p *postponed) has(e entity, stream string) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, waits := p.until[e]
	_, down := p.streams[stream]
	return waits || down
}

func (p *postponed) addStream(name string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.streams == nil {
		p.streams = map[string]time.Time{}
	}
	p.streams[name] = time.Now().Add(postponeFor)
	p.streamErr = err
}

// release returns what a stream said in this sweep, and lets go of all streams if one said something.
func (p *postponed) release() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.streamErr
	if err != nil {
		clear(p.streams)
		p.streamErr = nil
	}
	return err
}

func (p *postponed) add(e entity, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.until == nil {
		p.until = map[entity]time.Time{}
	}
	p.until[e] = time.Now().Add(postponeFor)
	p.fresh++
	p.err = err
}

// report logs once for a sweep what waits.
func (p *postponed) report(log *slog.Logger) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.streamErr != nil {
		log.Warn("events of a stream wait", "error", p.streamErr, "retry_in", postponeFor)
	}
	if p.fresh > 0 {
		log.Error("events wait", "entities", p.fresh, "error", p.err, "retry_in", postponeFor)
	}
}
