package schedule_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/schedule"
)

// due returns a world in which acme's daily job has just become due.
func due(t *testing.T) *world {
	t.Helper()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	tick(t, w.scheduler(t, schedule.Options{}, w.daily()))
	w.clock.Set(at("2026-03-08T04:00:00Z"))
	return w
}

// failing returns the daily job with a handler that fails.
func (w *world) failing(do func(attempt int) error) schedule.Job {
	j := w.daily()
	j.Do = func(ctx context.Context, r schedule.Run) error {
		_ = w.log.add(ctx, r)
		return do(r.Attempt)
	}
	return j
}

func TestFailureIsTriedAgainAndThenKept(t *testing.T) {
	t.Parallel()
	w := due(t)
	s := w.scheduler(t, schedule.Options{}, w.failing(func(n int) error { return fmt.Errorf("no. %d: \x00\xff%s", n, strings.Repeat("ñ", 2000)) }))
	tick(t, s)
	rows := w.rows(t)
	if len(rows) != 1 || !strings.HasPrefix(rows[0], "acme 2026-03-07 failed attempt 3 (no. 3: ?ñ") || len(rows[0]) > 1100 {
		t.Errorf("rows %q", rows)
	}
	tick(t, s)
	if n := len(w.log.all()); n != 3 {
		t.Errorf("%d attempts", n)
	}
}

func TestSecondAttemptMayDo(t *testing.T) {
	t.Parallel()
	w := due(t)
	tick(t, w.scheduler(t, schedule.Options{}, w.failing(func(n int) error {
		if n == 1 {
			panic("ouch")
		}
		return nil
	})))
	same(t, "rows", w.rows(t), "acme 2026-03-07 done attempt 2")
}

func TestPauseBetweenAttempts(t *testing.T) {
	t.Parallel()
	w := due(t)
	s := w.scheduler(t, schedule.Options{Pause: time.Hour}, w.failing(func(int) error { return errors.New("no") }))
	tick(t, s)
	tick(t, s)
	same(t, "rows", w.rows(t), "acme 2026-03-07 due (no)")
	// The next date does not overtake the date that waits.
	w.to(t, s, "2026-03-09T04:00:00Z")
	same(t, "runs", w.log.slots(), "acme 2026-03-07")
	if _, err := w.admin.Exec(`UPDATE platform.job_run SET retry_at = clock_timestamp() WHERE retry_at IS NOT NULL`); err != nil {
		t.Fatal(err)
	}
	tick(t, s)
	same(t, "rows", w.rows(t), "acme 2026-03-07 due attempt 2 (no)", "acme 2026-03-08 due")
}

// An error of an unavailable dependency says nothing about the run.
func TestAbsentDependencyCostsNoAttempt(t *testing.T) {
	t.Parallel()
	w := due(t)
	var calls atomic.Int32
	tick(t, w.scheduler(t, schedule.Options{}, w.failing(func(int) error {
		if calls.Add(1) < 6 {
			return fmt.Errorf("publish: %w", bus.ErrUnavailable)
		}
		return nil
	})))
	same(t, "rows", w.rows(t), "acme 2026-03-07 done")
	if n := calls.Load(); n != 6 {
		t.Errorf("%d calls", n)
	}
}

func TestRunThatTakesTooLong(t *testing.T) {
	t.Parallel()
	w := due(t)
	j := w.daily()
	j.Timeout = time.Millisecond
	j.Do = func(ctx context.Context, _ schedule.Run) error {
		<-ctx.Done()
		return fmt.Errorf("wait for the database: %w: %w", bus.ErrUnavailable, ctx.Err())
	}
	tick(t, w.scheduler(t, schedule.Options{}, j))
	if rows := w.rows(t); len(rows) != 1 || !strings.Contains(rows[0], "failed attempt 3 (not done within 1ms") {
		t.Errorf("rows %q", rows)
	}
}

// lease is short for a test that outlasts it, and long enough for a process that extends it, after each third, when a busy machine
// stops it for 3 s.
const lease = 6 * time.Second

