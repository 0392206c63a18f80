package notifier_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
)

func TestAnAlertFromBeginningToEnd(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", "colaborador", "{norte}")
	w.start(t)
	w.tell(t, "acme", "tardia", episode("a1", "ana", noon, late, body{"zones": []string{}, "lat": 0}))
	w.settled(t)
	a := w.get(t, boss("acme"), "/v1/alerts/a1").Is(t, http.StatusOK, "")
	if a.Body["late"] != true || a.Body["status"] != "nueva" || a.Body["user_name"] != "Persona ana" || a.Body["raised_at"] != "2026-03-08T12:01:00Z" ||
		!strings.Contains(a.Text, `"lat":0,`) || !strings.Contains(a.Text, `"zones":[],`) {
		t.Errorf("late: %s", a.Text)
	}
	w.tell(t, "acme", "nueva", episode("a1", "ana", noon, body{"raised_at": "2026-03-08T12:20:00.5Z"}))
	w.settled(t)
	a = w.get(t, boss("acme"), "/v1/alerts/a1").Is(t, http.StatusOK, "")
	if _, over := a.Body["ended_at"]; over || a.Body["late"] != false || a.Body["raised_at"] != "2026-03-08T12:20:00.500Z" {
		t.Errorf("live: %s", a.Text)
	}
	w.clock.Advance(3 * time.Hour)
	w.tell(t, "acme", "cerrada", episode("a1", "ana", noon, body{"raised_at": "2026-03-08T12:20:00.5Z"}, over(noon.Add(time.Hour))))
	w.settled(t)
	a = w.get(t, boss("acme"), "/v1/alerts/a1").Is(t, http.StatusOK, "")
	if a.Body["ended_at"] != "2026-03-08T13:00:00Z" || a.Body["end_reason"] != "returned" || a.Body["status"] != "nueva" {
		t.Errorf("over: %s", a.Text)
	}
	if got := w.history(t, boss("acme"), "a1"); got != "late raised closed" {
		t.Errorf("history %q", got)
	}
	last := w.entries(t, boss("acme"), "a1")[2]
	if last["at"] != "2026-03-08T13:00:00Z" || last["received_at"] != "2026-03-08T15:00:00Z" || last["note"] != "returned" || last["by"] != "" {
		t.Errorf("end in the log: %v", last)
	}
	if err := w.service.Checks[0].Ready(t.Context()); err != nil || !w.service.Checks[0].Soft {
		t.Errorf("check: %v", err)
	}
}

// A panic without GPS has no place. Neither the answer nor the socket sends half of a place.
func TestAnAlertWithoutAPlace(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "acme", "ana", "colaborador", "{norte}")
	w.start(t)
	next := w.heard(t)
	nowhere := body{"type": "panico", "lat": nil, "lon": nil, "accuracy_m": nil, "distance_m": nil}
	w.tell(t, "acme", "nueva", episode("p1", "ana", noon, nowhere))
	w.tell(t, "acme", "nueva", episode("half", "ana", noon, body{"lat": nil}))
	w.settled(t)
	a := w.get(t, boss("acme"), "/v1/alerts/p1").Is(t, http.StatusOK, "")
	for _, name := range []string{"lat", "lon", "accuracy_m", "distance_m"} {
		if v, ok := a.Body[name]; ok {
			t.Errorf("%s is %v", name, v)
		}
	}
	w.post(t, boss("acme"), "/v1/alerts/p1/acknowledge", "").Is(t, http.StatusOK, "")
	if m := next(); strings.Contains(string(m.Data), `"lat"`) || strings.Contains(string(m.Data), `"lon"`) {
		t.Errorf("a socket brings %s", m.Data)
	}
	if n := natstest.Stored(t, w.nats.Admin(t), stream.DLQ); n != 1 {
		t.Errorf("%d dead letters, want the one with half a place", n)
	}
	for _, half := range []string{"lat = 1", "lon = 1", "accuracy_m = 5"} {
		if _, err := w.admin.ExecContext(t.Context(), `UPDATE notifier.alert SET `+half); !db.IsDataError(err) {
			t.Errorf("half a place (%s) was stored: %v", half, err)
		}
	}
}

