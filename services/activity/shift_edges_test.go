package activity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
)

// spansOf lists the shifts of somebody by the clocks of Bogotá, the oldest first.
func (w *world) spansOf(t *testing.T, who string) string {
	t.Helper()
	clock := func(v any) string {
		text, _ := v.(string)
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return ""
		}
		return at.Add(-5 * time.Hour).Format("02T15:04")
	}
	var all []string
	for _, s := range w.get(t, person(who), "/v1/shifts").Is(t, http.StatusOK, "").Body["shifts"].([]any) {
		s := s.(body)
		all = append([]string{fmt.Sprint(s["id"], " ", clock(s["started_at"]), "-", clock(s["ended_at"]))}, all...)
	}
	return strings.Join(all, ", ")
}

// A phone whose clock is ahead begins a shift. What is reported next, without a time, comes after that.
func TestWhatIsReportedWithoutATimeFollows(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "ana", "start", "s1", body{"occurred_at": noon.Add(90 * time.Second).Format(time.RFC3339)}).Is(t, http.StatusOK, "")
	for i, action := range []string{"pause", "resume", "end"} {
		if a := w.shift(t, "ana", action, fmt.Sprint("k", i)).Is(t, http.StatusOK, ""); a.Body["rule"] != "" || a.Body["shift"] == nil {
			t.Errorf("%s: %s", action, a.Text)
		}
	}
	if got := w.spansOf(t, "ana"); got != "s1 09T12:01-09T12:01" {
		t.Error(got)
	}
	// Whoever gives a time is believed.
	w.shift(t, "ana", "start", "s2", before(-3)).Is(t, http.StatusUnprocessableEntity, "occurred_ahead")
	if a := w.shift(t, "ana", "pause", "s3", before(0)).Is(t, http.StatusOK, ""); a.Body["rule"] != "no_shift" {
		t.Errorf("%s", a.Text)
	}
}

// Other services read with which device a user began a shift, also when the start was corrected. What the office enters has none.
func TestWithWhichDeviceAShiftBegan(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "ana", "start", "s1", with(before(3), body{"device_id": "phone-1"})).Is(t, http.StatusOK, "")
	w.shift(t, "ana", "pause", "k1", with(before(2), body{"device_id": "phone-2"})).Is(t, http.StatusOK, "")
	w.shift(t, "boss", "start", "s2", with(before(3), body{"device_id": "desk", "user_id": "beto", "reason": "sin teléfono"})).Is(t, http.StatusOK, "")
	is := func(id, want string) {
		t.Helper()
		var got string
		err := w.database.DB(t, name).InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
			return tx.Get(&got, `SELECT device FROM activity.v_shift WHERE id = $1`, id)
		})
		if err != nil || got != want {
			t.Errorf("%s began with %q, want %q (%v)", id, got, want, err)
		}
	}
	is("s1", "phone-1")
	is("s2", "")
	_, version := w.shiftLog(t, "boss", "ana")
	w.shift(t, "boss", "correct", "c1", with(before(4), body{"device_id": "desk", "user_id": "ana", "corrects": "s1", "version": version, "reason": "empezó antes"})).Is(t, http.StatusOK, "")
	is("s1", "phone-1")
}

