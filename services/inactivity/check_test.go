package inactivity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/inactivity/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func is(t *testing.T, when, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: told %q, want %q", when, got, want)
	}
}

func TestASilenceIsToldOnceAndEndedOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "acme", "ana", "12:00")
	w.shift(t, "beta", "ana", "12:00") // the twin reports
	w.fix(t, "acme", "ana", "13:00")
	w.fix(t, "beta", "ana", "13:25")
	is(t, "after 29 minutes", w.check(t, "13:29"), "")
	w.stored(t, at("13:30").Add(-30*time.Second), at("13:30"))
	w.clock.Set(at("13:30"))
	if err := w.checker.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := w.events(t)
	if len(list) != 1 {
		t.Fatalf("told %v", list)
	}
	e := list[0]
	recorded := at("13:00")
	if e.name != alert.EventNew || e.Type != alert.TypeInactivity || e.company != "acme" || e.User != "ana" || !e.StartedAt.Equal(recorded) || !e.RaisedAt.Equal(at("13:30")) ||
		e.Why.LastFixAt == nil || !e.Why.LastFixAt.Equal(recorded) || e.Why.Cause != "unknown" || *e.Why.Battery != 0.5 {
		t.Errorf("%+v", e)
	}
	if fmt.Sprint(e.to.Users, e.to.Teams, e.to.Roles) != "[ana] [norte] [admin]" {
		t.Errorf("told to %+v", e.to)
	}
	w.fix(t, "beta", "ana", "13:55")
	is(t, "again", w.check(t, "13:40")+w.check(t, "13:50"), "")
	w.fix(t, "acme", "ana", "13:57", "13:58")
	w.clock.Set(at("13:59"))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list = w.events(t); len(list) != 1 || list[0].ID != e.ID || list[0].EndReason != "returned" || !list[0].EndedAt.Equal(at("13:58")) || !list[0].StartedAt.Equal(recorded) {
		t.Errorf("ended with %+v", list)
	}
	is(t, "after it", w.check(t, "14:00")+w.close(t, "14:01"), "")
	w.fix(t, "beta", "ana", "14:25")
	is(t, "a second silence", w.check(t, "14:30"), "+ana unknown")
	w.ended(t, "acme", "ana", "12:00", "14:35")
	is(t, "the shift ends", w.close(t, "14:36"), "-ana shift_ended")
	w.shift(t, "acme", "ana", "12:00") // a correction says that it lasts
	is(t, "it lasts after all", w.check(t, "14:40"), "+ana unknown")
	if n := pgtest.Count(t, w.admin, "inactivity.silence WHERE again = 2"); n != 1 {
		t.Errorf("%d began anew", n)
	}
}

// A phone tells of aeroplane mode when it has ended: then the alert says so, and no longer that nobody knows.
func TestACauseThatIsToldAfterwards(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.heard(t, "ana", "beto")
	is(t, "half an hour", w.check(t, "13:30"), "+ana unknown, +beto unknown")
	w.clock.Set(at("13:50"))
	w.say(t, "ana", "phone", body{"occurred_at": at("13:49"), "kind": "airplane_mode", "value": "off"}).Is(t, http.StatusAccepted, "")
	for _, user := range []string{"ana", "beto"} {
		w.fix(t, "acme", user, "13:50")
	}
	w.clock.Set(at("13:51"))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, e := range w.events(t) {
		got[e.User] = e.EndReason + " " + e.Why.Cause
	}
	if got["ana"] != "returned airplane_mode" || got["beto"] != "returned unknown" {
		t.Errorf("ended with %v", got)
	}
}

func TestLateUploadsExplainASilence(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.heard(t, "ana", "beto")
	is(t, "silent", w.check(t, "13:30"), "+ana unknown, +beto unknown")
	w.late(t, "acme", "ana", "14:00", "13:10", "13:30")
	is(t, "ana's phone still sends", w.close(t, "14:01"), "")
	w.late(t, "acme", "ana", "14:01", "13:50", "14:01")
	w.late(t, "acme", "beto", "14:01", "13:10", "14:01")
	is(t, "both have sent everything", w.close(t, "14:02"), "-ana explicada, -beto returned")
}

