package summary_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/track"
)

// Two phones of a user: the one with which the shift was begun counts, and when the shift is said to be the other one's, the day follows.
func TestTheDeviceOfTheShift(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "home", stand(noon, 60))
	w.upload(t, "acme", "ana", "carried", walk(noon, 60))
	w.work.Shift(t, "acme", "ana", "s1", noon, noon.Add(time.Hour))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	if e := w.next(t); e.body["distance_m"].(float64) < 15_000 || e.body["devices"] != 2. {
		t.Errorf("nobody knows the device of the shift: %v", e)
	}
	w.work.Began(t, "acme", "ana", "s1", "home")
	w.work.Shift(t, "acme", "ana", "s1", noon, noon.Add(time.Hour))
	if e := w.next(t); e.event != "actualizado" || e.body["distance_m"] != 0. || e.body["devices"] != 2. {
		t.Errorf("the phone at home began the shift: %v", e)
	}
	// It began the first half, the other one the second.
	w.work.Shift(t, "acme", "ana", "s1", noon, noon.Add(30*time.Minute))
	w.next(t)
	w.work.Shift(t, "acme", "ana", "s2", noon.Add(30*time.Minute), noon.Add(time.Hour))
	w.work.Began(t, "acme", "ana", "s2", "carried")
	w.quiet(t)
	// The news of the shift may be on its way, or in a worker's hands, from before somebody knew its device.
	w.exec(t, `INSERT INTO summary.pending AS p SELECT id_empresa, user_id, date, now(), 'run' FROM summary.day
ON CONFLICT (company, user_id, date) DO UPDATE SET due_at = now(), version = p.version + 1`)
	w.quiet(t)
	if d := w.get(t, boss, "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "").Body; d["distance_m"].(float64) < 8000 || d["distance_m"].(float64) > 9500 || d["gap_m"] != 0. {
		t.Errorf("the phones swap: %v", d)
	}
}

// A place names stops until it is archived: a stop from before keeps its name when its day is computed again, and a later one has none.
func TestArchivedPlacesNameNoNewStops(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for back := range 2 {
		w.upload(t, "acme", "ana", "p1", stand(noon.AddDate(0, 0, -back), 60))
	}
	w.exec(t, `INSERT INTO activity.place (id_empresa, id, external_id, name, address, contact, notes, lat, lon, radius_m, name_key, search, created_at, updated_at, updated_by, archived, archived_at)
VALUES ('acme', 'p1', '', 'Panaderia', '', '', '', 4.65, -74.1, 50, 'panaderia', 'panaderia', $1, $1, 'boss', true, $2)`, noon.AddDate(0, 0, -9), noon.Add(-time.Hour))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	for date, want := range map[string]string{"2026-03-08": "Panaderia", "2026-03-09": ""} {
		w.close(t, "acme", date)
		stops := w.get(t, boss, "/v1/users/ana/summaries/"+date).Is(t, http.StatusOK, "").Body["stop_list"].([]any)
		if len(stops) != 1 || stops[0].(map[string]any)["place"] != want {
			t.Errorf("%s: %v, want %q", date, stops, want)
		}
	}
}

// Whoever was deactivated keeps the day that was worked.
func TestADeactivatedUserHasItsDay(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.upload(t, "acme", "ana", "p1", walk(noon, 20))
	w.exec(t, `UPDATE identity.users SET active = false WHERE id = 'ana'`)
	w.again(t, config)
	if list := w.get(t, boss, "/v1/summaries").Is(t, http.StatusOK, "").Body["summaries"].([]any); len(list) != 1 {
		t.Errorf("today: %v", list)
	}
	w.planned(t, "acme")
	w.clock.Set(time.Date(2026, 3, 10, 4, 59, 30, 0, time.UTC))
	if e := w.next(t); e.event != "diario" || e.body["user_id"] != "ana" || e.body["fixes"] != 120. {
		t.Errorf("told %v", e)
	}
	w.get(t, boss, "/v1/users/ana/summaries/2026-03-09").Is(t, http.StatusOK, "")
	w.get(t, boss, "/v1/users/ana/route?date=2026-03-09").Is(t, http.StatusOK, "")
}

// More positions than a worker keeps: evenly spread ones count, whatever came first, and the day says that it was thinned. That the order does
// not matter is shown in package track.
func TestTooManyPositionsAreThinned(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const parts, each, apartMS = 7, 60_000, 40
	for part := parts - 1; part >= 0; part-- {
		fixes := make([]track.Fix, each)
		for i := range fixes {
			ms := int64(part*each+i) * apartMS
			f := &fixes[i]
			f.RecordedAt = noon.UnixMilli() + ms
			f.ReceivedAt = f.RecordedAt + 1000
			f.SetPlace(4.65+float64(ms)*5/1000/110_600, -74.1)
			f.SetAccuracyM(8)
		}
		w.upload(t, "acme", "ana", "p1", fixes)
	}
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	if e := w.next(t); e.body["thinned"] != true {
		t.Errorf("told %v", e)
	}
	const metres = parts * each * apartMS * 5 / 1000
	a := w.row(t, "acme", "ana", "2026-03-09")
	if a["thinned"] != true || a["distance_m"].(float64) < 0.98*metres || a["distance_m"].(float64) > 1.02*metres {
		t.Errorf("%v m, want %d; thinned %v", a["distance_m"], metres, a["thinned"])
	}
	list := w.get(t, boss, "/v1/summaries?date=2026-03-09").Is(t, http.StatusOK, "").Body["summaries"].([]any)
	if len(list) != 1 || list[0].(map[string]any)["thinned"] != true {
		t.Errorf("the list does not say so: %v", list)
	}
}

// Where days begin at half past, an hour of UTC touches two dates: what comes late in it changes the one that it belongs to.
func TestWhatComesLateWhereDaysBeginAtHalfPast(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.company(t, "delhi", "Asia/Kolkata")
	w.user(t, "delhi", "ravi", audience.RoleColaborador, "{}")
	midnight := time.Date(2026, 3, 8, 18, 30, 0, 0, time.UTC)
	w.upload(t, "delhi", "ravi", "p1", walk(midnight.Add(-3*time.Hour), 10))
	w.upload(t, "delhi", "ravi", "p1", walk(midnight.Add(3*time.Hour), 10))
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	for _, date := range []string{"2026-03-08", "2026-03-09"} {
		w.close(t, "delhi", date)
		w.next(t)
	}
	for _, c := range []struct {
		after time.Duration
		date  string
	}{{-15 * time.Minute, "2026-03-08"}, {15 * time.Minute, "2026-03-09"}} {
		w.upload(t, "delhi", "ravi", "p1", walk(midnight.Add(c.after), 10))
		if e := w.next(t); e.event != "actualizado" || e.body["date"] != c.date || e.body["fixes"] != 120. {
			t.Errorf("%v after midnight: told %v", c.after, e)
		}
	}
	w.quiet(t)
	w.silent(t)
}
