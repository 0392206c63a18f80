package notifier_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

func TestEverybodyDecidesForItself(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const path = "/v1/notification-preferences"
	for _, company := range []string{"acme", "beta"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{}")
		w.zone(t, company, "America/Bogota")
	}
	ana := worker("acme", "ana")
	a := w.get(t, ana, path).Is(t, http.StatusOK, "")
	if a.Body["version"] != 0.0 || a.Body["zone"] != "America/Bogota" || !strings.Contains(a.Text, `"off":[]`) || strings.Contains(a.Text, `"panic"`) {
		t.Errorf("before: %s", a.Text)
	}
	// Quiet hours that end earlier than they begin end on the next day.
	set := w.do(t, ana, http.MethodPut, path, `{"language":"en","off":["visit_moved","chat"],"quiet":{"from":"22:00","until":"06:30"}}`).Is(t, http.StatusOK, "")
	if got := w.get(t, ana, path); got.Text != set.Text || set.Body["version"] != 1.0 || !strings.Contains(set.Text, `"quiet":{"from":"22:00","until":"06:30"}`) {
		t.Errorf("set %s, got %s", set.Text, got.Text)
	}
	for what, b := range map[string]string{
		"a language that does not exist": `{"off":[],"language":"fr"}`, "a kind that does not exist": `{"off":["lottery"]}`, "panic": `{"off":["panic"]}`,
		"the same times": `{"off":[],"quiet":{"from":"22:00","until":"22:00"}}`, "24:00": `{"off":[],"quiet":{"from":"22:00","until":"24:00"}}`,
		"half of them": `{"off":[],"quiet":{"from":"22:00"}}`, "empty ones": `{"off":[],"quiet":{"from":"","until":""}}`, "no list": `{}`, "null": `{"off":null}`,
		"a list too long": `{"off":["chat"` + strings.Repeat(`,"chat"`, 40) + `]}`,
	} {
		if got := w.do(t, ana, http.MethodPut, path, b); got.Status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", what, got.Status, got.Text)
		}
	}
	// Nobody decides for somebody else, whatever it sends.
	w.do(t, worker("acme", "leo"), http.MethodPut, path+"?user=ana", `{"off":["chat"],"user_id":"ana"}`)
	w.do(t, boss("acme"), http.MethodPut, path, `{"off":["chat"],"user_id":"ana","id_empresa":"beta"}`)
	w.do(t, boss("acme"), http.MethodPut, path+"/ana", `{"off":["chat"]}`).Is(t, http.StatusNotFound, "not_found")
	if got := w.get(t, ana, path); got.Text != set.Text {
		t.Errorf("somebody else changed it to %s", got.Text)
	}
	if got := w.get(t, worker("beta", "ana"), path); got.Body["version"] != 0.0 {
		t.Errorf("the same id in another company: %s", got.Text)
	}
	if n := pgtest.Count(t, w.admin, "notifier.preference WHERE id_empresa = 'beta'"); n != 0 {
		t.Errorf("%d rows in the other company", n)
	}
	if got := w.do(t, ana, http.MethodPut, path, `{"off":[]}`).Is(t, http.StatusOK, ""); got.Body["version"] != 2.0 || got.Body["quiet"] != nil || got.Body["language"] != nil {
		t.Errorf("taken back: %s", got.Text)
	}
}

func TestTextsAsTheyWillBeSent(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for language, want := range map[string]string{
		"": "Alerta de pánico enviada por Juan Pérez", "?language=es": "Tienes una nueva visita hoy", "?language=en": "Panic alert sent by Juan Pérez",
	} {
		a := w.get(t, worker("acme", "ana"), "/v1/notification-texts"+language).Is(t, http.StatusOK, "")
		if !strings.Contains(a.Text, want) || strings.Contains(a.Text, `{name}`) || strings.Contains(a.Text, `"kind":""`) {
			t.Errorf("%q: %s", language, a.Text)
		}
	}
	w.get(t, worker("acme", "ana"), "/v1/notification-texts?language=fr").Is(t, http.StatusUnprocessableEntity, "validation_failed")
}
