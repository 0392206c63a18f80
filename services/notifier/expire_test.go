package notifier_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// raised stores n alerts that were raised at an instant. Half of them are acknowledged.
func (w *world) raised(t *testing.T, company, prefix string, at time.Time, n int) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), `
INSERT INTO notifier.alert (id_empresa, id, type, user_id, late, started_at, raised_at, zones, end_reason, received_at, changed_at, status)
SELECT $1, $2 || n, 't', 'ana', false, $3, $3, '{}', '', $3, $3, (ARRAY['nueva', 'reconocida'])[1 + n % 2] FROM generate_series(1, $4) n`, company, prefix, at, n); err != nil {
		t.Fatal(err)
	}
}

func (w *world) resolved(t *testing.T, company string) int {
	t.Helper()
	return pgtest.Count(t, w.admin, "notifier.alert WHERE id_empresa = '"+company+"' AND status = 'resuelta'")
}

// planned waits until the job's next run in a company is due at an instant, and checks that it is for this date.
func (w *world) planned(t *testing.T, company, at, date string) {
	t.Helper()
	var got string
	apptest.Until(t, func() bool {
		got = ""
		_ = w.admin.GetContext(t.Context(), &got, `SELECT to_char(next_due_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z "') || next_slot
FROM platform.job_schedule WHERE job = 'caducar-alertas' AND scope = $1`, company)
		return strings.HasPrefix(got, at)
	})
	if got != at+" "+date {
		t.Errorf("the next night of %s is %s, want %s %s", company, got, at, date)
	}
}

// runs returns the results of the job's runs in a company.
func (w *world) runs(t *testing.T, company string) string {
	t.Helper()
	var all []string
	if err := w.admin.SelectContext(t.Context(), &all, `SELECT concat_ws(' ', slot, state, CASE WHEN late THEN 'late' END, CASE WHEN missed > 0 THEN 'and ' || missed || ' before' END)
FROM platform.job_run WHERE job = 'caducar-alertas' AND scope = $1 ORDER BY due_at`, company); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ", ")
}

func TestWhatNobodyResolvesEndsByRule(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{norte}")
	next := w.heard(t)
	night := time.Date(2026, 3, 9, 2, 30, 0, 0, time.UTC)
	w.raised(t, "acme", "old", night.Add(-90*day-time.Millisecond), 1)
	w.raised(t, "acme", "young", night.Add(-90*day), 1)
	w.raised(t, "otra", "other", night.Add(-200*day), 1) // a company that identity does not know has no nights
	w.start(t)
	w.planned(t, "acme", "2026-03-09T02:30Z", "2026-03-09")
	w.clock.Set(night)
	m := next()
	if m.Subject.Ingress() != "in.acme.alerta.actualizada.old1" {
		t.Errorf("announced on %s", m.Subject.Ingress())
	}
	seers(t, m, "ana", "norte", "sur")
	a := w.get(t, boss("acme"), "/v1/alerts/old1").Is(t, http.StatusOK, "")
	if a.Body["status"] != "resuelta" || a.Body["resolved_by"] != "*regla" || a.Body["resolved_note"] != "caducada: nadie la resolvió en 90 días" || a.Body["resolved_at"] != "2026-03-09T02:30:00Z" {
		t.Errorf("resolved: %s", a.Text)
	}
	if err := subject.CheckID(alert.ByRule); err == nil {
		t.Error("a user may have the id of the rule")
	}
	if got := w.history(t, boss("acme"), "old1"); got != "resolved" {
		t.Errorf("history %q", got)
	}
	w.planned(t, "acme", "2026-03-10T02:30Z", "2026-03-10")
	apptest.Until(t, func() bool { return w.runs(t, "acme") == "2026-03-09 done" })
	if w.resolved(t, "acme") != 1 || w.resolved(t, "otra") != 0 {
		t.Errorf("%d and %d alerts are resolved", w.resolved(t, "acme"), w.resolved(t, "otra"))
	}
	w.counts(t, "notifier_alerts_expired_total", map[string]float64{"": 1})
	// From then on the alert is over, and is removed after the retention like any other.
	w.clock.Set(night.Add(400*day + time.Hour))
	w.again(t)
	w.start(t, "upkeep")
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "notifier.alert WHERE id = 'old1'") == 0 })
}

// After an outage of five nights, the newest night does the work of all. Thousands of alerts end in many transactions,
// and each company has its own night.
func TestTheRuleCatchesUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.company(t, "acme", "America/Bogota")
	w.company(t, "tokio", "Asia/Tokyo")
	stop := apptest.Run(t, apptest.Only(w.service, "jobs", "directory"))
	w.planned(t, "acme", "2026-03-09T07:30Z", "2026-03-09")
	w.planned(t, "tokio", "2026-03-08T17:30Z", "2026-03-09")
	stop()
	for i := range 5 { // The nights become due one after another.
		w.raised(t, "acme", fmt.Sprint("night", i, "-"), time.Date(2026, 3, 9+i, 7, 0, 0, 0, time.UTC).Add(-90*day), 300)
	}
	w.raised(t, "acme", "young", time.Date(2026, 3, 13, 8, 0, 0, 0, time.UTC).Add(-90*day), 10)
	w.clock.Set(time.Date(2026, 3, 13, 9, 0, 0, 0, time.UTC))
	w.again(t)
	w.start(t, "jobs", "directory")
	w.planned(t, "acme", "2026-03-14T07:30Z", "2026-03-14")
	for n := 300; n <= 1500; n += 300 { // A busy machine needs minutes for all of them.
		apptest.Until(t, func() bool { return w.resolved(t, "acme") >= n })
	}
	apptest.Until(t, func() bool { return w.runs(t, "acme") == "2026-03-12 skipped and 3 before, 2026-03-13 done late" })
	if w.resolved(t, "acme") != 1500 || pgtest.Count(t, w.admin, "notifier.outbox") != 1500 || pgtest.Count(t, w.admin, "notifier.alert_event") != 1500 {
		t.Errorf("%d alerts are resolved, %d events wait", w.resolved(t, "acme"), pgtest.Count(t, w.admin, "notifier.outbox"))
	}
}

// On the night when New York's clocks jump from 2 to 3 there is no 02:30: the job runs once, at 3. The night when the
// clocks are put back is 25 hours long.
func TestTheRuleOnTheDaysWhenClocksChange(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.clock.Set(time.Date(2026, 3, 7, 20, 0, 0, 0, time.UTC))
	w.company(t, "acme", "America/New_York")
	w.start(t, "jobs", "directory")
	for _, night := range []struct{ due, date string }{
		{"2026-03-08T07:00", "2026-03-08"}, {"2026-03-09T06:30", "2026-03-09"}, {"2026-03-10T06:30", "2026-03-10"},
	} {
		w.planned(t, "acme", night.due+"Z", night.date)
		at, err := time.Parse("2006-01-02T15:04", night.due)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Set(at)
		apptest.Until(t, func() bool { return strings.HasSuffix(w.runs(t, "acme"), night.date+" done") })
	}
	if got := w.runs(t, "acme"); got != "2026-03-08 done, 2026-03-09 done, 2026-03-10 done" {
		t.Errorf("nights %s", got)
	}
	w.clock.Set(time.Date(2026, 10, 31, 6, 30, 0, 0, time.UTC))
	w.planned(t, "acme", "2026-11-01T07:30Z", "2026-11-01")
}
