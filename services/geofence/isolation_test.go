package geofence_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
)

// twins have the same ids and names in both; the zone and the user solo and the team este are globex's alone.
func twins(t *testing.T) *world {
	t.Helper()
	w := setup(t)
	w.start(t)
	w.user(t, "globex", "solo", audience.RoleColaborador)
	w.team(t, "globex", "este")
	for _, company := range []string{"acme", "globex"} {
		w.send(t, jefa(company), "POST", "/v1/zones", circle("centro", "Centro"), "Idempotency-Key", "k").Is(t, http.StatusCreated, "")
		w.send(t, jefa(company), "PUT", "/v1/zones/centro/users", `{"users":["juan"],"teams":["norte"]}`).Is(t, http.StatusOK, "")
		w.exec(t, `INSERT INTO geofence.user_state VALUES ($1, 'juan', 'k', $2, 1, $2)`, company, noon)
	}
	w.zone(t, "globex", circle("solo", "Solo"), "solo")
	return w
}

// everything of a company, as its admin reads it.
func (w *world) everything(t *testing.T, company string) string {
	t.Helper()
	return fmt.Sprint(w.send(t, jefa(company), "GET", "/v1/zones", nil).Text, w.send(t, jefa(company), "GET", "/v1/zone-settings", nil).Text, w.version(t, company))
}

func TestAnAdminReachesNothingOfAnotherCompany(t *testing.T) {
	t.Parallel()
	w := twins(t)
	before, own := w.everything(t, "globex"), w.everything(t, "acme")
	for _, r := range []struct {
		method, path string
		body         any
	}{
		{"GET", "/v1/zones/solo", nil},
		{"GET", "/v1/zones/solo/people", nil},
		{"PUT", "/v1/zones/solo", circle("solo", "X")},
		{"PUT", "/v1/zones/solo", drawn("solo", "X", square(0), `,"version":1`)},
		{"PUT", "/v1/zones/solo/users", `{"users":["juan"]}`},
		{"PUT", "/v1/zones/solo/users", `{"users":["solo"]}`},
		{"DELETE", "/v1/zones/solo", nil},
	} {
		a := w.send(t, jefa("acme"), r.method, r.path, r.body, "X-Request-Id", "r").Is(t, http.StatusNotFound, "zone_not_found")
		if none := w.send(t, jefa("acme"), r.method, strings.Replace(r.path, "solo", "nada", 1), strings.ReplaceAll(fmt.Sprint(r.body), "solo", "nada"), "X-Request-Id", "r"); r.body == nil && a.Text != none.Text {
			t.Errorf("%s %s tells: %s", r.method, r.path, a.Text)
		}
	}
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", `{"users":["juan","solo"]}`).Is(t, http.StatusUnprocessableEntity, "user_not_found")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", `{"teams":["norte","este"]}`).Is(t, http.StatusUnprocessableEntity, "team_not_found")
	for _, query := range []string{"?user=solo", "?team=este"} {
		if got := w.send(t, jefa("acme"), "GET", "/v1/zones"+query, nil).IDs(t, "features"); len(got) != 0 {
			t.Errorf("%s lists %v", query, got)
		}
	}
	if w.everything(t, "globex") != before || w.everything(t, "acme") != own {
		t.Errorf("something changed: %s", w.everything(t, "globex"))
	}
	// A company named in the request is no company of the request.
	w.send(t, jefa("acme"), "POST", "/v1/zones?id_empresa=globex", strings.Replace(drawn("x", "X", square(0), `,"id_empresa":"globex"`), `"type"`, `"id_empresa":"globex","type"`, 1), "X-Id-Empresa", "globex").Is(t, http.StatusCreated, "")
	if w.everything(t, "globex") != before {
		t.Errorf("a zone came: %s", w.everything(t, "globex"))
	}
}

func TestEditsOfATwinLeaveTheOtherAlone(t *testing.T) {
	t.Parallel()
	w := twins(t)
	before := w.everything(t, "globex")
	// The key is known in the other company, with the same request: here it is another one.
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro", circle("centro", "Otro")).Is(t, http.StatusOK, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zone-settings", with(defaults, "confirm_s", 0)).Is(t, http.StatusOK, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/centro/users", `{"users":["ana"]}`).Is(t, http.StatusOK, "")
	w.send(t, jefa("acme"), "DELETE", "/v1/zones/centro", nil).Is(t, http.StatusNoContent, "")
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("solo", "Solo"), "Idempotency-Key", "k2").Is(t, http.StatusCreated, "")
	if after := w.everything(t, "globex"); after != before {
		t.Errorf("the other company changed\nfrom %s\nto   %s", before, after)
	}
}

