package identity

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

// changes returns the log that a token reads, the oldest first, as "by what entity from address".
func (w *world) changes(t *testing.T, token, query string) (lines []string, entries []body) {
	t.Helper()
	a := w.send(t, "GET", "/v1/changes?limit=1000&"+query, token, nil).Is(t, http.StatusOK, "")
	for _, c := range slices.Backward(a.Body["changes"].([]any)) {
		e := c.(body)
		entries = append(entries, e)
		lines = append(lines, fmt.Sprint(e["by"], " ", e["what"], " ", e["entity"], " ", e["address"]))
	}
	return lines, entries
}

func TestWhoChangedWhat(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	from := func(method, path, token string, in any) answer {
		return w.send(t, method, path, token, in, "X-Forwarded-For", "203.0.113.7")
	}
	from("POST", "/v1/users", admin, body{"id": "ana", "name": "Ana", "payroll_number": "ana", "role": "colaborador", "password": secret}).Is(t, 201, "")
	from("PATCH", "/v1/users/ana", admin, body{"role": "supervisor"}).Is(t, 200, "")
	from("PATCH", "/v1/users/ana", admin, body{"role": "supervisor"}).Is(t, 200, "") // nothing changed, nothing logged
	from("PUT", "/v1/users/ana/password", admin, body{"password": "otra clave de prueba"}).Is(t, 204, "")
	from("POST", "/v1/users/ana/revoke", admin, nil).Is(t, 204, "")
	from("POST", "/v1/teams", admin, body{"id": "norte", "name": "Norte"}).Is(t, 201, "")
	from("PATCH", "/v1/teams/norte", admin, body{"name": "Norte 2"}).Is(t, 200, "")
	from("PUT", "/v1/teams/norte/members", admin, body{"users": []string{"ana"}}).Is(t, 200, "")
	from("DELETE", "/v1/teams/norte", admin, nil).Is(t, 204, "")
	from("DELETE", "/v1/users/ana", admin, nil).Is(t, 204, "")
	from("POST", "/v1/users", admin, body{"id": "ana", "name": "Ana", "role": "colaborador"}).Is(t, 409, "id_taken") // refused, not logged
	from("PATCH", "/v1/companies/acme", w.root(t), body{"zone": "Europe/Madrid"}).Is(t, 200, "")
	session := tokensOf(t, w.attempt(t, "acme", "admin", secret, "X-Forwarded-For", "203.0.113.7"))
	from("POST", "/v1/auth/logout", "", body{"refresh_token": session.refresh}).Is(t, 204, "")

	lines, entries := w.changes(t, admin, "")
	if len(lines) < 3 || !strings.HasPrefix(lines[0], "platform/admin company.created company/acme ") || !strings.HasPrefix(lines[1], "platform/admin user.created user/admin ") {
		t.Fatalf("log %q", lines)
	}
	var family string
	for i, e := range entries {
		if e["what"] == "session.ended" {
			family = e["entity"].(string)
		}
		entries[i] = e
	}
	want := []string{
		"admin user.created user/ana", "admin user.changed user/ana", "admin user.password_set user/ana", "admin user.signed_out user/ana",
		"admin team.created team/norte", "admin team.changed team/norte", "admin team.changed team/norte", "admin team.deleted team/norte",
		"admin user.changed user/ana", "platform/admin company.changed company/acme", "admin session.started " + family, "admin session.ended " + family,
	}
	got := lines[len(lines)-len(want):]
	for i, line := range want {
		if got[i] != line+" 203.0.113.7" {
			t.Errorf("line %d is %q, want %q", i, got[i], line)
		}
	}
	e := entries[len(entries)-len(want)+1]
	if before, after := e["before"].(body), e["after"].(body); before["role"] != "colaborador" || after["role"] != "supervisor" || after["has_password"] != true {
		t.Errorf("before %v, after %v", before, after)
	}
	if at, err := time.Parse(time.RFC3339, e["at"].(string)); err != nil || time.Since(at) > time.Hour || time.Since(at) < -time.Minute {
		t.Errorf("at %v, %v", e["at"], err)
	}
	for _, e := range entries {
		if text := fmt.Sprint(e); strings.Contains(text, "argon2") || strings.Contains(text, secret) || strings.Contains(text, "otra clave") || strings.Contains(text, session.refresh) {
			t.Errorf("a secret is in the log: %v", e)
		}
	}
	for query, n := range map[string]int{
		"entity=team": 4, "entity=team/norte": 4, "entity=tea": 0, "entity=user/ana": 5, "by=platform/admin": 3, "by=nadie": 0,
		"from=" + url.QueryEscape(time.Now().Add(time.Hour).Format(time.RFC3339)): 0, "to=2020-01-01T00:00:00Z": 0,
		"entity=team&to=" + url.QueryEscape(time.Now().Add(time.Hour).Format(time.RFC3339)): 4,
	} {
		if got, _ := w.changes(t, admin, query); len(got) != n {
			t.Errorf("%s: %q, want %d", query, got, n)
		}
	}
}

