package notifier_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
)

// device gives a person a phone that takes pushes. Its age is wall time: the upkeep removes the devices of long ago.
func (w *world) device(t *testing.T, company, user string) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), `
INSERT INTO notifier.push_token (id_empresa, id, token, user_id, session, app, platform, language, created_at, seen_at)
VALUES ($1, $2, $2, $2, '', '', 'android', 'es', now() - interval '1 hour', now() - interval '1 hour')`, company, user); err != nil {
		t.Fatal(err)
	}
}

// told returns who was told of an alert, in the order of names, with how often.
func (w *world) told(t *testing.T, id string) string {
	t.Helper()
	var all []string
	if err := w.admin.SelectContext(t.Context(), &all, `SELECT user_id || ' ' || count(*) FROM notifier.notification WHERE ref = 'alert/' || $1 GROUP BY user_id ORDER BY user_id`, id); err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ", ")
}

// step waits until an alert has had so many steps.
func (w *world) step(t *testing.T, id string, n int) {
	t.Helper()
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, fmt.Sprintf("notifier.alert WHERE id = '%s' AND escalation_step = %d", id, n)) == 1
	})
}

func (w *world) timers(t *testing.T) int {
	t.Helper()
	return pgtest.Count(t, w.admin, "notifier.timer WHERE kind LIKE 'escalar-%'")
}

func TestPeopleAreToldUntilSomebodyAcknowledges(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.device(t, "acme", "sol")
	w.start(t)
	updated := w.ears(t, "actualizada")
	id, _ := w.cry(t, ana(), "k", "")
	b, _ := next(t, updated)
	if b["escalation_step"] != 1.0 || b["next_step_at"] != "2026-03-08T12:01:00Z" || b["unreachable"] != false || b["status"] != "nueva" {
		t.Errorf("heard %v", b)
	}
	for _, c := range []struct {
		after time.Duration
		steps int
		told  string
		next  any
	}{
		{0, 1, "sol 1", "2026-03-08T12:01:00Z"},
		{time.Minute, 2, "luz 1, sol 1", "2026-03-08T12:03:00Z"},
		{3 * time.Minute, 3, "boss 1, luz 1, sol 1", "2026-03-08T12:08:00Z"},
		{8 * time.Minute, 4, "boss 2, luz 2, sol 2", "2026-03-08T12:13:00Z"},
	} {
		w.clock.Set(noon.Add(c.after))
		w.step(t, id, c.steps)
		a := w.get(t, boss("acme"), "/v1/alerts/"+id).Body
		if got := w.told(t, id); got != c.told || a["next_step_at"] != c.next {
			t.Errorf("after %v %q were told, next at %v", c.after, got, a["next_step_at"])
		}
	}
	var steps []string
	for _, e := range w.get(t, boss("acme"), "/v1/alerts/"+id).Body["history"].([]any) {
		e := e.(body)
		steps = append(steps, fmt.Sprint(e["what"], " ", e["step"], " ", e["note"]))
	}
	if got := strings.Join(steps, ", "); got != "raised <nil> , step 1 avisadas: 1, step 2 avisadas: 2, step 3 avisadas: 1, step 4 avisadas: 3" {
		t.Errorf("log %s", got)
	}
	// What a phone hears: shown to somebody, seen by, on the way, over.
	for _, do := range []struct{ path, by string }{{"received", "delivered_to"}, {"acknowledge", "acknowledged_by"}, {"en-route", "en_route_by"}, {"resolve", "resolved_by"}} {
		if a := w.post(t, claims("acme", "sol", audience.RoleSupervisor), "/v1/alerts/"+id+"/"+do.path, "").Is(t, http.StatusOK, "").Body; a[do.by] != "sol" {
			t.Errorf("%s: %v", do.path, a)
		}
		for {
			if b, m := next(t, updated); b[do.by] == "sol" {
				if !audience.Of(m.Header).Includes(audience.Viewer{User: "ana", Role: audience.RoleColaborador}) {
					t.Errorf("ana does not hear of %s", do.path)
				}
				break
			}
		}
		if (do.path == "received") != (w.timers(t) == 1) {
			t.Errorf("after %s there are %d timers", do.path, w.timers(t))
		}
	}
	w.clock.Advance(time.Hour)
	if got := w.told(t, id); got != "boss 2, luz 2, sol 2" {
		t.Errorf("told afterwards: %s", got)
	}
	if got := w.history(t, boss("acme"), id); got != "raised delivered acknowledged en_route resolved" {
		t.Errorf("history %q", got)
	}
}

