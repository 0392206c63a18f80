package summary_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/proto/audience"
)

// Positions that are stored while their day is computed, by two replicas, are never missed: in the end each day has all of them, and
// every version was told of once, in order.
func TestRecomputingRacesWithUploads(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const users, parts = 6, 40
	for u := range users {
		w.user(t, "acme", fmt.Sprint("u", u), audience.RoleColaborador, "{norte}")
		w.upload(t, "acme", fmt.Sprint("u", u), "p1", walk(noon, 1))
	}
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.again(t, config) // a second replica; the first one goes on
	w.close(t, "acme", "2026-03-09")
	var all sync.WaitGroup
	for u := range users {
		all.Go(func() {
			for part := 1; part < parts; part++ {
				w.upload(t, "acme", fmt.Sprint("u", u), "p1", walk(noon.Add(time.Duration(part)*time.Minute), 1))
			}
		})
	}
	all.Wait()
	w.quiet(t)
	apptest.Until(t, func() bool { return w.count(t, "summary.outbox") == 0 })
	if n := w.count(t, fmt.Sprintf("summary.day WHERE fixes = %d", parts*6)); n != users {
		t.Errorf("%d of %d days have all positions", n, users)
	}
	versions := 0
	if err := w.admin.GetContext(t.Context(), &versions, `SELECT sum(version) FROM summary.day`); err != nil {
		t.Fatal(err)
	}
	last := map[any]float64{}
	for range versions {
		e := w.next(t)
		if v := e.body["version"].(float64); v != last[e.body["user_id"]]+1 || (v == 1) != (e.event == "diario") {
			t.Errorf("version %v of %v after %v, as %s", v, e.body["user_id"], last[e.body["user_id"]], e.event)
		}
		last[e.body["user_id"]]++
	}
	w.silent(t)
}

// A writer that stores positions while a worker computes their day waits for nothing but the mark, and whoever takes the mark waits for
// the worker. So the day is computed again, with these positions.
func TestAMarkThatComesWhileTheDayIsComputed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon, 1))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.next(t)
	// The worker has read the positions and waits where it writes the day.
	const lock = 4712
	w.exec(t, `CREATE FUNCTION summary.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4712); RETURN NEW; END $$;
CREATE TRIGGER wait BEFORE INSERT ON summary.day FOR EACH ROW EXECUTE FUNCTION summary.wait()`)
	hold, err := w.admin.Connx(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Close() }()
	if _, err := hold.ExecContext(t.Context(), `SELECT pg_advisory_lock($1)`, lock); err != nil {
		t.Fatal(err)
	}
	w.upload(t, "acme", "ana", "p1", walk(noon.Add(time.Minute), 1))
	apptest.Until(t, func() bool {
		return w.count(t, "pg_locks WHERE locktype = 'advisory' AND objid = 4712 AND NOT granted") == 1
	})
	w.upload(t, "acme", "ana", "p1", walk(noon.Add(2*time.Minute), 1))
	// Whoever takes the mark waits for the worker.
	apptest.Until(t, func() bool {
		return w.count(t, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%summary.pending%'") >= 1
	})
	if _, err := hold.ExecContext(t.Context(), `SELECT pg_advisory_unlock($1)`, lock); err != nil {
		t.Fatal(err)
	}
	for _, fixes := range []float64{12, 18} {
		if e := w.next(t); e.body["fixes"] != fixes {
			t.Errorf("told %v, want %v fixes", e, fixes)
		}
	}
	w.quiet(t)
	w.silent(t)
}

// A visit that moves away while a worker computes the first version of its day: nothing says yet that the day counts it.
func TestAVisitThatMovesWhileItsDayIsComputed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "pendiente", noon)
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.planned(t, "acme")
	w.exec(t, `CREATE FUNCTION summary.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4713); RETURN NEW; END $$;
CREATE TRIGGER wait BEFORE INSERT ON summary.day FOR EACH ROW EXECUTE FUNCTION summary.wait()`)
	hold, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec(`SELECT pg_advisory_xact_lock(4713)`); err != nil {
		t.Fatal(err)
	}
	w.ask(t, "acme", "2026-03-09")
	apptest.Until(t, func() bool {
		return w.count(t, "pg_locks WHERE locktype = 'advisory' AND objid = 4713 AND NOT granted") == 1
	})
	w.visit(t, "acme", "v1", "ana", "pendiente", noon.AddDate(0, 0, 3))
	w.tellVisit(t, "acme", "v1", "ana", "pendiente", noon.AddDate(0, 0, 3))
	apptest.Until(t, func() bool {
		return w.count(t, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%summary.pending%'") >= 1
	})
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	for _, open := range []float64{1, 0} {
		if e := w.next(t); e.body["visits_open"] != open {
			t.Errorf("told %v, want %v open visits", e, open)
		}
	}
	w.quiet(t)
}

// News that are dropped because their date is not closed are never missed by the close.
func TestClosingRacesWithUploads(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const users = 40
	for u := range users {
		w.user(t, "acme", fmt.Sprint("u", u), audience.RoleColaborador, "{norte}")
	}
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.planned(t, "acme")
	var all sync.WaitGroup
	for part := range 4 {
		all.Go(func() {
			for u := part; u < users; u += 4 {
				w.upload(t, "acme", fmt.Sprint("u", u), "p1", walk(noon, 1))
			}
		})
	}
	w.ask(t, "acme", "2026-03-09")
	all.Wait()
	w.quiet(t)
	if n := w.count(t, "summary.day WHERE fixes = 6"); n != users {
		t.Errorf("%d of %d days are there", n, users)
	}
}

// While the close still looks for the people of a date, news about the date count already. So nobody is missed who comes in between.
func TestNewsCountOnceADateIsClosed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.planned(t, "acme")
	hold, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec(`LOCK TABLE activity.visit IN ACCESS EXCLUSIVE MODE`); err != nil {
		t.Fatal(err)
	}
	w.ask(t, "acme", "2026-03-09")
	apptest.Until(t, func() bool {
		return w.count(t, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%activity.v_visit%'") == 1
	})
	w.upload(t, "acme", "ana", "p1", walk(noon, 1))
	apptest.Until(t, func() bool { return w.count(t, "summary.pending WHERE user_id = 'ana'") == 1 })
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	if e := w.next(t); e.event != "diario" || e.body["user_id"] != "ana" || e.body["fixes"] != 6. {
		t.Errorf("told %v", e)
	}
	w.quiet(t)
}
