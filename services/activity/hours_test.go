package activity_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/terreno/terreno/pkg/pgtest"
)

// worked gives Ana of acme a plan and two days of work: the 7th of March, a Saturday, and the night after the 8th. It is the 9th.
func worked(t *testing.T) *world {
	t.Helper()
	w := setup(t)
	w.put(t, person("boss"), "/v1/shift-plans/company", works("08:00", "17:00", 0)).Is(t, http.StatusOK, "")
	nights := body{"version": 0, "windows": []any{window(5, "08:00", "17:00"), window(6, "08:00", "17:00"), window(7, "20:00", "05:00")}}
	w.put(t, person("sol"), "/v1/shift-plans/user/ana", nights).Is(t, http.StatusOK, "")
	for i, s := range []struct{ action, at string }{
		{"start", "07T08:00"}, {"pause", "07T12:00"}, {"resume", "07T13:00"}, {"end", "07T17:00"}, {"start", "08T20:00"}, {"end", "09T04:00"},
	} {
		w.shift(t, "ana", s.action, fmt.Sprint("k", i), w.occurred(t, s.at)).Is(t, http.StatusOK, "")
	}
	for range 6 {
		w.next(t)
	}
	return w
}

const hoursOfAna = "/v1/hours?user=ana&from=2026-03-07&to=2026-03-08"

// hours returns the hours of one user, and their days in short: planned, worked and paused hours, and flags.
func (w *world) hours(t *testing.T, who, path string) (user body, days string) {
	t.Helper()
	a := w.get(t, person(who), path).Is(t, http.StatusOK, "")
	user = a.Body["hours"].([]any)[0].(body)
	for _, d := range user["days"].([]any) {
		d := d.(body)
		days += fmt.Sprintf("%s %v/%v/%v", d["day"].(string)[8:], d["planned_s"].(float64)/3600, d["worked_s"].(float64)/3600, d["paused_s"].(float64)/3600)
		for _, flag := range []string{"forced", "corrected", "objected"} {
			if d[flag] != 0.0 {
				days += " " + flag
			}
		}
		for _, flag := range []string{"open", "approved"} {
			if d[flag] == true {
				days += " " + flag
			}
		}
		days += "; "
	}
	return user, days
}

func TestTheHoursOfAPeriod(t *testing.T) {
	t.Parallel()
	w := worked(t)
	user, days := w.hours(t, "ana", hoursOfAna)
	if days != "07 9/8/1; 08 9/8/0; " || user["worked_s"] != 16.0*3600 || user["planned_s"] != 18.0*3600 || user["user_name"] != "Persona ana" {
		t.Errorf("%s: %v", days, user)
	}
	for who, want := range map[string]string{"boss": "ana beto boss carla sol solo sur", "sol": "ana beto sol", "sur": "carla sur", "ana": "ana", "solo": "solo"} {
		var all []string
		for next := ""; ; {
			a := w.get(t, person(who), "/v1/hours?from=2026-03-07&to=2026-03-08&limit=2&cursor="+next).Is(t, http.StatusOK, "")
			for _, h := range a.Body["hours"].([]any) {
				all = append(all, fmt.Sprint(h.(body)["user_id"]))
			}
			if next, _ = a.Body["next"].(string); next == "" {
				break
			}
		}
		if got := strings.Join(all, " "); got != want {
			t.Errorf("%s reads the hours of %s", who, got)
		}
	}
	if a := w.get(t, person("boss"), "/v1/hours?from=2026-03-07&to=2026-03-08&team=sur").Is(t, http.StatusOK, ""); strings.Contains(a.Text, `"ana"`) {
		t.Errorf("%s", a.Text)
	}
	for query, code := range map[string]string{
		"from=2026-03-08&to=2026-03-07": "range_invalid", "from=2026-03-08&to=2026-05-09": "range_invalid", "from=2026-02-30&to=2026-03-01": "validation_failed", "from=2026-03-08": "validation_failed",
	} {
		w.get(t, person("ana"), "/v1/hours?"+query).Is(t, http.StatusUnprocessableEntity, code)
	}
	w.get(t, person("beto"), hoursOfAna).Is(t, http.StatusNotFound, "user_not_found")
	w.get(t, person("sur"), hoursOfAna).Is(t, http.StatusNotFound, "user_not_found")
	if _, days := w.hours(t, "boss", "/v1/hours?user=solo&from=2026-03-07&to=2026-03-07"); days != "07 9/0/0; " {
		t.Error(days)
	}
}

