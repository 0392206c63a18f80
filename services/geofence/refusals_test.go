package geofence_test

import (
	"testing"

	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/proto/audience"
)

func TestWhatClientsReadWhenTheyAreRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.start(t)
	tokens := map[string]string{
		audience.RoleAdmin: w.issuer.Token(t, jefa("acme")), audience.RoleColaborador: w.issuer.Token(t, as("acme", "juan", audience.RoleColaborador)),
		audience.RolePlatformAdmin: w.issuer.Token(t, as("", "root", audience.RolePlatformAdmin)),
	}
	var all httpxtest.Refusals
	all.Drive(t, described(t), tokens, func(method, path, token string, body any) answer {
		a, err := httpxtest.Do(t.Context(), method, w.url+path, token, body)
		if err != nil {
			t.Fatal(err)
		}
		return a
	})
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("ya", "Ya")).Is(t, 201, "")
	for what, c := range refusals {
		if len(c.body) < 2000 {
			all.Add(t, "POST /v1/zones: "+what, w.send(t, jefa("acme"), "POST", "/v1/zones", c.body))
		}
	}
	all.Add(t, "GET /v1/zones: a colaborador filters", w.send(t, as("acme", "juan", audience.RoleColaborador), "GET", "/v1/zones?team=norte", nil))
	all.Compare(t)
}
