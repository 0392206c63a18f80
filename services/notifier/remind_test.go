package notifier_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier/internal/remind"
)

const remindJob = "notificaciones-programadas"

// todo puts a visit or a task into a company.
func (w *world) todo(t *testing.T, company, tipo, id, worker, state string, from, until time.Time) {
	t.Helper()
	w.exec(t, `INSERT INTO activity.visit (id_empresa, id, tipo, external_id, title, notes, priority, place_id, checklist, created_at, created_by, plan_from, plan_until,
    plan_worker, plan_team, state, since, win_from, win_until, worker, team, in_at, reason, answers, close_at, last_at, actions, changed_at, changed_by)
VALUES ($1, $2, $3, '', 't', '', 'normal', '', '[]', $6, 'boss', $6, $7, $4, '', $5, $6, $6, $7, $4, '', CASE WHEN $5 IN ('en_sitio', 'completada') THEN $6::timestamptz END,
    '', '[]', $7, $6, 0, $6, 'boss')`, company, id, tipo, worker, state, from, until)
}

func (w *world) visit(t *testing.T, company, id, worker, state string, from time.Time) {
	t.Helper()
	w.todo(t, company, "visita", id, worker, state, from, from.Add(2*time.Hour))
}

// plannedReminders waits until the scheduler knows when it comes next, so that the clock may move.
func (w *world) plannedReminders(t *testing.T) {
	t.Helper()
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = '"+remindJob+"'") == 1 })
}

// remindAt sets the clock and waits until the run of that time is done.
func (w *world) remindAt(t *testing.T, at time.Time) {
	t.Helper()
	w.clock.Set(at)
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, fmt.Sprintf("platform.job_run WHERE job = '%s' AND state = 'done' AND due_at = '%s'", remindJob, at.Truncate(remind.Every).Format(time.RFC3339))) == 1
	})
}

// reminded returns what people of a company were told: user, kind, reference and text.
func (w *world) reminded(t *testing.T, company string) []string {
	t.Helper()
	var lines []string
	if err := w.admin.SelectContext(t.Context(), &lines, `SELECT concat_ws(' ', user_id, kind, nullif(ref, ''), body, CASE WHEN useful_until <= created_at THEN '(expired)' END)
FROM notifier.notification WHERE id_empresa = $1 ORDER BY 1`, company); err != nil {
		t.Fatal(err)
	}
	return lines
}

func (w *world) crew(t *testing.T, company string, ids ...string) {
	t.Helper()
	for _, id := range ids {
		w.user(t, company, id, audience.RoleColaborador, "{norte}")
	}
}

const (
	firstVisit = "reminder_first_visit visit/%s No has realizado check-in en tu primera visita"
	tomorrow   = "reminder_tomorrow Mañana tienes %s"
)

func toldIs(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("told\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// Two replicas run the job. Each person is told once, about the first visit of the day alone, and only if nobody checked in.
func TestTheFirstVisitOfTheDay(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "acme", "ana", "bea", "eva", "gil", "leo", "pia")
	w.crew(t, "suspended", "ana")
	w.exec(t, `UPDATE identity.users SET active = false WHERE id = 'gil'`)
	w.exec(t, `UPDATE identity.company SET status = 'suspended' WHERE id_empresa = 'suspended'`)
	w.visit(t, "acme", "a1", "ana", "pendiente", noon)
	w.visit(t, "acme", "a2", "ana", "pendiente", noon.Add(time.Minute))
	w.visit(t, "acme", "a0", "ana", "pendiente", noon.AddDate(0, 0, -1)) // of yesterday
	w.visit(t, "acme", "b1", "bea", "completada", noon.Add(-2*time.Hour))
	w.visit(t, "acme", "b2", "bea", "pendiente", noon)
	w.visit(t, "acme", "e1", "eva", "en_sitio", noon)
	w.visit(t, "acme", "g1", "gil", "pendiente", noon)
	w.visit(t, "acme", "l1", "leo", "cancelada", noon.Add(-time.Hour))
	w.visit(t, "acme", "l2", "leo", "en_ruta", noon)
	w.todo(t, "acme", "tarea", "p1", "pia", "pendiente", noon, noon.Add(time.Hour))
	w.visit(t, "acme", "x1", "", "pendiente", noon)
	w.visit(t, "suspended", "a1", "ana", "pendiente", noon)
	w.start(t)
	w.again(t)
	w.start(t)
	w.plannedReminders(t)
	w.remindAt(t, noon.Add(10*time.Minute))
	toldIs(t, w.reminded(t, "acme"))
	w.remindAt(t, noon.Add(15*time.Minute))
	want := []string{"ana " + fmt.Sprintf(firstVisit, "a1"), "leo " + fmt.Sprintf(firstVisit, "l2")}
	toldIs(t, w.reminded(t, "acme"), want...)
	w.remindAt(t, noon.Add(20*time.Minute))
	// The same run again tells nobody again.
	w.exec(t, `UPDATE platform.job_run SET state = 'due', finished_at = NULL, attempts = 0 WHERE job = $1 AND due_at = $2`, remindJob, noon.Add(15*time.Minute))
	w.remindAt(t, noon.Add(20*time.Minute))
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_run WHERE job = '"+remindJob+"' AND state = 'done'") == 3
	})
	toldIs(t, w.reminded(t, "acme"), want...)
	toldIs(t, w.reminded(t, "suspended"))
}

