package identity

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/audience"
)

// twins are two companies with the same ids, logins and names in both, and one user and team that only beta has.
func twins(t *testing.T) (w *world, acme, beta string) {
	t.Helper()
	w = setup(t)
	acme, beta = w.company(t, "acme"), w.company(t, "beta")
	for _, admin := range []string{acme, beta} {
		w.user(t, admin, "ana", audience.RoleColaborador, body{"email": "ana@both.example", "phone": "5551234567"})
		w.user(t, admin, "sup", audience.RoleSupervisor)
		w.team(t, admin, "norte", "sup", "ana")
	}
	w.user(t, beta, "solo", audience.RoleColaborador)
	w.team(t, beta, "este", "solo")
	return w, acme, beta
}

func TestAnAdminReachesNothingOfAnotherCompany(t *testing.T) {
	t.Parallel()
	w, acme, beta := twins(t)
	for _, r := range []struct {
		method, path string
		content      body
		code         string
	}{
		{"GET", "/v1/users/solo", nil, "user_not_found"},
		{"PATCH", "/v1/users/solo", body{"name": "X"}, "user_not_found"},
		{"DELETE", "/v1/users/solo", nil, "user_not_found"},
		{"POST", "/v1/users/solo/revoke", nil, "user_not_found"},
		{"PUT", "/v1/users/solo/password", body{"password": "otra clave más"}, "user_not_found"},
		{"PATCH", "/v1/teams/este", body{"name": "X"}, "team_not_found"},
		{"DELETE", "/v1/teams/este", nil, "team_not_found"},
		{"PUT", "/v1/teams/este/members", body{"users": []string{}}, "team_not_found"},
	} {
		if a := w.send(t, r.method, r.path, acme, r.content); a.Status != http.StatusNotFound || a.Code() != r.code {
			t.Errorf("%s %s: %d %s", r.method, r.path, a.Status, a.Text)
		}
	}
	a := w.send(t, "PUT", "/v1/teams/norte/members", acme, body{"users": []string{"ana", "solo"}}).Is(t, http.StatusUnprocessableEntity, "user_not_found")
	if !containsText(a.Text, "body.users[1]") {
		t.Errorf("the answer does not name the index: %s", a.Text)
	}
	w.send(t, "POST", "/v1/users", acme, body{"name": "X", "role": "colaborador", "teams": []string{"este"}}).Is(t, http.StatusUnprocessableEntity, "team_not_found")
	w.send(t, "PATCH", "/v1/users/ana", acme, body{"teams": []string{"este"}}).Is(t, http.StatusUnprocessableEntity, "team_not_found")
	if got := w.send(t, "GET", "/v1/users?team=este", acme, nil).IDs(t, "users"); len(got) != 0 {
		t.Errorf("another's team lists %v", got)
	}
	if got := w.send(t, "GET", "/v1/users?q=solo", acme, nil).IDs(t, "users"); len(got) != 0 {
		t.Errorf("a search finds %v", got)
	}
	// A cursor of the other company's list says where to go on, not where to read.
	next := w.send(t, "GET", "/v1/users?limit=1", beta, nil).Body["next"].(string)
	if got := w.send(t, "GET", "/v1/users?cursor="+next, acme, nil).Is(t, http.StatusOK, "").IDs(t, "users"); slices.Contains(got, "solo") {
		t.Errorf("another's cursor reads %v", got)
	}
	w.send(t, "GET", "/v1/users/solo", beta, nil).Is(t, http.StatusOK, "")
}

func TestChangesOfATwinLeaveTheOtherAlone(t *testing.T) {
	t.Parallel()
	w, acme, beta := twins(t)
	before := w.send(t, "GET", "/v1/users", beta, nil).Text
	teams := w.send(t, "GET", "/v1/teams", beta, nil).Text
	there := w.login(t, "beta", "ana")
	w.send(t, "PATCH", "/v1/users/ana", acme, body{"name": "Otra", "role": "supervisor", "email": "otra@acme.example"}).Is(t, http.StatusOK, "")
	w.send(t, "PUT", "/v1/users/ana/password", acme, body{"password": "otra clave más"}).Is(t, http.StatusNoContent, "")
	w.send(t, "PATCH", "/v1/teams/norte", acme, body{"name": "Otro"}).Is(t, http.StatusOK, "")
	w.send(t, "DELETE", "/v1/teams/norte", acme, nil).Is(t, http.StatusNoContent, "")
	w.send(t, "DELETE", "/v1/users/ana", acme, nil).Is(t, http.StatusNoContent, "")
	w.send(t, "POST", "/v1/companies/acme/suspend", w.root(t), nil).Is(t, http.StatusOK, "")
	w.refused(t, acme)
	if after := w.send(t, "GET", "/v1/users", beta, nil).Text; after != before {
		t.Errorf("users of the other company changed\nfrom %s\nto   %s", before, after)
	}
	if after := w.send(t, "GET", "/v1/teams", beta, nil).Text; after != teams {
		t.Errorf("teams of the other company changed\nfrom %s\nto   %s", teams, after)
	}
	w.refresh(t, there.refresh).Is(t, http.StatusOK, "")
	w.attempt(t, "beta", "ana", secret).Is(t, http.StatusOK, "")
}

