package identity

import (
	"testing"

	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/proto/audience"
)

func TestWhatClientsReadWhenTheyAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador)
	tokens := map[string]string{
		audience.RolePlatformAdmin: w.root(t), audience.RoleAdmin: admin, audience.RoleColaborador: w.login(t, "acme", "ana").access,
	}
	var all httpxtest.Refusals
	all.Drive(t, described(t), tokens, func(method, path, token string, content any) answer {
		return w.send(t, method, path, token, content)
	})
	all.Add(t, "POST /v1/auth/login: a wrong password", w.attempt(t, "acme", "ana", "otra"))
	all.Add(t, "POST /v1/auth/refresh: a token that is none", w.refresh(t, "nada"))
	all.Add(t, "GET /v1/users/me: a token that is none", w.send(t, "GET", "/v1/users/me", "nada", nil))
	all.Add(t, "GET /v1/jobs: an admin asks about another company", w.send(t, "GET", "/v1/jobs?company=beta", admin, nil))
	all.Add(t, "GET /v1/changes: an admin asks about another company", w.send(t, "GET", "/v1/changes?company=beta", admin, nil))
	all.Add(t, "POST /v1/users: an id that is taken", w.send(t, "POST", "/v1/users", admin, body{"id": "ana", "name": "Ana", "role": "colaborador"}))
	all.Add(t, "POST /v1/users: a team that is none", w.send(t, "POST", "/v1/users", admin, body{"name": "Ana", "role": "colaborador", "teams": []string{"este"}}))
	all.Add(t, "POST /v1/users/import: a column of passwords", w.importCSV(t, admin, "", "id,password\nana,secreto\n"))
	all.Compare(t)
}
