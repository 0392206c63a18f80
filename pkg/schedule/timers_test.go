package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
)

func TestATimerIsDoneOnceWhenItIsDue(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	w.set(t, "acme", "a1", "2026-03-08T12:05:00Z")
	w.set(t, "otra", "a1", "2026-03-08T12:06:00Z")
	w.clock.Set(at("2026-03-08T12:04:59Z"))
	w.tick(t)
	if len(w.fired) != 0 {
		t.Errorf("done before it was due: %+v", w.fired)
	}
	w.during = func(ctx context.Context, ch *change.Change, _ schedule.Timer) error {
		var role string
		err := ch.Tx.GetContext(ctx, &role, `SELECT current_user || ' ' || current_setting('terreno.tenant')`)
		if role != "terreno_bell_worker acme" || ch.Company != "acme" || ch.By != ringing || !ch.At.Equal(at("2026-03-08T12:05:00Z")) {
			t.Errorf("as %s in %s by %s at %s", role, ch.Company, ch.By, ch.At)
		}
		return err
	}
	w.clock.Set(at("2026-03-08T12:05:00Z"))
	w.tick(t)
	w.tick(t)
	if len(w.fired) != 1 || w.fired[0].Key != "a1" || !w.fired[0].DueAt.Equal(at("2026-03-08T12:05:00Z")) || string(w.fired[0].Payload) != `{"for":"a1"}` || w.fired[0].Attempt != 1 {
		t.Errorf("%+v", w.fired)
	}
	same(t, "left", w.rows(t), "otra ringing a1 waiting 0")
	if w.rings(t) != 1 {
		t.Errorf("%d effects", w.rings(t))
	}
}

func TestATimerIsMovedAndCancelled(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	w.set(t, "acme", "a1", "2026-03-08T12:05:00Z")
	w.set(t, "acme", "a1", "2026-03-08T12:10:00Z")
	w.clock.Set(at("2026-03-08T12:09:00Z"))
	w.tick(t)
	if w.rings(t) != 0 {
		t.Error("done when it was due before")
	}
	w.set(t, "acme", "a1", "2026-03-08T12:08:00Z")
	w.tick(t)
	if w.rings(t) != 1 {
		t.Error("not done at once when moved into the past")
	}
	w.set(t, "acme", "a2", "2026-03-08T12:08:00Z")
	for _, want := range []bool{true, false} {
		if was, err := w.cancel(t.Context(), "acme", "a2"); err != nil || was != want {
			t.Errorf("cancelled %v, %v", was, err)
		}
	}
	// Set and Cancel have no effect if their change is not committed.
	w.set(t, "acme", "a3", "2026-03-08T12:20:00Z")
	undone := errors.New("undone")
	err := w.changes.In(t.Context(), "acme", "eva", func(ch *change.Change) error {
		_, err := w.timers.Cancel(t.Context(), ch, ringing, "a3")
		return errors.Join(err, w.timers.Set(t.Context(), ch, ringing, "a4", w.clock.Now(), nil), undone)
	})
	w.tick(t)
	if !errors.Is(err, undone) || w.rings(t) != 1 {
		t.Errorf("%v, %d effects", err, w.rings(t))
	}
	same(t, "left", w.rows(t), "acme ringing a3 waiting 0")
	// The same key in another company is another timer.
	if was, err := w.cancel(t.Context(), "otra", "a3"); err != nil || was {
		t.Errorf("another company's timer was cancelled: %v, %v", was, err)
	}
}