// A query that forgets its company must show nothing: here every table and view is read without one.
func TestRowLevelSecurityHoldsWithoutAnyCondition(t *testing.T) {
	t.Parallel()
	w, _, _ := twins(t)
	w.attempt(t, "acme", "ana", secret).Is(t, http.StatusOK, "")
	pool := w.data.DB(t, name)
	for _, table := range []string{"company", "users", "user_login", "team", "team_member", "session_family", "refresh_token", "v_users"} {
		var companies []string
		query := func(tx *sqlx.Tx) error {
			return tx.Select(&companies, `SELECT DISTINCT id_empresa FROM identity.`+table)
		}
		if err := pool.InTenant(t.Context(), "acme", query); err != nil || !slices.Equal(companies, []string{"acme"}) {
			t.Errorf("in acme, %s shows %v (%v)", table, companies, err)
		}
		companies = nil
		if err := pool.InTenant(t.Context(), "gamma", query); err != nil || len(companies) != 0 {
			t.Errorf("in a company that is not there, %s shows %v (%v)", table, companies, err)
		}
	}
	err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
		_, err := tx.Exec(`INSERT INTO identity.team (id_empresa, id, name) VALUES ('beta', 'x', 'X')`)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "row-level security") {
		t.Errorf("a row of another company is written: %v", err)
	}
}

func TestTheCatalogHasNoHole(t *testing.T) {
	t.Parallel()
	w := setup(t)
	found, err := db.CheckCatalog(t.Context(), w.data.Admin(t), []db.Schema{Schema, {Service: "gateway"}})
	if err != nil || len(found) > 0 {
		t.Errorf("%s (%v)", strings.Join(found, "\n"), err)
	}
}

func TestWhatOtherServicesRead(t *testing.T) {
	t.Parallel()
	w, acme, _ := twins(t)
	w.send(t, "DELETE", "/v1/users/ana", acme, nil).Is(t, http.StatusNoContent, "")
	pool := w.data.DB(t, "gateway")
	read := func(in func(context.Context, func(*sqlx.Tx) error) error, query string) (rows []string) {
		t.Helper()
		if err := in(t.Context(), func(tx *sqlx.Tx) error { return tx.Select(&rows, query) }); err != nil {
			t.Fatal(err)
		}
		return rows
	}
	inAcme := func(ctx context.Context, fn func(*sqlx.Tx) error) error { return pool.InTenant(ctx, "acme", fn) }
	got := read(inAcme, `SELECT concat_ws(' ', id_empresa, id, name, role, teams, active) FROM identity.v_users ORDER BY id`)
	if want := []string{"acme admin Admin de acme admin {} t", "acme ana Persona ana colaborador {norte} f", "acme sup Persona sup supervisor {norte} t"}; !slices.Equal(got, want) {
		t.Errorf("v_users in acme: %q", got)
	}
	if got := read(pool.AsWorker, `SELECT id FROM identity.v_users`); len(got) != 0 {
		t.Errorf("v_users without a company: %q", got)
	}
	got = read(pool.AsWorker, `SELECT concat_ws(' ', id_empresa, id, role, teams, active, version) FROM identity.v_directory_users
WHERE id IN ('ana', 'solo', 'admin') ORDER BY id_empresa, id`)
	if want := []string{" admin platform_admin {} t 1", "acme admin admin {} t 1", "acme ana colaborador {norte} f 3", "beta admin admin {} t 1", "beta ana colaborador {norte} t 2", "beta solo colaborador {este} t 2"}; !slices.Equal(got, want) {
		t.Errorf("v_directory_users: %q", got)
	}
	if got := read(pool.AsWorker, `SELECT concat_ws(' ', id, zone, suspended, version) FROM identity.v_directory_companies ORDER BY id`); !slices.Equal(got, []string{"acme America/Mexico_City f 1", "beta America/Mexico_City f 1"}) {
		t.Errorf("v_directory_companies: %q", got)
	}
	var columns []string
	err := w.data.Admin(t).Select(&columns, `SELECT column_name FROM information_schema.columns WHERE table_schema = 'identity' AND table_name LIKE 'v_directory_%'`)
	if err != nil || slices.ContainsFunc(columns, func(c string) bool {
		return slices.Contains([]string{"name", "email", "phone", "payroll_number", "password_hash"}, c)
	}) {
		t.Errorf("the directory names people: %v (%v)", columns, err)
	}
}

func TestWhoMayReadTheSigningKeys(t *testing.T) {
	t.Parallel()
	w := setup(t)
	read := func(tx *sqlx.Tx) error {
		var n int
		return tx.Get(&n, `SELECT count(private) FROM identity.signing_key`)
	}
	denied := func(err error) bool { return err != nil && strings.Contains(err.Error(), "permission denied") }
	own, other := w.data.DB(t, name), w.data.DB(t, "gateway")
	if err := own.AsWorker(t.Context(), read); err != nil {
		t.Errorf("identity's worker: %v", err)
	}
	for who, err := range map[string]error{
		"a company's transaction": own.InTenant(t.Context(), "acme", read), "another service's worker": other.AsWorker(t.Context(), read),
		"another service": other.InTenant(t.Context(), "acme", read),
	} {
		if !denied(err) {
			t.Errorf("%s: %v", who, err)
		}
	}
	for _, table := range []string{"users", "user_login", "session_family", "refresh_token", "outbox", "login_attempt"} {
		err := other.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
			_, err := tx.Exec(fmt.Sprintf(`SELECT FROM identity.%s`, table))
			return err
		})
		if !denied(err) {
			t.Errorf("another service reads %s: %v", table, err)
		}
	}
}
