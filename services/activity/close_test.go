package activity_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

// ten is 22:00 in Bogotá on the day of noon.
var ten = time.Date(2026, 3, 10, 3, 0, 0, 0, time.UTC)

// closed lets the job of a minute run at an instant and waits until it is done. Replicas run it together when there are more.
func (w *world) closed(t *testing.T, at time.Time) {
	t.Helper()
	w.again(t, "outbox", "directory", "jobs")
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = 'cerrado-forzoso' AND scope = '*'") == 1
	})
	w.clock.Set(at)
	slot := at.UTC().Truncate(time.Minute).Format(time.RFC3339)
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, fmt.Sprintf("platform.job_run WHERE job = 'cerrado-forzoso' AND slot = '%s' AND state = 'done'", slot)) == 1
	})
	w.again(t, "outbox", "directory")
}

func (w *world) states(t *testing.T, company string) string {
	t.Helper()
	var all []string
	if err := w.admin.SelectContext(t.Context(), &all, `SELECT id || ' ' || state || CASE reason WHEN '' THEN '' ELSE ' ' || reason END FROM activity.visit WHERE id_empresa = $1 ORDER BY id`, company); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ", ")
}

func TestTheDayIsClosedAtTen(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.place(t, "beta", "p1")
	for _, id := range []string{"new", "onsite", "done", "late"} {
		w.make(t, job(id))
	}
	w.make(t, job("night", body{"day": nil, "from": "2026-03-09T23:00:00Z", "until": "2026-03-10T11:00:00Z"}))
	w.make(t, job("tomorrow", body{"day": "2026-03-10"}))
	w.make(t, job("task", body{"tipo": "tarea", "place_id": nil, "user_id": nil}))
	w.act(t, person("ana"), "onsite", "check-in")
	w.act(t, person("ana"), "done", "check-in")
	w.act(t, person("ana"), "done", "check-out")
	w.act(t, person("ana"), "late", "check-in")
	for range 4 {
		w.next(t)
	}
	w.closed(t, ten.Add(-time.Minute))
	if got := w.states(t, "acme"); strings.Contains(got, "incompleta") {
		t.Errorf("closed too early: %s", got)
	}
	w.silent(t)
	w.closed(t, ten.Add(20*time.Second))
	if got := w.states(t, "acme"); got != "done completada, late incompleta cierre, new incompleta cierre, night pendiente, onsite incompleta cierre, task incompleta cierre, tomorrow pendiente" {
		t.Errorf("%s", got)
	}
	told := map[string]bool{}
	for range 4 {
		e := w.next(t)
		told[fmt.Sprint(e.body["id"])] = true
		if e.body["state"] != "incompleta" || e.body["reason"] != "cierre" || e.body["since"] != "2026-03-10T03:00:00Z" || e.sees() != "boss sol ana" && e.body["id"] != "task" {
			t.Errorf("told to %s: %v", e.sees(), e.body)
		}
	}
	if len(told) != 4 {
		t.Errorf("told %v", told)
	}
	w.silent(t)
	// What happened before the close and arrives later counts; what happened after it is a note.
	if a := w.act(t, person("ana"), "late", "check-out", body{"occurred_at": "2026-03-10T02:59:00Z"}).Is(t, http.StatusOK, ""); a.Body["state"] != "completada" || a.Body["reason"] != "" {
		t.Errorf("%s", a.Text)
	}
	if a := w.act(t, person("ana"), "onsite", "check-out", body{"occurred_at": "2026-03-10T03:00:10Z"}).Is(t, http.StatusOK, ""); a.Body["state"] != "incompleta" || a.Body["rule"] != "ended" {
		t.Errorf("%s", a.Text)
	}
	if got := w.history(t, person("ana"), "late"); got != "check_in check_out close:ended" {
		t.Errorf("%s", got)
	}
	a := w.get(t, person("ana"), "/v1/activities/onsite")
	if c := a.Body["history"].([]any)[1].(body); c["kind"] != "close" || c["by"] != "" || c["at"] != "2026-03-10T03:00:00Z" || a.Body["changed_by"] != "*cierre" {
		t.Errorf("%v", c)
	}
	// A set-based close is what folding gives.
	w.exec(t, `UPDATE activity.visit SET state = 'pendiente', reason = '', close_at = $1::timestamptz, last_at = $1::timestamptz + interval '1 hour' WHERE id = 'new'`, ten.Add(time.Minute))
	w.closed(t, ten.Add(2*time.Minute))
	if got := w.states(t, "acme"); !strings.Contains(got, "new incompleta cierre") {
		t.Errorf("%s", got)
	}
	// The guard of the night ends at six, and is closed at eight.
	w.closed(t, time.Date(2026, 3, 10, 12, 59, 0, 0, time.UTC))
	if got := w.states(t, "acme"); !strings.Contains(got, "night pendiente") {
		t.Errorf("%s", got)
	}
	w.closed(t, time.Date(2026, 3, 10, 13, 0, 0, 0, time.UTC))
	if got := w.states(t, "acme"); !strings.Contains(got, "night incompleta cierre") || !strings.Contains(got, "tomorrow pendiente") {
		t.Errorf("%s", got)
	}
	// Nobody decides on a visit whose day has ended before it is closed. It can be moved.
	w.clock.Set(ten.Add(24 * time.Hour))
	w.act(t, person("boss"), "tomorrow", "assign", w.version(t, "tomorrow"), body{"user_id": "beto"}).Is(t, http.StatusConflict, "activity_closing")
	w.act(t, person("boss"), "tomorrow", "reschedule", w.version(t, "tomorrow"), body{"day": "2026-03-12"}).Is(t, http.StatusOK, "")
	w.closed(t, ten.Add(24*time.Hour+time.Minute))
	if got := w.states(t, "acme"); !strings.Contains(got, "tomorrow pendiente") {
		t.Errorf("%s", got)
	}
	// A visit that is opened again is closed with the day in which it is.
	if a := w.act(t, person("boss"), "onsite", "reopen", w.version(t, "onsite")).Is(t, http.StatusOK, ""); a.Body["close_at"] != "2026-03-12T03:00:00Z" {
		t.Errorf("%s", a.Text)
	}
}

