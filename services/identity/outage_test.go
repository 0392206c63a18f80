package identity

import (
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

// Without PostgreSQL everybody is asked to come back, and whoever has a token can still be verified.
func TestWithoutADatabaseEverybodyIsAskedToComeBack(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	data, issuer := pgtest.On(t, server, Schema), authtest.New(t)
	pool, log, reg := data.DB(t, name), natstest.Log(t), prometheus.NewRegistry()
	service, err := build(testConfig(t), app.Deps{
		Log: log, Metrics: reg, Clock: clock.Wall(), Bus: natstest.Start(t).Bus(t, name), DB: pool, Auth: issuer.Verifier(t, nil),
	}, clock.Wall())
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, service)
	apptest.Until(t, func() bool { return service.Checks[0].Ready(t.Context()) == nil })
	w := &world{url: serve(t, service.Handler)}
	signedIn := tokensOf(t, w.attempt(t, "", rootLogin, secret))

	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	token := issuer.Token(t, auth.Claims{Subject: "ana", Company: "acme", Role: audience.RoleAdmin})
	for what, a := range map[string]answer{
		"login": w.attempt(t, "acme", "ana", secret), "refresh": w.refresh(t, signedIn.refresh),
		"users": w.send(t, "GET", "/v1/users", token, nil), "create": w.send(t, "POST", "/v1/teams", token, body{"name": "X"}),
		"logout": w.send(t, "POST", "/v1/auth/logout", "", body{"refresh_token": signedIn.refresh}),
	} {
		if a.Status != http.StatusServiceUnavailable || a.Code() != "unavailable" || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %d %s", what, a.Status, a.Text)
		}
	}
	if a := w.send(t, "GET", "/.well-known/jwks.json", "", nil); a.Status != http.StatusOK || len(a.Body["keys"].([]any)) != 1 {
		t.Errorf("JWKS: %d %s", a.Status, a.Text)
	}
}

func TestAFirstStartWaitsForTheDatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	data := pgtest.On(t, server, Schema)
	pool := data.DB(t, name)
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	service, err := build(testConfig(t), app.Deps{
		Log: natstest.Log(t), Metrics: prometheus.NewRegistry(), Clock: clock.Wall(), Bus: natstest.Start(t).Bus(t, name), DB: pool,
		Auth: authtest.New(t).Verifier(t, nil),
	}, clock.NewManual(time.Now()))
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, service) // fails the test should it end
	if service.Checks[0].Ready(t.Context()) == nil {
		t.Error("ready without a database")
	}
}
