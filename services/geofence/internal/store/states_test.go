package store_test

import (
	"errors"
	"math"
	"reflect"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

var tracking = db.Schema{Name: "tracking", Service: "tracking-ingest", Migrations: fstest.MapFS{"0001_positions.sql": {Data: []byte(`
CREATE TABLE tracking.position (id_empresa text NOT NULL, user_id text NOT NULL, device_id text NOT NULL DEFAULT '', recorded_at timestamptz(3) NOT NULL,
    received_at timestamptz(3) NOT NULL, lat float8 NOT NULL, lon float8 NOT NULL, accuracy_m float4, PRIMARY KEY (id_empresa, user_id, recorded_at, device_id));
{{protect "position"}}
CREATE VIEW tracking.v_position AS SELECT * FROM tracking.position;
GRANT SELECT ON tracking.v_position TO {{reader}};`)}}}

// work is a worker's transaction on a new database, and an administrator beside it.
func work(t *testing.T, do func(w store.Work, admin *sqlx.DB) error) error {
	t.Helper()
	data := pgtest.New(t, tracking, geofence.Schema)
	admin := data.Admin(t)
	return data.DB(t, "geofence").AsWorker(t.Context(), func(tx *sqlx.Tx) error { return do(store.Work{Tx: tx}, admin) })
}

func TestStatesComeBackAsTheyWere(t *testing.T) {
	t.Parallel()
	fix := rule.Fix{At: noon.Add(time.Millisecond), ReceivedAt: noon.Add(time.Second), Lat: -4.123456789012345, Lon: 179.99999999999997, AccuracyM: 12.5}
	full := store.Person{Who: rule.Who{Company: "acme", User: "juan"}, State: rule.State{
		Zones: "k", Since: noon.Add(-time.Millisecond), Status: rule.Outside, LastAt: noon.Add(123 * time.Millisecond), Run: &rule.Run{Side: zone.Inside, First: fix, Count: 3},
		Alert: &rule.Alert{ID: "A1", Start: fix, DistanceM: 101.25, RaisedAt: noon, Zones: []string{"z1", "z2"}, Late: true},
	}}
	bare := store.Person{Who: rule.Who{Company: "globex", User: "juan"}, State: rule.State{Zones: "k2", LastAt: noon}}
	err := work(t, func(w store.Work, _ *sqlx.DB) error {
		for range 2 { // new, and again
			if err := w.SetStates(t.Context(), []store.Person{full, bare}); err != nil {
				return err
			}
			got, err := w.States(t.Context(), []rule.Who{full.Who, bare.Who, {Company: "acme", User: "ana"}})
			if err != nil {
				return err
			}
			for _, p := range got {
				want := map[string]store.Person{"acme": full, "globex": bare}[p.Company]
				if !reflect.DeepEqual(p, want) {
					t.Errorf("%+v, want %+v", p, want)
				}
			}
			if len(got) != 2 {
				t.Errorf("%d states", len(got))
			}
			full.Run, full.Alert = nil, nil
		}
		page, err := w.Page(t.Context(), "acme", "", 10)
		if err != nil || len(page) != 1 || page[0].User != "juan" {
			t.Errorf("%+v, %v", page, err)
		}
		full.Run = &rule.Run{First: rule.Fix{Lat: math.NaN()}}
		if err := w.SetStates(t.Context(), []store.Person{full}); !errors.Is(err, store.ErrUnfit) {
			t.Errorf("what JSON has no word for: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFrontier(t *testing.T) {
	t.Parallel()
	err := work(t, func(w store.Work, _ *sqlx.DB) error {
		for _, want := range []ordered.Frontier{{}, {Created: noon.Add(time.Microsecond), Seq: 7}, {Created: noon, Seq: 3}} {
			if !want.Created.IsZero() {
				if err := w.SetFrontier(t.Context(), "TRACKING", want); err != nil {
					return err
				}
			}
			got, err := w.Frontier(t.Context(), "TRACKING")
			if err != nil || got.Seq != want.Seq || !got.Created.Equal(want.Created) {
				t.Errorf("%+v, %v, want %+v", got, err, want)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestFixesAreOneCompanysAndBounded: one who has many leaves the others theirs, and keeps the newest.
func TestFixesAreOneCompanysAndBounded(t *testing.T) {
	t.Parallel()
	err := work(t, func(w store.Work, admin *sqlx.DB) error {
		if _, err := admin.ExecContext(t.Context(), `INSERT INTO tracking.position (id_empresa, user_id, recorded_at, received_at, lat, lon)
SELECT c, u, $1::timestamptz + s * interval '1 second', $1, s, 0 FROM unnest(ARRAY['acme', 'globex']) c, unnest(ARRAY['ana', 'juan', 'luz']) u, generate_series(0, 20) s
WHERE u <> 'luz' OR s = 10`, noon); err != nil {
			return err
		}
		fixes, err := w.Fixes(t.Context(), "acme", []string{"juan", "luz", "nobody"}, noon, noon.Add(15*time.Second), 5)
		if err != nil {
			return err
		}
		if len(fixes) != 2 || len(fixes["juan"]) != 5 || len(fixes["luz"]) != 1 {
			t.Fatalf("%+v", fixes)
		}
		for i, f := range fixes["juan"] {
			if f.Lat != float64(11+i) || !f.At.Equal(noon.Add(time.Duration(11+i)*time.Second)) || f.AccuracyM != 0 {
				t.Errorf("%d: %+v", i, f)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
