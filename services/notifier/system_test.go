package notifier_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
)

// An alert of type sistema is about nobody, so only admins see it, act on it and hear of it.
func TestASystemAlertIsForAdmins(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{norte}")
	w.user(t, "acme", "sol", audience.RoleSupervisor, "{norte}")
	w.start(t)
	next := w.heard(t)
	system := body{
		"type": "sistema", "user_id": nil, "lat": nil, "lon": nil, "accuracy_m": nil, "distance_m": nil, "zones": nil,
		"cause": "shared_silence", "people": 12, "people_of": 20, "scope": "company",
	}
	w.tell(t, "acme", "sistema", episode("s1", "", noon, system))
	w.settled(t)
	a := w.get(t, boss("acme"), "/v1/alerts/s1").Is(t, http.StatusOK, "")
	if a.Body["cause"] != "shared_silence" || a.Body["people"] != 12.0 || a.Body["people_of"] != 20.0 || a.Body["scope"] != "company" || a.Body["user_id"] != "" {
		t.Errorf("%s", a.Text)
	}
	for user, role := range map[string]string{"sol": audience.RoleSupervisor, "ana": audience.RoleColaborador} {
		who := claims("acme", user, role)
		w.get(t, who, "/v1/alerts/s1").Is(t, http.StatusNotFound, "not_found")
		if got := alerts(t, w.get(t, who, "/v1/alerts")); got != "" {
			t.Errorf("%s lists %q", user, got)
		}
	}
	w.post(t, claims("acme", "sol", audience.RoleSupervisor), "/v1/alerts/s1/acknowledge", "").Is(t, http.StatusNotFound, "not_found")
	w.get(t, boss("beta"), "/v1/alerts/s1").Is(t, http.StatusNotFound, "not_found")
	w.clock.Advance(2 * time.Minute) // it was raised a minute after it began
	w.post(t, boss("acme"), "/v1/alerts/s1/acknowledge", "").Is(t, http.StatusOK, "")
	to := audience.Of(next().Header)
	if len(to.Users)+len(to.Teams) != 0 || strings.Join(to.Roles, " ") != audience.RoleAdmin {
		t.Errorf("announced to %+v", to)
	}
	w.tell(t, "acme", "cerrada", episode("s1", "", noon, system, over(noon.Add(time.Hour))))
	w.settled(t)
	if got := w.history(t, boss("acme"), "s1"); got != "raised acknowledged closed" {
		t.Errorf("history %q", got)
	}
}

// What becomes known of a silence later takes the place of "unknown", and is not forgotten again.
func TestACauseThatBecomesKnownStays(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", audience.RoleColaborador, "{norte}")
	w.start(t)
	silence := func(cause string) body {
		return body{"type": "inactividad", "distance_m": nil, "cause": cause, "battery": 0.4}
	}
	why := func(want string) {
		t.Helper()
		w.settled(t)
		if a := w.get(t, boss("acme"), "/v1/alerts/q1").Is(t, http.StatusOK, ""); a.Body["cause"] != want || a.Body["battery"] != 0.4 {
			t.Errorf("want %s: %s", want, a.Text)
		}
	}
	w.tell(t, "acme", "nueva", episode("q1", "ana", noon, silence("unknown")))
	why("unknown")
	w.tell(t, "acme", "nueva", episode("q1", "ana", noon, silence("app_closed")))
	why("app_closed")
	w.tell(t, "acme", "cerrada", episode("q1", "ana", noon, silence("unknown"), over(noon.Add(time.Hour))))
	why("app_closed")
}
