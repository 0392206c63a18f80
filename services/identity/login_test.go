package identity

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

func TestLoginByAnyOfTheThreeNames(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleSupervisor, body{
		"email": "Ana@Acme.example", "phone": "+52 (33) 1234-5678", "payroll_number": "E-77",
	})
	for _, typed := range []string{"ana@acme.EXAMPLE", " 523312345678 ", "0052 33 1234 5678", "e-77"} {
		for _, company := range []string{"acme", ""} {
			claims, err := w.verifier.Verify(t.Context(), w.login(t, company, typed).access)
			if err != nil || claims.Company != "acme" || claims.Subject != "ana" || claims.Role != audience.RoleSupervisor {
				t.Errorf("%q in %q: %+v, %v", typed, company, claims, err)
			}
		}
	}
	w.attempt(t, "acme", "ana", secret).Is(t, http.StatusUnauthorized, "login_failed") // an id is no login
}

func TestATokenSaysWhoItIs(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *Config) { c.TokenLifetime = 10 * time.Minute })
	admin := w.company(t, "acme")
	w.team(t, admin, "norte")
	w.team(t, admin, "sur")
	w.user(t, admin, "ana", audience.RoleSupervisor, body{"teams": []string{"sur", "norte"}})
	got := w.attempt(t, "acme", "ana", secret)
	if got.Body["token_type"] != "Bearer" || got.Body["expires_in"] != 600.0 || got.Header.Get("Cache-Control") != "no-store" {
		t.Errorf("answer %s with %v", got.Text, got.Header)
	}
	claims, err := w.verifier.Verify(t.Context(), tokensOf(t, got).access)
	if err != nil {
		t.Fatal(err)
	}
	now := w.clock.Now().Truncate(time.Second)
	if fmt.Sprint(claims.Teams) != "[norte sur]" || !claims.IssuedAt.Equal(now) || !claims.ExpiresAt.Equal(now.Add(10*time.Minute)) ||
		claims.Issuer != "terreno" || claims.ID == "" {
		t.Errorf("claims %+v", claims)
	}
	root, err := w.verifier.Verify(t.Context(), w.root(t))
	if err != nil || root.Company != "" || root.Role != audience.RolePlatformAdmin || root.Subject != "admin" {
		t.Errorf("the platform admin's claims %+v, %v", root, err)
	}
	w.clock.Advance(10 * time.Minute)
	if _, err := w.verifier.Verify(t.Context(), tokensOf(t, got).access); fmt.Sprint(err) != auth.ErrExpired.Code {
		t.Errorf("after its lifetime: %v", err)
	}
}

func TestOneAnswerForEveryFailedLogin(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.user(t, admin, "ana", audience.RoleColaborador)
	w.user(t, admin, "gone", audience.RoleColaborador, body{"email": "gone@acme.example"})
	w.send(t, "DELETE", "/v1/users/gone", admin, nil).Is(t, http.StatusNoContent, "")
	w.send(t, "POST", "/v1/users", admin, body{"id": "bare", "name": "Sin clave", "payroll_number": "bare", "role": "colaborador"}).
		Is(t, http.StatusCreated, "")
	w.company(t, "beta")
	w.user(t, w.login(t, "beta", "admin").access, "bea", audience.RoleColaborador)
	w.send(t, "POST", "/v1/companies/beta/suspend", w.root(t), nil).Is(t, http.StatusOK, "")

	want := w.attempt(t, "acme", "ana", "no es la clave").Is(t, http.StatusUnauthorized, "login_failed").Body["detail"]
	for what, a := range map[string]answer{
		"nobody":               w.attempt(t, "acme", "nadie", secret),
		"nobody anywhere":      w.attempt(t, "", "nadie", secret),
		"inactive":             w.attempt(t, "acme", "gone", secret),
		"inactive anywhere":    w.attempt(t, "", "gone@acme.example", secret),
		"no password":          w.attempt(t, "acme", "bare", secret),
		"no company":           w.attempt(t, "gamma", "ana", secret),
		"another company":      w.attempt(t, "beta", "ana", secret),
		"suspended":            w.attempt(t, "beta", "bea", secret),
		"suspended anywhere":   w.attempt(t, "", "bea", secret),
		"an injected company":  w.attempt(t, "acme.>", "ana", secret),
		"a reserved company":   w.attempt(t, "dlq", "ana", secret),
		"control characters":   w.attempt(t, "acme", "ana\t\x01", secret),
		"a password too long":  w.attempt(t, "acme", "ana", fmt.Sprintf("%01000d", 0)),
		"the platform's admin": w.attempt(t, "acme", rootLogin, secret),
	} {
		if a.Status != http.StatusUnauthorized || a.Code() != "login_failed" || a.Body["detail"] != want {
			t.Errorf("%s: %d %s", what, a.Status, a.Text)
		}
	}
}

func TestLoginWithoutACompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	acme, beta := w.company(t, "acme"), w.company(t, "beta")
	w.user(t, acme, "ana", audience.RoleColaborador, body{"email": "ana@both.example"})
	w.user(t, beta, "ana", audience.RoleColaborador, body{"email": "ana@both.example"})
	a := w.attempt(t, "", "ana@both.example", secret).Is(t, http.StatusConflict, "company_required")
	for _, company := range []string{"acme", "beta"} {
		if claims, err := w.verifier.Verify(t.Context(), w.login(t, company, "ana@both.example").access); err != nil || claims.Company != company {
			t.Errorf("signed in to %q: %+v, %v", company, claims, err)
		}
		if containsText(a.Text, company) {
			t.Errorf("the answer tells of %s: %s", company, a.Text)
		}
	}
	// One that is left counts alone.
	w.send(t, "PATCH", "/v1/users/ana", beta, body{"active": false}).Is(t, http.StatusOK, "")
	if claims, err := w.verifier.Verify(t.Context(), w.login(t, "", "ana@both.example").access); err != nil || claims.Company != "acme" {
		t.Errorf("the only active one: %+v, %v", claims, err)
	}
	// A platform admin has no company to name.
	w.user(t, acme, "root", audience.RoleColaborador, body{"email": rootLogin})
	if claims, err := w.verifier.Verify(t.Context(), w.root(t)); err != nil || claims.Role != audience.RolePlatformAdmin {
		t.Errorf("the platform admin: %+v, %v", claims, err)
	}
}

// A login in several companies says so to whoever knows the password of several, and to nobody else.
func TestOnePasswordOfSeveralSignsIn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for company, password := range map[string]string{"acme": "clave de acme", "beta": "clave de beta"} {
		w.user(t, w.company(t, company), "ana", audience.RoleColaborador, body{"email": "ana@both.example", "password": password})
		claims, err := w.verifier.Verify(t.Context(), tokensOf(t, w.attempt(t, "", "ana@both.example", password)).access)
		if err != nil || claims.Company != company {
			t.Errorf("with the password of %s: %+v, %v", company, claims, err)
		}
	}
	w.attempt(t, "", "ana@both.example", "adivina").Is(t, http.StatusUnauthorized, "login_failed")
}

// Other names of an account buy no more guesses, and the answer does not tell that they are one person's.
func TestGuessesByAnyNameCountTogether(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, w.company(t, "acme"), "ana", audience.RoleColaborador, body{"email": "ana@acme.example", "phone": "5551234567"})
	for range 5 {
		w.attempt(t, "acme", "ana@acme.example", "adivina").Is(t, http.StatusUnauthorized, "login_failed")
	}
	w.attempt(t, "acme", "5551234567", secret).Is(t, http.StatusUnauthorized, "login_failed")
	w.attempt(t, "", "5551234567", secret).Is(t, http.StatusUnauthorized, "login_failed")
	w.clock.Advance(5 * time.Second)
	w.attempt(t, "acme", "5551234567", secret).Is(t, http.StatusOK, "")
}

