package db_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
)

// A server that has stopped answers nothing, not even a request to cancel. A caller that waits for it must return at its
// deadline: in the middle of a statement, at the beginning of a transaction and at its end.
func TestAServerThatStopsAnsweringHoldsNobodyBeyondTheDeadline(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	database := pgtest.On(t, server, atlasSchemas()...)
	pool := database.DB(t, "atlas-writer")
	if err := insertPlace(t.Context(), pool, "acme", "p1"); err != nil {
		t.Fatal(err)
	}
	const deadline, tooLate = 500 * time.Millisecond, 20 * time.Second // alone, lib/pq waits for 40 s
	thaw := func() {}
	calls := map[string]func(ctx context.Context) error{
		"before the transaction": func(ctx context.Context) error {
			thaw = pgtest.Freeze(t, server)
			return insertPlace(ctx, pool, "acme", "p2")
		},
		"in a statement, whose own context has no deadline": func(ctx context.Context) error {
			return pool.InTenant(ctx, "acme", func(tx *sqlx.Tx) error {
				thaw = pgtest.Freeze(t, server)
				_, err := tx.ExecContext(context.WithoutCancel(ctx), `SELECT 1`)
				return err
			})
		},
		"between rows": func(ctx context.Context) error {
			return pool.AsWorker(ctx, func(tx *sqlx.Tx) error {
				rows, err := tx.QueryxContext(ctx, `SELECT n, repeat('x', 1000) FROM generate_series(1, 1000000) n`) //nolint:sqlclosecheck // closed right below
				if err != nil {
					return err
				}
				defer func() { _ = rows.Close() }()
				thaw = pgtest.Freeze(t, server)
				for rows.Next() {
					continue // until no answer of the server is left in the buffers
				}
				return rows.Err()
			})
		},
		"at the commit": func(ctx context.Context) error {
			return pool.InTenant(ctx, "acme", func(*sqlx.Tx) error {
				thaw = pgtest.Freeze(t, server)
				return nil
			})
		},
	}
	for name, call := range calls {
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		began := time.Now()
		err := call(ctx)
		took := time.Since(began)
		cancel()
		if err == nil || !errors.Is(err, context.DeadlineExceeded) && !db.IsUnavailable(err) {
			t.Errorf("%s: %v", name, err)
		}
		if took > tooLate {
			t.Errorf("%s: held for %v", name, took)
		}
		thaw()
		ctx, cancel = context.WithTimeout(t.Context(), time.Minute)
		if _, err := texts(ctx, pool, "acme", `SELECT id FROM atlas.place`); err != nil {
			t.Errorf("%s: afterwards: %v", name, err)
		}
		cancel()
	}
}

// A context may also end before its deadline, as all do when a process stops.
func TestAServerThatStopsAnsweringHoldsNobodyWhoGaveUp(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	pool := pgtest.On(t, server, atlasSchemas()...).DB(t, "atlas-writer")
	if err := insertPlace(t.Context(), pool, "acme", "p1"); err != nil {
		t.Fatal(err)
	}
	for _, nested := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		thaw := func() {}
		began := time.Now()
		err := pool.InTenant(ctx, "acme", func(tx *sqlx.Tx) error {
			thaw = pgtest.Freeze(t, server)
			time.AfterFunc(100*time.Millisecond, cancel)
			statement := ctx
			if nested {
				statement = context.WithoutCancel(ctx)
			}
			_, err := tx.ExecContext(statement, `SELECT 1`)
			return err
		})
		took := time.Since(began)
		thaw()
		cancel()
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		if took > 20*time.Second { // alone, lib/pq waits for 40 s
			t.Errorf("held for %v", took)
		}
	}
}
