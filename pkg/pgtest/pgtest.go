// Package pgtest gives each test a PostgreSQL database of its own, with the roles of production.
//
// One cluster serves a whole run: the one in TERRENO_TEST_PG (an administrator's address; cmd/withpg sets it for
// `make test`), else a private one that the first test starts and that dies with the process. Its data are not
// synchronised to disk. A template database is made once for each version of a set of schemas, and each test gets a copy,
// which is dropped with the test.
//
// Roles belong to the cluster: tests in it share terreno_... roles and their passwords. Never point TERRENO_TEST_PG at a
// server whose roles matter.
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

// EnvAdmin names the variable with the address of the cluster's administrator.
const EnvAdmin = "TERRENO_TEST_PG"

// password is every login role's in a test cluster; over the unix socket of a private one none is asked.
const password = "terreno-test"

// patience covers a start on a busy machine.
const patience = 2 * time.Minute

// Database is one test's database.
type Database struct {
	admin string
	Name  string
}

// New returns a database with the schemas provisioned, empty of schemas if there are none. It is dropped with the test.
func New(t testing.TB, schemas ...db.Schema) *Database {
	t.Helper()
	cluster, err := shared.adminDSN()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return create(t, cluster, schemas)
}

// On is New on a server of the test's own.
func On(t testing.TB, s *pg.Server, schemas ...db.Schema) *Database {
	t.Helper()
	return create(t, s.DSN(pg.Superuser, pg.Superuser), schemas)
}

func create(t testing.TB, cluster string, schemas []db.Schema) *Database {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	admin := connect(t, cluster)
	template, err := ensureTemplate(ctx, admin, cluster, schemas)
	if err != nil {
		t.Fatalf("pgtest: make the template: %v", err)
	}
	name := "terreno_test_" + rand.Text()
	if _, err := admin.ExecContext(ctx,
		`CREATE DATABASE `+pq.QuoteIdentifier(name)+` TEMPLATE `+pq.QuoteIdentifier(template)); err != nil {
		t.Fatalf("pgtest: copy the template: %v", err)
	}
	t.Cleanup(func() { drop(t, admin, name) })
	dsn, err := db.WithDatabase(cluster, name)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return &Database{admin: dsn, Name: name}
}

// drop cuts off whoever still uses the database. A test may have stopped its own server: then there is nothing to drop.
func drop(t testing.TB, admin *sqlx.DB, name string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
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

// AdminDSN is the database's address for an administrator.
func (d *Database) AdminDSN() string { return d.admin }

// DSN is the database's address for a role, such as db.Role("tracking-ingest").
func (d *Database) DSN(role string) string {
	dsn, err := db.WithUser(d.admin, role, password)
	if err != nil {
		panic(err) // The same address was read before.
	}
	return dsn
}

// Admin returns a pool that is above row-level security, to prepare and to look. It closes with the test.
func (d *Database) Admin(t testing.TB) *sqlx.DB {
	t.Helper()
	return connect(t, d.admin)
}

// DB returns a service's pool, connected as in production. It closes with the test.
func (d *Database) DB(t testing.TB, service string) *db.DB {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
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

// Count counts the rows of a table, or of a table and a WHERE, of all companies.
func Count(t testing.TB, admin *sqlx.DB, of string) (n int) {
	t.Helper()
	if err := admin.GetContext(t.Context(), &n, `SELECT count(*) FROM `+of); err != nil {
		t.Fatal(err)
	}
	return n
}
