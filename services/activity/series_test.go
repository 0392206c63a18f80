package activity_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
)

// weekly is a series at place p1 for Ana: Mondays and Thursdays, ten times, from 8:30 to 10:00 local time.
func weekly(more ...body) body {
	b := body{"rule": "FREQ=WEEKLY;BYDAY=MO,TH;COUNT=10", "first_date": "2026-03-09", "from": "08:30", "until": "10:00"}
	v := body{"title": "Mantenimiento", "place_id": "p1", "user_id": "ana", "checklist": []body{{"text": "Foto"}}}
	for _, m := range more {
		if inner, ok := m["visit"].(body); ok {
			v = with(v, inner)
		}
		b = with(b, m)
	}
	b["visit"] = v
	return b
}

// recurring makes a series as the admin of a company.
func (w *world) recurring(t *testing.T, company string, more ...body) (id string) {
	t.Helper()
	a := w.post(t, personOf(company, "boss"), "/v1/activity-series", weekly(more...)).Is(t, http.StatusCreated, "")
	return a.Body["id"].(string)
}

// dates lists the visits of a company's series as they are. Those that the close of a day has ended look like the others.
func (w *world) dates(t *testing.T, company string) string {
	t.Helper()
	var all []string
	err := w.admin.SelectContext(t.Context(), &all, `SELECT substr(series_date, 6) || CASE WHEN state IN ('pendiente', 'incompleta') THEN '' ELSE ' ' || state END
FROM activity.visit WHERE id_empresa = $1 AND series_id <> '' ORDER BY series_date`, company)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(all, ", ")
}

// recurred lets the job of five minutes run at an instant and waits until it is done, or failed.
func (w *world) recurred(t *testing.T, at time.Time, state string) {
	t.Helper()
	w.again(t, "outbox", "directory", "jobs")
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = 'visitas-recurrentes' AND scope = '*'") == 1
	})
	// The close of the day is another job of the service. It has run, so that it ends no visits here.
	w.exec(t, `INSERT INTO platform.job_run (job, scope, slot, due_at, state, finished_at) VALUES ('cerrado-forzoso', '*', $1, $2, 'done', $2) ON CONFLICT DO NOTHING`,
		at.UTC().Truncate(time.Minute).Format(time.RFC3339), at.UTC().Truncate(time.Minute))
	w.clock.Set(at)
	slot := at.UTC().Truncate(5 * time.Minute).Format(time.RFC3339)
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, fmt.Sprintf("platform.job_run WHERE job = 'visitas-recurrentes' AND slot = '%s' AND state = '%s'", slot, state)) == 1
	})
	w.again(t, "outbox", "directory")
}