func TestAPoisonMessageCostsNoOther(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.tell(t, "acme", "nueva", episode("good", "ana", noon))
	w.tell(t, "acme", "nueva", episode("bad1", "ana", noon, body{"lat": 91}))
	w.tell(t, "acme", "nueva", episode("good2", "ana", noon))
	w.tell(t, "acme", "nueva", episode("good2", "eva", noon)) // the same id for somebody else
	w.tell(t, "acme", "cerrada", episode("good3", "ana", noon, over(noon)))
	w.tell(t, "acme", "actualizada", episode("good4", "ana", noon))
	w.tell(t, "acme", "panico", body{"id": "p1", "user_id": "ana"})
	w.start(t, "inbox")
	w.settled(t)
	if got := alerts(t, w.get(t, boss("acme"), "/v1/alerts")); got != "good3 good2 good" {
		t.Errorf("inbox %q", got)
	}
	if n := natstest.Stored(t, w.nats.Admin(t), stream.DLQ); n != 2 {
		t.Errorf("%d dead letters, want 2", n)
	}
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE id = 'good2' AND user_id = 'ana'"); n != 1 {
		t.Error("the alert went over to somebody else")
	}
	w.counts(t, "notifier_alert_events_total", map[string]float64{
		"nueva stored": 2, "nueva repeated": 0, "tardia stored": 0, "tardia repeated": 0, "cerrada stored": 1, "cerrada repeated": 0,
		"other passed_over": 2,
	})
}

// A bug that shows on one alert alone, here a trigger's, is no outage: that alert becomes a dead letter and the others are
// stored, also those of other companies.
func TestAnAlertThatCannotBeStoredHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if _, err := w.admin.ExecContext(t.Context(), `
CREATE FUNCTION notifier.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken on purpose'; END $$;
CREATE TRIGGER refuse BEFORE INSERT ON notifier.alert FOR EACH ROW WHEN (NEW.id = 'bad') EXECUTE FUNCTION notifier.refuse()`); err != nil {
		t.Fatal(err)
	}
	w.tell(t, "acme", "nueva", episode("good", "ana", noon))
	w.tell(t, "acme", "nueva", episode("bad", "ana", noon))
	w.tell(t, "otra", "nueva", episode("good2", "ana", noon))
	w.start(t, "inbox")
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "notifier.alert") == 2 })
	w.tell(t, "acme", "nueva", episode("good3", "ana", noon))
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "notifier.alert") == 3 })
	if err := w.service.Checks[0].Ready(t.Context()); err != nil {
		t.Errorf("one alert makes the inbox hold: %v", err)
	}
	apptest.Until(t, func() bool { return natstest.Stored(t, w.nats.Admin(t), stream.DLQ) == 1 })
	w.settled(t)
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE id LIKE 'good%'"); n != 3 {
		t.Errorf("%d good alerts", n)
	}
}

func TestTheInboxOutlastsItsDatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	w := setupOn(t, pgtest.On(t, server, schemas...))
	w.start(t)
	w.raise(t, "acme", "ana", "a1")
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a2", "a3", "a4"} {
		w.tell(t, "acme", "nueva", episode(id, "ana", noon))
	}
	inbox := w.service.Checks[0]
	apptest.Until(t, func() bool { return inbox.Ready(t.Context()) != nil })
	for _, a := range []answer{
		w.get(t, boss("acme"), "/v1/alerts"), w.get(t, boss("acme"), "/v1/alerts/a1"),
		w.post(t, boss("acme"), "/v1/alerts/a1/acknowledge", ""), w.post(t, boss("acme"), "/v1/alerts/a1/resolve", ""),
	} {
		if a.Is(t, http.StatusServiceUnavailable, "unavailable").Header.Get("Retry-After") == "" {
			t.Error("no Retry-After")
		}
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.settled(t)
	if got := alerts(t, w.get(t, boss("acme"), "/v1/alerts")); got != "a4 a3 a2 a1" {
		t.Errorf("inbox %q", got)
	}
	if n := natstest.Stored(t, w.nats.Admin(t), stream.DLQ); n != 0 {
		t.Errorf("%d dead letters", n)
	}
	if err := inbox.Ready(t.Context()); err != nil {
		t.Errorf("not ready after the database came back: %v", err)
	}
}
