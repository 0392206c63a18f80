package identity

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/proto/audience"
)

func TestUserIsCreatedReadChangedAndDeactivated(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.team(t, admin, "norte")
	made := w.send(t, "POST", "/v1/users", admin, body{
		"name": " Juan Pérez ", "email": "juan@acme.example", "phone": "+52 33 1234 5678", "role": "colaborador", "teams": []string{"norte"},
		"a field of tomorrow": 1,
	}).Is(t, http.StatusCreated, "")
	id := made.Body["id"].(string)
	if len(id) != 36 || made.Body["name"] != "Juan Pérez" || made.Body["active"] != true || made.Body["version"] != 1.0 {
		t.Errorf("made %s", made.Text)
	}
	got := w.send(t, "GET", "/v1/users/"+id, admin, nil).Is(t, http.StatusOK, "")
	if got.Text != made.Text {
		t.Errorf("read %s, made %s", got.Text, made.Text)
	}
	changed := w.send(t, "PATCH", "/v1/users/"+id, admin, body{"email": nil, "payroll_number": "E-7", "teams": []string{}}).Is(t, http.StatusOK, "").Body
	if changed["email"] != nil || changed["payroll_number"] != "E-7" || changed["phone"] != "+52 33 1234 5678" ||
		len(changed["teams"].([]any)) != 0 || changed["version"] != 2.0 {
		t.Errorf("changed to %v", changed)
	}
	if same := w.send(t, "PATCH", "/v1/users/"+id, admin, body{"payroll_number": " E-7 "}).Body["version"]; same != 2.0 {
		t.Errorf("a change that changes nothing makes version %v", same)
	}
	w.send(t, "DELETE", "/v1/users/"+id, admin, nil).Is(t, http.StatusNoContent, "")
	w.send(t, "DELETE", "/v1/users/"+id, admin, nil).Is(t, http.StatusNoContent, "")
	if gone := w.send(t, "GET", "/v1/users/"+id, admin, nil).Body; gone["active"] != false || gone["version"] != 3.0 {
		t.Errorf("deactivated: %v", gone)
	}
	w.send(t, "PATCH", "/v1/users/"+id, admin, body{"active": true}).Is(t, http.StatusOK, "")
}

func TestAUserThatCannotBeSaysWhy(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador, body{"email": "ana@acme.example", "phone": "5551234567", "payroll_number": "E-1"})
	base := body{"name": "X", "role": "colaborador"}
	for what, tc := range map[string]struct {
		more            body
		status          int
		code, location  string
		alsoWhenChanged bool
	}{
		"id of another":              {body{"id": "ana"}, 409, "id_taken", "body.id", false},
		"e-mail of another":          {body{"email": "ANA@acme.example"}, 409, "login_taken", "body.email", true},
		"phone of another":           {body{"phone": "555 123 4567"}, 409, "login_taken", "body.phone", true},
		"payroll number of another":  {body{"payroll_number": "e-1"}, 409, "login_taken", "body.payroll_number", true},
		"payroll number, as a phone": {body{"payroll_number": "555-1234567"}, 409, "login_taken", "body.payroll_number", true},
		"unknown team":               {body{"teams": []string{"nadie"}}, 422, "team_not_found", "body.teams[0]", true},
		"injected id":                {body{"id": "a.>"}, 422, "validation_failed", "body.id", false},
		"id me":                      {body{"id": "me"}, 422, "validation_failed", "body.id", false},
		"role of the platform":       {body{"role": "platform_admin"}, 422, "validation_failed", "body.role", true},
		"bad e-mail":                 {body{"email": "ana"}, 422, "validation_failed", "body.email", true},
		"empty name":                 {body{"name": "  "}, 422, "validation_failed", "body.name", true},
		"wrong type":                 {body{"name": 7}, 422, "validation_failed", "body.name", true},
		"51 teams":                   {body{"teams": strings.Split(strings.Repeat("t,", 50)+"t", ",")}, 422, "validation_failed", "body.teams", true},
		"short password":             {body{"password": "corta"}, 422, "password_weak", "body.password", false},
		"login as password":          {body{"email": "largo@acme.example", "password": "LARGO@acme.example"}, 422, "password_weak", "body.password", false},
	} {
		in := body{}
		for _, m := range []body{base, tc.more} {
			for k, v := range m {
				in[k] = v
			}
		}
		answers := []answer{w.send(t, "POST", "/v1/users", admin, in)}
		if tc.alsoWhenChanged {
			answers = append(answers, w.send(t, "PATCH", "/v1/users/admin", admin, tc.more))
		}
		for _, a := range answers {
			if a.Status != tc.status || a.Code() != tc.code || !strings.Contains(a.Text, `"location":"`+tc.location+`"`) {
				t.Errorf("%s: %d %s", what, a.Status, a.Text)
			}
		}
	}
	if ids := w.send(t, "GET", "/v1/users", admin, nil).IDs(t, "users"); len(ids) != 2 {
		t.Errorf("users %v: something refused was stored", ids)
	}
}

func TestALoginIsFreeOnceItIsGivenUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador, body{"phone": "5551234567"})
	w.send(t, "PATCH", "/v1/users/ana", admin, body{"phone": "5557654321"}).Is(t, http.StatusOK, "")
	w.user(t, admin, "bea", audience.RoleColaborador, body{"phone": "5551234567"})
	if claims, err := w.verifier.Verify(t.Context(), w.login(t, "acme", "555-123-4567").access); err != nil || claims.Subject != "bea" {
		t.Errorf("the phone belongs to %q (%v)", claims.Subject, err)
	}
}

func TestWhoSeesWhom(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	for id, role := range map[string]string{"sup": "supervisor", "otro": "supervisor", "c1": "colaborador", "c2": "colaborador", "c3": "colaborador"} {
		w.user(t, admin, id, role)
	}
	w.team(t, admin, "norte", "sup", "c1", "c2")
	w.team(t, admin, "sur", "otro", "c3")
	for login, want := range map[string][]string{
		"admin": {"admin", "c1", "c2", "c3", "otro", "sup"}, "sup": {"c1", "c2", "sup"}, "otro": {"c3", "otro"}, "c1": {"c1"},
	} {
		token := w.login(t, "acme", login).access
		got := w.send(t, "GET", "/v1/users", token, nil).Is(t, http.StatusOK, "").IDs(t, "users")
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("%s sees %v, want %v", login, got, want)
		}
		for _, id := range []string{"admin", "c1", "c2", "c3", "otro", "sup"} {
			status := w.send(t, "GET", "/v1/users/"+id, token, nil).Status
			if visible := slices.Contains(want, id); visible != (status == http.StatusOK) || !visible && status != http.StatusNotFound {
				t.Errorf("%s reads %s: %d", login, id, status)
			}
		}
		if me := w.send(t, "GET", "/v1/users/me", token, nil).Body["id"]; me != login {
			t.Errorf("%s is %v", login, me)
		}
	}
	teams := func(login string) []string {
		return w.send(t, "GET", "/v1/teams", w.login(t, "acme", login).access, nil).IDs(t, "teams")
	}
	if got := fmt.Sprint(teams("admin"), teams("sup"), teams("c3")); got != "[norte sur] [norte] [sur]" {
		t.Errorf("teams %s", got)
	}
	if me := w.send(t, "GET", "/v1/users/me", w.root(t), nil).Is(t, http.StatusOK, "").Body; me["role"] != audience.RolePlatformAdmin {
		t.Errorf("the platform admin is %v", me)
	}
}