func TestHoursAreApprovedAndLocked(t *testing.T) {
	t.Parallel()
	w := worked(t)
	const approve, reopen = "/v1/hours/approve", "/v1/hours/reopen"
	user, _ := w.hours(t, "sol", hoursOfAna)
	wish := body{"user_id": "ana", "from": "2026-03-07", "to": "2026-03-08", "version": user["version"]}
	w.post(t, person("sur"), approve, wish).Is(t, http.StatusNotFound, "user_not_found")
	w.post(t, person("ana"), approve, wish).Is(t, http.StatusForbidden, "forbidden")
	w.post(t, person("sol"), approve, with(wish, body{"user_id": "sol"})).Is(t, http.StatusForbidden, "own_hours")
	w.post(t, personOf("beta", "boss"), approve, wish).Is(t, http.StatusConflict, "hours_changed") // its own Ana did not work
	w.post(t, person("sol"), approve, with(wish, body{"to": "2026-03-09"})).Is(t, http.StatusUnprocessableEntity, "period_not_over")
	w.post(t, person("sol"), approve, with(wish, body{"to": "2026-03-06"})).Is(t, http.StatusUnprocessableEntity, "range_invalid")
	// Nobody approves what they did not see.
	w.shift(t, "ana", "end", "k9", w.occurred(t, "09T03:00")).Is(t, http.StatusOK, "")
	w.next(t)
	if a := w.post(t, person("sol"), approve, wish).Is(t, http.StatusConflict, "hours_changed"); a.Body["current"].(body)["worked_s"] != 15.0*3600 {
		t.Errorf("%s", a.Text)
	}
	user, days := w.hours(t, "sol", hoursOfAna)
	wish["version"] = user["version"]
	a := w.post(t, person("sol"), approve, wish, "Idempotency-Key", "a1").Is(t, http.StatusOK, "")
	id := a.Body["approvals"].([]any)[0].(body)["id"]
	w.post(t, person("sol"), approve, wish, "Idempotency-Key", "a1").Is(t, http.StatusOK, "")
	w.post(t, person("sol"), approve, wish).Is(t, http.StatusConflict, "hours_approved")
	w.post(t, person("boss"), approve, with(wish, body{"from": "2026-03-08"})).Is(t, http.StatusConflict, "hours_approved")

	// What arrives about it from now on is a note: an end at night after its last day, a shift, a correction, and one that would move
	// something into it.
	w.shift(t, "ana", "start", "m1", w.occurred(t, "09T06:00")).Is(t, http.StatusOK, "")
	w.shift(t, "ana", "end", "m2", w.occurred(t, "09T07:00")).Is(t, http.StatusOK, "")
	w.next(t)
	w.next(t)
	for i, s := range []struct{ action, at string }{{"end", "07T16:00"}, {"start", "07T18:00"}, {"end", "07T19:00"}, {"end", "09T02:00"}} {
		if a := w.shift(t, "ana", s.action, fmt.Sprint("late", i), w.occurred(t, s.at)).Is(t, http.StatusOK, ""); a.Body["rule"] != "locked" {
			t.Errorf("%s", a.Text)
		}
	}
	for key, at := range map[string]string{"k3": "07T20:00", "m2": "08T03:00"} {
		_, version := w.shiftLog(t, "sol", "ana")
		if a := w.post(t, person("sol"), "/v1/shifts/correct", with(body{"user_id": "ana", "corrects": key, "version": version, "reason": "x"}, w.occurred(t, at))).Is(t, http.StatusOK, ""); a.Body["rule"] != "locked" {
			t.Errorf("%s: %s", key, a.Text)
		}
	}
	w.silent(t)
	locked := strings.ReplaceAll(days, ";", " approved;")
	user, days = w.hours(t, "ana", hoursOfAna)
	if approval := user["approvals"].([]any)[0].(body); days != locked || approval["late"] != 6.0 || approval["approved_by"] != "sol" || approval["reopened_at"] != nil {
		t.Errorf("%s, want %s: %v", days, locked, user)
	}
	// Before and after it, everything counts. A shift that would last into it ends where it begins.
	w.shift(t, "ana", "start", "n1", w.occurred(t, "06T22:00")).Is(t, http.StatusOK, "")
	if e := w.next(t); e.body["id"] != "n1" || e.body["until"] != "2026-03-07T05:00:00Z" || e.body["forced"] != true {
		t.Errorf("%v", e.body)
	}
	if _, got := w.hours(t, "ana", hoursOfAna); got != locked {
		t.Errorf("%s, want %s", got, locked)
	}

	// An admin reopens it, with a reason, and all of it counts.
	again := body{"user_id": "ana", "id": id, "reason": "faltaban horas"}
	w.post(t, person("sol"), reopen, again).Is(t, http.StatusForbidden, "forbidden")
	w.post(t, personOf("beta", "boss"), reopen, again).Is(t, http.StatusNotFound, "approval_not_found")
	w.post(t, person("boss"), reopen, with(again, body{"user_id": "beto"})).Is(t, http.StatusNotFound, "approval_not_found")
	w.post(t, person("boss"), reopen, with(again, body{"reason": " "})).Is(t, http.StatusUnprocessableEntity, "reason_required")
	a = w.post(t, person("boss"), reopen, again, "Idempotency-Key", "r1").Is(t, http.StatusOK, "")
	w.post(t, person("boss"), reopen, again, "Idempotency-Key", "r1").Is(t, http.StatusOK, "")
	w.post(t, person("boss"), reopen, again).Is(t, http.StatusNotFound, "approval_not_found")
	if approval := a.Body["approvals"].([]any)[0].(body); approval["reopened_by"] != "boss" || approval["reason"] != "faltaban horas" {
		t.Errorf("%s", a.Text)
	}
	if _, got := w.hours(t, "ana", hoursOfAna); got != "07 9/1/0; 08 9/6/0; " { // The shift of the 6th lasts into the 7th now.
		t.Errorf("%s", got)
	}
	var log []string
	if err := w.admin.SelectContext(t.Context(), &log, `SELECT what || ' ' || entity || ' ' || made_by FROM activity.change_log WHERE what LIKE 'hours%' ORDER BY id`); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(log, ", "); got != "hours.approved hours/ana sol, hours.reopened hours/ana boss" {
		t.Error(got)
	}
	if n := pgtest.Count(t, w.admin, "activity.shift_action WHERE key LIKE 'late%'"); n != 4 {
		t.Errorf("%d of 4 are kept", n)
	}
}