// The person itself may say that it was a false alarm while nobody takes care of it, and says why.
func TestAFalseAlarm(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	id, _ := w.cry(t, ana(), "k", "")
	w.stored(t, id)
	path := "/v1/alerts/" + id
	w.post(t, ana(), path+"/resolve", `{"resolution":"false_alarm","note":" "}`).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.post(t, ana(), path+"/resolve", `{"note":"ya"}`).Is(t, http.StatusForbidden, "forbidden")
	w.post(t, ana(), path+"/acknowledge", ``).Is(t, http.StatusForbidden, "forbidden")
	w.post(t, claims("acme", "luz", audience.RoleSupervisor), path+"/resolve", `{"resolution":"false_alarm","note":"x"}`).Is(t, http.StatusNotFound, "not_found")
	w.post(t, claims("acme", "eva", audience.RoleColaborador), path+"/resolve", `{"resolution":"false_alarm","note":"x"}`).Is(t, http.StatusNotFound, "not_found")
	if w.timers(t) != 1 {
		t.Fatal("what was refused stopped the escalation")
	}
	a := w.post(t, ana(), path+"/resolve", `{"resolution":"false_alarm","note":"me senté sobre el teléfono"}`).Is(t, http.StatusOK, "").Body
	if a["status"] != "resuelta" || a["resolution"] != "false_alarm" || a["resolved_by"] != "ana" || a["next_step_at"] != nil || w.timers(t) != 0 {
		t.Errorf("%v", a)
	}
	if got := w.history(t, boss("acme"), id); !strings.HasSuffix(got, " false_alarm") {
		t.Errorf("history %q", got)
	}
	// Once somebody takes care, only they decide: somebody else may hold the phone. Nobody takes care of their own call.
	second, _ := w.cry(t, ana(), "k2", "")
	w.stored(t, second)
	path = "/v1/alerts/" + second
	sol := claims("acme", "sol", audience.RoleSupervisor)
	w.post(t, sol, path+"/en-route", `{"note":"voy"}`).Is(t, http.StatusOK, "")
	w.post(t, ana(), path+"/resolve", `{"resolution":"false_alarm","note":"todo bien"}`).Is(t, http.StatusConflict, "already_acknowledged")
	if a := w.post(t, sol, path+"/resolve", `{"resolution":"false_alarm","note":"era un simulacro"}`).Is(t, http.StatusOK, "").Body; a["acknowledged_by"] != "sol" || a["en_route_by"] != "sol" {
		t.Errorf("%v", a)
	}
	own, _ := w.cry(t, sol, "k", "")
	w.stored(t, own)
	w.post(t, sol, "/v1/alerts/"+own+"/acknowledge", "").Is(t, http.StatusConflict, "own_panic")
	if got := w.told(t, own); got != "boss 1" {
		t.Errorf("of a supervisor's call were told %q", got)
	}
}

