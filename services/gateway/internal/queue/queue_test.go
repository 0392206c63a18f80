package queue_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

func item(text string) queue.Item { return queue.Item{Event: &protocol.Event{Data: []byte(text)}} }

// drain takes everything that may leave now.
func drain(t *testing.T, q *queue.Queue) []string {
	t.Helper()
	items, closed := q.Take(nil, 1<<30)
	if closed != nil {
		t.Fatalf("closed: %+v", *closed)
	}
	return texts(items)
}

func texts(items []queue.Item) []string {
	var out []string
	for _, it := range items {
		out = append(out, string(it.Event.Data))
	}
	return out
}

func TestEventsLeaveInOrderAndBeforePositions(t *testing.T) {
	t.Parallel()
	q := queue.New(1 << 20)
	q.Offer("u1", item("p1"))
	q.Push(item("a"))
	q.Offer("u2", item("p2"))
	q.Push(item("b"))
	if got, want := drain(t, q), []string{"a", "b", "p1", "p2"}; !slices.Equal(got, want) {
		t.Errorf("left %v, want %v", got, want)
	}
}

func TestAPositionIsReplacedWhereItStands(t *testing.T) {
	t.Parallel()
	q := queue.New(1 << 20)
	q.Offer("u1", item("u1 at 1"))
	q.Offer("u2", item("u2 at 1"))
	q.Offer("u1", item("u1 at 2"))
	if got, want := drain(t, q), []string{"u1 at 2", "u2 at 1"}; !slices.Equal(got, want) {
		t.Errorf("left %v, want %v", got, want)
	}
	q.Offer("u1", item("u1 at 3"))
	if got := drain(t, q); !slices.Equal(got, []string{"u1 at 3"}) {
		t.Errorf("after it left, the next one came as %v", got)
	}
	if _, coalesced := q.Stats(); coalesced != 1 {
		t.Errorf("coalesced %d, want 1", coalesced)
	}
}

func TestHeldEventsFollowWhatWasMissed(t *testing.T) {
	t.Parallel()
	q := queue.New(1 << 20)
	q.Push(item("before"))
	q.Cork()
	q.Push(item("live 1"))
	q.Answer(item("answer"))
	q.Offer("u1", item("position"))
	if got, want := drain(t, q), []string{"before", "answer", "position"}; !slices.Equal(got, want) {
		t.Errorf("while held left %v, want %v", got, want)
	}
	q.Push(item("live 2"))
	q.Uncork([]queue.Item{item("missed 1"), item("missed 2")})
	q.Push(item("live 3"))
	if got, want := drain(t, q), []string{"missed 1", "missed 2", "live 1", "live 2", "live 3"}; !slices.Equal(got, want) {
		t.Errorf("after release left %v, want %v", got, want)
	}
}

func TestOverflowClosesAndNeverWaits(t *testing.T) {
	t.Parallel()
	for name, add := range map[string]func(*queue.Queue, queue.Item){
		"events":  (*queue.Queue).Push,
		"answers": (*queue.Queue).Answer,
		"held": func(q *queue.Queue, it queue.Item) {
			q.Cork()
			q.Push(it)
		},
	} {
		q := queue.New(10_000)
		for range 9 {
			add(q, item(strings.Repeat("x", 1000)))
		}
		if _, closed := q.Take(nil, 0); closed != nil {
			t.Fatalf("%s: closed below the bound: %+v", name, *closed)
		}
		add(q, item(strings.Repeat("x", 1000)))
		items, closed := q.Take(nil, 1<<30)
		if closed == nil || *closed != protocol.SlowReader || len(items) != 0 {
			t.Errorf("%s: above the bound: %d items, closure %v", name, len(items), closed)
		}
		add(q, item("after"))
		q.Offer("u1", item("after"))
		q.Uncork([]queue.Item{item("after")})
		if items, _ := q.Take(nil, 1<<30); len(items) != 0 {
			t.Errorf("%s: a closed queue gave %v", name, texts(items))
		}
	}
}

func TestPositionsAndReplayDoNotOverflow(t *testing.T) {
	t.Parallel()
	q := queue.New(1000)
	for i := range 500 {
		q.Offer(fmt.Sprint(i), item(strings.Repeat("p", 100)))
	}
	q.Cork()
	q.Uncork(slices.Repeat([]queue.Item{item(strings.Repeat("r", 100))}, 500))
	q.Push(item("live"))
	items, closed := q.Take(nil, 1<<30)
	if closed != nil || len(items) != 1001 {
		t.Errorf("%d items, closure %v; want 1001 and none", len(items), closed)
	}
	// Free items that have left must not be counted as freed bytes: the bound must stay the same.
	for range 8 {
		q.Push(item(strings.Repeat("x", 100)))
	}
	if _, closed := q.Take(nil, 0); closed == nil {
		t.Error("the bound moved after a replay")
	}
}

// wakes returns a channel that receives after the queue was woken.
func wakes(q *queue.Queue) <-chan struct{} {
	woken := make(chan struct{}, 1)
	q.OnWake(func() {
		select {
		case woken <- struct{}{}:
		default:
		}
	})
	return woken
}

func TestTheFirstClosureCounts(t *testing.T) {
	t.Parallel()
	q := queue.New(100)
	woken := wakes(q)
	q.Close(protocol.Expired)
	q.Close(protocol.Revoked)
	if _, closed := q.Take(nil, 1); *closed != protocol.Expired {
		t.Errorf("closed with %+v", *closed)
	}
	<-woken
}