// An approval and what arrives at the same moment: the approved hours are those that were seen, or the approval is refused.
func TestNothingSlipsIntoApprovedHours(t *testing.T) {
	t.Parallel()
	w := worked(t)
	token, supervisor := w.issuer.Token(t, person("ana")), w.issuer.Token(t, person("sol"))
	approved := 0
	for round := range 6 {
		user, _ := w.hours(t, "sol", hoursOfAna)
		wish := body{"user_id": "ana", "from": "2026-03-07", "to": "2026-03-08", "version": user["version"]}
		var all sync.WaitGroup
		var answer answer
		var failed error
		all.Go(func() { answer, failed = w.try(t.Context(), supervisor, http.MethodPost, "/v1/hours/approve", wish) })
		for i := range 3 {
			all.Go(func() {
				end := w.occurred(t, fmt.Sprintf("07T16:%02d", 59-5*round-i))
				if a, err := w.try(t.Context(), token, http.MethodPost, "/v1/shifts/end", end, "Idempotency-Key", fmt.Sprintf("r%d-%d", round, i)); err != nil || a.Status != http.StatusOK {
					t.Errorf("%d %s, %v", a.Status, a.Text, err)
				}
			})
		}
		all.Wait()
		if failed != nil || answer.Status != http.StatusOK && answer.Status != http.StatusConflict {
			t.Fatalf("%d %s, %v", answer.Status, answer.Text, failed)
		}
		if answer.Status == http.StatusConflict {
			continue
		}
		approved++
		now, _ := w.hours(t, "sol", hoursOfAna)
		if now["version"] != user["version"] {
			t.Errorf("approved %v, and now it is %v", user, now)
		}
		id := now["approvals"].([]any)[approved-1].(body)["id"]
		w.post(t, person("boss"), "/v1/hours/reopen", body{"user_id": "ana", "id": id, "reason": "x"}).Is(t, http.StatusOK, "")
	}
	t.Logf("%d of 6 were approved", approved)
}