func TestASeriesMakesItsVisits(t *testing.T) {
	t.Parallel()
	w := site(t)
	key := []string{"Idempotency-Key", "k1"}
	first := w.post(t, person("sol"), "/v1/activity-series", weekly(), key...).Is(t, http.StatusCreated, "")
	if again := w.post(t, person("sol"), "/v1/activity-series", weekly(), key...); again.Text != first.Text || again.Status != 201 {
		t.Errorf("repeated: %d %s", again.Status, again.Text)
	}
	id := first.Body["id"].(string)
	// It is noon of the 9th: this visit is over.
	if got := w.dates(t, "acme"); got != "03-12, 03-16, 03-19, 03-23" {
		t.Errorf("at once: %s", got)
	}
	if b := first.Body; b["state"] != "active" || b["made_until"] != "2026-03-23" || b["last_date"] != "2026-04-09" || b["dates"] != 10.0 || fmt.Sprint(b["next_dates"]) != "[2026-03-26 2026-03-30 2026-04-02 2026-04-06 2026-04-09]" ||
		b["place_name"] != "Panadería p1" || b["user_name"] != "Persona ana" || b["created_by"] != "sol" {
		t.Errorf("%s", first.Text)
	}
	told := map[any]event{}
	for range 4 {
		e := w.next(t)
		told[e.body["series_date"]] = e
	}
	if e := told["2026-03-12"]; e.sees() != "boss sol ana" || e.body["series_id"] != id || e.body["from"] != "2026-03-12T13:30:00Z" || e.body["until"] != "2026-03-12T15:00:00Z" || e.body["checklist_items"] != 1.0 {
		t.Errorf("%s: %v", e.sees(), e.body)
	}
	w.silent(t)
	// One of them is moved behind others, one is given away, one is cancelled: none is made again.
	visit := func(date string) string { return fmt.Sprint(told[date].body["id"]) }
	w.act(t, person("sol"), visit("2026-03-12"), "reschedule", body{"version": 1, "day": "2026-03-20"}).Is(t, http.StatusOK, "")
	w.act(t, person("sol"), visit("2026-03-16"), "assign", body{"version": 1, "user_id": "beto"}).Is(t, http.StatusOK, "")
	w.act(t, person("sol"), visit("2026-03-19"), "cancel", body{"version": 1, "reason": "x"}).Is(t, http.StatusOK, "")
	w.recurred(t, noon.Add(3*24*time.Hour), "done")
	w.recurred(t, noon.Add(3*24*time.Hour+5*time.Minute), "done")
	if got := w.dates(t, "acme"); got != "03-12, 03-16, 03-19 cancelada, 03-23, 03-26" {
		t.Errorf("on Thursday: %s", got)
	}
	a := w.get(t, person("ana"), "/v1/activities?series="+id).Is(t, http.StatusOK, "")
	if got := a.IDs(t, "activities"); len(got) != 4 || a.Body["activities"].([]any)[2].(body)["series_date"] != "2026-03-23" || a.Body["activities"].([]any)[3].(body)["created_by"] != "*serie" {
		t.Errorf("%s", a.Text)
	}
	if c := w.act(t, person("sol"), visit("2026-03-23"), "cancel", body{"version": 7, "reason": "x"}).Is(t, http.StatusConflict, "activity_changed"); !strings.Contains(c.Text, "The series changed it") {
		t.Errorf("%s", c.Text)
	}
	// After an outage of weeks, what can still be done is made.
	w.recurred(t, time.Date(2026, 4, 6, 14, 0, 0, 0, time.UTC), "done")
	if got := w.dates(t, "acme"); got != "03-12, 03-16, 03-19 cancelada, 03-23, 03-26, 04-06, 04-09" {
		t.Errorf("after an outage: %s", got)
	}
	if a := w.get(t, person("sol"), "/v1/activity-series/"+id); a.Body["state"] != "over" || len(a.Body["next_dates"].([]any)) != 0 {
		t.Errorf("%s", a.Text)
	}
}

func TestWhatNoSeriesCanBe(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.place(t, "acme", "old")
	w.do(t, person("boss"), http.MethodDelete, "/v1/places/old", nil).Is(t, http.StatusNoContent, "")
	visit := func(b body) body { return body{"visit": b} }
	for name, c := range map[string]struct {
		who  string
		b    body
		code string
	}{
		"without an end":       {"boss", body{"rule": "FREQ=DAILY"}, "rule_without_end"},
		"ten thousand times":   {"boss", body{"rule": "FREQ=DAILY;COUNT=10000"}, "rule_too_many"},
		"every hour":           {"boss", body{"rule": "FREQ=HOURLY;COUNT=10"}, "rule_sub_daily"},
		"for ten years":        {"boss", body{"rule": "FREQ=YEARLY;COUNT=10"}, "rule_too_long"},
		"never":                {"boss", body{"rule": "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;COUNT=1"}, "rule_names_no_date"},
		"the third of one":     {"boss", body{"rule": "FREQ=WEEKLY;BYSETPOS=3;COUNT=1"}, "rule_invalid"},
		"in words":             {"boss", body{"rule": "cada lunes"}, "rule_invalid"},
		"all passed":           {"boss", body{"rule": "FREQ=DAILY;COUNT=2", "first_date": "2026-03-01"}, "series_passed"},
		"a date that is none":  {"boss", body{"first_date": "2026-02-30"}, "validation_failed"},
		"in the far past":      {"boss", body{"first_date": "2020-03-09"}, "validation_failed"},
		"in ten years":         {"boss", body{"first_date": "2036-03-09"}, "validation_failed"},
		"a zone that is none":  {"boss", body{"zone": "America/Bogotá"}, "validation_failed"},
		"another zone":         {"boss", body{"zone": "America/Lima"}, "validation_failed"},
		"half a window":        {"boss", body{"until": nil}, "validation_failed"},
		"25 o'clock":           {"boss", body{"until": "25:00"}, "validation_failed"},
		"nowhere":              {"boss", visit(body{"place_id": nil}), "validation_failed"},
		"without a title":      {"boss", visit(body{"title": " "}), "validation_failed"},
		"with an external id":  {"boss", visit(body{"external_id": "OT 1"}), "validation_failed"},
		"at no place":          {"boss", visit(body{"place_id": "p9"}), "place_not_found"},
		"at an archived place": {"boss", visit(body{"place_id": "old"}), "place_archived"},
		"for a stranger":       {"boss", visit(body{"user_id": "nobody"}), "user_not_found"},
		"for another team's":   {"sol", visit(body{"user_id": "carla"}), "user_not_found"},
		"for another team":     {"sol", visit(body{"user_id": nil, "team_id": "sur"}), "team_not_found"},
		"for nobody":           {"sol", visit(body{"user_id": nil}), "worker_or_team_required"},
	} {
		a := w.post(t, person(c.who), "/v1/activity-series", weekly(c.b))
		if a.Status != http.StatusUnprocessableEntity || a.Code() != c.code {
			t.Errorf("%s: %d %s", name, a.Status, a.Text)
		}
	}
	if n := pgtest.Count(t, w.admin, "activity.series") + pgtest.Count(t, w.admin, "activity.visit"); n != 0 {
		t.Errorf("%d were made", n)
	}
	w.post(t, person("boss"), "/v1/activity-series", weekly(body{"zone": "America/Bogota"})).Is(t, http.StatusCreated, "")
	w.post(t, person("boss"), "/v1/activity-series", weekly(body{"from": nil, "until": nil}, visit(body{"tipo": "tarea", "place_id": nil, "user_id": nil}))).Is(t, http.StatusCreated, "")
}