func TestOnlyAnAdminWrites(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "sup", audience.RoleSupervisor)
	w.user(t, admin, "col", audience.RoleColaborador)
	w.team(t, admin, "norte", "sup", "col")
	sup, col := w.login(t, "acme", "sup").access, w.login(t, "acme", "col").access
	for _, r := range []struct {
		method, path string
		content      body
	}{
		{"POST", "/v1/users", body{"name": "X", "role": "admin"}},
		{"PATCH", "/v1/users/col", body{"role": "admin"}},
		{"DELETE", "/v1/users/col", nil},
		{"POST", "/v1/teams", body{"name": "X"}},
		{"PATCH", "/v1/teams/norte", body{"name": "X"}},
		{"DELETE", "/v1/teams/norte", nil},
		{"PUT", "/v1/teams/norte/members", body{"users": []string{}}},
		{"GET", "/v1/companies", nil},
		{"POST", "/v1/companies", body{"id": "mine", "name": "X", "zone": "UTC"}},
		{"POST", "/v1/companies/acme/resume", nil},
		{"POST", "/v1/companies/acme/admins", body{"name": "X"}},
	} {
		for _, token := range []string{sup, col} {
			if a := w.send(t, r.method, r.path, token, r.content); a.Status != http.StatusForbidden || a.Code() != "forbidden" {
				t.Errorf("%s %s: %d %s", r.method, r.path, a.Status, a.Text)
			}
		}
		if a := w.send(t, r.method, r.path, "", r.content); a.Status != http.StatusUnauthorized || a.Code() != "token_missing" {
			t.Errorf("%s %s without a token: %d %s", r.method, r.path, a.Status, a.Text)
		}
	}
	// A supervisor sees its people and still decides nothing about them.
	w.send(t, "PUT", "/v1/users/col/password", sup, body{"password": "otra clave más"}).Is(t, http.StatusForbidden, "forbidden")
	w.send(t, "POST", "/v1/users/col/revoke", sup, nil).Is(t, http.StatusForbidden, "forbidden")
	w.send(t, "POST", "/v1/users/admin/revoke", col, nil).Is(t, http.StatusNotFound, "user_not_found")
	// Who belongs to no company reads none through the company's paths.
	w.send(t, "GET", "/v1/users", w.root(t), nil).Is(t, http.StatusForbidden, "forbidden")
}

func TestAListIsFilteredAndPaged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	for i := range 12 {
		role := audience.RoleColaborador
		if i%4 == 0 {
			role = audience.RoleSupervisor
		}
		w.user(t, admin, fmt.Sprintf("u%02d", i), role, body{"name": []string{"Ana", "Bea", "100%"}[i%3], "email": fmt.Sprintf("u%02d@acme.example", i)})
	}
	w.team(t, admin, "norte", "u00", "u01", "u02")
	w.send(t, "DELETE", "/v1/users/u03", admin, nil).Is(t, http.StatusNoContent, "")
	for query, want := range map[string]int{
		"": 13, "role=supervisor": 3, "team=norte": 3, "active=false": 1, "active=true": 12, "q=bea": 4, "q=u1": 2, "q=%25": 4, "q=_": 0, "q=%5C": 0,
		"role=colaborador&team=norte": 2, "q=ana&active=true": 3,
	} {
		if got := w.send(t, "GET", "/v1/users?"+query, admin, nil).Is(t, http.StatusOK, "").IDs(t, "users"); len(got) != want {
			t.Errorf("%q: %v, want %d", query, got, want)
		}
	}
	var all []string
	cursor := ""
	for pages := 0; ; pages++ {
		a := w.send(t, "GET", "/v1/users?limit=5&cursor="+cursor, admin, nil).Is(t, http.StatusOK, "")
		all = append(all, a.IDs(t, "users")...)
		next, more := a.Body["next"].(string)
		if !more {
			if pages != 2 {
				t.Errorf("13 users on %d pages of 5", pages+1)
			}
			break
		}
		cursor = next
	}
	if want := w.send(t, "GET", "/v1/users", admin, nil).IDs(t, "users"); !slices.Equal(all, want) {
		t.Errorf("by pages %v, at once %v", all, want)
	}
	w.send(t, "GET", "/v1/users?cursor=nonsense", admin, nil).Is(t, http.StatusBadRequest, "cursor_invalid")
	w.send(t, "GET", "/v1/users?limit=0", admin, nil).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.send(t, "GET", "/v1/users?role=root", admin, nil).Is(t, http.StatusUnprocessableEntity, "validation_failed")
}

func TestTheLastAdminStays(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.company(t, "beta") // whose admin does not count
	for what, a := range map[string]answer{
		"deactivated": w.send(t, "DELETE", "/v1/users/admin", admin, nil),
		"inactive":    w.send(t, "PATCH", "/v1/users/admin", admin, body{"active": false}),
		"demoted":     w.send(t, "PATCH", "/v1/users/admin", admin, body{"role": "supervisor"}),
	} {
		if a.Status != http.StatusConflict || a.Code() != "last_admin" {
			t.Errorf("%s: %d %s", what, a.Status, a.Text)
		}
	}
	w.user(t, admin, "second", audience.RoleAdmin)
	w.send(t, "PATCH", "/v1/users/second", admin, body{"role": "colaborador"}).Is(t, http.StatusOK, "")
	w.send(t, "PATCH", "/v1/users/second", admin, body{"role": "admin"}).Is(t, http.StatusOK, "")
	w.send(t, "DELETE", "/v1/users/second", admin, nil).Is(t, http.StatusNoContent, "")
	w.send(t, "DELETE", "/v1/users/admin", admin, nil).Is(t, http.StatusConflict, "last_admin")
}

