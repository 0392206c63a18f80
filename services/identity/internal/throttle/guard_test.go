package throttle_test

import (
	"context"
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

var (
	office    = throttle.PlaceOf("203.0.113.7")
	elsewhere = throttle.PlaceOf("198.51.100.1")
)

// login is a counter of one login at one place.
func login(company, login string) throttle.Key { return throttle.Login(company, login).Here(elsewhere) }

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
	ana, bea, office := login("acme", "ana"), login("acme", "bea"), office.Logins()[0]
	w.exhaust(t, ana)
	for range 40 { // refused on ana's account: the office pays nothing
		if wait := w.attempt(t, ana, office); wait != 5*time.Second {
			t.Fatalf("waits %v, want 5 s however often it is asked", wait)
		}
	}
	if wait := w.attempt(t, bea, office); wait != 0 {
		t.Errorf("another login from the same office waits %v", wait)
	}
	if wait := w.attempt(t, login("beta", "ana")); wait != 0 {
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
	ana, bea := login("acme", "ana"), login("acme", "bea")
	w.exhaust(t, ana)
	w.clock.Advance(5 * time.Second)
	w.attempt(t, ana) // the sixth failure: ten seconds
	w.exhaust(t, bea)
	if wait := w.attempt(t, bea, ana); wait != 10*time.Second {
		t.Errorf("waits %v, want 10 s", wait)
	}
}

func TestSuccessForgetsTheAccountAndRefundsTheAddress(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana, office := login("acme", "ana"), office.Logins()[0]
	for range 4 {
		w.attempt(t, ana, office)
	}
	if err := w.guard.Succeed(t.Context(), ana, office); err != nil {
		t.Fatal(err)
	}
	w.exhaust(t, ana)
	// Three failures of the office are left, and one valid account does not wipe them out.
	for i := range 97 {
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
	ana, office := login("acme", "ana"), office.Logins()[0]
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
	office := throttle.PlaceOf("203.0.113.9").Logins()[0]
	var passed atomic.Int64
	var all sync.WaitGroup
	for i := range 160 {
		all.Go(func() {
			keys := []throttle.Key{office, login("acme", fmt.Sprint(i%40))}
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
	if passed.Load() != 100 {
		t.Errorf("%d attempts of one address passed at once, want 100", passed.Load())
	}
}

func (w *world) rows(t *testing.T, table string) int {
	t.Helper()
	return pgtest.Count(t, w.data.Admin(t), "identity."+table)
}

func TestSweepForgetsWhatNoLongerCounts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.attempt(t, login("acme", "ana"), office.Logins()[0])
	w.exhaust(t, login("acme", "bea"))
	w.clock.Advance(2 * time.Hour)
	if err := w.guard.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := w.rows(t, "login_attempt"); left != 1 {
		t.Errorf("%d counters are left, want bea's", left)
	}
}

func TestWhatIsRefusedWritesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana := login("acme", "ana")
	w.exhaust(t, ana)
	for i := range 50 {
		if w.attempt(t, ana, login("acme", fmt.Sprint(i))) == 0 {
			t.Fatal("an attempt on an exhausted counter passed")
		}
	}
	if left := w.rows(t, "login_attempt"); left != 1 {
		t.Errorf("%d counters after 50 refused attempts, want 1", left)
	}
}

func TestTheTableOfCountersIsBounded(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exhaust(t, login("acme", "ana"))
	if _, err := w.data.Admin(t).Exec(`INSERT INTO identity.login_attempt (key, level, at, until)
SELECT sha256(n::text::bytea), 1, $1::timestamptz, $1::timestamptz + interval '1 hour' FROM generate_series(1, 200100) n`, w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	if err := w.guard.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := w.rows(t, "login_attempt"); left != 200_000 {
		t.Errorf("%d counters are left, want 200,000", left)
	}
	if w.attempt(t, login("acme", "ana")) == 0 {
		t.Error("a flood of new logins pushed out the counter of the one that is guessed at")
	}
}

// An attempt holds its counters in one order, a sweep finds them in another: it leaves them for the next sweep.
func TestASweepDoesNotWaitForAnAttempt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.attempt(t, login("acme", "ana"), login("acme", "bea"))
	w.clock.Advance(2 * time.Hour)
	held, err := w.data.Admin(t).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = held.Rollback() }()
	if _, err := held.Exec(`SELECT FROM identity.login_attempt LIMIT 1 FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := w.guard.Sweep(ctx); err != nil {
		t.Fatal(err)
	}
	if left := w.rows(t, "login_attempt"); left != 1 {
		t.Errorf("%d counters are left, want the one that is held", left)
	}
}

func TestAPlaceIsKnownAfterASuccessAndForgottenInTime(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana, bea := throttle.Account("acme", "ana"), throttle.Account("acme", "bea")
	known := func(at throttle.Place) string {
		t.Helper()
		known, err := w.guard.Known(t.Context(), at, ana, bea)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(known)
	}
	remember := func(at throttle.Place) {
		t.Helper()
		if err := w.guard.Remember(t.Context(), at, ana); err != nil {
			t.Fatal(err)
		}
		w.clock.Advance(time.Second)
	}
	remember(office)
	if known(office) != "[true false]" || known(elsewhere) != "[false false]" {
		t.Errorf("known at the office %v, elsewhere %v", known(office), known(elsewhere))
	}
	for i := range 16 { // places of one account are bounded: the oldest goes
		remember(throttle.PlaceOf(fmt.Sprintf("192.0.2.%d", i)))
	}
	if known(office) != "[false false]" || w.rows(t, "login_place") != 16 {
		t.Errorf("at the office %v, %d places", known(office), w.rows(t, "login_place"))
	}
	remember(office)
	w.clock.Advance(181 * 24 * time.Hour)
	if known(office) != "[false false]" {
		t.Error("known for ever")
	}
	if err := w.guard.Sweep(t.Context()); err != nil || w.rows(t, "login_place") != 0 {
		t.Errorf("%d places are left, %v", w.rows(t, "login_place"), err)
	}
}

// When the database does not answer in time, the attempt fails, and nothing else.
func TestAnAttemptWithoutADatabaseFails(t *testing.T) {
	t.Parallel()
	w := setup(t)
	locked, err := w.data.Admin(t).Begin()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = locked.Rollback() }()
	if _, err := locked.Exec(`LOCK TABLE identity.login_attempt IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if wait, err := w.guard.Attempt(ctx, login("acme", "ana")); err == nil {
		t.Errorf("an attempt that nobody counted passed, wait %v", wait)
	}
}
