package identity

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/terreno/terreno/proto/audience"
)

func TestTeams(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	for _, id := range []string{"u1", "u2", "u3"} {
		w.user(t, admin, id, audience.RoleColaborador)
	}
	made := w.send(t, "POST", "/v1/teams", admin, body{"name": " Equipo Norte "}).Is(t, http.StatusCreated, "")
	path := "/v1/teams/" + made.Body["id"].(string)
	if made.Body["name"] != "Equipo Norte" || len(made.Body["users"].([]any)) != 0 {
		t.Errorf("made %s", made.Text)
	}
	members := func(users ...string) answer { return w.send(t, "PUT", path+"/members", admin, body{"users": users}) }
	members("u1", "u2", "u1").Is(t, http.StatusOK, "")
	got := members("u2", "u3").Is(t, http.StatusOK, "")
	if !containsText(got.Text, `"users":["u2","u3"]`) {
		t.Errorf("members %s", got.Text)
	}
	if teams := w.send(t, "GET", "/v1/users/u1", admin, nil).Body["teams"].([]any); len(teams) != 0 {
		t.Errorf("who went is still in %v", teams)
	}
	a := members("u1", "u2", "nadie", "u3").Is(t, http.StatusUnprocessableEntity, "user_not_found")
	if !containsText(a.Text, `"location":"body.users[2]"`) {
		t.Errorf("the answer does not name the index: %s", a.Text)
	}
	if list := w.send(t, "GET", "/v1/teams", admin, nil); !containsText(list.Text, `["u2","u3"]`) {
		t.Errorf("a refused list was stored: %s", list.Text)
	}
	w.send(t, "PATCH", path, admin, body{"name": "Norte"}).Is(t, http.StatusOK, "")
	w.send(t, "POST", "/v1/teams", admin, body{"name": "NORTE"}).Is(t, http.StatusConflict, "team_name_taken")
	w.send(t, "POST", "/v1/teams", admin, body{"id": made.Body["id"], "name": "Sur"}).Is(t, http.StatusConflict, "id_taken")
	w.send(t, "POST", "/v1/teams", admin, body{"id": "a b", "name": "Sur"}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.send(t, "POST", "/v1/teams", admin, body{"name": ""}).Is(t, http.StatusUnprocessableEntity, "validation_failed")

	w.send(t, "DELETE", path, admin, nil).Is(t, http.StatusNoContent, "")
	w.send(t, "DELETE", path, admin, nil).Is(t, http.StatusNotFound, "team_not_found")
	w.send(t, "PATCH", path, admin, body{"name": "Norte"}).Is(t, http.StatusNotFound, "team_not_found")
	members("u1").Is(t, http.StatusNotFound, "team_not_found")
	if teams := w.send(t, "GET", "/v1/users/u2", admin, nil).Body["teams"].([]any); len(teams) != 0 {
		t.Errorf("who was in the deleted team is in %v", teams)
	}
}

func TestNobodyIsInMoreTeamsThanATokenHolds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "sup", audience.RoleSupervisor)
	var ids []string
	for i := range 51 {
		id := strings.Repeat("t", 60) + string(rune('A'+i/26)) + string(rune('a'+i%26))
		w.team(t, admin, id)
		ids = append(ids, id)
	}
	w.send(t, "PATCH", "/v1/users/sup", admin, body{"teams": ids[:50]}).Is(t, http.StatusOK, "")
	a := w.send(t, "PUT", "/v1/teams/"+ids[50]+"/members", admin, body{"users": []string{"admin", "sup"}}).
		Is(t, http.StatusUnprocessableEntity, "validation_failed")
	if !containsText(a.Text, "body.users[1]") {
		t.Errorf("the answer does not name the index: %s", a.Text)
	}
	claims, err := w.verifier.Verify(t.Context(), w.login(t, "acme", "sup").access) // the longest token there is
	if err != nil || !slices.Equal(claims.Teams, slices.Sorted(slices.Values(ids[:50]))) {
		t.Errorf("%d teams, %v", len(claims.Teams), err)
	}
}
