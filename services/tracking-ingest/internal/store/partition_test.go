package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

func TestPartitionsAreMadeOnceAndDroppedByAge(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var made atomic.Int64
	var replicas sync.WaitGroup
	for range 3 {
		replicas.Go(func() {
			n, err := w.EnsurePartitions(t.Context(), today.AddDate(0, 0, -90), today.AddDate(0, 0, 2))
			if err != nil {
				t.Error(err)
			}
			made.Add(int64(n))
		})
	}
	replicas.Wait()
	if made.Load() != 90 {
		t.Errorf("%d partitions made beside the three that were there, want 90", made.Load())
	}
	w.write(t, row("acme", "u1", -90*24*time.Hour), row("acme", "u1", -89*24*time.Hour), row("acme", "u1", time.Hour))
	n, err := w.DropPartitions(t.Context(), today.AddDate(0, 0, -89))
	if err != nil || n != 1 || pgtest.Count(t, w.admin, "tracking.position") != 2 {
		t.Errorf("dropped %d, %v; %d rows left, want 2", n, err, pgtest.Count(t, w.admin, "tracking.position"))
	}
	if n, err := w.DropPartitions(t.Context(), today.AddDate(0, 0, -89)); err != nil || n != 0 {
		t.Errorf("dropped %d again, %v", n, err)
	}
	if n, err := w.EnsurePartitions(t.Context(), today, today.AddDate(0, 0, store.MaxDays)); err == nil {
		t.Errorf("%d partitions were made at once", n)
	}
}

// The server chooses how it looks for partitions, by how many relations there are. Whatever it chooses, the names of other
// relations are no days.
func TestPartitionsAreDroppedHoweverTheyAreLookedFor(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, plan := range []string{"enable_nestloop", "enable_hashjoin", "enable_mergejoin", "enable_indexscan", "enable_seqscan"} {
		tx, err := w.admin.BeginTxx(t.Context(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tx.ExecContext(t.Context(), `SET LOCAL enable_bitmapscan = off; SET LOCAL `+plan+` = off; SELECT tracking.drop_partitions('2000-01-01')`); err != nil {
			t.Errorf("without %s: %v", plan, err)
		}
		_ = tx.Rollback()
	}
}

// The catalog says who may see what: nothing may be reached around row-level security, and partitions do not inherit it.
func TestCatalogHoldsNoWayAroundTheTenant(t *testing.T) {
	t.Parallel()
	w := setup(t)
	violations, err := db.CheckCatalog(t.Context(), w.admin, []db.Schema{identity.Schema, tracking(), gateway()})
	if err != nil || len(violations) != 0 {
		t.Errorf("violations %q, %v", violations, err)
	}
	w.write(t, row("acme", "u1", time.Hour))
	service := w.database.DB(t, "tracking-ingest")
	var n int
	for _, run := range []func(func(*sqlx.Tx) error) error{
		func(fn func(*sqlx.Tx) error) error { return service.InTenant(t.Context(), "acme", fn) },
		func(fn func(*sqlx.Tx) error) error { return service.AsWorker(t.Context(), fn) },
	} {
		if err := run(func(tx *sqlx.Tx) error {
			return tx.GetContext(t.Context(), &n, `SELECT count(*) FROM tracking.position_20260308`)
		}); err == nil {
			t.Error("a partition can be read past its parent")
		}
		if err := run(func(tx *sqlx.Tx) error {
			_, err := tx.ExecContext(t.Context(), `DROP TABLE tracking.position_20260308`)
			return err
		}); err == nil {
			t.Error("the service dropped a table by itself")
		}
	}
	if err := service.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
		return tx.GetContext(t.Context(), &n, `SELECT tracking.drop_partitions('2027-01-01')`)
	}); err == nil {
		t.Error("partitions can be dropped from a request's transaction")
	}
}
