package activity_test

import (
	"net/http"
	"testing"
)

// A check-out is taken although required items have no answer: the phone may be offline. The visit says how many are missing, in lists
// and events, until somebody answers.
func TestAVisitSaysWhatItsChecklistLacks(t *testing.T) {
	t.Parallel()
	w := site(t)
	missing := func(what string, b body, want float64) {
		t.Helper()
		if b["checklist_missing"] != want {
			t.Errorf("%s: %v missing, want %v", what, b["checklist_missing"], want)
		}
	}
	e := w.make(t, job("v1", body{"checklist": []body{{"id": "foto", "text": "Foto", "required": true}, {"id": "firma", "text": "Firma", "required": true}, {"id": "otro", "text": "Otro"}}}))
	missing("a new visit", e.body, 2)
	w.act(t, person("ana"), "v1", "check-in", before(60), body{"answers": []body{{"item": "otro", "value": "x"}}}).Is(t, http.StatusOK, "")
	missing("a check-in", w.next(t).body, 2)
	out := w.act(t, person("ana"), "v1", "check-out", before(30), body{"answers": []body{{"item": "foto", "value": "sí"}}}).Is(t, http.StatusOK, "")
	missing("the check-out", out.Body, 1)
	missing("its event", w.next(t).body, 1)
	list := w.get(t, person("sol"), "/v1/activities?state=completada").Is(t, http.StatusOK, "").Body["activities"].([]any)
	missing("a list", list[0].(body), 1)
	missing("one visit", w.get(t, person("sol"), "/v1/activities/v1").Body, 1)
	missing("a day", w.get(t, person("ana"), "/v1/my-day").Body["activities"].([]any)[0].(body), 1)
	w.act(t, person("ana"), "v1", "notes", before(29), body{"answers": []body{{"item": "firma", "value": "Luis"}}}).Is(t, http.StatusOK, "")
	missing("an answer that arrives later", w.next(t).body, 0)
	w.act(t, person("ana"), "v1", "notes", before(28), body{"answers": []body{{"item": "firma", "value": ""}}}).Is(t, http.StatusOK, "")
	missing("an answer that is taken back", w.next(t).body, 1)
}
