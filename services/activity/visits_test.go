package activity_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
)

// job is a visit at place p1 on the day of noon, to Ana.
func job(id string, more ...body) body {
	return with(body{"id": id, "title": "Revisar " + id, "place_id": "p1", "user_id": "ana", "day": "2026-03-09"}, more...)
}

// make makes a visit as an admin, and hears of it.
func (w *world) make(t *testing.T, b body) event {
	t.Helper()
	w.post(t, person("boss"), "/v1/activities", b).Is(t, http.StatusCreated, "")
	return w.next(t)
}

// site makes the place p1 of acme.
func site(t *testing.T, opts ...natstest.Option) *world {
	t.Helper()
	w := setup(t, opts...)
	w.place(t, "acme", "p1")
	return w
}

func TestAVisitIsMadeAndTold(t *testing.T) {
	t.Parallel()
	w := site(t)
	key := []string{"Idempotency-Key", "k1"}
	wanted := job("v1", body{"notes": "con cuidado", "priority": "high", "external_id": "OT 7", "team_id": "sur", "checklist": []body{{"text": "Foto", "required": true}, {"id": "firma", "text": "Firma"}}})
	first := w.post(t, person("boss"), "/v1/activities", wanted, key...).Is(t, http.StatusCreated, "")
	if again := w.post(t, person("boss"), "/v1/activities", wanted, key...); again.Text != first.Text || again.Status != 201 {
		t.Errorf("repeated: %d %s", again.Status, again.Text)
	}
	e := w.next(t)
	if e.sees() != "boss sol sur ana" {
		t.Errorf("told to %s", e.sees())
	}
	// A socket gets the same members as the list, but for what only the list has.
	for name, value := range e.body {
		if slices.Contains([]string{"retirada", "cut", "forced", "worked_s"}, name) {
			continue
		}
		if !reflect.DeepEqual(first.Body[name], value) {
			t.Errorf("%s: event %v, answer %v", name, value, first.Body[name])
		}
	}
	for _, name := range []string{"from", "until", "place_name", "address", "lat", "title", "checklist_items"} {
		if e.body[name] == nil {
			t.Errorf("the event has no %s: %v", name, e.body)
		}
	}
	if e.body["from"] != "2026-03-09T05:00:00Z" || e.body["until"] != "2026-03-10T03:00:00Z" || first.Body["close_at"] != "2026-03-10T03:00:00Z" || e.body["state"] != "pendiente" {
		t.Errorf("%v", e.body)
	}
	detail := w.get(t, person("ana"), "/v1/activities/v1").Is(t, http.StatusOK, "")
	if list := detail.Body["checklist"].([]any); len(list) != 2 || list[0].(body)["id"] != "1" || list[1].(body)["id"] != "firma" || len(detail.Body["history"].([]any)) != 0 {
		t.Errorf("detail %s", detail.Text)
	}
	w.silent(t)
}

