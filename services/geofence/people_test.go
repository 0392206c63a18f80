package geofence_test

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

// where reads who of a zone's people is where, as somebody sees it: "juan outside".
func (w *world) where(t *testing.T, who auth.Claims, zone string) (list []string) {
	t.Helper()
	a := w.send(t, who, "GET", "/v1/zones/"+zone+"/people", nil).Is(t, http.StatusOK, "")
	for _, p := range a.Body["people"].([]any) {
		p := p.(map[string]any)
		list = append(list, fmt.Sprint(p["user_id"], " ", p["state"]))
	}
	return list
}

func (w *world) sees(t *testing.T, who auth.Claims, zone string, want ...string) {
	t.Helper()
	if got := w.where(t, who, zone); !slices.Equal(got, want) {
		t.Errorf("%s sees in %s: %v, want %v", who.Subject, zone, got, want)
	}
}

func TestWhoIsOutsideNow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan", "ana")
	w.sees(t, jefa("acme"), "centro", "ana unknown", "juan unknown")
	w.upload(t, "acme", "juan", 130, point(0, 600), point(60, 600), point(120, 600))
	w.upload(t, "acme", "ana", 130, point(0, 0), point(60, 0), point(120, 0))
	raised := w.next(t).is(t, "acme", "nueva", "juan")
	w.applied(t)
	w.sees(t, jefa("acme"), "centro", "ana inside", "juan outside")
	a := w.send(t, jefa("acme"), "GET", "/v1/zones/centro/people", nil)
	juan := a.Body["people"].([]any)[1].(map[string]any)
	if juan["alert_id"] != raised.body["id"] || juan["outside_since"] != raised.body["started_at"] || juan["distance_m"] != raised.body["distance_m"] || juan["name"] != "juan" || juan["judged_at"] == nil {
		t.Errorf("%v, want what is in %v", juan, raised)
	}
	// After a long gap nothing is confirmed anew, but nobody came back either.
	w.upload(t, "acme", "juan", 4000, point(3990, 600))
	w.applied(t)
	w.sees(t, jefa("acme"), "centro", "ana inside", "juan outside")
	w.upload(t, "acme", "juan", 4200, point(4050, 0), point(4110, 0), point(4170, 0))
	w.ended(t, "juan", "returned", "")
	w.applied(t)
	w.sees(t, jefa("acme"), "centro", "ana inside", "juan inside")
}

func TestToWhomAZoneAppliesIsWhomTheEvaluatorJudges(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.user(t, "acme", "pedro", audience.RoleColaborador, "norte")
	w.user(t, "acme", "luis", audience.RoleColaborador, "norte")
	w.exec(t, `UPDATE identity.users SET active = false WHERE id = 'luis'`)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	w.sees(t, jefa("acme"), "centro")
	// Of a team the colaboradores: sofia, who supervises it, works nowhere in it.
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", `{"teams":["norte"],"users":["ana","juan"]}`).Is(t, http.StatusOK, "")
	w.sees(t, jefa("acme"), "centro", "ana unknown", "juan unknown", "pedro unknown")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", `{"users":["sofia"]}`).Is(t, http.StatusOK, "")
	w.sees(t, jefa("acme"), "centro", "sofia unknown")
}

func TestOfAZonesPeopleEveryoneSeesWhomTheyMaySee(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.team(t, "acme", "sur")
	w.user(t, "acme", "sara", audience.RoleSupervisor, "sur")
	w.user(t, "acme", "nadie", audience.RoleSupervisor)
	w.zone(t, "acme", circle("centro", "Centro"), "juan", "ana")
	w.sees(t, as("acme", "sofia", audience.RoleSupervisor, "norte"), "centro", "juan unknown")
	// What counts is the team of today, and not the one in a token.
	w.sees(t, as("acme", "sara", audience.RoleSupervisor, "norte"), "centro")
	w.sees(t, as("acme", "nadie", audience.RoleSupervisor), "centro")
	w.sees(t, as("acme", "juan", audience.RoleColaborador, "norte"), "centro", "juan unknown")
	w.sees(t, as("acme", "ana", audience.RoleColaborador), "centro", "ana unknown")
	// A colaborador to whom the zone does not apply learns nothing, not even that it is there.
	w.user(t, "acme", "eva", audience.RoleColaborador)
	eva := as("acme", "eva", audience.RoleColaborador)
	there := w.send(t, eva, "GET", "/v1/zones/centro/people", nil, "X-Request-Id", "r").Is(t, http.StatusNotFound, "zone_not_found")
	if none := w.send(t, eva, "GET", "/v1/zones/nada/people", nil, "X-Request-Id", "r"); none.Text != there.Text {
		t.Errorf("it tells: %s", there.Text)
	}
	w.send(t, as("", "root", audience.RolePlatformAdmin), "GET", "/v1/zones/centro/people", nil).Is(t, http.StatusForbidden, "forbidden")
	w.sees(t, jefa("acme"), "centro", "ana unknown", "juan unknown")
}

func TestTheTwinsPeopleStayApart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	for _, company := range []string{"acme", "globex"} {
		w.zone(t, company, circle("centro", "Centro"), "juan")
	}
	w.upload(t, "globex", "juan", 130, point(0, 600), point(60, 600), point(120, 600))
	w.next(t).is(t, "globex", "nueva", "juan")
	w.applied(t)
	w.sees(t, jefa("acme"), "centro", "juan unknown")
	w.sees(t, jefa("globex"), "centro", "juan outside")
}

func TestACursorWalksThroughAZonesPeople(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'acme', 'p' || i, 'Persona ' || (i % 7), 'colaborador' FROM generate_series(1, 60) i`)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	w.exec(t, `INSERT INTO geofence.zone_user SELECT 'acme', 'centro', 'p' || i FROM generate_series(1, 60) i`)
	var got []string
	for cursor, pages := "", 1; ; pages++ {
		a := w.send(t, jefa("acme"), "GET", "/v1/zones/centro/people?limit=7&cursor="+cursor, nil).Is(t, http.StatusOK, "")
		for _, p := range a.Body["people"].([]any) {
			got = append(got, p.(map[string]any)["user_id"].(string))
		}
		next, more := a.Body["next"].(string)
		if !more {
			if pages != 9 {
				t.Errorf("%d pages", pages)
			}
			break
		}
		cursor = next
	}
	var want []string
	if err := w.admin.Select(&want, `SELECT id FROM identity.users WHERE id LIKE 'p%' ORDER BY name COLLATE "C", id COLLATE "C"`); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, want %v (%v)", got, want, err)
	}
	forged := base64.RawURLEncoding.EncodeToString([]byte(`{"n":"A","i":"a","x":1}`))
	w.send(t, jefa("acme"), "GET", "/v1/zones/centro/people?cursor="+forged, nil).Is(t, http.StatusBadRequest, "cursor_invalid")
	w.send(t, jefa("acme"), "GET", "/v1/zones/"+strings.Repeat("z", 65)+"/people", nil).Is(t, http.StatusUnprocessableEntity, "validation_failed")
}

// A state that cannot be read stops nobody from reading the others.
func TestAnUnreadableStateIsUnknown(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan", "ana")
	w.exec(t, `INSERT INTO geofence.user_state (id_empresa, user_id, zones, since, status, last_at, alert) VALUES
('acme', 'ana', 'k', $1, 2, $1, '{"id":7}'), ('acme', 'juan', 'k', $1, 9, $1, NULL)`, noon)
	w.sees(t, jefa("acme"), "centro", "ana unknown", "juan unknown")
}
