package activity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/pgtest"
)

func window(day int, from, to string) body { return body{"day": day, "from": from, "to": to} }

// works is the body of a plan in which somebody works on each day of the week.
func works(from, to string, version any, more ...body) body {
	var all []any
	for d := 1; d <= 7; d++ {
		all = append(all, window(d, from, to))
	}
	return with(body{"windows": all, "version": version}, more...)
}

// plannedFor returns what is planned for a user of acme on 9 and 10 March, as the viewer reads it: the source, and the windows.
func (w *world) plannedFor(t *testing.T, who, user string) string {
	t.Helper()
	a := w.get(t, person(who), "/v1/shift-plans/of/"+user+"?from=2026-03-09T05:00:00Z&to=2026-03-11T05:00:00Z").Is(t, http.StatusOK, "")
	text := fmt.Sprint(a.Body["source"])
	for _, p := range a.Body["windows"].([]any) {
		p := p.(body)
		text += fmt.Sprintf(" %s %s/%s", p["day"], p["from"], p["until"])
	}
	return strings.ReplaceAll(text, "2026-03-", "")
}

func TestTheNarrowestPlanHolds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if got := w.plannedFor(t, "ana", "ana"); got != "none" {
		t.Error(got)
	}
	a := w.put(t, person("boss"), "/v1/shift-plans/company", works("08:00", "17:00", 0)).Is(t, http.StatusOK, "")
	if a.Body["version"] != 1.0 || a.Body["exists"] != true || a.Body["updated_by"] != "boss" || a.Body["scope"] != "company" || len(a.Body["windows"].([]any)) != 7 {
		t.Errorf("%s", a.Text)
	}
	const company = "company 09 09T13:00:00Z/09T22:00:00Z 10 10T13:00:00Z/10T22:00:00Z"
	if got := w.plannedFor(t, "ana", "ana"); got != company {
		t.Error(got)
	}
	w.put(t, person("sol"), "/v1/shift-plans/team/norte", works("18:00", "06:00", 0)).Is(t, http.StatusOK, "")
	const night = "team 08 08T23:00:00Z/09T11:00:00Z 09 09T23:00:00Z/10T11:00:00Z 10 10T23:00:00Z/11T11:00:00Z"
	for who, want := range map[string]string{"ana": night, "beto": night, "carla": company, "solo": company} {
		if got := w.plannedFor(t, "boss", who); got != want {
			t.Errorf("%s: %s", who, got)
		}
	}
	w.put(t, person("sol"), "/v1/shift-plans/user/ana", body{"windows": []any{window(1, "14:00", "15:00")}, "version": 0}).Is(t, http.StatusOK, "")
	w.put(t, person("sol"), "/v1/shift-plans/user/beto", body{"windows": []any{}, "version": 0}).Is(t, http.StatusOK, "")
	for who, want := range map[string]string{"ana": "user 09 09T19:00:00Z/09T20:00:00Z", "beto": "user"} {
		if got := w.plannedFor(t, who, who); got != want {
			t.Errorf("%s: %s", who, got)
		}
	}
	for who, want := range map[string]string{"boss": "company/ team/norte user/ana user/beto", "sol": "company/ team/norte user/ana user/beto", "sur": "company/", "ana": "company/ team/norte user/ana", "solo": "company/"} {
		var got []string
		for next := ""; ; {
			page := w.get(t, person(who), "/v1/shift-plans?limit=2&cursor="+next).Is(t, http.StatusOK, "")
			for _, p := range page.Body["plans"].([]any) {
				got = append(got, fmt.Sprint(p.(body)["scope"], "/", p.(body)["id"]))
			}
			if next, _ = page.Body["next"].(string); next == "" {
				break
			}
		}
		if text := strings.Join(got, " "); text != want {
			t.Errorf("%s lists %s", who, text)
		}
	}
	// Without its plan, the wider one holds again. A new plan goes on with the version.
	w.do(t, person("sol"), http.MethodDelete, "/v1/shift-plans/user/ana?version=1", nil).Is(t, http.StatusOK, "")
	w.do(t, person("sol"), http.MethodDelete, "/v1/shift-plans/user/ana?version=1", nil).Is(t, http.StatusOK, "")
	if got := w.plannedFor(t, "ana", "ana"); got != night {
		t.Error(got)
	}
	if a := w.get(t, person("ana"), "/v1/shift-plans/user/ana").Is(t, http.StatusOK, ""); a.Body["exists"] != false || a.Body["version"] != 2.0 {
		t.Errorf("%s", a.Text)
	}
	w.put(t, person("sol"), "/v1/shift-plans/user/ana", works("08:00", "09:00", 0)).Is(t, http.StatusConflict, "shift_plan_changed")
	w.put(t, person("sol"), "/v1/shift-plans/user/ana", works("08:00", "09:00", 2)).Is(t, http.StatusOK, "")
	// Somebody of two teams is planned when either is.
	w.user(t, "acme", "beto", "colaborador", "{norte,sur}")
	w.do(t, person("sol"), http.MethodDelete, "/v1/shift-plans/user/beto?version=1", nil).Is(t, http.StatusOK, "")
	w.put(t, person("sur"), "/v1/shift-plans/team/sur", body{"windows": []any{window(1, "05:00", "07:00")}, "version": 0}).Is(t, http.StatusOK, "")
	if got := w.plannedFor(t, "beto", "beto"); got != "team 08 08T23:00:00Z/09T12:00:00Z 09 09T23:00:00Z/10T11:00:00Z 10 10T23:00:00Z/11T11:00:00Z" {
		t.Error(got)
	}
	var log []string
	if err := w.admin.SelectContext(t.Context(), &log, `SELECT what || ' ' || entity || ' ' || made_by || ' ' || (before IS NULL) || (after IS NULL) FROM activity.change_log WHERE id_empresa = 'acme' ORDER BY id LIMIT 5`); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(log, ", "); got != "shift_plan.changed shift_plan/company boss truefalse, shift_plan.changed shift_plan/team/norte sol truefalse, shift_plan.changed shift_plan/user/ana sol truefalse, shift_plan.changed shift_plan/user/beto sol truefalse, shift_plan.changed shift_plan/user/ana sol falsetrue" {
		t.Error(got)
	}
}

