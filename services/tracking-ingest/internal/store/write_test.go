package store_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func TestWriteStoresAMessageOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	rows := []store.Track{
		row("acme", "u1", -time.Hour), rowOf("acme", "u1", "phone", fix(time.Hour), fix(2*time.Hour)), row("acme", "u2", 25*time.Hour-time.Second),
		row("otra", "u1", time.Hour), rowOf("acme", "u1", "tablet", fix(time.Hour)), row("acme", "u1", -time.Hour),
	}
	if n := w.write(t, slices.Clone(rows)...); n != 6 {
		t.Errorf("%d fixes new, want 6 of 7 with one twice", n)
	}
	if n := w.write(t, rows...); n != 0 {
		t.Errorf("%d fixes new at the second time, want 0", n)
	}
	// The same fix once more, received later and elsewhere: a new message, and the same position as before.
	moved := fix(time.Hour)
	moved.Lat, moved.ReceivedAt = 1, moved.ReceivedAt+1
	if n := w.write(t, rowOf("acme", "u1", "phone", moved)); n != 1 {
		t.Errorf("%d fixes new, want 1", n)
	}
	stored := trackingtest.Positions(t, w.admin, "")
	for _, p := range stored {
		if p.Lat == 1e-7 {
			t.Error("the repeat replaced what was received first")
		}
	}
	if len(stored) != 6 {
		t.Errorf("%d positions, want 6", len(stored))
	}
}

func TestWriteKeepsEveryFieldAndEveryAbsence(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const device = `Moto "G" {ñ}, \NULL`
	full := fix(0)
	bare, charging := track.Fix{RecordedAt: full.RecordedAt + 2, ReceivedAt: full.ReceivedAt, Lon: -1_800_000_000}, track.Fix{RecordedAt: full.RecordedAt + 3, ReceivedAt: full.ReceivedAt}
	full.RecordedAt++
	full.SetAccuracyM(4.7)
	full.SetAltitudeM(-3.2)
	full.SetSpeedMPS(0)
	full.SetBearingDeg(359.9)
	full.SetBattery(0.1)
	full.SetCharging(false)
	full.Flags |= track.Mock
	charging.SetCharging(true)
	charging.Flags |= track.AccuracyUnusable
	w.write(t, rowOf("acme", "u1", device, full, bare, charging))
	for _, when := range []string{"as it came", "merged"} {
		got, _, err := w.Playback(t.Context(), admin("acme"), store.Range{User: "u1", From: today, To: today.Add(time.Hour), Limit: 10})
		if err != nil || len(got) != 3 {
			t.Fatalf("%s: read %+v, %v", when, got, err)
		}
		for i, want := range []track.Fix{full, bare, charging} {
			if got, want := jsonOf(t, got[i].Position), jsonOf(t, clientjson.PositionOf("u1", device, &want)); got != want {
				t.Errorf("%s: position %d\ngot  %s\nwant %s", when, i, got, want)
			}
		}
		w.merge(t, "u1")
	}
	// The newest is a row of its own.
	page, err := w.Latest(t.Context(), admin("acme"), "", "", 10)
	if err != nil || len(page) != 1 || *page[0].AccuracyM != track.WorstAccuracyM || !*page[0].Charging {
		t.Errorf("latest %+v, %v", page, err)
	}
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
	w.write(t, rowOf("acme", "u1", "tablet", fix(3*time.Hour)))
	latest(3*time.Hour, "phone")
	w.write(t, rowOf("acme", "u1", "tablet", fix(time.Hour), fix(3*time.Hour+time.Millisecond)), row("acme", "u1", -20*time.Hour))
	latest(3*time.Hour+time.Millisecond, "tablet")
}

// A phone is heard of when something of it is received, however old that is.
func TestWhenAPhoneWasHeardOf(t *testing.T) {
	t.Parallel()
	w := setup(t)
	heard := func(what string, want time.Duration) {
		t.Helper()
		var at time.Time
		err := w.database.DB(t, "gateway").AsWorker(t.Context(), func(tx *sqlx.Tx) error {
			return tx.GetContext(t.Context(), &at, `SELECT contact_at FROM tracking.v_contact WHERE id_empresa = 'acme' AND user_id = 'u1'`)
		})
		if err != nil || !at.Equal(today.Add(want)) {
			t.Errorf("%s: heard of at %v, want %v, %v", what, at, today.Add(want), err)
		}
	}
	sent := func(recorded, received time.Duration) store.Track {
		f := fix(recorded)
		f.ReceivedAt = today.Add(received).UnixMilli()
		return rowOf("acme", "u1", "phone", f)
	}
	w.write(t, sent(3*time.Hour, 3*time.Hour))
	heard("a position", 3*time.Hour)
	w.write(t, sent(time.Hour, 4*time.Hour), sent(2*time.Hour, 3*time.Hour+time.Minute))
	heard("older ones", 4*time.Hour)
	w.write(t, sent(time.Hour, 3*time.Hour))
	heard("a repeated message", 4*time.Hour)
	w.write(t, sent(3*time.Hour+time.Second, 3*time.Hour+time.Second))
	heard("a replayed one", 4*time.Hour)
	w.write(t, sent(5*time.Hour, 5*time.Hour))
	heard("a newer one", 5*time.Hour)
}

// Replicas get the same messages when one of them is redelivered.
func TestWritersOfTheSameMessagesAtOnceDoNotDeadlock(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.admin.ExecContext(t.Context(), `INSERT INTO tracking.day_reader VALUES ('terreno_gateway'), ('terreno_identity')`); err != nil {
		t.Fatal(err)
	}
	var rows []store.Track
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
	there := pgtest.Count(t, w.admin, "tracking.arrived")
	if sum := stored[0] + stored[1] + stored[2] + stored[3]; sum != int64(len(rows)) || there != len(rows) {
		t.Errorf("writers counted %v, %d rows are there, want %d", stored, there, len(rows))
	}
	if n := pgtest.Count(t, w.admin, "tracking.latest_position WHERE recorded_at = '2026-03-08T00:04:59Z'"); n != 6 {
		t.Errorf("%d users are at their newest position, want 6", n)
	}
	if n := pgtest.Count(t, w.admin, "tracking.changed_day"); n != 12 {
		t.Errorf("%d marks, want one for each reader, user and hour", n)
	}
}

func TestWriteIsAllOrNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_, err := w.Write(t.Context(), []store.Track{row("acme", "u1", time.Hour), row("acme", "u1", 100*time.Hour)})
	if !errors.Is(err, store.ErrNoPartition) || db.IsUnavailable(err) {
		t.Errorf("a message without a partition: %v", err)
	}
	if _, err := w.Write(t.Context(), []store.Track{row("acme", "u1", 2*time.Hour), row("acme", "NUL \x00", time.Hour)}); !db.IsDataError(err) {
		t.Errorf("a text that PostgreSQL cannot hold: %v", err)
	}
	if pgtest.Count(t, w.admin, "tracking.arrived")+pgtest.Count(t, w.admin, "tracking.latest_position") != 0 {
		t.Error("a part was stored")
	}
	if n := w.write(t); n != 0 {
		t.Errorf("no messages stored %d", n)
	}
}
