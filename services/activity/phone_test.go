package activity_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

func TestMyDayCostsNothingWhileNothingChanges(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("today", body{"checklist": []body{{"text": "Foto"}}}))
	w.make(t, job("tomorrow", body{"day": "2026-03-10"}))
	w.make(t, job("beto", body{"user_id": "beto"}))
	w.make(t, job("left", body{"day": "2026-03-08"}))
	w.make(t, job("done", body{"day": "2026-03-08"}))
	w.act(t, person("ana"), "done", "check-in")
	w.act(t, person("ana"), "done", "check-out")
	a := w.get(t, person("ana"), "/v1/my-day").Is(t, http.StatusOK, "")
	tag := a.Header.Get("ETag")
	if got := strings.Join(a.IDs(t, "activities"), " "); got != "left today" || tag == "" || a.Body["day"] != "2026-03-09" || a.Body["zone"] != "America/Bogota" {
		t.Errorf("%q %s", tag, a.Text)
	}
	if today := a.Body["activities"].([]any)[1].(body); len(today["checklist"].([]any)) != 1 || today["address"] != "Calle 100 # 11-20" {
		t.Errorf("%v", today)
	}
	again := func(path string, changed bool) {
		t.Helper()
		a := w.do(t, person("ana"), http.MethodGet, path, nil, "If-None-Match", `"other", W/`+tag)
		if (a.Status == http.StatusOK) != changed || !changed && (a.Status != http.StatusNotModified || a.Text != "" || a.Header.Get("ETag") != tag) {
			t.Fatalf("%d %s", a.Status, a.Text)
		}
		tag = a.Header.Get("ETag")
	}
	w.clock.Set(noon.Add(time.Minute))
	again("/v1/my-day", false)
	again("/v1/my-day?day=2026-03-09", false)
	w.make(t, job("beto2", body{"user_id": "beto"}))
	again("/v1/my-day", false)
	w.act(t, person("ana"), "today", "accept").Is(t, http.StatusOK, "")
	again("/v1/my-day", true)
	w.put(t, person("boss"), "/v1/places/p1", bakery("p1", body{"address": "Calle 1", "version": 1})).Is(t, http.StatusOK, "")
	again("/v1/my-day", true)
	w.shift(t, "ana", "start", "s1").Is(t, http.StatusOK, "")
	again("/v1/my-day", true)
	w.clock.Set(noon.Add(time.Hour))
	again("/v1/my-day", false)
	w.settings(t, person("boss"), body{"check_in_policy": "refuse", "check_in_max_m": 1, "close_at": "22:00"}).Is(t, http.StatusOK, "")
	again("/v1/my-day", true)
	w.put(t, person("sol"), "/v1/shift-plans/user/ana", works("18:00", "06:00", 0)).Is(t, http.StatusOK, "")
	again("/v1/my-day", true)
	w.put(t, person("sur"), "/v1/shift-plans/user/carla", works("08:00", "09:00", 0)).Is(t, http.StatusOK, "")
	again("/v1/my-day", false)
	planned := w.get(t, person("ana"), "/v1/my-day").Body["planned"]
	if got := fmt.Sprint(planned); got != "[map[day:2026-03-08 from:2026-03-08T23:00:00Z until:2026-03-09T11:00:00Z] map[day:2026-03-09 from:2026-03-09T23:00:00Z until:2026-03-10T11:00:00Z]]" {
		t.Errorf("planned %s", got)
	}
	same := w.get(t, person("ana"), "/v1/shift-plans/of/ana?from=2026-03-09T05:00:00Z&to=2026-03-10T05:00:00Z").Is(t, http.StatusOK, "").Body["windows"]
	if fmt.Sprint(same) != fmt.Sprint(planned) {
		t.Errorf("planned %v, and by the plan %v", planned, same)
	}
	if got := ids(t, w.get(t, person("ana"), "/v1/my-day?day=2026-03-10"), "activities"); got != "left today tomorrow" {
		t.Errorf("tomorrow %q", got)
	}
	w.get(t, person("ana"), "/v1/my-day?day=2026-02-30").Is(t, http.StatusUnprocessableEntity, "validation_failed")
}

func item(key, tipo, entity, action string, more ...body) body {
	return with(body{"key": key, "type": tipo, "entity": entity, "action": action}, more...)
}

// sync hands in a queue and returns the answers: status, and code or rule.
func (w *world) sync(t *testing.T, who auth.Claims, items ...any) (words []string, a answer) {
	t.Helper()
	a = w.post(t, who, "/v1/sync", body{"items": items}).Is(t, http.StatusOK, "")
	for i, r := range a.Body["results"].([]any) {
		r := r.(body)
		if r["index"] != float64(i) {
			t.Errorf("result %d: %v", i, r)
		}
		word := fmt.Sprint(r["status"])
		for _, name := range []string{"code", "rule"} {
			if r[name] != nil {
				word += " " + fmt.Sprint(r[name])
			}
		}
		words = append(words, word)
	}
	return words, a
}