func TestWhatIsNoTimerIsRefused(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	for name, set := range map[string]func(ch *change.Change) error{
		"an unknown kind": func(ch *change.Change) error {
			return w.timers.Set(t.Context(), ch, "snooring", "k", w.clock.Now(), nil)
		},
		"no key": func(ch *change.Change) error { return w.timers.Set(t.Context(), ch, ringing, "", w.clock.Now(), nil) },
		"a long key": func(ch *change.Change) error {
			return w.timers.Set(t.Context(), ch, ringing, strings.Repeat("k", 201), w.clock.Now(), nil)
		},
		"a key of no text": func(ch *change.Change) error {
			return w.timers.Set(t.Context(), ch, ringing, "\xff", w.clock.Now(), nil)
		},
		"a key with a NUL": func(ch *change.Change) error {
			err := w.timers.Set(t.Context(), ch, ringing, "k\x00", w.clock.Now(), nil)
			if _, late := errors.AsType[*pq.Error](err); late {
				t.Errorf("only PostgreSQL refused it: %v", err)
			}
			return err
		},
		"a large payload": func(ch *change.Change) error {
			return w.timers.Set(t.Context(), ch, ringing, "k", w.clock.Now(), strings.Repeat("p", schedule.MaxPayload))
		},
		"a payload of no sort": func(ch *change.Change) error {
			return w.timers.Set(t.Context(), ch, ringing, "k", w.clock.Now(), func() {})
		},
		"no company": func(ch *change.Change) error {
			return w.timers.Set(t.Context(), ch.For(""), ringing, "k", w.clock.Now(), nil)
		},
		"another company": func(ch *change.Change) error {
			return w.timers.Set(t.Context(), ch.For("otra"), ringing, "k", w.clock.Now(), nil)
		},
		"nothing to cancel": func(ch *change.Change) error { _, err := w.timers.Cancel(t.Context(), ch, "snooring", "k"); return err },
	} {
		if err := w.changes.In(t.Context(), "acme", "eva", set); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	do := func(context.Context, *change.Change, schedule.Timer) error { return nil }
	for name, kinds := range map[string][]schedule.Kind{
		"none": nil, "without a name": {{Do: do}}, "without an effect": {{Name: "k"}}, "twice": {{Name: "k", Do: do}, {Name: "k", Do: do}},
		"in no time": {{Name: "k", Do: do, Timeout: -1}},
	} {
		if _, err := schedule.NewTimers(schedule.TimersDeps{}, kinds...); err == nil {
			t.Errorf("kinds %s were accepted", name)
		}
	}
}

// Two replicas run 10,000 timers of many companies. Each effect happens once.
func TestTwoReplicasDoEachTimerOnce(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	const n = 10_000
	if _, err := w.admin.ExecContext(t.Context(), `INSERT INTO bell.timer (id_empresa, kind, key, due_at, payload)
SELECT 'c' || i % 300, 'ringing', 'k' || i, timestamptz '2026-03-08T12:00:00Z' + i * interval '1 millisecond', 'null' FROM generate_series(1, $1) i`, n); err != nil {
		t.Fatal(err)
	}
	w.clock.Set(at("2026-03-08T12:01:00Z"))
	other := w.replica(t, nil, w.clock, schedule.Options{Concurrency: 2})
	stop, stopOther := apptest.Start(t, w.timers.Run), apptest.Start(t, other.Run)
	wait := time.NewTicker(100 * time.Millisecond)
	defer wait.Stop()
	for deadline := time.After(5 * time.Minute); pgtest.Count(t, w.admin, "bell.timer") > 0; {
		select {
		case <-wait.C:
		case <-deadline:
			t.Fatalf("%d timers are left", pgtest.Count(t, w.admin, "bell.timer"))
		}
	}
	stop()
	stopOther()
	if w.rings(t) != n || pgtest.Count(t, w.admin, "(SELECT DISTINCT id_empresa, key FROM bell.ring) r") != n || len(w.fired) != n {
		t.Errorf("%d effects, %d calls, want %d", w.rings(t), len(w.fired), n)
	}
}

// waitsForALock says whether a session waits for a lock of another session.
func (w *tower) waitsForALock(t *testing.T) bool {
	t.Helper()
	return pgtest.Count(t, w.admin, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0
}

func TestCancelWaitsForARunningEffect(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken on purpose")
	for name, c := range map[string]struct {
		end  func(ctx context.Context, w *tower, ch *change.Change) error
		was  bool // whether Cancel found the timer
		done int
	}{
		"and finds nothing":              {func(context.Context, *tower, *change.Change) error { return nil }, false, 1},
		"and finds what was rolled back": {func(context.Context, *tower, *change.Change) error { return broken }, true, 0},
		"and finds what was set once more": {func(ctx context.Context, w *tower, ch *change.Change) error {
			return w.timers.Set(ctx, ch, ringing, "a1", at("2026-03-08T12:30:00Z"), nil)
		}, true, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newTower(t)
			w.set(t, "acme", "a1", "2026-03-08T12:00:00Z")
			// Without a pause the next attempt may come before the Cancel that waits.
			timers := w.replica(t, nil, w.clock, schedule.Options{Concurrency: 1, Pause: time.Hour})
			begun, end := make(chan struct{}), make(chan struct{})
			w.during = func(ctx context.Context, ch *change.Change, _ schedule.Timer) error {
				close(begun)
				<-end
				return c.end(ctx, w, ch)
			}
			var both sync.WaitGroup
			both.Go(func() {
				if err := timers.Tick(t.Context()); err != nil {
					t.Error(err)
				}
			})
			<-begun
			w.during = func(context.Context, *change.Change, schedule.Timer) error { return nil }
			both.Go(func() {
				if was, err := w.cancel(t.Context(), "acme", "a1"); err != nil || was != c.was {
					t.Errorf("cancelled %v, %v", was, err)
				}
			})
			eventually(t, "Cancel waits", func() bool { return w.waitsForALock(t) })
			close(end)
			both.Wait()
			w.clock.Set(at("2026-03-08T13:00:00Z"))
			w.tick(t)
			if n := w.rings(t); n != c.done || len(w.rows(t)) != 0 {
				t.Errorf("%d effects, want %d; left %q", n, c.done, w.rows(t))
			}
		})
	}
}

func TestAnEffectMaySetItsTimerAgain(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	w.set(t, "acme", "a1", "2026-03-08T12:00:00Z")
	w.during = func(ctx context.Context, ch *change.Change, r schedule.Timer) error {
		return w.timers.Set(ctx, ch, ringing, r.Key, r.DueAt.Add(time.Minute), "again")
	}
	for range 3 {
		w.tick(t)
		w.clock.Advance(time.Minute)
	}
	if w.rings(t) != 3 || string(w.fired[2].Payload) != `"again"` {
		t.Errorf("%d effects, %+v", w.rings(t), w.fired)
	}
	same(t, "left", w.rows(t), "acme ringing a1 waiting 0")
}

func TestAnEffectMayCancelItsTimerAndSetItAgain(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	w.set(t, "acme", "a1", "2026-03-08T12:00:00Z")
	w.during = func(ctx context.Context, ch *change.Change, r schedule.Timer) error {
		_, err := w.timers.Cancel(ctx, ch, ringing, r.Key)
		return errors.Join(err, w.timers.Set(ctx, ch, ringing, r.Key, r.DueAt.Add(time.Hour), nil))
	}
	w.tick(t)
	same(t, "left", w.rows(t), "acme ringing a1 waiting 0")
}

// A few slow timers are no backlog, and still a timer that comes due among them has its turn before the rest. In this test
// each effect takes longer than a round should.
func TestSlowTimersOfOneCompanyDoNotKeepAnotherWaiting(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	for i := range 50 {
		w.set(t, "acme", fmt.Sprint("k", i), "2026-03-08T11:00:00Z")
	}
	w.set(t, "beta", "k", "2026-03-08T11:59:00Z")
	timers := w.replica(t, nil, w.clock, schedule.Options{Concurrency: 1, Every: time.Nanosecond})
	w.during = func(_ context.Context, ch *change.Change, _ schedule.Timer) error {
		if ch.Company == "beta" { // due while the round goes on
			w.set(t, "otra", "k", "2026-03-08T11:59:30Z")
		}
		return nil
	}
	if err := timers.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w.rings(t) != 52 || len(w.order) != 52 {
		t.Fatalf("%d effects, %d calls", w.rings(t), len(w.order))
	}
	same(t, "the first turns", w.order[:4], "acme", "beta", "acme", "otra")
}

// The backlog of one company does not keep another one waiting.
func TestOneCompanyDoesNotStarveAnother(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	if _, err := w.admin.ExecContext(t.Context(), `INSERT INTO bell.timer (id_empresa, kind, key, due_at, payload)
SELECT 'acme', 'ringing', 'k' || i, timestamptz '2026-03-08T11:00:00Z', 'null' FROM generate_series(1, 1000) i`); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		w.set(t, "beta", fmt.Sprint("k", i), "2026-03-08T11:59:00Z")
		w.set(t, "otra", fmt.Sprint("k", i), "2026-03-08T11:59:00Z")
	}
	w.tick(t)
	for _, company := range []string{"beta", "otra"} {
		if first := slices.Index(w.order, company); first < 0 || first > 10 {
			t.Errorf("%s comes first at %d", company, first)
		}
	}
	if w.rings(t) != 1006 {
		t.Errorf("%d effects", w.rings(t))
	}
}

