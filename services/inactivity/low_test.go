package inactivity_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/inactivity"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// power stores a position with a charge, in percent, received when it was recorded.
func (w *world) power(t testing.TB, company, user, device, recorded string, percent int) {
	t.Helper()
	w.powerLate(t, company, user, device, recorded, recorded, percent)
}

func (w *world) powerLate(t testing.TB, company, user, device, received, recorded string, percent int) {
	t.Helper()
	f := track.Fix{RecordedAt: at(recorded).UnixMilli(), ReceivedAt: at(received).UnixMilli()}
	f.SetPlace(4.6, -74.1)
	f.SetBattery(float64(percent) / 100)
	w.writer.Store(t, trackingtest.Track{Company: company, User: user, Device: device, Fixes: []track.Fix{f}})
}

// battery is what a phone says of its charge.
func (w *world) battery(t *testing.T, company, user, device, when string, percent int, charging bool) {
	t.Helper()
	w.do(t, personOf(company, user), http.MethodPost, "/v1/device-state", body{"device_id": device, "states": []any{
		body{"occurred_at": at(when), "kind": "battery", "level": float64(percent) / 100, "charging": charging},
	}}).Is(t, http.StatusAccepted, "")
}

func TestALowBatteryIsToldOnceAndEnds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "acme", "ana", "12:00")
	w.power(t, "acme", "ana", "d", "12:00", 16)
	is(t, "above the limit", w.check(t, "12:01"), "")
	w.power(t, "acme", "ana", "d", "12:05", 15)
	w.stored(t, at("12:06"), at("12:06"))
	w.clock.Set(at("12:06"))
	if err := w.checker.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	began := w.events(t)
	if len(began) != 1 {
		t.Fatalf("told %+v", began)
	}
	e := began[0]
	if e.Type != "bateria_baja" || e.User != "ana" || e.name != alert.EventNew || !e.StartedAt.Equal(at("12:05")) || e.Why.Battery == nil || *e.Why.Battery != 0.15 || e.Place != nil {
		t.Errorf("told %+v", e)
	}
	// It lasts at the border, while it sinks, in a pause, and without any news.
	for i, percent := range []int{20, 16, 15, 9, 20} {
		w.power(t, "acme", "ana", "d", fmt.Sprintf("12:%d", 10+i), percent)
		is(t, fmt.Sprint(percent), w.check(t, fmt.Sprintf("12:%d", 10+i)), "")
	}
	w.exec(t, `UPDATE activity.shift SET paused = true`)
	is(t, "paused", w.check(t, "12:20"), "")
	w.exec(t, `UPDATE activity.shift SET paused = false, pauses = '[{"From": "2026-03-09T12:19:00Z", "Until": "2026-03-09T12:25:00Z"}]'`)
	is(t, "after the pause", w.check(t, "12:26"), "")
	if list := w.get(t, person("boss"), "/v1/silences").Is(t, http.StatusOK, "").Body["silences"].([]any); len(list) != 0 {
		t.Errorf("a low battery is listed as a silence: %v", list)
	}
	w.power(t, "acme", "ana", "d", "12:30", 21)
	w.clock.Set(at("12:31"))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	ended := w.events(t)
	if len(ended) != 1 || ended[0].ID != e.ID || ended[0].EndReason != "charged" || !ended[0].EndedAt.Equal(at("12:30")) || *ended[0].Why.Battery != 0.15 {
		t.Errorf("told %+v", ended)
	}
	// The next discharge is another alert.
	w.power(t, "acme", "ana", "d", "12:40", 12)
	is(t, "right after the end", w.check(t, "12:40"), "")
	w.power(t, "acme", "ana", "d", "13:00", 11)
	is(t, "another discharge", w.check(t, "13:00"), "+ana ")
	if n := testutil.CollectAndCount(w.metrics, "inactivity_lasting"); n != 3 {
		t.Errorf("%d kinds are counted", n)
	}
}

// A phone that charges has no low battery, whatever its positions say. One that loses charge no longer charges.
func TestAPhoneThatChargesIsNotLow(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "acme", "ana", "12:00")
	w.clock.Set(at("12:05"))
	w.battery(t, "acme", "ana", "d", "12:02", 10, true)
	w.power(t, "acme", "ana", "d", "12:05", 10)
	is(t, "charges", w.check(t, "12:05"), "")
	w.power(t, "acme", "ana", "d", "12:08", 9)
	is(t, "unplugged", w.check(t, "12:08"), "+ana ")
	w.clock.Set(at("12:12"))
	w.battery(t, "acme", "ana", "d", "12:10", 9, true)
	is(t, "plugged", w.close(t, "12:12"), "-ana charged")
	// A loose plug is not told of each time.
	for _, minute := range []string{"12:15", "12:25", "12:35"} {
		w.clock.Set(at(minute))
		w.battery(t, "acme", "ana", "d", minute, 9, false)
		w.power(t, "acme", "ana", "d", minute, 9)
		is(t, "unplugged at "+minute, w.check(t, minute), "")
	}
	w.clock.Set(at("12:41"))
	w.battery(t, "acme", "ana", "d", "12:41", 8, false)
	is(t, "unplugged for good", w.check(t, "12:41"), "+ana ")
}

