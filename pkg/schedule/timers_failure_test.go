package schedule_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// A process that is killed during an effect leaves nothing of the effect. The next tick of another process runs it.
func TestAKilledProcessDelaysByATick(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	w.set(t, "acme", "a1", "2026-03-08T12:05:00Z")
	child := exec.CommandContext(t.Context(), os.Args[0])
	child.Env = append(os.Environ(), asRinger+"="+w.pg.DSN(db.Role(bell.Service)))
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != "ringing attempt 1\n" {
		t.Fatalf("%q, %v", line, err)
	}
	w.clock.Set(at("2026-03-08T13:00:00Z"))
	w.tick(t) // Another process holds the timer.
	if len(w.fired) != 0 {
		t.Error("two processes ran one timer")
	}
	if err := child.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	apptest.Until(t, func() bool { w.tick(t); return len(w.fired) > 0 })
	if w.rings(t) != 1 || w.fired[0].Attempt != 1 {
		t.Errorf("%d effects, %+v", w.rings(t), w.fired)
	}
}

// A connection that breaks during an effect costs no attempt.
func TestACutConnectionCostsNoAttempt(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	w.set(t, "acme", "a1", "2026-03-08T12:00:00Z")
	w.during = func(ctx context.Context, ch *change.Change, _ schedule.Timer) error {
		var pid int
		if err := ch.Tx.GetContext(ctx, &pid, `SELECT pg_backend_pid()`); err != nil {
			return err
		}
		if _, err := w.admin.ExecContext(ctx, `SELECT pg_terminate_backend($1)`, pid); err != nil {
			return err
		}
		_, err := ch.Tx.ExecContext(ctx, `SELECT 1`)
		return err
	}
	if err := w.timers.Tick(t.Context()); !db.IsUnavailable(err) {
		t.Errorf("tick: %v", err)
	}
	if rows := w.rows(t); len(rows) != 1 || !strings.HasPrefix(rows[0], "acme ringing a1 waiting 0 (") {
		t.Errorf("left %q", rows)
	}
	w.during = nil
	apptest.Until(t, func() bool { w.tick(t); return len(w.fired) > 0 })
	if w.rings(t) != 1 || w.fired[0].Attempt != 1 {
		t.Errorf("%d effects, %+v", w.rings(t), w.fired)
	}
}

func TestAPoisonTimerIsPutAsideAndOthersGoOn(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	for _, key := range []string{"1 fails", "2 panics", "3 leaves its transaction broken", "4 tells too much", "5 good"} {
		w.set(t, "acme", key, "2026-03-08T12:00:00Z")
	}
	w.in(t, "acme", func(ch *change.Change) error {
		return w.timers.Set(t.Context(), ch, "impatient", "6 takes too long", w.clock.Now(), nil)
	})
	w.during = func(ctx context.Context, ch *change.Change, r schedule.Timer) error {
		switch r.Key[0] {
		case '1':
			return errors.New("broken on purpose")
		case '2':
			panic("on purpose")
		case '3':
			_, _ = ch.Tx.ExecContext(ctx, `SELECT 1/0`)
		case '4':
			return ch.Emit("directorio", "usuario", "u1", audience.Audience{}, &terrenov1.DirectoryUser{Role: strings.Repeat("x", 1<<20)})
		case '6':
			<-ctx.Done()
			return ctx.Err()
		}
		return nil
	}
	w.tick(t)
	if n := w.rings(t); n != 1 || len(w.fired) < 1 {
		t.Errorf("%d effects, %+v", n, w.fired)
	}
	rows := w.rows(t)
	for i, want := range []string{
		"acme ringing 1 fails failed 3 (broken on purpose)", "acme ringing 2 panics failed 3 (panic: on purpose)",
		"acme ringing 3 leaves its transaction broken failed 3 (end a timer: pq: current transaction is aborted",
		"acme ringing 4 tells too much failed 3 (", "acme impatient 6 takes too long failed 3 (not done within 1ms: ",
	} {
		if len(rows) != 5 || !strings.HasPrefix(rows[i], want) {
			t.Fatalf("left\n%s\nwant at %d %s", strings.Join(rows, "\n"), i, want)
		}
	}
	if err := testutil.GatherAndCompare(w.metrics, strings.NewReader(`
# HELP schedule_timer_runs_total Attempts to run a due timer, by result: done, retried, postponed (does not count as an attempt) or failed (put aside).
# TYPE schedule_timer_runs_total counter
schedule_timer_runs_total{kind="impatient",result="done"} 0
schedule_timer_runs_total{kind="impatient",result="failed"} 1
schedule_timer_runs_total{kind="impatient",result="postponed"} 0
schedule_timer_runs_total{kind="impatient",result="retried"} 2
schedule_timer_runs_total{kind="ringing",result="done"} 1
schedule_timer_runs_total{kind="ringing",result="failed"} 4
schedule_timer_runs_total{kind="ringing",result="postponed"} 0
schedule_timer_runs_total{kind="ringing",result="retried"} 8
`), "schedule_timer_runs_total"); err != nil {
		t.Error(err)
	}
	// Setting a failed timer again gives it new attempts.
	w.during = nil
	w.set(t, "acme", "1 fails", "2026-03-08T12:00:00Z")
	w.tick(t)
	if w.rings(t) != 2 || len(w.rows(t)) != 4 {
		t.Errorf("%d effects; left %q", w.rings(t), w.rows(t))
	}
}

