package geofence_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/geofence"
)

// demo runs a replica that makes the demo's zones.
func (w *world) demo(t *testing.T) {
	t.Helper()
	pool, b, log := w.data.DB(t, "geofence"), w.nats.Bus(t, "geofence"), natstest.Log(t)
	dir := directory.New(pool, b, log, nil)
	service, err := geofence.New(geofence.Config{SweepEvery: 3 * time.Minute, Demo: true}, app.Deps{
		Log: log, Metrics: prometheus.NewRegistry(), Clock: w.clock, Bus: b, DB: pool, Auth: w.issuer.Verifier(t, nil), Directory: dir, DrainTimeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, service, &app.Service{Name: "geofence", Runners: []app.Runner{{Name: "directory", Run: dir.Run}}})
	apptest.Until(t, func() bool { return dir.Ready(t.Context()) == nil })
}

// fleet makes the demo company with its 40 people.
func (w *world) fleet(t *testing.T) {
	t.Helper()
	w.company(t, "demo", "America/Chicago")
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'demo', 'campo' || lpad(n::text, 2, '0'), n, 'colaborador' FROM generate_series(1, 40) n`)
}

// Two replicas start before identity has made anybody. internal/demo tests that they plant once.
func TestTheDemosZonesComeWithItsPeople(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.demo(t)
	w.demo(t)
	w.start(t)
	w.fleet(t)
	// As identity does for each whom it makes.
	to, err := subject.New("demo", "directorio", "usuario", "campo40")
	if err != nil {
		t.Fatal(err)
	}
	body := []byte(`{"id":"campo40","role":"colaborador","active":true,"version":"1"}`)
	if _, err := w.nats.Bus(t, "identity").Publish(t.Context(), bus.Message{Subject: to, ID: "demo-1", Data: body}); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, func() bool { return w.version(t, "demo") == 1 })
	if got := w.send(t, jefa("demo"), "GET", "/v1/zones", nil).IDs(t, "features"); len(got) != 6 {
		t.Errorf("zones %v", got)
	}
	a := w.send(t, jefa("demo"), "GET", "/v1/zones/norte", nil).Is(t, http.StatusOK, "")
	if p := properties(t, a); p["version"] != 2.0 || p["updated_by"] != "demo" || len(p["users"].([]any)) != 9 {
		t.Errorf("%s", a.Text)
	}
}