// The actions of the last 33 days are folded. A shift that lies at the edge of that time, some of its actions before the edge and some
// after it, stays as it was.
func TestAShiftAtTheEdgeOfWhatIsFolded(t *testing.T) {
	t.Parallel()
	w := setup(t)
	correct := func(user, key, at string) {
		t.Helper()
		_, version := w.shiftLog(t, "boss", user)
		w.post(t, person("boss"), "/v1/shifts/correct", with(body{"user_id": user, "corrects": key, "version": version, "reason": "x"}, w.occurred(t, at))).Is(t, http.StatusOK, "")
	}
	w.put(t, person("sur"), "/v1/shift-plans/user/carla", works("08:00", "10:00", 0)).Is(t, http.StatusOK, "")
	for who, s := range map[string][2]string{"ana": {"09T08:00", "09T11:00"}, "beto": {"09T09:00", "09T11:00"}} {
		w.shift(t, who, "start", "s-"+who, w.occurred(t, s[0])).Is(t, http.StatusOK, "")
		w.shift(t, who, "end", "e-"+who, w.occurred(t, s[1])).Is(t, http.StatusOK, "")
	}
	correct("ana", "s-ana", "09T09:00")
	correct("beto", "s-beto", "09T08:00")
	correct("beto", "e-beto", "09T08:15")
	w.shift(t, "carla", "start", "s-carla", w.occurred(t, "09T08:00")).Is(t, http.StatusOK, "")
	w.shift(t, "carla", "start", "again", w.occurred(t, "09T11:30")).Is(t, http.StatusOK, "")
	w.closed(t, ten.Add(time.Minute))
	for _, edge := range []string{"09T08:10", "09T08:30", "09T09:30", "09T10:30", "09T11:15", "09T15:00", "09T23:00"} {
		w.clock.Set(bogota(t, edge).Add(33 * days))
		for who, want := range map[string]string{"ana": "s-ana 09T09:00-09T11:00", "beto": "s-beto 09T08:00-09T08:15", "carla": "s-carla 09T08:00-09T10:00"} {
			for _, action := range []string{"start", "end"} {
				w.shift(t, who, action, strings.ReplaceAll(action+edge+who, ":", "")).Is(t, http.StatusOK, "")
			}
			if got := w.spansOf(t, who); strings.Split(got, ", ")[0] != want || strings.Contains(got, "again") {
				t.Errorf("edge %s: %s has %s, want %s", edge, who, got, want)
			}
		}
	}
}

// Between a change of the close and the job that moves what is open, nobody is closed by the old time.
func TestTheMoveOfACloseDoesNotWaitForItsJob(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.make(t, job("v1", body{"day": nil, "from": "2026-03-09T13:00:00Z", "until": "2026-03-09T15:00:00Z"}))
	for _, who := range []string{"ana", "beto", "carla"} {
		w.shift(t, who, "start", "s-"+who, before(60)).Is(t, http.StatusOK, "")
	}
	w.clock.Set(ten.Add(-10 * time.Second))
	w.closeAt(t, "23:00")
	w.clock.Set(ten.Add(10 * time.Second)) // No job runs.
	if a := w.shift(t, "ana", "pause", "p1").Is(t, http.StatusOK, ""); a.Body["rule"] != "" || a.Body["shift"] == nil {
		t.Errorf("%s", a.Text)
	}
	if a := w.act(t, person("ana"), "v1", "check-in").Is(t, http.StatusOK, ""); a.Body["state"] != "en_sitio" || a.Body["close_at"] != bogota(t, "09T23:00").Format(time.RFC3339) {
		t.Errorf("%s", a.Text)
	}
	// The close changes again. What the first change saved stays saved.
	w.put(t, person("boss"), "/v1/activity-settings/teams/norte", body{"close_at": "22:30"}).Is(t, http.StatusOK, "")
	if a := w.shift(t, "beto", "pause", "p2").Is(t, http.StatusOK, ""); a.Body["rule"] != "" || a.Body["shift"].(body)["close_at"] != bogota(t, "09T22:30").Format(time.RFC3339) {
		t.Errorf("%s", a.Text)
	}
	w.closed(t, bogota(t, "09T22:45"))
	for who, want := range map[string]string{"ana": "09T22:30", "beto": "09T22:30", "carla": ""} {
		if at, _ := w.ended(t, who); at != want {
			t.Errorf("%s ended at %q, want %q", who, at, want)
		}
	}
}

