package activity_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/audience"
)

// twins returns two companies with the same people, places, visits and keys. One visit and one place exist only in beta.
func twins(t *testing.T) *world {
	t.Helper()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		w.place(t, company, "p1", body{"name": "de " + company})
		w.post(t, personOf(company, "boss"), "/v1/activities", job("v1", body{"title": "de " + company})).Is(t, http.StatusCreated, "")
		w.next(t)
	}
	w.place(t, "beta", "only")
	w.post(t, personOf("beta", "boss"), "/v1/activities", job("only", body{"place_id": "only"})).Is(t, http.StatusCreated, "")
	w.next(t)
	return w
}

func TestNobodyReachesAnythingOfAnotherCompany(t *testing.T) {
	t.Parallel()
	w := twins(t)
	v := body{"version": 1, "reason": "x"}
	for _, id := range []string{"boss", "sol", "ana"} {
		w.get(t, person(id), "/v1/activities/only").Is(t, http.StatusNotFound, "not_found")
		for _, action := range []string{"accept", "set-out", "check-in", "check-out", "fail", "notes"} {
			w.post(t, person(id), "/v1/activities/only/"+action, v).Is(t, http.StatusNotFound, "not_found")
		}
		for _, query := range []string{"", "?user=ana", "?place=only", "?day=2026-03-09", "?bbox=-180,-90,180,90"} {
			if a := w.get(t, person(id), "/v1/activities"+query).Is(t, http.StatusOK, ""); strings.Contains(a.Text, "only") || strings.Contains(a.Text, "beta") {
				t.Errorf("%s lists %s with %q", id, a.Text, query)
			}
		}
	}
	w.shiftsOf(t, "beta")
	w.next(t)
	for _, id := range []string{"boss", "sol", "ana"} {
		for _, path := range []string{"/v1/my-day", "/v1/shifts", "/v1/shifts/log?user=ana"} {
			if a := w.get(t, person(id), path).Is(t, http.StatusOK, ""); strings.Contains(a.Text, "beta") || strings.Contains(a.Text, "only") || strings.Contains(a.Text, "s1") {
				t.Errorf("%s reads %s: %s", id, path, a.Text)
			}
		}
	}
	for _, id := range []string{"boss", "sol"} {
		w.get(t, person(id), "/v1/places/only").Is(t, http.StatusNotFound, "place_not_found")
		w.put(t, person(id), "/v1/places/only", bakery("only")).Is(t, http.StatusNotFound, "place_not_found")
		w.do(t, person(id), http.MethodDelete, "/v1/places/only", nil).Is(t, http.StatusNotFound, "place_not_found")
		w.post(t, person(id), "/v1/activities", job("x", body{"place_id": "only"})).Is(t, http.StatusUnprocessableEntity, "place_not_found")
		if got := ids(t, w.get(t, person(id), "/v1/places?archived=true"), "places"); got != "p1" {
			t.Errorf("%s lists places %q", id, got)
		}
	}
	next, _ := w.get(t, personOf("beta", "boss"), "/v1/activities?limit=1").Body["next"].(string)
	if a := w.get(t, person("boss"), "/v1/activities?cursor="+next).Is(t, http.StatusOK, ""); next == "" || strings.Contains(a.Text, "beta") {
		t.Errorf("another's cursor %q reads %s", next, a.Text)
	}
	w.silent(t)
}

func TestChangesOfATwinLeaveTheOtherAlone(t *testing.T) {
	t.Parallel()
	w := twins(t)
	before := w.get(t, personOf("beta", "boss"), "/v1/activities/v1").Is(t, http.StatusOK, "")
	key := []string{"Idempotency-Key", "the same"}
	w.post(t, person("ana"), "/v1/activities/v1/check-in", body{}, key...).Is(t, http.StatusOK, "")
	if e := w.next(t); e.company != "acme" {
		t.Errorf("told to %s", e.company)
	}
	w.put(t, person("boss"), "/v1/places/p1", bakery("p1", body{"name": "otra", "lat": 5, "version": 1})).Is(t, http.StatusOK, "")
	if after := w.get(t, personOf("beta", "boss"), "/v1/activities/v1"); after.Text != before.Text {
		t.Errorf("the other company's changed\nfrom %s\nto   %s", before.Text, after.Text)
	}
	if a := w.post(t, personOf("beta", "ana"), "/v1/activities/v1/check-in", body{}, key...).Is(t, http.StatusOK, ""); a.Body["duplicate"] != false || a.Body["title"] != "de beta" {
		t.Errorf("%s", a.Text)
	}
	if e := w.next(t); e.company != "beta" {
		t.Errorf("told to %s", e.company)
	}
}

func TestEveryForgedTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := twins(t)
	for what, token := range w.issuer.Bad(t, person("boss")) {
		for path, item := range w.service.OpenAPI.Paths {
			for method := range httpxtest.Of(item) {
				a, err := w.try(t.Context(), token, method, strings.ReplaceAll(path, "{id}", "v1"), nil)
				if err != nil || a.Status != http.StatusUnauthorized {
					t.Errorf("%s: %s %s: %d %s, %v", what, method, path, a.Status, a.Text, err)
				}
			}
		}
	}
}

// A query that forgets the company must show nothing. So this test reads each table without a company.
func TestRowLevelSecurityHoldsWithoutAnyCondition(t *testing.T) {
	t.Parallel()
	w := twins(t)
	for _, company := range []string{"acme", "beta"} {
		w.settings(t, personOf(company, "boss"), body{"check_in_policy": "note", "check_in_max_m": 1, "close_at": "21:00"}).Is(t, http.StatusOK, "")
		w.post(t, personOf(company, "ana"), "/v1/activities/v1/accept", body{}).Is(t, http.StatusOK, "")
		w.post(t, personOf(company, "boss"), "/v1/places", bakery("p2"), "Idempotency-Key", "k").Is(t, http.StatusCreated, "")
		w.shiftsOf(t, company)
		w.exec(t, `INSERT INTO activity.help (id_empresa, id, user_id, started_at) VALUES ($1, 'h', 'ana', $2)`, company, noon)
		w.put(t, personOf(company, "boss"), "/v1/shift-plans/company", works("08:00", "17:00", 0)).Is(t, http.StatusOK, "")
		h := w.get(t, personOf(company, "boss"), "/v1/hours?user=ana&from=2026-03-08&to=2026-03-08").Is(t, http.StatusOK, "").Body["hours"].([]any)[0].(body)
		w.post(t, personOf(company, "boss"), "/v1/hours/approve", body{"user_id": "ana", "from": "2026-03-08", "to": "2026-03-08", "version": h["version"]}).Is(t, http.StatusOK, "")
		w.put(t, personOf(company, "boss"), "/v1/activity-settings/teams/norte", body{"close_at": "20:00"}).Is(t, http.StatusOK, "")
		w.put(t, personOf(company, "boss"), "/v1/holidays", body{"version": 0, "holidays": []any{body{"date": "2026-12-25", "name": "Navidad"}}}).Is(t, http.StatusOK, "")
		w.recurring(t, company)
	}
	pool := w.database.DB(t, name)
	tables := []string{"place", "visit", "visit_action", "settings", "idempotency_key", "change_log", "shift_user", "shift_action", "shift", "help", "v_shift", "v_visit", "v_place", "shift_plan", "holidays", "team_settings", "close_move", "hours_approval", "series"}
	for _, table := range tables {
		var companies []string
		query := func(tx *sqlx.Tx) error {
			return tx.Select(&companies, `SELECT DISTINCT id_empresa FROM activity.`+table)
		}
		if err := pool.InTenant(t.Context(), "acme", query); err != nil || !slices.Equal(companies, []string{"acme"}) {
			t.Errorf("in acme, %s shows %v (%v)", table, companies, err)
		}
		companies = nil
		if err := pool.InTenant(t.Context(), "gamma", query); err != nil || len(companies) != 0 {
			t.Errorf("in a company that is not there, %s shows %v (%v)", table, companies, err)
		}
	}
	for _, statement := range []string{`UPDATE activity.visit SET title = 'hacked'`, `UPDATE activity.place SET name = 'hacked'`, `UPDATE activity.settings SET close_at = '13:13'`, `UPDATE activity.series SET title = 'hacked'`} {
		if err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(statement)
			return err
		}); err != nil {
			t.Error(err)
		}
	}
	if n := pgtest.Count(t, w.admin, `activity.visit WHERE id_empresa = 'beta' AND title = 'hacked'`) + pgtest.Count(t, w.admin, `activity.place WHERE id_empresa = 'beta' AND name = 'hacked'`) +
		pgtest.Count(t, w.admin, `activity.settings WHERE id_empresa = 'beta' AND close_at = '13:13'`) + pgtest.Count(t, w.admin, `activity.series WHERE id_empresa = 'beta' AND title = 'hacked'`); n != 0 {
		t.Errorf("statements without a condition changed %d rows of another company", n)
	}
}

