package summary_test

import (
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/proto/track"
)

// A day is preliminary while it runs. At 23:59 it is closed, stored and told once, and later it is final.
func TestADay(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", append(stand(noon.Add(-time.Hour), 20), walk(noon.Add(-40*time.Minute), 20)...))
	w.work.Shift(t, "acme", "ana", "s1", noon.Add(-2*time.Hour), noon.Add(-time.Hour))
	w.visit(t, "acme", "v1", "ana", "completada", noon.Add(-time.Hour))
	w.visit(t, "acme", "v2", "ana", "incompleta", noon.Add(time.Hour))
	w.visit(t, "acme", "v3", "ana", "pendiente", noon.Add(2*time.Hour))
	w.visit(t, "acme", "v4", "ana", "cancelada", noon.Add(2*time.Hour))
	w.visit(t, "acme", "v5", "ana", "completada", noon.Add(24*time.Hour))
	w.again(t, config)
	d := w.get(t, ana, "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "").Body
	if d["state"] != "preliminary" || d["version"] != 0. || d["distance_m"].(float64) < 5500 || d["distance_m"].(float64) > 6500 || d["fixes"] != 240. {
		t.Errorf("the day that runs: %v", d)
	}
	if d["visits_done"] != 1. || d["visits_not_done"] != 1. || d["visits_open"] != 1. || d["shift_s"] != 3600. || d["day_s"] != 86400. {
		t.Errorf("the work of the day: %v", d)
	}
	if list := w.get(t, boss, "/v1/summaries").Is(t, http.StatusOK, "").Body["summaries"].([]any); len(list) != 1 {
		t.Errorf("%v days run", list)
	}
	w.silent(t)

	w.planned(t, "acme")
	w.clock.Set(time.Date(2026, 3, 10, 4, 59, 30, 0, time.UTC))
	e := w.next(t)
	if e.event != "diario" || e.company != "acme" || e.body["user_id"] != "ana" || e.body["date"] != "2026-03-09" || e.body["state"] != "closed" || e.body["distance_m"] != d["distance_m"] {
		t.Errorf("told %v", e)
	}
	w.quiet(t)
	w.silent(t)
	if d := w.get(t, ana, "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "").Body; d["state"] != "closed" || d["version"] != 1. {
		t.Errorf("the day that is closed: %v", d)
	}
	w.clock.Set(noon.AddDate(0, 0, 9))
	if d := w.get(t, ana, "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "").Body; d["state"] != "final" {
		t.Errorf("the day that is final: %v", d)
	}
}

// Late positions of a closed day are told once, and those of a final day change nothing.
func TestLatePositions(t *testing.T) {
	t.Parallel()
	w := setup(t)
	all := walk(noon, 60)
	w.upload(t, "acme", "ana", "p1", all[:100])
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	if e := w.next(t); e.event != "diario" {
		t.Errorf("told %v", e)
	}
	w.upload(t, "acme", "ana", "p1", all[100:])
	if e := w.next(t); e.event != "actualizado" || e.body["version"] != 2. || e.body["fixes"] != 360. {
		t.Errorf("told %v", e)
	}
	w.quiet(t)
	w.upload(t, "acme", "ana", "p1", all) // again: nothing changes
	w.quiet(t)
	w.silent(t)
	w.clock.Set(noon.AddDate(0, 0, 9))
	before := w.row(t, "acme", "ana", "2026-03-09")
	w.upload(t, "acme", "ana", "p2", walk(noon.Add(3*time.Hour), 10))
	w.quiet(t)
	same(t, before, w.row(t, "acme", "ana", "2026-03-09"))
	w.silent(t)
}

// A local day touches two UTC days. What is recorded today does not put yesterday into the queue again, although the UTC day is the same.
func TestWhatIsRecordedTodayLeavesYesterdayAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon, 60))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.quiet(t)
	w.exec(t, `CREATE TABLE queued AS SELECT company, date FROM summary.pending WITH NO DATA;
CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN INSERT INTO public.queued VALUES (NEW.company, NEW.date); RETURN NEW; END $$;
CREATE TRIGGER note AFTER INSERT ON summary.pending FOR EACH ROW EXECUTE FUNCTION note()`)
	// The company's 10 March begins at 05:00 UTC.
	w.upload(t, "acme", "ana", "p1", walk(time.Date(2026, 3, 10, 6, 0, 0, 0, time.UTC), 60))
	w.quiet(t)
	if n := w.count(t, "queued"); n != 0 {
		t.Errorf("%d days were queued", n)
	}
	w.upload(t, "acme", "ana", "p1", walk(time.Date(2026, 3, 10, 3, 0, 0, 0, time.UTC), 10))
	if e := w.next(t); e.event != "diario" {
		t.Errorf("told %v", e)
	}
	if e := w.next(t); e.event != "actualizado" {
		t.Errorf("told %v", e)
	}
}