// Domain time runs a thousand times faster than real time. The wall clock times the polls, and no timer fires before its
// time.
func TestTimersFollowAFastClock(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	fast := clock.NewDomain(at("2026-03-08T12:00:00Z"), 1000)
	timers := w.replica(t, nil, fast, schedule.Options{Every: 10 * time.Millisecond})
	w.set(t, "acme", "a1", "2026-03-08T12:10:00Z")
	w.during = func(_ context.Context, ch *change.Change, r schedule.Timer) error {
		if now := fast.Now(); now.Before(r.DueAt) {
			t.Errorf("due at %s and done at %s", r.DueAt, now)
		}
		return nil
	}
	apptest.Start(t, timers.Run)
	eventually(t, "the timer of ten minutes is done", func() bool { return w.rings(t) == 1 })
}

func TestTimersAreMeasuredAndOldFailuresGo(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	w.set(t, "acme", "a1", "2026-03-08T12:10:00Z")
	if _, err := w.admin.ExecContext(t.Context(), `INSERT INTO bell.timer (id_empresa, kind, key, due_at, payload, state)
VALUES ('acme', 'ringing', 'old', '2025-12-01', '1', 'failed'), ('acme', 'ringing', 'young', '2026-03-01', '1', 'failed'),
       ('acme', 'of-a-newer-version', 'k', '2026-03-08T11:00:00Z', '1', 'waiting')`); err != nil {
		t.Fatal(err)
	}
	// One poll and no more: a second look at the timers would find the old failure gone.
	metrics := prometheus.NewRegistry()
	stop := apptest.Start(t, w.replica(t, metrics, w.clock, schedule.Options{Every: time.Hour}).Run)
	eventually(t, "the old failure is gone", func() bool { return pgtest.Count(t, w.admin, "bell.timer") == 3 })
	stop()
	if err := testutil.GatherAndCompare(metrics, strings.NewReader(`
# HELP schedule_timers_failed Timers that failed and are put aside, at most 100000.
# TYPE schedule_timers_failed gauge
schedule_timers_failed{schema="bell"} 2
# HELP schedule_timers_oldest_overdue_seconds Domain time since the oldest unfinished timer became due.
# TYPE schedule_timers_oldest_overdue_seconds gauge
schedule_timers_oldest_overdue_seconds{schema="bell"} 3600
# HELP schedule_timers_waiting Timers that are set, due or not, at most 100000.
# TYPE schedule_timers_waiting gauge
schedule_timers_waiting{schema="bell"} 2
`), "schedule_timers_failed", "schedule_timers_oldest_overdue_seconds", "schedule_timers_waiting"); err != nil {
		t.Error(err)
	}
}

func TestTheTimerTableKeepsCompaniesApart(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	if found, err := db.CheckCatalog(t.Context(), w.admin, []db.Schema{bell}); err != nil || len(found) > 0 {
		t.Errorf("%v\n%s", err, strings.Join(found, "\n"))
	}
	w.set(t, "otra", "a1", "2026-03-08T12:10:00Z")
	w.in(t, "acme", func(ch *change.Change) error {
		var n int
		if err := ch.Tx.Get(&n, `SELECT count(*) FROM bell.timer`); err != nil || n != 0 {
			t.Errorf("%d timers of another company are seen, %v", n, err)
		}
		return nil
	})
}
