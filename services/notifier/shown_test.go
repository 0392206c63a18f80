package notifier_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/shifts/shiftstest"
	"github.com/terreno/terreno/proto/audience"
)

// An alert that began outside all shifts has no place for anybody, wherever it is told, once its company tracks people in their shifts
// only. A call for help keeps its place, an alert in a shift too, and those of the other company. If the company decides otherwise,
// nothing is lost.
func TestAnAlertOutsideShiftsHasNoPlace(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a := &shiftstest.Activity{Admin: w.admin}
	for _, company := range []string{"acme", "otra"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{norte}")
		w.user(t, company, "sol", audience.RoleSupervisor, "{norte}")
	}
	w.start(t, "inbox", "outbox")
	heard := w.heard(t)
	for _, company := range []string{"acme", "otra"} {
		w.tell(t, company, "nueva", episode("outside", "ana", noon))
		w.tell(t, company, "nueva", episode("inside", "ana", noon.Add(-time.Hour)))
		w.tell(t, company, "nueva", episode("help", "ana", noon, body{"type": "panico"}))
	}
	w.settled(t)
	for range 2 { // Who was told of a call for help is announced.
		if m := heard(); m.Subject.Entity() != "help" {
			t.Fatalf("heard %s", m.Data)
		}
	}
	a.Shift(t, "acme", "ana", "s1", noon.Add(-2*time.Hour), noon)
	check := func(company, id string, placed bool) {
		t.Helper()
		is := func(where, text string) {
			t.Helper()
			if strings.Contains(text, `"lat"`) != placed || strings.Contains(text, `"distance_m"`) != placed {
				t.Errorf("%s of %s: %s, want a place: %t", where, company, text, placed)
			}
		}
		for _, who := range []auth.Claims{
			claims(company, "boss", audience.RoleAdmin), claims(company, "sol", audience.RoleSupervisor), claims(company, "ana", audience.RoleColaborador),
		} {
			is(who.Role, w.get(t, who, "/v1/alerts/"+id).Is(t, http.StatusOK, "").Text)
			for _, one := range w.get(t, who, "/v1/alerts").Is(t, http.StatusOK, "").Body["alerts"].([]any) {
				if is := one.(map[string]any); is["id"] == id && (is["lat"] != nil) != placed {
					t.Errorf("%s of %s lists %v, want a place: %t", who.Role, company, is, placed)
				}
			}
		}
	}
	check("acme", "outside", true)
	a.Decide(t, "acme", "on_shift", noon)
	check("acme", "outside", false)
	check("acme", "inside", true)
	check("acme", "help", true)
	check("otra", "outside", true)
	for company, placed := range map[string]bool{"acme": false, "otra": true} {
		answer := w.post(t, claims(company, "boss", audience.RoleAdmin), "/v1/alerts/outside/acknowledge", "").Is(t, http.StatusOK, "").Text
		told := string(heard().Data)
		if strings.Contains(answer, `"lat"`) != placed || strings.Contains(told, `"lat":-`) != placed || strings.Contains(told, `140.25`) != placed {
			t.Errorf("%s: acknowledging answers %s, and tells %s; want a place: %t", company, answer, told, placed)
		}
	}
	a.Decide(t, "acme", "always", noon)
	check("acme", "outside", true)
}

// The webhooks of a step of an escalation hear of no place that nobody may see.
func TestAStepTellsWebhooksOfNoPlaceOutsideShifts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a := &shiftstest.Activity{Admin: w.admin}
	ladder := `{"unresolved_days":90,"escalation":{"outside_zone":{"steps":[{"after_s":0,"tell":["admins"],"webhook":true}],"repeat_s":0,"repeat_limit":0}}}`
	for company, placed := range map[string]bool{"acme": false, "otra": true} {
		w.user(t, company, "ana", audience.RoleColaborador, "{norte}")
		w.setSettings(t, boss(company), ladder).Is(t, http.StatusOK, "")
		w.addHook(t, company, "https://example.com/", "")
		a.Shift(t, company, "ana", "s1", noon.Add(-2*time.Hour), noon.Add(-time.Hour))
		if !placed {
			a.Decide(t, company, "on_shift", noon)
		}
	}
	w.start(t, "inbox")
	for company, placed := range map[string]bool{"acme": false, "otra": true} {
		w.tell(t, company, "nueva", episode("outside", "ana", noon))
		w.settled(t)
		var bodies []string
		if err := w.admin.Select(&bodies, `SELECT body::text FROM notifier.webhook_delivery WHERE id_empresa = $1 AND event IN ('alerta.nueva', 'alerta.escalada')`, company); err != nil {
			t.Fatal(err)
		}
		for _, b := range bodies {
			if strings.Contains(b, `"lat":-`) != placed || strings.Contains(b, "140.25") != placed {
				t.Errorf("%s: %s, want a place: %t", company, b, placed)
			}
		}
		if len(bodies) != 2 {
			t.Errorf("%d calls of %s", len(bodies), company)
		}
	}
}