func TestAGuesserIsSlowedDown(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, w.company(t, "acme"), "ana", audience.RoleColaborador)
	second := w.replica(t)
	guess := func(at, login string) answer {
		return w.send(t, "POST", at+"/v1/auth/login", "", body{"company": "acme", "login": login, "password": "adivina"})
	}
	for _, login := range []string{"ana", "nadie"} { // whether it exists makes no difference
		for i := range 5 { // replicas count together
			guess([]string{w.url, second}[i%2], login).Is(t, http.StatusUnauthorized, "login_failed")
		}
		a := guess(second, login).Is(t, http.StatusTooManyRequests, "login_throttled")
		if a.Header.Get("Retry-After") != "5" {
			t.Errorf("%s: Retry-After %q, want 5", login, a.Header.Get("Retry-After"))
		}
	}
	w.attempt(t, "acme", "ana", secret).Is(t, http.StatusTooManyRequests, "login_throttled") // the right one as well
	w.clock.Advance(5 * time.Second)
	guess(w.url, "ana").Is(t, http.StatusUnauthorized, "login_failed")
	if a := guess(w.url, "ana").Is(t, http.StatusTooManyRequests, "login_throttled"); a.Header.Get("Retry-After") != "10" {
		t.Errorf("after the sixth failure Retry-After %q, want 10", a.Header.Get("Retry-After"))
	}
	w.clock.Advance(10 * time.Second)
	w.login(t, "acme", "ana") // success forgets
	for range 5 {
		guess(w.url, "ana").Is(t, http.StatusUnauthorized, "login_failed")
	}
}

func TestManyGuessesAtOnceCountAsMany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, w.company(t, "acme"), "ana", audience.RoleColaborador)
	var mu sync.Mutex
	statuses := map[int]int{}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			a, err := w.try(t.Context(), "POST", "/v1/auth/login", "", body{"company": "acme", "login": "ana", "password": "adivina"})
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			statuses[a.Status]++
		})
	}
	all.Wait()
	if statuses[http.StatusUnauthorized] != 5 || statuses[http.StatusTooManyRequests] != 15 {
		t.Errorf("20 guesses at once: %v, want 5 that were looked at", statuses)
	}
}

func TestAPasswordIsHashedAnewWhenItsParametersAreOld(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, w.company(t, "acme"), "ana", audience.RoleColaborador)
	w.url = w.replica(t, func(c *Config) { c.PasswordPasses = 2 })
	hash := func() (h string) {
		if err := w.data.Admin(t).Get(&h, `SELECT password_hash FROM identity.users WHERE id_empresa = 'acme' AND id = 'ana'`); err != nil {
			t.Fatal(err)
		}
		return h
	}
	before := w.login(t, "acme", "ana")
	if got := hash(); !containsText(got, "t=2,") {
		t.Errorf("hash %q, want two passes", got)
	}
	if got := w.refresh(t, before.refresh); got.Status != http.StatusOK {
		t.Errorf("the session that was begun with the old hash: %s", got.Text)
	}
	w.login(t, "acme", "ana")
}

func TestNothingOfASecretIsStored(t *testing.T) {
	t.Parallel()
	w := setup(t)
	admin := w.company(t, "acme")
	w.send(t, "POST", "/v1/users", admin, body{
		"id": "ana", "name": "Ana", "payroll_number": "ana-77", "role": "colaborador", "password": "secretísimo-77",
	}, "Idempotency-Key", "k1").Is(t, http.StatusCreated, "")
	got := tokensOf(t, w.attempt(t, "acme", "ana-77", "secretísimo-77"))
	w.attempt(t, "acme", "ana-77", "adivina")
	for _, table := range tables(t, w.data.Admin(t)) {
		var rows []string
		if err := w.data.Admin(t).Select(&rows, `SELECT t::text FROM `+table+` t`); err != nil {
			t.Fatal(err)
		}
		for _, row := range rows {
			for what, text := range map[string]string{"password": "secretísimo", "refresh token": got.refresh, "access token": got.access} {
				if containsText(row, text) {
					t.Errorf("%s holds a %s: %s", table, what, row)
				}
			}
			if table == "identity.login_attempt" && containsText(row, "ana-77") {
				t.Errorf("the counters name a login: %s", row)
			}
		}
	}
}

func tables(t *testing.T, admin *sqlx.DB) (names []string) {
	t.Helper()
	if err := admin.Select(&names, `SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'identity'`); err != nil {
		t.Fatal(err)
	}
	if len(names) < 10 {
		t.Fatalf("tables %v", names)
	}
	return names
}