func TestASeriesEnds(t *testing.T) {
	t.Parallel()
	w := site(t)
	id := w.recurring(t, "acme", body{"rule": "FREQ=DAILY;COUNT=20", "from": "12:30", "until": "14:00"})
	visits := map[string]string{}
	for range 15 {
		e := w.next(t)
		visits[fmt.Sprint(e.body["series_date"])[5:]] = fmt.Sprint(e.body["id"])
	}
	w.act(t, person("ana"), visits["03-11"], "check-in").Is(t, http.StatusOK, "")                                             // It has begun, before its time.
	w.act(t, person("ana"), visits["03-12"], "accept").Is(t, http.StatusOK, "")                                               // Accepted is not begun.
	w.act(t, person("boss"), visits["03-13"], "reschedule", body{"version": 1, "day": "2026-05-01"}).Is(t, http.StatusOK, "") // Moved, and still of the series.
	w.act(t, person("boss"), visits["03-14"], "assign", body{"version": 1, "user_id": "carla"}).Is(t, http.StatusOK, "")
	for range 5 {
		w.next(t)
	}
	w.clock.Set(noon.Add(time.Hour)) // The visit of today should have begun.
	path := "/v1/activity-series/" + id + "/end"
	w.post(t, person("boss"), path, body{"reason": " "}).Is(t, http.StatusUnprocessableEntity, "reason_required")
	a := w.post(t, person("sol"), path, body{"reason": "contrato terminado"}, "Idempotency-Key", "e").Is(t, http.StatusOK, "")
	if a.Body["state"] != "ended" || a.Body["ended_by"] != "sol" || a.Body["end_reason"] != "contrato terminado" || len(a.Body["next_dates"].([]any)) != 0 {
		t.Errorf("%s", a.Text)
	}
	if got := w.dates(t, "acme"); !strings.HasPrefix(got, "03-09, 03-10 cancelada, 03-11 en_sitio, 03-12 cancelada, 03-13 cancelada, 03-14 cancelada,") || strings.Count(got, "cancelada") != 13 {
		t.Errorf("%s", got)
	}
	carla := false
	for range 13 {
		e := w.next(t)
		carla = carla || e.body["user_id"] == "carla" && e.sees() == "boss sur carla"
		if e.body["state"] != "cancelada" || e.body["reason"] != "contrato terminado" {
			t.Errorf("%v", e.body)
		}
	}
	if got := w.history(t, person("boss"), visits["03-12"]); !carla || got != "accept cancel" {
		t.Errorf("%s", got)
	}
	again := w.post(t, person("boss"), path, body{"reason": "otra"}).Is(t, http.StatusOK, "")
	if again.Body["end_reason"] != "contrato terminado" {
		t.Errorf("%s", again.Text)
	}
	// A visit that was cancelled can be opened again like any other. The series makes no more.
	w.act(t, person("boss"), visits["03-12"], "reopen", w.version(t, visits["03-12"])).Is(t, http.StatusOK, "")
	w.next(t)
	w.recurred(t, noon.Add(10*24*time.Hour), "done")
	if n := pgtest.Count(t, w.admin, "activity.visit"); n != 15 {
		t.Errorf("%d visits", n)
	}
	w.silent(t)
	if n := pgtest.Count(t, w.admin, "activity.change_log WHERE what LIKE 'activity_series.%'"); n != 2 {
		t.Errorf("%d changes are logged", n)
	}
}

