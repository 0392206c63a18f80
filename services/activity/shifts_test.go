package activity_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/pgtest"
)

// shiftsOf lets Ana of a company begin a shift.
func (w *world) shiftsOf(t *testing.T, company string) {
	t.Helper()
	w.post(t, personOf(company, "ana"), "/v1/shifts/start", body{}, "Idempotency-Key", "s1").Is(t, http.StatusOK, "")
}

func (w *world) shift(t *testing.T, who, action, key string, more ...body) answer {
	t.Helper()
	return w.post(t, person(who), "/v1/shifts/"+action, with(body{}, more...), "Idempotency-Key", key)
}

func TestAShift(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for _, step := range []struct {
		action, key, state string
		minutes            int
		worked             float64
	}{{"start", "s1", "en_curso", 240, 0}, {"pause", "k2", "en_pausa", 180, 3600}, {"resume", "k3", "en_curso", 150, 3600}, {"end", "k4", "terminada", 30, 10800}} {
		a := w.shift(t, "ana", step.action, step.key, before(step.minutes)).Is(t, http.StatusOK, "")
		is, e := a.Body["shift"].(body), w.next(t)
		if is["id"] != "s1" || is["state"] != step.state || is["worked_s"] != step.worked || a.Body["rule"] != "" || is["user_name"] != "Persona ana" {
			t.Errorf("%s: %s", step.action, a.Text)
		}
		if e.body["tipo"] != "jornada" || e.body["id"] != "s1" || e.body["state"] != step.state || e.body["worked_s"] != step.worked || e.body["version"] != is["version"] || e.sees() != "boss sol ana" {
			t.Errorf("%s told to %s: %v", step.action, e.sees(), e.body)
		}
	}
	if again := w.shift(t, "ana", "end", "k4", before(30)).Is(t, http.StatusOK, ""); again.Body["duplicate"] != true {
		t.Errorf("%s", again.Text)
	}
	w.shift(t, "ana", "end", "k4", before(31)).Is(t, http.StatusUnprocessableEntity, "idempotency_key_reused")
	if late := w.shift(t, "ana", "pause", "k5", before(20)).Is(t, http.StatusOK, ""); late.Body["rule"] != "no_shift" || late.Body["shift"] != nil {
		t.Errorf("%s", late.Text)
	}
	w.silent(t)
	for path, want := range map[string]string{"": "s1", "?open=true": "", "?user=ana": "s1", "?user=beto": "", "?team=norte": "s1", "?team=sur": "", "?from=2026-03-09T16:31:00Z": "", "?to=2026-03-09T13:00:00Z": ""} {
		if got := ids(t, w.get(t, person("sol"), "/v1/shifts"+path), "shifts"); got != want {
			t.Errorf("%s: %q", path, got)
		}
	}
	var log []string
	for _, e := range w.get(t, person("ana"), "/v1/shifts/log").Is(t, http.StatusOK, "").Body["history"].([]any) {
		log = append(log, fmt.Sprint(e.(body)["kind"], e.(body)["rule"]))
	}
	if got := strings.Join(log, " "); got != "start pause resume end pauseno_shift" {
		t.Errorf("log %q", got)
	}
}

func TestWhoActsOnAShift(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for who, user := range map[string]string{"beto": "ana", "sur": "ana", "sol": "nadie", "ana": "sol"} {
		w.shift(t, who, "start", "k", body{"user_id": user, "reason": "x"}).Is(t, http.StatusNotFound, "user_not_found")
		w.get(t, person(who), "/v1/shifts/log?user="+user).Is(t, http.StatusNotFound, "user_not_found")
	}
	w.post(t, personOf("beta", "boss"), "/v1/shifts/start", body{"user_id": "ana", "reason": "x"}).Is(t, http.StatusOK, "") // its own Ana
	w.next(t)
	w.shift(t, "sol", "start", "k", body{"user_id": "ana"}).Is(t, http.StatusUnprocessableEntity, "reason_required")
	if a := w.shift(t, "sol", "start", "k", body{"user_id": "ana", "reason": "olvidó"}, before(60)).Is(t, http.StatusOK, ""); a.Body["shift"].(body)["user_id"] != "ana" {
		t.Errorf("%s", a.Text)
	}
	w.shift(t, "ana", "start", "a b").Is(t, http.StatusBadRequest, "idempotency_key_invalid")
	w.shift(t, "ana", "end", "x", before(-3)).Is(t, http.StatusUnprocessableEntity, "occurred_ahead")
	w.shift(t, "ana", "end", "x", before(30*24*60+1)).Is(t, http.StatusUnprocessableEntity, "occurred_too_long_ago")
	for who, want := range map[string]string{"boss": "k", "sol": "k", "sur": "", "ana": "k", "beto": ""} {
		if got := ids(t, w.get(t, person(who), "/v1/shifts"), "shifts"); got != want {
			t.Errorf("%s sees %q", who, got)
		}
	}
	w.post(t, personOf("beta", "boss"), "/v1/shifts/end", body{"user_id": "zoe", "reason": "x"}).Is(t, http.StatusNotFound, "user_not_found")
}

