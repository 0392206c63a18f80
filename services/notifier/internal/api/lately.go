package api

import (
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/auth"
)

const (
	// A person's calls are never refused. But of whoever sends more than mostCalls different ones within callsWithin, the others are one
	// call each manyWithin of domain time: so a broken phone fills no stream, and a call after a false alarm is still heard.
	mostCalls   = 10
	callsWithin = time.Minute
	manyWithin  = 10 * time.Second
	// mostCallers bounds the memory.
	mostCallers = 10_000
)

// lately remembers, in this process, the calls for help of the last minute. It is safe for concurrent use.
type lately struct {
	mu      sync.Mutex
	callers map[[2]string]*calls
}

type calls struct {
	since time.Time
	ids   map[string]bool
}

func newLately() *lately { return &lately{callers: map[[2]string]*calls{}} }

// many notes a call, and says whether its person has called too often with other keys.
func (l *lately) many(who auth.Claims, id string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := [2]string{who.Company, who.Subject}
	c := l.callers[name]
	if c == nil || now.Sub(c.since) >= callsWithin {
		l.forget(now)
		c = &calls{since: now, ids: map[string]bool{}}
		l.callers[name] = c
	}
	if !c.ids[id] && len(c.ids) >= mostCalls {
		return true
	}
	c.ids[id] = true
	return false
}

// forget makes room. The caller holds the lock.
func (l *lately) forget(now time.Time) {
	if len(l.callers) < mostCallers {
		return
	}
	for name, c := range l.callers {
		if now.Sub(c.since) >= callsWithin {
			delete(l.callers, name)
		}
	}
	if len(l.callers) >= mostCallers {
		clear(l.callers)
	}
}
