package identity

import (
	"net/http"
	"testing"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

func TestPasswords(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador)
	ana := w.login(t, "acme", "ana").access
	set := func(token, id string, in body) answer {
		return w.send(t, "PUT", "/v1/users/"+id+"/password", token, in)
	}

	set(ana, "ana", body{"password": "otra clave más"}).Is(t, http.StatusForbidden, "password_wrong")
	set(ana, "ana", body{"password": "otra clave más", "old_password": "no es"}).Is(t, http.StatusForbidden, "password_wrong")
	set(ana, "ana", body{"password": "corta", "old_password": secret}).Is(t, http.StatusUnprocessableEntity, "password_weak")
	set(admin, "admin", body{"password": "otra clave más"}).Is(t, http.StatusForbidden, "password_wrong") // an admin's own as well
	set(ana, "ana", body{"password": "otra clave más", "old_password": secret}).Is(t, http.StatusNoContent, "")
	w.attempt(t, "acme", "ana", secret).Is(t, http.StatusUnauthorized, "login_failed")
	w.attempt(t, "acme", "ana", "otra clave más").Is(t, http.StatusOK, "")
	set(admin, "ana", body{"password": "la del admin"}).Is(t, http.StatusNoContent, "")
	w.attempt(t, "acme", "ana", "la del admin").Is(t, http.StatusOK, "")
	set(admin, "nadie", body{"password": "la del admin"}).Is(t, http.StatusNotFound, "user_not_found")

	root := w.root(t)
	set(root, "admin", body{"password": "la de la plataforma", "old_password": secret}).Is(t, http.StatusNoContent, "")
	w.attempt(t, "", rootLogin, "la de la plataforma").Is(t, http.StatusOK, "")
}

func TestAStolenTokenDoesNotGuessThePassword(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	in := body{"password": "otra clave más", "old_password": "adivina"}
	for range 5 {
		w.send(t, "PUT", "/v1/users/ana/password", ana.access, in).Is(t, http.StatusForbidden, "password_wrong")
	}
	a := w.send(t, "PUT", "/v1/users/ana/password", ana.access, in).Is(t, http.StatusTooManyRequests, "login_throttled")
	if a.Header.Get("Retry-After") != "5" {
		t.Errorf("Retry-After %q", a.Header.Get("Retry-After"))
	}
	w.login(t, "acme", "ana") // who knows it is not locked out
}

func TestAnOldPasswordThatCannotBeCheckedCountsAsNoAttempt(t *testing.T) {
	t.Parallel()
	w, _, ana := signedIn(t)
	admin := w.data.Admin(t)
	if _, err := admin.Exec(`UPDATE identity.users SET password_hash = 'unreadable' WHERE id = 'ana'`); err != nil {
		t.Fatal(err)
	}
	before := pgtest.Count(t, admin, "identity.login_attempt")
	for range 7 { // as many as are throttled when they count
		w.send(t, "PUT", "/v1/users/ana/password", ana.access, body{"password": "otra clave más", "old_password": secret}).
			Is(t, http.StatusInternalServerError, "internal")
	}
	if left := pgtest.Count(t, admin, "identity.login_attempt"); left != before {
		t.Errorf("%d counters, %d before", left, before)
	}
}
