package relay

import (
	"testing"
	"time"
)

type nothing struct{}

func (nothing) Flush() bool { return true }

// TestTheListsStayBounded: lines come as fast as they are taken, so the list of the ready ones is never empty.
func TestTheListsStayBounded(t *testing.T) {
	t.Parallel()
	const sockets = 20_000
	r := New(Config{Round: time.Hour})
	r.most = 0 // The test takes the lines.
	all := make([]Line, sockets)
	for i := range all {
		all[i] = r.Line(nothing{})
		all[i].Wake()
	}
	var taken [chunk]*Line
	for range 10_000 {
		n := r.take(taken[:])
		for _, l := range taken[:n] {
			l.state = idle
		}
		r.round++
		for _, l := range taken[:n] {
			l.Wake()
		}
	}
	if len(r.ready)-r.head != sockets {
		t.Errorf("%d lines wait, want %d", len(r.ready)-r.head, sockets)
	}
	if cap(r.ready) > 3*sockets {
		t.Errorf("the list has %d places for %d lines", cap(r.ready), sockets)
	}
	for r.take(taken[:]) > 0 {
		continue
	}
	if cap(r.ready) > keep {
		t.Errorf("an idle relay keeps %d places", cap(r.ready))
	}
	r.end.Stop()
}