// Where clocks change, a visit keeps its local time.
func TestASeriesOverTheChangeOfClocks(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, c := range []struct{ zone, now, first, from, until, want string }{
		{"America/New_York", "2026-02-27T12:00:00Z", "2026-03-07", "02:15", "02:45", "07T07:15 07T07:45, 08T07:00 08T07:30, 09T06:15 09T06:45"},
		{"Australia/Lord_Howe", "2026-03-30T12:00:00Z", "2026-04-04", "01:45", "02:15", "03T14:45 03T15:15, 04T14:45 04T15:45, 05T15:15 05T15:45"},
		{"America/Santiago", "2026-08-27T12:00:00Z", "2026-09-05", "00:15", "00:45", "05T04:15 05T04:45, 06T04:00 06T04:30, 07T03:15 07T03:45"},
	} {
		company := strings.ToLower(c.zone[len(c.zone)-4:])
		w.company(t, company, c.zone)
		w.user(t, company, "boss", "admin", "{}")
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		w.clock.Set(now.Add(-6 * 24 * time.Hour))
		w.again(t, "outbox", "directory")
		w.recurring(t, company, body{"rule": "FREQ=DAILY;COUNT=3", "first_date": c.first, "from": c.from, "until": c.until}, body{"visit": body{"tipo": "tarea", "place_id": nil, "user_id": nil}})
		w.recurred(t, now, "done")
		var all []string
		if err := w.admin.SelectContext(t.Context(), &all, `SELECT to_char(win_from AT TIME ZONE 'UTC', 'DD"T"HH24:MI') || ' ' || to_char(win_until AT TIME ZONE 'UTC', 'DD"T"HH24:MI')
FROM activity.visit WHERE id_empresa = $1 ORDER BY series_date`, company); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(all, ", "); got != c.want {
			t.Errorf("%s: %s, want %s", c.zone, got, c.want)
		}
	}
}

// Two replicas make the visits of many series together: each visit once.
func TestTwoReplicasMakeTheVisitsOfSeries(t *testing.T) {
	t.Parallel()
	w := site(t)
	const series = 250
	w.recurring(t, "acme", body{"rule": "FREQ=DAILY;COUNT=60", "first_date": "2026-03-25"})
	w.exec(t, `INSERT INTO activity.series SELECT (jsonb_populate_record(s, jsonb_build_object('id', 'copy' || n))).* FROM activity.series s, generate_series(2, $1) n`, series)
	first := w.service
	w.stop = nil
	w.again(t, "outbox", "directory", "jobs")
	stop := apptest.Run(t, apptest.Only(&app.Service{Name: name, Runners: first.Runners}, "jobs"))
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = 'visitas-recurrentes' AND scope = '*'") == 1
	})
	w.clock.Set(noon.Add(10 * 24 * time.Hour))
	for n := series; n <= 9*series; n += series { // A busy machine needs minutes for all of them.
		apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "activity.visit") >= n })
	}
	stop()
	if n := pgtest.Count(t, w.admin, "(SELECT DISTINCT series_id, series_date FROM activity.visit WHERE series_date BETWEEN '2026-03-25' AND '2026-04-02') v"); n != 9*series {
		t.Errorf("%d different visits", n)
	}
	if n := pgtest.Count(t, w.admin, "activity.visit"); n != 9*series {
		t.Errorf("%d visits", n)
	}
}

