package notifier_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

// A phone that shows the notification of a call for help tells whoever called that it reached somebody.
func TestACallForHelpIsDeliveredWhenAPhoneShowsIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		w.user(t, company, "ana", audience.RoleColaborador, "{norte}")
		w.user(t, company, "sol", audience.RoleSupervisor, "{norte}")
	}
	w.start(t, "inbox", "outbox", "timers")
	for _, company := range []string{"acme", "beta"} {
		w.tell(t, company, "nueva", episode("a1", "ana", noon, body{"type": "panico"}), "norte")
	}
	w.settled(t)
	sol := claims("acme", "sol", audience.RoleSupervisor)
	list := w.get(t, sol, "/v1/notifications").Is(t, http.StatusOK, "")
	id := list.IDs(t, "notifications")[0]
	w.post(t, sol, "/v1/notifications/"+id+"/delivered", "").Is(t, http.StatusOK, "")
	a := w.get(t, worker("acme", "ana"), "/v1/alerts/a1").Is(t, http.StatusOK, "")
	if a.Body["delivered_to"] != "sol" || !strings.Contains(w.history(t, sol, "a1"), "delivered") {
		t.Errorf("the alert is %s", a.Text)
	}
	if b := w.get(t, worker("beta", "ana"), "/v1/alerts/a1"); b.Body["delivered_to"] != "" {
		t.Errorf("the other company's is %s", b.Text)
	}
}
