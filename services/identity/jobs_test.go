package identity

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/audience"
)

// working is a world with two companies and another service that has a daily and an interval job; both have run for some
// days, and the interval job has failed with a text that names a company.
func working(t *testing.T) (w *world, acme, beta string, look func()) {
	t.Helper()
	w = setup(t)
	acme, beta = w.company(t, "acme"), w.company(t, "beta")
	apptest.Until(t, func() bool { return len(w.directory.Companies()) == 2 })
	nothing := func(context.Context, schedule.Run) error { return nil }
	s, err := schedule.New(schedule.Deps{
		DB: w.data.DB(t, "gateway"), Companies: w.directory, Clock: w.domain, Log: natstest.Log(t), Options: schedule.Options{Pause: -1},
	}, "gateway",
		schedule.Job{Name: "resumen-diario", About: "Sums a day.", At: "22:00", Do: nothing},
		schedule.Job{Name: "barrido", About: "Sweeps.", Every: 3 * time.Minute, Do: func(_ context.Context, r schedule.Run) error {
			if r.Scope == schedule.All && r.Attempt > 0 {
				return errors.New("company beta has a bad zone")
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	look = func() {
		t.Helper()
		if err := s.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	look()
	for range 3 {
		w.domain.Advance(24 * time.Hour)
		look()
	}
	return w, acme, beta, look
}

// runs returns the runs of a job in short: company, slot, state.
func (w *world) runs(t *testing.T, token, query string) (all []string) {
	t.Helper()
	for _, item := range w.send(t, "GET", "/v1/jobs/"+query, token, nil).Is(t, http.StatusOK, "").Body["runs"].([]any) {
		r := item.(body)
		company, _ := r["company"].(string)
		all = append(all, strings.Join([]string{company, r["slot"].(string), r["state"].(string)}, " "))
	}
	return all
}

func sameLines(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestJobsOfACompany(t *testing.T) {
	t.Parallel()
	w, acme, _, _ := working(t)
	list := w.send(t, "GET", "/v1/jobs", acme, nil).Is(t, http.StatusOK, "")
	for _, part := range []string{
		`{"name":"barrido","service":"gateway","about":"Sweeps.","every_s":180,"next_due_at":"2026-03-10T12:03:00Z","last_run":{"job":"barrido","slot":"2026-03-10T12:00:00Z"`,
		`{"name":"resumen-diario","service":"gateway","about":"Sums a day.","at":"22:00","next_due_at":"2026-03-11T04:00:00Z","last_run":{"job":"resumen-diario","company":"acme","slot":"2026-03-09"`,
	} {
		if !containsText(list.Text, part) {
			t.Errorf("the list lacks %s:\n%s", part, list.Text)
		}
	}
	first := w.send(t, "GET", "/v1/jobs/resumen-diario/runs?limit=2", acme, nil).Is(t, http.StatusOK, "")
	next := first.Body["next"].(string)
	sameLines(t, "first page", w.runs(t, acme, "resumen-diario/runs?limit=2"), "acme 2026-03-09 done", "acme 2026-03-08 done")
	sameLines(t, "last page", w.runs(t, acme, "resumen-diario/runs?limit=2&cursor="+next), "acme 2026-03-07 done")
	sameLines(t, "failed", w.runs(t, acme, "resumen-diario/runs?state=failed"))
	sameLines(t, "a sweep", w.runs(t, acme, "barrido/runs?limit=1"), " 2026-03-10T12:00:00Z failed")
	w.send(t, "GET", "/v1/jobs/resumen/runs", acme, nil).Is(t, http.StatusNotFound, "job_not_found")
	w.send(t, "GET", "/v1/jobs/barrido/runs?cursor=x", acme, nil).Is(t, http.StatusBadRequest, "cursor_invalid")
}

func TestRunNow(t *testing.T) {
	t.Parallel()
	w, acme, _, look := working(t)
	const path = "/v1/jobs/resumen-diario/run"
	a := w.send(t, "POST", path, acme, body{"date": "2026-02-20"}, "Idempotency-Key", "k1").Is(t, http.StatusAccepted, "")
	if a.Body["state"] != "due" || a.Body["company"] != "acme" || a.Body["requested_by"] != "admin" {
		t.Errorf("the answer is %s", a.Text)
	}
	w.send(t, "POST", path, acme, body{"date": "2026-02-20"}).Is(t, http.StatusConflict, "job_running")
	look()
	if b := w.send(t, "POST", path, acme, body{"date": "2026-02-20"}, "Idempotency-Key", "k1"); b.Text != a.Text {
		t.Errorf("repeated: %s, want %s", b.Text, a.Text)
	}
	sameLines(t, "after a repeat", w.runs(t, acme, "resumen-diario/runs?state=due"))
	w.send(t, "POST", path, acme, body{}).Is(t, http.StatusAccepted, "") // the last date, again
	sameLines(t, "without a date", w.runs(t, acme, "resumen-diario/runs?state=due"), "acme 2026-03-09 due")
	w.send(t, "POST", "/v1/jobs/barrido/run", acme, body{}).Is(t, http.StatusAccepted, "")
	look()
	sameLines(t, "a sweep of one", w.runs(t, acme, "barrido/runs?limit=1"), "acme 2026-03-10T12:00:00Z done")
	for date, code := range map[string]string{"2026-03-10": "date_in_future", "2030-01-01": "date_in_future", "ayer": "date_invalid", "2020-01-01": "date_invalid"} {
		if a := w.send(t, "POST", path, acme, body{"date": date}).Is(t, http.StatusUnprocessableEntity, code); !containsText(a.Text, "body.date") {
			t.Errorf("%s: %s", date, a.Text)
		}
	}
	w.send(t, "POST", "/v1/jobs/barrido/run", acme, body{"date": "2026-03-09"}).Is(t, http.StatusUnprocessableEntity, "date_invalid")
	w.send(t, "POST", "/v1/jobs/nada/run", acme, body{}).Is(t, http.StatusNotFound, "job_not_found")
}

func TestPlatformRunsForAll(t *testing.T) {
	t.Parallel()
	w, _, _, look := working(t)
	root := w.root(t)
	for _, repeat := range []bool{false, true} {
		a := w.send(t, "POST", "/v1/jobs/barrido/run", root, body{}, "Idempotency-Key", "k").Is(t, http.StatusAccepted, "")
		if _, company := a.Body["company"]; company || !strings.HasPrefix(a.Body["requested_by"].(string), "platform/") {
			t.Errorf("the answer is %s", a.Text)
		}
		if look(); repeat {
			sameLines(t, "after a repeat", w.runs(t, root, "barrido/runs?state=due"))
		}
	}
	w.send(t, "POST", "/v1/jobs/resumen-diario/run", root, body{"company": "beta", "date": "2026-03-01"}).Is(t, http.StatusAccepted, "")
	sameLines(t, "due", w.runs(t, root, "resumen-diario/runs?state=due"), "beta 2026-03-01 due")
	sameLines(t, "of acme", w.runs(t, root, "resumen-diario/runs?company=acme&limit=1"), "acme 2026-03-09 done")
	if n := len(w.runs(t, root, "resumen-diario/runs")); n != 7 {
		t.Errorf("%d runs in all", n)
	}
	if a := w.send(t, "GET", "/v1/jobs/barrido/runs", root, nil); !containsText(a.Text, "company beta has a bad zone") {
		t.Errorf("why it failed is not shown: %s", a.Text)
	}
	w.send(t, "POST", "/v1/jobs/resumen-diario/run", root, body{}).Is(t, http.StatusUnprocessableEntity, "company_required")
	w.send(t, "GET", "/v1/jobs?company=*", root, nil).Is(t, http.StatusUnprocessableEntity, "company_not_found")
	for _, company := range []string{"nadie", "*", "in", "a b"} {
		w.send(t, "POST", "/v1/jobs/barrido/run", root, body{"company": company}).Is(t, http.StatusUnprocessableEntity, "company_not_found")
	}
}

// What an admin, and those who are none, may try with the jobs of another company and of all.
func TestJobsOfAnotherCompany(t *testing.T) {
	t.Parallel()
	w, acme, beta, look := working(t)
	w.send(t, "POST", "/v1/jobs/barrido/run", beta, body{}).Is(t, http.StatusAccepted, "")
	look()
	w.send(t, "POST", "/v1/jobs/barrido/run", w.root(t), body{}).Is(t, http.StatusAccepted, "")
	for _, company := range []string{"beta", "nadie", "*", "all"} {
		w.send(t, "GET", "/v1/jobs?company="+company, acme, nil).Is(t, http.StatusForbidden, "forbidden")
		w.send(t, "GET", "/v1/jobs/barrido/runs?company="+company, acme, nil).Is(t, http.StatusForbidden, "forbidden")
		w.send(t, "POST", "/v1/jobs/barrido/run", acme, body{"company": company}).Is(t, http.StatusForbidden, "forbidden")
	}
	cursor := w.send(t, "GET", "/v1/jobs/resumen-diario/runs?limit=1", beta, nil).Body["next"].(string)
	for _, path := range []string{"/v1/jobs", "/v1/jobs/barrido/runs", "/v1/jobs/resumen-diario/runs", "/v1/jobs/resumen-diario/runs?cursor=" + cursor} {
		a := w.send(t, "GET", path, acme, nil).Is(t, http.StatusOK, "")
		if containsText(a.Text, "beta") || containsText(a.Text, "platform/") {
			t.Errorf("%s shows another company: %s", path, a.Text)
		}
	}
	// What acme asks for is acme's.
	w.send(t, "POST", "/v1/jobs/resumen-diario/run", acme, body{"date": "2026-03-02"}).Is(t, http.StatusAccepted, "")
	sameLines(t, "beta's", w.runs(t, beta, "resumen-diario/runs?state=due"))

	w.user(t, acme, "sup", audience.RoleSupervisor)
	w.user(t, acme, "ana", audience.RoleColaborador)
	for _, id := range []string{"sup", "ana"} {
		token := w.login(t, "acme", id).access
		w.send(t, "GET", "/v1/jobs", token, nil).Is(t, http.StatusForbidden, "forbidden")
		w.send(t, "GET", "/v1/jobs/barrido/runs", token, nil).Is(t, http.StatusForbidden, "forbidden")
		w.send(t, "POST", "/v1/jobs/barrido/run", token, body{}).Is(t, http.StatusForbidden, "forbidden")
	}
}
