package bus_test

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
	"github.com/terreno/terreno/proto/stream"
)

// tenth gives 10 messages in a row keys of their own, and then the same keys again.
func tenth(m bus.Msg) string { return strconv.Itoa(bustest.Number(m) % 10) }

// keeper fails the test when two calls have a key at once, or when messages of a key come in another order.
type keeper struct {
	mu     sync.Mutex
	inHand map[string]bool
	last   map[string]int
}

func newKeeper() *keeper { return &keeper{inHand: map[string]bool{}, last: map[string]int{}} }

func (k *keeper) enter(t *testing.T, ms []bus.Msg) (leave func()) {
	k.mu.Lock()
	defer k.mu.Unlock()
	keys := map[string]bool{}
	for _, m := range ms {
		if key := tenth(m); k.inHand[key] {
			t.Errorf("message %d is not alone with its key", bustest.Number(m))
		} else {
			keys[key] = true
		}
	}
	for key := range keys {
		k.inHand[key] = true
	}
	return func() {
		k.mu.Lock()
		defer k.mu.Unlock()
		for key := range keys {
			delete(k.inHand, key)
		}
	}
}

func (k *keeper) done(t *testing.T, ms []bus.Msg) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for _, m := range ms {
		n := bustest.Number(m)
		if before, ok := k.last[tenth(m)]; ok && before > n {
			t.Errorf("message %d came after %d", n, before)
		}
		k.last[tenth(m)] = n
	}
}

// laned is for a batch consumer with as many lanes.
func laned(lanes int) bus.ConsumerConfig {
	cfg := parallel(lanes)
	cfg.Key = tenth
	return cfg
}

