package geofence_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

// assigned reads to whom a zone applies.
func (w *world) assigned(t *testing.T, company, id string) string {
	t.Helper()
	p := properties(t, w.send(t, jefa(company), "GET", "/v1/zones/"+id, nil).Is(t, http.StatusOK, ""))
	return fmt.Sprint(p["users"], p["teams"])
}

func TestAnAssignmentIsReplacedWhole(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.team(t, "acme", "vacio")
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role, active) VALUES ('acme', 'ida', 'Ida', 'colaborador', false)`)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	for i, c := range []struct{ body, want string }{
		{`{"users":["juan","ana","juan","juan"],"teams":["norte","norte"]}`, "[ana juan] [norte]"},
		{`{"users":["juan"],"teams":["vacio"]}`, "[juan] [vacio]"}, // a team without members
		{`{"users":["ida"]}`, "[ida] []"},                          // who is away may come back
		{`{"teams":["norte"],"color":"red"}`, "[] [norte]"},
		{`{"users":["sofia","jefa"]}`, "[jefa sofia] []"},
		{`{"users":[]}`, "[] []"},
		{`{"users":["juan"]}`, "[juan] []"},
	} {
		a := w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", c.body).Is(t, http.StatusOK, "")
		if got := fmt.Sprint(properties(t, a)["users"], " ", properties(t, a)["teams"]); got != c.want || properties(t, a)["version"] != float64(i+2) {
			t.Errorf("%s: %s", c.body, a.Text)
		}
	}
	w.send(t, jefa("acme"), "DELETE", "/v1/zones/centro", nil).Is(t, http.StatusNoContent, "")
	var left int
	if err := w.admin.Get(&left, `SELECT (SELECT count(*) FROM geofence.zone_user) + (SELECT count(*) FROM geofence.zone_team)`); err != nil || left != 0 {
		t.Errorf("%d assignments are left (%v)", left, err)
	}
	// A zone with the same id is another one.
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("centro", "Centro")).Is(t, http.StatusCreated, "")
	if got := w.assigned(t, "acme", "centro"); got != "[] []" {
		t.Errorf("assigned to %s", got)
	}
}

func TestWhoIsNotThereIsNamedByPlace(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	w.user(t, "globex", "solo", audience.RoleColaborador)
	w.team(t, "globex", "este")
	w.zone(t, "acme", circle("centro", "Centro"), "ana")
	plan := w.version(t, "acme")
	quoted := func(n int) string {
		return `"` + strings.Join(slices.Repeat([]string{"juan"}, n), `","`) + `"`
	}
	for _, c := range []struct{ body, code, location, message string }{
		{`{"users":["juan","nadie","otro"]}`, "user_not_found", "body.users[1]", "The company has no such user."},
		{`{"users":["juan","juan","solo"],"teams":["este"]}`, "user_not_found", "body.users[2]", ""}, // another company's
		{`{"users":["juan"],"teams":["norte","este"]}`, "team_not_found", "body.teams[1]", "The company has no such team."},
		{`{"users":["JUAN"]}`, "user_not_found", "body.users[0]", ""},
		{`{"users":[""]}`, "user_not_found", "body.users[0]", ""},
		{`{"users":["` + strings.Repeat("x", 1<<19) + `"]}`, "user_not_found", "body.users[0]", ""},
		{`{"users":["juan'; DROP TABLE geofence.zone; --"]}`, "user_not_found", "body.users[0]", ""},
		{`{"users":["{a,b}"]}`, "user_not_found", "body.users[0]", ""},
		{`{"users":[7]}`, "validation_failed", "body.users[0]", ""},
		{`{"users":null}`, "validation_failed", "body.users", ""},
		{`{"users":"juan"}`, "validation_failed", "body.users", ""},
		{`{}`, "validation_failed", "body.users", "Send users, teams or both"},
		{`{"user":["juan"]}`, "validation_failed", "body.users", "[] for nobody"},
		{`{"users":[` + quoted(1001) + `]}`, "validation_failed", "body.users", ""},
		{`{"teams":[` + quoted(101) + `]}`, "validation_failed", "body.teams", ""},
	} {
		a := w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", c.body)
		first, ok := a.Body["errors"].([]any)
		if a.Status != http.StatusUnprocessableEntity || a.Body["code"] != c.code || !ok || first[0].(map[string]any)["location"] != c.location ||
			!strings.Contains(a.Text, c.message) || len(a.Text) > 2000 {
			t.Errorf("%.80s: %d %.500s", c.body, a.Status, a.Text)
		}
	}
	w.send(t, jefa("acme"), "PUT", "/v1/zones/nada/users", `{"users":["nadie"]}`).Is(t, http.StatusNotFound, "zone_not_found")
	if got := w.assigned(t, "acme", "centro"); got != "[ana] []" || w.version(t, "acme") != plan {
		t.Errorf("assigned to %s, plan version %d after %d", got, w.version(t, "acme"), plan)
	}
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", `{"users":[`+quoted(1000)+`]}`).Is(t, http.StatusOK, "")
}

// sight is five zones: juan's own, his team's, ana's, nobody's and one that is juan's in both ways.
func sight(t *testing.T) *world {
	t.Helper()
	w := setup(t)
	w.start(t)
	for id, to := range map[string]string{
		"de-juan": `{"users":["juan"]}`, "de-norte": `{"teams":["norte"]}`, "de-ana": `{"users":["ana"]}`, "de-nadie": `{"users":[]}`,
		"de-ambos": `{"users":["juan","ana"],"teams":["norte"]}`,
	} {
		w.send(t, jefa("acme"), "POST", "/v1/zones", circle(id, id)).Is(t, http.StatusCreated, "")
		w.send(t, jefa("acme"), "PUT", "/v1/zones/"+id+"/users", to).Is(t, http.StatusOK, "")
	}
	w.zone(t, "globex", circle("de-juan", "Otra"), "juan")
	return w
}

func TestWhoSeesWhat(t *testing.T) {
	t.Parallel()
	w := sight(t)
	all := []string{"de-ambos", "de-ana", "de-juan", "de-nadie", "de-norte"}
	people := map[string]auth.Claims{
		"jefa": jefa("acme"), "sofia": as("acme", "sofia", audience.RoleSupervisor, "norte"),
		"juan": as("acme", "juan", audience.RoleColaborador, "norte"), "ana": as("acme", "ana", audience.RoleColaborador),
	}
	for _, c := range []struct {
		who   string
		query string
		want  []string
	}{
		{"jefa", "", all},
		{"sofia", "", all},
		{"juan", "", []string{"de-ambos", "de-juan", "de-norte"}},
		{"ana", "", []string{"de-ambos", "de-ana"}},
		{"jefa", "?user=juan", []string{"de-ambos", "de-juan"}},
		{"sofia", "?team=norte", []string{"de-ambos", "de-norte"}},
		{"sofia", "?team=norte&user=ana", []string{"de-ambos"}},
		{"sofia", "?user=nadie", nil},
		{"sofia", "?user=%25", nil},
	} {
		a := w.send(t, people[c.who], "GET", "/v1/zones"+c.query, nil).Is(t, http.StatusOK, "")
		if got := a.IDs(t, "features"); !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s %s: %v, want %v", c.who, c.query, got, c.want)
		}
	}
	// Whom else a zone is assigned to is not theirs to find out, and a filter that is passed over would lie.
	for _, query := range []string{"?user=ana", "?user=juan", "?team=norte", "?user=juan&limit=1"} {
		w.send(t, people["juan"], "GET", "/v1/zones"+query, nil).Is(t, http.StatusForbidden, "filter_forbidden")
	}
	for _, id := range all {
		for who, want := range map[string]bool{"juan": id != "de-ana" && id != "de-nadie", "ana": id == "de-ana" || id == "de-ambos"} {
			a := w.send(t, people[who], "GET", "/v1/zones/"+id, nil)
			if want != (a.Status == http.StatusOK) || (!want && (a.Status != http.StatusNotFound || a.Body["code"] != "zone_not_found")) {
				t.Errorf("%s reads %s: %d %s", who, id, a.Status, a.Text)
			}
		}
	}
	for who, want := range map[string]string{"juan": "[juan] [norte] ", "ana": "[ana] [] ", "sofia": "[ana juan] [norte] jefa"} {
		p := properties(t, w.send(t, people[who], "GET", "/v1/zones/de-ambos", nil))
		if got := fmt.Sprint(p["users"], p["teams"], " ", p["updated_by"]); strings.ReplaceAll(got, "  ", " ") != want {
			t.Errorf("%s reads that de-ambos is for %q, want %q", who, got, want)
		}
	}
	// What is hidden answers as what is not there does.
	hidden, none := w.send(t, people["ana"], "GET", "/v1/zones/de-nadie", nil, "X-Request-Id", "r"), w.send(t, people["ana"], "GET", "/v1/zones/no-hay", nil, "X-Request-Id", "r")
	if hidden.Text != none.Text {
		t.Errorf("%s\n%s", hidden.Text, none.Text)
	}
}

func TestOnlyAnAdminEdits(t *testing.T) {
	t.Parallel()
	w := sight(t)
	before, plan := w.send(t, jefa("acme"), "GET", "/v1/zones", nil).Text, w.version(t, "acme")
	operations := []struct {
		method, path string
		body         any
		read         bool
	}{
		{"GET", "/v1/zones", nil, true},
		{"GET", "/v1/zones/de-juan", nil, true},
		{"GET", "/v1/zone-settings", nil, true},
		{"POST", "/v1/zones", circle("x", "X"), false},
		{"PUT", "/v1/zones/de-juan", circle("de-juan", "X"), false},
		{"PUT", "/v1/zones/de-juan/users", `{"users":[]}`, false},
		{"DELETE", "/v1/zones/de-juan", nil, false},
		{"PUT", "/v1/zone-settings", defaults, false},
	}
	for _, role := range []string{audience.RoleSupervisor, audience.RoleColaborador, audience.RolePlatformAdmin} {
		company := "acme"
		if role == audience.RolePlatformAdmin {
			company = ""
		}
		for _, o := range operations {
			a := w.send(t, as(company, "juan", role, "norte"), o.method, o.path, o.body)
			if may := o.read && role != audience.RolePlatformAdmin; may != (a.Status == http.StatusOK) || (!may && (a.Status != http.StatusForbidden || a.Body["code"] != "forbidden")) {
				t.Errorf("%s %s %s: %d %s", role, o.method, o.path, a.Status, a.Text)
			}
		}
	}
	if after := w.send(t, jefa("acme"), "GET", "/v1/zones", nil).Text; after != before || w.version(t, "acme") != plan {
		t.Errorf("something changed: %s", after)
	}
}