// Nobody may change or remove an action, in any role that the service can have.
func TestTheLogIsImmutable(t *testing.T) {
	t.Parallel()
	w := twins(t)
	w.post(t, person("ana"), "/v1/activities/v1/accept", body{}).Is(t, http.StatusOK, "")
	w.shiftsOf(t, "acme")
	pool := w.database.DB(t, name)
	roles := map[string]func(func(*sqlx.Tx) error) error{
		"service": func(fn func(*sqlx.Tx) error) error { return pool.InTenant(t.Context(), "acme", fn) },
		"worker":  func(fn func(*sqlx.Tx) error) error { return pool.AsWorker(t.Context(), fn) },
	}
	for role, run := range roles {
		statements := []string{
			`UPDATE activity.visit_action SET at = now()`, `DELETE FROM activity.visit_action`, `TRUNCATE activity.visit_action`,
			`UPDATE activity.shift_action SET at = now()`, `TRUNCATE activity.shift_action`, `DELETE FROM activity.place`,
			`UPDATE activity.hours_approval SET days = '[]'`, `UPDATE activity.hours_approval SET approved_by = 'x'`, `TRUNCATE activity.hours_approval`,
		}
		if role == "service" {
			statements = append(statements, `DELETE FROM activity.visit`, `DELETE FROM activity.shift_action`, `DELETE FROM activity.settings`, `DELETE FROM activity.hours_approval`)
		}
		for _, statement := range statements {
			err := run(func(tx *sqlx.Tx) error {
				_, err := tx.Exec(statement)
				return err
			})
			if err == nil || !strings.Contains(err.Error(), "permission denied") {
				t.Errorf("%s: %s: %v", role, statement, err)
			}
		}
	}
}

func TestTheCatalogHasNoHole(t *testing.T) {
	t.Parallel()
	w := setup(t)
	found, err := db.CheckCatalog(t.Context(), w.admin, schemas)
	if err != nil || len(found) > 0 {
		t.Errorf("%v\n%s", err, strings.Join(found, "\n"))
	}
}

func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	httpxtest.Operations(t, setup(t).service.OpenAPI)
}

func TestWhatClientsReadWhenTheyAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	tokens := map[string]string{audience.RolePlatformAdmin: w.issuer.Token(t, claims("", "root", audience.RolePlatformAdmin))}
	for _, role := range []string{audience.RoleAdmin, audience.RoleColaborador} {
		tokens[role] = w.issuer.Token(t, claims("acme", "boss", role))
	}
	var all httpxtest.Refusals
	all.Drive(t, w.service.OpenAPI, tokens, func(method, path, token string, body any) answer {
		a, err := httpxtest.Do(t.Context(), method, w.url+path, token, body)
		if err != nil {
			t.Fatal(err)
		}
		return a
	})
	all.Compare(t)
}

// A supervisor's list must not query identity once for each visit, nor read the visits of other days.
func TestHowListsAreRead(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `
INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'acme', 'u' || u, 'u', 'supervisor' FROM generate_series(1, 1000) u;
INSERT INTO identity.team (id_empresa, id, name) SELECT 'acme', 't' || t, 't' || t FROM generate_series(0, 19) t;
INSERT INTO identity.team_member (id_empresa, team_id, user_id) SELECT 'acme', 't' || u % 20, 'u' || u FROM generate_series(1, 1000) u;
INSERT INTO activity.visit (id_empresa, id, tipo, external_id, title, notes, priority, place_id, checklist, created_at, created_by, plan_from, plan_until, plan_worker, plan_team,
    state, since, win_from, win_until, worker, team, reason, answers, close_at, last_at, actions, changed_at, changed_by)
SELECT 'acme', 'v' || n, 'visita', '', 't', '', 'normal', '', '[]', now(), '', d, d + interval '1 hour', '', '', 'pendiente', now(), d, d + interval '1 hour', 'u' || n % 1000, '', '', '{}', d + interval '1 day', now(), 0, now(), ''
FROM generate_series(1, 40000) n, LATERAL (SELECT timestamptz '2026-03-09' - n * interval '10 minutes' AS d) x;
ANALYZE identity.users, identity.team_member, activity.visit`)
	for role, v := range map[string]audience.Viewer{"supervisor": {User: "u7", Role: audience.RoleSupervisor}, "admin": {User: "u7", Role: audience.RoleAdmin}} {
		var plan []string
		err := w.database.DB(t, name).InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			args := append([]any{"acme"}, visible.For(v).Args()...)
			return tx.SelectContext(t.Context(), &plan, `EXPLAIN SELECT v.* FROM activity.visit v WHERE v.id_empresa = $1 AND (`+visible.Where("v.worker", 2)+` OR $4 AND v.team IN (SELECT t.team_id FROM identity.v_team_members t WHERE t.user_id = $3))
AND v.win_from > timestamptz '2026-03-08' - interval '31 days' AND v.win_until > '2026-03-08' AND v.win_from < '2026-03-09' ORDER BY v.win_from, v.id LIMIT 100`, args...)
		})
		if err != nil {
			t.Fatal(err)
		}
		text := strings.Join(plan, "\n")
		if !strings.Contains(text, "visit_by_window") || role == "supervisor" && (!strings.Contains(text, "hashed SubPlan") || strings.Contains(text, "Seq Scan on team_member")) {
			t.Errorf("%s:\n%s", role, text)
		}
	}
}
