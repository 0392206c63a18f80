package bus_test

import (
	"context"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/internal/bustest"
)

// crowd counts the calls of a handler that run at once.
type crowd struct {
	mu        sync.Mutex
	now, most int
	// full is closed when so many ran at once.
	size int
	full chan struct{}
}

func newCrowd(size int) *crowd { return &crowd{size: size, full: make(chan struct{})} }

func (c *crowd) enter() (leave func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now++
	if c.most = max(c.most, c.now); c.now == c.size && c.most == c.size {
		select {
		case <-c.full:
		default:
			close(c.full)
		}
	}
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.now--
	}
}

// await returns when the crowd is full, or with the handler's context.
func (c *crowd) await(ctx context.Context) {
	select {
	case <-c.full:
	case <-ctx.Done():
	}
}

func parallel(n int) bus.ConsumerConfig {
	cfg := bustest.TrackingConfig()
	cfg.Parallel = n
	return cfg
}

func TestParallelCallsRunAtOnce(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(40)
	r, calls := bustest.NewRecorder(), newCrowd(8)
	c, err := bus.NewConsumer(w.Ingest, parallel(8), func(ctx context.Context, m bus.Msg) error {
		defer calls.enter()()
		calls.await(ctx)
		r.Note(m)
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Within(t, "eight calls at once", time.Minute, calls.full)
	w.Settled()
	r.Check(t, 40, 1)
	if calls.most != 8 {
		t.Errorf("%d calls at once", calls.most)
	}
}

// One message that is never done with does not keep others from the other hands.
func TestParallelGoesOnBesideASlowMessage(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(100)
	r := bustest.NewRecorder()
	release := make(chan struct{})
	c, err := bus.NewConsumer(w.Ingest, parallel(2), func(ctx context.Context, m bus.Msg) error {
		if bustest.Number(m) == 0 {
			select {
			case <-release:
			case <-ctx.Done():
			}
		}
		r.Note(m)
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Eventually(t, "the others are handled", func() bool {
		r.Mu.Lock()
		defer r.Mu.Unlock()
		return len(r.Seen) == 99
	})
	close(release)
	w.Settled()
	r.Check(t, 100, 1)
}

func fifth(m bus.Msg) string { return strconv.Itoa(bustest.Number(m) % 5) }

// Messages of a key come one after the other, also when they fail; a message that is a dead letter in the end lets the next
// one pass. Other keys do not wait for it.
func TestKeysKeepTheirOrder(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	const n = 50
	w.Publish(n)
	cfg := parallel(4)
	cfg.Key, cfg.Batch, cfg.MaxAttempts = fifth, n, 4
	cfg.Backoff = func(int) time.Duration { return 5 * time.Millisecond }
	var mu sync.Mutex
	inHand, last, tries := map[string]bool{}, map[string]int{}, map[int]int{}
	var othersDone sync.WaitGroup
	othersDone.Add(n - n/5)
	c, err := bus.NewConsumer(w.Ingest, cfg, func(_ context.Context, m bus.Msg) error {
		key, i := fifth(m), bustest.Number(m)
		mu.Lock()
		if inHand[key] {
			t.Errorf("message %d is not alone with its key", i)
		}
		inHand[key] = true
		tries[i]++
		try := tries[i]
		mu.Unlock()
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			inHand[key] = false
		}()
		switch {
		case i == 0 && try == 1:
			othersDone.Wait()
			return bustest.ErrPoison
		case i == 5, i%7 == 0 && try < 3:
			return bustest.ErrPoison
		case i == 10:
			return bus.Reject(bustest.ErrPoison)
		}
		mu.Lock()
		defer mu.Unlock()
		if before, ok := last[key]; ok && before > i {
			t.Errorf("message %d came after %d", i, before)
		}
		last[key] = i
		if i%5 != 0 {
			othersDone.Done()
		}
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	letters := w.Letters()
	if len(letters) != 2 || letters[0].OriginalSeq != 6 || letters[0].Attempts != 4 || letters[1].OriginalSeq != 11 {
		t.Errorf("dead letters %+v", letters)
	}
	for i := range n {
		want := map[bool]int{true: 3, false: 1}[i%7 == 0]
		if i == 5 {
			want = 4
		}
		if tries[i] != want {
			t.Errorf("message %d was tried %d times, expected %d", i, tries[i], want)
		}
	}
}

// A message that is never done with keeps those of its key waiting, however many they are, and nobody else.
func TestASlowKeyLeavesTheOthersTheirHands(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	const n, slow = 200, 150
	w.Publish(n)
	cfg := parallel(4)
	cfg.Key = func(m bus.Msg) string {
		if i := bustest.Number(m); i >= slow {
			return strconv.Itoa(i)
		}
		return "slow"
	}
	r := bustest.NewRecorder()
	release := make(chan struct{})
	c, err := bus.NewConsumer(w.Ingest, cfg, func(ctx context.Context, m bus.Msg) error {
		if bustest.Number(m) == 0 {
			select {
			case <-release:
			case <-ctx.Done():
			}
		}
		r.Note(m)
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Eventually(t, "the others are handled", func() bool {
		r.Mu.Lock()
		defer r.Mu.Unlock()
		return len(r.Seen) == n-slow
	})
	close(release)
	w.Settled()
	r.Check(t, n, 1)
}

// While a dependency is down a single message is tried, again and again, and nothing is an attempt.
func TestUnavailableHoldsAllHands(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(20)
	cfg := parallel(4)
	cfg.MaxAttempts = 1
	r, calls := bustest.NewRecorder(), newCrowd(4)
	var mu sync.Mutex
	down, trying := true, 0
	var held []int
	allHeld := make(chan struct{}) // Until it is closed, none of the first four returns: a first one would be tried again beside them.
	c, err := bus.NewConsumer(w.Ingest, cfg, func(ctx context.Context, m bus.Msg) error {
		defer calls.enter()()
		calls.await(ctx)
		mu.Lock()
		defer mu.Unlock()
		if down && len(held) >= 4 {
			// Time for another call to begin, which none may.
			if trying++; trying > 1 {
				t.Error("two calls while the dependency is down")
			}
			mu.Unlock()
			<-time.After(100 * time.Millisecond)
			mu.Lock()
			trying--
		}
		if down {
			if held = append(held, bustest.Number(m)); len(held) == 4 {
				close(allHeld)
			}
			mu.Unlock()
			select {
			case <-allHeld:
			case <-ctx.Done():
			}
			mu.Lock()
			return bus.Unavailable(bustest.ErrPoison)
		}
		r.Note(m)
		return nil
	})
	bustest.Run(t, c, err)
	bustest.Eventually(t, "it is tried three times more", func() bool {
		mu.Lock()
		defer mu.Unlock()
		return len(held) >= 7
	})
	if err := c.Ready(t.Context()); err == nil {
		t.Error("ready")
	}
	mu.Lock()
	down = false
	for _, i := range held[5:] {
		if i != held[4] {
			t.Errorf("these were tried: %v", held)
		}
	}
	mu.Unlock()
	w.Settled()
	r.Check(t, 20, 1)
	if n := len(w.Letters()); n != 0 {
		t.Errorf("%d dead letters", n)
	}
	if err := c.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestShutdownDrainsAllHands(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(6)
	r, calls := bustest.NewRecorder(), newCrowd(6)
	release := make(chan struct{})
	c, err := bus.NewConsumer(w.Ingest, parallel(6), func(ctx context.Context, m bus.Msg) error {
		defer calls.enter()()
		calls.await(ctx)
		select {
		case <-release:
			r.Note(m)
		case <-ctx.Done():
		}
		return ctx.Err()
	})
	stop := bustest.Run(t, c, err)
	bustest.Within(t, "six calls at once", time.Minute, calls.full)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		stop()
	}()
	select {
	case <-stopped:
		t.Error("shutdown did not wait for the handlers")
	case <-time.After(100 * time.Millisecond):
	}
	close(release)
	bustest.Within(t, "stop", time.Minute, stopped)
	r.Check(t, 6, 1)
	w.Settled()
}

// What waits behind a message that shutdown gave back is given back too: nothing of its key overtakes it.
func TestShutdownKeepsTheOrderOfAKey(t *testing.T) {
	t.Parallel()
	w := bustest.Setup(t)
	w.Publish(10)
	cfg := parallel(2)
	cfg.Key = func(bus.Msg) string { return "one" }
	cfg.Backoff = func(int) time.Duration { return time.Hour }
	failed := make(chan struct{})
	c, err := bus.NewConsumer(w.Ingest, cfg, func(_ context.Context, m bus.Msg) error {
		if bustest.Number(m) != 0 {
			t.Errorf("message %d overtook", bustest.Number(m))
		}
		close(failed)
		return bustest.ErrPoison
	})
	stop := bustest.Run(t, c, err)
	bustest.Within(t, "the first fails", time.Minute, failed)
	stop()
	r := bustest.NewRecorder()
	c, err = bus.NewConsumer(w.Replica(), cfg, func(_ context.Context, m bus.Msg) error {
		r.Note(m)
		return nil
	})
	bustest.Run(t, c, err)
	w.Settled()
	r.Check(t, 10, 1)
	if bustest.Number(r.Msgs[0]) != 0 {
		t.Errorf("%d came first", bustest.Number(r.Msgs[0]))
	}
}
