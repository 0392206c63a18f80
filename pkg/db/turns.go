package db

import (
	"context"
	"fmt"
	"sync"
)

// turns decide whose transaction gets a connection next. database/sql picks any waiting call, so a company with hundreds
// of slow reads would make everybody else wait for most of them. Here each company is a party, and the service's worker
// is another one. The party with the fewest connections is next, and no party gets all connections.
type turns struct {
	mu   sync.Mutex
	free int
	// most is how many connections one party may have.
	most    int
	held    map[string]int
	waiting map[string][]*turn
	asked   uint64
}

// turn is the turn of one transaction.
type turn struct {
	number uint64
	came   chan struct{} // closed when its turn comes
}

func newTurns(conns int) *turns {
	most := conns
	if conns > 2 {
		most-- // one connection is left for other parties
	}
	return &turns{free: conns, most: most, held: map[string]int{}, waiting: map[string][]*turn{}}
}

// take waits for a turn of the party. give ends the turn.
func (t *turns) take(ctx context.Context, party string) error {
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
		return unavailable(ctx, fmt.Errorf("wait for a connection: %w", ctx.Err()))
	}
}

// leave gives up a turn that the caller no longer waits for, even if the turn came at the same moment.
func (t *turns) leave(party string, mine *turn) {
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

func (t *turns) give(party string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.back(party)
}

// back takes a connection back and passes it on. The caller holds t.mu.
func (t *turns) back(party string) {
	t.free++
	if t.held[party]--; t.held[party] == 0 {
		delete(t.held, party)
	}
	t.next()
}

// next gives the free connections to waiting parties. The caller holds t.mu.
func (t *turns) next() {
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

// before says whether party p comes before another party: it has fewer connections, or as many and has waited longer.
func (t *turns) before(p string, first *turn, other string) bool {
	if t.held[p] != t.held[other] {
		return t.held[p] < t.held[other]
	}
	return first.number < t.waiting[other][0].number
}

// drop removes a turn from a party's queue. The caller holds t.mu.
func (t *turns) drop(party string, i int) {
	queue := append(t.waiting[party][:i], t.waiting[party][i+1:]...)
	if len(queue) == 0 {
		delete(t.waiting, party)
		return
	}
	t.waiting[party] = queue
}
