package activity_test

import (
	"net/http"
	"strings"
	"testing"
)

// A phone's queue takes objections too, each once, whichever way it is sent.
func TestAPhonesQueueTakesObjections(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.make(t, job("his", body{"user_id": "beto"}))
	w.act(t, person("sol"), "v1", "check-in", body{"version": 1, "reason": "llamó"}).Is(t, http.StatusOK, "")
	w.shift(t, "sol", "start", "s1", body{"user_id": "ana", "reason": "olvidó"}, before(60)).Is(t, http.StatusOK, "")
	w.next(t)
	w.next(t)
	why := body{"reason": "no fue así"}
	queue := []any{
		item("o1", "visita", "v1", "object", why), item("o2", "jornada", "s1", "object", why), item("o3", "visita", "his", "object", why), item("o4", "jornada", "nada", "object", why),
		item("o5", "visita", "v1", "object"), item("o6", "jornada", "s1", "object"),
	}
	got, a := w.sync(t, person("ana"), queue...)
	if want := "applied,applied,rejected not_found,rejected shift_not_found,rejected validation_failed,rejected validation_failed"; strings.Join(got, ",") != want {
		t.Errorf("%q %s", got, a.Text)
	}
	told := map[any]bool{}
	for range 2 {
		e := w.next(t)
		if told[e.body["id"]] = true; e.body["objected"] != true || e.sees() != "boss sol ana" {
			t.Errorf("told to %s: %v", e.sees(), e.body)
		}
	}
	if !told["v1"] || !told["s1"] {
		t.Errorf("told %v", told)
	}
	if got, _ := w.sync(t, person("ana"), queue[:2]...); strings.Join(got, ",") != "duplicate,duplicate" {
		t.Errorf("again %q", got)
	}
	text := body{"text": "no fue así"}
	for path, key := range map[string]string{"/v1/activities/v1/object": "o1", "/v1/shifts/s1/object": "o2"} {
		if a := w.post(t, person("ana"), path, text, "Idempotency-Key", key).Is(t, http.StatusOK, ""); a.Body["duplicate"] != true {
			t.Errorf("%s: %s", path, a.Text)
		}
	}
	w.silent(t)
}