func TestTakeStopsAtItsBytesAndWakesAgain(t *testing.T) {
	t.Parallel()
	q := queue.New(1 << 20)
	woken := wakes(q)
	for range 10 {
		q.Push(item(strings.Repeat("x", 100)))
		q.Offer("u", item("p"))
	}
	total := 0
	for range 11 {
		<-woken
		items, _ := q.Take(nil, 1)
		total += len(items)
	}
	if total != 11 {
		t.Errorf("took %d of 10 events and a position", total)
	}
	if peak, _ := q.Stats(); peak < 1000 {
		t.Errorf("peak %d bytes, want at least 1000", peak)
	}
}

// TestAgainstAModel makes random calls on the queue and on two slices, which model it in the simplest way.
func TestAgainstAModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 1))
		users := 1 + r.IntN(80) // The queue finds the places of few and of many users in different ways.
		q := queue.New(1 << 30)
		var ready, held, positions []string
		var holding bool
		for step := range 300 {
			text := fmt.Sprint(step)
			switch r.IntN(12) {
			case 0, 1:
				q.Push(item(text))
				if holding {
					held = append(held, text)
				} else {
					ready = append(ready, text)
				}
			case 2:
				q.Answer(item(text))
				ready = append(ready, text)
			case 3, 7, 8, 9, 10, 11:
				user := fmt.Sprint(r.IntN(users))
				q.Offer(user, item(user+" "+text))
				i := slices.IndexFunc(positions, func(p string) bool { return strings.HasPrefix(p, user+" ") })
				if i < 0 {
					positions = append(positions, user+" "+text)
				} else {
					positions[i] = user + " " + text
				}
			case 4:
				q.Cork()
				holding = true
			case 5:
				q.Uncork([]queue.Item{item("r" + text)})
				ready = append(append(ready, "r"+text), held...)
				held, holding = nil, false
			case 6:
				n := 1 + r.IntN(30)
				items, _ := q.Take(nil, n)
				for _, got := range texts(items) {
					var want string
					if len(ready) > 0 {
						want, ready = ready[0], ready[1:]
					} else {
						want, positions = positions[0], positions[1:]
					}
					if got != want {
						t.Fatalf("seed %d, step %d: left %q, want %q", seed, step, got, want)
					}
				}
			}
		}
		if got := drain(t, q); !slices.Equal(got, append(ready, positions...)) {
			t.Fatalf("seed %d: at the end left %v", seed, got)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	q := queue.New(1 << 30)
	woken := wakes(q)
	var writers sync.WaitGroup
	for w := range 4 {
		writers.Go(func() {
			for i := range 500 {
				q.Push(item(fmt.Sprintf("%d/%d", w, i)))
				q.Offer(fmt.Sprint(w), item("p"))
			}
		})
	}
	go func() {
		writers.Wait()
		q.Push(item("end"))
	}()
	last := map[string]int{}
	for events := 0; events < 2001; {
		<-woken
		items, _ := q.Take(nil, 1<<20)
		for _, it := range items {
			if string(it.Event.Data) == "p" {
				continue
			}
			events++
			writer, n := "", 0
			if _, err := fmt.Sscanf(string(it.Event.Data), "%1s/%d", &writer, &n); err == nil {
				if n < last[writer] {
					t.Errorf("writer %s: %d after %d", writer, n, last[writer])
				}
				last[writer] = n
			}
		}
	}
}

func BenchmarkPushAndTake(b *testing.B) {
	q := queue.New(1 << 20)
	it, buffer := item(strings.Repeat("x", 200)), make([]queue.Item, 0, 4)
	b.ReportAllocs()
	for b.Loop() {
		q.Push(it)
		q.Offer("u1", it)
		q.Take(buffer, 1<<20)
	}
}

// A live event leaves with the events. It is left out where it would wait, and it never ends a socket.
func TestAHintNeverWaits(t *testing.T) {
	t.Parallel()
	q := queue.New(1000)
	if !q.Hint(item("first")) {
		t.Error("an empty queue left it out")
	}
	q.Push(item(strings.Repeat("x", 300)))
	if q.Hint(item("full")) {
		t.Error("more than half of the queue is taken, and it was added")
	}
	if got := drain(t, q); len(got) != 2 || got[0] != "first" {
		t.Errorf("left %v", got)
	}
	q.Cork()
	if q.Hint(item("held")) {
		t.Error("it was added while events are held")
	}
	q.Uncork(nil)
	for range 1000 {
		q.Hint(item("flood"))
	}
	if got := drain(t, q); len(got) == 0 || len(got) > 8 {
		t.Errorf("%d of a flood wait in 500 bytes", len(got))
	}
	q.Close(protocol.Gone)
	if q.Hint(item("late")) {
		t.Error("a closed queue took it")
	}
}

// Positions that are forgotten never leave; the others leave in their order, and are still replaced in their places.
func TestForgottenPositionsDoNotLeave(t *testing.T) {
	t.Parallel()
	for _, n := range []int{2, 100} { // without an index and with one
		q := queue.New(1000)
		var want []string
		for i := range n {
			q.Offer(fmt.Sprint("u", i), item("old"))
			q.Offer(fmt.Sprint("list ", i), item("list"))
			want = append(want, fmt.Sprint("new", i))
		}
		q.Forget("list ")
		q.Offer("list 0", item("newest list"))
		for i := range n {
			q.Offer(fmt.Sprint("u", i), item(want[i]))
		}
		if got := drain(t, q); !slices.Equal(got, append(want, "newest list")) {
			t.Errorf("left %v", got)
		}
	}
}