// An earlier start that arrives late makes one shift of two phones' reports. The shift that was known is told to be gone.
func TestAnEarlierStartArrivesLate(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "ana", "start", "late", before(60))
	w.next(t)
	if a := w.shift(t, "ana", "start", "early", before(90)).Is(t, http.StatusOK, ""); a.Body["shift"].(body)["id"] != "early" {
		t.Errorf("%s", a.Text)
	}
	gone, now := w.next(t), w.next(t)
	if now.body["id"] == "late" { // Events of different shifts come in any order.
		gone, now = now, gone
	}
	if gone.body["id"] != "late" || gone.body["retirada"] != true || gone.sees() != "boss sol ana" || now.body["id"] != "early" || now.body["from"] != "2026-03-09T15:30:00Z" {
		t.Errorf("%v\n%v", gone.body, now.body)
	}
	if got := ids(t, w.get(t, person("ana"), "/v1/shifts"), "shifts"); got != "early" {
		t.Errorf("%q", got)
	}
}

// Whatever the order in which two phones report, and however often, the shifts and the log are the same. What is folded begins 33
// days back: the months before stay as they are.
func TestTheOrderOfShiftsDoesNotMatter(t *testing.T) {
	t.Parallel()
	w := setup(t)
	type step struct {
		key, action string
		minutes     int
	}
	var steps []step
	for i := range 3 {
		start := (29-9*i)*24*60 + 60
		steps = append(steps, step{fmt.Sprint("s", i), "start", start}, step{fmt.Sprint("t", i), "start", start - 1}, step{fmt.Sprint("p", i), "pause", start - 120},
			step{fmt.Sprint("r", i), "resume", start - 150}, step{fmt.Sprint("e", i), "end", start - 480})
	}
	w.clock.Set(noon.Add(-30 * days))
	w.shift(t, "beto", "start", "old", before(30*24*60+500)).Is(t, http.StatusOK, "")
	w.shift(t, "beto", "end", "oldend", before(30*24*60+100)).Is(t, http.StatusOK, "")
	w.clock.Set(noon)
	read := func(who string) string {
		a := w.get(t, person(who), "/v1/shifts?to=2026-03-09T17:00:00Z").Is(t, http.StatusOK, "")
		var all []string
		for _, s := range a.Body["shifts"].([]any) {
			s := s.(body)
			all = append(all, fmt.Sprint(s["id"], s["started_at"], s["ended_at"], s["pauses"], s["worked_s"]))
		}
		return strings.Join(all, "\n")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for round, who := range []string{"ana", "beto", "carla"} {
		all := append(append([]step{}, steps...), steps[r.IntN(15)], steps[r.IntN(15)])
		if round > 0 {
			r.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
		}
		for _, s := range all {
			w.shift(t, who, s.action, s.key, before(s.minutes)).Is(t, http.StatusOK, "")
		}
	}
	want := read("ana")
	if strings.Count(want, "\n") != 2 || read("carla") != want || read("beto") != want+"\n"+strings.Split(read("beto"), "\n")[3] {
		t.Errorf("ana\n%s\nbeto\n%s\ncarla\n%s", want, read("beto"), read("carla"))
	}
}

// What other services read of who works now, in all companies at once: ids and instants alone.
func TestWhoIsOnShift(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.shift(t, "ana", "start", "s1", before(60))
	w.shift(t, "beto", "start", "s2", before(60))
	w.shift(t, "beto", "pause", "s3", before(10))
	w.shift(t, "carla", "start", "s4", before(60))
	w.shift(t, "carla", "end", "s5", before(10))
	w.shiftsOf(t, "beta")
	var rows []string
	err := w.database.DB(t, "identity").InTenant(t.Context(), "acme", func(tx *sqlx.Tx) error {
		return tx.SelectContext(t.Context(), &rows, `SELECT id_empresa || ' ' || user_id || ' ' || paused FROM activity.v_on_shift ORDER BY 1`)
	})
	if got := strings.Join(rows, ", "); err != nil || got != "acme ana false, acme beto true, beta ana false" {
		t.Errorf("%q, %v", got, err)
	}
	var columns []string
	if err := w.admin.SelectContext(t.Context(), &columns, `SELECT column_name FROM information_schema.columns WHERE table_schema = 'activity' AND table_name = 'v_on_shift' ORDER BY 1`); err != nil ||
		strings.Join(columns, " ") != "id id_empresa paused since started_at user_id" {
		t.Errorf("what all companies' view shows: %v %v", columns, err)
	}
	if n := pgtest.Count(t, w.admin, "activity.shift"); n != 4 {
		t.Errorf("%d shifts", n)
	}
}

func TestShiftsInPages(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for i, who := range []string{"ana", "beto", "carla", "solo"} {
		w.shift(t, who, "start", fmt.Sprint("s", i), body{"occurred_at": noon.Add(-time.Hour).Format(time.RFC3339)}).Is(t, http.StatusOK, "")
	}
	var all []string
	for next := ""; ; {
		a := w.get(t, person("boss"), "/v1/shifts?limit=1&cursor="+next).Is(t, http.StatusOK, "")
		all = append(all, a.IDs(t, "shifts")...)
		if next, _ = a.Body["next"].(string); next == "" {
			break
		}
	}
	if got := strings.Join(all, " "); got != "s3 s2 s1 s0" {
		t.Errorf("in pages %q", got)
	}
	w.get(t, person("boss"), "/v1/shifts?cursor=x").Is(t, http.StatusBadRequest, "cursor_invalid")
}