// bulk makes visits as a client does: again with the same key while the service is too busy to finish within its ten seconds.
func (w *world) bulk(t *testing.T, who auth.Claims, items []any) {
	t.Helper()
	key := fmt.Sprint("bulk ", items[0].(body)["id"])
	apptest.Until(t, func() bool {
		a := w.post(t, who, "/v1/activities/bulk", body{"activities": items}, "Idempotency-Key", key)
		return a.Status != http.StatusServiceUnavailable && a.Is(t, http.StatusOK, "").Status == http.StatusOK
	})
}

// After an outage of days, each visit is closed with the time of its own day, each company with its own clock, and hundreds of visits
// in several transactions.
func TestTheCloseCatchesUp(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.company(t, "tokio", "Asia/Tokyo")
	w.user(t, "tokio", "boss", "admin", "{}")
	w.again(t, "outbox", "directory")
	bulk := func(company, day string, n int) {
		t.Helper()
		items := make([]any, n)
		for i := range items {
			items[i] = job(fmt.Sprint(company, day, "-", i), body{"day": day, "tipo": "tarea", "place_id": nil, "user_id": nil})
		}
		w.bulk(t, personOf(company, "boss"), items)
	}
	for _, day := range []string{"2026-03-09", "2026-03-10", "2026-03-11", "2026-03-13"} {
		bulk("acme", day, 400)
		bulk("tokio", day, 3)
	}
	w.settings(t, personOf("tokio", "boss"), body{"check_in_policy": "note", "check_in_max_m": 1, "close_at": "20:30"}).Is(t, http.StatusOK, "")
	bulk("tokio", "2026-03-12", 2)
	w.closed(t, time.Date(2026, 3, 12, 17, 0, 0, 0, time.UTC))
	for where, want := range map[string]int{
		"id_empresa = 'acme' AND state = 'incompleta'": 1200, "id_empresa = 'acme' AND since = '2026-03-10T03:00:00Z'": 400, "id_empresa = 'acme' AND since = '2026-03-11T03:00:00Z'": 400,
		"id_empresa = 'acme' AND since = '2026-03-12T03:00:00Z'": 400, "id_empresa = 'tokio' AND state = 'incompleta'": 11, "id_empresa = 'tokio' AND since = '2026-03-11T13:00:00Z'": 3,
		"id_empresa = 'tokio' AND since = '2026-03-12T11:30:00Z'": 2, "state = 'pendiente'": 403, "since <> close_at AND state = 'incompleta'": 0,
	} {
		if n := pgtest.Count(t, w.admin, "activity.visit WHERE "+where); n != want {
			t.Errorf("%s: %d, want %d", where, n, want)
		}
	}
	if n := pgtest.Count(t, w.admin, "activity.visit_action WHERE kind = 'close'"); n != 1211 {
		t.Errorf("%d closes are logged", n)
	}
}