func TestHolidays(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.put(t, person("boss"), "/v1/shift-plans/company", works("08:00", "17:00", 0)).Is(t, http.StatusOK, "")
	days := body{"version": 0, "holidays": []any{body{"date": "2026-03-23", "name": "San José"}, body{"date": "2026-03-09", "name": "Aniversario"}}}
	a := w.put(t, person("boss"), "/v1/holidays", days).Is(t, http.StatusOK, "")
	if list := a.Body["holidays"].([]any); a.Body["version"] != 1.0 || len(list) != 2 || list[0].(body)["name"] != "Aniversario" {
		t.Errorf("%s", a.Text)
	}
	w.put(t, person("boss"), "/v1/holidays", days).Is(t, http.StatusOK, "") // a repetition
	if got := w.plannedFor(t, "ana", "ana"); got != "company 10 10T13:00:00Z/10T22:00:00Z" {
		t.Error(got)
	}
	if a := w.get(t, person("ana"), "/v1/shift-plans/of/ana?from=2026-03-09T05:00:00Z&to=2026-03-23T05:00:00Z").Is(t, http.StatusOK, ""); !strings.Contains(a.Text, "Aniversario") || strings.Contains(a.Text, "San José") {
		t.Errorf("%s", a.Text)
	}
	w.put(t, person("boss"), "/v1/shift-plans/user/ana", works("08:00", "17:00", 0, body{"on_holidays": true})).Is(t, http.StatusOK, "")
	if got := w.plannedFor(t, "ana", "ana"); got != "user 09 09T13:00:00Z/09T22:00:00Z 10 10T13:00:00Z/10T22:00:00Z" {
		t.Error(got)
	}
	other := body{"version": 0, "holidays": []any{}}
	if a := w.put(t, person("boss"), "/v1/holidays", other).Is(t, http.StatusConflict, "holidays_changed"); a.Body["current"].(body)["version"] != 1.0 || !strings.Contains(a.Text, "User boss changed") {
		t.Errorf("%s", a.Text)
	}
	w.put(t, person("boss"), "/v1/holidays", with(other, body{"version": 1})).Is(t, http.StatusOK, "")
	w.put(t, person("boss"), "/v1/holidays", body{"version": 2, "holidays": []any{body{"date": "2026-02-30", "name": "x"}}}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	for _, who := range []string{"sol", "ana"} {
		w.get(t, person(who), "/v1/holidays").Is(t, http.StatusOK, "")
		w.put(t, person(who), "/v1/holidays", other).Is(t, http.StatusForbidden, "forbidden")
	}
	if n := pgtest.Count(t, w.admin, "activity.change_log WHERE what = 'holidays.changed'"); n != 2 {
		t.Errorf("%d rows in the log of changes", n)
	}
}

func TestWhoPlansWhom(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "beta", "zoe", "colaborador", "{oeste}")
	p := works("08:00", "17:00", 0)
	for _, c := range []struct {
		who, path string
		status    int
		code      string
	}{
		{"ana", "company", http.StatusForbidden, "forbidden"},
		{"sol", "company", http.StatusForbidden, "forbidden"},
		{"ana", "team/norte", http.StatusForbidden, "forbidden"},
		{"ana", "user/ana", http.StatusForbidden, "forbidden"},
		{"sol", "user/sol", http.StatusForbidden, "own_hours"},
		{"sur", "team/norte", http.StatusNotFound, "team_not_found"},
		{"sur", "user/ana", http.StatusNotFound, "user_not_found"},
		{"boss", "team/oeste", http.StatusNotFound, "team_not_found"},
		{"boss", "user/zoe", http.StatusNotFound, "user_not_found"},
		{"boss", "team/nadie", http.StatusNotFound, "team_not_found"},
		{"boss", "user/boss", http.StatusOK, ""},
		{"boss", "user/sol", http.StatusOK, ""},
	} {
		w.put(t, person(c.who), "/v1/shift-plans/"+c.path, p).Is(t, c.status, c.code)
		w.do(t, person(c.who), http.MethodDelete, "/v1/shift-plans/"+c.path+"?version=1", nil).Is(t, c.status, c.code)
	}
	for path, code := range map[string]string{"user/ana": "user_not_found", "team/norte": "team_not_found", "of/ana": "user_not_found"} {
		for _, who := range []string{"sur", "carla", "solo"} {
			w.get(t, person(who), "/v1/shift-plans/"+path).Is(t, http.StatusNotFound, code)
		}
	}
	w.get(t, person("beto"), "/v1/shift-plans/user/ana").Is(t, http.StatusNotFound, "user_not_found")
	w.put(t, personOf("beta", "boss"), "/v1/shift-plans/user/ana", works("01:00", "02:00", 0)).Is(t, http.StatusOK, "")
	w.put(t, personOf("beta", "boss"), "/v1/shift-plans/company", works("01:00", "02:00", 0)).Is(t, http.StatusOK, "")
	if got := w.plannedFor(t, "ana", "ana"); got != "none" {
		t.Errorf("another company plans: %s", got)
	}
}

