package activity_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

// before is an instant so many minutes before noon, as JSON has it.
func before(minutes int) body {
	return body{"occurred_at": noon.Add(-time.Duration(minutes) * time.Minute).Format(time.RFC3339)}
}

func (w *world) act(t *testing.T, who auth.Claims, id, action string, more ...body) answer {
	t.Helper()
	return w.post(t, who, "/v1/activities/"+id+"/"+action, with(body{}, more...))
}

// version returns the current version of a visit.
func (w *world) version(t *testing.T, id string) body {
	t.Helper()
	return body{"version": w.get(t, person("boss"), "/v1/activities/"+id).Is(t, http.StatusOK, "").Body["version"]}
}

// history returns a visit's log: kinds, with the rules of those that changed nothing.
func (w *world) history(t *testing.T, who auth.Claims, id string) string {
	t.Helper()
	var words []string
	for _, e := range w.get(t, who, "/v1/activities/"+id).Is(t, http.StatusOK, "").Body["history"].([]any) {
		word := fmt.Sprint(e.(body)["kind"])
		if rule := e.(body)["rule"]; rule != "" {
			word += ":" + fmt.Sprint(rule)
		}
		words = append(words, word)
	}
	return strings.Join(words, " ")
}

func TestTheWayThroughAVisit(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	near := body{"lat": 4.6505, "lon": -74.08, "accuracy_m": 12, "mock": true, "device_id": "phone"}
	for i, step := range []struct {
		action, state string
		more          body
	}{
		{"accept", "aceptada", before(90)}, {"set-out", "en_ruta", before(60)}, {"check-in", "en_sitio", with(before(30), near)}, {"check-out", "completada", before(10)},
	} {
		a := w.act(t, person("ana"), "v1", step.action, step.more).Is(t, http.StatusOK, "")
		e := w.next(t)
		if a.Body["state"] != step.state || a.Body["rule"] != "" || e.body["state"] != step.state || e.body["version"] != float64(i+2) || e.sees() != "boss sol ana" {
			t.Errorf("%s: %s, told %v", step.action, a.Text, e.body)
		}
	}
	a := w.get(t, person("sol"), "/v1/activities/v1")
	in := a.Body["history"].([]any)[2].(body)
	if d := in["distance_m"].(float64); d < 54 || d > 56 || in["accuracy_m"] != 12.0 || in["mock"] != true || in["device_id"] != "phone" || in["by"] != "ana" || in["office"] != false ||
		in["received_at"] != "2026-03-09T17:00:00Z" || in["at"] != "2026-03-09T16:30:00Z" || in["from_state"] != "en_ruta" || in["to_state"] != "en_sitio" {
		t.Errorf("check-in %v", in)
	}
	if a.Body["check_in_at"] != "2026-03-09T16:30:00Z" || a.Body["check_out_at"] != "2026-03-09T16:50:00Z" || a.Body["since"] != "2026-03-09T16:50:00Z" {
		t.Errorf("%s", a.Text)
	}
	// What has no effect is 200 with the rule, stays in the log, and is told to nobody.
	if late := w.act(t, person("ana"), "v1", "check-in", before(5)).Is(t, http.StatusOK, ""); late.Body["rule"] != "ended" || late.Body["version"] != 5.0 {
		t.Errorf("%s", late.Text)
	}
	if got := w.history(t, person("ana"), "v1"); got != "accept set_out check_in check_out check_in:ended" {
		t.Errorf("history %q", got)
	}
	w.silent(t)
}

// A key names an action of a visit for ever.
func TestARepeatedActionChangesNothing(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	w.make(t, job("v2"))
	key := []string{"Idempotency-Key", "k1"}
	post := func(who, id, action string, b body) answer {
		t.Helper()
		return w.post(t, person(who), "/v1/activities/"+id+"/"+action, b, key...)
	}
	first := post("ana", "v1", "check-in", before(30)).Is(t, http.StatusOK, "")
	if again := post("ana", "v1", "check-in", before(30)).Is(t, http.StatusOK, ""); again.Body["duplicate"] != true || first.Body["duplicate"] != false || again.Body["version"] != 2.0 {
		t.Errorf("%s", again.Text)
	}
	post("ana", "v1", "check-in", before(20)).Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	post("ana", "v1", "check-out", before(30)).Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	post("sol", "v1", "check-in", before(30)).Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	post("ana", "v2", "check-in", before(30)).Is(t, http.StatusOK, "") // another visit
	for _, wrong := range []string{"*cierre 2026-03-09", strings.Repeat("x", 256), "ñ"} {
		w.post(t, person("ana"), "/v1/activities/v1/accept", body{}, "Idempotency-Key", wrong).Is(t, http.StatusBadRequest, "idempotency_key_invalid")
	}
	if n := pgtest.Count(t, w.admin, "activity.visit_action"); n != 2 {
		t.Errorf("%d actions", n)
	}
}

