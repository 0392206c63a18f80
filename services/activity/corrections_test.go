package activity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func (w *world) shiftLog(t *testing.T, who, user string) (log string, version any) {
	t.Helper()
	a := w.get(t, person(who), "/v1/shifts/log?user="+user).Is(t, http.StatusOK, "")
	var all []string
	for _, e := range a.Body["history"].([]any) {
		e := e.(body)
		text := fmt.Sprint(e["kind"])
		if e["rule"] != "" {
			text += ":" + fmt.Sprint(e["rule"])
		}
		all = append(all, text)
	}
	return strings.Join(all, " "), a.Body["version"]
}

func TestASupervisorCorrectsAShift(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "ana", "start", "s1", before(240))
	w.shift(t, "ana", "end", "e1", before(60))
	w.next(t)
	w.next(t)
	fix := func(version any, more ...body) body {
		return with(body{"user_id": "ana", "corrects": "e1", "version": version, "reason": "olvidó el fichaje"}, append([]body{before(30)}, more...)...)
	}
	const path = "/v1/shifts/correct"
	w.post(t, person("sol"), path, fix(1)).Is(t, http.StatusConflict, "shifts_changed")
	w.post(t, person("sol"), path, fix(2, body{"corrects": "nada"})).Is(t, http.StatusUnprocessableEntity, "nothing_to_correct")
	w.post(t, person("sol"), path, fix(2, before(300))).Is(t, http.StatusUnprocessableEntity, "correction_without_effect")
	w.post(t, person("sol"), path, fix(2, before(-10))).Is(t, http.StatusUnprocessableEntity, "occurred_ahead")
	w.post(t, person("sol"), path, fix(2, before(31*24*60))).Is(t, http.StatusUnprocessableEntity, "occurred_too_long_ago")
	w.post(t, person("sol"), path, fix(2, body{"reason": " "})).Is(t, http.StatusUnprocessableEntity, "reason_required")
	w.post(t, person("sur"), path, fix(2)).Is(t, http.StatusNotFound, "user_not_found")
	w.post(t, person("sol"), path, fix(2, body{"user_id": "sol"})).Is(t, http.StatusForbidden, "own_hours")
	w.post(t, person("ana"), path, fix(2)).Is(t, http.StatusForbidden, "forbidden")
	w.post(t, personOf("beta", "boss"), path, fix(2)).Is(t, http.StatusConflict, "shifts_changed") // its own Ana has none
	w.post(t, person("ana"), "/v1/shifts/s1/object", body{"text": "no"}).Is(t, http.StatusConflict, "nothing_to_object")
	w.silent(t)

	a := w.post(t, person("sol"), path, fix(2), "Idempotency-Key", "c1").Is(t, http.StatusOK, "")
	if s := a.Body["shift"].(body); s["id"] != "s1" || s["ended_at"] != "2026-03-09T16:30:00Z" || s["corrected"] != true || s["objected"] != false || a.Body["version"] != 3.0 {
		t.Errorf("%s", a.Text)
	}
	if e := w.next(t); e.body["corrected"] != true || e.body["until"] != "2026-03-09T16:30:00Z" || e.sees() != "boss sol ana" {
		t.Errorf("%s: %v", e.sees(), e.body)
	}
	if again := w.post(t, person("sol"), path, fix(2), "Idempotency-Key", "c1").Is(t, http.StatusOK, ""); again.Body["duplicate"] != true {
		t.Errorf("%s", again.Text)
	}
	// The worker objects. Nobody else does for it, and nobody takes it back.
	no := body{"text": "Salí a las once y media"}
	w.post(t, person("beto"), "/v1/shifts/s1/object", no).Is(t, http.StatusNotFound, "shift_not_found")
	w.post(t, person("sol"), "/v1/shifts/s1/object", no).Is(t, http.StatusNotFound, "shift_not_found")
	w.post(t, personOf("beta", "ana"), "/v1/shifts/s1/object", no).Is(t, http.StatusNotFound, "shift_not_found")
	w.post(t, person("ana"), "/v1/shifts/s1/object", body{"text": " "}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	a = w.post(t, person("ana"), "/v1/shifts/s1/object", no, "Idempotency-Key", "o1").Is(t, http.StatusOK, "")
	if a.Body["shift"].(body)["objected"] != true {
		t.Errorf("%s", a.Text)
	}
	if e := w.next(t); e.body["objected"] != true {
		t.Errorf("%v", e.body)
	}
	w.post(t, person("ana"), "/v1/shifts/s1/object", no, "Idempotency-Key", "o1").Is(t, http.StatusOK, "")
	for who, want := range map[string]string{"sol": "s1", "sur": "", "ana": "s1"} {
		if got := ids(t, w.get(t, person(who), "/v1/shifts?objected=true"), "shifts"); got != want {
			t.Errorf("%s lists %q", who, got)
		}
	}
	log, version := w.shiftLog(t, "ana", "ana")
	if log != "start end:corrected correct object" {
		t.Errorf("%s", log)
	}
	// The office answers by a further correction.
	a = w.post(t, person("sol"), path, fix(version, body{"occurred_at": "2026-03-09T16:31:00Z"})).Is(t, http.StatusOK, "")
	if s := a.Body["shift"].(body); s["objected"] != false || s["ended_at"] != "2026-03-09T16:31:00Z" {
		t.Errorf("%s", a.Text)
	}
	w.next(t)
	w.silent(t)
}

