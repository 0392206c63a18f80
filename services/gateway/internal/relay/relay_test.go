package relay_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/gateway/internal/relay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const round = 5 * time.Millisecond

var (
	quiet = relay.Config{Round: round, Busy: 1 << 30}
	busy  = relay.Config{Round: round, Busy: 0}
)

// line notes when it is flushed.
type line struct {
	relay.Line
	start  time.Time
	during func()

	mu      sync.Mutex
	flushes []time.Duration
	stuck   bool
}

func newLine(r *relay.Relay) *line {
	l := &line{start: time.Now()}
	l.Line = r.Line(l)
	return l
}

func (l *line) Flush() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.flushes = append(l.flushes, time.Since(l.start))
	if l.during != nil {
		l.during()
	}
	return !l.stuck
}

func (l *line) setStuck(stuck bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.stuck = stuck
}

// count returns how often the line was flushed.
func (l *line) count() int {
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.flushes)
}

func (l *line) expect(t *testing.T, want ...time.Duration) {
	t.Helper()
	synctest.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	if !slices.Equal(l.flushes, want) {
		t.Errorf("flushed after %v, want %v", l.flushes, want)
	}
}

func TestAQuietRelayFlushesAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLine(relay.New(quiet))
		for range 3 {
			l.Wake()
			synctest.Wait()
			wait.For(t.Context(), time.Millisecond)
		}
		l.expect(t, 0, time.Millisecond, 2*time.Millisecond)
	})
}

// TestABusyRelayFlushesOnceInARound: the first wake counts at once, and the others together at the end of the round. A line
// of another socket does not wait for them.
func TestABusyRelayFlushesOnceInARound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := relay.New(busy)
		a, b := newLine(r), newLine(r)
		for range 4 {
			a.Wake()
			synctest.Wait()
			wait.For(t.Context(), time.Millisecond)
		}
		b.Wake()
		b.expect(t, 4*time.Millisecond)
		a.expect(t, 0)
		wait.For(t.Context(), time.Millisecond)
		a.expect(t, 0, round)
		wait.For(t.Context(), time.Second)
		a.Wake()
		a.expect(t, 0, round, time.Second+round)
	})
}

// TestManyWakesMakeARelayBusy: it is busy while more wakes come than Config.Busy a second, and no longer afterwards.
func TestManyWakesMakeARelayBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := newLine(relay.New(relay.Config{Round: round, Busy: 500}))
		wake := func(times int, every time.Duration) (flushes int) {
			before := l.count()
			for range times {
				l.Wake()
				wait.For(t.Context(), every)
			}
			return l.count() - before
		}
		if got := wake(100, 4*time.Millisecond); got != 100 {
			t.Errorf("%d flushes at 250 wakes a second", got)
		}
		wake(1000, time.Millisecond)
		if got := wake(1000, time.Millisecond); got > 210 {
			t.Errorf("%d flushes in a second at 1,000 wakes", got)
		}
		wake(600, 4*time.Millisecond)
		if got := wake(100, 4*time.Millisecond); got != 100 {
			t.Errorf("%d flushes at 250 wakes a second, after the load", got)
		}
	})
}

func TestAWakeDuringAFlushIsNotLost(t *testing.T) {
	t.Parallel()
	for name, cfg := range map[string]relay.Config{"quiet": quiet, "busy": busy} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				l := newLine(relay.New(cfg))
				l.during = func() {
					if len(l.flushes) == 1 {
						l.Wake()
						l.Wake()
					}
				}
				l.Wake()
				wait.For(t.Context(), 2*round)
				if l.count() != 2 {
					t.Errorf("flushed %d times, want two", l.count())
				}
			})
		})
	}
}

// TestAStuckLineStopsNobody: it is not flushed until Done, and then once for all wakes meanwhile.
func TestAStuckLineStopsNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		r := relay.New(quiet)
		stuck, other := newLine(r), newLine(r)
		stuck.setStuck(true)
		stuck.Wake()
		synctest.Wait()
		for range 3 {
			stuck.Wake()
			other.Wake()
			synctest.Wait()
		}
		stuck.expect(t, 0)
		other.expect(t, 0, 0, 0)
		wait.For(t.Context(), time.Minute)
		stuck.Done()
		stuck.expect(t, 0, time.Minute)
		stuck.setStuck(false)
		stuck.Done()
		stuck.Wake()
		stuck.expect(t, 0, time.Minute, time.Minute)
	})
}

// counter is flushed by many goroutines' wakes.
type counter struct {
	relay.Line
	waiting, seen atomic.Int64
	inside        atomic.Int64
	wrong         atomic.Bool
}

func (c *counter) Flush() bool {
	if c.inside.Add(1) != 1 {
		c.wrong.Store(true)
	}
	c.seen.Add(c.waiting.Swap(0))
	c.inside.Add(-1)
	if c.seen.Load()%7 != 3 {
		return true
	}
	go c.Done()
	return false
}

// TestLoad wakes many lines from many goroutines. Each wake is followed by a flush, and no line is flushed twice at a time.
func TestLoad(t *testing.T) {
	t.Parallel()
	const lines, wakes = 500, 200
	for name, cfg := range map[string]relay.Config{"quiet": quiet, "busy": busy} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := relay.New(cfg)
			all := make([]*counter, lines)
			for i := range all {
				all[i] = &counter{}
				all[i].Line = r.Line(all[i])
			}
			var waking sync.WaitGroup
			for range 4 {
				waking.Go(func() {
					for range wakes {
						for _, c := range all {
							c.waiting.Add(1)
							c.Wake()
						}
					}
				})
			}
			waking.Wait()
			for i, c := range all {
				for deadline := time.Now().Add(20 * time.Second); c.seen.Load() != 4*wakes; {
					if time.Now().After(deadline) {
						t.Fatalf("line %d saw %d of %d", i, c.seen.Load(), 4*wakes)
					}
					<-time.After(time.Millisecond)
				}
				if c.wrong.Load() {
					t.Errorf("line %d was flushed twice at a time", i)
				}
			}
		})
	}
}
