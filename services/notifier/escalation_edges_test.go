package notifier_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/pgtest"
)

// After an outage nobody gets pushes of old alerts. A call for help is told however old it is.
func TestOldAlertsDisturbNobody(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.device(t, "acme", "sol")
	hour := body{"raised_at": "2026-03-08T11:00:00Z"}
	w.tell(t, "acme", "nueva", episode("old", "ana", noon.Add(-2*time.Hour), hour), "norte")
	w.tell(t, "acme", "nueva", episode("new", "ana", noon.Add(-2*time.Hour), body{"raised_at": "2026-03-08T11:00:01Z"}), "norte")
	w.tell(t, "acme", "nueva", episode("help", "ana", noon.Add(-20*time.Hour), hour, body{"type": "panico", "distance_m": nil}), "norte")
	w.start(t)
	w.settled(t)
	for id, want := range map[string]string{"old": "expired 0", "new": " 1", "help": " 1"} {
		var got string
		if err := w.admin.GetContext(t.Context(), &got, `SELECT n.skipped || ' ' || (SELECT count(*) FROM notifier.delivery d WHERE d.notification_id = n.id)
FROM notifier.notification n WHERE n.ref = 'alert/' || $1 AND n.user_id = 'sol'`, id); err != nil || got != want {
			t.Errorf("of %s: %q, want %q, %v", id, got, want, err)
		}
	}
	if n := pgtest.Count(t, w.admin, "notifier.alert_event WHERE alert_id = 'old' AND what = 'step_1' AND note = 'avisadas: 0, demasiado tarde'"); n != 1 {
		t.Error("the log does not say that it was too late")
	}
}

// Somebody takes care of a call for help, and its person calls again. Those who should know get a push again, but not for each call.
func TestAPersonCallsAgain(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	id, _ := w.cry(t, ana(), "k", "")
	w.step(t, id, 1)
	w.post(t, boss("acme"), "/v1/alerts/"+id+"/acknowledge", "").Is(t, http.StatusOK, "")
	for i, c := range []struct {
		after time.Duration
		told  string
	}{{time.Second, "boss 1, sol 2"}, {2 * time.Second, "boss 1, sol 2"}, {20 * time.Minute, "boss 2, sol 3"}} {
		w.clock.Set(noon.Add(c.after))
		again, _ := w.cry(t, ana(), fmt.Sprint("again", i), "")
		w.stored(t, again)
		if got := w.told(t, id); got != c.told || w.told(t, again) != "" || w.timers(t) != 0 {
			t.Errorf("after %v were told %q", c.after, got)
		}
	}
}

// A company may let a minute pass before the first step. Everybody sees when it comes.
func TestALadderThatBeginsLater(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.setSettings(t, boss("acme"), `{"unresolved_days":90,"escalation":{"panico":{"steps":[{"after_s":30,"tell":["supervisors"],"webhook":false}],"repeat_s":60,"repeat_limit":1}}}`).Is(t, http.StatusOK, "")
	w.start(t)
	id, _ := w.cry(t, ana(), "k", "")
	w.stored(t, id)
	if a := w.get(t, boss("acme"), "/v1/alerts/"+id).Body; a["next_step_at"] != "2026-03-08T12:00:30Z" || a["escalation_step"] != 0.0 || w.told(t, id) != "" {
		t.Errorf("before: %v", a)
	}
	w.clock.Advance(30 * time.Second)
	w.step(t, id, 1)
	if got := w.told(t, id); got != "luz 1, sol 1" {
		t.Errorf("told %q", got)
	}
}

