package writer

import (
	"context"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
)

func (w *world) days(t *testing.T) (names []string) {
	t.Helper()
	if err := w.admin.SelectContext(t.Context(), &names,
		`SELECT right(inhrelid::regclass::text, 8) FROM pg_inherits WHERE inhparent = 'tracking.position'::regclass ORDER BY 1`); err != nil {
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
		if days := w.days(t); len(days) != n || days[0] != first || days[n-1] != last {
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
	if days := w.days(t); len(days) != 233 || days[0] != "20250721" {
		t.Errorf("%d days from %s, want 233 from 20250721", len(days), days[0])
	}
	p.retention = 10 * day
	if err := p.maintain(t.Context()); err != nil {
		t.Fatal(err)
	}
	if days := w.days(t); len(days) != 13 {
		t.Errorf("%d days are left, want 13", len(days))
	}
}

func TestPartitionsAreThereOnceTheRunnerRan(t *testing.T) {
	t.Parallel()
	w := setup(t)
	stop := apptest.Start(t, w.writer(t).Partitions.Run)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for len(w.days(t)) == 0 && ctx.Err() == nil { // each look asks the database
	}
	stop()
	if n := len(w.days(t)); n != 13 {
		t.Errorf("%d days, want 13", n)
	}
}

func TestCoverAsksTheDatabaseOnlyForWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	p := w.writer(t).Partitions
	today := dayOf(noon)
	if err := p.cover(t.Context(), today, today); err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.cover(gone, today.Add(-10*day), today.Add(2*day)); err != nil {
		t.Errorf("known days: %v", err)
	}
	if err := p.cover(gone, today, today.Add(3*day)); err == nil {
		t.Error("an unknown day was taken for known")
	}
	if err := p.cover(t.Context(), today.Add(-12*day), today.Add(4*day)); err != nil {
		t.Error(err)
	}
	if days := w.days(t); days[0] != "20260224" || days[len(days)-1] != "20260312" {
		t.Errorf("days %v", days)
	}
	p.forget()
	if err := p.cover(gone, today, today); err == nil {
		t.Error("forgotten days are still known")
	}
}
