package identity

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/config"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

func demo(c *Config) { c.Demo = true }

func TestTheDemoCompany(t *testing.T) {
	t.Parallel()
	w := setup(t, demo)
	for login, role := range map[string]string{
		"admin": audience.RoleAdmin, "supervisor1": audience.RoleSupervisor, "supervisor2": audience.RoleSupervisor,
		"campo01": audience.RoleColaborador, "campo40@demo.example": audience.RoleColaborador,
	} {
		claims, err := w.verifier.Verify(t.Context(), tokensOf(t, w.attempt(t, "demo", login, "demo")).access)
		if err != nil || claims.Role != role || claims.Company != "demo" {
			t.Errorf("%s: %+v, %v", login, claims, err)
		}
	}
	admin := tokensOf(t, w.attempt(t, "demo", "admin", "demo")).access
	if got := w.send(t, "GET", "/v1/users?role=colaborador&limit=1000", admin, nil).IDs(t, "users"); len(got) != 40 {
		t.Errorf("%d colaboradores, want 40", len(got))
	}
	sup := tokensOf(t, w.attempt(t, "demo", "supervisor2", "demo")).access
	if got := w.send(t, "GET", "/v1/users?role=colaborador&limit=1000", sup, nil).IDs(t, "users"); len(got) != 20 {
		t.Errorf("a supervisor watches %d, want 20", len(got))
	}
	company := w.send(t, "GET", "/v1/companies/demo", w.root(t), nil).Body
	if company["name"] != "Demo Reparto" || company["zone"] != "America/Chicago" {
		t.Errorf("company %v", company)
	}
}

func TestAFirstStartHappensOnce(t *testing.T) {
	t.Parallel()
	w := setup(t, demo)
	root := w.root(t)
	admin := tokensOf(t, w.attempt(t, "demo", "admin", "demo")).access
	w.send(t, "PATCH", "/v1/users/campo01", admin, body{"name": "Otro nombre"}).Is(t, http.StatusOK, "")
	w.send(t, "PUT", "/v1/users/admin/password", root, body{"password": "la de la plataforma", "old_password": secret}).Is(t, http.StatusNoContent, "")
	w.url = w.replica(t, demo) // starts again
	if got := w.send(t, "GET", "/v1/users/campo01", admin, nil).Body["name"]; got != "Otro nombre" {
		t.Errorf("after another start the user is called %v", got)
	}
	w.attempt(t, "", rootLogin, "la de la plataforma").Is(t, http.StatusOK, "")
	w.attempt(t, "", rootLogin, secret).Is(t, http.StatusUnauthorized, "login_failed")
	var keys int
	if err := w.data.Admin(t).Get(&keys, `SELECT count(*) FROM identity.signing_key`); err != nil || keys != 1 {
		t.Errorf("%d signing keys (%v), want 1", keys, err)
	}
}

func TestAnEmptyInstallation(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *Config) { c.BootstrapAdmin = BootstrapAdmin{} })
	var n int
	if err := w.data.Admin(t).Get(&n, `SELECT count(*) FROM identity.users`); err != nil || n != 0 {
		t.Errorf("%d users (%v), want none", n, err)
	}
	w.attempt(t, "", rootLogin, secret).Is(t, http.StatusUnauthorized, "login_failed")
}

func TestTheAdminsLoginNeedNotBeAnAddress(t *testing.T) {
	t.Parallel()
	w := setup(t, func(c *Config) { c.BootstrapAdmin.Login = "operador" })
	w.attempt(t, "", "Operador", secret).Is(t, http.StatusOK, "")
}

func TestConfigNamesEveryProblem(t *testing.T) {
	t.Parallel()
	var c Config
	_, err := config.Load(&c, []string{
		"TERRENO_TOKEN_LIFETIME=1s", "TERRENO_REFRESH_LIFETIME=0s", "TERRENO_SIGNING_KEY_LIFETIME=2m", "TERRENO_PASSWORD_MEMORY_KIB=4", "TERRENO_PASSWORDS_AT_ONCE=0",
		"TERRENO_ADMIN_LOGIN=root", "TERRENO_ADMIN_PASSWORD=corta",
	})
	for _, name := range []string{"TOKEN_LIFETIME", "REFRESH_LIFETIME", "SIGNING_KEY_LIFETIME", "PASSWORD_MEMORY_KIB", "PASSWORDS_AT_ONCE", "ADMIN_PASSWORD"} {
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%v does not name %s", err, name)
		}
	}
	if err != nil && strings.Contains(err.Error(), "corta") {
		t.Errorf("%v tells the password", err)
	}
	var defaults Config
	if _, err := config.Load(&defaults, nil); err != nil || defaults.TokenLifetime != 15*time.Minute || defaults.RefreshLifetime != 30*24*time.Hour {
		t.Errorf("defaults %+v, %v", defaults, err)
	}
}

// Some take the keys for a sign that identity is up. They are not published before the demo's people can sign in.
func TestTheKeysArePublishedLast(t *testing.T) {
	t.Parallel()
	data := pgtest.New(t, Schema)
	admin := data.Admin(t)
	holding, err := admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = holding.Rollback() }()
	if _, err := holding.Exec(`LOCK TABLE identity.users IN EXCLUSIVE MODE`); err != nil { // reads pass, writes wait
		t.Fatal(err)
	}
	service, err := New(testConfig(t, demo), app.Deps{
		Log: natstest.Log(t), Metrics: prometheus.NewRegistry(), Clock: clock.Wall(), Bus: natstest.Start(t).Bus(t, name), DB: data.DB(t, name),
		Auth: authtest.New(t).Verifier(t, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, service)
	w := &world{url: serve(t, service.Handler)}
	apptest.Until(t, func() bool {
		var waiting bool
		err := admin.Get(&waiting, `SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'identity.users'::regclass AND NOT granted)`)
		return err == nil && waiting
	})
	if a := w.send(t, "GET", "/.well-known/jwks.json", "", nil); a.Status != http.StatusServiceUnavailable {
		t.Errorf("the keys are published before there is anybody: %d %s", a.Status, a.Text)
	}
	if err := holding.Commit(); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, func() bool { return w.send(t, "GET", "/.well-known/jwks.json", "", nil).Status == http.StatusOK })
	apptest.Until(t, func() bool { return w.attempt(t, "demo", "admin", "demo").Status == http.StatusOK })
}

// Before the first start is done nobody can sign in, and nobody is told that their password is wrong.
func TestLoginsWaitForTheFirstStart(t *testing.T) {
	t.Parallel()
	w := setup(t)
	service, err := build(testConfig(t, demo), app.Deps{
		Log: natstest.Log(t), Metrics: prometheus.NewRegistry(), Clock: w.domain, Bus: w.nats.Bus(t, name), DB: w.data.DB(t, name),
		Auth: w.verifier, Directory: w.directory,
	}, w.clock)
	if err != nil {
		t.Fatal(err)
	}
	w.url = serve(t, service.Handler) // its runners do not run yet
	if a := w.attempt(t, "demo", "admin", "demo").Is(t, http.StatusServiceUnavailable, "unavailable"); a.Header.Get("Retry-After") == "" {
		t.Errorf("headers %v", a.Header)
	}
	w.send(t, "GET", "/.well-known/jwks.json", "", nil).Is(t, http.StatusOK, "")
	apptest.Run(t, service)
	apptest.Until(t, func() bool { return w.attempt(t, "demo", "admin", "demo").Status != http.StatusServiceUnavailable })
	w.attempt(t, "demo", "admin", "demo").Is(t, http.StatusOK, "")
}