func TestWhatNoVisitCanBe(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.place(t, "acme", "old")
	w.do(t, person("boss"), http.MethodDelete, "/v1/places/old", nil).Is(t, http.StatusNoContent, "")
	w.make(t, job("v1", body{"external_id": "OT 1"}))
	for name, c := range map[string]struct {
		who    string
		change body
		status int
		code   string
	}{
		"no window":                       {"boss", body{"day": nil}, 422, "validation_failed"},
		"two windows":                     {"boss", body{"from": "2026-03-09T12:00:00Z", "until": "2026-03-09T13:00:00Z"}, 422, "validation_failed"},
		"a window that ends before":       {"boss", body{"day": nil, "from": "2026-03-09T12:00:00Z", "until": "2026-03-09T11:00:00Z"}, 422, "validation_failed"},
		"half a window":                   {"boss", body{"day": nil, "from": "2026-03-09T12:00:00Z"}, 422, "validation_failed"},
		"a day that is not":               {"boss", body{"day": "2026-02-30"}, 422, "validation_failed"},
		"nowhere":                         {"boss", body{"place_id": nil}, 422, "validation_failed"},
		"0, 0":                            {"boss", body{"place_id": nil, "lat": 0, "lon": 0}, 422, "validation_failed"},
		"a place that is not":             {"boss", body{"place_id": "p9"}, 422, "place_not_found"},
		"an archived place":               {"boss", body{"place_id": "old"}, 422, "place_archived"},
		"a worker who is not":             {"boss", body{"user_id": "nadie"}, 422, "user_not_found"},
		"a team that is not":              {"boss", body{"team_id": "este"}, 422, "team_not_found"},
		"an id twice":                     {"boss", body{"id": "v1"}, 409, "id_taken"},
		"an external id twice":            {"boss", body{"external_id": "OT 1"}, 409, "external_id_taken"},
		"a colaborador":                   {"ana", nil, 403, "role_not_allowed"},
		"another team's worker":           {"sol", body{"user_id": "carla"}, 422, "user_not_found"},
		"a worker of no team":             {"sol", body{"user_id": "solo"}, 422, "user_not_found"},
		"another's team":                  {"sol", body{"team_id": "sur"}, 422, "team_not_found"},
		"a supervisor's work for nobody":  {"sol", body{"user_id": nil}, 422, "worker_or_team_required"},
		"a time zone in place of a day":   {"boss", body{"day": "America/Bogota"}, 422, "validation_failed"},
		"a checklist with an item twice":  {"boss", body{"checklist": []body{{"id": "a", "text": "x"}, {"id": "a", "text": "y"}}}, 422, "validation_failed"},
		"a title of a line and a half":    {"boss", body{"title": "a\nb"}, 422, "validation_failed"},
		"a priority that is none of ours": {"boss", body{"priority": "urgent"}, 422, "validation_failed"},
	} {
		a := w.post(t, person(c.who), "/v1/activities", job("new", c.change))
		if a.Status != c.status || a.Code() != c.code && !strings.Contains(c.code, "role") {
			t.Errorf("%s: %d %s", name, a.Status, a.Text)
		}
	}
	w.exec(t, `UPDATE identity.users SET active = false WHERE id = 'beto'`)
	w.post(t, person("boss"), "/v1/activities", job("new", body{"user_id": "beto"})).Is(t, http.StatusUnprocessableEntity, "user_not_found")
	w.silent(t)
	if n := pgtest.Count(t, w.admin, "activity.visit"); n != 1 {
		t.Errorf("%d visits", n)
	}
	// A task needs no place, an admin may plan for nobody, and a supervisor for a team.
	w.post(t, person("boss"), "/v1/activities", job("t1", body{"tipo": "tarea", "place_id": nil, "user_id": nil})).Is(t, http.StatusCreated, "")
	if e := w.next(t); e.sees() != "boss" || e.body["tipo"] != "tarea" || e.body["lat"] != nil {
		t.Errorf("told to %q: %v", e.sees(), e.body)
	}
	w.post(t, person("sol"), "/v1/activities", job("t2", body{"team_id": "norte", "user_id": nil})).Is(t, http.StatusCreated, "")
	if e := w.next(t); e.sees() != "boss sol" {
		t.Errorf("told to %q", e.sees())
	}
}

