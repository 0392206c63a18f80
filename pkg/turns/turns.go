// Package turns divides a few places among parties that wait for them, such as companies. The party that has the fewest
// places is next, and no party has all of them. A party that asks for hundreds of places makes each other party wait for no
// more than one of them. A channel, or database/sql's pool, would favour the party that asks most.
//
// Turns make a party wait. They bound neither how many wait nor for how long: the caller's context and what admits the
// caller do that. httpx.Shares is for requests from outside, and refuses at once.
//
// The package starts no goroutine. It remembers nothing of a party that neither has a place nor waits.
package turns

import (
	"context"
	"sync"
)

// Turns is safe for concurrent use.
type Turns struct {
	mu      sync.Mutex
	places  int
	free    int
	held    map[string]int
	waiting map[string][]*turn
	asked   uint64
}

type turn struct {
	number uint64
	came   chan struct{} // closed with its turn
}

// New makes some places, at least one. With three places or more, one party can have all but one of them at most.
func New(places int) *Turns {
	return &Turns{places: places, free: places, held: map[string]int{}, waiting: map[string][]*turn{}}
}

// Add adds places, or takes some away when n is negative. Whoever has one of those keeps it until Give.
func (t *Turns) Add(n int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.places += n
	t.free += n
	t.next()
}

// most is how many places one party may have.
func (t *Turns) most() int {
	if t.places > 2 {
		return t.places - 1
	}
	return t.places
}

// Take waits until the party gets a turn, which Give ends. When ctx ends first, Take returns its error.
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

// leave gives up a turn for which the caller no longer waits, even when the turn came at the same moment.
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

// back takes a place back and gives it to the next party. The caller holds t.mu.
func (t *Turns) back(party string) {
	t.free++
	if t.held[party]--; t.held[party] == 0 {
		delete(t.held, party)
	}
	t.next()
}

// next hands out the free places. The caller holds t.mu.
func (t *Turns) next() {
	for t.free > 0 {
		party, found := "", false
		for p, queue := range t.waiting {
			if t.held[p] < t.most() && (!found || t.before(p, queue[0], party)) {
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

// before reports whether a party comes before another. It does when it has fewer places, or when it has as many and has
// waited longer.
func (t *Turns) before(p string, first *turn, other string) bool {
	if t.held[p] != t.held[other] {
		return t.held[p] < t.held[other]
	}
	return first.number < t.waiting[other][0].number
}

// drop removes a turn from a party's queue. The caller holds t.mu.
func (t *Turns) drop(party string, i int) {
	queue := append(t.waiting[party][:i], t.waiting[party][i+1:]...)
	if len(queue) == 0 {
		delete(t.waiting, party)
		return
	}
	t.waiting[party] = queue
}
