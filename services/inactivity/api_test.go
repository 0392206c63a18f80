package inactivity_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
)

func (w *world) say(t *testing.T, who, device string, states ...any) answer {
	t.Helper()
	return w.do(t, person(who), http.MethodPost, "/v1/device-state", body{"device_id": device, "states": append([]any{}, states...)})
}

func TestAPhoneSaysWhatChanged(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a := w.say(t, "ana", "d1",
		body{"occurred_at": at("16:50"), "kind": "location_permission", "value": "denied"},
		body{"occurred_at": at("16:51"), "kind": "battery", "level": 0.42, "charging": true},
		body{"occurred_at": at("16:52"), "kind": "versions", "app": "1.2.3", "os": "Android 14", "model": "Pixel"},
		body{"occurred_at": at("16:52"), "kind": "weather", "value": "rain"},
		body{"occurred_at": at("16:52"), "kind": "app", "value": "sleeping"},
		body{"occurred_at": at("16:52"), "kind": "battery", "level": 42},
		body{"occurred_at": at("17:03"), "kind": "app", "value": "closed"},
		body{"occurred_at": at("16:00").AddDate(0, 0, -31), "kind": "app", "value": "closed"},
		body{"kind": "app", "value": "closed"}, "text", 5, nil,
	).Is(t, http.StatusAccepted, "")
	var codes []any
	for _, r := range a.Body["rejected"].([]any) {
		codes = append(codes, r.(body)["index"], r.(body)["code"])
	}
	if want := "[3 unknown_kind 4 value_invalid 5 value_invalid 6 occurred_ahead 7 occurred_too_long_ago 8 unreadable 9 unreadable 10 unreadable 11 unreadable]"; a.Body["kept"] != 3.0 || fmt.Sprint(codes) != want {
		t.Errorf("%s", a.Text)
	}
	list := w.get(t, person("sol"), "/v1/users/ana/device-state").Is(t, http.StatusOK, "").Body["states"].([]any)
	if len(list) != 3 || fmt.Sprint(list[0]) != "map[charging:true device_id:d1 kind:battery level:0.42 occurred_at:2026-03-09T16:51:00Z received_at:2026-03-09T17:00:00Z]" {
		t.Errorf("%v", list)
	}
	if v := list[2].(body); v["model"] != "Pixel" || v["value"] != nil {
		t.Errorf("%v", v)
	}
	w.say(t, "ana", "d1").Is(t, http.StatusAccepted, "")
	// A device is named as with its positions.
	w.say(t, "ana", "iPhone de Ana ☎", body{"occurred_at": at("16:52"), "kind": "versions", "app": strings.Repeat("é", 100)}).Is(t, http.StatusAccepted, "")
	if list := w.get(t, person("ana"), "/v1/users/ana/device-state").Body["states"].([]any); len(list) != 4 || list[3].(body)["device_id"] != "iPhone de Ana ☎" {
		t.Errorf("%v", list)
	}
	for _, device := range []string{"d\n", "\u0085", strings.Repeat("d", 65)} {
		w.say(t, "ana", device).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
}

// Whatever the order and however often: the newest counts, and the charge before it is the second newest.
func TestTheOrderOfStatesMakesNoDifference(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var all []any
	for i := range 12 {
		all = append(all, body{"occurred_at": at("16:00").Add(time.Duration(i/2) * time.Minute), "kind": "battery", "level": float64(50-i) / 100},
			body{"occurred_at": at("16:00").Add(time.Duration(i/2) * time.Minute), "kind": "app", "value": []string{"opened", "closed"}[i%2]})
	}
	random := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // a test that repeats
	seen := map[string]bool{}
	for range 8 {
		w.exec(t, `DELETE FROM inactivity.device_state`)
		random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		n := random.IntN(len(all))
		w.say(t, "ana", "d", all[:n]...).Is(t, http.StatusAccepted, "")
		w.say(t, "ana", "d", all...).Is(t, http.StatusAccepted, "")
		var text string
		if err := w.admin.GetContext(t.Context(), &text, `SELECT string_agg(concat_ws(' ', kind, occurred_at AT TIME ZONE 'UTC', value, level, before_at AT TIME ZONE 'UTC', before_level), ', ' ORDER BY kind) FROM inactivity.device_state`); err != nil {
			t.Fatal(err)
		}
		seen[text] = true
	}
	if len(seen) != 1 {
		t.Errorf("%v", seen)
	}
}

func TestAUserHasFewDevices(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i := range 25 {
		w.clock.Advance(time.Second)
		w.say(t, "ana", fmt.Sprintf("d%02d", i), body{"occurred_at": at("16:50"), "kind": "app", "value": "opened"}).Is(t, http.StatusAccepted, "")
	}
	if n := pgtest.Count(t, w.admin, "inactivity.device_state WHERE device_id > 'd04'"); n != 20 || pgtest.Count(t, w.admin, "inactivity.device_state") != 20 {
		t.Errorf("%d of the last 20 are left", n)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const path = "/v1/inactivity-settings"
	boss := person("boss")
	read := func(who, of string) string {
		t.Helper()
		b := w.get(t, person(who), path+of).Is(t, http.StatusOK, "").Body
		return fmt.Sprintf("%v %v %v %v %v %v", b["silence_after_s"], b["expected"], b["hours"], b["version"], b["scope"], b["id"])
	}
	put := func(of string, after int, version int) answer {
		t.Helper()
		return w.do(t, boss, http.MethodPut, path+of, body{"silence_after_s": after, "expected": "auto", "version": version, "hours": []any{body{"days": []int{1, 2}, "from": "08:00", "until": "17:00"}}})
	}
	if got := read("ana", ""); got != "1800 auto [] 0 default <nil>" {
		t.Error(got)
	}
	put("", 600, 0).Is(t, http.StatusOK, "")
	put("", 600, 0).Is(t, http.StatusOK, "") // repeated
	if a := put("", 700, 0).Is(t, http.StatusConflict, "settings_changed"); a.Body["current"].(body)["silence_after_s"] != 600.0 {
		t.Errorf("%s", a.Text)
	}
	put("", 700, 1).Is(t, http.StatusOK, "")
	for of, own := range map[string]string{"/teams/norte": "team norte", "/users/ana": "user ana"} {
		if got := read("sol", of); got != "700 auto [map[days:[1 2] from:08:00 until:17:00]] 0 company acme" {
			t.Errorf("%s: %s", of, got)
		}
		put(of, 800, 0).Is(t, http.StatusOK, "")
		if got := read("sol", of); got != "800 auto [map[days:[1 2] from:08:00 until:17:00]] 1 "+own {
			t.Errorf("%s: %s", of, got)
		}
		for range 2 {
			w.do(t, boss, http.MethodDelete, path+of, nil).Is(t, http.StatusNoContent, "")
		}
		if got := read("boss", of); got != "700 auto [map[days:[1 2] from:08:00 until:17:00]] 0 company acme" {
			t.Errorf("%s: %s", of, got)
		}
	}
	w.get(t, person("sur"), path+"/users/ana").Is(t, http.StatusNotFound, "user_not_found")
	if n := pgtest.Count(t, w.admin, "inactivity.change_log WHERE what = 'inactivity_settings.changed'") + 10*pgtest.Count(t, w.admin, "inactivity.change_log WHERE what = 'inactivity_settings.removed'"); n != 24 {
		t.Errorf("%d", n)
	}
}

// What a reader is told holds for somebody is what the check finds.
func TestWhatHoldsForSomebody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", "colaborador", "{norte,sur}")
	const path = "/v1/inactivity-settings"
	put := func(of string, after, version int) answer {
		t.Helper()
		return w.do(t, person("boss"), http.MethodPut, path+of, body{"silence_after_s": after, "expected": "shifts", "version": version})
	}
	for _, user := range []string{"ana", "beto", "carla", "solo"} {
		w.shift(t, "acme", user, "12:00")
		w.fix(t, "acme", user, "16:00")
	}
	holds := func(when, want string) {
		t.Helper()
		got := ""
		for _, user := range []string{"ana", "beto", "carla", "solo"} {
			b := w.get(t, person("boss"), path+"/users/"+user).Is(t, http.StatusOK, "").Body
			got += fmt.Sprintf("%v %v %v %v, ", b["scope"], b["id"], b["silence_after_s"], b["version"])
			w.exec(t, `DELETE FROM inactivity.silence`)
			after := time.Duration(b["silence_after_s"].(float64) * float64(time.Second))
			for _, early := range []time.Duration{time.Second, 0} {
				now := at("16:00").Add(after - early)
				w.stored(t, now, now)
				w.clock.Set(now)
				if err := w.checker.Check(t.Context()); err != nil {
					t.Fatal(err)
				}
				if told := strings.Contains(w.told(t), "+"+user+" "); told != (early == 0) {
					t.Errorf("%s: %s is told of %v before %v: %v", when, user, early, after, told)
				}
			}
		}
		if got != want {
			t.Errorf("%s:\n got %s\nwant %s", when, got, want)
		}
	}
	holds("nobody decided", "default <nil> 1800 0, default <nil> 1800 0, default <nil> 1800 0, default <nil> 1800 0, ")
	put("", 600, 0).Is(t, http.StatusOK, "")
	put("/teams/norte", 900, 0).Is(t, http.StatusOK, "")
	put("/teams/sur", 700, 0).Is(t, http.StatusOK, "")
	holds("teams", "team norte 900 0, team norte 900 0, team sur 700 0, company acme 600 0, ")
	put("/teams/sur", 1200, 1).Is(t, http.StatusOK, "")
	put("/users/beto", 300, 0).Is(t, http.StatusOK, "")
	holds("a user", "team sur 1200 0, user beto 300 1, team sur 1200 0, company acme 600 0, ")
	// What somebody writes on what it saw is not taken for a change of the team's.
	if a := put("/users/ana", 800, 2).Is(t, http.StatusConflict, "settings_changed").Body["current"].(body); a["scope"] != "team" || a["version"] != 0.0 {
		t.Errorf("%v", a)
	}
	put("/users/ana", 800, 0).Is(t, http.StatusOK, "")
	holds("another", "user ana 800 1, user beto 300 1, team sur 1200 0, company acme 600 0, ")
}

func TestStrangeIDsAreNotFound(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, id := range []string{"%00", "%ff", "%E2%80%AE", "..%2Fana", "'%20OR%201=1"} {
		for _, path := range []string{"/v1/users/" + id + "/device-state", "/v1/inactivity-settings/users/" + id, "/v1/inactivity-settings/teams/" + id} {
			if a := w.get(t, person("boss"), path); a.Status < 400 || a.Status >= 500 {
				t.Errorf("%s: %d %s", path, a.Status, a.Text)
			}
		}
	}
}
