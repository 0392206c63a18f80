package store_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// dayReader is a service that adds up days. It takes marks as the summary will.
type dayReader struct{ *db.DB }

func reader(t *testing.T, w *world) dayReader {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), `INSERT INTO tracking.day_reader VALUES ('terreno_gateway')`); err != nil {
		t.Fatal(err)
	}
	return dayReader{w.database.DB(t, "gateway")}
}

type mark struct {
	Company string    `db:"company"`
	User    string    `db:"user_id"`
	Day     time.Time `db:"day"`
	Hour    int       `db:"hour"`
}

const take = `SELECT company, user_id, day, hour FROM tracking.take_changed_day()`

// take takes a mark and counts the fixes of its day, in one transaction.
func (r dayReader) take(t *testing.T, then func()) (m []mark, fixes int) {
	t.Helper()
	err := r.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
		if err := tx.SelectContext(t.Context(), &m, take); err != nil || len(m) == 0 {
			return err
		}
		if _, err := tx.ExecContext(t.Context(), `SELECT set_config('terreno.tenant', $1, true)`, m[0].Company); err != nil {
			return err
		}
		if then != nil {
			then()
		}
		return tx.GetContext(t.Context(), &fixes, `SELECT coalesce(sum(fixes), 0) FROM tracking.v_track WHERE user_id = $1`, m[0].User)
	})
	if err != nil {
		t.Fatal(err)
	}
	return m, fixes
}

func TestDaysThatChangedAreMarkedOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := reader(t, w)
	w.write(t, row("acme", "u1", time.Hour), row("acme", "u1", 2*time.Hour), row("acme", "u1", -time.Hour), row("otra", "u2", time.Hour))
	var got []mark
	for {
		m, _ := r.take(t, nil)
		if len(m) == 0 {
			break
		}
		m[0].Day = m[0].Day.UTC()
		got = append(got, m...)
	}
	want := []mark{{"acme", "u1", today.AddDate(0, 0, -1), 23}, {"acme", "u1", today, 1}, {"acme", "u1", today, 2}, {"otra", "u2", today, 1}}
	if !slices.EqualFunc(got, want, func(a, b mark) bool {
		return a.Company == b.Company && a.User == b.User && a.Day.Equal(b.Day) && a.Hour == b.Hour
	}) {
		t.Errorf("marks %v, want %v", got, want)
	}
	// A repeat changes nothing, a merge neither.
	w.write(t, row("acme", "u1", time.Hour))
	w.merge(t, "u1")
	if n := pgtest.Count(t, w.admin, "tracking.changed_day"); n != 0 {
		t.Errorf("%d days are marked and nothing changed", n)
	}
}

// Somebody who reports all day is marked again each time that the mark is taken, and must not keep the others waiting.
func TestTheOldestMarkIsTakenFirstAndAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := reader(t, w)
	w.write(t, row("acme", "u9", time.Hour))
	w.write(t, row("acme", "u1", time.Hour))
	w.write(t, row("acme", "u5", time.Hour))
	for _, want := range []string{"u9", "u1", "u5"} {
		var m []mark
		err := r.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
			// Whatever plan the server likes best.
			if _, err := tx.ExecContext(t.Context(), `SET LOCAL enable_indexscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_hashjoin = off;
SET LOCAL enable_mergejoin = off; SET LOCAL enable_material = off`); err != nil {
				return err
			}
			return tx.SelectContext(t.Context(), &m, take)
		})
		if err != nil || len(m) != 1 || m[0].User != want {
			t.Errorf("took %v, %v, want that of %s", m, err, want)
		}
		w.write(t, row("acme", "u1", 2*time.Hour), row("acme", "u1", 3*time.Hour))
	}
}

// A mark that is taken between a writer's insert and its commit must not lose the day.
func TestAMarkTakenWhileAWriterStoresLosesNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := reader(t, w)
	w.write(t, row("acme", "u1", time.Hour)) // the mark stands
	pause, stored := w.stuckWriter(t)
	if m, _ := r.take(t, nil); len(m) > 0 {
		t.Fatal("the mark was taken from a writer that has not committed")
	}
	close(pause)
	<-stored
	if m, fixes := r.take(t, nil); len(m) != 1 || fixes != 2 {
		t.Errorf("marks %v with %d fixes, want one with 2", m, fixes)
	}
}

// stuckWriter stores a second fix of u1 and commits once pause is closed.
func (w *world) stuckWriter(t *testing.T) (pause, stored chan struct{}) {
	t.Helper()
	const lock = 4711
	hold, err := w.admin.Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := hold.ExecContext(t.Context(), `SELECT pg_advisory_lock($1)`, lock); err != nil {
		t.Fatal(err)
	}
	// The latest position is written last. The trigger waits there.
	if _, err := w.admin.ExecContext(t.Context(), `
CREATE FUNCTION tracking.wait() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock_shared(4711); RETURN NEW; END $$;
CREATE TRIGGER wait BEFORE INSERT ON tracking.latest_position FOR EACH ROW EXECUTE FUNCTION tracking.wait()`); err != nil {
		t.Fatal(err)
	}
	pause, stored = make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stored)
		if _, err := w.Write(t.Context(), []store.Track{row("acme", "u1", 70*time.Minute)}); err != nil {
			t.Error(err)
		}
	}()
	waitFor(t, w, `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
WHERE d.datname = current_database() AND l.locktype = 'advisory' AND l.objid = 4711 AND NOT l.granted)`)
	go func() {
		<-pause
		if _, err := hold.ExecContext(context.WithoutCancel(t.Context()), `SELECT pg_advisory_unlock($1)`, lock); err != nil {
			t.Error(err)
		}
		_ = hold.Close()
	}()
	return pause, stored
}

