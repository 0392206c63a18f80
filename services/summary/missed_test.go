package summary_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/proto/audience"
)

// suspend suspends a company, or resumes it.
func (w *world) suspend(t testing.TB, company, status string) {
	t.Helper()
	w.exec(t, `UPDATE identity.company SET status = $2, version = version + 1 WHERE id_empresa = $1`, company, status)
}

// looks waits until the jobs of a service that was made again are planned, and lets ten minutes pass.
func (w *world) looks(t testing.TB) {
	t.Helper()
	apptest.Until(t, func() bool { return w.count(t, "platform.job_schedule WHERE job = 'cerrar-fechas'") == 1 })
	w.clock.Advance(10 * time.Minute)
}

// A company that was suspended at 23:59 has its dates closed once it is resumed, each with its own end, and without anybody's asking. While it
// is suspended, none is.
func TestDatesOfASuspendedCompanyAreCaughtUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.company(t, "beta", "America/Bogota")
	w.user(t, "beta", "eva", audience.RoleColaborador, "{norte}")
	w.upload(t, "acme", "ana", "p1", walk(noon, 20))
	w.upload(t, "beta", "eva", "p1", walk(noon, 20))
	w.work.Shift(t, "acme", "ana", "s1", noon.Add(-time.Hour), time.Time{})
	w.suspend(t, "acme", "suspended")
	w.again(t, config)
	w.planned(t, "acme")
	w.clock.Set(time.Date(2026, 3, 10, 4, 59, 30, 0, time.UTC))
	if e := w.next(t); e.company != "beta" {
		t.Errorf("told %v", e)
	}
	apptest.Until(t, func() bool { return w.count(t, "platform.job_run WHERE scope = 'acme' AND state = 'skipped'") == 1 })
	w.clock.Set(noon.AddDate(0, 0, 2))
	apptest.Until(t, func() bool {
		return w.count(t, "summary.closing WHERE id_empresa = 'beta' AND date = '2026-03-10'") == 1
	})
	w.quiet(t)
	if n := w.count(t, "summary.closing WHERE id_empresa = 'acme'"); n != 0 {
		t.Errorf("%d dates of a suspended company are closed", n)
	}

	w.stop()
	w.suspend(t, "acme", "active")
	w.again(t, config)
	w.looks(t)
	told := map[any]any{}
	for range 2 { // her shift lasts into the next date, and two workers compute the two days in any order
		e := w.next(t)
		if told[e.body["date"]] = e.body["fixes"]; e.company != "acme" || e.event != "diario" {
			t.Errorf("told %v", e)
		}
	}
	if told["2026-03-09"] != 120. || told["2026-03-10"] != 0. {
		t.Errorf("told of %v", told)
	}
	w.quiet(t)
	w.silent(t)
	a := w.get(t, ana, "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "").Body
	if a["until"] != "2026-03-10T05:00:00Z" || a["shift_s"] != 13.*3600 || a["state"] != "closed" {
		t.Errorf("the day that was caught up: %v", a)
	}
	if n := w.count(t, "summary.closing WHERE id_empresa = 'acme' AND date > '2026-03-10'"); n != 0 {
		t.Errorf("%d dates are closed that have not ended", n)
	}
	if n := w.count(t, "summary.closing a JOIN summary.closing b ON b.id_empresa = a.id_empresa AND b.date = a.date + 1 AND b.from_at <> a.until_at"); n != 0 {
		t.Errorf("%d dates do not meet", n)
	}
}

// The people of a company that is created today may have worked yesterday.
func TestDatesFromBeforeACompanyAreCaughtUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon.AddDate(0, 0, -1), 20))
	w.upload(t, "acme", "luis", "p1", walk(noon.AddDate(0, 0, -8), 20))
	w.again(t, config)
	w.looks(t)
	if e := w.next(t); e.event != "diario" || e.body["user_id"] != "ana" || e.body["date"] != "2026-03-08" {
		t.Errorf("told %v", e)
	}
	w.quiet(t)
	w.silent(t)
	if n := w.count(t, "summary.closing"); n != 7 {
		t.Errorf("%d dates are closed", n)
	}
}

// A process that died after it closed a date, and before its people were in the queue, leaves a date that says so.
func TestADateWithoutItsPeopleIsCaughtUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon, 20))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.quiet(t) // a mark that is taken after the date is closed has the day computed by itself
	w.exec(t, `INSERT INTO summary.closing SELECT 'acme', date::date, 'America/Bogota', date + interval '5 hours', date + interval '29 hours', date, false
FROM generate_series('2026-03-09', '2026-03-09', interval '1 day') AS date`)
	if a := w.get(t, boss, "/v1/summaries?date=2026-03-09").Is(t, http.StatusOK, "").Body; a["pending"] != 1. || len(a["summaries"].([]any)) != 0 {
		t.Errorf("a date whose people are not known: %v", a)
	}
	w.looks(t)
	if e := w.next(t); e.event != "diario" || e.body["user_id"] != "ana" || e.body["date"] != "2026-03-09" {
		t.Errorf("told %v", e)
	}
	w.quiet(t)
	if a := w.get(t, boss, "/v1/summaries?date=2026-03-09").Is(t, http.StatusOK, "").Body; a["pending"] != 0. || len(a["summaries"].([]any)) != 1 {
		t.Errorf("then: %v", a)
	}
}