// Of somebody on no team the admins are told at once. If nobody can be reached, the alert and the platform say so.
func TestNobodyIsReached(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.user(t, "acme", "leo", audience.RoleColaborador, "{}")
	w.user(t, "vacia", "ana", audience.RoleColaborador, "{norte}")
	w.user(t, "otra", "ana", audience.RoleColaborador, "{norte}")
	w.user(t, "otra", "boss", audience.RoleAdmin, "{}")
	w.device(t, "otra", "boss")
	// The password was changed after the phone got its access token, so the phone gets no pushes.
	w.user(t, "vieja", "ana", audience.RoleColaborador, "{norte}")
	w.user(t, "vieja", "eva", audience.RoleAdmin, "{}")
	w.device(t, "vieja", "eva")
	if _, err := w.admin.ExecContext(t.Context(), `UPDATE identity.users SET tokens_valid_from = now() WHERE id_empresa = 'vieja'`); err != nil {
		t.Fatal(err)
	}
	w.start(t)
	// The inbox alone stores these: a request that has too little time begins a step and undoes it, which counts too.
	for i, c := range []struct {
		company, user, told string
		unreachable         bool
	}{
		{"acme", "leo", "boss 1", true}, // nobody has a device
		{"acme", "ana", "sol 1", true},
		{"vacia", "ana", "", true},
		{"otra", "ana", "boss 1", false},
		{"vieja", "ana", "eva 1", true},
		{"acme", "boss", "luz 1, sol 1", true}, // the only admin
	} {
		id := fmt.Sprint("p", i)
		w.tell(t, c.company, "nueva", episode(id, c.user, noon, body{"type": "panico", "distance_m": nil}))
		w.step(t, id, 1)
		a := w.get(t, boss(c.company), "/v1/alerts/"+id).Body
		if got := w.told(t, id); got != c.told || a["unreachable"] != c.unreachable || strings.Contains(w.history(t, boss(c.company), id), "unreachable") != c.unreachable {
			t.Errorf("%s of %s: told %q, %v", c.user, c.company, got, a)
		}
		if c.unreachable {
			if c.user == "boss" {
				w.post(t, boss(c.company), "/v1/alerts/"+id+"/received", "").Is(t, http.StatusConflict, "own_panic")
				continue
			}
			if a := w.post(t, boss(c.company), "/v1/alerts/"+id+"/received", "").Is(t, http.StatusOK, "").Body; a["unreachable"] != false {
				t.Error("somebody was reached, and the alert does not know")
			}
		}
	}
	w.counts(t, "notifier_unreachable_total", map[string]float64{"": 5})
}

// Two replicas run the same steps: each step is done once.
func TestTwoReplicasDoEachStepOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	w.again(t)
	w.start(t)
	const calls = 8
	var ids []string
	for i := range calls {
		user := fmt.Sprint("p", i)
		w.user(t, "acme", user, audience.RoleColaborador, "{norte}")
		id, _ := w.cry(t, claims("acme", user, audience.RoleColaborador), "k", "")
		ids = append(ids, id)
	}
	for n, after := range []time.Duration{0, time.Minute, 3 * time.Minute, 8 * time.Minute} {
		w.clock.Set(noon.Add(after))
		for _, id := range ids {
			w.step(t, id, n+1)
		}
	}
	for _, id := range ids {
		if got := w.told(t, id); got != "boss 2, luz 2, sol 2" {
			t.Errorf("told %q", got)
		}
		if n := pgtest.Count(t, w.admin, "notifier.alert WHERE version = 4 AND id = '"+id+"'"); n != 1 {
			t.Error("the steps did not raise the version by one each")
		}
	}
	if w.timers(t) != calls || natstest.Stored(t, w.nats.Admin(t), stream.DLQ) != 0 {
		t.Errorf("%d timers", w.timers(t))
	}
}

// An acknowledgement and a step at the same moment: the step ends first, or never happens, and no other follows.
func TestAnAcknowledgementRacesWithAStep(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	for round := range 10 {
		user := fmt.Sprint("p", round)
		w.user(t, "acme", user, audience.RoleColaborador, "{norte}")
		id, _ := w.cry(t, claims("acme", user, audience.RoleColaborador), "k", "")
		w.step(t, id, 1)
		token := w.issuer.Token(t, claims("acme", "sol", audience.RoleSupervisor))
		var both sync.WaitGroup
		both.Go(func() { w.clock.Advance(time.Minute) })
		both.Go(func() {
			if a, err := w.try(t.Context(), token, http.MethodPost, "/v1/alerts/"+id+"/acknowledge", ""); err != nil || a.Status != http.StatusOK {
				t.Errorf("%d %s, %v", a.Status, a.Text, err)
			}
		})
		both.Wait()
		if n := w.timers(t); n != 0 {
			t.Fatalf("round %d: a timer is left", round)
		}
		a := w.get(t, boss("acme"), "/v1/alerts/"+id).Body
		want := map[any]string{1.0: "sol 1", 2.0: "luz 1, sol 1"}[a["escalation_step"]]
		if got := w.told(t, id); got != want || a["next_step_at"] != nil || a["acknowledged_by"] != "sol" {
			t.Errorf("round %d: told %q, %v", round, got, a)
		}
	}
}

