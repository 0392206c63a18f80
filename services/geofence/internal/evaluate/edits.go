package evaluate

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/bus"
)

// newsPattern is where edits of zones are heard.
const newsPattern = "dir.*.directorio.zonas.*"

// settle is how long edits are gathered: whoever draws zones saves several.
const settle = 200 * time.Millisecond

// edits are the companies that somebody has to look at. It holds each once, so it grows no larger than there are companies.
type edits struct {
	mu        sync.Mutex
	companies map[string]bool
	all       bool
	wake      chan struct{}
}

func newEdits() *edits { return &edits{companies: map[string]bool{}, wake: make(chan struct{}, 1)} }

func (e *edits) add(company string) {
	e.mu.Lock()
	e.companies[company] = true
	e.mu.Unlock()
	e.ring()
}

func (e *edits) addAll() {
	e.mu.Lock()
	e.all = true
	e.mu.Unlock()
	e.ring()
}

func (e *edits) ring() {
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// take empties it.
func (e *edits) take() (companies []string, all bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	companies, all = slices.Sorted(maps.Keys(e.companies)), e.all
	clear(e.companies)
	e.all = false
	return companies, all
}

// Edited says that something of a company changed by which its people are judged: a team, for instance. It never blocks.
func (e *Evaluator) Edited(company string) { e.edits.add(company) }

// listen hears of edits of zones. It is nil when ctx ended first.
func (e *Evaluator) listen(ctx context.Context) (*bus.Listener, error) {
	for {
		news, err := bus.Listen(e.Bus, newsPattern, func(m bus.Msg) { e.edits.add(m.Subject.Tenant()) }, e.edits.addAll)
		if err == nil || errors.Is(err, bus.ErrDenied) {
			return news, err
		}
		e.Log.Warn("edits cannot be heard", "error", err)
		select {
		case <-ctx.Done():
			return nil, nil
		case <-time.After(time.Second):
		}
	}
}

// work evaluates, looks at edits and runs the jobs until ctx ends. Who takes over looks at everyone: what was heard by the one
// before may not have been done. Everything that judges runs in the one process that leads: two whose directories differ for
// a moment, after a change of teams, would undo each other's work.
func (e *Evaluator) work(ctx context.Context, jobs func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	var beside sync.WaitGroup
	defer beside.Wait()
	defer stop()
	e.edits.addAll()
	beside.Go(func() { e.look(ctx) })
	beside.Go(func() {
		if err := jobs(ctx); err != nil && ctx.Err() == nil {
			e.Log.Error("jobs ended, the evaluator begins again", "error", err)
			stop()
		}
	})
	return e.consumer.Run(ctx)
}

func (e *Evaluator) look(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.edits.wake:
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(settle):
		}
		companies, all := e.edits.take()
		err := e.lookAt(ctx, companies, all)
		if err != nil && ctx.Err() == nil {
			// The sweep that is due in minutes does it again.
			e.Log.Warn("an edit of zones waits for the next sweep", "error", err)
		}
	}
}

func (e *Evaluator) lookAt(ctx context.Context, companies []string, all bool) error {
	if all {
		return e.SweepAll(ctx)
	}
	return e.SweepSome(ctx, companies...)
}