// An effect that finds nothing to do ends its timer, and what it wrote before is rolled back, as in every change.
func TestAnEffectWithNothingToDoEndsItsTimer(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	w.set(t, "acme", "a1", "2026-03-08T12:00:00Z")
	calls := 0
	w.during = func(context.Context, *change.Change, schedule.Timer) error {
		if calls++; calls > 1 {
			return errors.New("called again")
		}
		return change.ErrNothing
	}
	w.tick(t)
	w.tick(t)
	if rows := w.rows(t); calls != 1 || w.rings(t) != 0 || len(rows) > 0 {
		t.Errorf("%d calls, %d effects; left %q", calls, w.rings(t), rows)
	}
}

// A missing grant, as after a deployment in the wrong order, delays only its own timer and costs no attempt.
func TestWhatMayPassCostsNoAttempt(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	w.set(t, "acme", "a1", "2026-03-08T12:00:00Z")
	w.set(t, "acme", "a2", "2026-03-08T12:00:01Z")
	w.clock.Set(at("2026-03-08T12:01:00Z"))
	granted := false
	w.during = func(ctx context.Context, ch *change.Change, r schedule.Timer) error {
		if r.Key == "a2" || granted {
			return nil
		}
		_, err := ch.Tx.ExecContext(ctx, `DELETE FROM bell.ring`)
		return err
	}
	w.tick(t)
	if rows := w.rows(t); w.rings(t) != 1 || len(rows) != 1 || !strings.HasPrefix(rows[0], "acme ringing a1 waiting 0 (pq: permission denied") {
		t.Errorf("%d effects; left %q", w.rings(t), rows)
	}
	granted = true
	apptest.Until(t, func() bool { w.tick(t); return len(w.fired) == 2 })
	if w.fired[1].Attempt != 1 {
		t.Errorf("%+v", w.fired)
	}
}

func TestTimersOutlastTheirDatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := towerOn(t, pgtest.On(t, server, bell))
	timers := w.replica(t, nil, w.clock, schedule.Options{Every: 10 * time.Millisecond})
	if timers.Ready(t.Context()) == nil {
		t.Error("ready before the first poll")
	}
	apptest.Start(t, timers.Run)
	eventually(t, "it is ready", func() bool { return timers.Ready(t.Context()) == nil })
	w.set(t, "acme", "a1", "2026-03-08T12:05:00Z")
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.clock.Set(at("2026-03-08T12:05:00Z"))
	if err := w.timers.Tick(t.Context()); !db.IsUnavailable(err) {
		t.Errorf("tick: %v", err)
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the timer is done", func() bool { return w.rings(t) == 1 })
}
