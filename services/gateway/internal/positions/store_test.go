package positions_test

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/gateway/internal/positions"
	"github.com/terreno/terreno/services/identity"
	ingest "github.com/terreno/terreno/services/tracking-ingest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const rows = `
INSERT INTO tracking.latest_position (id_empresa, user_id, device_id, recorded_at, received_at, lat, lon, accuracy_m, altitude_m,
	speed_mps, bearing_deg, battery, charging, activity, mock) VALUES
	('acme', 'u1', 'd1', '2026-03-08T12:00:00.25Z', '2026-03-08T12:00:01Z', 4.5, -74.25, 5.5, 2600, 1.25, 90, 0.5, true, 'walking', true),
	('acme', 'u2', '', '2026-03-08T11:00:00Z', '2026-03-08T11:00:00Z', 0, 0, NULL, NULL, NULL, NULL, NULL, NULL, '', false),
	('beta', 'u1', 'd9', '2026-03-08T13:00:00Z', '2026-03-08T13:00:00Z', 1, 1, NULL, NULL, NULL, NULL, NULL, NULL, '', false);
`

func store(t *testing.T, limit int) *positions.Store {
	t.Helper()
	data := pgtest.New(t, identity.Schema, ingest.Schema, activity.Schema, db.Schema{Service: "gateway"})
	if _, err := data.Admin(t).ExecContext(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	return positions.NewStore(data.DB(t, "gateway"), limit)
}

func TestNewestIsWhatClientsRead(t *testing.T) {
	t.Parallel()
	got, err := store(t, 10).Newest(t.Context(), "acme", positions.Query{Everybody: true})
	if err != nil || len(got) != 2 {
		t.Fatalf("%d positions, %v", len(got), err)
	}
	// The JSON is the same as that of a live position, with zeros written out.
	want := []string{
		`{"user_id":"u1","device_id":"d1","recorded_at":"2026-03-08T12:00:00.250Z","received_at":"2026-03-08T12:00:01Z","lat":4.5,"lon":-74.25,"accuracy_m":5.5,"altitude_m":2600,"speed_mps":1.25,"bearing_deg":90,"battery":0.5,"charging":true,"activity":"walking","mock":true}`,
		`{"user_id":"u2","device_id":"","recorded_at":"2026-03-08T11:00:00Z","received_at":"2026-03-08T11:00:00Z","lat":0,"lon":0,"activity":"","mock":false}`,
	}
	for i, p := range got {
		if data, err := p.JSON(); err != nil || string(data) != want[i] {
			t.Errorf("%s, want\n%s (%v)", data, want[i], err)
		}
	}
}

func TestAQueryIsOfOneCompanyAndOfWhatIsNew(t *testing.T) {
	t.Parallel()
	s := store(t, 10)
	eleven := time.Date(2026, 3, 8, 11, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		tenant string
		query  positions.Query
		want   string
	}{
		"everybody":               {"acme", positions.Query{Everybody: true}, "u1 u2"},
		"another company":         {"beta", positions.Query{Everybody: true}, "u1"},
		"no such company":         {"nobody", positions.Query{Everybody: true}, ""},
		"newer":                   {"acme", positions.Query{Everybody: true, After: eleven}, "u1"},
		"everybody and one anew":  {"acme", positions.Query{Everybody: true, After: eleven.Add(2 * time.Hour), New: []string{"u2"}}, "u2"},
		"nobody":                  {"acme", positions.Query{}, ""},
		"some":                    {"acme", positions.Query{Users: []string{"u2", "u3"}}, "u2"},
		"some, newer":             {"acme", positions.Query{Users: []string{"u1", "u2"}, After: eleven}, "u1"},
		"some, newer or new here": {"acme", positions.Query{Users: []string{"u1", "u2"}, After: eleven.Add(2 * time.Hour), New: []string{"u2"}}, "u2"},
	} {
		got, err := s.Newest(t.Context(), c.tenant, c.query)
		var users []string
		for _, p := range got {
			users = append(users, p.UserID)
		}
		if err != nil || strings.Join(users, " ") != c.want {
			t.Errorf("%s: %v, %v; want %s", name, users, err, c.want)
		}
	}
	if _, err := s.Newest(t.Context(), "a'b", positions.Query{}); err == nil {
		t.Error("Newest accepted an invalid tenant")
	}
	if got, err := store(t, 1).Newest(t.Context(), "acme", positions.Query{Everybody: true}); err != nil || len(got) != 1 || got[0].UserID != "u1" {
		t.Errorf("of one position at most: %v, %v", got, err)
	}
}
