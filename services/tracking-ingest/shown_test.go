package trackingingest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/shifts/shiftstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func (w *world) activity(t *testing.T) *shiftstest.Activity {
	t.Helper()
	return &shiftstest.Activity{Admin: w.admin, Bus: w.nats.Admin(t)}
}

// sees returns how many minutes before noon the positions are that somebody reads of Ana: the latest, and those of the day.
func (w *world) sees(t *testing.T, who auth.Claims) string {
	t.Helper()
	var text []string
	for _, path := range []string{"/v1/positions/latest", "/v1/users/ana/positions?from=2026-03-07T00:00:00Z&to=2026-03-09T00:00:00Z"} {
		var list struct {
			Positions []struct {
				At time.Time `json:"recorded_at"`
			}
		}
		a := w.get(t, who, path)
		if err := json.Unmarshal([]byte(a.Text), &list); err != nil || a.Status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, a.Status, a.Text)
		}
		minutes := []string{}
		for _, p := range list.Positions {
			minutes = append(minutes, fmt.Sprint(noon.Sub(p.At).Minutes()))
		}
		text = append(text, strings.Join(minutes, " "))
	}
	return strings.Join(text, ": ")
}

func ago(minutes int) time.Time { return noon.Add(-time.Duration(minutes) * time.Minute) }

// A phone learns how many of its positions are hidden. They are stored, a late start of the shift shows them and marks their day, and
// what no shift shows is deleted after 48 hours. Another company sees no difference.
func TestPositionsOutsideShifts(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	for _, company := range []string{"acme", "otra"} {
		w.user(t, company, "ana", "{norte}")
		w.user(t, company, "sol", "{norte}")
	}
	a := w.activity(t)
	a.Decide(t, "acme", "on_shift", noon.Add(-50*time.Hour))
	a.Shift(t, "acme", "ana", "s1", ago(120), ago(60))
	a.Shift(t, "otra", "ana", "s1", ago(1), time.Time{})
	w.start(t)
	for _, c := range w.service.Checks {
		apptest.Until(t, func() bool { return c.Ready(t.Context()) == nil })
	}
	w.exec(t, `UPDATE tracking.day_reader SET reader = 'terreno_gateway'`)
	batch := upload("phone", at(ago(130)), at(ago(100)), at(ago(50)), at(ago(40)))
	for company, want := range map[string]string{"acme": `{"accepted":4,"hidden":3,"rejected":[]}`, "otra": `{"accepted":4,"rejected":[]}`} {
		if answer := w.post(t, worker(company, "ana"), batch); answer.Status != http.StatusAccepted || strings.TrimSpace(answer.Text) != want {
			t.Errorf("%s: %d %s, want %s", company, answer.Status, answer.Text, want)
		}
	}
	w.settled(t)
	viewers := func(company string) []auth.Claims {
		return []auth.Claims{claims(company, "boss", audience.RoleAdmin), claims(company, "sol", audience.RoleSupervisor, "norte"), worker(company, "ana")}
	}
	all := func(company, want string) {
		t.Helper()
		for _, who := range viewers(company) {
			if got := w.sees(t, who); got != want {
				t.Errorf("%s of %s sees %q, want %q", who.Role, company, got, want)
			}
		}
	}
	all("acme", "100: 100")
	all("otra", "40: 130 100 50 40")
	// The next shift began before what is hidden, and its start arrives late.
	w.exec(t, `DELETE FROM tracking.changed_day`)
	a.Shift(t, "acme", "ana", "s2", ago(55), ago(45))
	apptest.Until(t, func() bool { return w.sees(t, viewers("acme")[0]) == "50: 100 50" })
	all("acme", "50: 100 50")
	if n := pgtest.Count(t, w.admin, "(SELECT DISTINCT day FROM tracking.changed_day WHERE company = 'acme' AND user_id = 'ana' AND day = '2026-03-08') d"); n != 1 {
		t.Error("the day of what a shift shows is not marked")
	}
	// A shift in another company changes nothing, and marks nothing.
	a.Shift(t, "otra", "ana", "s2", ago(200), ago(190))
	a.Shift(t, "acme", "sol", "s3", ago(200), ago(190)) // behind it in the stream
	w.nats.Settled(t, "ACTIVITY", "tracking-shifts")
	if n := pgtest.Count(t, w.admin, "tracking.changed_day WHERE company = 'otra' OR user_id = 'sol'"); n != 0 {
		t.Errorf("%d marks of days that did not change", n)
	}
	w.clock.Advance(47 * time.Hour)
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "tracking.arrived WHERE id_empresa = 'otra'") == 0 })
	if n := trackingtest.Count(t, w.admin, "id_empresa = 'acme'"); n != 4 {
		t.Errorf("%d positions are left before 48 hours", n)
	}
	w.clock.Advance(2 * time.Hour)
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "tracking.arrived") == 0 })
	if acme, otra := trackingtest.Count(t, w.admin, "id_empresa = 'acme'"), trackingtest.Count(t, w.admin, "id_empresa = 'otra'"); acme != 2 || otra != 4 {
		t.Errorf("after 48 hours %d positions of acme and %d of the other company are left", acme, otra)
	}
	apptest.Until(t, func() bool { return w.counter(t, "tracking_cut_fixes_total") > 0 }) // which comes after the commit
	if n := w.counter(t, "tracking_cut_fixes_total"); n != 2 {
		t.Errorf("%v positions are counted as cut", n)
	}
	all("acme", "50: 100 50")
	all("otra", "40: 130 100 50 40")
}

