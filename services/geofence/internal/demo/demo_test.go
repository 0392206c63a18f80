package demo

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/store"
	"github.com/terreno/terreno/services/geofence/internal/zone"
	"github.com/terreno/terreno/services/identity"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

func TestTheZonesAreGoodOnes(t *testing.T) {
	t.Parallel()
	zones, err := Zones()
	if err != nil {
		t.Fatal(err)
	}
	fleet, kinds, seen := map[string]bool{}, map[string]bool{}, map[string]bool{}
	for n := range 40 {
		fleet[fmt.Sprintf("campo%02d", n+1)] = true
	}
	for _, z := range zones {
		shape, err := zone.Parse(z.Geometry, z.RadiusM, z.WidthM)
		if err != nil || subject.CheckID(z.ID) != nil || strings.TrimSpace(z.Name) != z.Name || z.Name == "" {
			t.Fatalf("%s: %v", z.ID, err)
		}
		kinds[shape.Kind()] = true
		var s plan.Schedule
		if err := json.Unmarshal(z.Schedule, &s); err != nil || s.Check() != nil {
			t.Errorf("%s: schedule %s", z.ID, z.Schedule)
		}
		if seen[z.ID] || seen[strings.ToLower(z.Name)] || len(z.Users) == 0 {
			t.Errorf("%s is there twice, or nobody's", z.ID)
		}
		seen[z.ID], seen[strings.ToLower(z.Name)] = true, true
		for _, u := range z.Users {
			if !fleet[u] {
				t.Errorf("%s is assigned to %s", z.ID, u)
			}
		}
	}
	if len(kinds) != 4 {
		t.Errorf("kinds %v: the demo shows all four", kinds)
	}
}

// world is a database with geofence's tables and the views of identity that an assignment asks.
func world(t *testing.T) (*pgtest.Database, *store.Zones) {
	t.Helper()
	geofence := db.Schema{
		Name: store.Schema, Service: "geofence", Migrations: os.DirFS("../../migrations"), Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet},
	}
	data := pgtest.New(t, identity.Schema, geofence)
	pool := data.DB(t, "geofence")
	relay := outbox.NewRelay(pool, nil, store.Schema, natstest.Log(t), nil)
	return data, store.NewZones(pool, change.New(pool, relay, store.Schema, clock.Wall()))
}

func count(t *testing.T, data *pgtest.Database) string {
	t.Helper()
	var n string
	err := data.Admin(t).Get(&n, `SELECT concat_ws(' ', coalesce((SELECT version FROM geofence.plan), 0), (SELECT count(*) FROM geofence.zone),
    (SELECT count(*) FROM geofence.zone_user), (SELECT count(*) FROM geofence.outbox))`)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestTheZonesArePlantedOnce(t *testing.T) {
	t.Parallel()
	data, to := world(t)
	zones, err := Zones()
	if err != nil {
		t.Fatal(err)
	}
	people := func(from, to int) {
		t.Helper()
		if _, err := data.Admin(t).Exec(`INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'demo', 'campo' || lpad(n::text, 2, '0'), n, 'colaborador' FROM generate_series($1::int, $2::int) n`, from, to); err != nil {
			t.Fatal(err)
		}
	}
	people(1, 39)
	if err := plant(t.Context(), to, zones); err == nil || count(t, data) != "0 0 0 0" {
		t.Errorf("without campo40: %v, %s", err, count(t, data))
	}
	people(40, 40)
	var wg sync.WaitGroup
	for range 4 { // replicas
		wg.Go(func() {
			if err := plant(t.Context(), to, zones); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	assigned := 0
	for _, z := range zones {
		assigned += len(z.Users)
	}
	if got, want := count(t, data), fmt.Sprintf("1 %d %d 1", len(zones), assigned); got != want {
		t.Errorf("plan, zones, assignments and news: %s, want %s", got, want)
	}
	// An admin clears the list: it stays so.
	for i, z := range zones {
		err := to.Edit(t.Context(), Company, "jefa", func(e *store.Edit) error { return e.Delete(t.Context(), z.ID) })
		if err != nil {
			t.Fatal(err)
		}
		if err := plant(t.Context(), to, zones); err != nil || !strings.HasPrefix(count(t, data), fmt.Sprintf("%d %d ", i+2, len(zones)-i-1)) {
			t.Errorf("planted again: %v, %s", err, count(t, data))
		}
	}
}
