package notifier_test

import (
	"testing"

	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/proto/audience"
)

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
