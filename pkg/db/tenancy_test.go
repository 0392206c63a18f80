package db_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
)

// seeded returns two services: one with a place for each of two companies, and one that only reads.
func seeded(t *testing.T) (service, neighbour *db.DB) {
	t.Helper()
	d := pgtest.New(t, atlasSchemas()...)
	service, neighbour = d.DB(t, "atlas-writer"), d.DB(t, "neighbour")
	for _, tenant := range []string{"acme", "globex"} {
		if err := insertPlace(t.Context(), service, tenant, "p-"+tenant); err != nil {
			t.Fatal(err)
		}
	}
	return service, neighbour
}

func TestTenantSeesItsRowsAlone(t *testing.T) {
	t.Parallel()
	service, neighbour := seeded(t)
	for what, test := range map[string]struct {
		d           *db.DB
		tenant, sql string
		want        []string
	}{
		"own table":                 {service, "acme", `SELECT id FROM atlas.place`, []string{"p-acme"}},
		"the other company":         {service, "globex", `SELECT id FROM atlas.place`, []string{"p-globex"}},
		"a company without rows":    {service, "initech", `SELECT id FROM atlas.place`, nil},
		"asking for another's":      {service, "acme", `SELECT id FROM atlas.place WHERE id_empresa = 'globex'`, nil},
		"another service's view":    {neighbour, "acme", `SELECT id FROM atlas.v_places`, []string{"p-acme"}},
		"the view of all companies": {neighbour, "acme", `SELECT id FROM atlas.v_directory ORDER BY id`, []string{"p-acme", "p-globex"}},
		"deleting another's":        {service, "acme", `DELETE FROM atlas.place WHERE id = 'p-globex' RETURNING id`, nil},
	} {
		got, err := texts(t.Context(), test.d, test.tenant, test.sql)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, %v; want %q", what, got, err, test.want)
		}
	}
}

func TestTenantCannotWriteForAnother(t *testing.T) {
	t.Parallel()
	service, _ := seeded(t)
	for _, statement := range []string{
		`INSERT INTO atlas.place (id_empresa, id) VALUES ('globex', 'p9')`,
		`UPDATE atlas.place SET id_empresa = 'globex'`,
		`INSERT INTO atlas.visit VALUES ('globex', '2026-05-01')`,
	} {
		err := service.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			_, err := tx.ExecContext(t.Context(), statement)
			return err
		})
		if err == nil || !strings.Contains(err.Error(), "row-level security") {
			t.Errorf("%s: %v", statement, err)
		}
	}
}

// This is what a service's login can do on its own connection, without this package.
func TestLoginIsConfined(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...)
	if err := insertPlace(t.Context(), d.DB(t, "atlas-writer"), "acme", "p1"); err != nil {
		t.Fatal(err)
	}
	login := open(t, d, db.Role("atlas-writer"))
	var count int
	if err := login.Get(&count, `SELECT count(*) FROM atlas.place`); err != nil || count != 0 {
		t.Errorf("without a tenant it sees %d rows, %v", count, err)
	}
	neighbour := open(t, d, db.Role("neighbour"))
	for _, test := range []struct {
		as        *sqlx.DB
		statement string
	}{
		{login, `SET ROLE ` + db.OwnerRole("atlas-writer")},
		{login, `SET ROLE ` + db.WorkerRole("neighbour")},
		{login, `SET ROLE postgres`},
		{login, `SELECT * FROM atlas.visit_2026`},
		{login, `SELECT * FROM atlas.schema_migration`},
		{login, `ALTER TABLE atlas.place DISABLE ROW LEVEL SECURITY`},
		{login, `DROP POLICY tenant ON atlas.place`},
		{login, `CREATE TABLE atlas.mine ()`},
		{login, `CREATE TABLE public.mine ()`},
		{login, `TRUNCATE atlas.place`},
		{neighbour, `SELECT * FROM atlas.place`},
		{neighbour, `SET ROLE ` + db.WorkerRole("atlas-writer")},
	} {
		_, err := test.as.ExecContext(t.Context(), test.statement)
		if pq.As(err, "42501") == nil { // insufficient_privilege
			t.Errorf("%s: %v", test.statement, err)
		}
	}
}

func open(t *testing.T, d *pgtest.Database, role string) *sqlx.DB {
	t.Helper()
	pool, err := sqlx.Open("postgres", d.DSN(role))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

func TestWorkerSeesAllForOneTransaction(t *testing.T) {
	t.Parallel()
	service, neighbour := seeded(t)
	count := func(d *db.DB, view string, in func(context.Context, func(*sqlx.Tx) error) error) (n int) {
		t.Helper()
		err := in(t.Context(), func(tx *sqlx.Tx) error { return tx.Get(&n, `SELECT count(*) FROM `+view) })
		if err != nil {
			t.Error(err)
		}
		return n
	}
	asAcme := func(ctx context.Context, fn func(*sqlx.Tx) error) error { return service.InTenant(ctx, "acme", fn) }
	if n := count(service, "atlas.place", service.AsWorker); n != 2 {
		t.Errorf("the worker sees %d rows", n)
	}
	// The pool has four connections, so each of them is used again.
	for range 8 {
		if n := count(service, "atlas.place", asAcme); n != 1 {
			t.Fatalf("after a worker's transaction a tenant sees %d rows", n)
		}
	}
	if n := count(neighbour, "atlas.v_directory", neighbour.AsWorker); n != 2 {
		t.Errorf("a neighbour's worker sees %d rows of the published view", n)
	}
	if n := count(neighbour, "atlas.v_places", neighbour.AsWorker); n != 0 {
		t.Errorf("a neighbour's worker sees %d rows of a tenant's view", n)
	}
}

func TestTenantIsChecked(t *testing.T) {
	t.Parallel()
	service, _ := seeded(t)
	for _, tenant := range []string{"", "in", "_x", "a.b", "a' OR true --", strings.Repeat("x", 65)} {
		if _, err := texts(t.Context(), service, tenant, `SELECT id FROM atlas.place`); err == nil {
			t.Errorf("tenant %q is accepted", tenant)
		}
	}
}

func TestOpenRefusesRolesAboveRowLevelSecurity(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t)
	pool, err := db.Open(t.Context(), d.AdminDSN(), db.Options{})
	if err == nil {
		_ = pool.Close()
		t.Error("a service runs as superuser")
	}
}
