package notifier_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

// scene is a company with an alert of ana, who is in team norte. sol supervises norte. There is also an admin.
func scene(t *testing.T) (w *world, sol auth.Claims) {
	t.Helper()
	w = setup(t)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{norte}")
	w.user(t, "acme", "sol", audience.RoleSupervisor, "{norte,sur}")
	w.start(t)
	w.raise(t, "acme", "ana", "a1")
	return w, claims("acme", "sol", audience.RoleSupervisor)
}

func TestAcknowledgeAndResolve(t *testing.T) {
	t.Parallel()
	w, sol := scene(t)
	now := w.clock.Advance(time.Hour + 1500*time.Microsecond)
	a := w.post(t, sol, "/v1/alerts/a1/acknowledge", `{"note":"  voy para allá  "}`).Is(t, http.StatusOK, "")
	if a.Body["status"] != "reconocida" || a.Body["acknowledged_by"] != "sol" || a.Body["acknowledged_note"] != "voy para allá" ||
		a.Body["acknowledged_at"] != "2026-03-08T13:00:00.001Z" || a.Body["user_name"] != "Persona ana" {
		t.Errorf("at %s: %s", now, a.Text)
	}
	w.clock.Advance(time.Hour)
	if b := w.post(t, boss("acme"), "/v1/alerts/a1/acknowledge", `{"note":"yo también"}`).Is(t, http.StatusOK, ""); a.Text != b.Text {
		t.Errorf("a second acknowledgement changed the alert\nfrom %s\nto   %s", a.Text, b.Text)
	}
	r := w.post(t, boss("acme"), "/v1/alerts/a1/resolve", "").Is(t, http.StatusOK, "")
	if r.Body["status"] != "resuelta" || r.Body["resolved_by"] != "boss" || r.Body["resolved_note"] != "" || r.Body["acknowledged_by"] != "sol" {
		t.Errorf("resolved: %s", r.Text)
	}
	for _, path := range []string{"acknowledge", "resolve"} {
		if again := w.post(t, sol, "/v1/alerts/a1/"+path, `{"note":"tarde"}`).Is(t, http.StatusOK, ""); again.Text != r.Text {
			t.Errorf("%s changed a resolved alert: %s", path, again.Text)
		}
	}
	if got := w.history(t, sol, "a1"); got != "raised acknowledged resolved" {
		t.Errorf("history %q", got)
	}
	entry := w.entries(t, sol, "a1")[1]
	if entry["by"] != "sol" || entry["note"] != "voy para allá" || entry["at"] != "2026-03-08T13:00:00.001Z" {
		t.Errorf("entry %v", entry)
	}
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE version = 3"); n != 1 {
		t.Error("two changes did not raise the version by two")
	}
	w.counts(t, "notifier_alert_actions_total", map[string]float64{
		"acknowledged done": 1, "acknowledged unchanged": 2, "acknowledged replayed": 0, "resolved done": 1, "resolved unchanged": 1, "resolved replayed": 0,
		"delivered done": 0, "delivered unchanged": 0, "delivered replayed": 0, "en_route done": 0, "en_route unchanged": 0, "en_route replayed": 0,
		"false_alarm done": 0, "false_alarm unchanged": 0, "false_alarm replayed": 0,
	})
}

func TestAnActionIsRepeatedByItsKey(t *testing.T) {
	t.Parallel()
	w, sol := scene(t)
	first := w.post(t, sol, "/v1/alerts/a1/acknowledge", `{"note":"voy"}`, "Idempotency-Key", "k1").Is(t, http.StatusOK, "")
	w.post(t, sol, "/v1/alerts/a1/resolve", "", "Idempotency-Key", "k2").Is(t, http.StatusOK, "")
	again := w.post(t, sol, "/v1/alerts/a1/acknowledge", `{"note":"voy"}`, "Idempotency-Key", "k1").Is(t, http.StatusOK, "")
	if first.Text != again.Text {
		t.Errorf("the answer changed\nfrom %s\nto   %s", first.Text, again.Text)
	}
	w.post(t, sol, "/v1/alerts/a1/acknowledge", `{"note":"otra"}`, "Idempotency-Key", "k1").Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	w.post(t, sol, "/v1/alerts/a1/resolve", `{"note":"voy"}`, "Idempotency-Key", "k1").Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	w.raise(t, "acme", "ana", "a0")
	w.post(t, sol, "/v1/alerts/a0/acknowledge", `{"note":"voy"}`, "Idempotency-Key", "k1").Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	// Keys are separate for each user.
	w.post(t, boss("acme"), "/v1/alerts/a1/resolve", `{"note":"voy"}`, "Idempotency-Key", "k1").Is(t, http.StatusOK, "")
	// An answer "not found" is not stored under the key.
	w.post(t, sol, "/v1/alerts/a2/resolve", "", "Idempotency-Key", "k3").Is(t, http.StatusNotFound, "not_found")
	w.raise(t, "acme", "ana", "a2")
	w.post(t, sol, "/v1/alerts/a2/resolve", "", "Idempotency-Key", "k3").Is(t, http.StatusOK, "")
}

