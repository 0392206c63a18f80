// Package pgtest gives each test its own PostgreSQL database, with the same roles as in production.
//
// One cluster serves a whole test run. TERRENO_TEST_PG names it, with the address of an administrator; cmd/withpg sets the
// variable for `make test`. Without the variable, the first test starts a private cluster, which ends with the process and
// does not sync its data to the disk. The package creates a template database once for each version of a set of schemas.
// Each test gets a copy of it, which is dropped at the end of the test.
//
// Roles belong to the cluster, so all tests in a cluster share the terreno_... roles and their passwords. Never point
// TERRENO_TEST_PG at a server whose roles matter.
//
// A package that checks for leaked goroutines runs goleak.VerifyTestMain(pgtest.Main(m)).
package pgtest

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pg"
)

// EnvAdmin is the name of the variable with the address of the cluster's administrator.
const EnvAdmin = "TERRENO_TEST_PG"

// password is the password of every login role in a test cluster. Connections over the unix socket of a private cluster
// need none.
const password = "terreno-test"

// timeout limits each step. It is long enough for a start on a busy machine.
const timeout = 2 * time.Minute

// Database is one test's database.
type Database struct {
	admin string
	Name  string
}

// New returns a database with the schemas provisioned; without schemas it is empty. It is dropped at the end of the test.
func New(t testing.TB, schemas ...db.Schema) *Database {
	t.Helper()
	cluster, err := shared.adminDSN()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return create(t, cluster, schemas)
}

// On is New on the given server, such as the test's own from NewServer.
func On(t testing.TB, s *pg.Server, schemas ...db.Schema) *Database {
	t.Helper()
	return create(t, s.DSN(pg.Superuser, pg.Superuser), schemas)
}

func create(t testing.TB, cluster string, schemas []db.Schema) *Database {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	admin := connect(t, cluster)
	template, err := ensureTemplate(ctx, admin, cluster, schemas)
	if err != nil {
		t.Fatalf("pgtest: make the template: %v", err)
	}
	name := "terreno_test_" + rand.Text()
	how, err := copyFiles(ctx, admin)
	if err == nil {
		_, err = admin.ExecContext(ctx, `CREATE DATABASE `+pq.QuoteIdentifier(name)+` TEMPLATE `+pq.QuoteIdentifier(template)+how)
	}
	if err != nil {
		t.Fatalf("pgtest: copy the template: %v", err)
	}
	t.Cleanup(func() { drop(t, admin, name) })
	dsn, err := db.WithDatabase(cluster, name)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return &Database{admin: dsn, Name: name}
}

// copyFiles returns how to copy a template. Since version 15 PostgreSQL writes each page of the copy through its log, unless it is
// told to copy the files. For a database of ten megabytes that costs 14 ms of a core instead of 53.
func copyFiles(ctx context.Context, admin *sqlx.DB) (how string, err error) {
	var version int
	if err = admin.GetContext(ctx, &version, `SELECT current_setting('server_version_num')::int`); err == nil && version >= 150_000 {
		how = ` STRATEGY FILE_COPY`
	}
	return how, err
}

// drop drops the database and ends all connections to it. If a test has stopped its own server, drop does nothing.
func drop(t testing.TB, admin *sqlx.DB, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), timeout)
	defer cancel()
	_, err := admin.ExecContext(ctx, `DROP DATABASE IF EXISTS `+pq.QuoteIdentifier(name)+` WITH (FORCE)`)
	if err != nil && !db.IsUnavailable(err) {
		t.Errorf("pgtest: drop the database: %v", err)
	}
}

func connect(t testing.TB, dsn string) *sqlx.DB {
	t.Helper()
	pool, err := sqlx.Open("postgres", dsn)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() { _ = pool.Close() })
	return pool
}

// AdminDSN returns the database's address for an administrator.
func (d *Database) AdminDSN() string { return d.admin }

// DSN returns the database's address for a role, such as db.Role("tracking-ingest").
func (d *Database) DSN(role string) string {
	dsn, err := db.WithUser(d.admin, role, password)
	if err != nil {
		panic(err) // This cannot happen: create has parsed the same address.
	}
	return dsn
}

// Admin returns a pool that bypasses row-level security, to prepare and to check data. It is closed at the end of the
// test.
func (d *Database) Admin(t testing.TB) *sqlx.DB {
	t.Helper()
	return connect(t, d.admin)
}

// DB returns a pool that connects as the service does in production. It is closed at the end of the test.
func (d *Database) DB(t testing.TB, service string) *db.DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), timeout)
	defer cancel()
	pool, err := db.Open(ctx, d.DSN(db.Role(service)), db.Options{})
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := pool.Close(); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return pool
}

// Count counts rows of all companies. from is a table, or a table followed by a WHERE clause.
func Count(t testing.TB, admin *sqlx.DB, from string) (n int) {
	t.Helper()
	if err := admin.GetContext(t.Context(), &n, `SELECT count(*) FROM `+from); err != nil {
		t.Fatal(err)
	}
	return n
}
