package api

import (
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/auth"
)

const (
	// A person's calls are never refused. But whoever sends more than mostCalls different ones within callsWithin has an open panic that
	// takes them in anyway, and gets that one as the answer: so a broken phone fills no stream.
	mostCalls   = 10
	callsWithin = time.Minute
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
	// first is the first of them, and at when it began.
	first string
	at    time.Time
}

func newLately() *lately { return &lately{callers: map[[2]string]*calls{}} }

// add notes a call. most is true if the person has called too often with other keys; then id and at are those of the first call.
func (l *lately) add(who auth.Claims, id string, at, now time.Time) (first string, began time.Time, most bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	name := [2]string{who.Company, who.Subject}
	c := l.callers[name]
	if c == nil || now.Sub(c.since) >= callsWithin {
		l.forget(now)
		c = &calls{since: now, ids: map[string]bool{}, first: id, at: at}
		l.callers[name] = c
	}
	if !c.ids[id] && len(c.ids) >= mostCalls {
		return c.first, c.at, true
	}
	c.ids[id] = true
	return id, at, false
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
