package schedule_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/schedule"
)

// crowd returns n companies in 8 time zones.
func crowd(n int) (list []directory.Company) {
	zones := []string{
		"America/Los_Angeles", "America/New_York", "America/Santiago", "UTC", "Europe/Madrid", "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati",
	}
	for i := range n {
		list = append(list, directory.Company{ID: fmt.Sprintf("c%05d", i), Zone: zone(zones[i%len(zones)])})
	}
	return list
}

// TestManyCompanies covers the 25 hours in which it becomes 22:00 of one date in all time zones. Two replicas run that
// date exactly once for each of 20,000 companies.
func TestManyCompanies(t *testing.T) {
	t.Parallel()
	const n = 20_000
	w := setup(t, "2026-03-07T07:00:00Z", crowd(n)...) // an hour after 22:00 on 03-06 in Los Angeles, an hour before 22:00 on 03-07 in Kiritimati
	o := schedule.Options{Concurrency: 3}
	replicas := []*schedule.Scheduler{w.scheduler(t, o, w.daily()), w.replica(t, w.pg.DB(t, service), nil, o, w.daily())}
	for _, now := range []string{"2026-03-07T07:00:00Z", "2026-03-07T20:00:00Z", "2026-03-08T07:00:00Z"} {
		w.clock.Set(at(now))
		ended := make(chan error, len(replicas))
		for _, s := range replicas {
			go func() { ended <- s.Tick(context.Background()) }()
		}
		for range replicas {
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
		}
	}
	var rows, good int
	err := w.admin.QueryRow(`SELECT count(*), count(DISTINCT scope) FILTER (WHERE slot = '2026-03-07' AND state = 'done' AND attempts = 1)
		FROM platform.job_run`).Scan(&rows, &good)
	if err != nil || rows != n || good != n {
		t.Errorf("%d rows, of which %d companies' are as they should be, %v", rows, good, err)
	}
	times := map[string]int{}
	for _, slot := range w.log.slots() {
		if times[slot]++; times[slot] > 1 {
			t.Fatalf("%s was run twice", slot)
		}
	}
	if len(times) != n {
		t.Errorf("%d slots were run", len(times))
	}
}

func BenchmarkIdleTick(b *testing.B) {
	w := setup(b, "2026-03-07T09:00:00Z", crowd(20_000)...)
	s := w.scheduler(b, schedule.Options{Every: time.Nanosecond}, w.daily(), w.interval())
	tick(b, s)
	for b.Loop() {
		tick(b, s)
	}
}

// BenchmarkPlanAndRun20000 plans and runs one date of 20,000 companies in one tick, with a handler that does nothing.
func BenchmarkPlanAndRun20000(b *testing.B) {
	w := setup(b, "2026-03-07T09:00:00Z", crowd(20_000)...)
	s := w.scheduler(b, schedule.Options{Concurrency: 3}, w.daily())
	tick(b, s)
	for b.Loop() {
		w.clock.Advance(24 * time.Hour)
		tick(b, s)
	}
	b.ReportMetric(b.Elapsed().Seconds()*1e6/20_000/float64(b.N), "µs/run")
}

// BenchmarkTimersPoll has 20,000 companies with 5 timers each. In "idle" no timer is due; in "in turn" one company has a
// backlog.
func BenchmarkTimersPoll(b *testing.B) {
	w := newTower(b)
	if _, err := w.admin.ExecContext(b.Context(), `INSERT INTO bell.timer (id_empresa, kind, key, due_at, payload)
SELECT 'c' || c, 'ringing', 'k' || k, '2026-03-09T12:00:00Z', 'null' FROM generate_series(1, 20000) c, generate_series(1, 5) k`); err != nil {
		b.Fatal(err)
	}
	if _, err := w.admin.ExecContext(b.Context(), `ANALYZE bell.timer`); err != nil {
		b.Fatal(err)
	}
	b.Run("idle", func(b *testing.B) {
		for b.Loop() {
			if err := w.timers.Tick(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	if _, err := w.admin.ExecContext(b.Context(), `INSERT INTO bell.timer (id_empresa, kind, key, due_at, payload)
SELECT 'acme', 'ringing', 'k' || k, '2026-03-08T11:00:00Z', 'null' FROM generate_series(1, 10000) k`); err != nil {
		b.Fatal(err)
	}
	b.Run("in turn", func(b *testing.B) {
		for b.Loop() {
			if turns, err := w.timers.Poll(b.Context()); err != nil || len(turns) != 256 {
				b.Fatal(len(turns), err)
			}
		}
	})
}