// A guard of the night who begins a little late, after the close of the day, is closed like the others: in the morning. So the next
// night is not taken for a part of this shift.
func TestAGuardBeginsAfterTheClose(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.put(t, person("sol"), "/v1/shift-plans/user/ana", works("22:00", "06:00", 0)).Is(t, http.StatusOK, "")
	w.put(t, person("sol"), "/v1/shift-plans/user/beto", works("18:00", "06:00", 0)).Is(t, http.StatusOK, "")
	w.clock.Set(bogota(t, "10T00:30"))
	w.shift(t, "ana", "start", "n1", w.occurred(t, "09T22:05")).Is(t, http.StatusOK, "")
	w.shift(t, "beto", "start", "b1", w.occurred(t, "09T23:30")).Is(t, http.StatusOK, "")
	w.closeAt(t, "21:00")
	w.closed(t, bogota(t, "10T07:59"))
	if got := w.spansOf(t, "ana") + ", " + w.spansOf(t, "beto"); got != "n1 09T22:05-, b1 09T23:30-" {
		t.Error(got)
	}
	w.closed(t, bogota(t, "10T08:01"))
	if got := w.spansOf(t, "ana") + ", " + w.spansOf(t, "beto"); got != "n1 09T22:05-10T06:00, b1 09T23:30-10T06:00" {
		t.Error(got)
	}
	w.clock.Set(bogota(t, "10T21:55"))
	if a := w.shift(t, "ana", "start", "n2").Is(t, http.StatusOK, ""); a.Body["rule"] != "" {
		t.Errorf("%s", a.Text)
	}
}

// What cannot be closed for one worker does not keep the others of its company on shift.
func TestOneWorkerDoesNotKeepOthersOnShift(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "ana", "start", "s1", before(120)).Is(t, http.StatusOK, "")
	w.shift(t, "beto", "start", "s2", before(60)).Is(t, http.StatusOK, "")
	w.exec(t, `INSERT INTO activity.shift_action (id_empresa, user_id, key, kind, at, received_at, by_user, reason, device, request)
SELECT 'acme', 'ana', 'x' || n, 'pause', $1, $1, 'ana', '', '', '' FROM generate_series(1, 10001) n`, noon)
	w.again(t, "outbox", "directory", "jobs")
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = 'cerrado-forzoso' AND scope = '*'") == 1
	})
	w.clock.Set(ten)
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "activity.shift WHERE ended_at IS NOT NULL") == 1 })
	w.again(t, "directory")
	if at, _ := w.ended(t, "beto"); at != "09T22:00" {
		t.Errorf("ended at %q", at)
	}
}

// A phone reports a second shift only after the close, which was made when the first alone was known. The second lasts until the close,
// as it would had it been known in time. The same holds for a day's shift of a guard whose night was closed at eight.
func TestASecondShiftArrivesAfterTheClose(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.put(t, person("boss"), "/v1/shift-plans/company", works("08:00", "17:00", 0)).Is(t, http.StatusOK, "")
	w.shift(t, "ana", "start", "s1", w.occurred(t, "09T08:00")).Is(t, http.StatusOK, "")
	w.closed(t, ten.Add(time.Minute))
	for _, who := range []string{"ana", "beto"} { // Of Beto nothing was known at the close.
		if who == "beto" {
			w.shift(t, who, "start", "s1", w.occurred(t, "09T08:00")).Is(t, http.StatusOK, "")
		}
		w.shift(t, who, "end", "e1", w.occurred(t, "09T17:30")).Is(t, http.StatusOK, "")
		w.shift(t, who, "start", "s2", w.occurred(t, "09T19:00")).Is(t, http.StatusOK, "")
	}
	w.closed(t, ten.Add(2*time.Minute))
	w.put(t, person("sur"), "/v1/shift-plans/user/carla", works("20:00", "06:00", 0)).Is(t, http.StatusOK, "")
	w.shift(t, "carla", "start", "s1", w.occurred(t, "09T20:00")).Is(t, http.StatusOK, "")
	w.closed(t, bogota(t, "10T08:01"))
	w.shift(t, "carla", "end", "e1", w.occurred(t, "10T06:05")).Is(t, http.StatusOK, "")
	w.shift(t, "carla", "start", "s2", w.occurred(t, "10T07:00")).Is(t, http.StatusOK, "")
	w.closed(t, bogota(t, "10T12:00"))
	if got := w.spansOf(t, "carla"); got != "s1 09T20:00-10T06:05, s2 10T07:00-" {
		t.Error(got)
	}
	for _, who := range []string{"ana", "beto"} {
		if got := w.spansOf(t, who); got != "s1 09T08:00-09T17:30, s2 09T19:00-09T22:00" {
			t.Errorf("%s: %s", who, got)
		}
	}
}
