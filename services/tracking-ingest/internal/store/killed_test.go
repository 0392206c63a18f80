package store_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// Writers whose messages come twice, merges, drops of empty days and readers run side by side, and connections die at any point.
// Nothing is lost, read twice or brought back, and nobody waits for each other in a circle.
func TestNothingIsLostWhenConnectionsDie(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const messages = 80
	var rows [2 * messages]store.Track
	for i := range rows {
		n := i / 2
		rows[i] = rowOf("acme", "u1", []string{"a", "b"}[n%2], fix(time.Duration(2*n)*time.Second), fix(time.Duration(2*n+3)*time.Second))
	}
	rand.New(rand.NewPCG(9, 9)).Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	want := map[key]bool{}
	var stop sync.WaitGroup
	done := make(chan struct{})
	during := func(what string, fn func() error) {
		stop.Go(func() {
			for {
				select {
				case <-done:
					return
				default:
				}
				if err := fn(); err != nil && !db.MayPass(err) {
					t.Errorf("%s: %v", what, err)
				}
			}
		})
	}
	for range 2 {
		during("merge", func() error {
			_, err := w.Merge(t.Context(), store.Who{Company: "acme", User: "u1"}, today.AddDate(0, 0, 2), today.AddDate(0, 0, -90))
			return err
		})
	}
	during("drop", func() error {
		_, err := w.DropEmpty(t.Context(), today.AddDate(0, 0, 2))
		return err
	})
	during("drop segments", func() error {
		_, err := w.DropPartitions(t.Context(), today)
		return err
	})
	during("make", func() error {
		_, err := w.EnsurePartitions(t.Context(), store.Segment, today.AddDate(0, 0, -1), today.AddDate(0, 0, 1))
		return err
	})
	during("kill", func() error {
		_, err := w.admin.ExecContext(t.Context(), `SELECT pg_sleep(0.3), pg_terminate_backend(pid) FROM (
            SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle' ORDER BY random() LIMIT 1) p`)
		return err
	})
	for half := range slices.Chunk(rows[:], messages) {
		for part := range slices.Chunk(half, 7) {
			w.writeUntilStored(t, part)
			for _, r := range part {
				want[key{r.FirstMS, r.Device}], want[key{r.LastMS, r.Device}] = true, true
			}
			page, _, err := w.Playback(t.Context(), admin("acme"), store.Range{User: "u1", From: today, To: today.AddDate(0, 0, 1), Limit: 5000})
			if err == nil && len(page) != len(want) || err != nil && !db.MayPass(err) {
				t.Errorf("%d positions are read and %d are stored, %v", len(page), len(want), err)
			}
		}
	}
	close(done)
	stop.Wait()
	// The last kill may have met a connection that the pool hands out now.
	for err := errors.ErrUnsupported; err != nil; {
		if _, err = w.Merge(t.Context(), store.Who{Company: "acme", User: "u1"}, today.AddDate(0, 0, 2), today.AddDate(0, 0, -90)); err != nil && !db.MayPass(err) {
			t.Fatal(err)
		}
	}
	if n := trackingtest.Count(t, w.admin, ""); n != len(want) {
		t.Errorf("%d positions, want %d", n, len(want))
	}
	if n := pgtest.Count(t, w.admin, "pg_stat_database WHERE datname = current_database() AND deadlocks > 0"); n != 0 {
		t.Error("there were deadlocks")
	}
}

// writeUntilStored stores rows as the writer does, which makes the partition that it misses and tries again.
func (w *world) writeUntilStored(t *testing.T, rows []store.Track) {
	t.Helper()
	for t.Context().Err() == nil {
		_, err := w.Write(t.Context(), slices.Clone(rows))
		if err == nil {
			return
		}
		if errors.Is(err, store.ErrNoPartition) {
			_, err = w.EnsurePartitions(t.Context(), store.Arrived, today, today)
		}
		if err != nil && !db.MayPass(err) {
			t.Error(err)
		}
	}
}