// A company that decides while phones upload: what was stored before is hidden too, and shown again when it decides otherwise.
func TestACompanyDecidesWhilePhonesUpload(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	w.user(t, "acme", "ana", "{}")
	a := w.activity(t)
	w.start(t)
	a.Shift(t, "acme", "ana", "s1", ago(120), ago(60)) // while nobody asks for shifts
	w.accept(t, worker("acme", "ana"), upload("phone", at(ago(100)), at(ago(50))), 2, 0)
	w.settled(t)
	boss := claims("acme", "boss", audience.RoleAdmin)
	if got := w.sees(t, boss); got != "50: 100 50" {
		t.Errorf("at first %s", got)
	}
	a.Decide(t, "acme", "on_shift", noon)
	apptest.Until(t, func() bool { return w.sees(t, boss) == "100: 100" })
	apptest.Until(t, func() bool {
		return strings.Contains(w.post(t, worker("acme", "ana"), upload("phone", at(ago(30)))).Text, `"hidden":1`)
	})
	w.settled(t)
	if got := w.sees(t, boss); got != "100: 100" {
		t.Errorf("on shift only %s", got)
	}
	a.Withdraw(t, "acme", "ana", "s1")
	apptest.Until(t, func() bool { return w.sees(t, boss) == ": " })
	a.Decide(t, "acme", "always", noon)
	apptest.Until(t, func() bool { return w.sees(t, boss) == "30: 100 50 30" })
	w.nats.Settled(t, "ACTIVITY", "tracking-shifts")
	if n := pgtest.Count(t, w.admin, "tracking.shown_position"); n != 0 {
		t.Errorf("%d newest visible positions are kept for nobody", n)
	}
}

// A correction may move a shift by days. The days that it left changed as well.
func TestACorrectedShiftMarksTheDaysThatItLeft(t *testing.T) {
	t.Parallel()
	w := setup(t, limits())
	w.user(t, "acme", "ana", "{}")
	a := w.activity(t)
	a.Decide(t, "acme", "on_shift", noon.Add(-50*time.Hour))
	a.Shift(t, "acme", "ana", "s1", ago(72*60), ago(70*60))
	w.start(t)
	w.accept(t, worker("acme", "ana"), upload("phone", at(ago(71*60)), at(ago(60))), 2, 0)
	w.settled(t)
	w.nats.Settled(t, "ACTIVITY", "tracking-shifts")
	w.exec(t, `UPDATE tracking.day_reader SET reader = 'terreno_gateway'`)
	w.exec(t, `DELETE FROM tracking.changed_day`)
	a.Correct(t, "acme", "ana", "s1", ago(90), ago(30))
	w.nats.Settled(t, "ACTIVITY", "tracking-shifts")
	if got := w.sees(t, claims("acme", "boss", audience.RoleAdmin)); got != "60: 60" {
		t.Errorf("seen at %s", got)
	}
	for _, day := range []string{"2026-03-05", "2026-03-08"} {
		if n := pgtest.Count(t, w.admin, "(SELECT DISTINCT day FROM tracking.changed_day WHERE company = 'acme' AND user_id = 'ana' AND day = '"+day+"') d"); n != 1 {
			t.Errorf("%s is not marked", day)
		}
	}
}

func (w *world) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func (w *world) counter(t *testing.T, name string) (n float64) {
	t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			n += f.GetMetric()[0].GetCounter().GetValue()
		}
	}
	return n
}
