package outbox

import (
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/terreno/terreno/proto/stream"
)

// postponeFor is how long the relay postpones an entity whose event was refused for a reason that may pass, such as a
// missing permission. It also postpones a stream for this long when the stream accepts nothing and others do.
const postponeFor = 10 * time.Second

// postponed lists the entities and streams that the relay postpones, so that they keep their order and do not slow down
// the others. A wait ends between two sweeps and never during one, because then a later event could overtake an earlier
// one.
type postponed struct {
	mu      sync.Mutex
	until   map[entity]time.Time
	streams map[string]time.Time
	// These two describe what was postponed since begin.
	fresh          int
	err, streamErr error
}

// begin ends the waits that have lasted long enough.
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

// subjects returns LIKE patterns of the subjects whose streams wait. A stream that is full for hours has very many rows, and
// the relay does not even read them.
func (p *postponed) subjects() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	patterns := []string{}
	for name := range p.streams {
		row, _ := stream.ByName(name)
		patterns = append(patterns, strings.NewReplacer("*", "%", "_", `\_`).Replace(strings.TrimPrefix(row.Ingress, "in.")))
	}
	return patterns
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

// release returns the last error of a stream in this sweep. If there is one, it ends the waits of all streams.
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

// report logs once per sweep what the relay postpones.
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
