package summary_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
)

// A company begins to hide what lies outside shifts. Days whose positions are gone keep their visits and hours; what their positions came to
// is hidden where not all of it lies in a shift, in lists, sums, files and details.
func TestOldDaysHideWhatNobodyMaySee(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"ana", "luis", "sol"} {
		w.upload(t, "acme", user, "p1", append(walk(noon, 20), walk(noon.Add(2*time.Hour), 20)...))
	}
	w.visit(t, "acme", "v1", "ana", "completada", noon)
	w.work.Shift(t, "acme", "ana", "s1", noon.Add(-time.Hour), noon.Add(time.Hour))
	w.work.Shift(t, "acme", "luis", "s2", noon.Add(-time.Hour), noon.Add(8*time.Hour))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.stop()
	// A hundred days later: nothing is computed again.
	w.clock.Set(noon.AddDate(0, 0, 101))
	w.again(t, config)
	read := func(user string) map[string]any {
		t.Helper()
		return w.get(t, boss, "/v1/users/"+user+"/summaries/2026-03-09").Is(t, http.StatusOK, "").Body
	}
	before := read("ana")
	if before["hidden"] != false || before["fixes"] != 240. {
		t.Fatalf("before: %v", before)
	}
	w.work.Decide(t, "acme", "on_shift", w.clock.Now())
	apptest.Until(t, func() bool { return read("ana")["hidden"] == true })
	a := read("ana")
	if a["first_at"] != nil || a["last_at"] != nil || a["distance_m"] != 0. || a["fixes"] != 0. || a["max_speed_mps"] != 0. || a["visits_done"] != 1. || a["shift_s"] != 7200. || a["state"] != "final" {
		t.Errorf("ana: %v", a)
	}
	if trips := a["trip_list"].([]any); len(trips) != 1 {
		t.Errorf("trips of ana: %v", trips)
	}
	if b := read("luis"); b["hidden"] != false || b["fixes"] != 240. || len(b["trip_list"].([]any)) != 2 {
		t.Errorf("luis was in a shift all the time: %v", b)
	}
	if c := read("sol"); c["hidden"] != true || c["distance_m"] != 0. || len(c["trip_list"].([]any)) != 0 || len(c["gap_list"].([]any)) != 0 {
		t.Errorf("sol had no shift: %v", c)
	}
	for _, s := range w.get(t, boss, "/v1/summaries?date=2026-03-09").Is(t, http.StatusOK, "").Body["summaries"].([]any) {
		if is := s.(map[string]any); (is["user_id"] == "luis") != (is["distance_m"].(float64) > 0) {
			t.Errorf("in the list: %v", is)
		}
	}
	for _, s := range w.get(t, boss, "/v1/summaries/totals?from=2026-03-09&to=2026-03-09").Is(t, http.StatusOK, "").Body["totals"].([]any) {
		is := s.(map[string]any)
		if (is["user_id"] == "luis") != (is["distance_m"].(float64) > 0) || (is["hidden_days"] == 0.) != (is["user_id"] == "luis") || is["days"] != 1. {
			t.Errorf("in the sums: %v", is)
		}
	}
	if text := w.get(t, boss, "/v1/summaries/export?from=2026-03-09&to=2026-03-09").Text; strings.Count(text, "12:00:") != 1 {
		t.Errorf("in the file: %s", text)
	}
	w.work.Decide(t, "acme", "always", w.clock.Now())
	apptest.Until(t, func() bool { return read("ana")["hidden"] == false })
	if a := read("ana"); a["fixes"] != 240. {
		t.Errorf("ana, when nothing is hidden any more: %v", a)
	}
}

// A day of two shifts with nothing outside them comes to the same when the company begins to hide, and says so once it is computed again.
func TestADayThatLiesInItsShiftsIsShownAgain(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", append(walk(noon, 20), walk(noon.Add(2*time.Hour), 20)...))
	w.work.Shift(t, "acme", "ana", "s1", noon, noon.Add(time.Hour))
	w.work.Shift(t, "acme", "ana", "s2", noon.Add(2*time.Hour), noon.Add(3*time.Hour))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.clock.Set(noon.AddDate(0, 0, 2))
	w.work.Decide(t, "acme", "on_shift", w.clock.Now().Add(-time.Minute))
	apptest.Until(t, func() bool { return w.count(t, "summary.day WHERE computed_at > '2026-03-11'") == 1 })
	if a := w.get(t, boss, "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "").Body; a["hidden"] != false || a["fixes"] != 240. || a["version"] != 1. {
		t.Errorf("%v", a)
	}
}

// A shift that somebody shortens hides a part of its days, also of final ones. In a company that hides nothing, a final day stays as it is.
func TestAShorterShiftOfAFinalDay(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.company(t, "beta", "America/Bogota")
	w.user(t, "beta", "ana", "colaborador", "{norte}")
	for _, company := range []string{"acme", "beta"} {
		w.upload(t, company, "ana", "p1", walk(noon, 60))
		w.work.Shift(t, company, "ana", "s1", noon, noon.Add(time.Hour))
	}
	w.work.Decide(t, "acme", "on_shift", noon.AddDate(0, 0, -9))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	for _, company := range []string{"acme", "beta"} {
		w.close(t, company, "2026-03-09")
		w.next(t)
	}
	w.clock.Set(noon.AddDate(0, 0, 20))
	for _, company := range []string{"beta", "acme"} {
		w.work.Shift(t, company, "ana", "s1", noon, noon.Add(30*time.Minute))
	}
	if e := w.next(t); e.company != "acme" || e.event != "actualizado" || e.body["fixes"] != 180. || e.body["state"] != "final" {
		t.Errorf("told %v", e)
	}
	w.quiet(t)
	if a := w.get(t, claims("beta", "ana", "colaborador"), "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "").Body; a["fixes"] != 360. || a["shift_s"] != 3600. {
		t.Errorf("a final day: %v", a)
	}
}

// A trip that goes on in the next shift, a quarter of an hour later, is one trip of what people may see. Of a day that was computed before the
// company hid anything it is none: it would say what lies between the shifts.
func TestATripOverTwoShifts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon, 60))
	w.work.Shift(t, "acme", "ana", "s1", noon, noon.Add(20*time.Minute))
	w.work.Shift(t, "acme", "ana", "s2", noon.Add(35*time.Minute), noon.Add(time.Hour))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.stop()
	read := func() map[string]any {
		t.Helper()
		return w.get(t, boss, "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "").Body
	}
	w.clock.Set(noon.AddDate(0, 0, 2))
	w.again(t, config, "directory")
	w.work.Decide(t, "acme", "on_shift", w.clock.Now())
	if a := read(); a["hidden"] != true || a["fixes"] != 0. || len(a["trip_list"].([]any)) != 0 {
		t.Errorf("before it is computed again: %v", a)
	}
	w.clock.Advance(time.Minute)
	w.again(t, config)
	apptest.Until(t, func() bool { return read()["hidden"] == false })
	if a := read(); a["fixes"] != 270. || len(a["trip_list"].([]any)) != 1 || a["trips"] != 1. {
		t.Errorf("computed again: %v", a)
	}
}