// What was recorded outside shifts is hidden, and explains nothing.
func TestHiddenPositionsExplainNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shifts.Decide(t, "acme", "on_shift", at("00:00"))
	w.shift(t, "acme", "ana", "12:00")
	w.fix(t, "acme", "ana", "13:00")
	is(t, "silent", w.check(t, "13:30"), "+ana unknown")
	w.ended(t, "acme", "ana", "12:00", "13:05") // a correction
	w.shift(t, "acme", "ana", "13:55")
	w.late(t, "acme", "ana", "14:01", "13:10", "13:30", "13:50", "14:01")
	is(t, "back", w.close(t, "14:02"), "-ana returned")
}

// A company that tracks only in shifts expects nobody outside them, also when it has not had a shift yet.
func TestACompanyThatHidesExpectsNobodyOutsideShifts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shifts.Decide(t, "acme", "on_shift", at("00:00"))
	w.fix(t, "acme", "ana", "11:00")
	w.fix(t, "beta", "ana", "11:01")
	is(t, "without a shift", w.check(t, "11:30"), "")
	for _, expected := range []string{"hours", "always"} { // whatever it says
		w.set(t, "acme", "company", "acme", expected, `[{"days": [1], "from": "00:00", "until": "00:00"}]`, 1800)
		w.set(t, "acme", "user", "ana", expected, `[]`, 1800)
		is(t, expected, w.check(t, "11:30"), "")
	}
	w.shift(t, "acme", "ana", "11:25")
	w.fix(t, "beta", "ana", "11:50")
	is(t, "in one", w.check(t, "11:55"), "+ana unknown")
}

