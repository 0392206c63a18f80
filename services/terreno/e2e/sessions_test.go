package e2e_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
)

// Whatever ends a user's sessions ends them in every service: the access tokens are refused and the open sockets are closed.
// Another user's socket stays open.
func TestASessionThatEndsEndsEverywhere(t *testing.T) {
	t.Parallel()
	w := start(t, pgtest.NewServer(t), nil, "TERRENO_DEMO=false", "TERRENO_ADMIN_LOGIN=plataforma", "TERRENO_ADMIN_PASSWORD=plataforma-1", "TERRENO_TRUSTED_PROXIES=203.0.113.9")
	if r, err := w.Remote("identity"); err != nil || !slices.Equal(r.TrustedProxies, []string{"203.0.113.9"}) {
		t.Errorf("a service trusts %q, %v", r.TrustedProxies, err)
	}
	w.company(t, login(t, w.URL(), "", "plataforma", "plataforma-1"), "norte")
	admin := login(t, w.URL(), "norte", "1", "contraseña-1")
	witness := openSocket(t, w.URL(), admin)
	type tokens struct {
		Access  string `json:"access_token"`
		Refresh string `json:"refresh_token"`
	}
	send := func(method, path, token string, in, out any, want int) {
		t.Helper()
		if status := call(t, method, w.URL()+path, token, in, out); status != want {
			t.Fatalf("%s %s: %d, want %d", method, path, status, want)
		}
	}
	ends := map[string]func(id string, of tokens){
		"logout": func(_ string, of tokens) {
			send("POST", "/v1/auth/logout", "", map[string]any{"refresh_token": of.Refresh}, nil, http.StatusNoContent)
		},
		"reuse": func(_ string, of tokens) {
			refresh := func(token string, want int) (next tokens) {
				send("POST", "/v1/auth/refresh", "", map[string]any{"refresh_token": token}, &next, want)
				return next
			}
			refresh(refresh(of.Refresh, http.StatusOK).Refresh, http.StatusOK)
			refresh(of.Refresh, http.StatusUnauthorized)
		},
		"logout-everywhere": func(id string, of tokens) {
			send("POST", "/v1/users/"+id+"/revoke", of.Access, nil, nil, http.StatusNoContent)
		},
		"password-reset": func(id string, _ tokens) {
			send("PUT", "/v1/users/"+id+"/password", admin, map[string]any{"password": "otra clave más"}, nil, http.StatusNoContent)
		},
		"another-role": func(id string, _ tokens) {
			send("PATCH", "/v1/users/"+id, admin, map[string]any{"role": "supervisor"}, nil, http.StatusOK)
		},
		"deactivation": func(id string, _ tokens) {
			send("DELETE", "/v1/users/"+id, admin, nil, nil, http.StatusNoContent)
		},
	}
	for id, end := range ends {
		send("POST", "/v1/users", admin, map[string]any{
			"id": id, "name": id, "role": "colaborador", "payroll_number": id, "password": "contraseña-2",
		}, nil, http.StatusCreated)
		var of tokens
		send("POST", "/v1/auth/login", "", map[string]any{"company": "norte", "login": id, "password": "contraseña-2"}, &of, http.StatusOK)
		s := openSocket(t, w.URL(), of.Access)
		send("GET", "/v1/positions/latest", of.Access, nil, nil, http.StatusOK)
		end(id, of)
		eventually(t, time.Minute, func() (bool, string) {
			return s.closed() == 4403, fmt.Sprintf("%s: the socket's close code is %d", id, s.closed())
		})
		eventually(t, time.Minute, func() (bool, string) {
			status := call(t, http.MethodGet, w.URL()+"/v1/positions/latest", of.Access, nil, nil)
			return status == http.StatusUnauthorized, fmt.Sprintf("%s: the access token is answered %d", id, status)
		})
	}
	if code := witness.closed(); code != 0 {
		t.Errorf("another user's socket was closed with %d", code)
	}
}