func TestWhatComesLateTellsOfNoLowBattery(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"ana", "beto", "carla"} {
		w.shift(t, "acme", user, "12:00")
	}
	w.clock.Set(at("15:00"))
	w.battery(t, "acme", "ana", "d", "12:30", 5, false)
	w.powerLate(t, "acme", "beto", "d", "15:00", "12:30", 5)
	w.power(t, "acme", "carla", "d", "15:00", 50)
	w.battery(t, "acme", "carla", "d", "14:59", 5, false) // what came first is older than the position
	w.exec(t, `INSERT INTO inactivity.silence (id_empresa, user_id, kind, base_at, expected_by, after_s, raised_at, why) SELECT 'acme', u, 'inactividad', '2026-03-09 12:00Z', 'shifts', 1800, now(), '{}' FROM unnest('{ana,beto}'::text[]) u`)
	w.stored(t, at("15:00"), at("15:00"))
	if err := w.checker.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	is(t, "late", w.told(t), "")
	// What was measured before the shift does not count in it.
	w.ended(t, "acme", "carla", "12:00", "15:01")
	w.power(t, "acme", "carla", "d", "15:02", 5)
	w.shift(t, "acme", "carla", "15:03")
	is(t, "before the shift", w.check(t, "15:04"), "")
	w.power(t, "acme", "carla", "d", "15:05", 5)
	is(t, "in it", w.check(t, "15:05"), "+carla ")
	w.ended(t, "acme", "carla", "15:03", "15:06")
	is(t, "after it", w.close(t, "15:07"), "-carla shift_ended")
}

