package tail_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/tail"
)

func event(tenant string, seq uint64, bytes int) *tail.Message {
	return &tail.Message{Tenant: tenant, Seq: seq, Event: &protocol.Event{Data: []byte(strings.Repeat("x", bytes))}}
}

func seqs(events []*tail.Message) []uint64 {
	var out []uint64
	for _, e := range events {
		out = append(out, e.Seq)
	}
	return out
}

func TestBetweenIsOneTenantsAndHalfOpen(t *testing.T) {
	t.Parallel()
	x := tail.New(1<<20, 100)
	x.Reset(10)
	for _, e := range []*tail.Message{event("a", 11, 1), event("b", 12, 1), event("a", 15, 1), event("a", 16, 1)} {
		x.Append(e)
	}
	for _, c := range []struct {
		from, to uint64
		want     []uint64
	}{
		{10, 16, []uint64{11, 15, 16}},
		{11, 15, []uint64{15}},
		{12, 14, nil},
		{13, 99, []uint64{15, 16}},
		{16, 16, nil},
		{99, 99, nil},
	} {
		got, ok := x.Between("a", c.from, c.to, 100)
		if !ok || !slices.Equal(seqs(got), c.want) {
			t.Errorf("(%d, %d]: %v, %v; want %v", c.from, c.to, seqs(got), ok, c.want)
		}
	}
	if _, ok := x.Between("a", 9, 16, 100); ok {
		t.Error("it claims to be complete from before its floor")
	}
}

func TestBetweenSaysThatThereIsMore(t *testing.T) {
	t.Parallel()
	x := tail.New(1<<20, 100)
	for i := range uint64(20) {
		x.Append(event("a", i+1, 1))
	}
	if got, _ := x.Between("a", 0, 20, 5); len(got) != 6 {
		t.Errorf("%d events, want limit and one", len(got))
	}
}

func TestAnEventLargerThanTheTail(t *testing.T) {
	t.Parallel()
	x := tail.New(1000, 10)
	x.Append(event("a", 1, 10))
	x.Append(event("a", 2, 2000))
	if _, ok := x.Between("a", 1, 2, 10); ok {
		t.Error("it claims to hold what did not fit")
	}
	x.Append(event("a", 3, 10))
	if got, ok := x.Between("a", 2, 3, 10); !ok || len(got) != 1 {
		t.Errorf("after it: %v, %v", seqs(got), ok)
	}
}

// TestAgainstAllEvents compares the tail with a list that forgets nothing: what it returns is what the list says, or it
// says that it does not reach.
func TestAgainstAllEvents(t *testing.T) {
	t.Parallel()
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 7))
		maxBytes, maxEvents := 1000+r.IntN(5000), 1+r.IntN(40)
		x := tail.New(maxBytes, maxEvents)
		var all []*tail.Message
		seq := r.Uint64N(1000)
		start := seq
		x.Reset(start)
		served := 0
		for step := range 400 {
			seq += 1 + r.Uint64N(3)
			e := event(fmt.Sprint(r.IntN(3)), seq, r.IntN(300))
			all = append(all, e)
			x.Append(e)
			if step == 200 && seed%5 == 0 {
				x.Reset(seq)
				all, start = nil, seq
			}
			tenant, from := fmt.Sprint(r.IntN(3)), seq-min(seq, r.Uint64N(60))
			to := from + r.Uint64N(60)
			got, ok := x.Between(tenant, from, to, 1<<30)
			if !ok {
				if from >= seq {
					t.Fatalf("seed %d: it does not reach its own end", seed)
				}
				continue
			}
			served++
			var want []uint64
			for _, e := range all {
				if e.Tenant == tenant && e.Seq > from && e.Seq <= to {
					want = append(want, e.Seq)
				}
			}
			if from < start || !slices.Equal(seqs(got), want) {
				t.Fatalf("seed %d: (%d, %d] of %s: %v, want %v", seed, from, to, tenant, seqs(got), want)
			}
		}
		if served == 0 {
			t.Fatalf("seed %d: it never reached back", seed)
		}
	}
}

// TestItKeepsWhatFits: the bounds are used, not only kept.
func TestItKeepsWhatFits(t *testing.T) {
	t.Parallel()
	x := tail.New(1<<20, 50)
	for i := range uint64(1000) {
		x.Append(event("a", i+1, 10))
	}
	if got, ok := x.Between("a", 950, 1000, 100); !ok || len(got) != 50 {
		t.Errorf("of the last 50 it holds %d, %v", len(got), ok)
	}
	if _, ok := x.Between("a", 949, 1000, 100); ok {
		t.Error("it holds more than 50")
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	x := tail.New(1<<16, 100)
	var readers sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		readers.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				got, _ := x.Between("a", 0, 1<<30, 1000)
				if !slices.IsSorted(seqs(got)) {
					t.Error("out of order")
					return
				}
			}
		})
	}
	for i := range uint64(5000) {
		x.Append(event("a", i+1, 10))
	}
	close(done)
	readers.Wait()
}