// A process that is killed during a handler leaves a lease. When the lease lapses, another process takes the run.
func TestKilledClaimer(t *testing.T) {
	t.Parallel()
	w := due(t)
	s := w.scheduler(t, schedule.Options{Lease: lease}, w.daily())
	for attempt := 1; attempt <= 2; attempt++ {
		claimer := exec.CommandContext(t.Context(), os.Args[0])
		claimer.Env = append(os.Environ(), asClaimer+"="+w.pg.DSN("terreno_"+service), "SCHEDULE_NOW="+w.clock.Now().Format(time.RFC3339))
		claimer.Stderr = t.Output()
		out, err := claimer.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := claimer.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewScanner(out)
		if !lines.Scan() || lines.Text() != fmt.Sprintf("claimed 2026-03-07 attempt %d", attempt) {
			t.Fatalf("the claimer says %q, %v", lines.Text(), lines.Err())
		}
		if attempt == 1 { // This process lives, and keeps the run for longer than one lease.
			extended := w.lease(t).Add(lease)
			eventually(t, "the lease is extended", func() bool { return w.lease(t).After(extended) })
			tick(t, s)
		}
		if err := claimer.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = claimer.Wait()
		if attempt == 1 {
			w.lapse(t)
		}
	}
	eventually(t, "the run is taken over", func() bool {
		tick(t, s)
		return len(w.log.all()) > 0
	})
	same(t, "rows", w.rows(t), "acme 2026-03-07 done attempt 3")
}

// lease returns when the lease of the only claimed run lapses.
func (w *world) lease(t *testing.T) (until time.Time) {
	t.Helper()
	if err := w.admin.Get(&until, `SELECT lease_until FROM platform.job_run WHERE state = 'running'`); err != nil {
		t.Fatal(err)
	}
	return until
}

// lapse moves the leases into the past.
func (w *world) lapse(t *testing.T) {
	t.Helper()
	if _, err := w.admin.Exec(`UPDATE platform.job_run SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'running'`); err != nil {
		t.Fatal(err)
	}
}

// When a process dies in the last attempt, the run is failed and not tried for ever.
func TestDeathInTheLastAttempt(t *testing.T) {
	t.Parallel()
	w := due(t)
	if _, err := w.admin.Exec(`INSERT INTO platform.job_run (job, scope, slot, due_at, state, attempts, owner, lease_until)
		VALUES ($1, 'acme', '2026-03-07', $2, 'running', 3, 'gone', clock_timestamp())`, report, w.clock.Now()); err != nil {
		t.Fatal(err)
	}
	tick(t, w.scheduler(t, schedule.Options{}, w.daily()))
	same(t, "rows", w.rows(t), "acme 2026-03-07 failed attempt 3 (the process ended during the last attempt)")
	same(t, "runs", w.log.slots())
}