func TestAnOpenShiftIsNotApproved(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.clock.Set(bogota(t, "10T00:30"))
	w.put(t, person("boss"), "/v1/shift-plans/user/ana", works("18:00", "06:00", 0)).Is(t, http.StatusOK, "")
	w.shift(t, "ana", "start", "s1", w.occurred(t, "09T18:00")).Is(t, http.StatusOK, "")
	user, days := w.hours(t, "sol", "/v1/hours?user=ana&from=2026-03-09&to=2026-03-09")
	if days != "09 12/6.5/0 open; " {
		t.Error(days)
	}
	wish := body{"user_id": "ana", "from": "2026-03-09", "to": "2026-03-09", "version": user["version"]}
	w.post(t, person("sol"), "/v1/hours/approve", wish).Is(t, http.StatusConflict, "shift_open")
	// When a shift is due, its approval does not wait for the job that closes it.
	w.clock.Set(bogota(t, "10T09:00"))
	a := w.post(t, person("sol"), "/v1/hours/approve", wish).Is(t, http.StatusConflict, "hours_changed")
	if now := a.Body["current"].(body); now["worked_s"] != 12.0*3600 {
		t.Errorf("%s", a.Text)
	}
	w.post(t, person("sol"), "/v1/hours/approve", with(wish, body{"version": a.Body["current"].(body)["version"]})).Is(t, http.StatusOK, "")
	// An admin may be alone, and approves its own hours.
	user, _ = w.hours(t, "boss", "/v1/hours?user=boss&from=2026-03-09&to=2026-03-09")
	w.post(t, person("boss"), "/v1/hours/approve", with(wish, body{"user_id": "boss", "version": user["version"]})).Is(t, http.StatusOK, "")
}

func TestHoursAsAFile(t *testing.T) {
	t.Parallel()
	w := worked(t)
	w.exec(t, `UPDATE identity.users SET name = '=HYPERLINK("http://x")' WHERE id_empresa = 'acme' AND id = 'ana'`)
	a := w.get(t, person("sol"), "/v1/hours/export?from=2026-03-06&to=2026-03-08&user=ana").Is(t, http.StatusOK, "")
	want := "\ufeffuser_id,user_name,day,planned_min,worked_min,paused_min,shifts,forced,corrected,objected,open,approved\n" +
		`ana,"'=HYPERLINK(""http://x"")",2026-03-06,540,0,0,0,0,0,0,no,no` + "\n" +
		`ana,"'=HYPERLINK(""http://x"")",2026-03-07,540,480,60,1,0,0,0,no,no` + "\n" +
		`ana,"'=HYPERLINK(""http://x"")",2026-03-08,540,480,0,1,0,0,0,no,no` + "\n"
	if a.Text != want {
		t.Errorf("%s", a.Text)
	}
	w.get(t, person("ana"), "/v1/hours/export?from=2026-03-06&to=2026-03-08").Is(t, http.StatusForbidden, "forbidden")
	w.get(t, person("sur"), "/v1/hours/export?from=2026-03-06&to=2026-03-08&user=ana").Is(t, http.StatusNotFound, "user_not_found")
	if a := w.get(t, person("sur"), "/v1/hours/export?from=2026-03-06&to=2026-03-08").Is(t, http.StatusOK, ""); strings.Contains(a.Text, "ana") || !strings.Contains(a.Text, "carla") {
		t.Errorf("%s", a.Text)
	}
	// Too many lines.
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'acme', 'u' || u, 'u', 'colaborador' FROM generate_series(1, 2001) u`)
	w.get(t, person("boss"), "/v1/hours/export?"+url.Values{"from": {"2026-03-06"}, "to": {"2026-03-06"}}.Encode()).Is(t, http.StatusUnprocessableEntity, "too_many_hours")
}
