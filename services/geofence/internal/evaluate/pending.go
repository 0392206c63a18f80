package evaluate

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// settle is how long edits are gathered, because a person who draws zones saves several.
const settle = 200 * time.Millisecond

// pending holds the companies that a sweep has to look at. It holds each company once, so it never has more entries than
// there are companies.
type pending struct {
	mu        sync.Mutex
	companies map[string]bool
	all       bool
	wake      chan struct{}
}

func newPending() *pending {
	return &pending{companies: map[string]bool{}, wake: make(chan struct{}, 1)}
}

func (p *pending) add(companies ...string) {
	p.mu.Lock()
	for _, c := range companies {
		p.companies[c] = true
	}
	p.mu.Unlock()
	p.ring()
}

func (p *pending) addAll() {
	p.mu.Lock()
	p.all = true
	p.mu.Unlock()
	p.ring()
}

func (p *pending) ring() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// take returns what is pending and empties it.
func (p *pending) take() (companies []string, all bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	companies, all = slices.Sorted(maps.Keys(p.companies)), p.all
	clear(p.companies)
	p.all = false
	return companies, all
}

// Edited says that something changed by which a company's people are judged, such as a team. It never blocks.
func (e *Evaluator) Edited(company string) { e.pending.add(company) }

// editNews makes the zone edits that DIRECTORY announces pending, in whichever process the edits were made.
type editNews pending

// Load makes all companies pending: the plans' versions show what was edited before the news that Hear receives.
func (n *editNews) Load(context.Context) error {
	(*pending)(n).addAll()
	return nil
}

// Hear takes in one message.
func (n *editNews) Hear(m bus.Msg) {
	if m.Subject.Event() == store.EventEdited {
		(*pending)(n).add(m.Subject.Tenant())
	}
}

// CaughtUp does nothing, because nobody asks how far the news has been heard.
func (n *editNews) CaughtUp(time.Time) {}

// sweepPending sweeps the companies for which it heard of a change, until ctx ends.
func (e *Evaluator) sweepPending(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-e.pending.wake:
		}
		if !wait.For(ctx, settle) {
			return
		}
		companies, all := e.pending.take()
		err := e.Sweep(ctx, companies...)
		if all { // news were missed: the versions of the plans tell what was edited
			err = errors.Join(err, e.SweepAll(ctx))
		}
		if err == nil || ctx.Err() != nil {
			continue
		}
		e.Log.Warn("the look at a change is not complete", "error", err)
		if errors.Is(err, errUnfinished) && wait.For(ctx, wait.Jitter(pauseAfterFailure)) {
			e.pending.add(companies...)
			if all {
				e.pending.addAll()
			}
		} // else the next sweep does what is left
	}
}