// The timers of other alerts have a backlog and are stuck with it. A call for help escalates all the same.
func TestAPanicEscalatesBesideABacklog(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.setSettings(t, boss("acme"), `{"unresolved_days":90,"escalation":{"outside_zone":{"steps":[{"after_s":30,"tell":["admins"],"webhook":false}],"repeat_s":0,"repeat_limit":0}}}`).Is(t, http.StatusOK, "")
	w.start(t)
	for i := range 5 {
		w.tell(t, "acme", "nueva", episode(fmt.Sprint("zone", i), "ana", noon), "norte")
	}
	id, _ := w.cry(t, ana(), "k", "")
	w.settled(t)
	hold, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec(`SELECT FROM notifier.alert WHERE id LIKE 'zone%' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	w.step(t, id, 2)
	if got := w.told(t, id); got != "luz 1, sol 1" {
		t.Errorf("told %q", got)
	}
}

// What changes between two steps counts in the next: somebody has left, and the ladder has become shorter.
func TestWhatChangesBetweenSteps(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	id, _ := w.cry(t, ana(), "k", "")
	w.step(t, id, 1)
	if _, err := w.admin.ExecContext(t.Context(), `UPDATE identity.users SET active = false, version = version + 1 WHERE id = 'luz'`); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(time.Minute)
	w.step(t, id, 2)
	w.setSettings(t, boss("acme"), `{"unresolved_days":90,"escalation":{"panico":{"steps":[{"after_s":0,"tell":["admins"],"webhook":false}],"repeat_s":0,"repeat_limit":0}}}`).Is(t, http.StatusOK, "")
	w.clock.Advance(2 * time.Minute)
	apptest.Until(t, func() bool { return w.timers(t) == 0 })
	if a := w.get(t, boss("acme"), "/v1/alerts/"+id).Body; a["next_step_at"] != nil || a["escalation_step"] != 2.0 || w.told(t, id) != "sol 1" {
		t.Errorf("told %q, %v", w.told(t, id), a)
	}
}

// What a company decides about escalation is checked, logged, and left alone by clients that do not know it.
func TestSettingsOfEscalation(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ladders := w.get(t, boss("acme"), "/v1/alert-settings").Is(t, http.StatusOK, "").Body["escalation"].(body)
	if steps := ladders["panico"].(body)["steps"].([]any); len(steps) != 3 || len(ladders) != 6 {
		t.Errorf("defaults %v", ladders)
	}
	const own = `{"steps":[{"after_s":0,"tell":["admins","supervisors"],"webhook":true}],"repeat_s":60,"repeat_limit":3}`
	a := w.setSettings(t, boss("acme"), `{"unresolved_days":90,"escalation":{"panico":`+own+`}}`).Is(t, http.StatusOK, "")
	if !strings.Contains(a.Text, `"panico":`+own) || !strings.Contains(a.Text, `"outside_zone":`) {
		t.Errorf("answer %s", a.Text)
	}
	if a := w.setSettings(t, boss("acme"), days(30)).Is(t, http.StatusOK, ""); !strings.Contains(a.Text, `"panico":`+own) {
		t.Errorf("a client that does not know escalation changed it: %s", a.Text)
	}
	if got := w.changes(t, "acme"); len(got) != 2 || !strings.Contains(got[0], `"escalation":{"panico":`) {
		t.Errorf("log %q", got)
	}
	for _, wrong := range []string{`{"panico":{"steps":[],"repeat_s":0,"repeat_limit":0}}`, `{"a b":{"steps":[],"repeat_s":0,"repeat_limit":0}}`, `{"x":{"steps":[{"after_s":0,"tell":["police"],"webhook":false}],"repeat_s":0,"repeat_limit":0}}`, `{"x":{"steps":[{"after_s":0,"tell":["admins"],"webhook":false}],"repeat_s":7,"repeat_limit":1}}`} {
		w.setSettings(t, boss("acme"), `{"unresolved_days":90,"escalation":`+wrong+`}`).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
	if a := w.setSettings(t, boss("acme"), `{"unresolved_days":30,"escalation":{}}`).Is(t, http.StatusOK, ""); !strings.Contains(a.Text, `"repeat_limit":12`) {
		t.Errorf("back to the defaults: %s", a.Text)
	}
}
