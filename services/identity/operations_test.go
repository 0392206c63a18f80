package identity

import (
	"testing"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
)

// described is the service's description, of a service that never runs.
func described(t *testing.T) *huma.OpenAPI {
	t.Helper()
	service, err := New(testConfig(t), app.Deps{
		Log: natstest.Log(t), Metrics: prometheus.NewRegistry(), Clock: clock.Wall(), Bus: natstest.Start(t).Bus(t, name),
		DB: pgtest.New(t, Schema).DB(t, name), Auth: authtest.New(t).Verifier(t, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	return service.OpenAPI
}

// Who may call what, as it was agreed: a change of this file is a change of who may do something.
func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	httpxtest.Operations(t, described(t))
}
