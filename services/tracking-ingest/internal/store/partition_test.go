package store_test

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/activity"
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
			n, err := w.EnsurePartitions(t.Context(), store.Segment, today.AddDate(0, 0, -90), today.AddDate(0, 0, 2))
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
	w.write(t, row("acme", "u1", time.Hour))
	if _, err := w.Merge(t.Context(), store.Who{Company: "acme", User: "u1"}, today.AddDate(0, 0, 1), today.AddDate(0, 0, -90)); err != nil {
		t.Fatal(err)
	}
	n, err := w.DropPartitions(t.Context(), today.AddDate(0, 0, -89))
	if err != nil || n != 1 || pgtest.Count(t, w.admin, "tracking.segment") != 1 {
		t.Errorf("dropped %d, %v; %d segments left, want 1", n, err, pgtest.Count(t, w.admin, "tracking.segment"))
	}
	if n, err := w.DropPartitions(t.Context(), today.AddDate(0, 0, -89)); err != nil || n != 0 {
		t.Errorf("dropped %d again, %v", n, err)
	}
	if n, err := w.EnsurePartitions(t.Context(), store.Segment, today, today.AddDate(0, 0, store.MaxDays)); err == nil {
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
		if _, err := tx.ExecContext(t.Context(), `SET LOCAL enable_bitmapscan = off; SET LOCAL `+plan+` = off; SELECT tracking.drop_partitions('2000-01-01'); SELECT tracking.partitions_before('arrived', '2000-01-01')`); err != nil {
			t.Errorf("without %s: %v", plan, err)
		}
		_ = tx.Rollback()
	}
}

// Somebody who reads for long must not keep writers waiting, and an empty day that nobody drops costs nothing.
func TestADayIsDroppedOnlyOnceItIsEmptyAndNobodyReads(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.write(t, row("acme", "u1", -time.Hour))
	service := w.database.DB(t, "tracking-ingest")
	err := service.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
		var n int
		if err := tx.GetContext(t.Context(), &n, `SELECT count(*) FROM tracking.arrived`); err != nil {
			return err
		}
		if n, err := w.DropEmpty(t.Context(), today); err != nil || n != 0 {
			t.Errorf("dropped %d days that hold a message, %v; nothing is to be locked for it", n, err)
		}
		w.merge(t, "u1")
		n, err := w.DropEmpty(t.Context(), today)
		if err == nil || !db.MayPass(err) {
			t.Errorf("dropped %d days beside a reader, %v, want an error that may pass", n, err)
		}
		w.write(t, row("acme", "u1", time.Hour))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := w.DropEmpty(t.Context(), today.AddDate(0, 0, 1)); err != nil || n != 1 {
		t.Errorf("dropped %d days, %v, want the one without messages", n, err)
	}
}

// The catalog says who may see what: nothing may be reached around row-level security, and partitions do not inherit it.
func TestCatalogHoldsNoWayAroundTheTenant(t *testing.T) {
	t.Parallel()
	w := setup(t)
	violations, err := db.CheckCatalog(t.Context(), w.admin, []db.Schema{identity.Schema, activity.Schema, tracking(), gateway()})
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
			return tx.GetContext(t.Context(), &n, `SELECT count(*) FROM tracking.arrived_20260308`)
		}); err == nil {
			t.Error("a partition can be read past its parent")
		}
		if err := run(func(tx *sqlx.Tx) error {
			_, err := tx.ExecContext(t.Context(), `DROP TABLE tracking.segment_20260308`)
			return err
		}); err == nil {
			t.Error("the service dropped a table by itself")
		}
	}
	for _, call := range []string{`drop_partitions('2027-01-01')`, `drop_empty_partition('2027-01-01')`, `ensure_partitions('arrived', '2027-01-01', '2027-01-01')`} {
		if err := service.InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			return tx.GetContext(t.Context(), &n, `SELECT tracking.`+call)
		}); err == nil {
			t.Errorf("%s works from a request's transaction", call)
		}
	}
	if err := service.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
		return tx.GetContext(t.Context(), &n, `SELECT tracking.ensure_partitions('watermark', '2027-01-01', '2027-01-01')`)
	}); err == nil {
		t.Error("a table without partitions got one")
	}
}