func TestWhatNoPlanCanBe(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for field, p := range map[string]body{
		"body.windows[0].to":  {"windows": []any{window(1, "08:00", "08:00")}},
		"body.windows":        {"windows": []any{window(1, "08:00", "12:00"), window(1, "11:00", "13:00")}},
		"body.zone":           {"windows": []any{}, "zone": "America/Macondo"},
		"body.windows[0].day": {"windows": []any{window(9, "08:00", "12:00")}},
	} {
		a := w.put(t, person("boss"), "/v1/shift-plans/company", with(body{"version": 0}, p)).Is(t, http.StatusUnprocessableEntity, "validation_failed")
		if !strings.Contains(a.Text, `"`+field+`"`) {
			t.Errorf("%s: %s", field, a.Text)
		}
	}
	for query, code := range map[string]string{
		"?from=2026-03-09T05:00:00Z&to=2026-03-09T05:00:00Z": "range_invalid", "?from=2026-03-09T05:00:00Z&to=2026-05-11T05:00:00Z": "range_too_long",
	} {
		w.get(t, person("ana"), "/v1/shift-plans/of/ana"+query).Is(t, http.StatusUnprocessableEntity, code)
	}
	if a := w.get(t, person("ana"), "/v1/shift-plans/of/ana").Is(t, http.StatusOK, ""); a.Body["source"] != "none" {
		t.Errorf("%s", a.Text)
	}
	w.do(t, person("boss"), http.MethodDelete, "/v1/shift-plans/company", nil).Is(t, http.StatusUnprocessableEntity, "validation_failed")
}
