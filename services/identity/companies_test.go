package identity

import (
	"net/http"
	"slices"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

func TestCompanies(t *testing.T) {
	t.Parallel()
	w := setup(t)
	root := w.root(t)
	made := w.send(t, "POST", "/v1/companies", root, body{
		"id": "acme", "name": "Acme", "zone": "America/Mexico_City", "admin": body{"name": "Laura", "email": "laura@acme.example", "password": secret},
	}, "Idempotency-Key", "c1").Is(t, http.StatusCreated, "")
	again := w.send(t, "POST", "/v1/companies", root, body{
		"id": "acme", "name": "Acme", "zone": "America/Mexico_City", "admin": body{"name": "Laura", "email": "laura@acme.example", "password": secret},
	}, "Idempotency-Key", "c1").Is(t, http.StatusCreated, "")
	if again.Text != made.Text || made.Body["status"] != "active" || made.Body["tracking"] != "always" || made.Body["version"] != 1.0 ||
		made.Body["admin"].(body)["role"] != audience.RoleAdmin {
		t.Errorf("made %s, again %s", made.Text, again.Text)
	}
	w.login(t, "acme", "laura@acme.example")
	w.send(t, "POST", "/v1/companies", root, body{"id": "acme", "name": "Otra", "zone": "UTC"}).Is(t, http.StatusConflict, "id_taken")
	for what, in := range map[string]body{
		"reserved":   {"id": "dlq", "name": "X", "zone": "UTC"},
		"underscore": {"id": "_x", "name": "X", "zone": "UTC"},
		"injected":   {"id": "a.>", "name": "X", "zone": "UTC"},
		"no zone":    {"id": "x", "name": "X", "zone": "Mars/Olympus"},
		"local zone": {"id": "x", "name": "X", "zone": "Local"},
		"tracking":   {"id": "x", "name": "X", "zone": "UTC", "tracking": "never"},
		"no name":    {"id": "x", "name": " ", "zone": "UTC"},
		"bad admin":  {"id": "x", "name": "X", "zone": "UTC", "admin": body{"name": "X", "email": "nobody"}},
	} {
		if a := w.send(t, "POST", "/v1/companies", root, in); a.Status != http.StatusUnprocessableEntity || a.Code() != "validation_failed" {
			t.Errorf("%s: %d %s", what, a.Status, a.Text)
		}
	}
	changed := w.send(t, "PATCH", "/v1/companies/acme", root, body{"name": "Acme SA", "zone": "Europe/Madrid", "tracking": "on_shift"}).Is(t, http.StatusOK, "")
	if got := w.send(t, "GET", "/v1/companies/acme", root, nil).Is(t, http.StatusOK, ""); got.Text != changed.Text || got.Body["zone"] != "Europe/Madrid" || got.Body["version"] != 2.0 {
		t.Errorf("changed to %s, read %s", changed.Text, got.Text)
	}
	w.send(t, "PATCH", "/v1/companies/acme", root, body{"zone": "Nowhere"}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	for _, id := range []string{"nadie", "dlq", "a.b"} {
		w.send(t, "GET", "/v1/companies/"+id, root, nil).Is(t, http.StatusNotFound, "company_not_found")
		w.send(t, "PATCH", "/v1/companies/"+id, root, body{"name": "X"}).Is(t, http.StatusNotFound, "company_not_found")
		w.send(t, "POST", "/v1/companies/"+id+"/suspend", root, nil).Is(t, http.StatusNotFound, "company_not_found")
		w.send(t, "POST", "/v1/companies/"+id+"/admins", root, body{"name": "X"}).Is(t, http.StatusNotFound, "company_not_found")
	}
}

func TestACompanyIsMadeWithItsAdminOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := setup(t)
	root := w.root(t)
	a := w.send(t, "POST", "/v1/companies", root, body{
		"id": "acme", "name": "Acme", "zone": "UTC", "admin": body{"name": "X", "teams": []string{"nadie"}},
	}).Is(t, http.StatusUnprocessableEntity, "team_not_found")
	if !containsText(a.Text, `"location":"body.admin.teams[0]"`) {
		t.Errorf("the answer does not name the field: %s", a.Text)
	}
	w.send(t, "GET", "/v1/companies/acme", root, nil).Is(t, http.StatusNotFound, "company_not_found")
}

func TestPlatformAdminMakesAdmins(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin, root := w.company(t, "acme"), w.root(t)
	in := body{"id": "second", "name": "Segundo", "payroll_number": "second", "password": secret}
	w.send(t, "POST", "/v1/companies/acme/admins", root, in, "Idempotency-Key", "k").Is(t, http.StatusCreated, "")
	w.send(t, "POST", "/v1/companies/acme/admins", root, in, "Idempotency-Key", "k").Is(t, http.StatusCreated, "")
	w.send(t, "DELETE", "/v1/users/admin", w.login(t, "acme", "second").access, nil).Is(t, http.StatusNoContent, "")
	if code := w.refused(t, admin); code != "token_revoked" {
		t.Errorf("the admin who went: %s", code)
	}
	// The platform's admin and the company's have one id; their keys are not the same.
	second := w.login(t, "acme", "second").access
	w.send(t, "PATCH", "/v1/users/admin", second, body{"active": true, "role": "admin"}).Is(t, http.StatusOK, "")
	again := w.login(t, "acme", "admin").access
	w.send(t, "POST", "/v1/users", again, body{"name": "X", "role": "colaborador"}, "Idempotency-Key", "k").Is(t, http.StatusCreated, "")
}

func TestCompaniesAreListedByName(t *testing.T) {
	t.Parallel()
	w := setup(t)
	root := w.root(t)
	for id, name := range map[string]string{"c1": "Beta", "c2": "Alfa", "c3": "Gama", "c4": "Alfa"} {
		w.send(t, "POST", "/v1/companies", root, body{"id": id, "name": name, "zone": "UTC"}).Is(t, http.StatusCreated, "")
	}
	first := w.send(t, "GET", "/v1/companies?limit=3", root, nil).Is(t, http.StatusOK, "")
	rest := w.send(t, "GET", "/v1/companies?limit=3&cursor="+first.Body["next"].(string), root, nil).Is(t, http.StatusOK, "")
	if got := append(first.IDs(t, "companies"), rest.IDs(t, "companies")...); !slices.Equal(got, []string{"c2", "c4", "c1", "c3"}) || rest.Body["next"] != nil {
		t.Errorf("companies %v, %s", got, rest.Text)
	}
}

// Clients show times in the zone of the company.
func TestEverybodyKnowsTheOwnCompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador)
	for _, token := range []string{admin, w.login(t, "acme", "ana").access} {
		me := w.send(t, "GET", "/v1/users/me", token, nil).Is(t, http.StatusOK, "").Body
		company, _ := me["company"].(map[string]any)
		if company["id"] != "acme" || company["zone"] != "America/Mexico_City" || me["role"] == nil {
			t.Errorf("%v", me)
		}
	}
	if me := w.send(t, "GET", "/v1/users/me", w.root(t), nil).Is(t, http.StatusOK, "").Body; me["company"] != nil {
		t.Errorf("a platform admin has a company: %v", me)
	}
}