func TestBulkJudgesEachAlone(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("there", body{"external_id": "OT 0"}))
	items := []any{
		job("b0"), job("b1", body{"user_id": "nadie"}), job("b0"), job("b3", body{"external_id": "OT 0"}), job("b4", body{"external_id": "OT 4"}),
		job("b5", body{"external_id": "OT 4"}), job("there"), with(job("b7"), body{"title": 7}), job("b8", body{"lat": 100}), "b9", job("b10", body{"day": "x"}), job("", body{"id": nil}),
	}
	key := []string{"Idempotency-Key", "bulk"}
	a := w.post(t, person("boss"), "/v1/activities/bulk", body{"activities": items}, key...).Is(t, http.StatusOK, "")
	var got []string
	for i, r := range a.Body["results"].([]any) {
		r := r.(body)
		if r["index"] != float64(i) || (r["status"] == "created") != (r["id"] != nil) || (r["status"] == "rejected") != (r["detail"] != nil) {
			t.Errorf("result %d: %v", i, r)
		}
		code, _ := r["code"].(string)
		got = append(got, strings.TrimSpace(fmt.Sprint(r["status"], " ", code)))
	}
	want := "created,rejected user_not_found,rejected id_taken,rejected external_id_taken,created,rejected external_id_taken,rejected id_taken," +
		"rejected validation_failed,rejected validation_failed,rejected validation_failed,rejected validation_failed,created"
	if strings.Join(got, ",") != want || a.Body["created"] != 3.0 || a.Body["rejected"] != 9.0 {
		t.Errorf("%s", a.Text)
	}
	if again := w.post(t, person("boss"), "/v1/activities/bulk", body{"activities": items}, key...); again.Text != a.Text {
		t.Errorf("repeated: %s", again.Text)
	}
	for range 3 {
		w.next(t)
	}
	w.silent(t)
	w.post(t, person("boss"), "/v1/activities/bulk", body{"activities": []any{}}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.post(t, person("boss"), "/v1/activities/bulk", body{"activities": make([]body, 1001)}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	if a := w.post(t, person("ana"), "/v1/activities/bulk", body{"activities": items}); a.Status != http.StatusForbidden {
		t.Errorf("a colaborador plans: %s", a.Text)
	}
	many := make([]any, 1000)
	for i := range many {
		many[i] = job(fmt.Sprint("m", i), body{"notes": strings.Repeat("ñ", 1000)})
	}
	send := func() answer {
		return w.post(t, person("boss"), "/v1/activities/bulk", body{"activities": many}, "Idempotency-Key", "many")
	}
	made := send()
	for made.Status == http.StatusServiceUnavailable { // The machine is busy. A client sends it again.
		made = send()
	}
	if made.Is(t, http.StatusOK, "").Body["created"] != 1000.0 {
		t.Errorf("%v", made.Body["created"])
	}
}

func TestListsOfVisits(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.place(t, "acme", "far", body{"lat": 10.4, "lon": -75.5})
	hour := func(from, until int) body {
		return body{"day": nil, "from": fmt.Sprintf("2026-03-%02dT%02d:00:00Z", from/24, from%24), "until": fmt.Sprintf("2026-03-%02dT%02d:00:00Z", until/24, until%24)}
	}
	for _, b := range []body{
		job("a", hour(9*24+13, 9*24+14)), job("b", hour(9*24+15, 9*24+16), body{"user_id": "beto", "place_id": "far"}),
		job("c", hour(10*24+13, 10*24+14), body{"user_id": "carla"}), job("night", hour(9*24+23, 10*24+11)),
		job("team", hour(9*24+17, 9*24+18), body{"user_id": nil, "team_id": "norte"}),
		job("nobody", hour(9*24+20, 9*24+21), body{"user_id": nil, "tipo": "tarea", "place_id": nil, "external_id": "X"}),
		job("dateline", hour(11*24+13, 11*24+14), body{"place_id": nil, "lat": -16.5, "lon": 179.99}),
	} {
		w.make(t, b)
	}
	w.post(t, person("ana"), "/v1/activities/a/accept", body{}).Is(t, http.StatusOK, "")
	all := func(who auth.Claims) string { return ids(t, w.get(t, who, "/v1/activities"), "activities") }
	for id, want := range map[string]string{
		"boss": "a b team nobody night c dateline", "sol": "a b team night dateline", "sur": "c", "ana": "a night dateline", "beto": "b", "carla": "c", "solo": "",
	} {
		if got := all(person(id)); got != want {
			t.Errorf("%s sees %q, want %q", id, got, want)
		}
	}
	for query, want := range map[string]string{
		"day=2026-03-09": "a b team nobody night", "day=2026-03-10": "night c", "day=2026-03-12": "", "from=2026-03-10T13:30:00Z": "c dateline", "to=2026-03-09T15:00:00Z": "a",
		"user=beto": "b", "team=norte": "a b team night dateline", "team=sur": "c", "state=aceptada": "a", "open=true&day=2026-03-09": "a b team nobody night", "place=far": "b",
		"tipo=tarea": "nobody", "external_id=X": "nobody", "unassigned=true": "team nobody", "bbox=-76,10,-75,11": "b", "bbox=179,-20,-179,-10": "dateline",
		"bbox=-180,-90,180,90": "a b team night c dateline", "user=beto&state=aceptada": "",
	} {
		if got := ids(t, w.get(t, person("boss"), "/v1/activities?"+query), "activities"); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	var pages []string
	for next := ""; ; {
		a := w.get(t, person("boss"), "/v1/activities?limit=2&cursor="+next).Is(t, http.StatusOK, "")
		pages = append(pages, a.IDs(t, "activities")...)
		if next, _ = a.Body["next"].(string); next == "" {
			break
		}
	}
	if got := strings.Join(pages, " "); got != all(person("boss")) {
		t.Errorf("in pages %q", got)
	}
	for _, wrong := range []string{"day=2026-02-30", "day=2026-03-09&from=2026-03-09T00:00:00Z", "bbox=1,2,3", "bbox=1,91,2,3", "state=lista", "from=2026-03-09T00:00:00Z&to=2026-03-08T00:00:00Z"} {
		if a := w.get(t, person("boss"), "/v1/activities?"+wrong); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", wrong, a.Status, a.Text)
		}
	}
}

func TestTheDetailsOfAVisitAreEdited(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1", body{"checklist": []body{{"id": "a", "text": "A"}, {"id": "b", "text": "B"}}}))
	w.make(t, job("v2", body{"external_id": "OT 2"}))
	w.post(t, person("ana"), "/v1/activities/v1/notes", body{"answers": []body{{"item": "a", "value": "sí"}, {"item": "b", "value": "no"}}}).Is(t, http.StatusOK, "")
	if e := w.next(t); e.body["checklist_done"] != 2.0 || e.body["version"] != 2.0 {
		t.Errorf("%v", e.body)
	}
	edit := body{"title": "Otra cosa", "lat": 4.7, "lon": -74.1, "version": 2, "checklist": []body{{"id": "b", "text": "B"}}, "notes": strings.Repeat("ñ", 4000)}
	a := w.put(t, person("sol"), "/v1/activities/v1", edit).Is(t, http.StatusOK, "")
	if a.Body["version"] != 3.0 || a.Body["place_id"] != "" || a.Body["checklist_done"] != 1.0 || a.Body["changed_by"] != "sol" {
		t.Errorf("%s", a.Text)
	}
	if e := w.next(t); e.body["title"] != "Otra cosa" || e.body["lat"] != 4.7 || e.body["cut"] != true || e.bytes > 4000 || e.sees() != "boss sol ana" {
		t.Errorf("%d bytes: %v", e.bytes, e.body)
	}
	conflict := w.put(t, person("boss"), "/v1/activities/v1", edit).Is(t, http.StatusConflict, "activity_changed")
	if current := conflict.Body["current"].(body); current["version"] != 3.0 || current["changed_by"] != "sol" || !strings.Contains(conflict.Text, "User sol changed it") {
		t.Errorf("%s", conflict.Text)
	}
	edit["version"] = 3
	w.put(t, person("boss"), "/v1/activities/v1", with(edit, body{"external_id": "OT 2"})).Is(t, http.StatusConflict, "external_id_taken")
	w.put(t, person("boss"), "/v1/activities/v1", with(edit, body{"place_id": "p9", "lat": nil, "lon": nil})).Is(t, http.StatusUnprocessableEntity, "place_not_found")
	w.put(t, person("boss"), "/v1/activities/v1", with(edit, body{"version": nil})).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.put(t, person("sur"), "/v1/activities/v1", edit).Is(t, http.StatusNotFound, "not_found")
	w.put(t, personOf("beta", "boss"), "/v1/activities/v1", edit).Is(t, http.StatusNotFound, "not_found")
	if a := w.put(t, person("ana"), "/v1/activities/v1", edit); a.Status != http.StatusForbidden {
		t.Errorf("a colaborador edits: %s", a.Text)
	}
	var logged []byte
	if err := w.admin.GetContext(t.Context(), &logged, `SELECT before FROM activity.change_log WHERE what = 'visit.changed'`); err != nil || !json.Valid(logged) || !strings.Contains(string(logged), "Revisar v1") {
		t.Errorf("%s %v", logged, err)
	}
	w.silent(t)
}

func TestSettingsOfACompany(t *testing.T) {
	t.Parallel()
	w := site(t)
	if a := w.get(t, person("ana"), "/v1/activity-settings").Is(t, http.StatusOK, ""); a.Body["check_in_policy"] != "note" || a.Body["check_in_max_m"] != 200.0 || a.Body["close_at"] != "22:00" {
		t.Errorf("%s", a.Text)
	}
	wanted := body{"check_in_policy": "refuse", "check_in_max_m": 50, "close_at": "20:30"}
	w.settings(t, person("boss"), wanted).Is(t, http.StatusOK, "")
	w.settings(t, person("boss"), wanted).Is(t, http.StatusOK, "")
	for _, wrong := range []body{{"close_at": "11:59"}, {"close_at": "24:00"}, {"close_at": "8pm"}, {"check_in_policy": "ask"}, {"check_in_max_m": -1}, {"check_in_max_m": nil}} {
		w.settings(t, person("boss"), with(wanted, wrong)).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
	if a := w.settings(t, person("sol"), wanted); a.Status != http.StatusForbidden {
		t.Errorf("a supervisor decides: %s", a.Text)
	}
	if a := w.get(t, personOf("beta", "boss"), "/v1/activity-settings"); a.Body["close_at"] != "22:00" {
		t.Errorf("another company: %s", a.Text)
	}
	const path = "/v1/activity-settings"
	later := with(wanted, body{"close_at": "21:00", "version": 0}) // as another admin saw them before
	if a := w.put(t, person("boss"), path, later).Is(t, http.StatusConflict, "settings_changed"); a.Body["current"].(body)["close_at"] != "20:30" || a.Body["current"].(body)["version"] != 1.0 {
		t.Errorf("a conflict: %s", a.Text)
	}
	w.put(t, person("boss"), path, with(wanted, body{"version": 0})).Is(t, http.StatusOK, "") // repeated after a lost answer
	w.put(t, person("boss"), path, wanted).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	if e := w.make(t, job("v1")); e.body["until"] != "2026-03-10T01:30:00Z" {
		t.Errorf("the day ends at %v", e.body["until"])
	}
	if n := pgtest.Count(t, w.admin, "activity.change_log WHERE what = 'activity_settings.changed'"); n != 1 {
		t.Errorf("%d changes are logged", n)
	}
}