func TestBatchesSideBySide(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	const n = 300
	w.Publish(n)
	cfg := laned(3)
	cfg.Batch = 40
	cfg.Key = func(m bus.Msg) string { return strconv.Itoa(bustest.Number(m)) } // so many that each lane has some
	r, calls := bustest.NewRecorder(), newCrowd(3)
	var biggest atomic.Int64
	c, err := bus.NewBatchConsumer(w.Ingest, cfg, func(ctx context.Context, ms []bus.Msg) error {
		defer calls.enter()()
		calls.await(ctx)
		biggest.Store(max(biggest.Load(), int64(len(ms))))
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Within(t, "three batches at once", time.Minute, calls.full)
	w.Settled()
	r.Check(t, n, 1)
	if calls.most != 3 || biggest.Load() < 2 || biggest.Load() > 40 {
		t.Errorf("%d batches at once, the biggest of %d", calls.most, biggest.Load())
	}
}

// Among poison messages every other message is handled once, in the order of its key, and the poison alone is buried.
func TestLanesKeepTheOrderOfKeys(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	const n = 200
	w.Publish(n)
	cfg := laned(3)
	cfg.Batch, cfg.MaxAttempts = 30, 4
	cfg.Backoff = func(int) time.Duration { return 5 * time.Millisecond }
	k, r := newKeeper(), bustest.NewRecorder()
	var mu sync.Mutex
	tries := map[int]int{}
	c, err := bus.NewBatchConsumer(w.Ingest, cfg, func(_ context.Context, ms []bus.Msg) error {
		defer k.enter(t, ms)()
		mu.Lock()
		for _, m := range ms {
			i := bustest.Number(m)
			if len(ms) == 1 {
				tries[i]++
			}
			switch {
			case i == 17, i%37 == 0 && tries[i] < 3:
				mu.Unlock()
				return bustest.ErrPoison
			case i == 27:
				mu.Unlock()
				return bus.Reject(bustest.ErrPoison)
			case i == 44 && tries[i] == 0:
				mu.Unlock()
				panic("boom")
			}
		}
		mu.Unlock()
		k.done(t, ms)
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	got := bustest.Counted{}
	for _, l := range w.Letters() {
		got[bustest.Number(bus.Msg{Data: l.Data})] = l.Attempts
	}
	if len(got) != 2 || got[17] != 4 || got[27] != 1 {
		t.Errorf("dead letters with their attempts: %v", got)
	}
	r.Seen[17], r.Seen[27] = 1, 1
	r.Check(t, n, 1)
}

// While a key waits for its next try, the other keys of its lane go on, also with batches that were in hand with it. Shutdown
// gives back what is parked, and nothing of the key overtakes it.
func TestAFailingKeyLeavesItsLane(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	const n = 100
	w.Publish(n)
	cfg := laned(1)
	cfg.Batch = 30
	cfg.Backoff = func(int) time.Duration { return time.Hour }
	r := bustest.NewRecorder()
	c, err := bus.NewBatchConsumer(w.Ingest, cfg, func(_ context.Context, ms []bus.Msg) error {
		for _, m := range ms {
			if bustest.Number(m) == 3 {
				return bustest.ErrPoison
			}
		}
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	stop := bustest.Run(t, c, err)
	bustest.Eventually(t, "the other keys are handled", func() bool {
		r.Mu.Lock()
		defer r.Mu.Unlock()
		return len(r.Seen) == n-n/10
	})
	stop()
	for _, m := range r.Msgs {
		if tenth(m) == "3" {
			t.Errorf("message %d overtook", bustest.Number(m))
		}
	}
	k := newKeeper()
	next, err := bus.NewBatchConsumer(w.Replica(), cfg, func(_ context.Context, ms []bus.Msg) error {
		k.done(t, ms)
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, next, err)
	w.Settled()
	r.Check(t, n, 1)
	if len(w.Letters()) != 0 {
		t.Error("a message that was tried once is a dead letter")
	}
}

// While the database is down, one lane tries, the others wait, and shutdown gives everything back.
func TestLanesWhileUnavailable(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	const n = 60
	w.Publish(n)
	cfg := laned(3)
	cfg.Batch, cfg.MaxAttempts = 10, 1
	tried := make(chan struct{}, 1000)
	c, err := bus.NewBatchConsumer(w.Ingest, cfg, func(context.Context, []bus.Msg) error {
		tried <- struct{}{}
		return bus.Unavailable(bustest.ErrPoison)
	})
	stop := bustest.Run(t, c, err)
	for range 4 {
		bustest.Within(t, "a try", time.Minute, tried)
	}
	stop()
	r, k := bustest.NewRecorder(), newKeeper()
	next, err := bus.NewBatchConsumer(w.Replica(), cfg, func(_ context.Context, ms []bus.Msg) error {
		defer k.enter(t, ms)()
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, next, err)
	w.Settled()
	r.Check(t, n, 1)
	if len(w.Letters()) != 0 {
		t.Errorf("%d dead letters", len(w.Letters()))
	}
}

func TestBatchesThatCannotBeParallelAreRefused(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	if _, err := bus.NewBatchConsumer(w.Ingest, parallel(2), func(context.Context, []bus.Msg) error { return nil }); err == nil {
		t.Error("a batch consumer with lanes and without keys was made")
	}
	lingering := bustest.TrackingConfig()
	lingering.Linger = time.Second
	if _, err := bus.NewConsumer(w.Ingest, lingering, func(context.Context, bus.Msg) error { return nil }); err == nil {
		t.Error("a consumer of single messages was made that waits for more of them")
	}
}

// A batch that is not full waits for more, and what waits stays in hand for longer than AckWait.
func TestBatchWaitsForMore(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t, bustest.WithAckWait(bustest.ShortAckWait))
	cfg := bustest.TrackingConfig()
	cfg.Batch, cfg.Linger = 10, time.Hour
	sizes, r := make(chan int, 100), bustest.NewRecorder()
	c, err := bus.NewBatchConsumer(w.Ingest, cfg, func(_ context.Context, ms []bus.Msg) error {
		sizes <- len(ms)
		for _, m := range ms {
			if m.Deliveries != 1 {
				t.Errorf("message %d is on delivery %d", bustest.Number(m), m.Deliveries)
			}
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, c, err)
	heard := signs(t, w)
	w.Publish(3)
	bustest.Eventually(t, "the server hears of the messages that wait", func() bool { return heard.Load() >= 3*5 })
	select {
	case n := <-sizes:
		t.Errorf("a batch of %d did not wait", n)
	default:
	}
	w.PublishFrom(3, 20)
	for range 2 {
		if n := bustest.Within(t, "a full batch", time.Minute, sizes); n != 10 {
			t.Errorf("a batch of %d", n)
		}
	}
	w.Settled()
	r.Check(t, 20, 1)
}

func TestBatchStopsWaiting(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	cfg := bustest.TrackingConfig()
	cfg.Linger = 50 * time.Millisecond
	r := bustest.NewRecorder()
	c, err := bus.NewBatchConsumer(w.Ingest, cfg, func(_ context.Context, ms []bus.Msg) error {
		for _, m := range ms {
			r.Note(m)
		}
		return nil
	})
	bustest.Run(t, c, err)
	for n := range 3 {
		w.PublishFrom(n, n+1)
		w.Settled()
	}
	r.Check(t, 3, 1)
	if n := bustest.Value(t, w.Metrics, "bus_handler_seconds", "stream="+stream.Tracking); n != 3 {
		t.Errorf("%g calls", n)
	}
}
