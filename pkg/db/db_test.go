package db_test

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/pgtest"
)

const addPlace = `INSERT INTO atlas.place (id_empresa, id) VALUES ('acme', 'p1')`

func places(t *testing.T, d *db.DB) int {
	t.Helper()
	got, err := texts(t.Context(), d, "acme", `SELECT id FROM atlas.place`)
	if err != nil {
		t.Fatal(err)
	}
	return len(got)
}

// RFC 3339 allows offsets that PostgreSQL does not read.
func TestInstantsOfAnyOffset(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...).DB(t, "atlas-writer")
	for _, sent := range []string{"2026-03-09T12:00:00+23:59", "2026-03-09T12:00:00-23:59", "0000-01-01T00:00:00+16:00", "9999-12-31T23:59:59-23:00"} {
		at, err := time.Parse(time.RFC3339, sent)
		if err != nil {
			t.Fatal(err)
		}
		var got, same time.Time
		err = d.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			tx.MustExecContext(t.Context(), `SELECT $1::timestamptz`, at)
			return tx.QueryRowxContext(t.Context(), `SELECT $1::timestamptz, $2::timestamptz`, at, &at).Scan(&got, &same)
		})
		if err != nil || !got.Equal(at) || !same.Equal(at) {
			t.Errorf("%s: %s and %s, %v", sent, got, same, err)
		}
	}
}

func TestFailedTransactionIsRolledBack(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...).DB(t, "atlas-writer")
	ctx := t.Context()
	mine := errors.New("mine")
	err := d.InTenant(ctx, "acme", func(tx *sqlx.Tx) error {
		tx.MustExecContext(ctx, addPlace)
		return mine
	})
	if !errors.Is(err, mine) {
		t.Errorf("got %v", err)
	}
	for range 5 { // One more than the pool has connections, so each panic must have returned its connection.
		func() {
			defer func() {
				if recover() != "ouch" {
					t.Error("the panic is lost")
				}
			}()
			_ = d.InTenant(ctx, "acme", func(tx *sqlx.Tx) error {
				tx.MustExecContext(ctx, addPlace)
				panic("ouch")
			})
		}()
	}
	// fn ignores the error of a statement. PostgreSQL would silently turn the COMMIT into a ROLLBACK.
	err = d.InTenant(ctx, "acme", func(tx *sqlx.Tx) error {
		tx.MustExecContext(ctx, addPlace)
		_, _ = tx.ExecContext(ctx, addPlace)
		return nil
	})
	if err == nil {
		t.Error("an aborted transaction was reported as committed")
	}
	if n := places(t, d); n != 0 {
		t.Errorf("%d rows stayed", n)
	}
}

func TestCancelledTransaction(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...).DB(t, "atlas-writer")
	ctx, cancel := context.WithCancel(t.Context())
	err := d.InTenant(ctx, "acme", func(tx *sqlx.Tx) error {
		tx.MustExecContext(ctx, addPlace)
		time.AfterFunc(50*time.Millisecond, cancel)
		_, err := tx.ExecContext(ctx, `SELECT pg_sleep(60)`)
		return err
	})
	if !errors.Is(err, context.Canceled) || db.IsUnavailable(err) {
		t.Errorf("got %v", err)
	}
	err = d.InTenant(ctx, "acme", func(*sqlx.Tx) error { t.Error("fn was called"); return nil })
	if !errors.Is(err, context.Canceled) || db.IsUnavailable(err) {
		t.Errorf("begun after the end: %v", err)
	}
	if n := places(t, d); n != 0 {
		t.Errorf("%d rows stayed", n)
	}
}

func TestStatementTimeout(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t, atlasSchemas()...)
	d, err := db.Open(t.Context(), p.DSN(db.Role("atlas-writer")), db.Options{StatementTimeout: 5 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	err = d.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(t.Context(), `SELECT pg_sleep(60)`)
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "statement timeout") || db.IsUnavailable(err) {
		t.Errorf("got %v", err)
	}
}

func TestDatabaseThatStopsAndComesBack(t *testing.T) {
	t.Parallel()
	s := pgtest.NewServer(t)
	d := pgtest.On(t, s, atlasSchemas()...).DB(t, "atlas-writer")
	ctx := t.Context()
	if err := d.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	err := d.InTenant(ctx, "acme", func(tx *sqlx.Tx) error {
		tx.MustExecContext(ctx, addPlace)
		if err := s.Stop(ctx); err != nil {
			t.Error(err)
		}
		return errors.New("something else") // The broken connection counts even so.
	})
	if !db.IsUnavailable(err) {
		t.Errorf("stopped inside: %v", err)
	}
	begin := func(string) error { return d.InTenant(ctx, "acme", func(*sqlx.Tx) error { return nil }) }
	for what, err := range map[string]error{"ready": d.Ready(ctx), "begin": begin("")} {
		if !db.IsUnavailable(err) {
			t.Errorf("%s while stopped: %v", what, err)
		}
	}
	if _, err := db.Open(ctx, s.DSN(db.Role("atlas-writer"), pg.Superuser), db.Options{}); !db.IsUnavailable(err) {
		t.Errorf("open while stopped: %v", err)
	}
	if err := s.Restart(ctx); err != nil {
		t.Fatal(err)
	}
	if err := d.Ready(ctx); err != nil {
		t.Errorf("the pool does not recover: %v", err)
	}
	if n := places(t, d); n != 0 {
		t.Errorf("%d rows of the broken transaction", n)
	}
	if err := insertPlace(ctx, d, "acme", "p1"); err != nil {
		t.Error(err)
	}
}