// Two replicas close a day together: each visit once.
func TestTwoReplicasCloseADay(t *testing.T) {
	t.Parallel()
	w := site(t)
	items := make([]any, 1000)
	for i := range items {
		items[i] = job(fmt.Sprint("v", i))
	}
	w.bulk(t, person("boss"), items)
	first := w.service
	w.stop = nil
	w.again(t, "outbox", "directory", "jobs")
	stop := apptest.Run(t, apptest.Only(&app.Service{Name: name, Runners: first.Runners}, "jobs"))
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = 'cerrado-forzoso' AND scope = '*'") == 1
	})
	w.clock.Set(ten)
	for n := 250; n <= 1000; n += 250 { // A busy machine needs minutes for all of them.
		apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "activity.visit WHERE state = 'incompleta'") >= n })
	}
	stop()
	if n := pgtest.Count(t, w.admin, "activity.visit_action"); n != 1000 {
		t.Errorf("%d closes are logged", n)
	}
	if n := pgtest.Count(t, w.admin, "activity.visit WHERE version <> 2"); n != 0 {
		t.Errorf("%d were closed more than once", n)
	}
}

func TestShiftsAreClosed(t *testing.T) {
	t.Parallel()
	w := site(t)
	at := func(hour int) body {
		return body{"occurred_at": time.Date(2026, 3, 9, hour, 0, 0, 0, time.UTC).Format(time.RFC3339)}
	}
	w.make(t, job("guard", body{"user_id": "beto", "day": nil, "from": "2026-03-09T23:00:00Z", "until": "2026-03-10T11:00:00Z"}))
	w.clock.Set(time.Date(2026, 3, 9, 23, 30, 0, 0, time.UTC))
	w.shift(t, "ana", "start", "a1", at(13))
	w.shift(t, "ana", "pause", "a2", at(20))
	w.shift(t, "beto", "start", "b1", at(23))
	w.shift(t, "carla", "start", "c1", at(13))
	w.shift(t, "carla", "end", "c2", at(22))
	for range 5 {
		w.next(t)
	}
	w.closed(t, ten)
	e := w.next(t)
	if e.body["user_id"] != "ana" || e.body["state"] != "terminada" || e.body["forced"] != true || e.body["until"] != "2026-03-10T03:00:00Z" || e.body["worked_s"] != 7.0*3600 || e.sees() != "boss sol ana" {
		t.Errorf("%s: %v", e.sees(), e.body)
	}
	w.silent(t)
	// An end that arrives late and happened before the close counts.
	if a := w.shift(t, "ana", "end", "a3", body{"occurred_at": "2026-03-09T22:00:00Z"}).Is(t, http.StatusOK, ""); a.Body["shift"].(body)["ended_at"] != "2026-03-09T22:00:00Z" || a.Body["shift"].(body)["forced"] != false {
		t.Errorf("%s", a.Text)
	}
	w.next(t)
	// The guard works until six. Its shift is closed at eight, and ends at six.
	w.closed(t, time.Date(2026, 3, 10, 12, 59, 0, 0, time.UTC))
	if got := ids(t, w.get(t, person("boss"), "/v1/shifts?open=true"), "shifts"); got != "b1" {
		t.Errorf("open %q", got)
	}
	w.closed(t, time.Date(2026, 3, 10, 13, 0, 0, 0, time.UTC))
	for e = w.next(t); e.body["tipo"] != "jornada"; {
		e = w.next(t)
	}
	if e.body["id"] != "b1" || e.body["until"] != "2026-03-10T11:00:00Z" || e.body["forced"] != true {
		t.Errorf("%v", e.body)
	}
	// A shift is never longer than 36 hours, whatever the close.
	w.settings(t, person("boss"), body{"check_in_policy": "note", "check_in_max_m": 1, "close_at": "12:00"}).Is(t, http.StatusOK, "")
	w.shift(t, "solo", "start", "s1", body{"occurred_at": "2026-03-10T12:00:00Z"}).Is(t, http.StatusOK, "")
	w.closed(t, time.Date(2026, 3, 12, 12, 0, 0, 0, time.UTC))
	if a := w.get(t, person("solo"), "/v1/shifts").Is(t, http.StatusOK, ""); a.Body["shifts"].([]any)[0].(body)["ended_at"] != "2026-03-10T17:00:00Z" {
		t.Errorf("%s", a.Text)
	}
}

