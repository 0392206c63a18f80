package activity_test

import (
	"net/http"
	"testing"
)

// A photo is told of with a version of its own, and whoever edits the visit meanwhile is not refused because of it.
func TestAPhotoIsToldOfAndIsNoConflict(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	photo := func(key string, version float64) {
		t.Helper()
		a := w.picture(t, person("ana"), "v1", jpeg(key, 100), "", "Idempotency-Key", key)
		a.Is(t, http.StatusCreated, "")
		if e := w.next(t); e.body["version"] != version || a.Body["version"] != version || e.sees() != "boss sol ana" || e.body["state"] != a.Body["state"] {
			t.Errorf("%s told to %s: %v, answer %s", key, e.sees(), e.body, a.Text)
		}
	}
	photo("one", 2)
	photo("two", 3)
	w.picture(t, person("ana"), "v1", jpeg("two", 100), "", "Idempotency-Key", "two").Is(t, http.StatusCreated, "")
	w.act(t, person("ana"), "v1", "notes", body{"reason": "una nota"}).Is(t, http.StatusOK, "")
	w.silent(t)
	if a := w.get(t, person("boss"), "/v1/activities/v1"); a.Body["changed_by"] != "boss" || a.Body["version"] != 3.0 {
		t.Errorf("%s", a.Text)
	}
	edit := body{"title": "Otra", "place_id": "p1"}
	w.put(t, person("boss"), "/v1/activities/v1", with(edit, body{"version": 4})).Is(t, http.StatusConflict, "activity_changed")
	if a := w.put(t, person("boss"), "/v1/activities/v1", with(edit, body{"version": 1})).Is(t, http.StatusOK, ""); a.Body["version"] != 4.0 {
		t.Errorf("%s", a.Text)
	}
	w.next(t)
	photo("three", 5)
	w.act(t, person("sol"), "v1", "reschedule", body{"version": 3, "day": "2026-03-10"}).Is(t, http.StatusConflict, "activity_changed")
	w.act(t, person("sol"), "v1", "reschedule", body{"version": 4, "day": "2026-03-10"}).Is(t, http.StatusOK, "")
	w.next(t)
	// What the worker does is no photo.
	photo("four", 7)
	w.act(t, person("ana"), "v1", "check-in").Is(t, http.StatusOK, "")
	w.next(t)
	photo("five", 9)
	for version, status := range map[int]int{6: http.StatusConflict, 7: http.StatusConflict, 10: http.StatusConflict} {
		w.act(t, person("sol"), "v1", "cancel", body{"version": version, "reason": "x"}).Is(t, status, "activity_changed")
	}
	w.act(t, person("sol"), "v1", "cancel", body{"version": 8, "reason": "x"}).Is(t, http.StatusOK, "")
	w.next(t)
	// The close of the day is a change too.
	w.make(t, job("v2"))
	w.picture(t, person("ana"), "v2", jpeg("six", 100), "").Is(t, http.StatusCreated, "")
	w.next(t)
	w.closed(t, ten)
	w.next(t)
	w.act(t, person("sol"), "v2", "reopen", body{"version": 2}).Is(t, http.StatusConflict, "activity_changed")
	w.act(t, person("sol"), "v2", "reopen", body{"version": 3}).Is(t, http.StatusOK, "")
}