// After twelve days without the service all dates are closed, also those that the job leaves out.
func TestTwelveDaysDown(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for back := range 12 {
		w.upload(t, "acme", "ana", "p1", walk(noon.AddDate(0, 0, back), 5))
	}
	w.again(t, config)
	w.planned(t, "acme")
	w.clock.Set(time.Date(2026, 3, 10, 4, 59, 30, 0, time.UTC))
	w.next(t)
	w.quiet(t)
	w.clock.Set(noon.AddDate(0, 0, 12))
	told := map[any]int{}
	for range 11 {
		e := w.next(t)
		told[e.body["date"]]++
	}
	w.quiet(t)
	w.silent(t)
	for back := 1; back < 12; back++ {
		if date := noon.AddDate(0, 0, back).Format(time.DateOnly); told[date] != 1 {
			t.Errorf("%s was told %d times", date, told[date])
		}
	}
}

// A list of a date that was closed a moment ago says how many days it lacks, of those that its reader may see.
func TestAListSaysWhatItLacks(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"ana", "luis"} {
		w.upload(t, "acme", user, "p1", walk(noon, 20))
	}
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config, "jobs", "directory") // nobody computes
	w.ask(t, "acme", "2026-03-09")
	apptest.Until(t, func() bool { return w.count(t, "summary.pending") == 2 })
	w.exec(t, `INSERT INTO summary.pending SELECT 'beta', user_id, date, due_at, reason FROM summary.pending`)
	for _, c := range []struct {
		path string
		of   map[string]float64
	}{
		{"/v1/summaries?date=2026-03-09", map[string]float64{"boss": 2, "ana": 1, "sol": 1}},
		{"/v1/summaries?from=2026-03-01", map[string]float64{"boss": 2}},
		{"/v1/summaries?date=2026-03-10", map[string]float64{"boss": 0}},
		{"/v1/summaries?date=2026-03-09&user=luis", map[string]float64{"boss": 1, "ana": 0}},
		{"/v1/summaries?date=2026-03-09&team=norte", map[string]float64{"boss": 1}},
		{"/v1/summaries/totals?from=2026-03-09", map[string]float64{"boss": 2, "sol": 1}},
	} {
		for who, want := range c.of {
			viewer := map[string]auth.Claims{"boss": boss, "ana": ana, "sol": sol}[who]
			if got := w.get(t, viewer, c.path).Is(t, http.StatusOK, "").Body["pending"]; got != want {
				t.Errorf("%s reads %s: %v wait, want %v", who, c.path, got, want)
			}
		}
	}
	w.again(t, config)
	w.exec(t, `DELETE FROM summary.pending WHERE company = 'beta'`)
	w.quiet(t)
	if a := w.get(t, boss, "/v1/summaries?date=2026-03-09").Is(t, http.StatusOK, "").Body; a["pending"] != 0. || len(a["summaries"].([]any)) != 2 {
		t.Errorf("then: %v", a)
	}
}

// A company that was suspended for longer than anybody looks back has dates that nobody will close: a list does not wait for them.
func TestDatesThatNobodyClosesDoNotWait(t *testing.T) {
	t.Parallel()
	w := setup(t)
	closed := func(from, to, but string) {
		t.Helper()
		w.exec(t, `INSERT INTO summary.closing SELECT 'acme', date::date, 'America/Bogota', date + interval '5 hours', date + interval '29 hours', date
FROM generate_series($1::timestamp, $2::timestamp, interval '1 day') AS date WHERE date::date::text <> $3`, from, to, but)
	}
	pending := func(want float64) {
		t.Helper()
		if got := w.get(t, boss, "/v1/summaries?from=2026-02-01&to=2026-03-09").Is(t, http.StatusOK, "").Body["pending"]; got != want {
			t.Errorf("%v wait, want %v", got, want)
		}
	}
	w.again(t, config, "directory")
	pending(0) // nothing was ever closed
	closed("2026-01-01", "2026-01-10", "")
	pending(6) // those of the last week
	closed("2026-03-02", "2026-03-08", "2026-03-05")
	pending(1)
}

// A company whose dates cannot be closed costs one attempt a run, and the others have theirs closed.
func TestACompanyThatFailsHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.company(t, "beta", "America/Bogota")
	w.exec(t, `CREATE SEQUENCE summary.tried`)
	w.exec(t, `CREATE FUNCTION summary.fail() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
    PERFORM nextval('summary.tried'); RAISE 'no date today';
END $$`)
	w.exec(t, `CREATE TRIGGER fail BEFORE INSERT ON summary.closing FOR EACH ROW WHEN (NEW.id_empresa = 'acme') EXECUTE FUNCTION summary.fail()`)
	w.again(t, config)
	w.looks(t)
	apptest.Until(t, func() bool { return w.count(t, "summary.closing WHERE id_empresa = 'beta'") == 7 })
	// The run may have been repeated by now.
	if n := w.count(t, "summary.tried WHERE is_called AND last_value < 7"); n != 1 {
		t.Error("a company was tried with each of its dates, or not at all")
	}
}