// A visit goes with its log after the retention, and a shift with its actions. What has not ended stays.
func TestOldVisitsGoWithTheirLogs(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("open", body{"day": "2026-03-31"}))
	w.make(t, job("done"))
	w.act(t, person("boss"), "done", "cancel", body{"version": 1, "reason": "x"}).Is(t, http.StatusOK, "")
	w.shift(t, "ana", "start", "s1", before(60))
	w.shift(t, "ana", "end", "s2", before(30))
	w.shift(t, "beto", "start", "s3", before(30))
	w.clock.Set(noon.Add(730*days - 2*time.Hour))
	w.again(t, "upkeep", "directory")
	if n := pgtest.Count(t, w.admin, "activity.visit") + pgtest.Count(t, w.admin, "activity.shift"); n != 4 {
		t.Errorf("%d are left too early", n)
	}
	w.clock.Set(noon.Add(730*days + time.Second))
	w.again(t, "upkeep", "directory")
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "activity.shift_action") == 0 })
	if v, a, s := pgtest.Count(t, w.admin, "activity.visit"), pgtest.Count(t, w.admin, "activity.visit_action"), pgtest.Count(t, w.admin, "activity.shift"); v != 1 || a != 0 || s != 1 {
		t.Errorf("%d visits, %d actions, %d shifts", v, a, s)
	}
}

// Whatever people do, and whether the close takes a visit alone or with hundreds of others: its row is what its log comes to.
func TestTheRowIsWhatTheLogComesTo(t *testing.T) {
	t.Parallel()
	w := site(t)
	const visits = 16
	for i := range visits {
		w.post(t, person("boss"), "/v1/activities", job(fmt.Sprint("v", i))).Is(t, http.StatusCreated, "")
	}
	r := rand.New(rand.NewPCG(7, 7))
	step := func() {
		id := fmt.Sprint("v", r.IntN(visits))
		when := body{"occurred_at": w.clock.Now().Add(-time.Duration(r.IntN(600)) * time.Minute).Format(time.RFC3339), "reason": "x"}
		switch action := []string{"accept", "set-out", "check-in", "check-in", "check-out", "check-out", "fail", "notes", "cancel", "reopen", "assign", "reschedule"}[r.IntN(12)]; action {
		case "cancel", "reopen":
			w.act(t, person("boss"), id, action, w.version(t, id), body{"reason": "x"})
		case "assign":
			w.act(t, person("boss"), id, action, w.version(t, id), body{"user_id": []string{"ana", "beto"}[r.IntN(2)]})
		case "reschedule":
			w.act(t, person("boss"), id, action, w.version(t, id), body{"day": []string{"2026-03-09", "2026-03-10"}[r.IntN(2)]})
		default:
			w.act(t, person([]string{"ana", "beto"}[r.IntN(2)]), id, action, when)
		}
	}
	check := func(when string) map[any]int {
		t.Helper()
		states := map[any]int{}
		for i := range visits {
			a := w.get(t, person("boss"), fmt.Sprint("/v1/activities/v", i)).Is(t, http.StatusOK, "")
			want := any("pendiente")
			if log := a.Body["history"].([]any); len(log) > 0 {
				want = log[len(log)-1].(body)["to_state"]
			}
			if a.Body["state"] != want {
				t.Errorf("%s: the row says %v, the log %v: %s", when, a.Body["state"], want, a.Text)
			}
			states[want]++
		}
		return states
	}
	for range 120 {
		step()
	}
	check("before the close")
	for day := range 2 {
		w.closed(t, ten.Add(time.Duration(24*day)*time.Hour+time.Minute))
		if states := check("after it"); states["incompleta"] == 0 {
			t.Errorf("nothing was closed: %v", states)
		}
		for range 80 {
			step()
		}
		check("later")
	}
	if n := pgtest.Count(t, w.admin, "activity.visit v WHERE actions <> (SELECT count(*) FROM activity.visit_action a WHERE a.visit_id = v.id)"); n != 0 {
		t.Errorf("%d visits have another number of actions", n)
	}
}