func TestSessionsThatAreCut(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t, atlasSchemas()...)
	d, admin := p.DB(t, "atlas-writer"), p.Admin(t)
	ctx := t.Context()
	cut := func() {
		mustExec(t, admin, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
			WHERE datname = current_database() AND pid <> pg_backend_pid()`)
	}
	err := d.InTenant(ctx, "acme", func(tx *sqlx.Tx) error {
		cut()
		_, err := tx.ExecContext(ctx, addPlace)
		return err
	})
	if !db.IsUnavailable(err) {
		t.Errorf("cut in a statement: %v", err)
	}
	err = d.InTenant(ctx, "acme", func(*sqlx.Tx) error { cut(); return nil })
	if !db.IsUnavailable(err) {
		t.Errorf("cut in the commit: %v", err)
	}
	if err := insertPlace(ctx, d, "acme", "p1"); err != nil {
		t.Errorf("cut while idle: %v", err)
	}
}

func TestFullPoolIsUnavailable(t *testing.T) {
	t.Parallel()
	p := pgtest.New(t, atlasSchemas()...)
	metrics := prometheus.NewRegistry()
	d, err := db.Open(t.Context(), p.DSN(db.Role("atlas-writer")), db.Options{MaxConns: 1, Metrics: metrics})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	err = d.AsWorker(t.Context(), func(*sqlx.Tx) error {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer cancel()
		return d.Ready(ctx)
	})
	if !db.IsUnavailable(err) {
		t.Errorf("got %v", err)
	}
	if found, err := metrics.Gather(); err != nil || len(found) == 0 {
		t.Errorf("no figures of the pool: %v", err)
	}
}

func TestWhoseFault(t *testing.T) {
	t.Parallel()
	d := pgtest.New(t, atlasSchemas()...).DB(t, "atlas-writer")
	ctx := t.Context()
	for statement, data := range map[string]bool{
		`INSERT INTO atlas.place (id_empresa, id, note) VALUES ('acme', 'p', 'refused')`: true,
		`INSERT INTO atlas.place (id_empresa, id) VALUES ('acme', NULL)`:                 true,
		`INSERT INTO atlas.visit VALUES ('acme', '1999-01-01')`:                          true,
		`SELECT 'x'::int`: true,
		`SELECT 1/0`:      true,
		`INSERT INTO atlas.place (id_empresa, id) SELECT 'acme', string_agg(md5(i::text), '') FROM generate_series(1, 1000) i`:            true,
		`INSERT INTO atlas.place (id_empresa, id) VALUES ('acme','a'),('acme','a') ON CONFLICT (id_empresa, id) DO UPDATE SET note = 'x'`: true,
		// Another company's row: the code is that of a missing permission, and no grant will ever mend it.
		`INSERT INTO atlas.place (id_empresa, id) VALUES ('globex', 'p')`: false,
		`SELECT * FROM nowhere`:              false,
		`INSERT INTO atlas.place VALUES (1)`: false,
	} {
		err := d.InTenant(ctx, "acme", func(tx *sqlx.Tx) error { _, err := tx.ExecContext(ctx, statement); return err })
		if err == nil || db.IsDataError(err) != data || db.IsUnavailable(err) || db.MayPass(err) {
			t.Errorf("%s: data %v, unavailable %v, may pass %v: %v", statement, db.IsDataError(err), db.IsUnavailable(err), db.MayPass(err), err)
		}
	}
	for _, statement := range []string{`SELECT * FROM pg_catalog.pg_authid`, `SET LOCAL statement_timeout = 1; SELECT pg_sleep(10)`} {
		err := d.InTenant(ctx, "acme", func(tx *sqlx.Tx) error { _, err := tx.ExecContext(ctx, statement); return err })
		if !db.MayPass(err) || db.IsDataError(err) {
			t.Errorf("%s: may pass %v, data %v: %v", statement, db.MayPass(err), db.IsDataError(err), err)
		}
	}
	for _, err := range []error{nil, io.EOF, errors.New("mine"), context.DeadlineExceeded} {
		if db.IsUnavailable(err) || db.IsDataError(err) {
			t.Errorf("the database is blamed for %v", err)
		}
	}
}