// Any order, split and repetition of the same uploads gives the same row.
func TestOrderOfUploadsDoesNotMatter(t *testing.T) {
	t.Parallel()
	w := setup(t)
	fixes := append(append(stand(noon.Add(-2*time.Hour), 60), walk(noon.Add(-time.Hour), 50)...), walk(noon.Add(time.Hour), 20)...)
	w.upload(t, "acme", "ana", "p1", fixes)
	r := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // a test
	rest := append([]track.Fix{}, fixes...)
	r.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	for len(rest) > 0 {
		n := min(len(rest), 1+r.IntN(200))
		w.upload(t, "acme", "luis", "p1", rest[:n])
		if r.IntN(3) == 0 {
			w.upload(t, "acme", "luis", "p1", rest[:n])
		}
		rest = rest[n:]
	}
	w.tracks.Merge(t, "acme", "luis", noon.Add(time.Hour))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	a, b := w.row(t, "acme", "ana", "2026-03-09"), w.row(t, "acme", "luis", "2026-03-09")
	same(t, a, b, "user_id", "hash")
	if a["version"] != int64(1) || a["fixes"] != int64(len(fixes)) {
		t.Errorf("version %v, %v fixes", a["version"], a["fixes"])
	}
}

// A day that cannot be computed stops nothing but itself, and is computed once it can be.
func TestAPoisonDayStopsOnlyItself(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon, 10))
	w.upload(t, "acme", "luis", "p1", walk(noon, 10))
	w.exec(t, `CREATE FUNCTION summary.poison() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'poison'; END $$;
CREATE TRIGGER poison BEFORE INSERT ON summary.day FOR EACH ROW WHEN (NEW.user_id = 'ana') EXECUTE FUNCTION summary.poison()`)
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.ask(t, "acme", "2026-03-09")
	if e := w.next(t); e.body["user_id"] != "luis" {
		t.Errorf("told %v", e)
	}
	apptest.Until(t, func() bool { return w.count(t, "summary.pending WHERE attempts > 0 AND error LIKE '%poison%'") == 1 })
	// Until it is stored, it is computed for whoever asks.
	if d := w.get(t, ana, "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "").Body; d["state"] != "preliminary" || d["fixes"] != 60. {
		t.Errorf("the day that waits: %v", d)
	}
	w.exec(t, `DROP TRIGGER poison ON summary.day`) // alone: a worker that has the day in hand waits for the table
	w.exec(t, `UPDATE summary.pending SET due_at = now()`)
	if e := w.next(t); e.body["user_id"] != "ana" {
		t.Errorf("told %v", e)
	}
	w.quiet(t)
}

// Days of an older version of the algorithm are computed again, and those whose positions are gone stay as they are.
func TestANewAlgorithm(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon, 10))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.next(t)
	w.exec(t, `INSERT INTO summary.closing SELECT id_empresa, date - 100, zone, from_at - interval '100 days', until_at - interval '100 days', closed_at FROM summary.closing;
INSERT INTO summary.day SELECT (jsonb_populate_record(d, jsonb_build_object('date', d.date - 100, 'from_at', d.from_at - interval '100 days', 'until_at', d.until_at - interval '100 days'))).* FROM summary.day d;
UPDATE summary.day SET algorithm = 0, hash = ''`)
	w.again(t, config)
	if e := w.next(t); e.event != "actualizado" || e.body["date"] != "2026-03-09" || e.body["version"] != 2. {
		t.Errorf("told %v", e)
	}
	w.close(t, "acme", "2025-11-29")
	if n := w.count(t, "summary.day WHERE algorithm = 0 AND version = 1 AND fixes = 60"); n != 1 {
		t.Error("a day without its positions was computed again")
	}
	w.silent(t)
}

// Days that cannot be computed do not keep others from a new algorithm.
func TestPoisonDaysDoNotHoldUpANewAlgorithm(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon, 10))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.next(t)
	w.exec(t, `UPDATE summary.day SET algorithm = 0, hash = '';
INSERT INTO summary.pending (company, user_id, date, due_at, reason, attempts) SELECT 'acme', 'x' || n, '2026-03-09', now() + interval '1 hour', 'work', 9 FROM generate_series(1, 500) n`)
	w.again(t, config)
	if e := w.next(t); e.event != "actualizado" || e.body["user_id"] != "ana" {
		t.Errorf("told %v", e)
	}
}

// The days of a company that decides when its people are tracked are due one after the other, the newest first, so that those of others get
// their turn.
func TestABigCompanyHasNobodyWait(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon, 1))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config, "work", "directory", "jobs")
	w.close(t, "acme", "2026-03-09")
	w.exec(t, `INSERT INTO summary.day SELECT (jsonb_populate_record(d, jsonb_build_object('user_id', 'u' || lpad(n::text, 4, '0')))).* FROM summary.day d, generate_series(1, 1999) n`)
	c := config
	c.Debounce = time.Minute
	w.again(t, c, "activity", "directory")
	w.work.Decide(t, "acme", "on_shift", noon)
	apptest.Until(t, func() bool { return w.count(t, "summary.pending") > 1000 })
	if n := w.count(t, "summary.pending WHERE due_at > (SELECT min(due_at) FROM summary.pending) + interval '20 seconds'"); n < 900 {
		t.Errorf("%d days of 2000 wait for 20 s or more", n)
	}
}
