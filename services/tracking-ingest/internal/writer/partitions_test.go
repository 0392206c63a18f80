package writer

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func (w *world) days(t *testing.T, table string) (names []string) {
	t.Helper()
	if err := w.admin.SelectContext(t.Context(), &names,
		`SELECT right(inhrelid::regclass::text, 8) FROM pg_inherits WHERE inhparent = ('tracking.' || $1)::regclass ORDER BY 1`, table); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestPartitionsFollowTheDomainClock(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.writer(t).Partitions
	expect := func(first, last string, n int) {
		t.Helper()
		if days := w.days(t, store.Segment); len(days) != n || days[0] != first || days[n-1] != last {
			t.Errorf("days %v, want %d from %s to %s", days, n, first, last)
		}
		if value(p.days) != n {
			t.Errorf("the gauge shows %d days, want %d", value(p.days), n)
		}
	}
	if err := p.maintain(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect("20260226", "20260310", 13)
	w.clock.Advance(36 * time.Hour)
	if err := p.maintain(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect("20260228", "20260312", 13)
	// An installation that was off for a month comes back.
	w.clock.Advance(30 * day)
	if err := p.maintain(t.Context()); err != nil {
		t.Fatal(err)
	}
	expect("20260330", "20260411", 13)
}

// More days than one call makes or drops.
func TestPartitionsOfALongRetention(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.writer(t).Partitions
	p.retention = 230 * day
	if err := p.maintain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if days := w.days(t, store.Segment); len(days) != 233 || days[0] != "20250721" {
		t.Errorf("%d days from %s, want 233 from 20250721", len(days), days[0])
	}
	p.retention = 10 * day
	if err := p.maintain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if days := w.days(t, store.Segment); len(days) != 13 {
		t.Errorf("%d days are left, want 13", len(days))
	}
}

func TestPartitionsAreThereOnceTheRunnerRan(t *testing.T) {
	t.Parallel()
	w := setup(t)
	stop := apptest.Start(t, w.writer(t).Partitions.Run)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for len(w.days(t, store.Segment)) == 0 && ctx.Err() == nil { // each look asks the database
	}
	stop()
	if n := len(w.days(t, store.Segment)); n != 13 {
		t.Errorf("%d days, want 13", n)
	}
}

func TestCoverAsksTheDatabaseOnlyForWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.writer(t).Partitions
	today := dayOf(noon)
	if err := p.cover(t.Context(), store.Arrived, today); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.cover(gone, store.Arrived, today); err != nil {
		t.Errorf("a known day: %v", err)
	}
	if err := p.cover(gone, store.Segment, today); err == nil {
		t.Error("a known day of another table was taken for known")
	}
	// A message that waited for long.
	if err := p.cover(t.Context(), store.Arrived, today.Add(-40*day)); err != nil {
		t.Error(err)
	}
	if days := w.days(t, store.Arrived); !slices.Equal(days, []string{"20260127", "20260308"}) {
		t.Errorf("days %v", days)
	}
	p.forget()
	if err := p.cover(gone, store.Arrived, today); err == nil {
		t.Error("forgotten days are still known")
	}
}

// A day of reception goes once its messages are merged, and not before.
func TestDaysOfReceptionAreDroppedWhenTheyAreEmpty(t *testing.T) {
	t.Parallel()
	w := setup(t)
	writer := w.writer(t)
	p := writer.Partitions
	w.publish(t, "acme", "u1", fixes(noon, 2))
	if err := writer.handle(t.Context(), messages(t, w, 1)); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(3 * day)
	expect := func(want ...string) {
		t.Helper()
		if err := p.maintain(t.Context()); err != nil {
			t.Fatal(err)
		}
		if days := w.days(t, store.Arrived); !slices.Equal(days, want) {
			t.Errorf("days %v, want %v", days, want)
		}
	}
	expect("20260308", "20260311", "20260312", "20260313")
	if n := trackingtest.Count(t, w.admin, ""); n != 2 {
		t.Errorf("%d positions after the look for empty days, want 2", n)
	}
	if _, err := store.New(w.database.DB(t, service)).Merge(t.Context(), store.Who{Company: "acme", User: "u1"}, noon.Add(time.Hour), noon.Add(-day)); err != nil {
		t.Fatal(err)
	}
	expect("20260311", "20260312", "20260313")
	if n := trackingtest.Count(t, w.admin, ""); n != 2 {
		t.Errorf("%d positions after the merge, want 2", n)
	}
	// A repeat comes late: its day is made again.
	if err := writer.handle(t.Context(), messages(t, w, 1)); err != nil {
		t.Fatal(err)
	}
	if n := trackingtest.Count(t, w.admin, ""); n != 2 {
		t.Errorf("%d positions after a late repeat, want 2", n)
	}
}