// Whatever the order in which the queues of two phones arrive, and however often, the visit and its log are the same.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	t.Parallel()
	w := site(t)
	type step struct {
		key, action string
		b           body
	}
	steps := []step{
		{"a", "accept", before(100)},
		{"b", "set-out", before(80)},
		{"c", "check-in", before(60)},
		{"d", "check-in", before(59)},
		{"e", "notes", with(before(50), body{"reason": "hola"})},
		{"f", "check-out", before(20)},
		{"g", "check-out", before(19)},
		{"h", "accept", before(10)},
	}
	var want string
	for seed := range uint64(4) {
		id := fmt.Sprint("v", seed)
		w.make(t, job(id))
		r := rand.New(rand.NewPCG(seed, 2))
		all := append(append([]step{}, steps...), steps[r.IntN(8)], steps[r.IntN(8)])
		if seed > 0 {
			r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		}
		for _, s := range all {
			w.post(t, person("ana"), "/v1/activities/"+id+"/"+s.action, s.b, "Idempotency-Key", s.key).Is(t, http.StatusOK, "")
		}
		a := w.get(t, person("ana"), "/v1/activities/"+id)
		got := fmt.Sprint(a.Body["state"], a.Body["check_in_at"], a.Body["check_out_at"], a.Body["history"])
		if want == "" {
			want = got
		}
		if got != want || a.Body["state"] != "completada" || a.Body["check_in_at"] != "2026-03-09T16:00:00Z" {
			t.Errorf("seed %d:\n%s\n%s", seed, got, want)
		}
	}
}

func TestWhenSomethingHappened(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	for minutes, code := range map[int]string{-3: "occurred_ahead", 30*24*60 + 1: "occurred_too_long_ago", -2: "", 30 * 24 * 60: ""} {
		status := http.StatusUnprocessableEntity
		if code == "" {
			status = http.StatusOK
		}
		if a := w.act(t, person("ana"), "v1", "notes", before(minutes), body{"reason": "x"}); a.Status != status || a.Code() != code {
			t.Errorf("%d minutes ago: %d %s", minutes, a.Status, a.Text)
		}
	}
	w.act(t, person("ana"), "v1", "notes", body{"reason": "x", "occurred_at": "ayer"}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
}

func TestWhatNobodyMayReport(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1"))
	for name, wrong := range map[string]body{
		"half a position": {"lat": 4.65}, "0, 0": {"lat": 0, "lon": 0}, "beyond the pole": {"lat": 91, "lon": 0}, "a negative accuracy": {"lat": 4, "lon": -74, "accuracy_m": -1},
		"a long reason": {"reason": strings.Repeat("x", 501)}, "a reason with a bell": {"reason": "a\ab"}, "an answer to nothing": {"answers": []body{{"item": "a b", "value": "x"}}},
	} {
		if a := w.act(t, person("ana"), "v1", "check-in", wrong); a.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", name, a.Status, a.Text)
		}
	}
	w.act(t, person("ana"), "v1", "fail").Is(t, http.StatusUnprocessableEntity, "reason_required")
	w.act(t, person("ana"), "v1", "notes").Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.exec(t, `INSERT INTO activity.visit_action (id_empresa, visit_id, key, kind, at, received_at, by_user, office, device, mock, reason, worker, team, corrects, request)
SELECT 'acme', 'v1', 'n' || n, 'note', $1, $1, 'ana', false, '', false, 'x', '', '', '', '' FROM generate_series(1, 200) n`, noon)
	w.act(t, person("ana"), "v1", "accept").Is(t, http.StatusConflict, "too_many_actions")
	w.silent(t)
}

// The event of a change that was committed when its process died is published by the next process.
func TestAnEventIsPublishedAfterARestart(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.again(t, "directory") // no relay runs
	w.post(t, person("boss"), "/v1/activities", job("v1")).Is(t, http.StatusCreated, "")
	w.act(t, person("ana"), "v1", "accept").Is(t, http.StatusOK, "")
	w.again(t, "outbox", "directory")
	for _, want := range []string{"pendiente", "aceptada"} {
		if e := w.next(t); e.body["state"] != want {
			t.Errorf("%v, want %s", e.body, want)
		}
	}
}
