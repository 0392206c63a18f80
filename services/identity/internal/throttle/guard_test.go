package throttle_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/identity/internal/throttle"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

type world struct {
	data  *pgtest.Database
	clock *clock.Manual
	guard *throttle.Guard
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{data: pgtest.New(t, identity.Schema), clock: clock.NewManual(time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC))}
	w.guard = throttle.NewGuard(w.data.DB(t, "identity"), w.clock)
	return w
}

// attempt returns how long the attempt has to wait; 0 means that it counted.
func (w *world) attempt(t *testing.T, keys ...throttle.Key) time.Duration {
	t.Helper()
	wait, err := w.guard.Attempt(t.Context(), keys...)
	if err != nil {
		t.Fatal(err)
	}
	return wait
}

func (w *world) exhaust(t *testing.T, k throttle.Key) {
	t.Helper()
	for i := range 5 {
		if wait := w.attempt(t, k); wait != 0 {
			t.Fatalf("attempt %d waits %v", i+1, wait)
		}
	}
}

func TestARefusedAttemptCountsForNobody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana, bea, office := throttle.Login("acme", "ana"), throttle.Login("acme", "bea"), throttle.Address("203.0.113.7")
	w.exhaust(t, ana)
	for range 40 { // refused on ana's account: the office pays nothing
		if wait := w.attempt(t, ana, office); wait != 5*time.Second {
			t.Fatalf("waits %v, want 5 s however often it is asked", wait)
		}
	}
	if wait := w.attempt(t, bea, office); wait != 0 {
		t.Errorf("another login from the same office waits %v", wait)
	}
	if wait := w.attempt(t, throttle.Login("beta", "ana")); wait != 0 {
		t.Errorf("the same login of another company waits %v", wait)
	}
	w.clock.Advance(5 * time.Second)
	if wait := w.attempt(t, ana, office); wait != 0 {
		t.Errorf("after its wait it waits %v", wait)
	}
}

func TestTheLongestOfTwoWaitsIsTold(t *testing.T) {
	t.Parallel()
	w := setup(t)
	office := throttle.Address("203.0.113.7")
	for i := range 30 {
		w.attempt(t, office, throttle.Login("acme", fmt.Sprint(i)))
	}
	ana := throttle.Login("acme", "ana")
	w.exhaust(t, ana)
	w.clock.Advance(5 * time.Second)
	w.attempt(t, ana) // the sixth failure: ten seconds
	if wait := w.attempt(t, office, ana); wait != 10*time.Second {
		t.Errorf("waits %v, want 10 s", wait)
	}
}

func TestSuccessForgetsTheAccountAndRefundsTheAddress(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana, office := throttle.Login("acme", "ana"), throttle.Address("203.0.113.7")
	for range 4 {
		w.attempt(t, ana, office)
	}
	if err := w.guard.Succeed(t.Context(), ana, office); err != nil {
		t.Fatal(err)
	}
	w.exhaust(t, ana)
	// Three failures of the office are left, and one valid account does not wipe them out.
	for i := range 27 {
		if wait := w.attempt(t, office); wait != 0 {
			t.Fatalf("attempt %d of the office waits %v", i+1, wait)
		}
	}
	if wait := w.attempt(t, office); wait == 0 {
		t.Error("the office's failures were forgotten")
	}
}

func TestAnUndoneAttemptNeverHappened(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana, office := throttle.Login("acme", "ana"), throttle.Address("203.0.113.7")
	for range 100 {
		if wait := w.attempt(t, ana, office); wait != 0 {
			t.Fatalf("waits %v", wait)
		}
		if err := w.guard.Undo(t.Context(), ana, office); err != nil {
			t.Fatal(err)
		}
	}
	w.exhaust(t, ana)
}

// Attempts that share an address and are made at once: none is lost, none deadlocks, whatever the order of the keys.
func TestAttemptsAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	second := throttle.NewGuard(w.data.DB(t, "identity"), w.clock)
	office := throttle.Address("2001:db8::1")
	var passed atomic.Int64
	var all sync.WaitGroup
	for i := range 60 {
		all.Go(func() {
			keys := []throttle.Key{office, throttle.Login("acme", fmt.Sprint(i%15))}
			guard := w.guard
			if i%2 == 0 {
				keys[0], keys[1], guard = keys[1], keys[0], second
			}
			wait, err := guard.Attempt(t.Context(), keys...)
			if err != nil {
				t.Error(err)
			}
			if wait == 0 {
				passed.Add(1)
			}
		})
	}
	all.Wait()
	if passed.Load() != 30 {
		t.Errorf("%d attempts of one address passed at once, want 30", passed.Load())
	}
}

func TestSweepForgetsWhatNoLongerCounts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.attempt(t, throttle.Login("acme", "ana"))
	w.clock.Advance(23 * time.Hour)
	w.exhaust(t, throttle.Login("acme", "bea"))
	w.clock.Advance(2 * time.Hour)
	if err := w.guard.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left int
	if err := w.data.Admin(t).Get(&left, `SELECT count(*) FROM identity.login_attempt`); err != nil || left != 1 {
		t.Errorf("%d counters are left (%v), want bea's", left, err)
	}
}