func (w *world) set(t testing.TB, company, scope, id, expected, hours string, after int) {
	t.Helper()
	w.exec(t, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by)
VALUES ($1, $2, $3, $4, $5, $6, 0, 1, now(), '') ON CONFLICT (id_empresa, scope, id) DO UPDATE SET expected = $5, hours = $6, silence_after_s = $4`, company, scope, id, after, expected, hours)
}

// A team or a user that says auto and has no hours has those of its company.
func TestHoursOfTheCompanyHoldForItsTeams(t *testing.T) {
	t.Parallel()
	w := setup(t)
	morning := `[{"days": [1], "from": "07:00", "until": "09:00"}]` // 12:00 to 14:00 UTC
	for _, company := range []string{"acme", "beta"} {
		w.set(t, company, "team", "norte", "auto", `[]`, 1800)
		w.set(t, company, "user", "carla", "auto", `[]`, 1800)
		w.set(t, company, "user", "solo", "auto", morning, 1800)
		for _, user := range []string{"ana", "carla", "solo"} {
			w.fix(t, company, user, "11:00")
		}
	}
	w.set(t, "acme", "company", "acme", "auto", morning, 1800)
	reports := func(clocks ...string) {
		t.Helper()
		for _, clock := range clocks {
			w.fix(t, "beta", "ana", clock)
			w.fix(t, "beta", "carla", clock)
		}
	}
	reports("11:31")
	is(t, "before work", w.check(t, "11:35")+w.check(t, "12:00"), "")
	reports("12:15")
	is(t, "in it", w.check(t, "12:30"), "+ana unknown, +carla unknown, +solo unknown, +solo unknown")
	reports("12:44", "13:13", "13:42")
	is(t, "it lasts", w.check(t, "12:44")+w.check(t, "13:13")+w.check(t, "13:42"), "")
	is(t, "after work, a company without hours", w.check(t, "14:00")+w.check(t, "14:12"), "-ana shift_ended, -carla shift_ended, -solo shift_ended, -solo shift_ended+ana unknown, +carla unknown")
}

// An alert that begins anew from the same instant is another one, whatever came between.
func TestEachAlertHasAnIDOfItsOwn(t *testing.T) {
	t.Parallel()
	w := setup(t)
	pause := func(paused bool, pauses string) {
		w.exec(t, `UPDATE activity.shift SET paused = $1, pauses = $2`, paused, pauses)
	}
	w.shift(t, "acme", "ana", "12:00")
	ids := map[string]int{}
	check := func(clock string) {
		t.Helper()
		w.stored(t, at(clock).Add(-30*time.Second), at(clock))
		w.clock.Set(at(clock))
		if err := w.checker.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := w.checker.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		for _, e := range w.events(t) {
			ids[e.name+" "+e.ID]++
		}
	}
	check("12:30")
	pause(true, `[]`)
	check("12:31")
	pause(false, `[{"From": "2026-03-09T12:30:00Z", "Until": "2026-03-09T12:35:00Z"}]`)
	check("12:50")
	check("13:05")
	pause(true, `[]`)
	check("13:06")
	pause(false, `[]`) // a correction says that there was no pause
	check("13:10")
	if len(ids) != 5 {
		t.Errorf("told %v", ids)
	}
}

// Clocks are set back, or differ: nothing ends before it began.
func TestNothingEndsBeforeItBegan(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "big", 10, "13:00")
	is(t, "shared", w.check(t, "13:20"), "+big(10/10 company) shared_silence")
	w.exec(t, `INSERT INTO inactivity.silence (id_empresa, user_id, kind, base_at, expected_by, after_s, raised_at, why, lat, lon)
SELECT 'big', u, k, '2026-03-09 13:19Z', 'shifts', 300, '2026-03-09 13:20Z', '{}', 4, -74 FROM (VALUES ('u1', 'inactividad'), ('u2', 'sin_movimiento')) v(u, k)`)
	w.exec(t, `UPDATE activity.shift SET paused = true`)
	w.stored(t, at("13:09"), at("13:10"))
	w.clock.Set(at("13:10"))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.checker.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := w.events(t)
	for _, e := range list {
		if e.EndedAt == nil || e.EndedAt.Before(e.StartedAt) {
			t.Errorf("%s of %s began at %v and ended at %v", e.Type, e.User, e.StartedAt, e.EndedAt)
		}
	}
	if n := pgtest.Count(t, w.admin, "inactivity.silence WHERE ended_at < base_at") + pgtest.Count(t, w.admin, "inactivity.shared WHERE ended_at < since"); n != 0 || len(list) != 3 {
		t.Errorf("%d rows end before they begin, %d ended", n, len(list))
	}
}

// A pause is a pause, also where hours or nothing decide who is expected.
func TestWhoPausesIsNotExpected(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by)
VALUES ('acme', 'company', 'acme', 1800, 'hours', '[{"days": [1], "from": "07:00", "until": "17:00"}]', 0, 1, now(), ''), ('acme', 'user', 'beto', 1800, 'always', '[]', 0, 1, now(), '')`)
	w.heard(t, "ana", "beto")
	is(t, "silent", w.check(t, "13:30"), "+ana unknown, +beto unknown")
	w.exec(t, `UPDATE activity.shift SET paused = true`)
	is(t, "paused", w.check(t, "13:40"), "-ana paused, -beto paused")
	w.exec(t, `UPDATE activity.shift SET paused = false, pauses = '[{"From": "2026-03-09T13:35:00Z", "Until": "2026-03-09T14:05:00Z"}]'`)
	is(t, "after the pause", w.check(t, "14:10")+w.check(t, "14:30"), "")
	is(t, "30 minutes after it", w.check(t, "14:35"), "+ana unknown, +beto unknown")
	is(t, "it lasts", w.check(t, "14:40"), "")
}

