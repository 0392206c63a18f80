package activity_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
)

// bogota is an instant by the clocks of Bogotá, such as 09T22:00.
func bogota(t *testing.T, clock string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, "2026-03-"+clock+":00-05:00")
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

func (w *world) occurred(t *testing.T, clock string) body {
	t.Helper()
	return body{"occurred_at": bogota(t, clock).Format(time.RFC3339)}
}

// ended returns when the newest shift of somebody ended, by the clocks of Bogotá, and whether it was forced.
func (w *world) ended(t *testing.T, who string) (at string, forced any) {
	t.Helper()
	s := w.get(t, person(who), "/v1/shifts").Is(t, http.StatusOK, "").Body["shifts"].([]any)[0].(body)
	text, _ := s["ended_at"].(string)
	if text == "" {
		return "", s["forced"]
	}
	end, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return end.Add(-5 * time.Hour).Format("02T15:04"), s["forced"]
}

func TestTheCloseUsesThePlan(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.put(t, person("boss"), "/v1/shift-plans/company", works("08:00", "17:00", 0)).Is(t, http.StatusOK, "")
	w.put(t, person("sol"), "/v1/shift-plans/user/beto", works("18:00", "06:00", 0)).Is(t, http.StatusOK, "")
	w.put(t, person("sur"), "/v1/shift-plans/user/carla", body{"windows": []any{}, "version": 0}).Is(t, http.StatusOK, "")
	w.put(t, person("boss"), "/v1/shift-plans/user/solo", works("22:00", "06:00", 0)).Is(t, http.StatusOK, "")
	w.clock.Set(bogota(t, "09T21:59"))
	w.shift(t, "ana", "start", "a1", w.occurred(t, "09T08:05")).Is(t, http.StatusOK, "")
	w.shift(t, "ana", "pause", "a2", w.occurred(t, "09T16:30")).Is(t, http.StatusOK, "")
	w.shift(t, "beto", "start", "b1", w.occurred(t, "09T17:55")).Is(t, http.StatusOK, "")
	w.shift(t, "carla", "start", "c1", w.occurred(t, "09T08:00")).Is(t, http.StatusOK, "")
	w.shift(t, "solo", "start", "s1", w.occurred(t, "09T21:50")).Is(t, http.StatusOK, "")
	for _, c := range []struct{ at, ana, beto, carla, solo string }{
		{"09T22:01", "09T17:00", "", "09T22:00", ""},
		{"10T07:59", "09T17:00", "", "09T22:00", ""},
		{"10T08:01", "09T17:00", "10T06:00", "09T22:00", "10T06:00"},
	} {
		w.closed(t, bogota(t, c.at))
		for who, want := range map[string]string{"ana": c.ana, "beto": c.beto, "carla": c.carla, "solo": c.solo} {
			if at, forced := w.ended(t, who); at != want || forced != (want != "") {
				t.Errorf("at %s: %s ended at %q, forced %v", c.at, who, at, forced)
			}
		}
	}
	// The pause that lasted is cut, and who worked longer than planned may say so: it happened before the close.
	a := w.shift(t, "ana", "end", "a3", w.occurred(t, "09T19:00")).Is(t, http.StatusOK, "")
	if at, forced := w.ended(t, "ana"); at != "09T19:00" || forced != false || a.Body["rule"] != "" {
		t.Errorf("%s", a.Text)
	}
	// On a holiday nothing is planned.
	w.put(t, person("boss"), "/v1/holidays", body{"version": 0, "holidays": []any{body{"date": "2026-03-10", "name": "Aniversario"}}}).Is(t, http.StatusOK, "")
	w.shift(t, "ana", "start", "a4", w.occurred(t, "10T08:00")).Is(t, http.StatusOK, "")
	w.closed(t, bogota(t, "10T22:01"))
	if at, _ := w.ended(t, "ana"); at != "10T22:00" {
		t.Errorf("ended at %s", at)
	}
}

