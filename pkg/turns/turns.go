// Package turns divides a few places among parties that wait for them, such as companies: the party that has the fewest places
// is next, and no party has all of them. One that asks for hundreds makes nobody else wait for more than one of them. A
// channel, or database/sql's pool, would serve whoever asks most.
//
// The package starts no goroutine, and remembers nothing of a party that neither has a place nor waits.
package turns

import (
	"context"
	"sync"
)

// Turns is safe for concurrent use.
type Turns struct {
	mu   sync.Mutex
	free int
	// most is what one party may have.
	most    int
	held    map[string]int
	waiting map[string][]*turn
	asked   uint64
}

type turn struct {
	number uint64
	came   chan struct{} // closed with its turn
}

// New makes some places, one at least. Of three and more, one party has all but one at most.
func New(places int) *Turns {
	most := places
	if places > 2 {
		most--
	}
	return &Turns{free: places, most: most, held: map[string]int{}, waiting: map[string][]*turn{}}
}

// Take waits until the party has its turn, which Give ends, or returns the error of ctx when that ends first.
func (t *Turns) Take(ctx context.Context, party string) error {
	t.mu.Lock()
	t.asked++
	mine := &turn{number: t.asked, came: make(chan struct{})}
	t.waiting[party] = append(t.waiting[party], mine)
	t.next()
	t.mu.Unlock()
	select {
	case <-mine.came:
		return nil
	case <-ctx.Done():
		t.leave(party, mine)
		return ctx.Err()
	}
}

// leave takes back a turn that was not waited for, also when it came at the same moment.
func (t *Turns) leave(party string, mine *turn) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i, other := range t.waiting[party] {
		if other == mine {
			t.drop(party, i)
			return
		}
	}
	t.back(party)
}

// Give ends one of the party's turns.
func (t *Turns) Give(party string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.back(party)
}

// back takes a place back and hands it on. t.mu is held.
func (t *Turns) back(party string) {
	t.free++
	if t.held[party]--; t.held[party] == 0 {
		delete(t.held, party)
	}
	t.next()
}

// next hands out what is free. t.mu is held.
func (t *Turns) next() {
	for t.free > 0 {
		party, found := "", false
		for p, queue := range t.waiting {
			if t.held[p] < t.most && (!found || t.before(p, queue[0], party)) {
				party, found = p, true
			}
		}
		if !found {
			return
		}
		close(t.waiting[party][0].came)
		t.drop(party, 0)
		t.free--
		t.held[party]++
	}
}

// before says whether a party comes before another: it has less, or as much and waits longer.
func (t *Turns) before(p string, first *turn, other string) bool {
	if t.held[p] != t.held[other] {
		return t.held[p] < t.held[other]
	}
	return first.number < t.waiting[other][0].number
}

// drop removes a turn from a party's queue. t.mu is held.
func (t *Turns) drop(party string, i int) {
	queue := append(t.waiting[party][:i], t.waiting[party][i+1:]...)
	if len(queue) == 0 {
		delete(t.waiting, party)
		return
	}
	t.waiting[party] = queue
}