// Three admins are demoted at once. A lock on the outbox, which each change comes to last, holds them all in the middle:
// had they looked at the number of admins before they stand in one line, all three would find two others.
func TestAdminsWhoAreDemotedAtOnceLeaveOne(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	ids := []string{"admin", "a2", "a3"}
	for _, id := range ids[1:] {
		w.user(t, admin, id, audience.RoleAdmin)
	}
	gate, err := w.data.Admin(t).Beginx()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := gate.Exec(`LOCK TABLE identity.outbox IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	answers := make(chan answer, len(ids))
	for _, id := range ids {
		go func() {
			a, err := w.try(t.Context(), "PATCH", "/v1/users/"+id, admin, body{"role": "colaborador"})
			if err != nil {
				t.Error(err)
			}
			answers <- a
		}()
	}
	apptest.Until(t, func() bool { // the outbox's relay waits as well
		var waiting int
		err := w.data.Admin(t).Get(&waiting, `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`)
		return err == nil && waiting > len(ids)
	})
	if err := gate.Rollback(); err != nil {
		t.Fatal(err)
	}
	codes := map[string]int{}
	for range ids {
		a := <-answers
		codes[fmt.Sprint(a.Status, a.Body["code"])]++
	}
	if codes["200 <nil>"] != 2 || codes["409last_admin"] != 1 {
		t.Errorf("answers %v, want two 200 and one last_admin", codes)
	}
}

func TestARepeatedCreationHappensOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	beta := w.company(t, "beta")
	create := func(token, key, name string) answer {
		return w.send(t, "POST", "/v1/users", token, body{"name": name, "role": "colaborador", "password": secret}, "Idempotency-Key", key)
	}
	first := create(admin, "k1", "Ana").Is(t, http.StatusCreated, "")
	if again := create(admin, "k1", "Ana").Is(t, http.StatusCreated, ""); again.Text != first.Text {
		t.Errorf("repeated: %s, first: %s", again.Text, first.Text)
	}
	// What the key is bound to is kept as a hash, from which a password could be guessed: it is not in it.
	other := w.send(t, "POST", "/v1/users", admin, body{"name": "Ana", "role": "colaborador", "password": "otra clave más"}, "Idempotency-Key", "k1")
	if other.Is(t, http.StatusCreated, "").Text != first.Text {
		t.Errorf("with another password: %s", other.Text)
	}
	create(admin, "k1", "Bea").Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	w.send(t, "POST", "/v1/teams", admin, body{"name": "Ana"}, "Idempotency-Key", "k1").Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	if other := create(beta, "k1", "Ana").Is(t, http.StatusCreated, ""); other.Body["id"] == first.Body["id"] {
		t.Error("two companies share a key")
	}
	create(admin, "kéy", "Ana").Is(t, http.StatusBadRequest, "idempotency_key_invalid")
	if got := w.send(t, "GET", "/v1/users?role=colaborador", admin, nil).IDs(t, "users"); len(got) != 1 {
		t.Errorf("users %v, want one", got)
	}
	// A refusal is not kept: the same request may work later.
	bad := body{"name": "Eva", "role": "colaborador", "teams": []string{"este"}}
	w.send(t, "POST", "/v1/users", admin, bad, "Idempotency-Key", "k2").Is(t, http.StatusUnprocessableEntity, "team_not_found")
	w.team(t, admin, "este")
	w.send(t, "POST", "/v1/users", admin, bad, "Idempotency-Key", "k2").Is(t, http.StatusCreated, "")

	var all sync.WaitGroup
	ids := make([]string, 6)
	for i := range ids {
		all.Go(func() {
			a, err := w.try(t.Context(), "POST", "/v1/users", admin, body{"name": "Iván", "role": "colaborador"}, "Idempotency-Key", "k3")
			if err != nil || a.Status != http.StatusCreated {
				t.Errorf("at once: %d %s, %v", a.Status, a.Text, err)
				return
			}
			ids[i] = a.Body["id"].(string)
		})
	}
	all.Wait()
	if len(slices.Compact(ids)) != 1 {
		t.Errorf("six at once made %v", ids)
	}
}