// The list is of all services, in the order of time.
func TestTheLogIsOfAllServices(t *testing.T) {
	t.Parallel()
	w := setup(t)
	acme, beta := w.company(t, "acme"), w.company(t, "beta")
	w.team(t, acme, "norte")
	if _, err := w.data.Admin(t).Exec(`INSERT INTO shop.change_log (id_empresa, made_by, address, what, entity, after)
VALUES ('acme', 'admin', '203.0.113.7', 'till.opened', 'till/1', '{"n":1}'), ('beta', 'admin', '', 'till.opened', 'till/2', NULL)`); err != nil {
		t.Fatal(err)
	}
	w.team(t, acme, "sur")
	lines, entries := w.changes(t, acme, "")
	if got := fmt.Sprint(lines[len(lines)-3:]); got != "[admin team.created team/norte 127.0.0.1 admin till.opened till/1 203.0.113.7 admin team.created team/sur 127.0.0.1]" {
		t.Errorf("the end of the log is %s", got)
	}
	if e := entries[len(entries)-2]; e["id"] != "shop-1" || fmt.Sprint(e["after"]) != "map[n:1]" || e["before"] != nil {
		t.Errorf("entry %v", e)
	}
	if lines, _ := w.changes(t, beta, "entity=till"); len(lines) != 1 || !strings.Contains(lines[0], "till/2") {
		t.Errorf("beta reads %q", lines)
	}
	if lines, _ := w.changes(t, w.root(t), "entity=till"); len(lines) != 0 {
		t.Errorf("the platform's admin reads %q", lines)
	}
}

func TestTheLogHasPages(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	for i := range 7 {
		w.team(t, admin, fmt.Sprint("t", i))
	}
	var got []string
	for query := "limit=3&entity=team"; ; {
		a := w.send(t, "GET", "/v1/changes?"+query, admin, nil).Is(t, http.StatusOK, "")
		for _, c := range a.Body["changes"].([]any) {
			got = append(got, c.(body)["entity"].(string))
		}
		next, _ := a.Body["next"].(string)
		if next == "" {
			break
		}
		query = "limit=3&entity=team&cursor=" + next
	}
	if fmt.Sprint(got) != "[team/t6 team/t5 team/t4 team/t3 team/t2 team/t1 team/t0]" {
		t.Errorf("pages %v", got)
	}
	w.send(t, "GET", "/v1/changes?cursor=x", admin, nil).Is(t, http.StatusBadRequest, "cursor_invalid")
	w.send(t, "GET", "/v1/changes?from=2026-03-02T00:00:00Z&to=2026-03-01T00:00:00Z", admin, nil).Is(t, http.StatusUnprocessableEntity, "range_invalid")
}

func TestWhoMayReadTheLog(t *testing.T) {
	t.Parallel()
	w := setup(t)
	acme, beta := w.company(t, "acme"), w.company(t, "beta")
	for _, role := range []string{audience.RoleSupervisor, audience.RoleColaborador} {
		w.user(t, acme, role, role)
		w.send(t, "GET", "/v1/changes", w.login(t, "acme", role).access, nil).Is(t, http.StatusForbidden, "forbidden")
	}
	w.send(t, "GET", "/v1/changes", "", nil).Is(t, http.StatusUnauthorized, "token_missing")
	w.send(t, "GET", "/v1/changes?company=beta", acme, nil).Is(t, http.StatusForbidden, "filter_forbidden")
	lines, entries := w.changes(t, beta, "")
	for i, e := range entries {
		if strings.Contains(lines[i], "colaborador") || e["company"] != nil {
			t.Errorf("beta reads %v", e)
		}
	}
	// A platform admin reads what platform admins did, and nothing that a company's people did.
	lines, entries = w.changes(t, w.root(t), "")
	companies := map[any]bool{}
	for i, e := range entries {
		companies[e["company"]] = true
		if by := e["by"].(string); !strings.HasPrefix(by, "platform/") && e["company"] != nil {
			t.Errorf("the platform's admin reads %q", lines[i])
		}
	}
	if !companies["acme"] || !companies["beta"] || !companies[nil] {
		t.Errorf("the platform's admin reads of %v", companies)
	}
	if _, entries := w.changes(t, w.root(t), "company=acme"); len(entries) != 2 {
		t.Errorf("of acme: %v", entries)
	}
}

// The service's role adds to the log and no more; the worker deletes what is old and no more.
func TestTheLogCannotBeAltered(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.team(t, admin, "norte")
	d := w.data.DB(t, name)
	for _, statement := range []string{
		`UPDATE identity.change_log SET made_by = 'nobody'`, `DELETE FROM identity.change_log`, `TRUNCATE identity.change_log`,
		`INSERT INTO identity.change_log (id_empresa, made_by, address, what, entity) VALUES ('beta', 'x', '', 'x', 'x')`,
	} {
		if err := d.InTenant(t.Context(), "acme", execute(t, statement)); err == nil {
			t.Errorf("the service may %s", statement)
		}
	}
	before := pgtest.Count(t, w.data.Admin(t), "identity.change_log")
	if err := d.AsWorker(t.Context(), execute(t, `UPDATE identity.change_log SET made_by = 'nobody'`)); err == nil {
		t.Error("the worker may alter the log")
	}
	if err := d.AsWorker(t.Context(), execute(t, `DELETE FROM identity.change_log`)); err != nil {
		t.Error(err)
	}
	if after := pgtest.Count(t, w.data.Admin(t), "identity.change_log"); after != before {
		t.Errorf("the worker deleted %d of %d young rows", before-after, before)
	}
	if _, err := w.data.Admin(t).Exec(`INSERT INTO identity.change_log (id_empresa, made_at, made_by, address, what, entity)
SELECT 'acme', now() - n * interval '1 day', 'x', '', 'x', 'x' FROM unnest(ARRAY[600, 725, 735, 5000]) n`); err != nil {
		t.Fatal(err)
	}
	if err := change.PruneLog(t.Context(), d, name, time.Now()); err != nil {
		t.Fatal(err)
	}
	if after := pgtest.Count(t, w.data.Admin(t), "identity.change_log"); after != before+2 {
		t.Errorf("%d rows after pruning, want %d and the two that are younger than two years", after, before)
	}
}

func execute(t *testing.T, statement string) func(*sqlx.Tx) error {
	t.Helper()
	return func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(t.Context(), statement)
		return err
	}
}
