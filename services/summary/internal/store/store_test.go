package store_test

import (
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/summary"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/store"
	ingest "github.com/terreno/terreno/services/tracking-ingest"
)

var schemas = []db.Schema{schedule.Schema, identity.Schema, activity.Schema, ingest.Schema, summary.Schema}

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// nobody is a directory that has heard of no company.
type nobody struct{}

func (nobody) Companies() []directory.Company                   { return nil }
func (nobody) Company(string) (c directory.Company, known bool) { return c, false }

// A date that is closed keeps its zone. So it is not closed while nobody knows the zone of its company.
func TestACompanyThatIsNotKnownYetIsNotClosed(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t, schemas...)
	s := store.New(database.DB(t, "summary"), nil, nobody{}, store.Options{Positions: 90 * 24 * time.Hour})
	if _, err := s.Close(t.Context(), "acme", "2026-03-09", store.ReasonClose, time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC)); err == nil {
		t.Error("the date is closed in some zone")
	}
	if n := pgtest.Count(t, database.Admin(t), "summary.closing"); n != 0 {
		t.Errorf("%d dates are closed", n)
	}
}

// A company has 3,000 places in a town. For a stop there, only those are read that the stop can be at.
func TestOnlyThePlacesAtAStopAreRead(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t, schemas...)
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