func TestAPhonesQueue(t *testing.T) {
	t.Parallel()
	w := site(t)
	for _, id := range []string{"v1", "v2", "v3"} {
		w.make(t, job(id))
	}
	w.make(t, job("his", body{"user_id": "beto"}))
	queue := []any{
		item("s", "jornada", "", "start", before(120)), item("a", "visita", "v1", "accept", before(100)), item("b", "visita", "v1", "check_in", before(90), body{"lat": 4.65, "lon": -74.08}),
		item("c", "tarea", "v2", "check_out", before(80)), item("b", "visita", "v1", "check_in", before(90), body{"lat": 4.65, "lon": -74.08}), item("a", "visita", "v1", "accept", before(99)),
		item("d", "visita", "his", "check_in"), item("e", "visita", "nada", "check_in"), item("f", "visita", "v1", "cancel"), item("g", "panico", "", "raise"), item("h", "chat", "", "send"),
		item("i", "visita", "v3", "fail"), item("j", "visita", "v3", "check_in", before(-10)), item("k", "visita", "v3", "check_in", body{"lat": 100}), "no item", item("l", "jornada", "beto", "start"),
		item("m", "jornada", "", "open"), item("", "visita", "v1", "accept"), item("n", "visita", "v1", "check_out", before(10)), item("o", "jornada", "ana", "end", before(5)),
	}
	got, a := w.sync(t, person("ana"), queue...)
	want := []string{
		"applied", "applied", "applied", "applied no_check_in", "duplicate", "rejected idempotency_key_reused", "rejected not_found", "rejected not_found", "rejected action_unknown",
		"rejected type_unknown", "rejected type_unknown", "rejected reason_required", "rejected occurred_ahead", "rejected validation_failed", "rejected validation_failed", "rejected entity_unknown",
		"rejected action_unknown", "rejected validation_failed", "applied", "applied",
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("item %d: %q, want %q: %v", i, got[i], want[i], a.Body["results"].([]any)[i])
		}
	}
	if r := a.Body["results"].([]any)[9].(body); !strings.Contains(fmt.Sprint(r["detail"]), "/v1/alerts") {
		t.Errorf("%v", r)
	}
	if v := w.get(t, person("ana"), "/v1/activities/v1"); v.Body["state"] != "completada" || v.Body["check_in_distance_m"] != 0.0 {
		t.Errorf("%s", v.Text)
	}
	// The same queue from the same phone again, whole: nothing is done twice.
	got, _ = w.sync(t, person("ana"), queue[:5]...)
	if strings.Join(got, ",") != "duplicate,duplicate,duplicate,duplicate no_check_in,duplicate" {
		t.Errorf("again: %q", got)
	}
	w.post(t, person("ana"), "/v1/sync", body{"items": []any{}}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.post(t, person("ana"), "/v1/sync", body{"items": make([]body, 101)}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	// Another company's worker with the same name finds nothing.
	if got, _ := w.sync(t, personOf("beta", "ana"), queue[2]); got[0] != "rejected not_found" {
		t.Errorf("%q", got)
	}
}

// After a conflict the entity's other items wait, and those of other entities go on.
func TestAConflictBlocksItsEntity(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.make(t, job("v2", body{"user_id": "sol"}))
	reason := body{"reason": "olvidó", "version": 7}
	got, a := w.sync(t, person("sol"), item("a", "visita", "v1", "check_in", reason), item("b", "visita", "v1", "check_out", reason), item("c", "visita", "v2", "check_in"), item("d", "visita", "v1", "note", reason))
	if strings.Join(got, ",") != "conflict activity_changed,blocked blocked,applied,blocked blocked" || a.Body["results"].([]any)[0].(body)["current"].(body)["version"] != 1.0 {
		t.Errorf("%q %s", got, a.Text)
	}
}

// While the database does not answer, items are to be sent again and the others of their entity wait.
func TestAQueueThatCannotBeDoneIsKept(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.exec(t, `REVOKE INSERT ON activity.visit_action FROM terreno_activity`)
	got, a := w.sync(t, person("ana"), item("a", "visita", "v1", "check_in"), item("b", "visita", "v1", "check_out"), item("s", "jornada", "", "start"))
	if strings.Join(got, ",") != "retry unavailable,blocked blocked,applied" || a.Body["results"].([]any)[0].(body)["retry_after_ms"] != 5000.0 {
		t.Errorf("%q %s", got, a.Text)
	}
	w.exec(t, `GRANT INSERT ON activity.visit_action TO terreno_activity`)
	if got, _ = w.sync(t, person("ana"), item("a", "visita", "v1", "check_in"), item("b", "visita", "v1", "check_out")); strings.Join(got, ",") != "applied,applied" {
		t.Errorf("%q", got)
	}
}

// Two phones of a worker hand in the same queue at the same moment, twice each: everything is done once.
func TestTwoPhonesHandInTheSameQueue(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	token := w.issuer.Token(t, person("ana"))
	items := []any{
		item("s1", "jornada", "", "start", before(120)), item("a", "visita", "v1", "accept", before(100)), item("b", "visita", "v1", "check_in", before(90)),
		item("c", "visita", "v1", "check_out", before(30)), item("e1", "jornada", "", "end", before(10)),
	}
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			a, err := w.try(t.Context(), token, http.MethodPost, "/v1/sync", body{"items": items})
			if err != nil || a.Status != http.StatusOK || strings.Contains(a.Text, "rejected") || strings.Contains(a.Text, "retry") {
				t.Errorf("%d %s, %v", a.Status, a.Text, err)
			}
		})
	}
	wg.Wait()
	if got := w.history(t, person("ana"), "v1"); got != "accept check_in check_out" {
		t.Errorf("history %q", got)
	}
	if v, s := pgtest.Count(t, w.admin, "activity.visit_action"), pgtest.Count(t, w.admin, "activity.shift_action"); v != 3 || s != 2 {
		t.Errorf("%d and %d actions", v, s)
	}
	for range 5 { // The accept, the check-in and the check-out, and two of the shift.
		w.next(t)
	}
	w.silent(t)
}
