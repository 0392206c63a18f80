package store_test

import (
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// PostgreSQL knows when it plans which days a statement concerns. If it learned that later, it would plan a scan of each of 90
// days first, which takes longer than the reading of one.
func TestOtherDaysAreNotPlanned(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.EnsurePartitions(t.Context(), store.Segment, today.AddDate(0, 0, -30), today.AddDate(0, 0, 30)); err != nil {
		t.Fatal(err)
	}
	noon, evening, tomorrow := today.Add(12*time.Hour), today.Add(18*time.Hour), today.AddDate(0, 0, 1)
	service := w.database.DB(t, "tracking-ingest")
	for name, read := range map[string]struct {
		as    func(func(*sqlx.Tx) error) error
		query string
		args  []any
	}{
		"playback": {
			func(fn func(*sqlx.Tx) error) error { return service.InTenant(t.Context(), "acme", fn) },
			store.TracksOf,
			[]any{"u1", noon, evening, 1000, today},
		},
		"merge": {
			func(fn func(*sqlx.Tx) error) error { return service.AsWorker(t.Context(), fn) },
			store.TakeSegments,
			[]any{"acme", "u1", today, noon, evening, 1000, tomorrow},
		},
	} {
		var lines []string
		if err := read.as(func(tx *sqlx.Tx) error {
			return tx.SelectContext(t.Context(), &lines, "EXPLAIN (COSTS OFF) "+read.query, read.args...)
		}); err != nil {
			t.Fatal(err)
		}
		plan := strings.Join(lines, "\n")
		if !strings.Contains(plan, "segment_20260308") || strings.Contains(plan, "segment_20260309") || strings.Contains(plan, "Subplans Removed") {
			t.Errorf("%s plans other days:\n%s", name, plan)
		}
	}
}
