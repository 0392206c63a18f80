package geofence_test

import (
	"testing"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/geofence"
)

// described is the service's description, of a service that never runs.
func described(t *testing.T) *huma.OpenAPI {
	t.Helper()
	pool, b := pgtest.New(t, schemas()...).DB(t, "geofence"), natstest.Start(t).Bus(t, "geofence")
	log := natstest.Log(t)
	service, err := geofence.New(geofence.Config{SweepEvery: 3 * time.Minute}, app.Deps{
		Log: log, Metrics: prometheus.NewRegistry(), Clock: clock.Wall(), Bus: b, DB: pool, Auth: authtest.New(t).Verifier(t, nil),
		Directory: directory.New(pool, b, log, nil),
	})
	if err != nil {
		t.Fatal(err)
	}
	return service.OpenAPI
}

func TestWhoMayCallWhat(t *testing.T) {
	t.Parallel()
	httpxtest.Operations(t, described(t))
}