// Whatever the replicas do at the same time, and whenever they start, each is told once.
func TestReplicasTellOfALowBatteryOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"ana", "beto", "carla", "solo"} {
		w.shift(t, "acme", user, "12:00")
		w.power(t, "acme", user, "d", "12:05", 7)
	}
	both := func(do func(inactivity.Checker) error) {
		t.Helper()
		var all sync.WaitGroup
		for _, replica := range []inactivity.Checker{w.checker, inactivity.NewChecker(w.deps)} {
			all.Go(func() {
				for range 3 {
					if err := do(replica); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
	}
	w.stored(t, at("12:06"), at("12:06"))
	w.clock.Set(at("12:06"))
	both(func(c inactivity.Checker) error { return c.Check(t.Context()) })
	is(t, "begun", w.told(t), "+ana , +beto , +carla , +solo ")
	for _, user := range []string{"ana", "beto"} {
		w.power(t, "acme", user, "d", "12:07", 60)
	}
	w.clock.Set(at("12:08"))
	both(func(c inactivity.Checker) error { return c.Close(t.Context()) })
	is(t, "ended", w.told(t), "-ana charged, -beto charged")
	w.checker = inactivity.NewChecker(w.deps) // it starts anew
	is(t, "started anew", w.check(t, "12:09"), "")
}

// The phone with which the shift began counts, and without one that reports the phone that reported last. What another phone has ends
// nothing.
func TestOfTwoPhonesOneCounts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"ana", "beto"} {
		w.shift(t, "acme", user, "12:00")
	}
	w.exec(t, `INSERT INTO activity.shift_action (id_empresa, user_id, key, kind, at, received_at, by_user, reason, device, request) VALUES ('acme', 'ana', 's-12:00', 'start', '2026-03-09 12:00Z', now(), 'ana', '', 'own', '')`)
	w.clock.Set(at("12:10"))
	for _, user := range []string{"ana", "beto"} {
		w.battery(t, "acme", user, "own", "12:05", 50, false)
		w.battery(t, "acme", user, "other", "12:06", 5, false)
	}
	is(t, "the phone of the shift, and the newest", w.check(t, "12:10"), "+beto ")
	w.clock.Set(at("12:12"))
	w.battery(t, "acme", "beto", "own", "12:12", 60, true)
	is(t, "another phone charges", w.check(t, "12:12"), "")
	w.clock.Set(at("12:29"))
	w.battery(t, "acme", "ana", "other", "12:28", 5, false)
	is(t, "the phone of the shift is silent", w.check(t, "12:29"), "+ana ")
}

func TestNobodyHearsOfABatteryOutsideShifts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shifts.Decide(t, "acme", "on_shift", at("00:00"))
	for _, company := range []string{"acme", "beta"} {
		w.exec(t, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by)
VALUES ($1, 'company', $1, 86400, 'always', '[]', 0, 1, now(), '')`, company)
		w.power(t, company, "ana", "d", "12:05", 7)
		w.clock.Set(at("12:06"))
		w.battery(t, company, "ana", "d", "12:06", 6, false)
	}
	w.stored(t, at("12:06"), at("12:06"))
	if err := w.checker.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := w.events(t)
	if len(list) != 1 || list[0].company != "beta" {
		t.Errorf("told %+v", list)
	}
	// In the shift people hear of the charge in it, and what the phone said of its plug after it ends nothing.
	w.shift(t, "acme", "ana", "12:10")
	w.power(t, "acme", "ana", "d", "12:11", 6)
	is(t, "in the shift", w.check(t, "12:12"), "+ana ")
	w.clock.Set(at("12:16"))
	w.ended(t, "acme", "ana", "12:10", "12:14")
	w.battery(t, "acme", "ana", "d", "12:15", 6, true)
	w.clock.Set(at("12:16"))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if list = w.events(t); len(list) != 1 || list[0].company != "acme" || list[0].EndReason != "shift_ended" {
		t.Errorf("told %+v", list)
	}
}

func TestTheLimitOfALowBatteryIsASetting(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const path = "/v1/inactivity-settings"
	put := func(company, of string, version int, pct any) answer {
		t.Helper()
		content := body{"silence_after_s": 86400, "expected": "shifts", "version": version}
		if pct != nil {
			content["low_battery_pct"] = pct
		}
		return w.do(t, personOf(company, "boss"), http.MethodPut, path+of, content)
	}
	reads := func(company, of string, want float64) {
		t.Helper()
		if got := w.get(t, personOf(company, "boss"), path+of).Is(t, http.StatusOK, "").Body["low_battery_pct"]; got != want {
			t.Errorf("%s%s: %v, want %v", company, of, got, want)
		}
	}
	reads("acme", "", 15)
	put("acme", "", 0, 0).Is(t, http.StatusOK, "")
	put("acme", "", 1, nil).Is(t, http.StatusOK, "") // repeated by a client that does not know the field
	reads("acme", "", 0)
	put("acme", "/teams/norte", 0, 30).Is(t, http.StatusOK, "")
	put("acme", "/users/beto", 0, nil).Is(t, http.StatusOK, "")
	reads("acme", "/users/ana", 30)
	reads("acme", "/users/beto", 30)
	put("acme", "/users/beto", 1, 10).Is(t, http.StatusOK, "")
	put("acme", "/users/beto", 2, json.RawMessage("null")).Is(t, http.StatusOK, "")
	reads("acme", "/users/beto", 10)
	reads("beta", "", 15)
	for _, wrong := range []any{-1, 51, 2.5, "15"} {
		put("acme", "/users/beto", 2, wrong).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
	for _, company := range []string{"acme", "beta"} {
		for _, user := range []string{"ana", "beto", "carla"} {
			w.shift(t, company, user, "12:00")
			w.power(t, company, user, "d", "12:05", 12)
		}
	}
	who := func(clock string) (text string) {
		t.Helper()
		w.clock.Set(at(clock))
		if err := w.checker.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.stored(t, at(clock), at(clock))
		if err := w.checker.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		sums := map[string]int{}
		for _, e := range w.events(t) {
			sums[e.company+" "+e.User+" "+e.EndReason]++
		}
		return fmt.Sprint(sums)
	}
	is(t, "by whose setting", who("12:06"), "map[acme ana :1 beta ana :1 beta beto :1 beta carla :1]")
	put("acme", "/teams/norte", 1, 5).Is(t, http.StatusOK, "")
	put("beta", "", 0, 0).Is(t, http.StatusOK, "")
	put("beta", "/users/ana", 0, 40).Is(t, http.StatusOK, "")
	is(t, "decided anew", who("12:07"), "map[acme ana settings_changed:1 beta beto settings_changed:1 beta carla settings_changed:1]")
	w.power(t, "beta", "ana", "d", "12:08", 44)
	is(t, "its limit is higher now", who("12:08"), "map[]")
	w.power(t, "beta", "ana", "d", "12:09", 46)
	is(t, "charged", who("12:09"), "map[beta ana charged:1]")
}

// What cannot be read is no charge, and keeps nobody else's from being told.
func TestAStrangeChargeStopsNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"ana", "beto"} {
		w.shift(t, "acme", user, "12:00")
		w.power(t, "acme", user, "d", "12:05", 7)
	}
	w.exec(t, `UPDATE tracking.latest_position SET battery = '-Infinity' WHERE user_id = 'ana'`)
	is(t, "low", w.check(t, "12:06"), "+beto ")
	w.exec(t, `UPDATE inactivity.silence SET why = '{"cause": 5}'`)
	w.exec(t, `UPDATE identity.users SET active = false WHERE id = 'beto'`)
	is(t, "gone", w.close(t, "12:07"), "-beto user_left")
}

// Who stands still with a low battery is told of both.
func TestALowBatteryHidesNoStandstill(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by)
VALUES ('acme', 'company', 'acme', 1800, 'auto', '[]', 900, 1, now(), '')`)
	w.shift(t, "acme", "ana", "16:00")
	w.clock.Set(at("17:00"))
	w.battery(t, "acme", "ana", "d", "17:00", 7, false)
	is(t, "low", w.check(t, "17:00"), "+ana , +ana unknown")
	w.stands(t, "ana", "17:01", "17:25", 0)
	is(t, "still", w.check(t, "17:25"), "+ana , -ana returned")
}
