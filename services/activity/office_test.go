package activity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	v := body{"version": 1, "reason": "olvidó"}
	// Who sees a visit that is not its own acts as the office; who does not see it finds nothing.
	for _, id := range []string{"beto", "carla", "solo", "sur"} {
		for _, action := range []string{"accept", "set-out", "check-in", "check-out", "fail", "notes"} {
			w.act(t, person(id), "v1", action, v).Is(t, http.StatusNotFound, "not_found")
		}
	}
	for _, who := range []auth.Claims{personOf("beta", "ana"), personOf("beta", "boss"), personOf("beta", "sol")} {
		w.act(t, who, "v1", "notes", v).Is(t, http.StatusNotFound, "not_found")
	}
	decisions := map[string]body{
		"cancel": v, "reopen": v, "assign": with(v, body{"user_id": "beto"}), "reschedule": with(v, body{"day": "2026-03-10"}),
		"correct": with(v, before(1), body{"corrects": "k"}),
	}
	for action, b := range decisions {
		if a := w.act(t, person("ana"), "v1", action, b); a.Status != http.StatusForbidden {
			t.Errorf("a colaborador may %s: %d %s", action, a.Status, a.Text)
		}
		w.act(t, person("sur"), "v1", action, b).Is(t, http.StatusNotFound, "not_found")
		w.act(t, personOf("beta", "boss"), "v1", action, b).Is(t, http.StatusNotFound, "not_found")
	}
	if n := pgtest.Count(t, w.admin, "activity.visit_action"); n != 0 {
		t.Errorf("%d actions", n)
	}
	// A supervisor for the worker: with a reason and the version.
	w.act(t, person("sol"), "v1", "check-in", body{"version": 1}).Is(t, http.StatusUnprocessableEntity, "reason_required")
	w.act(t, person("sol"), "v1", "check-in", body{"reason": "olvidó"}).Is(t, http.StatusUnprocessableEntity, "version_required")
	w.act(t, person("sol"), "v1", "check-in", body{"reason": "olvidó", "version": 7}).Is(t, http.StatusConflict, "activity_changed")
	if a := w.act(t, person("sol"), "v1", "check-in", v, before(30)).Is(t, http.StatusOK, ""); a.Body["state"] != "en_sitio" {
		t.Errorf("%s", a.Text)
	}
	w.act(t, person("sol"), "v1", "notes", body{"reason": "llamé"}).Is(t, http.StatusOK, "")
	// Whose own visit it is needs neither, whatever the role.
	w.make(t, job("v2", body{"user_id": "sol"}))
	w.act(t, person("sol"), "v2", "check-in").Is(t, http.StatusOK, "")
}