// On 2026-03-08 the clocks of New York go forward. Its evening of the 7th, and Bogotá's, are told of their own tomorrow.
func TestTomorrowInEachZone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.company(t, "york", "America/New_York")
	w.company(t, "bogota", "America/Bogota")
	w.crew(t, "york", "ana", "bea")
	w.crew(t, "bogota", "ana")
	day := time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC) // midnight in both zones
	w.visit(t, "york", "v1", "ana", "pendiente", day)
	w.visit(t, "york", "v2", "ana", "aceptada", day.Add(23*time.Hour-time.Minute))
	w.visit(t, "york", "v3", "ana", "pendiente", day.Add(23*time.Hour)) // that is Monday in New York
	w.visit(t, "york", "v4", "bea", "cancelada", day.Add(time.Hour))
	w.visit(t, "bogota", "v1", "ana", "pendiente", day.Add(23*time.Hour))
	w.visit(t, "bogota", "v2", "ana", "pendiente", day.Add(-time.Minute)) // still today
	six := time.Date(2026, 3, 7, 23, 0, 0, 0, time.UTC)
	w.clock.Set(six.Add(-10 * time.Minute))
	w.start(t)
	w.plannedReminders(t)
	w.remindAt(t, six.Add(-5*time.Minute))
	last := max(remind.Offset("york"), remind.Offset("bogota"))
	for at := time.Duration(0); at <= last; at += remind.Every {
		w.remindAt(t, six.Add(at))
		for company, n := range map[string]string{"york": "2 visitas", "bogota": "una visita"} {
			var want []string
			if at >= remind.Offset(company) {
				want = append(want, "ana "+fmt.Sprintf(tomorrow, n))
			}
			toldIs(t, w.reminded(t, company), want...)
		}
	}
}

// After an outage in the evening people are told of tomorrow; after one that lasted until the night it is recorded as expired. What came
// due meanwhile in between is judged as it is now.
func TestRemindersAfterAnOutage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		back    time.Duration // since noon
		expired string
	}{"in the evening": {9 * time.Hour, ""}, "in the night": {15 * time.Hour, " (expired)"}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			w.crew(t, "acme", "ana", "bea", "leo")
			w.visit(t, "acme", "a1", "ana", "pendiente", noon.Add(20*time.Hour))
			w.visit(t, "acme", "b1", "bea", "completada", noon.Add(time.Hour)) // late, but somebody checked in
			w.todo(t, "acme", "visita", "l1", "leo", "pendiente", noon.Add(time.Hour), noon.Add(10*time.Hour))
			w.clock.Set(noon.Add(-remind.Every))
			stop := apptest.Run(t, apptest.Only(w.service, "jobs", "directory"))
			w.plannedReminders(t)
			w.remindAt(t, noon)
			stop()
			w.clock.Set(noon.Add(c.back))
			w.again(t)
			w.start(t)
			w.remindAt(t, noon.Add(c.back))
			toldIs(t, w.reminded(t, "acme"), "ana "+fmt.Sprintf(tomorrow, "una visita")+c.expired, "leo "+fmt.Sprintf(firstVisit, "l1")+c.expired)
		})
	}
}

func TestShiftsAndTasks(t *testing.T) {
	t.Parallel()
	w := setup(t)
	nine := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	for _, company := range []string{"acme", "off", "long"} {
		w.crew(t, company, "ana", "bea")
		w.exec(t, `INSERT INTO activity.shift_user (id_empresa, user_id) VALUES ($1, 'ana'), ($1, 'bea')`, company)
		w.exec(t, `INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version) VALUES
($1, 'ana', 's1', $2, NULL, false, '[]', false, $2, 1), ($1, 'bea', 's2', $2, $3, false, '[]', false, $2, 1)`, company, nine.Add(-10*time.Hour), nine.Add(-time.Hour))
		w.todo(t, company, "tarea", "t1", "bea", "pendiente", nine.AddDate(0, 0, -2), nine.AddDate(0, 0, -1))
		w.todo(t, company, "tarea", "t2", "bea", "en_sitio", nine.Add(time.Hour), nine.Add(2*time.Hour))
		w.todo(t, company, "tarea", "t3", "bea", "pendiente", nine.Add(time.Hour), nine.AddDate(0, 0, 1))
		w.todo(t, company, "tarea", "t4", "bea", "completada", nine, nine.Add(time.Hour))
	}
	w.remindSettings(t, boss("off"), map[string]any{"pending": false, "shift_open": false})
	w.remindSettings(t, boss("long"), map[string]any{"shift_open_after_h": 11, "pending_at": "10:00"})
	w.clock.Set(nine.Add(-2 * remind.Every))
	w.start(t)
	w.plannedReminders(t)
	w.remindAt(t, nine.Add(-remind.Every))
	for at := nine; !at.After(nine.Add(20 * time.Minute)); at = at.Add(remind.Every) {
		w.remindAt(t, at)
	}
	const shift, tasks = "ana reminder_shift_open shift/s1 Tu jornada sigue abierta. ¿Ya terminaste?", "bea reminder_pending Tienes 2 tareas pendientes"
	toldIs(t, w.reminded(t, "acme"), shift, tasks)
	toldIs(t, w.reminded(t, "long"))
	w.remindAt(t, nine.Add(80*time.Minute))
	toldIs(t, w.reminded(t, "long"), shift, tasks)
	toldIs(t, w.reminded(t, "off"))
}