// With domain time at sixty times its speed the ladder takes three seconds.
func TestALadderInFastTime(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.time = clock.NewDomain(noon, 60)
	w.again(t)
	w.start(t)
	id, _ := w.cry(t, ana(), "k", "")
	// The fourth step comes soon after, perhaps before anybody looks.
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "notifier.alert WHERE id = '"+id+"' AND escalation_step >= 3") == 1
	})
	var late []float64
	if err := w.admin.SelectContext(t.Context(), &late, `SELECT extract(epoch FROM e.at - a.raised_at)::float8 FROM notifier.alert_event e JOIN notifier.alert a ON a.id = e.alert_id WHERE what LIKE 'step_%' ORDER BY e.at`); err != nil {
		t.Fatal(err)
	}
	if len(late) < 3 || late[1] < 60 || late[2] < 180 {
		t.Errorf("steps after %v seconds of domain time", late)
	}
}

// Alerts of other types tell those who watch over the person once, and people decide otherwise.
func TestOtherAlertsTellOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	w.tell(t, "acme", "nueva", episode("zone", "ana", noon), "norte")
	w.tell(t, "acme", "tardia", episode("late", "ana", noon, late), "norte")
	w.tell(t, "acme", "nueva", episode("still", "ana", noon, body{"type": "sin_movimiento", "distance_m": nil}), "norte")
	w.tell(t, "acme", "sistema", body{
		"id": "sys", "type": "sistema", "started_at": "2026-03-08T12:00:00Z", "raised_at": "2026-03-08T12:00:00Z", "cause": "shared_silence", "people": 3, "people_of": 4, "scope": "company",
	})
	w.tell(t, "acme", "nueva", episode("newer", "ana", noon, body{"type": "of_tomorrow"}), "norte")
	w.settled(t)
	for id, want := range map[string]string{"zone": "sol 1", "late": "", "still": "sol 1", "sys": "boss 1", "newer": ""} {
		if got := w.told(t, id); got != want {
			t.Errorf("of %s were told %q", id, got)
		}
	}
	// The late one turns out to continue, and another one ends before it is known.
	w.tell(t, "acme", "nueva", episode("late", "ana", noon, body{"raised_at": "2026-03-08T12:20:00Z"}), "norte")
	w.tell(t, "acme", "cerrada", episode("over", "ana", noon, over(noon.Add(time.Minute))), "norte")
	w.tell(t, "acme", "nueva", episode("over", "ana", noon), "norte")
	w.settled(t)
	if late, ended := w.told(t, "late"), w.told(t, "over"); late != "sol 1" || ended != "" || w.timers(t) != 0 {
		t.Errorf("told %q and %q, %d timers", late, ended, w.timers(t))
	}
	w.setSettings(t, boss("acme"), `{"unresolved_days":90,"escalation":{"outside_zone":{"steps":[{"after_s":600,"tell":["admins"],"webhook":false}],"repeat_s":0,"repeat_limit":0},"sin_movimiento":{"steps":[],"repeat_s":0,"repeat_limit":0}}}`).Is(t, http.StatusOK, "")
	w.tell(t, "acme", "nueva", episode("zone2", "ana", noon), "norte")
	w.tell(t, "acme", "nueva", episode("still2", "ana", noon, body{"type": "sin_movimiento", "distance_m": nil}), "norte")
	w.tell(t, "acme", "nueva", episode("zone3", "ana", noon), "norte")
	w.settled(t)
	w.tell(t, "acme", "cerrada", episode("zone3", "ana", noon, over(noon.Add(time.Minute))), "norte")
	w.settled(t)
	if got := w.told(t, "zone2"); got != "" || w.timers(t) != 2 {
		t.Errorf("told %q before ten minutes", got)
	}
	w.clock.Advance(10 * time.Minute)
	w.step(t, "zone2", 1)
	apptest.Until(t, func() bool { return w.timers(t) == 0 })
	for id, want := range map[string]string{"zone2": "boss 1", "still2": "", "zone3": ""} {
		if got := w.told(t, id); got != want {
			t.Errorf("of %s were told %q", id, got)
		}
	}
}
