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
	if a := w.act(t, person("ana"), "v1", "check-in").Is(t, http.StatusOK, ""); a.Body["rule"] != "not_assigned" || a.Body["retirada"] != true || a.Body["user_id"] != "" || strings.Contains(a.Text, "carla") || strings.Contains(a.Text, "secreto") {
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
		w.put(t, person("boss"), "/v1/activity-settings", body{"check_in_policy": p, "check_in_max_m": 200, "close_at": "22:00"}).Is(t, http.StatusOK, "")
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