func TestWhoIsExpected(t *testing.T) {
	t.Parallel()
	w := setup(t)
	set := func(scope, id, expected, hours string, after int) {
		w.exec(t, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by)
VALUES ('acme', $1, $2, $3, $4, $5, 0, 1, now(), '') ON CONFLICT (id_empresa, scope, id) DO UPDATE SET expected = $4, hours = $5, silence_after_s = $3`, scope, id, after, expected, hours)
	}
	// Nobody has shifts: always, but only who has ever reported.
	w.fix(t, "acme", "ana", "11:00")
	w.fix(t, "acme", "carla", "11:00")
	is(t, "always", w.check(t, "11:30"), "+ana unknown, +carla unknown")
	// Hours of work, 07:00 to 12:00 in Bogotá.
	set("company", "acme", "auto", `[{"days": [1], "from": "07:00", "until": "12:00"}]`, 1800)
	is(t, "hours have not begun", w.check(t, "11:40"), "-ana settings_changed, -carla settings_changed")
	is(t, "they have", w.check(t, "12:10")+w.check(t, "12:20"), "")
	is(t, "30 minutes of them", w.check(t, "12:30"), "+ana unknown, +carla unknown")
	// A team waits longer, and a user of it has a setting of its own.
	set("team", "sur", "always", `[]`, 7200)
	is(t, "a team", w.close(t, "12:31"), "-carla settings_changed")
	set("user", "carla", "hours", `[{"days": [1], "from": "07:00", "until": "12:00"}]`, 300)
	is(t, "a user", w.check(t, "12:40"), "+carla unknown")
	is(t, "hours are over", w.check(t, "17:00"), "-ana shift_ended, -carla shift_ended")
	// Once anybody has a shift, auto means shifts.
	w.shift(t, "acme", "solo", "17:00")
	is(t, "never reported", w.check(t, "17:20")+w.check(t, "17:30"), "+solo unknown")
	w.exec(t, `UPDATE activity.shift SET paused = true`)
	is(t, "paused", w.close(t, "17:31"), "-solo paused")
	w.exec(t, `UPDATE activity.shift SET paused = false, pauses = '[{"From": "2026-03-09T17:31:00Z", "Until": "2026-03-09T17:45:00Z"}]'`)
	is(t, "after the pause", w.check(t, "17:50")+w.check(t, "18:10"), "")
	is(t, "30 minutes after it", w.check(t, "18:15"), "+solo unknown")
	w.exec(t, `UPDATE identity.users SET active = false WHERE id = 'solo'`)
	is(t, "it left", w.check(t, "18:20"), "-solo user_left")
	w.exec(t, `UPDATE identity.company SET status = 'suspended' WHERE id_empresa = 'acme'`)
	w.exec(t, `UPDATE identity.users SET active = true WHERE id = 'solo'`)
	is(t, "a suspended company", w.check(t, "18:30"), "")
}

// crew makes people of a company who are on shift and report at an instant.
func (w *world) crew(t testing.TB, company string, n int, last string) {
	t.Helper()
	w.company(t, company)
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role) SELECT $1, 'u' || n, 'u', 'colaborador' FROM generate_series(1, $2::int) n`, company, n)
	w.exec(t, `INSERT INTO activity.shift_user (id_empresa, user_id) SELECT $1, 'u' || n FROM generate_series(1, $2::int) n`, company, n)
	w.exec(t, `INSERT INTO activity.shift (id_empresa, user_id, id, started_at, paused, pauses, forced, close_at, version)
SELECT $1, 'u' || n, 's', $3, false, '[]', false, $4, 1 FROM generate_series(1, $2::int) n`, company, n, at("08:00"), at("23:00"))
	w.report(t, company, n, last)
}

// report lets the first n people of a crew report.
func (w *world) report(t testing.TB, company string, n int, last string) {
	t.Helper()
	w.exec(t, `INSERT INTO tracking.latest_position (id_empresa, user_id, recorded_at, device_id, received_at, lat, lon, activity, mock)
SELECT $1, 'u' || n, $3, 'd', $3, 4, -74, '', false FROM generate_series(1, $2::int) n
ON CONFLICT (id_empresa, user_id) DO UPDATE SET recorded_at = excluded.recorded_at, received_at = excluded.received_at`, company, n, at(last))
}

