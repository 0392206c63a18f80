package inactivity_test

import (
	"net/http"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

// unreadable returns how many rows could not be read.
func (w *world) unreadable(t *testing.T) (n int) {
	t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == "inactivity_unreadable_total" {
			for _, m := range f.GetMetric() {
				n += int(m.GetCounter().GetValue())
			}
		}
	}
	return n
}

// Hours that cannot be read stop only what they are for. A user has its company's in place of them, and nobody is expected by a company's.
func TestHoursThatCannotBeReadStopNothingElse(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const morning = `[{"days": [1], "from": "07:00", "until": "09:00"}]` // 12:00 to 14:00 UTC
	w.set(t, "acme", "company", "acme", "hours", morning, 1800)
	w.set(t, "acme", "user", "ana", "hours", `[{"days": "every"}]`, 1800)
	w.set(t, "acme", "user", "beto", "auto", `{"days": 1}`, 1800)
	w.set(t, "beta", "company", "beta", "auto", `"always"`, 1800)
	for _, company := range []string{"acme", "beta"} {
		for _, user := range []string{"ana", "beto", "carla"} {
			w.fix(t, company, user, "11:00")
		}
	}
	is(t, "before the hours", w.check(t, "11:40")+w.check(t, "12:05"), "")
	is(t, "in them", w.check(t, "12:30"), "+ana unknown, +beto unknown, +carla unknown")
	is(t, "after them", w.check(t, "12:55")+w.check(t, "13:20")+w.check(t, "13:45")+w.check(t, "14:00"), "-ana shift_ended, -beto shift_ended, -carla shift_ended")
	if n := w.unreadable(t); n < 6 {
		t.Errorf("%d rows are counted", n)
	}
	// Whoever reads finds none, and may write them anew, also none.
	boss := personOf("beta", "boss")
	a := w.get(t, boss, "/v1/inactivity-settings").Is(t, http.StatusOK, "")
	if list, ok := a.Body["hours"].([]any); !ok || len(list) != 0 || a.Body["version"] != 1.0 {
		t.Errorf("%s", a.Text)
	}
	w.do(t, boss, http.MethodPut, "/v1/inactivity-settings", body{"silence_after_s": 1800, "expected": "auto", "version": 1}).Is(t, http.StatusOK, "")
	w.fix(t, "beta", "beto", "14:30")
	w.fix(t, "beta", "carla", "14:30")
	is(t, "beta has no hours now", w.check(t, "14:30"), "+ana unknown")
}

// Evidence that cannot be read stops neither the end of the silence nor that of another.
func TestEvidenceThatCannotBeReadStopsNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.heard(t, "ana", "beto")
	is(t, "silent", w.check(t, "13:30"), "+ana unknown, +beto unknown")
	w.exec(t, `UPDATE inactivity.silence SET why = '{"cause": 5}' WHERE user_id = 'ana'`)
	list := w.get(t, person("boss"), "/v1/silences").Is(t, http.StatusOK, "").Body["silences"].([]any)
	if len(list) != 2 || list[0].(body)["cause"] != "unknown" {
		t.Errorf("%v", list)
	}
	w.fix(t, "acme", "ana", "13:40")
	w.fix(t, "acme", "beto", "13:40")
	is(t, "back", w.close(t, "13:41"), "-ana returned, -beto returned")
	if w.unreadable(t) == 0 {
		t.Error("nothing is counted")
	}
}

// A charge that is no number is none, and keeps nobody's alert from being told.
func TestAChargeThatIsNoNumberIsNone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.heard(t, "ana", "beto")
	w.exec(t, `UPDATE tracking.latest_position SET battery = 'NaN' WHERE user_id = 'ana'`)
	is(t, "silent", w.check(t, "13:30"), "+ana unknown, +beto unknown")
}

func TestWhatLastsIsCounted(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "acme", "ana", "12:00")
	is(t, "silent", w.check(t, "12:30")+w.close(t, "12:31"), "+ana unknown")
	if n, err := testutil.GatherAndCount(w.metrics, "inactivity_lasting"); err != nil || n != 3 {
		t.Errorf("%d, %v", n, err)
	}
}