func TestTheOfficeDecidesOnWhatItSaw(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	// A phone whose clock is ahead does not undo a decision.
	w.act(t, person("ana"), "v1", "check-in", before(-2)).Is(t, http.StatusOK, "")
	w.next(t)
	w.act(t, person("boss"), "v1", "cancel", body{"reason": "x", "version": 1}).Is(t, http.StatusConflict, "activity_changed")
	w.act(t, person("boss"), "v1", "cancel", w.version(t, "v1")).Is(t, http.StatusUnprocessableEntity, "reason_required")
	if a := w.act(t, person("boss"), "v1", "cancel", w.version(t, "v1"), body{"reason": "cliente"}).Is(t, http.StatusOK, ""); a.Body["state"] != "cancelada" || a.Body["reason"] != "cliente" || a.Body["changed_by"] != "boss" {
		t.Errorf("%s", a.Text)
	}
	if e := w.next(t); e.body["reason"] != "cliente" {
		t.Errorf("%v", e.body)
	}
	for action, b := range map[string]body{"cancel": {"reason": "x"}, "assign": {"user_id": "beto"}, "reschedule": {"day": "2026-03-10"}} {
		w.act(t, person("boss"), "v1", action, w.version(t, "v1"), b).Is(t, http.StatusConflict, "activity_ended")
	}
	if a := w.act(t, person("sol"), "v1", "reopen", w.version(t, "v1")).Is(t, http.StatusOK, ""); a.Body["state"] != "pendiente" || a.Body["check_in_at"] != nil {
		t.Errorf("%s", a.Text)
	}
	w.act(t, person("sol"), "v1", "reopen", w.version(t, "v1")).Is(t, http.StatusConflict, "activity_not_ended")
	moved := w.act(t, person("sol"), "v1", "reschedule", w.version(t, "v1"), body{"from": "2026-03-11T23:00:00Z", "until": "2026-03-12T11:00:00Z"}).Is(t, http.StatusOK, "")
	if moved.Body["from"] != "2026-03-11T23:00:00Z" || moved.Body["close_at"] != "2026-03-12T13:00:00Z" || moved.Body["id"] != "v1" {
		t.Errorf("%s", moved.Text)
	}
	w.act(t, person("sol"), "v1", "reschedule", w.version(t, "v1"), body{"from": "2026-03-11T23:00:00Z", "until": "2026-03-11T11:00:00Z"}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	if got := w.history(t, person("ana"), "v1"); got != "check_in cancel reopen reschedule" {
		t.Errorf("history %q", got)
	}
}

// Two supervisors move the same visit at the same moment: one is told what the other did.
func TestNoEditIsLostSilently(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	type result struct {
		a   answer
		err error
	}
	results := make(chan result, 8)
	token := w.issuer.Token(t, person("sol"))
	for i := range cap(results) {
		go func() {
			a, err := w.try(t.Context(), token, "POST", "/v1/activities/v1/reschedule", body{"day": fmt.Sprint("2026-03-", 10+i), "version": 1})
			results <- result{a, err}
		}()
	}
	won := 0
	for range cap(results) {
		r := <-results
		switch {
		case r.err != nil:
			t.Error(r.err)
		case r.a.Status == http.StatusOK:
			won++
		case r.a.Status != http.StatusConflict || r.a.Body["current"].(body)["version"] != 2.0:
			t.Errorf("%d %s", r.a.Status, r.a.Text)
		}
	}
	if won != 1 {
		t.Errorf("%d of them moved it", won)
	}
}

func TestAReassignedVisitLeavesTheFirstWorker(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1", body{"notes": "secreto"}))
	w.act(t, person("boss"), "v1", "assign", w.version(t, "v1"), body{"user_id": "nadie"}).Is(t, http.StatusUnprocessableEntity, "user_not_found")
	w.act(t, person("sol"), "v1", "assign", w.version(t, "v1"), body{"user_id": "carla"}).Is(t, http.StatusUnprocessableEntity, "user_not_found")
	w.act(t, person("sol"), "v1", "assign", w.version(t, "v1")).Is(t, http.StatusUnprocessableEntity, "worker_or_team_required")
	w.act(t, person("boss"), "v1", "assign", w.version(t, "v1"), body{"user_id": "carla"}).Is(t, http.StatusOK, "")
	gone, now := w.next(t), w.next(t)
	if gone.sees() != "sol ana" || gone.body["retirada"] != true || gone.body["user_id"] != "ana" || strings.Contains(fmt.Sprint(gone.body), "carla") || strings.Contains(fmt.Sprint(gone.body), "secreto") {
		t.Errorf("%s: %v", gone.sees(), gone.body)
	}
	if now.sees() != "boss sur carla" || now.body["retirada"] != false || now.body["user_id"] != "carla" {
		t.Errorf("%s: %v", now.sees(), now.body)
	}
	w.get(t, person("ana"), "/v1/activities/v1").Is(t, http.StatusNotFound, "not_found")
	// What Ana did before she knew of it is kept, and says nothing of who has it now. What she did before she lost it counts.
	if a := w.do(t, person("ana"), http.MethodPost, "/v1/activities/v1/check-in", nil).Is(t, http.StatusOK, ""); a.Body["rule"] != "not_assigned" || a.Body["retirada"] != true || a.Body["user_id"] != "" || strings.Contains(a.Text, "carla") || strings.Contains(a.Text, "secreto") {
		t.Errorf("%s", a.Text)
	}
	w.clock.Set(noon.Add(time.Minute))
	if a := w.act(t, person("ana"), "v1", "check-out").Is(t, http.StatusOK, ""); a.Body["rule"] != "not_assigned" {
		t.Errorf("%s", a.Text)
	}
	w.act(t, person("ana"), "v1", "cancel", body{"version": 3, "reason": "x"})
	w.act(t, person("beto"), "v1", "check-in").Is(t, http.StatusNotFound, "not_found")
	// And back again, to another team too: nobody is told twice.
	w.act(t, person("boss"), "v1", "assign", w.version(t, "v1"), body{"user_id": "ana", "team_id": "sur"}).Is(t, http.StatusOK, "")
	for _, want := range []string{"carla", "boss sol sur ana"} {
		if e := w.next(t); e.sees() != want {
			t.Errorf("told to %q, want %q: %v", e.sees(), want, e.body)
		}
	}
	if a := w.act(t, person("boss"), "v1", "assign", w.version(t, "v1"), body{"user_id": "ana", "team_id": "sur"}).Is(t, http.StatusOK, ""); a.Body["rule"] != "repeated" {
		t.Errorf("%s", a.Text)
	}
	w.silent(t)
}

func TestACorrectionReplacesWhatAWorkerReported(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.post(t, person("ana"), "/v1/activities/v1/check-in", before(60), "Idempotency-Key", "in").Is(t, http.StatusOK, "")
	w.act(t, person("ana"), "v1", "check-out", before(10)).Is(t, http.StatusOK, "")
	fix := with(before(90), body{"corrects": "in", "reason": "reloj"})
	w.act(t, person("sol"), "v1", "correct", w.version(t, "v1"), fix, body{"corrects": "out"}).Is(t, http.StatusUnprocessableEntity, "nothing_to_correct")
	w.act(t, person("sol"), "v1", "correct", w.version(t, "v1"), fix, body{"reason": nil}).Is(t, http.StatusUnprocessableEntity, "reason_required")
	w.act(t, person("sol"), "v1", "correct", body{"version": 1}, fix).Is(t, http.StatusConflict, "activity_changed")
	w.act(t, person("sol"), "v1", "correct", w.version(t, "v1"), fix, before(-3)).Is(t, http.StatusUnprocessableEntity, "occurred_ahead")
	if a := w.act(t, person("sol"), "v1", "correct", w.version(t, "v1"), fix).Is(t, http.StatusOK, ""); a.Body["check_in_at"] != "2026-03-09T15:30:00Z" || a.Body["state"] != "completada" {
		t.Errorf("%s", a.Text)
	}
	if got := w.history(t, person("ana"), "v1"); got != "correct check_in:corrected check_out" {
		t.Errorf("the worker sees %q", got)
	}
}

func TestACompanysPolicyForCheckIns(t *testing.T) {
	t.Parallel()
	w := site(t)
	policy := func(p string) {
		t.Helper()
		w.settings(t, person("boss"), body{"check_in_policy": p, "check_in_max_m": 200, "close_at": "22:00"}).Is(t, http.StatusOK, "")
	}
	far, there := body{"lat": 4.6545, "lon": -74.08, "accuracy_m": 10}, body{"lat": 4.651, "lon": -74.08, "accuracy_m": 10}
	for i, c := range []struct {
		policy, code string
		b            body
	}{
		{"note", "", far},
		{"reason", "reason_required", far},
		{"reason", "", with(far, body{"reason": "portería"})},
		{"reason", "reason_required", body{}},
		{"reason", "", there},
		{"refuse", "too_far", far},
		{"refuse", "too_far", with(far, body{"reason": "portería"})},
		{"refuse", "too_far", body{}},
		{"refuse", "", there},
		{"refuse", "", with(far, body{"accuracy_m": 200})},
		{"refuse", "too_far", body{"lat": 4.7, "lon": -74.08, "accuracy_m": 50000}},
	} {
		policy(c.policy)
		id := fmt.Sprint("v", i)
		w.make(t, job(id))
		a := w.act(t, person("ana"), id, "check-in", c.b)
		if a.Code() != c.code || (a.Status == http.StatusOK) != (c.code == "") {
			t.Errorf("%s %v: %d %s", c.policy, c.b, a.Status, a.Text)
		}
		if c.code == "" {
			w.next(t)
		}
	}
	w.act(t, person("ana"), "v5", "check-out").Is(t, http.StatusOK, "") // only the check-in is judged
	w.act(t, person("sol"), "v5", "check-in", body{"version": 1, "reason": "lo vi"}).Is(t, http.StatusOK, "")
	w.make(t, job("t1", body{"tipo": "tarea", "place_id": nil}))
	w.act(t, person("ana"), "t1", "check-in").Is(t, http.StatusOK, "")
}

// A phone whose clock is a little behind says that the worker accepted before the visit was assigned.
func TestWhatIsReportedWithoutATimeFollowsWhatIsKnown(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.act(t, person("ana"), "v1", "check-in", before(-2)).Is(t, http.StatusOK, "") // the clock of the phone is ahead
	if a := w.act(t, person("ana"), "v1", "check-out").Is(t, http.StatusOK, ""); a.Body["state"] != "completada" || a.Body["rule"] != "" {
		t.Errorf("a check-out without a time: %s", a.Text)
	}
}

func TestAClockThatIsALittleBehindLosesNothing(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1", body{"user_id": "sol"}))
	w.act(t, person("boss"), "v1", "assign", w.version(t, "v1"), body{"user_id": "ana"}).Is(t, http.StatusOK, "")
	if a := w.act(t, person("ana"), "v1", "accept", before(1)).Is(t, http.StatusOK, ""); a.Body["rule"] != "" || a.Body["state"] != "aceptada" {
		t.Errorf("%s", a.Text)
	}
	if a := w.act(t, person("ana"), "v1", "set-out", before(3)).Is(t, http.StatusOK, ""); a.Body["rule"] != "not_assigned" {
		t.Errorf("%s", a.Text)
	}
	// A supervisor's phone reports what it did while the visit was its own, like that of a worker.
	if a := w.act(t, person("sol"), "v1", "accept", before(10)).Is(t, http.StatusOK, ""); a.Body["rule"] != "" || a.Body["retirada"] != false {
		t.Errorf("%s", a.Text)
	}
	if got := w.history(t, person("boss"), "v1"); got != "accept set_out:not_assigned assign accept" {
		t.Errorf("%s", got)
	}
}