func TestLostLease(t *testing.T) {
	t.Parallel()
	w := due(t)
	began := make(chan struct{})
	cause := make(chan error, 1)
	j := w.daily()
	j.Do = func(ctx context.Context, _ schedule.Run) error {
		close(began)
		<-ctx.Done()
		cause <- context.Cause(ctx)
		return ctx.Err()
	}
	reg := prometheus.NewRegistry()
	s := w.replica(t, w.pg.DB(t, service), reg, schedule.Options{Lease: lease}, j)
	ctx, cancel := context.WithTimeout(t.Context(), patience) // otherwise a handler that nobody stops would wait for ever
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.Tick(ctx) }()
	<-began
	// Another replica has found that the lease lapsed, for example because the whole process was paused.
	if _, err := w.admin.Exec(`UPDATE platform.job_run SET owner = 'another', attempts = 2, lease_until = clock_timestamp() + interval '1 hour'`); err != nil {
		t.Fatal(err)
	}
	if err := <-cause; !errors.Is(err, schedule.ErrLeaseLost) {
		t.Errorf("the context ended with %v", err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	same(t, "rows", w.rows(t), "acme 2026-03-07 running attempt 2")
	if n := counted(t, reg, report, "lost"); n != 1 {
		t.Errorf("%v lost runs counted", n)
	}
}

// A process that stops gives its runs back, and this costs no attempt.
func TestStopGivesBack(t *testing.T) {
	t.Parallel()
	w := due(t)
	ctx, cancel := context.WithCancel(context.Background())
	j := w.daily()
	j.Do = func(ctx context.Context, _ schedule.Run) error {
		cancel()
		<-ctx.Done()
		return ctx.Err()
	}
	if err := w.scheduler(t, schedule.Options{}, j).Tick(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("the tick ended with %v", err)
	}
	same(t, "rows", w.rows(t), "acme 2026-03-07 due (context canceled)")
	tick(t, w.scheduler(t, schedule.Options{}, w.daily()))
	same(t, "rows", w.rows(t), "acme 2026-03-07 done")
}

// While a run takes long, other jobs go on. The later slots of its own job wait or are skipped.
func TestLongRunHoldsUpNoOtherJob(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-08T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	began, end := make(chan struct{}, 1), make(chan struct{})
	slow := schedule.Job{Name: "lento", About: "slow", Every: 3 * time.Minute, Do: func(ctx context.Context, r schedule.Run) error {
		began <- struct{}{}
		<-end
		return w.log.add(ctx, r)
	}}
	o := schedule.Options{Every: 5 * time.Millisecond, Concurrency: 2}
	s := w.scheduler(t, o, slow, w.interval())
	tick(t, s)
	w.clock.Set(at("2026-03-08T12:03:00Z"))
	ended := make(chan error, 1)
	go func() { ended <- s.Tick(context.Background()) }()
	<-began
	for _, now := range []string{"2026-03-08T12:06:00Z", "2026-03-08T12:09:00Z"} {
		w.clock.Set(at(now))
		eventually(t, "the other job runs at "+now, func() bool {
			runs := w.log.all()
			return len(runs) > 0 && runs[len(runs)-1].DueAt.Equal(at(now))
		})
	}
	close(end)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	var states []string
	if err := w.admin.Select(&states, `SELECT right(slot, 9) || ' ' || state || ' ' || error FROM platform.job_run WHERE job = 'lento' ORDER BY due_at`); err != nil {
		t.Fatal(err)
	}
	same(t, "slow runs", states, "12:03:00Z done ", "12:06:00Z skipped a newer slot came before this one began", "12:09:00Z done ")
}

func TestTicking(t *testing.T) {
	t.Parallel()
	w := due(t)
	reg := prometheus.NewRegistry()
	s := w.replica(t, w.db, reg, schedule.Options{Every: 10 * time.Millisecond}, w.daily(), w.interval())
	if n := counted(t, reg, sweep, "failed"); n != 0 {
		t.Errorf("%v failures at the start", n)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	eventually(t, "the date is run", func() bool { return len(w.log.all()) == 1 })
	w.clock.Set(at("2026-03-09T05:00:00Z"))
	eventually(t, "the next date is run", func() bool { return len(w.log.all()) == 3 })
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v", err)
	}
	if done, late := counted(t, reg, report, "done"), value(t, reg, "schedule_late_total", report, ""); done != 2 || late != 1 {
		t.Errorf("counted %v done and %v late", done, late)
	}
}

func TestOldestDueIsMeasured(t *testing.T) {
	t.Parallel()
	w := due(t)
	reg := prometheus.NewRegistry()
	o := schedule.Options{Pause: time.Hour}
	tick(t, w.replica(t, w.db, nil, o, w.failing(func(int) error { return errors.New("no") })))
	w.clock.Advance(time.Minute)
	tick(t, w.replica(t, w.db, reg, o, w.daily()))
	if age := value(t, reg, "schedule_oldest_due_seconds", report, ""); age != 60 {
		t.Errorf("the oldest is due for %v s", age)
	}
}

func counted(t *testing.T, reg *prometheus.Registry, job, result string) float64 {
	t.Helper()
	return value(t, reg, "schedule_runs_total", job, result)
}

// value reads a metric by its labels.
func value(t *testing.T, reg *prometheus.Registry, name, job, result string) float64 {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			labels := map[string]string{}
			for _, l := range m.GetLabel() {
				labels[l.GetName()] = l.GetValue()
			}
			if f.GetName() == name && labels["job"] == job && labels["result"] == result {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	t.Fatalf("no metric %s of %s %s", name, job, result)
	return 0
}
