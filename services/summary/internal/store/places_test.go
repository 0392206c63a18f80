package store_test

import (
	"testing"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/summary"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/store"
	ingest "github.com/terreno/terreno/services/tracking-ingest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// A company has 3,000 places in a town. For a stop there, only those are read that the stop can be at.
func TestOnlyThePlacesAtAStopAreRead(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t, schedule.Schema, identity.Schema, activity.Schema, ingest.Schema, summary.Schema)
	if _, err := database.Admin(t).ExecContext(t.Context(), `
INSERT INTO activity.place (id_empresa, id, external_id, name, address, contact, notes, lat, lon, radius_m, name_key, search, created_at, updated_at, updated_by)
SELECT 'acme', 'p' || n, '', 'p' || n, '', '', '', 4.65 + n * 0.000006, -74.1, CASE n WHEN 2500 THEN 1900 ELSE 30 END, '', '', now(), now(), 'x' FROM generate_series(0, 2999) n`); err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	err := database.DB(t, "summary").InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
		near, err := store.PlacesOf(t.Context(), tx, []day.Stop{{Lat: 4.65, Lon: -74.1}})
		for _, p := range near {
			found[p.ID] = true
		}
		return err
	})
	// 75 m are 112 places.
	if err != nil || !found["p0"] || !found["p112"] || !found["p2500"] || len(found) > 130 {
		t.Errorf("%d places are read, p0 %v, p112 %v, the large one %v (%v)", len(found), found["p0"], found["p112"], found["p2500"], err)
	}
}