// Between the close and the job that carries it out, nothing depends on which of them comes first.
func TestTheCloseDoesNotWaitForItsJob(t *testing.T) {
	t.Parallel()
	w := site(t)
	for _, id := range []string{"out", "early", "ahead", "note"} {
		w.make(t, job(id))
	}
	at := func(offset time.Duration) body {
		return body{"occurred_at": ten.Add(offset).Format(time.RFC3339), "reason": "x"}
	}
	for _, id := range []string{"out", "early"} {
		w.act(t, person("ana"), id, "check-in", before(10)).Is(t, http.StatusOK, "")
	}
	w.shift(t, "ana", "start", "s1", before(60)).Is(t, http.StatusOK, "")
	w.shift(t, "beto", "start", "s2", before(60)).Is(t, http.StatusOK, "")
	// A phone whose clock is ahead reports before the close what it says happened after it.
	w.clock.Set(ten.Add(-time.Minute))
	w.act(t, person("ana"), "ahead", "check-in", at(30*time.Second)).Is(t, http.StatusOK, "")
	for range 5 {
		w.next(t)
	}
	w.clock.Set(ten.Add(20 * time.Second)) // No job runs.
	for _, c := range []struct {
		id, action, state, rule, by string
		when                        time.Duration
	}{
		{"out", "check-out", "incompleta", "ended", "*cierre", 10 * time.Second}, {"early", "check-out", "completada", "", "ana", -10 * time.Second}, {"note", "notes", "incompleta", "", "*cierre", 0},
	} {
		a := w.act(t, person("ana"), c.id, c.action, at(c.when)).Is(t, http.StatusOK, "")
		if a.Body["state"] != c.state || a.Body["rule"] != c.rule || a.Body["changed_by"] != c.by {
			t.Errorf("%s: %s", c.id, a.Text)
		}
		if e := w.next(t); e.body["state"] != c.state {
			t.Errorf("%s: told %v", c.id, e.body)
		}
	}
	if a := w.shift(t, "ana", "end", "e1", at(10*time.Second)).Is(t, http.StatusOK, ""); a.Body["rule"] != "no_shift" {
		t.Errorf("%s", a.Text)
	}
	if a := w.shift(t, "beto", "end", "e2", at(-10*time.Second)).Is(t, http.StatusOK, ""); a.Body["rule"] != "" || a.Body["shift"].(body)["forced"] != false {
		t.Errorf("%s", a.Text)
	}
	for range 2 { // Events of different shifts come in any order.
		if e := w.next(t); e.body["id"] == "s1" && (e.body["forced"] != true || e.body["until"] != "2026-03-10T03:00:00Z") {
			t.Errorf("%v", e.body)
		}
	}
	w.closed(t, ten.Add(time.Minute))
	if got := w.states(t, "acme"); got != "ahead incompleta cierre, early completada, note incompleta cierre, out incompleta cierre" {
		t.Errorf("%s", got)
	}
	if a := w.get(t, person("ana"), "/v1/activities/ahead"); a.Body["check_in_at"] != nil || w.history(t, person("ana"), "ahead") != "close check_in:ended" {
		t.Errorf("%s", a.Text)
	}
}
