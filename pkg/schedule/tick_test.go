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

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/schedule"
)

func TestEachDayAtItsLocalTime(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: newYork}, directory.Company{ID: "beta", Zone: tokyo})
	s := w.scheduler(t, schedule.Options{}, w.daily())
	tick(t, s)
	same(t, "before the time", w.rows(t))
	w.to(t, s, "2026-03-07T12:59:59Z")
	same(t, "a second before", w.rows(t))
	w.to(t, s, "2026-03-07T13:00:00Z")
	w.to(t, s, "2026-03-08T03:00:00Z") // 22:00 in New York; after midnight the clocks jump forward
	w.to(t, s, "2026-03-08T03:00:00Z")
	w.to(t, s, "2026-03-09T02:00:00Z") // 22:00 again, 23 hours later
	same(t, "runs", w.log.slots(), "beta 2026-03-07", "acme 2026-03-07", "beta 2026-03-08", "acme 2026-03-08")
	r := w.log.all()[1]
	if want := at("2026-03-08T03:00:00Z"); !r.DueAt.Equal(want) || r.Date != "2026-03-07" || r.Zone != newYork || r.Attempt != 1 || r.Late || r.Job != report {
		t.Errorf("the run is %+v", r)
	}
}

func TestEveryThreeMinutes(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-08T12:01:00Z", directory.Company{ID: "acme", Zone: mexico})
	s := w.scheduler(t, schedule.Options{}, w.interval())
	tick(t, s)
	w.to(t, s, "2026-03-08T12:02:59Z")
	w.to(t, s, "2026-03-08T12:03:00Z")
	w.to(t, s, "2026-03-08T12:05:00Z")
	w.to(t, s, "2026-03-08T12:07:40Z") // 1 min 40 s late, more than half an interval
	w.to(t, s, "2026-03-08T13:00:10Z") // Nothing polled during 17 slots.
	same(t, "rows", w.rows(t), "* 2026-03-08T12:03:00Z done", "* 2026-03-08T12:06:00Z done late", "* 2026-03-08T13:00:00Z done missed 17")
	if r := w.log.all()[0]; r.Scope != schedule.All || r.Date != "" || r.Zone != time.UTC {
		t.Errorf("the run is %+v", r)
	}
}

func TestTwoDaysDown(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-01T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	tick(t, w.scheduler(t, schedule.Options{}, w.daily()))
	w.to(t, w.scheduler(t, schedule.Options{}, w.daily()), "2026-03-04T04:10:00Z") // 10 minutes after the third date
	same(t, "order", w.log.slots(), "acme 2026-03-01", "acme 2026-03-02", "acme 2026-03-03")
	same(t, "rows", w.rows(t), "acme 2026-03-01 done late", "acme 2026-03-02 done late", "acme 2026-03-03 done late")
	if !w.log.all()[0].Late {
		t.Error("the handler is not told that it is late")
	}
}

func TestOlderDatesAreSkipped(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-01T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	j := w.daily()
	j.CatchUp = 2
	s := w.scheduler(t, schedule.Options{}, j)
	tick(t, s)
	w.to(t, s, "2026-03-09T04:00:00Z")
	same(t, "rows", w.rows(t), "acme 2026-03-06 skipped missed 5 (too long ago to catch up with)", "acme 2026-03-07 done late", "acme 2026-03-08 done")
	if got, want := w.next(t, report, "acme"), "2026-03-09 2026-03-10T04:00:00Z"; got != want {
		t.Errorf("next is %s, want %s", got, want)
	}
}

func TestNewCompanyBeginsWithItsNextSlot(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-05T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	s := w.scheduler(t, schedule.Options{}, w.daily())
	tick(t, s)
	w.clock.Set(at("2026-03-08T03:59:00Z"))
	w.put(directory.Company{ID: "nueva", Zone: mexico})
	tick(t, s)
	w.to(t, s, "2026-03-08T04:00:00Z")
	same(t, "runs of the new one", slices.DeleteFunc(w.log.slots(), func(s string) bool { return strings.HasPrefix(s, "acme") }), "nueva 2026-03-07")
}

