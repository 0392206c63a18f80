package summary_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/proto/audience"
)

// A day whose rows cannot be read fails alone: in the list of today, as a day, as a route. The others are there.
func TestADayThatCannotBeComputedFailsAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"ana", "luis", "sol"} {
		w.upload(t, "acme", user, "p1", walk(noon, 10))
		w.work.Shift(t, "acme", user, "s-"+user, noon.Add(-time.Hour), time.Time{})
	}
	w.exec(t, `UPDATE activity.shift SET pauses = '{"From": 7}' WHERE user_id = 'luis'`)
	w.again(t, config)
	for range 2 {
		list := w.get(t, boss, "/v1/summaries").Is(t, http.StatusOK, "").Body["summaries"].([]any)
		if len(list) != 3 {
			t.Fatalf("%d rows", len(list))
		}
		for _, row := range list {
			s := row.(map[string]any)
			want, fault, fixes := "preliminary", any(nil), 60.
			if s["user_id"] == "luis" {
				want, fault, fixes = "failed", "summary_failed", 0
			}
			if s["state"] != want || s["error"] != fault || s["fixes"] != fixes || s["date"] != "2026-03-09" {
				t.Errorf("%v", s)
			}
		}
	}
	w.get(t, boss, "/v1/users/luis/summaries/2026-03-09").Is(t, http.StatusInternalServerError, "summary_failed")
	w.get(t, boss, "/v1/users/luis/route?date=2026-03-09").Is(t, http.StatusInternalServerError, "summary_failed")

	// The same at night: the others are in lists, sums and files, and the list says that one is missing.
	w.planned(t, "acme")
	w.quiet(t) // a mark or a shift that is taken after the close puts the others into the queue again
	w.clock.Set(time.Date(2026, 3, 10, 4, 59, 30, 0, time.UTC))
	apptest.Until(t, func() bool {
		return w.count(t, "summary.day") == 2 && w.count(t, "summary.pending WHERE attempts > 0") == 1
	})
	a := w.get(t, boss, "/v1/summaries?date=2026-03-09").Is(t, http.StatusOK, "").Body
	if len(a["summaries"].([]any)) != 2 || a["pending"] != 1. {
		t.Errorf("%v", a)
	}
	if totals := w.get(t, boss, "/v1/summaries/totals?from=2026-03-09").Is(t, http.StatusOK, "").Body; len(totals["totals"].([]any)) != 2 || totals["pending"] != 1. {
		t.Errorf("%v", totals)
	}
}

// A stored day that cannot be read is left out of the street pattern, and fails alone where it is asked for.
func TestARowThatCannotBeReadFailsAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, user := range []string{"u1", "u2", "u3", "u4", "u5"} {
		w.user(t, "acme", user, audience.RoleColaborador, "{norte}")
		w.upload(t, "acme", user, "p1", walk(noon, 30))
	}
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(t, config)
	w.close(t, "acme", "2026-03-09")
	w.exec(t, `UPDATE summary.day SET detail = '{"trips": 7}' WHERE user_id = 'u1'; UPDATE summary.day SET route = '\xff' WHERE user_id = 'u2'`)
	w.clock.Set(noon.AddDate(0, 0, 1).Add(10 * time.Minute))
	apptest.Until(t, func() bool { return w.count(t, "summary.pattern WHERE body <> ''") == 1 })
	if features := w.get(t, ana, "/v1/routes/pattern").Is(t, http.StatusOK, "").Body["features"].([]any); len(features) == 0 {
		t.Error("there are no streets")
	}
	w.get(t, boss, "/v1/users/u2/route?date=2026-03-09").Is(t, http.StatusInternalServerError, "internal")
	w.get(t, boss, "/v1/users/u3/route?date=2026-03-09").Is(t, http.StatusOK, "")
	if list := w.get(t, boss, "/v1/summaries?date=2026-03-09").Is(t, http.StatusOK, "").Body["summaries"].([]any); len(list) != 5 {
		t.Errorf("%d rows", len(list))
	}
}