// The ingest of an installation stops for 40 minutes.
func TestAnOutageOfOursBlamesNobody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "big", 2000, "13:01")
	w.crew(t, "small", 2, "13:01")
	is(t, "nothing yet", w.check(t, "13:10"), "")
	is(t, "it is noticed", w.check(t, "13:20"), "+big(2000/2000 installation) shared_silence, +small(2/2 installation) shared_silence")
	is(t, "it lasts", w.check(t, "13:30")+w.check(t, "13:40"), "")
	w.report(t, "big", 1990, "13:41")
	w.report(t, "small", 2, "13:41")
	is(t, "it is over", w.check(t, "13:50"), "-big(2000/2000 installation) returned, -small(2/2 installation) returned")
	w.report(t, "big", 1990, "14:19")
	w.report(t, "small", 2, "14:19")
	is(t, "the ten count anew", w.check(t, "14:10"), "")
	if got := w.check(t, "14:20"); strings.Count(got, "+u") != 10 || strings.Count(got, ",") != 9 {
		t.Errorf("those who stay silent: %s", got)
	}
}

func TestStorageThatIsBehindBlamesNobody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "big", 20, "13:00")
	w.stored(t, at("13:00"), at("13:40"))
	is(t, "behind", w.checkAsStored(t, "13:40"), "+big(0/20 installation) storage_behind")
	w.stored(t, at("13:00"), at("13:50"))
	is(t, "still", w.checkAsStored(t, "13:50"), "")
	w.report(t, "big", 20, "13:58")
	is(t, "it has caught up", w.check(t, "14:00"), "-big(0/20 installation) returned")
	w.stored(t, at("14:00"), at("14:00")) // and now nobody looks
	is(t, "nobody looks", w.checkAsStored(t, "14:11"), "+big(0/20 installation) storage_behind")
}

// Everything stops for hours, the checks too. Whoever is back later than the others is not blamed for that, however few they are.
func TestAStopOfEverythingBlamesNobody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "big", 20, "13:00")
	w.crew(t, "small", 2, "13:00")
	is(t, "all is well", w.check(t, "13:05"), "")
	is(t, "we are back before the phones", w.check(t, "16:05"), "")
	w.report(t, "big", 18, "16:14")
	is(t, "few are missing", w.check(t, "16:15")+w.check(t, "16:25"), "")
	w.report(t, "big", 18, "16:34")
	is(t, "they count anew", w.check(t, "16:35"), "+u1 unknown, +u19 unknown, +u2 unknown, +u20 unknown")
}

// A second shared silence, soon after the first, does not take from people what the first gave them.
func TestWhoWasExcusedStaysExcused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "big", 20, "13:00")
	is(t, "all fall silent", w.check(t, "13:10")+w.check(t, "13:20"), "+big(20/20 company) shared_silence")
	is(t, "it lasts", w.check(t, "13:45")+w.check(t, "14:10")+w.check(t, "14:35"), "")
	w.report(t, "big", 19, "14:40")
	is(t, "it is over", w.check(t, "14:41"), "-big(20/20 company) returned")
	is(t, "again", w.check(t, "14:56"), "+big(19/19 company) shared_silence")
	is(t, "one never came back", w.check(t, "15:06"), "")
	w.report(t, "big", 19, "15:15")
	is(t, "over for good", w.check(t, "15:16"), "-big(19/19 company) returned")
	w.report(t, "big", 19, "15:45")
	is(t, "it counts anew", w.check(t, "15:31")+w.check(t, "15:46"), "+u20 unknown")
}

func TestHalfIsNotShared(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "half", 10, "13:00")
	w.crew(t, "most", 9, "13:00")
	w.crew(t, "well", 20, "13:00")
	for _, clock := range []string{"13:20", "13:30"} {
		w.report(t, "half", 5, clock)
		w.report(t, "most", 4, clock)
		w.report(t, "well", 20, clock)
		got := w.check(t, clock)
		switch clock {
		case "13:20":
			is(t, clock, got, "+most(5/9 company) shared_silence")
		default:
			is(t, clock, got, "+u10 unknown, +u6 unknown, +u7 unknown, +u8 unknown, +u9 unknown")
		}
	}
	if n := pgtest.Count(t, w.admin, "inactivity.silence WHERE id_empresa = 'most'"); n != 0 {
		t.Errorf("%d people are blamed", n)
	}
}