// What was forgotten altogether is entered for the worker, and a close is corrected to the end that it should be.
func TestWhatWasForgottenIsEntered(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "sol", "start", "s1", w.occurred(t, "09T08:00"), body{"user_id": "ana", "reason": "sin teléfono"}).Is(t, http.StatusOK, "")
	if e := w.next(t); e.body["corrected"] != true || e.sees() != "boss sol ana" {
		t.Errorf("%v", e.body)
	}
	w.closed(t, ten)
	w.next(t)
	a := w.get(t, person("sol"), "/v1/shifts/log?user=ana").Is(t, http.StatusOK, "")
	closing := a.Body["history"].([]any)[1].(body)
	if closing["kind"] != "close" {
		t.Fatalf("%s", a.Text)
	}
	w.post(t, person("ana"), "/v1/shifts/s1/object", body{"text": "trabajé hasta las seis"}).Is(t, http.StatusOK, "")
	w.next(t)
	a = w.post(t, person("sol"), "/v1/shifts/correct", with(body{"user_id": "ana", "corrects": closing["key"], "version": 3, "reason": "x"}, w.occurred(t, "09T18:00"))).Is(t, http.StatusOK, "")
	if s := a.Body["shift"].(body); s["ended_at"] != "2026-03-09T23:00:00Z" || s["forced"] != false || s["objected"] != false {
		t.Errorf("%s", a.Text)
	}
}

func TestAWorkerObjectsToWhatWasMadeOfAVisit(t *testing.T) {
	t.Parallel()
	w := site(t)
	for _, id := range []string{"v1", "v2"} {
		w.make(t, job(id))
	}
	w.act(t, person("ana"), "v1", "check-in", before(60))
	w.next(t)
	log := w.get(t, person("ana"), "/v1/activities/v1").Body["history"].([]any)
	no := body{"text": "Llegué antes"}
	w.post(t, person("ana"), "/v1/activities/v1/object", no).Is(t, http.StatusConflict, "nothing_to_object")
	fixed := w.act(t, person("sol"), "v1", "correct", w.version(t, "v1"), before(50), body{"reason": "x", "corrects": log[0].(body)["key"]}).Is(t, http.StatusOK, "")
	if e := w.next(t); fixed.Body["corrected"] != true || e.body["corrected"] != true || e.body["objected"] != false {
		t.Errorf("%s", fixed.Text)
	}
	w.post(t, person("beto"), "/v1/activities/v1/object", no).Is(t, http.StatusNotFound, "not_found")
	w.post(t, person("sur"), "/v1/activities/v1/object", no).Is(t, http.StatusNotFound, "not_found")
	w.post(t, personOf("beta", "ana"), "/v1/activities/v1/object", no).Is(t, http.StatusNotFound, "not_found")
	w.post(t, person("sol"), "/v1/activities/v1/object", no).Is(t, http.StatusForbidden, "forbidden")
	a := w.post(t, person("ana"), "/v1/activities/v1/object", no, "Idempotency-Key", "o1").Is(t, http.StatusOK, "")
	if e := w.next(t); a.Body["objected"] != true || a.Body["state"] != "en_sitio" || e.body["objected"] != true || e.sees() != "boss sol ana" {
		t.Errorf("%s", a.Text)
	}
	if a := w.post(t, person("ana"), "/v1/activities/v1/object", no, "Idempotency-Key", "o1").Is(t, http.StatusOK, ""); a.Body["duplicate"] != true {
		t.Errorf("%s", a.Text)
	}
	if got := ids(t, w.get(t, person("sol"), "/v1/activities?objected=true"), "activities"); got != "v1" {
		t.Errorf("%q", got)
	}
	if got := w.history(t, person("sol"), "v1"); !strings.HasSuffix(got, "object") {
		t.Errorf("%s", got)
	}
	w.act(t, person("sol"), "v1", "correct", w.version(t, "v1"), before(55), body{"reason": "x", "corrects": log[0].(body)["key"]}).Is(t, http.StatusOK, "")
	if e := w.next(t); e.body["corrected"] != true || e.body["objected"] != false {
		t.Errorf("%v", e.body)
	}
	w.silent(t)
	// The close of the day is something to object to, too.
	w.closed(t, ten)
	a = w.post(t, person("ana"), "/v1/activities/v2/object", no).Is(t, http.StatusOK, "")
	if a.Body["state"] != "incompleta" || a.Body["objected"] != true {
		t.Errorf("%s", a.Text)
	}
}
