package push

import (
	"context"
	"fmt"
	"slices"
	"sync"
)

// group does for many callers at once what each asks for alone: while one call of do is on its way, what others ask for gathers and
// goes with the next. So many hands cost few statements, and a single one waits for nobody.
//
// It starts no goroutines: a caller whose turn comes makes the call for all who wait.
type group[K, R any] struct {
	do func(context.Context, []K) ([]R, error)
	// most is how many go together.
	most int

	mu      sync.Mutex
	leading bool // a call is on its way
	waiting []*asked[K, R]
}

type asked[K, R any] struct {
	key    K
	result R
	err    error
	// turn receives those for whom the caller is to make the call, or nil when its result is there.
	turn chan []*asked[K, R]
}

// get returns the result for one key, and the error of the call that it went with.
func (g *group[K, R]) get(ctx context.Context, key K) (R, error) {
	a := &asked[K, R]{key: key, turn: make(chan []*asked[K, R], 1)}
	g.mu.Lock()
	g.waiting = append(g.waiting, a)
	var batch []*asked[K, R]
	if !g.leading { // Then nobody else waits.
		g.leading = true
		batch = g.take()
	}
	g.mu.Unlock()
	if batch == nil {
		batch = <-a.turn
	}
	if batch != nil {
		g.lead(ctx, batch)
	}
	return a.result, a.err
}

// take returns those who wait longest. The caller holds the lock.
func (g *group[K, R]) take() []*asked[K, R] {
	n := min(len(g.waiting), g.most)
	batch := slices.Clone(g.waiting[:n])
	g.waiting = slices.Delete(g.waiting, 0, n)
	return batch
}

// lead makes a call for a batch, whose first is the leader, and then lets the first of those who came meanwhile lead.
func (g *group[K, R]) lead(ctx context.Context, batch []*asked[K, R]) {
	keys := make([]K, len(batch))
	for i, a := range batch {
		keys[i] = a.key
	}
	results, err := g.call(ctx, keys)
	for i, a := range batch {
		if a.err = err; err == nil {
			a.result = results[i]
		}
		if i > 0 {
			a.turn <- nil
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		g.leading = false
		return
	}
	next := g.take()
	next[0].turn <- next
}

// call turns a panic into an error: the others of the batch would wait for ever.
func (g *group[K, R]) call(ctx context.Context, keys []K) (results []R, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panicked: %v", p)
		}
	}()
	results, err = g.do(ctx, keys)
	if err == nil && len(results) != len(keys) {
		err = fmt.Errorf("%d results for %d keys", len(results), len(keys))
	}
	return results, err
}
