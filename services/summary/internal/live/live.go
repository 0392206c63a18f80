// Package live computes days that still run, for whoever asks for them. Such a day is kept in memory for a short time, and only a few are
// computed at once. Whoever does not get a turn in time is told to try again. A day that cannot be computed is a *FailedError, which is kept
// like a day, and the log says why. Nothing here outlives a request but the memory.
package live

import (
	"container/list"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/store"
)

const (
	// fresh is how long an answer is good, in wall time.
	fresh = 20 * time.Second
	// kept is how many days are in memory at most. Each has a simplified route, some kilobytes.
	kept = 1000
	// atOnce is how many days are computed at once.
	atOnce = 2
	// patience is how long a request waits for its turn.
	patience = 5 * time.Second
)

type key struct{ company, user, date string }

type entry struct {
	key
	from time.Time // of the window: a company may change its time zone
	at   time.Time
	day  *store.Whole
	err  error
}

// FailedError says that a day cannot be computed, as long as nobody changes the data.
type FailedError struct{ Err error }

func (e *FailedError) Error() string { return "compute a day: " + e.Err.Error() }

func (e *FailedError) Unwrap() error { return e.Err }

// Days computes days that still run. It is safe for concurrent use.
type Days struct {
	store *store.Store
	log   *slog.Logger
	turns chan struct{}

	mu    sync.Mutex
	byKey map[key]*list.Element
	order *list.List // the newest first
}

// New makes a Days.
func New(s *store.Store, log *slog.Logger) *Days {
	return &Days{store: s, log: log, turns: make(chan struct{}, atOnce), byKey: map[key]*list.Element{}, order: list.New()}
}

// Day returns a user's day up to now, or as it was some seconds ago. The caller must not change it.
func (d *Days) Day(ctx context.Context, company, user string, w day.Window, now time.Time) (*store.Whole, error) {
	k := key{company, user, w.Date}
	if e, ok := d.known(k, w); ok {
		return e.day, e.err
	}
	timer := time.NewTimer(patience)
	defer timer.Stop()
	select {
	case d.turns <- struct{}{}:
		defer func() { <-d.turns }()
	case <-timer.C:
		return nil, httpx.Unavailable(context.DeadlineExceeded)
	case <-ctx.Done():
		return nil, httpx.Unavailable(ctx.Err())
	}
	if e, ok := d.known(k, w); ok {
		return e.day, e.err
	}
	is, err := d.store.Compute(ctx, company, user, w, now)
	if err != nil {
		if ctx.Err() != nil || db.MayPass(err) {
			return nil, err
		}
		d.log.Warn("a day cannot be computed", "company", company, "user", user, "date", w.Date, "error", err)
		is, err = nil, &FailedError{err}
	}
	d.keep(entry{k, w.From, time.Now(), is, err})
	return is, err
}

func (d *Days) known(k key, w day.Window) (entry, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	at, ok := d.byKey[k]
	if !ok {
		return entry{}, false
	}
	e := at.Value.(entry)
	if time.Since(e.at) > fresh || !e.from.Equal(w.From) {
		d.order.Remove(at)
		delete(d.byKey, k)
		return entry{}, false
	}
	return e, true
}

func (d *Days) keep(e entry) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if at, ok := d.byKey[e.key]; ok {
		d.order.Remove(at)
	}
	d.byKey[e.key] = d.order.PushFront(e)
	for len(d.byKey) > kept {
		last := d.order.Back()
		delete(d.byKey, d.order.Remove(last).(entry).key)
	}
}
