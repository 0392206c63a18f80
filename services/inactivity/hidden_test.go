package inactivity_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// Outside the shifts of people who are tracked in them only, nobody hears when they reported, what their charge was, or what their phones
// said. beta tracks always.
func TestWhatNobodyMaySeeIsNotTold(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shifts.Decide(t, "acme", "on_shift", at("00:00"))
	for _, company := range []string{"acme", "beta"} {
		w.shift(t, company, "ana", "06:00")
		w.ended(t, company, "ana", "06:00", "11:00")
		w.fix(t, company, "ana", "10:50")
		w.exec(t, `INSERT INTO tracking.shown_position SELECT * FROM tracking.latest_position WHERE id_empresa = $1`, company)
		f := track.Fix{RecordedAt: at("11:40").UnixMilli(), ReceivedAt: at("11:40").UnixMilli()}
		f.SetPlace(4.6, -74.1)
		f.SetBattery(0.04)
		w.writer.Store(t, trackingtest.Track{Company: company, User: "ana", Device: "phone", Fixes: []track.Fix{f}})
		w.clock.Set(at("11:45"))
		w.do(t, personOf(company, "ana"), http.MethodPost, "/v1/device-state", body{"device_id": "phone", "states": []any{
			body{"occurred_at": at("11:41"), "kind": "location_permission", "value": "denied"},
			body{"occurred_at": at("11:42"), "kind": "battery", "level": 0.03},
		}}).Is(t, http.StatusAccepted, "")
		w.shift(t, company, "ana", "12:00")
	}
	w.stored(t, at("12:30"), at("12:30"))
	w.clock.Set(at("12:30"))
	if err := w.checker.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := w.events(t)
	if len(list) != 2 {
		t.Errorf("told %v", list)
	}
	for _, e := range list {
		got := fmt.Sprintf("%s %s", e.Why.Cause, e.Why.LastFixAt.Format("15:04"))
		if e.Why.CauseAt != nil {
			got += e.Why.CauseAt.Format(" 15:04")
		}
		if e.Why.Battery != nil {
			got += fmt.Sprint(" ", *e.Why.Battery)
		}
		if want := map[string]string{"acme": "permission_withdrawn 10:50", "beta": "permission_withdrawn 11:40 11:41 0.03"}[e.company]; got != want {
			t.Errorf("%s is told %s, want %s", e.company, got, want)
		}
	}
	for company, want := range map[string]string{"acme": "<nil> 2026-03-09T10:50:00Z <nil>", "beta": "2026-03-09T11:41:00Z 2026-03-09T11:40:00Z 0.03"} {
		for _, who := range []string{"boss", "sol", "ana"} {
			s := w.get(t, personOf(company, who), "/v1/silences").Is(t, http.StatusOK, "").Body["silences"].([]any)[0].(body)
			if got := fmt.Sprint(s["cause_at"], " ", s["last_fix_at"], " ", s["battery"]); got != want {
				t.Errorf("%s of %s reads %s, want %s", who, company, got, want)
			}
			want := 2
			if company == "acme" && who != "ana" {
				want = 0
			}
			if list := w.get(t, personOf(company, who), "/v1/users/ana/device-state").Is(t, http.StatusOK, "").Body["states"].([]any); len(list) != want {
				t.Errorf("%s of %s reads %v", who, company, list)
			}
		}
	}
	w.say(t, "ana", "phone", body{"occurred_at": at("12:10"), "kind": "app", "value": "closed"}).Is(t, http.StatusAccepted, "")
	if list := w.get(t, person("sol"), "/v1/users/ana/device-state").Is(t, http.StatusOK, "").Body["states"].([]any); len(list) != 1 || list[0].(body)["kind"] != "app" {
		t.Errorf("in the shift: %v", list)
	}
}

// A position after the shift is no return: the shift is over, and nobody hears of the position.
func TestAContactOutsideTheShiftEndsNoSilence(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shifts.Decide(t, "acme", "on_shift", at("00:00"))
	for _, company := range []string{"acme", "beta"} {
		w.shift(t, company, "ana", "12:00")
		w.fix(t, company, "ana", "13:00")
	}
	is(t, "silent", w.check(t, "13:30"), "+ana unknown, +ana unknown")
	for _, company := range []string{"acme", "beta"} {
		w.ended(t, company, "ana", "12:00", "13:40")
		w.fix(t, company, "ana", "13:41")
	}
	w.clock.Set(at("13:42"))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	list := w.events(t)
	if len(list) != 2 {
		t.Errorf("told %v", list)
	}
	for _, e := range list {
		got := e.EndReason + e.EndedAt.Format(" 15:04")
		if want := map[string]string{"acme": "shift_ended 13:42", "beta": "returned 13:41"}[e.company]; got != want {
			t.Errorf("%s is told %s, want %s", e.company, got, want)
		}
	}
}