func TestZoneChange(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "west", Zone: tokyo}, directory.Company{ID: "east", Zone: mexico})
	s, second := w.scheduler(t, schedule.Options{}, w.daily()), w.scheduler(t, schedule.Options{}, w.daily())
	tick(t, s)
	tick(t, second)
	w.to(t, s, "2026-03-07T13:00:00Z") // west runs 03-07 at 22:00 in Tokyo, which is 07:00 in Mexico.
	w.put(directory.Company{ID: "west", Zone: mexico})
	w.put(directory.Company{ID: "east", Zone: tokyo}) // There it is 22:00 on 03-07, so the date is due.
	tick(t, second)
	tick(t, s)
	w.to(t, s, "2026-03-08T04:00:00Z") // 22:00 on 03-07 in Mexico: west has run that date already.
	w.to(t, second, "2026-03-08T13:00:00Z")
	w.to(t, s, "2026-03-09T04:00:00Z")
	same(t, "runs", w.log.slots(), "west 2026-03-07", "east 2026-03-07", "east 2026-03-08", "west 2026-03-08")
	if got, want := w.next(t, report, "west"), "2026-03-09 2026-03-10T04:00:00Z"; got != want {
		t.Errorf("next is %s, want %s", got, want)
	}
}

func TestSuspendedCompany(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	s := w.scheduler(t, schedule.Options{}, w.daily())
	tick(t, s)
	w.put(directory.Company{ID: "acme", Zone: mexico, Suspended: true})
	w.to(t, s, "2026-03-10T05:00:00Z")
	w.put(directory.Company{ID: "acme", Zone: mexico})
	w.to(t, s, "2026-03-11T05:00:00Z")
	same(t, "rows", w.rows(t), "acme 2026-03-09 skipped missed 2 (the company was suspended)", "acme 2026-03-10 done late")
}

// When a program changes a job's time, or a government changes a zone's rules, the scheduler computes planned runs anew.
func TestChangedTimes(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	tick(t, w.scheduler(t, schedule.Options{}, w.daily(), w.interval()))
	later, slower := w.daily(), w.interval()
	later.At, slower.Every = "23:00", time.Hour
	s := w.scheduler(t, schedule.Options{}, later, slower)
	tick(t, s)
	for job, want := range map[string]string{report: "2026-03-07 2026-03-08T05:00:00Z", sweep: "2026-03-07T13:00:00Z 2026-03-07T13:00:00Z"} {
		scope := map[string]string{report: "acme", sweep: schedule.All}[job]
		if got := w.next(t, job, scope); got != want {
			t.Errorf("%s is next at %s, want %s", job, got, want)
		}
	}
	// The row holds a due time that this program would not compute, as after a change of the zone's rules.
	if _, err := w.admin.Exec(`UPDATE platform.job_schedule SET next_due_at = next_due_at + interval '1 hour' WHERE job = $1`, report); err != nil {
		t.Fatal(err)
	}
	tick(t, w.scheduler(t, schedule.Options{}, later, slower))
	if got, want := w.next(t, report, "acme"), "2026-03-07 2026-03-08T05:00:00Z"; got != want {
		t.Errorf("next is %s, want %s", got, want)
	}
}

func TestJobsThatAreNoMore(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	tick(t, w.scheduler(t, schedule.Options{}, w.daily(), w.interval()))
	if _, err := w.request(t, schedule.Ask{Job: report, Scope: "acme", By: "ana"}); err != nil {
		t.Fatal(err)
	}
	s := w.scheduler(t, schedule.Options{}, w.interval())
	tick(t, s)
	same(t, "rows", w.rows(t), "acme 2026-03-06 skipped (the job no longer exists)")
	if jobs, err := schedule.Jobs(t.Context(), w.db, ""); err != nil || len(jobs) != 1 {
		t.Errorf("jobs %+v, %v", jobs, err)
	}
	stolen, err := schedule.New(schedule.Deps{DB: w.pg.DB(t, "other"), Companies: w.companies, Clock: w.clock, Log: nil}, "other", w.interval())
	if err != nil {
		t.Fatal(err)
	}
	if err := stolen.Tick(t.Context()); err == nil || !strings.Contains(err.Error(), "another service") {
		t.Errorf("a job of another service: %v", err)
	}
}