func waitFor(t *testing.T, w *world, query string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	for yes := false; !yes; {
		if err := w.admin.GetContext(ctx, &yes, query); err != nil {
			t.Fatal(err)
		}
	}
}

// The other way round: the writer comes while the reader works, waits for it, and marks the day again.
func TestAWriterThatComesWhileAMarkIsTakenMarksTheDayAgain(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := reader(t, w)
	w.write(t, row("acme", "u1", time.Hour))
	stored := make(chan struct{})
	_, fixes := r.take(t, func() {
		go func() {
			defer close(stored)
			if _, err := w.Write(t.Context(), []store.Track{row("acme", "u1", 70*time.Minute)}); err != nil {
				t.Error(err)
			}
		}()
		waitFor(t, w, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%changed_day%')`)
	})
	<-stored
	if fixes != 1 {
		t.Errorf("the reader saw %d fixes", fixes)
	}
	if m, fixes := r.take(t, nil); len(m) != 1 || fixes != 2 {
		t.Errorf("marks %v with %d fixes, want the day again with 2", m, fixes)
	}
}

// Two processes of one reader never have the same mark. The mark of a transaction that fails is there again, also for a writer that
// waited for it.
func TestAReaderThatFailsLeavesTheMark(t *testing.T) {
	t.Parallel()
	w := setup(t)
	r := reader(t, w)
	w.write(t, row("acme", "u1", time.Hour))
	stored := make(chan struct{})
	failed := errors.New("the sum cannot be written")
	err := r.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
		var m []mark
		if err := tx.SelectContext(t.Context(), &m, take); err != nil || len(m) != 1 {
			t.Errorf("took %v, %v", m, err)
		}
		if m, _ := r.take(t, nil); len(m) != 0 {
			t.Errorf("two took %v", m)
		}
		go func() {
			defer close(stored)
			if _, err := w.Write(t.Context(), []store.Track{row("acme", "u1", 70*time.Minute)}); err != nil {
				t.Error(err)
			}
		}()
		waitFor(t, w, `SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%changed_day%')`)
		return failed
	})
	<-stored
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	if m, fixes := r.take(t, nil); len(m) != 1 || fixes != 2 {
		t.Errorf("marks %v with %d fixes, want one with 2", m, fixes)
	}
	if m, _ := r.take(t, nil); len(m) != 0 {
		t.Errorf("marks %v are left", m)
	}
}

func TestMarksBelongToTheirReader(t *testing.T) {
	t.Parallel()
	w := setup(t)
	_ = reader(t, w)
	w.write(t, row("acme", "u1", time.Hour))
	other := dayReader{w.database.DB(t, "identity")}
	if m, _ := other.take(t, nil); len(m) != 0 {
		t.Errorf("another service took %v", m)
	}
	for _, query := range []string{`SELECT * FROM tracking.changed_day`, `DELETE FROM tracking.changed_day`, `SELECT * FROM tracking.day_reader`, `UPDATE tracking.watermark SET asked_at = now()`} {
		if err := other.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
			_, err := tx.ExecContext(t.Context(), query)
			return err
		}); err == nil {
			t.Errorf("another service may %s", query)
		}
	}
}

// Neither a process that writes late nor a dead letter that is replayed moves it back. A clock that is set back does.
func TestTheWatermarkNeverGoesBack(t *testing.T) {
	t.Parallel()
	w := setup(t)
	at := func(s int) time.Time { return today.Add(time.Duration(s) * time.Second) }
	for _, c := range []struct {
		what                      string
		until, asked, known, want int
	}{
		{"the first", 0, 0, 0, 0},
		{"the next", 120, 3, 120, 120},
		{"written late", 60, 2, -1, 120},
		{"an old message in front", 60, 4, 120, 120},
		{"it is stored", 121, 5, 121, 121},
		{"the clock was set back", -7200, -7100, -7200, -7200},
	} {
		known, err := w.SetWatermark(t.Context(), at(c.until), at(c.asked), time.Minute)
		if err != nil || known.IsZero() != (c.known == -1) || !known.IsZero() && !known.Equal(at(c.known)) {
			t.Errorf("%s: known %v, %v", c.what, known, err)
		}
		var until time.Time
		err = w.database.DB(t, "gateway").InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			return tx.GetContext(t.Context(), &until, `SELECT stored_until FROM tracking.v_watermark`)
		})
		if err != nil || !until.Equal(at(c.want)) {
			t.Errorf("%s: stored until %v, %v", c.what, until, err)
		}
	}
}
