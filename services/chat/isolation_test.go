package chat_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

// paths fills the parameters of an address.
var paths = strings.NewReplacer("{id}", "nobody", "{user}", "ana", "{seq}", "1", "{file}", "nothing")

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
		a, err := httpxtest.Do(t.Context(), method, w.url+paths.Replace(path), token, body)
		if err != nil {
			t.Fatal(err)
		}
		return a
	})
	all.Compare(t)
}

func TestTheCatalogHasNoHole(t *testing.T) {
	t.Parallel()
	w := setup(t)
	found, err := db.CheckCatalog(t.Context(), w.admin, schemas)
	if err != nil || len(found) > 0 {
		t.Errorf("%v\n%s", err, strings.Join(found, "\n"))
	}
}

func TestEveryForgedTokenIsRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for what, token := range w.issuer.Bad(t, person("boss")) {
		for path, item := range w.service.OpenAPI.Paths {
			for method := range httpxtest.Of(item) {
				a, err := w.try(t.Context(), token, method, paths.Replace(path), nil)
				if err != nil || a.Status != http.StatusUnauthorized {
					t.Errorf("%s: %s %s: %d %s, %v", what, method, path, a.Status, a.Text, err)
				}
			}
		}
	}
}

// Two companies have the same people, and conversations with the same ids. Whatever somebody does in one leaves the other alone.
func TestNobodyReachesAnythingOfAnotherCompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	group := w.begin(t, personOf("beta", "ana"), body{"kind": "group", "title": "de beta", "user_ids": []string{"beto", "boss"}})
	w.say(t, personOf("beta", "ana"), group, "k", "de beta").Is(t, http.StatusCreated, "")
	for _, company := range []string{"acme", "beta"} {
		w.settings(t, personOf(company, "boss"), decided(body{"auditing": true})).Is(t, http.StatusOK, "")
	}
	w.forget(t)
	before := w.get(t, personOf("beta", "ana"), "/v1/conversations/"+group).Is(t, http.StatusOK, "").Text
	for _, who := range []string{"ana", "boss", "sol"} {
		who := person(who)
		for path, item := range w.service.OpenAPI.Paths {
			if !strings.Contains(path, "{id}") {
				continue
			}
			for method := range httpxtest.Of(item) {
				for _, query := range []string{"", "?audit=true"} {
					target := strings.NewReplacer("{id}", group, "{user}", "beto", "{seq}", "2", "{file}", "x").Replace(path) + query
					content := map[string]any{
						"/v1/conversations/{id}": body{"title": "hacked", "version": 1}, "/v1/conversations/{id}/members": body{"user_ids": []string{"carla"}},
						"/v1/conversations/{id}/members/{user}": body{"role": "owner"}, "/v1/conversations/{id}/mute": body{"until": nil}, "/v1/conversations/{id}/messages": body{"text": "hacked"},
					}[path]
					if method == http.MethodGet || method == http.MethodDelete {
						content = nil
					}
					a := w.do(t, who, method, target, content, "Idempotency-Key", "x")
					if a.Status < 400 || a.Status >= 500 || strings.Contains(a.Text, "de beta") {
						t.Errorf("%s: %s %s: %d %s", who.Subject, method, target, a.Status, a.Text)
					}
				}
			}
		}
		if a := w.get(t, who, "/v1/conversations"); strings.Contains(a.Text, group) {
			t.Errorf("%s lists %s", who.Subject, a.Text)
		}
	}
	if a := w.get(t, person("boss"), "/v1/conversations?audit=true").Is(t, http.StatusOK, ""); strings.Contains(a.Text, "beta") {
		t.Errorf("%s", a.Text)
	}
	w.post(t, person("ana"), "/v1/conversations/"+group+"/messages", body{"text": "de acme"}, "Idempotency-Key", "k").Is(t, http.StatusNotFound, "not_found")
	if after := w.get(t, personOf("beta", "ana"), "/v1/conversations/"+group).Text; after != before {
		t.Errorf("the other company's changed\nfrom %s\nto   %s", before, after)
	}
	if n := pgtest.Count(t, w.admin, "chat.audit"); n != 0 {
		t.Errorf("%d audits of nothing", n)
	}
	w.silent(t)
}

