package gateway_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/shifts/shiftstest"
)

// onShift makes acme track its people in their shifts only. The probes are always in one.
func (w *world) onShift(t *testing.T) *shiftstest.Activity {
	t.Helper()
	a := &shiftstest.Activity{Admin: w.admin, Bus: w.publisher}
	a.Decide(t, "acme", "on_shift", noon.Add(-time.Hour))
	a.Shift(t, "acme", probe, "p", noon, time.Time{})
	return a
}

// second is an instant as uploads and stored positions name it.
func second(n int) time.Time { return noon.Add(time.Duration(n) * time.Second) }

// TestWhatLiesOutsideShiftsReachesNobody: no socket gets it, that of the worker included, and the other company gets all.
func TestWhatLiesOutsideShiftsReachesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.onShift(t)
	a.Shift(t, "acme", "u1", "s1", second(1000), second(2000))
	g := w.gateway(t, nil)
	acme, beta := everyone(t, w, g, "acme"), everyone(t, w, g, "beta")
	w.heard(t, "acme", acme["boss"])
	w.heard(t, "beta", beta["boss"])
	for _, tenant := range []string{"acme", "beta"} {
		for _, at := range []int{999, 1500, 2000} {
			w.upload(t, tenant, "u1", at, "north")
		}
	}
	for _, user := range []string{"boss", "sup", "u1"} {
		beta[user].untilPosition(t, "u1", 2000)
	}
	eventually(t, "two positions are hidden", func() error {
		if n := g.count(t, "gateway_positions_hidden_total"); n != 2 {
			return fmt.Errorf("%d are hidden", n)
		}
		return nil
	})
	for _, user := range []string{"boss", "sup", "u1"} {
		acme[user].expect(t, "tracking:ubicacion u1@1500")
	}
	w.store(t, "acme", "u1", 3001)
	a.Shift(t, "acme", "u1", "s2", second(3000), time.Time{})
	for _, user := range []string{"boss", "sup", "u1"} {
		acme[user].expect(t, "tracking:ubicacion u1@3001")
	}
}

// TestWhoCallsForHelpIsSeen also off shift, and not before and after.
func TestWhoCallsForHelpIsSeen(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.onShift(t)
	a.Help(t, "acme", "u1", "help", second(1000), second(2000))
	g := w.gateway(t, nil)
	acme := everyone(t, w, g, "acme")
	w.heard(t, "acme", acme["boss"])
	for _, at := range []int{999, 1500, 2000} {
		w.upload(t, "acme", "u1", at, "north")
	}
	for _, user := range []string{"boss", "sup", "u1"} {
		acme[user].expect(t, "tracking:ubicacion u1@1500")
	}
	eventually(t, "two positions are hidden", func() error {
		if n := g.count(t, "gateway_positions_hidden_total"); n != 2 {
			return fmt.Errorf("%d are hidden", n)
		}
		return nil
	})
}

// TestAShiftThatBecomesKnownLateShowsWhatIsStored, and one that turns out to have ended earlier hides it from whoever connects then.
func TestAShiftThatBecomesKnownLateShowsWhatIsStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := w.onShift(t)
	g := w.gateway(t, nil)
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	w.heard(t, "acme", c)
	w.store(t, "acme", "u1", 500)
	w.store(t, "acme", "u2", 400)
	w.upload(t, "acme", "u1", 500, "north")
	a.Shift(t, "acme", "u1", "s1", second(450), time.Time{})
	c.expect(t, "tracking:ubicacion u1@500")
	// It ended earlier than its position. An earlier position is then the newest visible one.
	w.exec(t, `INSERT INTO tracking.shown_position SELECT id_empresa, user_id, $1::timestamptz, device_id, $1::timestamptz, 460, lon, accuracy_m, altitude_m, speed_mps, bearing_deg,
		battery, charging, activity, mock FROM tracking.latest_position WHERE id_empresa = 'acme' AND user_id = 'u1'`, second(460))
	a.Shift(t, "acme", "u1", "s1", second(450), second(490))
	c.expect(t, "tracking:ubicacion u1@460")
	later := connect(t, g.URL, bearer(w.token(t, "acme/sup")).from(""))
	later.expect(t, "tracking:ubicacion u1@460")
	// The company decides anew.
	a.Decide(t, "acme", "always", noon)
	eventually(t, "the others are shown", func() error {
		if f := c.until(t, "tracking:ubicacion"); f.name() != "u2@400" {
			return errors.New(f.name())
		}
		return nil
	})
	a.Decide(t, "acme", "on_shift", noon)
	eventually(t, "a new socket does not get what is hidden again", func() error {
		again := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
		defer func() { _ = again.CloseNow() }()
		if f := again.until(t, "tracking:ubicacion"); f.name() != "u1@460" {
			return errors.New(f.name())
		}
		return nil
	})
}

// TestAGatewayThatDoesNotKnowTheShiftsServesNobody: it would show what is hidden, or hide everybody.
func TestAGatewayThatDoesNotKnowTheShiftsServesNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.onShift(t)
	w.exec(t, `REVOKE SELECT ON activity.v_on_shift_only FROM `+db.ReaderRole)
	g := w.gateway(t, func(s *settings) { s.unready = true })
	eventually(t, "everything but the shifts is known", func() error { return g.directory.Ready(t.Context()) })
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, g.URL+"/ws", nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Upgrade", "websocket")
	request.Header.Set("Connection", "Upgrade")
	if status, code := ask(t, request); status != http.StatusServiceUnavailable || code != "unavailable" || g.Checks[0].Ready(t.Context()) == nil {
		t.Errorf("a handshake is answered with %d %s", status, code)
	}
	w.exec(t, `GRANT SELECT ON activity.v_on_shift_only TO `+db.ReaderRole)
	g.ready(t)
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	w.heard(t, "acme", c)
}

// TestAnOldPositionIsHiddenToo: a gateway knows the shifts of some days alone. What it has of somebody who reported last before them
// goes to no new socket once the company hides, unless the database says that a shift holds it.
func TestAnOldPositionIsHiddenToo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	a := &shiftstest.Activity{Admin: w.admin, Bus: w.publisher}
	const nineDays = 9 * 24 * 60 * 60
	a.Shift(t, "acme", "u2", "s1", second(-nineDays-60), second(-nineDays+60))
	for _, user := range []string{"u3", probe} {
		a.Shift(t, "acme", user, user, noon, time.Time{})
	}
	w.store(t, "acme", "u1", -nineDays)
	w.store(t, "acme", "u2", -nineDays)
	g := w.gateway(t, nil)
	first := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	for seen := map[string]bool{}; len(seen) < 2; {
		seen[first.until(t, "tracking:ubicacion").name()] = true
	}
	a.Decide(t, "acme", "on_shift", noon)
	eventually(t, "the company's shifts are read", func() error {
		if g.count(t, "gateway_positions_hidden_total") == 0 {
			w.upload(t, "acme", "u1", 1, "north")
			return errors.New("nothing is hidden")
		}
		return nil
	})
	w.heard(t, "acme", first)
	again := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	w.upload(t, "acme", "u3", 5, "north")
	left := map[string]bool{"u3@5": true, fmt.Sprintf("u2@%d", -nineDays): true}
	for len(left) > 0 {
		name := again.until(t, "tracking:ubicacion").name()
		if !left[name] {
			t.Errorf("a new socket gets %s", name)
		}
		delete(left, name)
	}
}