func TestNothingBeforeTheCompaniesAreKnown(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	w.absent = errors.New("not loaded")
	s := w.scheduler(t, schedule.Options{}, w.daily())
	if err := s.Tick(t.Context()); !errors.Is(err, w.absent) || s.Ready(t.Context()) == nil {
		t.Errorf("ticked with %v", err)
	}
	w.absent = nil
	tick(t, s)
	if err := s.Ready(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestThreeReplicas checks that each slot is run once, by the replica that takes it first.
func TestThreeReplicas(t *testing.T) {
	t.Parallel()
	var list []directory.Company
	for i := range 200 {
		list = append(list, directory.Company{ID: fmt.Sprintf("c%03d", i), Zone: mexico})
	}
	w := setup(t, "2026-03-07T12:00:00Z", list...)
	var replicas []*schedule.Scheduler
	for range 3 {
		replicas = append(replicas, w.replica(t, w.pg.DB(t, service), nil, schedule.Options{}, w.daily(), w.interval()))
	}
	for _, now := range []string{"2026-03-07T12:00:00Z", "2026-03-08T04:00:00Z", "2026-03-10T04:00:00Z"} {
		w.clock.Set(at(now))
		var wg sync.WaitGroup
		for _, s := range replicas {
			wg.Go(func() {
				if err := s.Tick(context.Background()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
	}
	times := map[string]int{}
	for _, slot := range w.log.slots() {
		times[slot]++
	}
	if len(times) != 200*3+2 {
		t.Errorf("%d slots", len(times))
	}
	for slot, n := range times {
		if n != 1 {
			t.Errorf("%s was run %d times", slot, n)
		}
	}
	for _, row := range w.rows(t) {
		if !strings.Contains(row, " done") || strings.Contains(row, "attempt") {
			t.Errorf("row %s", row)
		}
	}
}

func TestRowsAreNotKeptForEver(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	if _, err := w.admin.Exec(`INSERT INTO platform.job_run (job, scope, slot, due_at, state, finished_at)
		SELECT $1, 'c' || n, '2025-11-01', '2025-11-01', 'done', CASE WHEN n <= 6000 THEN timestamptz '2025-12-07 11:00Z' ELSE '2025-12-07 13:00Z' END
		FROM generate_series(1, 6010) n`, report); err != nil {
		t.Fatal(err)
	}
	if _, err := w.admin.Exec(`INSERT INTO platform.job_run (job, scope, slot, due_at, state) VALUES ('another', 'acme', '2025-11-01', '2025-11-01', 'due')`); err != nil {
		t.Fatal(err)
	}
	tick(t, w.scheduler(t, schedule.Options{}, w.daily()))
	if n := len(w.rows(t)); n != 11 {
		t.Errorf("%d rows are left, want 10 newer ones and the one that is due", n)
	}
}

func TestWhatIsNoJob(t *testing.T) {
	t.Parallel()
	do := func(context.Context, schedule.Run) error { return nil }
	good := schedule.Job{Name: "a", Every: time.Minute, Do: do}
	for what, jobs := range map[string][]schedule.Job{
		"none": nil, "no name": {{Every: time.Minute, Do: do}}, "nothing to do": {{Name: "a", Every: time.Minute}},
		"no time": {{Name: "a", Do: do}}, "two times": {{Name: "a", Every: time.Minute, At: "22:00", Do: do}},
		"no local time": {{Name: "a", At: "25:00", Do: do}}, "half a second": {{Name: "a", Every: 1500 * time.Millisecond, Do: do}},
		"too much to catch up": {{Name: "a", At: "22:00", CatchUp: 32, Do: do}}, "twice": {good, good},
	} {
		if _, err := schedule.New(schedule.Deps{Companies: &companies{}}, service, jobs...); err == nil {
			t.Errorf("%s: accepted", what)
		}
	}
}

func TestCatalog(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z")
	if found, err := db.CheckCatalog(t.Context(), w.admin, []db.Schema{schedule.Schema, {Service: service}}); err != nil || len(found) > 0 {
		t.Errorf("catalog: %q, %v", found, err)
	}
}