// A statement that forgets the company must show and change nothing. So this test reads each table without a company.
func TestRowLevelSecurityHoldsWithoutAnyCondition(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, company := range []string{"acme", "beta"} {
		id := w.begin(t, personOf(company, "ana"), body{"kind": "private", "user_ids": []string{"beto"}})
		w.say(t, personOf(company, "ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
		w.settings(t, personOf(company, "boss"), decided(body{"auditing": true})).Is(t, http.StatusOK, "")
		w.get(t, personOf(company, "boss"), "/v1/conversations/"+id+"?audit=true").Is(t, http.StatusOK, "")
		w.exec(t, `INSERT INTO chat.file (id_empresa, conversation_id, id, user_id, kind, name, type, bytes, blob, created_at) VALUES ($1, $2, 'f', 'ana', 'file', 'x', 'x', 1, 'x', $3)`, company, id, noon)
		w.post(t, personOf(company, "ana"), "/v1/conversations", body{"kind": "team", "team_id": "norte"}, "Idempotency-Key", "k").Is(t, http.StatusCreated, "")
	}
	pool := w.database.DB(t, name)
	for _, table := range []string{"conversation", "member", "message", "file", "settings", "audit", "idempotency_key", "change_log"} {
		var companies []string
		query := func(tx *sqlx.Tx) error {
			return tx.Select(&companies, `SELECT DISTINCT id_empresa FROM chat.`+table)
		}
		if err := pool.InTenant(t.Context(), "acme", query); err != nil || !slices.Equal(companies, []string{"acme"}) {
			t.Errorf("in acme, %s shows %v (%v)", table, companies, err)
		}
		companies = nil
		if err := pool.InTenant(t.Context(), "gamma", query); err != nil || len(companies) != 0 {
			t.Errorf("in a company that is not there, %s shows %v (%v)", table, companies, err)
		}
	}
	changes := map[string]string{"conversation": "title", "member": "role", "message": "text", "file": "name", "settings": "who_talks", "audit": "user_id"}
	for table, column := range changes {
		value := map[string]string{"role": "owner", "who_talks": "supervisors"}[column]
		if value == "" {
			value = "hacked"
		}
		if err := pool.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.Exec(`UPDATE chat.` + table + ` SET ` + column + ` = '` + value + `'`)
			return err
		}); err != nil {
			t.Error(err)
		}
		if n := pgtest.Count(t, w.admin, `chat.`+table+` WHERE id_empresa = 'beta' AND `+column+` = '`+value+`'`); n != 0 {
			t.Errorf("a statement without a condition changed %d rows of %s in another company", n, table)
		}
	}
}

// No request may remove a line of the log of who read. Only the worker may, which removes what is older than two years.
func TestTheLogOfAuditsStays(t *testing.T) {
	t.Parallel()
	pool := setup(t).database.DB(t, name)
	for role, run := range map[string]func(func(*sqlx.Tx) error) error{
		"service": func(fn func(*sqlx.Tx) error) error { return pool.InTenant(t.Context(), "acme", fn) },
		"worker":  func(fn func(*sqlx.Tx) error) error { return pool.AsWorker(t.Context(), fn) },
	} {
		for _, statement := range []string{`DELETE FROM chat.audit`, `TRUNCATE chat.audit`, `DELETE FROM chat.conversation`, `DELETE FROM chat.settings`, `UPDATE chat.change_log SET made_by = 'x'`} {
			err := run(func(tx *sqlx.Tx) error {
				_, err := tx.Exec(statement)
				return err
			})
			old := role == "worker" && statement == `DELETE FROM chat.audit`
			if (err == nil || !strings.Contains(err.Error(), "permission denied")) && !old {
				t.Errorf("%s: %s: %v", role, statement, err)
			}
		}
	}
}

// No parameter of any address makes the service fail.
func TestTextsThatNoDatabaseTakes(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("boss"), body{"kind": "group", "title": "x", "user_ids": []string{"ana"}})
	for path, item := range w.service.OpenAPI.Paths {
		if item.Get == nil {
			continue
		}
		path = strings.NewReplacer("{id}", id, "{user}", "ana", "{seq}", "1", "{file}", "x").Replace(path)
		for _, p := range item.Get.Parameters {
			if p.In != "query" {
				continue
			}
			for _, v := range []string{"%00", "%ff", "a%00b", "%25_%5c", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", strings.Repeat("%EF%B7%BA", 200), strings.Repeat("x", 10000), "-1", "9223372036854775807", "true", "eyJhdCI6IjAwMDAtMDEtMDFUMDA6MDA6MDBaIiwiaWQiOiJcdTAwMDAifQ"} {
				if a := w.get(t, person("boss"), path+"?"+p.Name+"="+v); a.Status >= 500 {
					t.Errorf("%s?%s=%.40s: %d %s", path, p.Name, v, a.Status, a.Text)
				}
			}
		}
	}
	for _, bad := range []string{"%00", "%ff", "v1%00", "%2e%2e", "a%20b", "*", strings.Repeat("x", 65)} {
		for _, where := range []string{"/v1/conversations/" + bad, "/v1/conversations/" + bad + "/messages", "/v1/conversations/" + bad + "/audits"} {
			if a := w.get(t, person("boss"), where); a.Status >= 500 || a.Status == 200 {
				t.Errorf("%s: %d %s", where, a.Status, a.Text)
			}
		}
		if a := w.remove(t, person("boss"), id, bad); a.Status >= 500 || a.Status < 400 {
			t.Errorf("remove %s: %d %s", bad, a.Status, a.Text)
		}
	}
	for _, bad := range []string{"\x00", "a\x00", "a b", "a,b", "*", ">", strings.Repeat("x", 300), "\u202e", "ñ"} {
		for _, a := range []answer{
			w.addMembers(t, person("boss"), id, bad), w.post(t, person("boss"), "/v1/conversations", body{"kind": "private", "user_ids": []string{bad}}),
			w.post(t, person("boss"), "/v1/conversations", body{"kind": "visit", "visit_id": bad}), w.post(t, person("boss"), "/v1/conversations", body{"kind": "team", "team_id": bad}),
			w.post(t, person("boss"), "/v1/conversations/"+id+"/messages", body{"text": "x", "mentions": []string{bad}}, "Idempotency-Key", "m"),
		} {
			if a.Status >= 500 || a.Status < 400 {
				t.Errorf("%q: %d %s", bad, a.Status, a.Text)
			}
		}
	}
	for _, until := range []string{"0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-14:00", "2026-03-10T12:00:00-23:59"} {
		if a := w.put(t, person("boss"), "/v1/conversations/"+id+"/mute", body{"until": until}); a.Status >= 500 {
			t.Errorf("%s: %d %s", until, a.Status, a.Text)
		}
	}
}