// A visit is closed with its team, else with its worker's: of several teams the latest. A shift is closed with its worker's.
func TestATeamClosesAtItsOwnTime(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.user(t, "acme", "beto", "colaborador", "{norte,sur}")
	for team, at := range map[string]string{"norte": "20:00", "sur": "21:00"} {
		w.put(t, person("boss"), "/v1/activity-settings/teams/"+team, body{"close_at": at}).Is(t, http.StatusOK, "")
	}
	if a := w.get(t, person("ana"), "/v1/activity-settings/teams").Is(t, http.StatusOK, ""); len(a.Body["teams"].([]any)) != 2 || a.Body["teams"].([]any)[0].(body)["close_at"] != "20:00" {
		t.Errorf("%s", a.Text)
	}
	for _, c := range []struct {
		id, closes string
		b          body
	}{
		{"teams", "21:00", body{"user_id": nil, "team_id": "sur"}},
		{"workers", "20:00", nil},
		{"latest", "21:00", body{"user_id": "beto"}},
		{"companys", "22:00", body{"user_id": "solo"}},
		{"nobodys", "22:00", body{"user_id": nil}},
		{"window", "20:00", body{"day": nil, "from": "2026-03-09T20:00:00Z", "until": "2026-03-09T22:00:00Z"}},
	} {
		a := w.post(t, person("boss"), "/v1/activities", job(c.id, c.b)).Is(t, http.StatusCreated, "")
		want := bogota(t, "09T"+c.closes).Format(time.RFC3339)
		if a.Body["close_at"] != want || c.id != "window" && a.Body["until"] != want { // A day lasts until its close.
			t.Errorf("%s: %s", c.id, a.Text)
		}
	}
	a := w.act(t, person("boss"), "companys", "assign", body{"version": 1, "user_id": "ana"}).Is(t, http.StatusOK, "")
	if a.Body["close_at"] != bogota(t, "09T22:00").Format(time.RFC3339) { // It was planned until then.
		t.Errorf("%s", a.Text)
	}
	a = w.act(t, person("boss"), "companys", "reschedule", body{"version": 2, "day": "2026-03-10"}).Is(t, http.StatusOK, "")
	if want := bogota(t, "10T20:00").Format(time.RFC3339); a.Body["close_at"] != want || a.Body["until"] != want {
		t.Errorf("%s", a.Text)
	}
	w.shift(t, "ana", "start", "a1", before(60))
	w.shift(t, "beto", "start", "b1", before(60))
	w.closed(t, bogota(t, "09T20:01"))
	if at, _ := w.ended(t, "ana"); at != "09T20:00" {
		t.Errorf("ended at %q", at)
	}
	if at, _ := w.ended(t, "beto"); at != "" {
		t.Errorf("ended at %q", at)
	}
	if got := w.states(t, "acme"); got != "companys pendiente, latest pendiente, nobodys pendiente, teams pendiente, window incompleta cierre, workers incompleta cierre" {
		t.Error(got)
	}
	// Who may decide it.
	for _, who := range []string{"sol", "ana"} {
		w.put(t, person(who), "/v1/activity-settings/teams/norte", body{"close_at": "19:00"}).Is(t, http.StatusForbidden, "forbidden")
	}
	w.user(t, "beta", "zoe", "colaborador", "{oeste}")
	w.put(t, person("boss"), "/v1/activity-settings/teams/oeste", body{"close_at": "19:00"}).Is(t, http.StatusNotFound, "team_not_found")
	w.put(t, person("boss"), "/v1/activity-settings/teams/norte", body{"close_at": "11:00"}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.put(t, person("boss"), "/v1/activity-settings/teams/norte", body{"close_at": ""}).Is(t, http.StatusOK, "")
	if n := pgtest.Count(t, w.admin, "activity.team_settings") + 10*pgtest.Count(t, w.admin, "activity.change_log WHERE what = 'team_close.changed'"); n != 31 {
		t.Errorf("%d", n)
	}
}

func (w *world) closeAt(t *testing.T, at string) {
	t.Helper()
	w.settings(t, person("boss"), body{"check_in_policy": "note", "check_in_max_m": 1, "close_at": at}).Is(t, http.StatusOK, "")
}

// What is open and not yet due moves with the close. What is due stays as it was.
func TestWhatIsOpenMovesWithTheClose(t *testing.T) {
	t.Parallel()
	w := site(t)
	morning := body{"day": nil, "from": "2026-03-09T13:00:00Z", "until": "2026-03-09T15:00:00Z"}
	w.make(t, job("v1", morning))
	w.make(t, job("done", morning))
	w.make(t, job("guard", body{"user_id": "beto", "day": nil, "from": "2026-03-09T23:00:00Z", "until": "2026-03-10T11:00:00Z"}))
	w.act(t, person("boss"), "done", "cancel", body{"version": 1, "reason": "x"}).Is(t, http.StatusOK, "")
	w.next(t)
	for _, who := range []string{"ana", "beto"} {
		w.shift(t, who, "start", "s-"+who, before(60)).Is(t, http.StatusOK, "")
		w.next(t)
	}
	closes := func(id string) any { return w.get(t, person("boss"), "/v1/activities/"+id).Body["close_at"] }
	shiftCloses := func(who string) any {
		return w.get(t, person(who), "/v1/shifts").Body["shifts"].([]any)[0].(body)["close_at"]
	}
	check := func(when, v1, guard, ana, beto string) {
		t.Helper()
		for name, c := range map[string][2]any{"v1": {closes("v1"), v1}, "guard": {closes("guard"), guard}, "ana": {shiftCloses("ana"), ana}, "beto": {shiftCloses("beto"), beto}} {
			if want := bogota(t, c[1].(string)).Format(time.RFC3339); c[0] != want {
				t.Errorf("%s: %s is closed at %v, want %s", when, name, c[0], want)
			}
		}
		if closes("done") != "2026-03-10T03:00:00Z" {
			t.Errorf("%s: a visit that has ended moved", when)
		}
	}
	check("at first", "09T22:00", "10T08:00", "09T22:00", "09T22:00")
	w.closeAt(t, "23:00")
	w.closed(t, bogota(t, "09T22:01"))
	w.silent(t)
	check("an hour later", "09T23:00", "10T08:00", "09T23:00", "09T23:00")
	w.closeAt(t, "22:30")
	w.put(t, person("boss"), "/v1/activity-settings/teams/norte", body{"close_at": "22:15"}).Is(t, http.StatusOK, "")
	w.closed(t, bogota(t, "09T22:02"))
	check("its team's", "09T22:15", "10T08:00", "09T22:15", "09T22:15")
	// A close that has passed already does not move anything into the past, also not when somebody acts.
	w.put(t, person("boss"), "/v1/activity-settings/teams/norte", body{"close_at": "21:00"}).Is(t, http.StatusOK, "")
	w.closed(t, bogota(t, "09T22:03"))
	w.act(t, person("ana"), "v1", "check-in").Is(t, http.StatusOK, "")
	check("in the past", "09T22:15", "10T08:00", "09T22:15", "09T22:15")
	w.next(t)
	w.closed(t, bogota(t, "09T22:15"))
	if at, _ := w.ended(t, "ana"); at != "09T22:15" {
		t.Errorf("ended at %q", at)
	}
	if got := w.states(t, "acme"); got != "done cancelada x, guard pendiente, v1 incompleta cierre" {
		t.Error(got)
	}
	if n := pgtest.Count(t, w.admin, "activity.close_move"); n != 0 {
		t.Errorf("%d moves are left", n)
	}
	w.closed(t, bogota(t, "10T08:00"))
	if at, _ := w.ended(t, "beto"); at != "10T06:00" {
		t.Errorf("ended at %q", at)
	}
}