// Whatever ends a process in the middle, a series has all visits that it says, each once; and a series that cannot be made stops
// itself alone.
func TestABadSeriesStopsItselfAlone(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.place(t, "beta", "p1")
	far := body{"first_date": "2026-03-25", "rule": "FREQ=DAILY;COUNT=4"}
	bad := w.recurring(t, "acme", far, body{"visit": body{"title": "rota"}})
	w.recurring(t, "acme", far)
	w.recurring(t, "beta", far)
	// The third visit of the bad one cannot be written: the two before it are not there either, nor their events.
	w.exec(t, `CREATE FUNCTION activity.break() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
IF NEW.title = 'rota' AND NEW.series_date = '2026-03-27' THEN RAISE check_violation; END IF; RETURN NEW; END $$`)
	w.exec(t, `CREATE TRIGGER break BEFORE INSERT ON activity.visit FOR EACH ROW EXECUTE FUNCTION activity.break()`)
	at := noon.Add(5 * 24 * time.Hour)
	w.again(t, "outbox", "directory", "jobs")
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = 'visitas-recurrentes' AND scope = '*'") == 1
	})
	w.clock.Set(at)
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "activity.series WHERE problem = 'internal'") == 1 })
	apptest.Until(t, func() bool { return w.dates(t, "beta") == "03-25, 03-26, 03-27, 03-28" })
	if got := w.dates(t, "acme"); got != "03-25, 03-26, 03-27, 03-28" {
		t.Errorf("%s", got)
	}
	if a := w.get(t, person("boss"), "/v1/activity-series/"+bad); a.Body["problem"] != "internal" || a.Body["made_until"] != "" || a.Body["state"] != "active" {
		t.Errorf("%s", a.Text)
	}
	for range 8 {
		if e := w.next(t); e.body["title"] == "rota" {
			t.Errorf("%v", e.body)
		}
	}
	w.exec(t, `DROP TRIGGER break ON activity.visit`)
	w.recurred(t, at.Add(2*time.Hour), "done")
	if got := w.dates(t, "acme"); got != "03-25, 03-25, 03-26, 03-26, 03-27, 03-27, 03-28, 03-28" {
		t.Errorf("%s", got)
	}
	if a := w.get(t, person("boss"), "/v1/activity-series/"+bad); a.Body["problem"] != "" || a.Body["state"] != "over" {
		t.Errorf("%s", a.Text)
	}
}

// A visit goes to who is there, and is made where there is a place. A suspended company gets none.
func TestASeriesWhenPeopleAndPlacesGo(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.place(t, "beta", "p1")
	w.place(t, "acme", "p2")
	soon := body{"rule": "FREQ=DAILY;COUNT=30", "first_date": "2026-03-24"}
	ana := w.recurring(t, "acme", soon, body{"visit": body{"team_id": "norte"}})
	closed := w.recurring(t, "acme", soon, body{"visit": body{"place_id": "p2", "user_id": "beto"}})
	other := w.recurring(t, "beta", soon)
	w.exec(t, `UPDATE identity.users SET active = false, version = version + 1 WHERE id_empresa = 'acme' AND id = 'ana'`)
	w.exec(t, `UPDATE identity.company SET status = 'suspended', version = version + 1 WHERE id_empresa = 'beta'`)
	w.do(t, person("boss"), http.MethodDelete, "/v1/places/p2", nil).Is(t, http.StatusNoContent, "")
	made := func(id, where string) int {
		return pgtest.Count(t, w.admin, "activity.visit WHERE series_id = '"+id+"'"+where)
	}
	w.recurred(t, noon.Add(2*24*time.Hour), "done")
	if a, c, o := made(ana, " AND worker = '' AND team = 'norte'"), made(closed, ""), made(other, ""); a != 2 || c != 0 || o != 0 {
		t.Errorf("%d for nobody, %d at an archived place, %d of a suspended company", a, c, o)
	}
	if e := w.next(t); e.sees() != "boss sol ana beto" && e.sees() != "boss sol" {
		t.Errorf("told to %s", e.sees())
	}
	if a := w.get(t, person("boss"), "/v1/activity-series/"+closed); a.Body["problem"] != "place_archived" || a.Body["made_until"] != "" {
		t.Errorf("%s", a.Text)
	}
	if got := ids(t, w.get(t, person("boss"), "/v1/activity-series?problem=true"), "series"); got != closed {
		t.Errorf("series with a problem: %q", got)
	}
	w.put(t, person("boss"), "/v1/places/p2", bakery("p2", body{"archived": false, "version": 2})).Is(t, http.StatusOK, "")
	w.exec(t, `UPDATE identity.company SET status = 'active', version = version + 1 WHERE id_empresa = 'beta'`)
	w.exec(t, `UPDATE identity.users SET active = true, version = version + 1 WHERE id_empresa = 'acme' AND id = 'ana'`)
	w.recurred(t, time.Date(2026, 3, 26, 14, 0, 0, 0, time.UTC), "done")
	// The visits of the 24th and 25th are over.
	if a, c, o := made(ana, " AND worker = 'ana'"), made(closed, " AND worker = 'beto'"), made(other, ""); a != 15 || c != 15 || o != 15 {
		t.Errorf("%d, %d and %d", a, c, o)
	}
	if got := ids(t, w.get(t, person("boss"), "/v1/activity-series?problem=true"), "series"); got != "" {
		t.Errorf("series with a problem: %q", got)
	}
	// The log of changes says when it began and when it ended, each once.
	if n := pgtest.Count(t, w.admin, "activity.change_log WHERE what = 'activity_series.problem' AND made_by = '*serie' AND entity = 'activity_series/"+closed+"'"); n != 2 {
		t.Errorf("%d changes are logged", n)
	}
}