// relations of geofence's schema, from the catalog: a new one is attacked without being named here.
func (w *world) relations(t *testing.T) (list []string) {
	t.Helper()
	err := w.admin.Select(&list, `SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'geofence' AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY 1`)
	if err != nil || len(list) < 8 {
		t.Fatalf("%v (%v)", list, err)
	}
	return list
}

func denied(err error) bool { return err != nil && strings.Contains(err.Error(), "permission denied") }

// A query that forgets its company must show nothing: here everything is read without one.
func TestRowLevelSecurityHoldsWithoutAnyCondition(t *testing.T) {
	t.Parallel()
	w := twins(t)
	pool := w.data.DB(t, "geofence")
	shown := map[string]bool{}
	for _, table := range w.relations(t) {
		if denied(pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(`SELECT FROM geofence.` + table)
			return err
		})) {
			continue
		}
		shown[table] = true
		var companies []string
		query := func(tx *sqlx.Tx) error {
			return tx.Select(&companies, `SELECT DISTINCT id_empresa FROM geofence.`+table)
		}
		if err := pool.InTenant(t.Context(), "acme", query); err != nil || !slices.Equal(companies, []string{"acme"}) {
			t.Errorf("in acme, %s shows %v (%v)", table, companies, err)
		}
		companies = nil
		if err := pool.InTenant(t.Context(), "gamma", query); err != nil || len(companies) != 0 {
			t.Errorf("in a company that is not there, %s shows %v (%v)", table, companies, err)
		}
	}
	if want := []string{"change_log", "idempotency_key", "plan", "user_state", "v_changes", "zone", "zone_team", "zone_user"}; !slices.Equal(slices.Sorted(maps.Keys(shown)), want) {
		t.Errorf("a company's transaction reads %v, want %v", slices.Sorted(maps.Keys(shown)), want)
	}
	for what, statement := range map[string]string{
		"a zone":       `INSERT INTO geofence.zone_user VALUES ('globex', 'centro', 'ana')`,
		"a plan":       `INSERT INTO geofence.plan VALUES ('gamma', 1, 1, 1, 1, 1, 1, 1)`,
		"a zone moved": `UPDATE geofence.zone SET id_empresa = 'globex', id = 'x'`,
		"news":         `INSERT INTO geofence.outbox (id_empresa, subject, header, body) VALUES ('globex', 'in.globex.alerta.nueva.x', '{}', '')`,
	} {
		err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "row-level security") {
			t.Errorf("%s of another company is written: %v", what, err)
		}
	}
	for _, statement := range []string{`UPDATE geofence.zone SET name = 'X'`, `DELETE FROM geofence.zone_user`, `UPDATE geofence.plan SET version = 99`, `DELETE FROM geofence.zone`} {
		before := w.everything(t, "globex")
		err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		})
		if err != nil || w.everything(t, "globex") != before {
			t.Errorf("%s: %v, %s", statement, err, w.everything(t, "globex"))
		}
	}
}

func TestAnotherServiceReadsNothingOfGeofence(t *testing.T) {
	t.Parallel()
	w := twins(t)
	for _, service := range []string{"identity", "tracking-ingest"} {
		other := w.data.DB(t, service)
		for _, table := range w.relations(t) {
			if table == "v_changes" {
				continue // identity reads it, one company at a time
			}
			read := func(tx *sqlx.Tx) error {
				_, err := tx.Exec(`SELECT FROM geofence.` + table)
				return err
			}
			if err := other.InTenant(t.Context(), "acme", read); !denied(err) {
				t.Errorf("%s in a company reads %s: %v", service, table, err)
			}
			if err := other.AsWorker(t.Context(), read); !denied(err) {
				t.Errorf("%s as a worker reads %s: %v", service, table, err)
			}
		}
	}
}

func TestTheCatalogHasNoHole(t *testing.T) {
	t.Parallel()
	w := setup(t)
	found, err := db.CheckCatalog(t.Context(), w.admin, schemas())
	if err != nil || len(found) > 0 {
		t.Errorf("%s (%v)", strings.Join(found, "\n"), err)
	}
}

func TestWhatGeofenceMayPublish(t *testing.T) {
	t.Parallel()
	w := setup(t)
	b := w.nats.Bus(t, "geofence")
	for _, c := range []struct {
		domain, event string
		allowed       bool
	}{
		{"alerta", "nueva", true},
		{"directorio", "zonas", true},
		{"chat", "mensaje", false},
		{"tracking", "ubicacion", false},
		{"actividad", "estado", false},
		{"notificacion", "push", false},
	} {
		to, err := subject.New("acme", c.domain, c.event, "x")
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Publish(t.Context(), bus.Message{Subject: to, ID: c.domain, Data: []byte("{}")})
		if (err == nil) != c.allowed {
			t.Errorf("%s: %v", to, err)
		}
	}
}