// A shift that is open an hour after the planned work is asked about then, and not after so many hours.
func TestShiftsAfterThePlannedWork(t *testing.T) {
	t.Parallel()
	w := setup(t)
	nine := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC) // a Monday
	w.crew(t, "acme", "ana", "bea")
	w.exec(t, `INSERT INTO activity.shift_plan (id_empresa, scope, scope_id, windows, removed, updated_at, updated_by)
VALUES ('acme', 'user', 'ana', '[{"day":7,"from":"22:00","to":"08:00"}]', false, now(), ''), ('acme', 'user', 'bea', '[{"day":1,"from":"08:00","to":"17:00"}]', false, now(), '')`)
	w.exec(t, `INSERT INTO activity.shift_user (id_empresa, user_id) VALUES ('acme', 'ana'), ('acme', 'bea')`)
	w.exec(t, `INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version) VALUES
('acme', 'ana', 's1', $1, NULL, false, '[]', false, $1, 1), ('acme', 'bea', 's2', $2, NULL, false, '[]', false, $2, 1)`, nine.Add(-11*time.Hour), nine.Add(-10*time.Hour))
	w.clock.Set(nine.Add(-2 * remind.Every))
	w.start(t)
	w.plannedReminders(t)
	w.remindAt(t, nine.Add(-remind.Every))
	toldIs(t, w.reminded(t, "acme"))
	w.remindAt(t, nine)
	toldIs(t, w.reminded(t, "acme"), "ana reminder_shift_open shift/s1 Tu jornada sigue abierta. ¿Ya terminaste?")
}

// remindSettings changes some of the settings of a company.
func (w *world) remindSettings(t *testing.T, who auth.Claims, change map[string]any) answer {
	t.Helper()
	is := w.get(t, who, "/v1/reminder-settings").Is(t, http.StatusOK, "").Body
	delete(is, "$schema")
	for k, v := range change {
		is[k] = v
	}
	return w.do(t, who, http.MethodPut, "/v1/reminder-settings", jsonOf(t, is))
}

func TestSettingsOfReminders(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if a := w.get(t, claims("acme", "x", audience.RoleColaborador), "/v1/reminder-settings").Is(t, http.StatusOK, ""); a.Body["tomorrow_at"] != "18:00" || a.Body["first_visit_after_min"] != 15.0 {
		t.Errorf("a company that decided nothing: %s", a.Text)
	}
	w.remindSettings(t, boss("acme"), map[string]any{"first_visit_after_min": 30}).Is(t, http.StatusOK, "")
	w.remindSettings(t, boss("acme"), map[string]any{"first_visit_after_min": 30}).Is(t, http.StatusOK, "")
	late := w.remindSettings(t, boss("acme"), map[string]any{"version": 0, "pending": false}).Is(t, http.StatusConflict, "settings_changed")
	if is := late.Body["current"].(body); is["version"] != 1.0 || is["first_visit_after_min"] != 30.0 || is["pending"] != true {
		t.Errorf("a change of what somebody else changed meanwhile: %s", late.Text)
	}
	for field, wrong := range map[string]any{"first_visit_after_min": 4, "shift_open_after_h": 25, "tomorrow_at": "23:00", "pending_at": "29:00"} {
		a := w.remindSettings(t, boss("acme"), map[string]any{field: wrong}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
		if got := a.Body["errors"].([]any)[0].(body)["location"]; got != "body."+field {
			t.Errorf("%s: %s", field, a.Text)
		}
	}
	for _, role := range []string{audience.RoleSupervisor, audience.RoleColaborador} {
		w.remindSettings(t, claims("acme", "x", role), map[string]any{"pending": false}).Is(t, http.StatusForbidden, "forbidden")
	}
	if own, other := w.get(t, boss("acme"), "/v1/reminder-settings"), w.get(t, boss("beta"), "/v1/reminder-settings"); own.Body["first_visit_after_min"] != 30.0 || other.Body["first_visit_after_min"] != 15.0 {
		t.Errorf("%s %s", own.Text, other.Text)
	}
	if log := w.changes(t, "acme"); len(log) != 1 || !strings.Contains(log[0], `boss reminder_settings.changed`) || !strings.Contains(log[0], `"first_visit_after_min":30`) {
		t.Errorf("log %q", log)
	}
	if got := w.unresolved(t, boss("acme")); got != 90 {
		t.Errorf("unresolved alerts after %v days", got)
	}
}
