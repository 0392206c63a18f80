package notifier_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

// Two admins look at the settings. The second to write is told what the first decided, and writes over nothing.
func TestSettingsThatChangedMeanwhileAreNotWrittenOver(t *testing.T) {
	t.Parallel()
	w := setup(t)
	seen := w.get(t, boss("acme"), "/v1/alert-settings").Body["version"].(string)
	const ladder = `{"outside_zone":{"steps":[{"after_s":0,"tell":["admins"],"webhook":false}],"repeat_s":0,"repeat_limit":0}}`
	with := func(version, escalation string) string {
		return `{"unresolved_days":90,"version":"` + version + `","escalation":` + escalation + `}`
	}
	first := w.setSettings(t, boss("acme"), with(seen, ladder)).Is(t, http.StatusOK, "").Body["version"]
	if first == seen || first != w.get(t, boss("acme"), "/v1/alert-settings").Body["version"] {
		t.Errorf("version %v after %v", first, seen)
	}
	late := w.setSettings(t, boss("acme"), with(seen, `{}`)).Is(t, http.StatusConflict, "settings_changed").Body["current"].(body)
	if late["version"] != first || late["escalation"].(body)["outside_zone"].(body)["steps"].([]any)[0].(body)["tell"].([]any)[0] != "admins" {
		t.Errorf("current %v", late)
	}
	// What holds afterwards is the same as at first, whatever way led there, and a client that sends no version writes over it.
	if a := w.setSettings(t, boss("acme"), `{"unresolved_days":90,"escalation":{}}`).Is(t, http.StatusOK, ""); a.Body["version"] != seen {
		t.Errorf("version %v, at first %v", a.Body["version"], seen)
	}
	w.setSettings(t, boss("acme"), with(seen, ladder)).Is(t, http.StatusOK, "")
}

// A form shows what is wrong beside the field that it is about.
func TestAnEscalationIsRefusedAtItsField(t *testing.T) {
	t.Parallel()
	w := setup(t)
	step := func(after, tell string) string {
		return `{"after_s":` + after + `,"tell":[` + tell + `],"webhook":false}`
	}
	ladder := func(kind, repeats string, steps ...string) string {
		return `{"` + kind + `":{"steps":[` + strings.Join(steps, ",") + `],` + repeats + `}}`
	}
	const never = `"repeat_s":0,"repeat_limit":0`
	for escalation, at := range map[string]string{
		ladder("panico", never): "body.escalation.panico.steps",
		ladder("panico", never, step("0", `"admins"`), step("0", `"supervisors"`)):      "body.escalation.panico.steps[1].after_s",
		ladder("outside_zone", never, step("0", ``)):                                    "body.escalation.outside_zone.steps[0].tell",
		ladder("outside_zone", never, step("0", `"admins","admins"`)):                   "body.escalation.outside_zone.steps[0].tell",
		ladder("outside_zone", `"repeat_s":60,"repeat_limit":0`, step("0", `"admins"`)): "body.escalation.outside_zone.repeat_s",
		ladder("outside_zone", `"repeat_s":30,"repeat_limit":1`, step("0", `"admins"`)): "body.escalation.outside_zone.repeat_s",
		ladder("a b", never): "body.escalation",
	} {
		a := w.setSettings(t, boss("acme"), `{"unresolved_days":90,"escalation":`+escalation+`}`).Is(t, http.StatusUnprocessableEntity, "validation_failed")
		if got := a.Body["errors"].([]any)[0].(body)["location"]; got != at {
			t.Errorf("%s: at %v, want %s", escalation, got, at)
		}
	}
}

// Who takes care of an alert is named to the person whom it is about, who sees nobody else.
func TestTheLogNamesWhoActed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	id, _ := w.cry(t, ana(), "k", "")
	w.step(t, id, 1)
	w.post(t, claims("acme", "sol", audience.RoleSupervisor), "/v1/alerts/"+id+"/acknowledge", "").Is(t, http.StatusOK, "")
	names := ""
	for _, e := range w.get(t, ana(), "/v1/alerts/"+id).Is(t, http.StatusOK, "").Body["history"].([]any) {
		names += e.(body)["what"].(string) + " " + e.(body)["by_name"].(string) + ";"
	}
	if !strings.Contains(names, "acknowledged Persona sol;") || !strings.HasPrefix(names, "raised ;") {
		t.Errorf("names %q", names)
	}
}
