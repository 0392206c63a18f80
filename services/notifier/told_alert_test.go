package notifier_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

// After a minute all supervisors are told. What they are told of they can see and take care of, until it is over.
func TestWhoIsToldOfACallForHelpMayTakeCareOfIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	updated := w.ears(t, "actualizada")
	id, _ := w.cry(t, ana(), "k", "")
	w.step(t, id, 1)
	luz, path := claims("acme", "luz", audience.RoleSupervisor), "/v1/alerts/"+id
	w.get(t, luz, path).Is(t, http.StatusNotFound, "not_found")
	w.clock.Advance(time.Minute)
	w.step(t, id, 2)
	for _, who := range []string{"beta luz supervisor", "acme mia supervisor", "acme luz colaborador", "acme eva colaborador"} {
		c := splitClaims(who)
		w.get(t, c, path).Is(t, http.StatusNotFound, "not_found")
	}
	w.get(t, luz, path).Is(t, http.StatusOK, "")
	same(t, "listed", alerts(t, w.get(t, luz, "/v1/alerts")), id)
	same(t, "told", w.get(t, luz, path+"/notifications").Is(t, http.StatusOK, "").Body["all"], 2)
	w.post(t, luz, path+"/received", "").Is(t, http.StatusOK, "")
	w.post(t, claims("acme", "sol", audience.RoleSupervisor), path+"/acknowledge", "").Is(t, http.StatusOK, "")
	for {
		if b, m := next(t, updated); b["acknowledged_by"] == "sol" {
			to := audience.Of(m.Header)
			for user, want := range map[string]bool{"luz": true, "mia": false} {
				if to.Includes(audience.Viewer{User: user, Role: audience.RoleSupervisor, Teams: []string{"sur"}}) != want {
					t.Errorf("%s hears of it: %t", user, !want)
				}
			}
			break
		}
	}
	w.post(t, luz, path+"/resolve", `{"note":"la encontré"}`).Is(t, http.StatusOK, "")
	w.get(t, luz, path).Is(t, http.StatusOK, "")
	// Who did nothing about another one sees it while it lasts.
	second, _ := w.cry(t, ana(), "k2", "")
	w.step(t, second, 1)
	w.clock.Advance(time.Minute)
	w.step(t, second, 2)
	w.get(t, luz, "/v1/alerts/"+second).Is(t, http.StatusOK, "")
	w.post(t, boss("acme"), "/v1/alerts/"+second+"/resolve", "").Is(t, http.StatusOK, "")
	w.get(t, luz, "/v1/alerts/"+second).Is(t, http.StatusNotFound, "not_found")
}

// splitClaims makes claims of a company, a user and a role.
func splitClaims(s string) auth.Claims {
	f := strings.Fields(s)
	return claims(f[0], f[1], f[2])
}
