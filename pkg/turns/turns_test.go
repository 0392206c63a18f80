package turns

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"
	"testing/synctest"
)

// begin asks for a turn of each party, in this order, and returns the parties in the order of their turns.
func begin(t *Turns, parties ...string) (order chan string) {
	order = make(chan string, len(parties))
	for _, p := range parties {
		go func() {
			if t.Take(context.Background(), p) == nil {
				order <- p
			}
		}()
		synctest.Wait()
	}
	return order
}

func came(order chan string) (parties []string) {
	synctest.Wait()
	for len(order) > 0 {
		parties = append(parties, <-order)
	}
	return parties
}

func TestTheTurnIsThatOfWhoeverHasLeast(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := New(4)
		order := begin(turns, "acme", "acme", "acme", "acme", "acme", "globex", "globex", "initech")
		for _, step := range []struct {
			gives string
			want  []string
		}{
			{"", []string{"acme", "acme", "acme", "globex"}},
			{"acme", []string{"initech"}},
			{"initech", []string{"globex"}},
			{"globex", []string{"acme"}},
			{"globex", nil}, // acme has three
			{"acme", []string{"acme"}},
		} {
			if step.gives != "" {
				turns.Give(step.gives)
			}
			if got := came(order); !slices.Equal(got, step.want) {
				t.Fatalf("after %q: %v, want %v", step.gives, got, step.want)
			}
		}
	})
}

// A place that is taken away is missing from what one party may have, and is handed out when it comes back.
func TestPlacesComeAndGo(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := New(4)
		turns.Add(-1)
		order := begin(turns, "acme", "acme", "acme", "acme")
		if got := came(order); len(got) != 2 {
			t.Fatalf("%d turns of three places", len(got))
		}
		turns.Add(-1)
		turns.Give("acme") // two places are left, and acme has one
		if got := came(order); len(got) != 1 {
			t.Fatalf("%d turns of two places, one of them held", len(got))
		}
		turns.Add(2)
		if got := came(order); len(got) != 1 {
			t.Fatalf("%d turns after the places came back", len(got))
		}
	})
}

func TestATurnThatNobodyWaitsForIsAnothers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		turns := New(1)
		begin(turns, "acme")
		ctx, cancel := context.WithCancel(t.Context())
		gone := make(chan error, 1)
		go func() { gone <- turns.Take(ctx, "globex") }()
		synctest.Wait()
		order := begin(turns, "initech")
		cancel()
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		turns.Give("acme")
		if got := came(order); !slices.Equal(got, []string{"initech"}) {
			t.Errorf("turns of %v", got)
		}
	})
}

func TestNothingIsRememberedOfTurns(t *testing.T) {
	t.Parallel()
	turns := New(4)
	done := make(chan struct{})
	for i := range 200 {
		go func() {
			defer func() { done <- struct{}{} }()
			ctx, cancel := context.WithCancel(context.Background())
			if i%3 == 0 {
				cancel()
			}
			defer cancel()
			if party := fmt.Sprint(i % 7); turns.Take(ctx, party) == nil {
				turns.Give(party)
			}
		}()
	}
	for range 200 {
		<-done
	}
	if turns.free != 4 || len(turns.held) != 0 || len(turns.waiting) != 0 {
		t.Errorf("%d free, held %v, waiting %v", turns.free, turns.held, slices.Collect(maps.Keys(turns.waiting)))
	}
}
