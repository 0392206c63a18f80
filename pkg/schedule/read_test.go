package schedule_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/schedule"
)

func TestRequest(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: mexico})
	s := w.scheduler(t, schedule.Options{}, w.daily(), w.interval())
	tick(t, s)
	w.to(t, s, "2026-03-08T04:00:00Z")
	ask := func(job, scope, date string) schedule.Ask {
		return schedule.Ask{Job: job, Scope: scope, Date: date, By: "ana"}
	}
	for _, a := range []schedule.Ask{
		ask(report, "acme", "2026-03-01"),      // a date before anything was planned
		ask(report, "acme", ""),                // the last date that was due, which was done
		ask(sweep, "acme", ""),                 // for one company
		ask(sweep, schedule.All, ""),           // as planned
		{Job: sweep, Scope: "other", By: "bo"}, // Request relies on the caller to know the companies.
	} {
		r, err := w.request(t, a)
		if err != nil || r.State != schedule.StateDue || r.RequestedBy != a.By || r.Attempts != 0 {
			t.Errorf("%+v: %+v, %v", a, r, err)
		}
		if _, err := w.request(t, a); !errors.Is(err, schedule.ErrRunning) {
			t.Errorf("%+v while it is due: %v", a, err)
		}
	}
	tick(t, s)
	runs := w.log.slots()[2:]
	slices.Sort(runs[:3]) // at one instant, for three scopes
	same(t, "runs", runs, "* 2026-03-08T04:00:00Z", "acme 2026-03-08T04:00:00Z", "other 2026-03-08T04:00:00Z", "acme 2026-03-01", "acme 2026-03-07")
	for _, r := range w.log.all()[2:] {
		if r.RequestedBy == "" || r.Late || (r.Scope == "acme") != (r.Zone == mexico) {
			t.Errorf("run %+v", r)
		}
	}
	for what, tc := range map[string]struct {
		ask  schedule.Ask
		want error
	}{
		"unknown job": {ask("resumen", "acme", ""), schedule.ErrNoJob}, "unknown company": {ask(report, "nadie", ""), schedule.ErrNoCompany},
		"all companies": {ask(report, schedule.All, ""), schedule.ErrNoCompany}, "today, before 22:00": {ask(report, "acme", "2026-03-08"), schedule.ErrFuture},
		"no date": {ask(report, "acme", "yesterday"), schedule.ErrDate}, "long ago": {ask(report, "acme", "2024-03-08"), schedule.ErrDate},
		"a date of a sweep": {ask(sweep, "acme", "2026-03-07"), schedule.ErrDate},
	} {
		if _, err := w.request(t, tc.ask); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func TestRequestWhileRunning(t *testing.T) {
	t.Parallel()
	w := due(t)
	j := w.daily()
	j.Do = func(context.Context, schedule.Run) error {
		_, err := w.request(t, schedule.Ask{Job: report, Scope: "acme", By: "ana"})
		if !errors.Is(err, schedule.ErrRunning) {
			t.Errorf("asked while it runs: %v", err)
		}
		return nil
	}
	tick(t, w.scheduler(t, schedule.Options{}, j))
	same(t, "rows", w.rows(t), "acme 2026-03-07 done")
}

// A person requests a slot before a replica plans it. The slot runs once.
func TestRequestBeforeThePlan(t *testing.T) {
	t.Parallel()
	w := due(t)
	if _, err := w.request(t, schedule.Ask{Job: report, Scope: "acme", By: "ana"}); err != nil {
		t.Fatal(err)
	}
	s := w.scheduler(t, schedule.Options{}, w.daily())
	tick(t, s)
	same(t, "runs", w.log.slots(), "acme 2026-03-07")
	// Somebody requested the next slot too, and it was even done before it was planned.
	if _, err := w.admin.Exec(`INSERT INTO platform.job_run (job, scope, slot, due_at, state, finished_at) VALUES ($1, 'acme', '2026-03-08', $2, 'done', $2)`,
		report, at("2026-03-09T04:00:00Z")); err != nil {
		t.Fatal(err)
	}
	w.to(t, s, "2026-03-09T04:00:00Z")
	same(t, "runs", w.log.slots(), "acme 2026-03-07")
}

func TestJobsAndRuns(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-07T12:00:00Z", directory.Company{ID: "acme", Zone: mexico}, directory.Company{ID: "beta", Zone: tokyo})
	s := w.scheduler(t, schedule.Options{}, w.daily(), w.interval())
	tick(t, s)
	for range 3 {
		w.clock.Advance(24 * time.Hour)
		tick(t, s)
	}
	if _, err := w.request(t, schedule.Ask{Job: sweep, Scope: "beta", By: "bo"}); err != nil {
		t.Fatal(err)
	}
	for company, want := range map[string][2]string{
		"acme": {"2026-03-11T04:00:00Z acme 2026-03-09", "2026-03-10T12:03:00Z * 2026-03-10T12:00:00Z"},
		"beta": {"2026-03-10T13:00:00Z beta 2026-03-09", "2026-03-10T12:03:00Z beta 2026-03-10T12:00:00Z"},
		"":     {"2026-03-10T13:00:00Z acme 2026-03-09", "2026-03-10T12:03:00Z beta 2026-03-10T12:00:00Z"},
	} {
		jobs, err := schedule.Jobs(t.Context(), w.db, company)
		if err != nil || len(jobs) != 2 {
			t.Fatalf("%q: %+v, %v", company, jobs, err)
		}
		for i, job := range []schedule.Info{jobs[1], jobs[0]} {
			if got := fmt.Sprint(job.NextDueAt.Format(time.RFC3339), " ", job.Last.Scope, " ", job.Last.Slot); got != want[i] {
				t.Errorf("%q sees %s: %s, want %s", company, job.Name, got, want[i])
			}
		}
		if sum := jobs[1]; sum.Name != report || sum.Service != service || sum.At != "22:00" || sum.Every != 0 || sum.About != "sums a day" || jobs[0].Every != 3*time.Minute {
			t.Errorf("%q sees %+v", company, jobs)
		}
	}
	list := func(f schedule.Filter) (all []string) {
		t.Helper()
		f.Job = report
		for f.Limit = 2; ; {
			page, err := schedule.Runs(t.Context(), w.db, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				all = append(all, r.Scope+" "+r.Slot)
			}
			if len(page) < f.Limit {
				return all
			}
			f.After = page[len(page)-1].Mark()
		}
	}
	same(t, "everything", list(schedule.Filter{}), "acme 2026-03-09", "beta 2026-03-09", "acme 2026-03-08", "beta 2026-03-08", "acme 2026-03-07", "beta 2026-03-07")
	same(t, "acme's", list(schedule.Filter{Company: "acme"}), "acme 2026-03-09", "acme 2026-03-08", "acme 2026-03-07")
	same(t, "failed", list(schedule.Filter{State: schedule.StateFailed}))
	if _, err := schedule.Runs(t.Context(), w.db, schedule.Filter{Job: "resumen", Limit: 1}); !errors.Is(err, schedule.ErrNoJob) {
		t.Errorf("runs of no job: %v", err)
	}
}
