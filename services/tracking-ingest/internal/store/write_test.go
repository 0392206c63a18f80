package store_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

func ptr[T any](v T) *T { return &v }

func TestWriteStoresARowOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rows := []store.Position{row("acme", "u1", -time.Hour), row("acme", "u1", time.Hour), row("acme", "u2", 25*time.Hour), row("otra", "u1", time.Hour)}
	other := row("acme", "u1", time.Hour)
	other.DeviceID = "tablet"
	rows = append(rows, other, rows[0])
	if n := w.write(t, slices.Clone(rows)...); n != 5 {
		t.Errorf("%d rows new, want 5 of 6 with one twice", n)
	}
	rows[1].Lat = 1 // a repeat with other content is still a repeat
	if n := w.write(t, rows...); n != 0 {
		t.Errorf("%d rows new at the second time, want 0", n)
	}
	if n := pgtest.Count(t, w.admin, "tracking.position"); n != 5 {
		t.Errorf("%d rows, want 5", n)
	}
	if n := pgtest.Count(t, w.admin, "tracking.position WHERE lat = 1"); n != 0 {
		t.Error("the repeat replaced what was stored")
	}
}

func TestWriteKeepsEveryFieldAndEveryAbsence(t *testing.T) {
	t.Parallel()
	w := setup(t)
	full := store.Position{Company: "acme", Position: clientjson.Position{
		UserID: "u1", DeviceID: `Moto "G" {ñ}, \NULL`, RecordedAt: clientjson.At(today) + 1, ReceivedAt: clientjson.At(today) + 999,
		Lat: -12.046374123456789, Lon: -77.04279876543211, AccuracyM: ptr(float32(4.7)), AltitudeM: ptr(float32(-3.25)),
		SpeedMPS: ptr(float32(0)), BearingDeg: ptr(float32(359.99997)), Battery: ptr(float32(0.1)), Charging: ptr(false), Activity: "in_vehicle", Mock: true,
	}}
	bare := store.Position{Company: "acme", Position: clientjson.Position{
		UserID: "u1", RecordedAt: clientjson.At(today) + 2, ReceivedAt: clientjson.At(today), Lat: 0, Lon: -180,
	}}
	charging := bare
	charging.RecordedAt, charging.Charging = bare.RecordedAt+1, ptr(true)
	w.write(t, charging, bare, full)
	got, _, err := w.Playback(t.Context(), admin("acme"), store.Range{User: "u1", From: today, To: today.Add(time.Hour), Limit: 10})
	if err != nil || len(got) != 3 {
		t.Fatalf("read %+v, %v", got, err)
	}
	for i, want := range []store.Position{full, bare, charging} {
		if !equal(got[i], want) {
			t.Errorf("row %d\ngot  %+v\nwant %+v", i, got[i], want)
		}
	}
}

// equal compares what pointers point to.
func equal(a, b store.Position) bool {
	same := func(x, y *float32) bool { return (x == nil) == (y == nil) && (x == nil || *x == *y) }
	ok := same(a.AccuracyM, b.AccuracyM) && same(a.AltitudeM, b.AltitudeM) && same(a.SpeedMPS, b.SpeedMPS) && same(a.BearingDeg, b.BearingDeg) &&
		same(a.Battery, b.Battery) && (a.Charging == nil) == (b.Charging == nil) && (a.Charging == nil || *a.Charging == *b.Charging)
	for _, p := range []*store.Position{&a, &b} {
		p.AccuracyM, p.AltitudeM, p.SpeedMPS, p.BearingDeg, p.Battery, p.Charging = nil, nil, nil, nil, nil, nil
	}
	return ok && a == b
}

func TestLatestMovesForwardOnly(t *testing.T) {
	t.Parallel()
	w := setup(t)
	latest := func(want time.Duration, device string) {
		t.Helper()
		page, err := w.Latest(t.Context(), admin("acme"), "", "", 10)
		if err != nil || len(page) != 1 || page[0].RecordedAt != clientjson.At(today.Add(want)) || page[0].DeviceID != device {
			t.Errorf("latest %+v, %v, want %s after midnight by %s", page, err, want, device)
		}
	}
	w.write(t, row("acme", "u1", 2*time.Hour), row("acme", "u1", 3*time.Hour), row("acme", "u1", time.Hour))
	latest(3*time.Hour, "phone")
	w.write(t, row("acme", "u1", 2*time.Hour+time.Minute))
	latest(3*time.Hour, "phone")
	tablet := row("acme", "u1", 3*time.Hour)
	tablet.DeviceID = "tablet"
	w.write(t, tablet)
	latest(3*time.Hour, "phone")
	tablet = row("acme", "u1", 3*time.Hour+time.Millisecond)
	tablet.DeviceID = "tablet"
	w.write(t, tablet, row("acme", "u1", -20*time.Hour))
	latest(3*time.Hour+time.Millisecond, "tablet")
}

// Replicas get the same messages when one of them is redelivered.
func TestWritersOfTheSameRowsAtOnceDoNotDeadlock(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var rows []store.Position
	for _, company := range []string{"acme", "otra"} {
		for _, user := range []string{"u1", "u2", "u3"} {
			for i := range 300 {
				rows = append(rows, row(company, user, time.Duration(i)*time.Second))
			}
		}
	}
	var writers sync.WaitGroup
	stored := make([]int64, 4)
	for i := range stored {
		writers.Go(func() {
			mine := slices.Clone(rows)
			r := rand.New(rand.NewPCG(uint64(i), 1))
			r.Shuffle(len(mine), func(a, b int) { mine[a], mine[b] = mine[b], mine[a] })
			for part := range slices.Chunk(mine, 450) {
				n, err := w.Write(t.Context(), part)
				if err != nil {
					t.Error(err)
					return
				}
				stored[i] += n
			}
		})
	}
	writers.Wait()
	there := pgtest.Count(t, w.admin, "tracking.position")
	if sum := stored[0] + stored[1] + stored[2] + stored[3]; sum != int64(len(rows)) || there != len(rows) {
		t.Errorf("writers counted %v, %d rows are there, want %d", stored, there, len(rows))
	}
	if n := pgtest.Count(t, w.admin, "tracking.latest_position WHERE recorded_at = '2026-03-08T00:04:59Z'"); n != 6 {
		t.Errorf("%d users are at their newest position, want 6", n)
	}
}

func TestWriteIsAllOrNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_, err := w.Write(t.Context(), []store.Position{row("acme", "u1", time.Hour), row("acme", "u1", 100*time.Hour)})
	if !errors.Is(err, store.ErrNoPartition) || db.IsUnavailable(err) {
		t.Errorf("a row without a partition: %v", err)
	}
	bad := row("acme", "u1", time.Hour)
	bad.Activity = "NUL \x00"
	if _, err := w.Write(t.Context(), []store.Position{row("acme", "u1", 2*time.Hour), bad}); !db.IsDataError(err) {
		t.Errorf("a text that PostgreSQL cannot hold: %v", err)
	}
	if pgtest.Count(t, w.admin, "tracking.position")+pgtest.Count(t, w.admin, "tracking.latest_position") != 0 {
		t.Error("a part was stored")
	}
	if n := w.write(t); n != 0 {
		t.Errorf("no rows stored %d", n)
	}
}