func TestOfManyAtTheSameMomentOneWins(t *testing.T) {
	t.Parallel()
	w, _ := scene(t)
	for round := range 5 {
		id := fmt.Sprint("race", round)
		w.raise(t, "acme", "ana", id)
		const supervisors = 8
		var tokens []string
		for i := range supervisors {
			tokens = append(tokens, w.issuer.Token(t, claims("acme", fmt.Sprint("admin", i), audience.RoleAdmin)))
		}
		answers := make([]answer, supervisors)
		var all sync.WaitGroup
		ready := make(chan struct{})
		for i := range answers {
			all.Go(func() {
				<-ready
				var err error
				if answers[i], err = w.try(t.Context(), tokens[i], http.MethodPost, "/v1/alerts/"+id+"/acknowledge", fmt.Sprintf(`{"note":"nota %d"}`, i)); err != nil {
					t.Error(err)
				}
			})
		}
		close(ready)
		all.Wait()
		for _, a := range answers {
			a.Is(t, http.StatusOK, "")
			if a.Text != answers[0].Text {
				t.Errorf("two answers\n%s\n%s", a.Text, answers[0].Text)
			}
		}
		winner := strings.TrimPrefix(answers[0].Body["acknowledged_by"].(string), "admin")
		if answers[0].Body["acknowledged_note"] != "nota "+winner {
			t.Errorf("the name of one request and the note of another: %s", answers[0].Text)
		}
		if n := pgtest.Count(t, w.admin, "notifier.alert_event WHERE what = 'acknowledged' AND alert_id = '"+id+"'"); n != 1 {
			t.Errorf("%d entries in the log, want 1", n)
		}
		if n := pgtest.Count(t, w.admin, "notifier.alert WHERE version = 2 AND id = '"+id+"'"); n != 1 {
			t.Error("it changed more than once")
		}
	}
}

func TestAnActionThatMakesNoSenseIsRefused(t *testing.T) {
	t.Parallel()
	w, sol := scene(t)
	const path = "/v1/alerts/a1/resolve"
	w.post(t, sol, path, `{"note":`).Is(t, http.StatusBadRequest, "json_invalid")
	w.post(t, sol, path, `resuelta`).Is(t, http.StatusBadRequest, "json_invalid")
	w.post(t, sol, path, `["note"]`).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.post(t, sol, path, `{"note":7}`).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.post(t, sol, path, `{"note":"\u0000"}`).Is(t, http.StatusBadRequest, "text_holds_nul")
	w.post(t, sol, path, `{"note":"`+strings.Repeat("ñ", 1001)+`"}`).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.post(t, sol, path, `{"note":"`+strings.Repeat("a", 2<<20)+`"}`).Is(t, http.StatusRequestEntityTooLarge, "body_too_large")
	w.post(t, sol, path, "", "Idempotency-Key", strings.Repeat("k", 256)).Is(t, http.StatusBadRequest, "idempotency_key_invalid")
	w.post(t, sol, "/v1/alerts/a%3E/resolve", "").Is(t, http.StatusNotFound, "not_found")
	w.post(t, sol, "/v1/alerts/"+strings.Repeat("a", 5000)+"/resolve", "").Is(t, http.StatusNotFound, "not_found")
	w.do(t, sol, http.MethodPut, "/v1/alerts/a1", "").Is(t, http.StatusMethodNotAllowed, "method_not_allowed")
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE status = 'nueva'"); n != 1 {
		t.Error("a refused action changed the alert")
	}
	w.post(t, sol, path, `{"note":"`+strings.Repeat("ñ", 1000)+`","mood":"good"}`).Is(t, http.StatusOK, "")
}
