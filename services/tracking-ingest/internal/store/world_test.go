package store_test

import (
	"crypto/sha256"
	"os"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// today is the day on which the tests play.
var today = time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC)

func tracking() db.Schema {
	return db.Schema{Name: "tracking", Service: "tracking-ingest", Migrations: os.DirFS("../../migrations")}
}

// gateway owns no data and reads what others publish.
func gateway() db.Schema { return db.Schema{Service: "gateway"} }

type world struct {
	*store.Store
	database *pgtest.Database
	admin    *sqlx.DB
}

// setup makes a store with partitions for yesterday, today and tomorrow.
func setup(t testing.TB) *world {
	t.Helper()
	database := pgtest.New(t, identity.Schema, activity.Schema, tracking(), gateway())
	w := &world{Store: store.New(database.DB(t, "tracking-ingest")), database: database, admin: database.Admin(t)}
	for _, table := range []string{store.Arrived, store.Segment} {
		if _, err := w.EnsurePartitions(t.Context(), table, today.AddDate(0, 0, -1), today.AddDate(0, 0, 1)); err != nil {
			t.Fatal(err)
		}
	}
	// The readers of an installation are those of its migrations; each test names its own.
	if _, err := w.admin.ExecContext(t.Context(), `DELETE FROM tracking.day_reader`); err != nil {
		t.Fatal(err)
	}
	return w
}

// row is a position of a user's phone, recorded so long after midnight of today, and received a second later.
func row(company, user string, after time.Duration) store.Track {
	return rowOf(company, user, "phone", fix(after))
}

func fix(after time.Duration) track.Fix {
	at := today.Add(after)
	f := track.Fix{RecordedAt: at.UnixMilli(), ReceivedAt: at.Add(time.Second).UnixMilli(), Activity: "walking"}
	f.SetPlace(-12+after.Hours()/100, -77)
	return f
}

// rowOf is what a message with these fixes is stored as.
func rowOf(company, user, device string, fixes ...track.Fix) store.Track {
	body, _, err := track.Encode(device, fixes)
	if err != nil {
		panic(err)
	}
	head, err := track.ReadHead(body)
	if err != nil {
		panic(err)
	}
	id, newest := sha256.Sum256(body), fixes[len(fixes)-1]
	return store.Track{Company: company, User: user, ReceivedAt: newest.Received(), ID: id[:16], Head: head, Body: body, Newest: newest}
}

func (w *world) write(t testing.TB, rows ...store.Track) int64 {
	t.Helper()
	n, err := w.Write(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// merge merges everything of a user of acme.
func (w *world) merge(t testing.TB, user string) store.Merged {
	t.Helper()
	m, err := w.Merge(t.Context(), store.Who{Company: "acme", User: user}, today.AddDate(0, 0, 2), today.AddDate(0, 0, -90))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func jsonOf(t *testing.T, p clientjson.Position) string {
	t.Helper()
	line, err := p.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return string(line)
}

// user adds somebody to a company and to its teams; teams is a PostgreSQL array.
func (w *world) user(t testing.TB, company, id string, teams string) {
	t.Helper()
	const insert = `
WITH c AS (INSERT INTO identity.company (id_empresa, name, zone) VALUES ($1, $1, 'UTC') ON CONFLICT DO NOTHING),
     u AS (INSERT INTO identity.users (id_empresa, id, name, role) VALUES ($1, $2, $2, 'colaborador')),
     t AS (INSERT INTO identity.team (id_empresa, id, name) SELECT $1, id, id FROM unnest($3::text[]) id ON CONFLICT DO NOTHING)
INSERT INTO identity.team_member (id_empresa, user_id, team_id) SELECT $1, $2, id FROM unnest($3::text[]) id`
	if _, err := w.admin.ExecContext(t.Context(), insert, company, id, teams); err != nil {
		t.Fatal(err)
	}
}