func TestWhoSeesASeries(t *testing.T) {
	t.Parallel()
	w := site(t)
	w.place(t, "beta", "p1")
	mine, team := w.recurring(t, "acme"), w.recurring(t, "acme", body{"visit": body{"user_id": nil, "team_id": "sur"}})
	nobody, beta := w.recurring(t, "acme", body{"visit": body{"user_id": nil}}), w.recurring(t, "beta")
	for who, want := range map[string][]string{"boss": {nobody, team, mine}, "sol": {mine}, "sur": {team}} {
		if got := w.get(t, person(who), "/v1/activity-series").Is(t, http.StatusOK, "").IDs(t, "series"); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s lists %v, want %v", who, got, want)
		}
		for _, id := range []string{mine, team, nobody, beta, "none"} {
			status, code := http.StatusNotFound, "series_not_found"
			if strings.Contains(strings.Join(want, " "), id) {
				status, code = http.StatusOK, ""
			}
			w.get(t, person(who), "/v1/activity-series/"+id).Is(t, status, code)
			if status == http.StatusNotFound {
				w.post(t, person(who), "/v1/activity-series/"+id+"/end", body{"reason": "x"}).Is(t, status, code)
			}
		}
	}
	for _, path := range []string{"", "/" + mine} {
		w.get(t, person("ana"), "/v1/activity-series"+path).Is(t, http.StatusForbidden, "forbidden")
	}
	w.post(t, person("ana"), "/v1/activity-series", weekly()).Is(t, http.StatusForbidden, "forbidden")
	w.post(t, person("ana"), "/v1/activity-series/"+mine+"/end", body{"reason": "x"}).Is(t, http.StatusForbidden, "forbidden")
	if n := pgtest.Count(t, w.admin, "activity.series WHERE ended_at IS NULL"); n != 4 {
		t.Errorf("%d are left", n)
	}
	// Cursors and filters.
	page := w.get(t, person("boss"), "/v1/activity-series?limit=2")
	next, _ := page.Body["next"].(string)
	if got := ids(t, w.get(t, person("boss"), "/v1/activity-series?limit=2&cursor="+next), "series"); next == "" || got != mine {
		t.Errorf("second page %s", got)
	}
	if got := ids(t, w.get(t, personOf("beta", "boss"), "/v1/activity-series?cursor="+next), "series"); strings.Contains(got, mine) {
		t.Errorf("another's cursor reads %s", got)
	}
	if got := ids(t, w.get(t, person("boss"), "/v1/activity-series?user=ana&place=p1&active=true"), "series"); got != mine {
		t.Errorf("of Ana %s", got)
	}
}
