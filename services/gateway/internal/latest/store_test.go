package latest_test

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/gateway/internal/latest"
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

func store(t *testing.T, limit int) *latest.Store {
	t.Helper()
	data := pgtest.New(t, identity.Schema, ingest.Schema, db.Schema{Service: "gateway"})
	if _, err := data.Admin(t).ExecContext(t.Context(), rows); err != nil {
		t.Fatal(err)
	}
	return latest.New(data.DB(t, "gateway"), limit)
}

func TestPositions(t *testing.T) {
	t.Parallel()
	got, err := store(t, 10).Positions(t.Context(), "acme")
	if err != nil || len(got) != 2 {
		t.Fatalf("%d positions, %v", len(got), err)
	}
	// Golden: the same words as a position that comes live, with zero written out.
	want := []string{
		`{"user_id":"u1","device_id":"d1","recorded_at":"2026-03-08T12:00:00.250Z","received_at":"2026-03-08T12:00:01Z","lat":4.5,"lon":-74.25,"accuracy_m":5.5,"altitude_m":2600,"speed_mps":1.25,"bearing_deg":90,"battery":0.5,"charging":true,"activity":"walking","mock":true}`,
		`{"user_id":"u2","device_id":"","recorded_at":"2026-03-08T11:00:00Z","received_at":"2026-03-08T11:00:00Z","lat":0,"lon":0,"activity":"","mock":false}`,
	}
	for i, p := range got {
		if p.Event.Name != "tracking:ubicacion" || string(p.Event.Data) != want[i] {
			t.Errorf("%s\n%s, want\n%s", p.Event.Name, p.Event.Data, want[i])
		}
		var back terrenov1.Position
		if err := protojson.Unmarshal(p.Event.Data, &back); err != nil || back.UserId != p.User || !back.RecordedAt.AsTime().Equal(p.At) {
			t.Errorf("%s at %v is read back as %v: %v", p.User, p.At, &back, err)
		}
	}
	if !got[0].At.Equal(time.Date(2026, 3, 8, 12, 0, 0, 250e6, time.UTC)) || got[0].Audience.Users != nil {
		t.Errorf("position %+v", got[0])
	}
}

func TestPositionsAreTheNewestOfOneCompany(t *testing.T) {
	t.Parallel()
	s := store(t, 1)
	for tenant, want := range map[string]string{"acme": "d1", "beta": "d9"} {
		got, err := s.Positions(t.Context(), tenant)
		if err != nil || len(got) != 1 || !strings.Contains(string(got[0].Event.Data), want) {
			t.Errorf("%s: %v, %v", tenant, got, err)
		}
	}
	if got, err := s.Positions(t.Context(), "nobody"); err != nil || len(got) != 0 {
		t.Errorf("a company without positions: %v, %v", got, err)
	}
	if _, err := s.Positions(t.Context(), "a'b"); err == nil {
		t.Error("a tenant that is no token was asked for")
	}
}
