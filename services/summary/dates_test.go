package summary_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/proto/audience"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

// The day on which the clocks go forward has 23 hours and the one on which they go back 25.
func TestDaysOnWhichTheClocksChange(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.company(t, "berlin", "Europe/Berlin")
	w.user(t, "berlin", "ute", audience.RoleColaborador, "{norte}")
	ute := claims("berlin", "ute", audience.RoleColaborador)
	for _, c := range []struct {
		date, first, last string
		seconds           float64
	}{
		{"2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T21:58:00Z", 23 * 3600},
		{"2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T22:58:00Z", 25 * 3600},
	} {
		w.upload(t, "berlin", "ute", "p1", append(stand(at(c.first).Add(-time.Minute), 2), stand(at(c.last), 4)...))
	}
	w.clock.Set(at("2026-10-28T12:00:00Z"))
	c := config
	c.Positions = 300 * 24 * time.Hour
	w.again(t, c)
	for date, seconds := range map[string]float64{"2026-03-29": 23 * 3600, "2026-10-25": 25 * 3600} {
		w.close(t, "berlin", date)
		// A minute of the first stay and two of the last are of this date.
		if d := w.get(t, ute, "/v1/users/ute/summaries/"+date).Is(t, http.StatusOK, "").Body; d["day_s"] != seconds || d["fixes"] != 18. || d["state"] == "preliminary" {
			t.Errorf("%s: %v", date, d)
		}
	}
}

// A company that moves to another time zone: what is closed stays, and the next date begins where the last one ended, so that every
// position counts once.
func TestAnotherTimeZoneCountsNothingTwice(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"Europe/Madrid", "Pacific/Honolulu"} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			const minutes = 4 * 24 * 60
			w.upload(t, "acme", "ana", "p1", stand(at("2026-03-08T05:00:00Z"), minutes/8))
			for part := 1; part < 8; part++ {
				w.upload(t, "acme", "ana", "p1", stand(at("2026-03-08T05:00:00Z").Add(time.Duration(part)*minutes/8*time.Minute), minutes/8))
			}
			w.clock.Set(at("2026-03-14T12:00:00Z"))
			w.again(t, config)
			w.close(t, "acme", "2026-03-08")
			w.close(t, "acme", "2026-03-09")
			w.exec(t, `UPDATE identity.company SET zone = $1, version = version + 1 WHERE id_empresa = 'acme'`, zone)
			w.again(t, config)
			apptest.Until(t, func() bool { return w.count(t, "platform.job_schedule WHERE zone = '"+zone+"'") == 1 })
			for _, date := range []string{"2026-03-12", "2026-03-10", "2026-03-11", "2026-03-07"} {
				w.close(t, "acme", date)
			}
			if n := w.count(t, "summary.closing a JOIN summary.closing b ON b.date > a.date AND b.from_at < a.until_at"); n != 0 {
				t.Errorf("%d dates overlap", n)
			}
			if n := w.count(t, "summary.closing a WHERE date < '2026-03-12' AND NOT EXISTS (SELECT FROM summary.closing b WHERE b.from_at = a.until_at)"); n != 0 {
				t.Errorf("after %d dates time is missing", n)
			}
			var fixes int
			if err := w.admin.GetContext(t.Context(), &fixes, `SELECT sum(fixes) FROM summary.day`); err != nil || fixes != minutes*6 {
				t.Errorf("%d positions are counted, want %d (%v)", fixes, minutes*6, err)
			}
		})
	}
}

// After two days without the service, it closes both dates, the older one first, each told once.
func TestTwoDaysDown(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.again(t, config, "jobs", "directory")
	w.planned(t, "acme")
	for back := range 3 {
		w.upload(t, "acme", "ana", "p1", walk(noon.AddDate(0, 0, back), 10))
	}
	w.stop()
	w.clock.Set(noon.AddDate(0, 0, 2))
	w.again(t, config)
	told := map[any]int{}
	for range 2 {
		e := w.next(t)
		told[e.body["date"]]++
		if e.event != "diario" || e.body["version"] != 1. {
			t.Errorf("told %v", e)
		}
	}
	w.quiet(t)
	w.silent(t)
	if told["2026-03-09"] != 1 || told["2026-03-10"] != 1 {
		t.Errorf("told of %v", told)
	}
	if d := w.get(t, ana, "/v1/users/ana/summaries/2026-03-11").Is(t, http.StatusOK, "").Body; d["state"] != "preliminary" {
		t.Errorf("today: %v", d)
	}
}

// A closed day follows its visits and shifts: one that is done late, one that moves to another day or to somebody else, and shifts that
// change. It also follows its company's decision that people are tracked in their shifts only.
func TestVisitsAndShiftsOfAClosedDay(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon, 60))
	w.visit(t, "acme", "v1", "ana", "pendiente", noon)
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.next(t)
	changed := func(what string, want map[string]float64) {
		t.Helper()
		e := w.next(t)
		for field, v := range want {
			if e.event != "actualizado" || e.body["user_id"] != "ana" || e.body[field] != v {
				t.Errorf("%s: told %v, want %s %v", what, e, field, v)
			}
		}
		w.quiet(t)
	}
	w.visit(t, "acme", "v1", "ana", "completada", noon)
	w.tellVisit(t, "acme", "v1", "ana", "completada", noon)
	changed("a visit is done", map[string]float64{"visits_done": 1, "visits_open": 0})

	w.work.Shift(t, "acme", "ana", "s1", noon.Add(-time.Hour), noon.Add(30*time.Minute))
	changed("a shift becomes known", map[string]float64{"shift_s": 5400})

	w.work.Decide(t, "acme", "on_shift", noon)
	changed("the company hides", map[string]float64{"fixes": 180})

	w.visit(t, "acme", "v1", "luis", "pendiente", noon.AddDate(0, 0, 3))
	w.tellVisit(t, "acme", "v1", "luis", "pendiente", noon.AddDate(0, 0, 3))
	changed("a visit moves away", map[string]float64{"visits_done": 0, "visits_open": 0})
	w.silent(t)
}
