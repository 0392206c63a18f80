package store_test

import (
	"os"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jmoiron/sqlx"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// today is the day on which the tests play.
var today = time.Date(2026, 3, 8, 0, 0, 0, 0, time.UTC)

func tracking() db.Schema {
	return db.Schema{Name: "tracking", Service: "tracking-ingest", Migrations: os.DirFS("../../migrations")}
}

// identity stands for the service that owns the users: it publishes a view of this shape.
func identity() db.Schema {
	return db.Schema{Name: "identity", Service: "identity", Migrations: fstest.MapFS{"0001_users.sql": {Data: []byte(`
CREATE TABLE identity.users (id_empresa text NOT NULL, id text NOT NULL, teams text[] NOT NULL, PRIMARY KEY (id_empresa, id));
{{protect "users"}}
CREATE VIEW identity.v_users AS SELECT id_empresa, id, teams FROM identity.users;
GRANT SELECT ON identity.v_users TO {{reader}};`)}}}
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
	database := pgtest.New(t, identity(), tracking(), gateway())
	w := &world{Store: store.New(database.DB(t, "tracking-ingest")), database: database, admin: database.Admin(t)}
	if _, err := w.EnsurePartitions(t.Context(), today.AddDate(0, 0, -1), today.AddDate(0, 0, 1)); err != nil {
		t.Fatal(err)
	}
	return w
}

// row is a position of a user, recorded so long after midnight of today.
func row(company, user string, after time.Duration) store.Position {
	at := today.Add(after)
	return store.Position{
		Company: company, User: user, Device: "phone", RecordedMs: at.UnixMilli(), ReceivedMs: at.Add(time.Second).UnixMilli(),
		Lat: -12 + after.Hours()/100, Lon: -77, Activity: "walking",
	}
}

func (w *world) write(t testing.TB, rows ...store.Position) int64 {
	t.Helper()
	n, err := w.Write(t.Context(), rows)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func (w *world) user(t testing.TB, company, id string, teams string) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), `INSERT INTO identity.users VALUES ($1, $2, $3::text[])`, company, id, teams); err != nil {
		t.Fatal(err)
	}
}