// Two replicas check at once: everything is told once.
func TestTwoReplicasTellOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.crew(t, "half", 100, "13:00")
	w.report(t, "half", 60, "13:30")
	w.stored(t, at("13:30"), at("13:30"))
	w.clock.Set(at("13:31"))
	both := func(do func() error) {
		t.Helper()
		failed := make(chan error, 4)
		for range 4 {
			go func() { failed <- do() }()
		}
		for range 4 {
			if err := <-failed; err != nil {
				t.Error(err)
			}
		}
	}
	both(func() error { return w.checker.Check(t.Context()) })
	if got := w.told(t); strings.Count(got, "+u") != 40 || strings.Count(got, ",") != 39 {
		t.Errorf("told %s", got)
	}
	w.report(t, "half", 100, "13:35")
	w.clock.Set(at("13:36"))
	both(func() error { return w.checker.Close(t.Context()) })
	if got := w.told(t); strings.Count(got, "returned") != 40 {
		t.Errorf("ended %s", got)
	}
}

// One of two phones reports: the person does.
func TestTwoDevices(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "acme", "ana", "12:00")
	w.stands(t, "ana", "13:00", "13:05", 0) // device d
	w.fix(t, "acme", "ana", "13:06", "13:30", "13:50")
	is(t, "the other one reports", w.check(t, "13:40")+w.check(t, "14:10"), "")
	is(t, "none does", w.check(t, "14:20"), "+ana unknown")
}

// A phone whose clock is behind is heard of. The second of two phones is heard of too, when it sends what it recorded earlier. Then the
// person is there.
func TestWhoSendsWhatIsOldIsNotSilent(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "acme", "ana", "10:00")
	w.fix(t, "acme", "ana", "13:00")
	w.late(t, "acme", "ana", "13:20", "11:20")
	is(t, "half an hour after the newest position", w.check(t, "13:20")+w.check(t, "13:40"), "")
	is(t, "half an hour without anything", w.check(t, "13:50"), "+ana unknown")
	w.late(t, "acme", "ana", "13:55", "11:55")
	is(t, "it waits for more", w.close(t, "13:56"), "")
	is(t, "it is back", w.close(t, "14:06"), "-ana returned")
}

// What becomes known between the look at all companies and the telling counts.
func TestWhoReportsMeanwhileIsNotSilent(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "acme", "ana", "12:00")
	w.fix(t, "acme", "ana", "13:00")
	n, err := w.checker.Store.Raise(t.Context(), "acme", alert.TypeInactivity, []store.Beginning{{User: "ana", By: "shifts", Base: at("12:30"), After: 30 * time.Minute, Contact: at("12:30")}})
	if err != nil || n != 0 || w.told(t) != "" {
		t.Errorf("%d, %v", n, err)
	}
}

// Positions that come late and are older than the newest one change no cause: what the phone said of its charge or its permission holds.
func TestWhatComesLateLeavesTheCauseAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"ana", "beto"} {
		w.shift(t, "acme", user, "10:00")
		f := track.Fix{RecordedAt: at("13:00").UnixMilli(), ReceivedAt: at("13:00").UnixMilli()}
		f.SetPlace(4.6, -74.1)
		f.SetBattery(0.04)
		w.writer.Store(t, trackingtest.Track{Company: "acme", User: user, Device: "d-" + user, Fixes: []track.Fix{f}})
	}
	w.say(t, "ana", "d-ana", body{"occurred_at": at("13:05"), "kind": "battery", "level": 0.5, "charging": true}).Is(t, http.StatusAccepted, "")
	w.say(t, "beto", "d-beto", body{"occurred_at": at("13:01"), "kind": "location_permission", "value": "denied"}).Is(t, http.StatusAccepted, "")
	for _, user := range []string{"ana", "beto"} {
		w.late(t, "acme", user, "13:40", "11:20")
	}
	is(t, "half an hour without anything", w.check(t, "14:11"), "+ana unknown, +beto permission_withdrawn")
}
