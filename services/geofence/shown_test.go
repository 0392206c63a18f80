package geofence_test

import (
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/shifts/shiftstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func (w *world) activity(t *testing.T) *shiftstest.Activity {
	t.Helper()
	return &shiftstest.Activity{Admin: w.admin, Bus: w.bus.Admin(t)}
}

// walkOut leaves the zone: enough to raise an alert, from so many seconds after noon on.
func walkOut(from int) []track.Fix {
	return []track.Fix{point(from, 0), point(from+60, 400), point(from+120, 500), point(from+180, 600)}
}

// A position that people may not see raises no alert, in the company that hides it alone. In a shift it does, a pause included.
func TestAHiddenPositionRaisesNoAlert(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a := w.activity(t)
	a.Decide(t, "acme", "on_shift", noon.Add(-time.Hour))
	a.Shift(t, "globex", "juan", "s1", noon.Add(-time.Hour), time.Time{}) // of somebody with the same id elsewhere
	w.start(t)
	for _, company := range []string{"acme", "globex"} {
		w.send(t, jefa(company), "POST", "/v1/zones", circle("z1", "Centro")).Is(t, 201, "")
		w.send(t, jefa(company), "PUT", "/v1/zones/z1/users", `{"users":["juan"]}`).Is(t, 200, "")
	}
	for _, company := range []string{"acme", "globex"} {
		w.upload(t, company, "juan", 180, walkOut(0)...)
	}
	w.next(t).is(t, "globex", "nueva", "juan")
	w.applied(t)
	// The shift ends in the middle of what is outside: what lies in it does not suffice.
	a.Shift(t, "acme", "juan", "s1", after(200), after(290))
	w.upload(t, "acme", "juan", 400, walkOut(220)...)
	w.applied(t)
	a.Shift(t, "acme", "juan", "s2", after(600), time.Time{})
	w.upload(t, "acme", "juan", 800, walkOut(600)...)
	w.began(t, "juan", "2026-03-09T17:11:00Z")
}

// A company that begins to hide is followed without a new start.
func TestACompanyBeginsToHidePositions(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a := w.activity(t)
	r := w.start(t)
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("z1", "Centro")).Is(t, 201, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/z1/users", `{"users":["juan","ana"]}`).Is(t, 200, "")
	a.Decide(t, "acme", "on_shift", noon)
	second := 0
	apptest.Until(t, func() bool { // until it is heard
		second++
		w.upload(t, "acme", "juan", second, point(second, 0))
		w.applied(t)
		return hidden(t, r) > 0
	})
	w.upload(t, "acme", "ana", 180, walkOut(0)...)
	w.applied(t)
	a.Decide(t, "acme", "always", noon)
	w.upload(t, "acme", "juan", 19_180, walkOut(19_000)...)
	w.next(t).is(t, "acme", "nueva", "juan")
}

// The sweep judges what a late shift shows, as long as it is recent, and nothing of what is hidden.
func TestTheSweepJudgesWhatALateShiftShows(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a := w.activity(t)
	a.Decide(t, "acme", "on_shift", noon.Add(-time.Hour))
	w.start(t)
	// A job that is planned after the clock was moved is not due.
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = 'calcular-alertas-geocerca'") > 0
	})
	w.send(t, jefa("acme"), "POST", "/v1/zones", circle("z1", "Centro")).Is(t, 201, "")
	w.send(t, jefa("acme"), "PUT", "/v1/zones/z1/users", `{"users":["juan","ana"]}`).Is(t, 200, "")
	w.clock.Set(after(200))
	for _, user := range []string{"juan", "ana"} {
		fixes := walkOut(0)
		w.writer.Store(t, trackingtest.Track{Company: "acme", User: user, Device: "", Fixes: receivedAt(after(180), fixes)})
		w.upload(t, "acme", user, 180, fixes...)
	}
	w.applied(t)
	a.Shift(t, "acme", "juan", "s1", noon.Add(-time.Minute), time.Time{})
	w.clock.Set(after(400))
	w.next(t).is(t, "acme", "nueva", "juan")
}

// hidden is how many positions a replica did not judge.
func hidden(t *testing.T, r *replica) (n float64) {
	t.Helper()
	families, err := r.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "geofence_hidden_fixes_total" {
			n += f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return n
}

// Who was judged by a position that people may not see by now is neither inside nor outside for them, and no distance is told.
func TestWhoIsOutsideByAHiddenPositionIsUnknown(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a := w.activity(t)
	w.start(t)
	w.zone(t, "acme", circle("centro", "Centro"), "juan", "ana")
	a.Shift(t, "acme", "juan", "s1", noon, after(300))
	w.upload(t, "acme", "juan", 180, walkOut(0)...)
	w.upload(t, "acme", "ana", 130, point(0, 0), point(60, 0), point(120, 0))
	w.next(t).is(t, "acme", "nueva", "juan")
	w.applied(t)
	for _, who := range []auth.Claims{jefa("acme"), as("acme", "juan", audience.RoleColaborador)} {
		seen := func(want ...string) {
			t.Helper()
			if who.Role == audience.RoleColaborador {
				want = want[1:] // himself alone
			}
			w.sees(t, who, "centro", want...)
		}
		a.Decide(t, "acme", "always", noon)
		seen("ana inside", "juan outside")
		a.Decide(t, "acme", "on_shift", noon)
		seen("ana unknown", "juan outside")
		a.Shift(t, "acme", "juan", "s1", noon, after(30))
		seen("ana unknown", "juan unknown")
		list := w.send(t, who, "GET", "/v1/zones/centro/people", nil).Text
		if strings.Contains(list, "distance_m") || strings.Contains(list, "outside_since") || strings.Contains(list, "judged_at") {
			t.Errorf("%s is told %s", who.Subject, list)
		}
		a.Shift(t, "acme", "juan", "s1", noon, after(300))
	}
}
