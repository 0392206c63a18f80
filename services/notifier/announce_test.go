package notifier_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

// heard returns a function that returns the next alerta:actualizada that gateway hears. It checks that the relayed
// message equals the stored one.
func (w *world) heard(t *testing.T) func() bus.Msg {
	t.Helper()
	relayed := w.nats.Listen(t, bus.Admin, "*.alerta.actualizada.*")
	gateway := w.nats.Bus(t, "gateway")
	ctx, cancel := context.WithCancel(t.Context())
	messages := make(chan bus.Msg, 100)
	done := make(chan error, 1)
	go func() {
		done <- gateway.Follow(ctx, stream.Alerts, 1, func(m bus.Msg) {
			if m.Subject.Event() == "actualizada" {
				messages <- m
			}
		})
	}()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
	return func() bus.Msg {
		t.Helper()
		wait, stop := context.WithTimeout(ctx, patience)
		defer stop()
		select {
		case m := <-messages:
			r, err := relayed.NextMsgWithContext(wait)
			if err != nil || r.Subject != m.Subject.String() || string(r.Data) != string(m.Data) || r.Header.Get(audience.UsersHeader) != m.Header.Get(audience.UsersHeader) {
				t.Fatalf("relayed %+v, %v; stored %+v", r, err, m)
			}
			return m
		case <-wait.Done():
			t.Fatal("no alerta:actualizada was heard")
			return bus.Msg{}
		}
	}
}

// seers checks that only the user, the supervisors of these teams and the admins may see an event.
func seers(t *testing.T, m bus.Msg, user, team, otherTeam string) {
	t.Helper()
	a := audience.Of(m.Header)
	for who, want := range map[string]struct {
		v    audience.Viewer
		sees bool
	}{
		"the user":          {audience.Viewer{User: user, Role: audience.RoleColaborador}, true},
		"a colleague":       {audience.Viewer{User: "other", Role: audience.RoleColaborador, Teams: []string{team}}, false},
		"the supervisor":    {audience.Viewer{User: "s", Role: audience.RoleSupervisor, Teams: []string{team}}, true},
		"another's":         {audience.Viewer{User: "s", Role: audience.RoleSupervisor, Teams: []string{otherTeam}}, false},
		"an admin":          {audience.Viewer{User: "x", Role: audience.RoleAdmin}, true},
		"the platform's":    {audience.Viewer{User: "x", Role: audience.RolePlatformAdmin}, false},
		"somebody teamless": {audience.Viewer{User: "s", Role: audience.RoleSupervisor}, false},
	} {
		if a.Includes(want.v) != want.sees {
			t.Errorf("%s: sees it = %v, want %v (%+v)", who, !want.sees, want.sees, a)
		}
	}
}

func TestEveryActionIsAnnouncedToWhoMaySeeItNow(t *testing.T) {
	t.Parallel()
	w, sol := scene(t)
	next := w.heard(t)
	answered := w.post(t, sol, "/v1/alerts/a1/acknowledge", `{"note":"<voy> & ya"}`).Is(t, http.StatusOK, "")
	m := next()
	if m.Subject.Ingress() != "in.acme.alerta.actualizada.a1" {
		t.Errorf("subject %s", m.Subject.Ingress())
	}
	seers(t, m, "ana", "norte", "sur")
	// A socket gets the same bytes as the answer, without the name of the user.
	want := answered.Text[:len(answered.Text)-len(`,"user_name":"Persona ana"}`)-1] + "}"
	if string(m.Data) != want {
		t.Errorf("socket %s\nanswer %s", m.Data, answered.Text)
	}
	// ana changes teams. Her new supervisor hears of the action, and her former one does not.
	w.user(t, "acme", "ana", audience.RoleColaborador, "{sur}")
	w.post(t, boss("acme"), "/v1/alerts/a1/resolve", "").Is(t, http.StatusOK, "")
	seers(t, next(), "ana", "sur", "norte")
	// A repeated action announces nothing. So the next event is about another alert, of a user whom identity does not
	// know.
	w.post(t, sol, "/v1/alerts/a1/resolve", "").Is(t, http.StatusOK, "")
	w.raise(t, "acme", "leo", "a2")
	w.post(t, boss("acme"), "/v1/alerts/a2/resolve", "").Is(t, http.StatusOK, "")
	if m := next(); m.Subject.Entity() != "a2" || m.Header.Get(audience.TeamsHeader) != "" {
		t.Errorf("heard %+v", m)
	}
	w.settled(t) // The inbox ignores its own events.
	if n := natstest.Stored(t, w.nats.Admin(t), stream.DLQ); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// geofence's message about the end does not say who acknowledged, and the acknowledgement does not say that the alert
// ended.
func TestAnEndAfterAnActionIsAnnouncedWhole(t *testing.T) {
	t.Parallel()
	w, sol := scene(t)
	next := w.heard(t)
	w.post(t, sol, "/v1/alerts/a1/acknowledge", "").Is(t, http.StatusOK, "")
	next()
	w.tell(t, "acme", "cerrada", episode("a1", "ana", noon, over(noon.Add(time.Hour))), "norte")
	m := next()
	var got body
	if err := json.Unmarshal(m.Data, &got); err != nil || got["status"] != "reconocida" || got["acknowledged_by"] != "sol" || got["ended_at"] != "2026-03-08T13:00:00Z" {
		t.Errorf("%s, %v", m.Data, err)
	}
	seers(t, m, "ana", "norte", "sur")
	w.settled(t)
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE version = 3"); n != 1 {
		t.Error("raised, acknowledged and closed is not version 3")
	}
}

func TestActionsWaitWhileTheBusIsAway(t *testing.T) {
	t.Parallel()
	w, sol := scene(t)
	w.nats.Stop(t)
	w.post(t, sol, "/v1/alerts/a1/acknowledge", "").Is(t, http.StatusOK, "")
	w.post(t, sol, "/v1/alerts/a1/resolve", "").Is(t, http.StatusOK, "")
	if got := alerts(t, w.get(t, sol, "/v1/alerts?status=resuelta")); got != "a1" {
		t.Errorf("list %q", got)
	}
	if n := pgtest.Count(t, w.admin, "notifier.outbox WHERE state = 'waiting'"); n != 2 {
		t.Errorf("%d events wait, want 2", n)
	}
}

func TestNotifierPublishesAlertsAndNotificationsAlone(t *testing.T) {
	t.Parallel()
	b := natstest.Start(t).Bus(t, name)
	for _, c := range []struct {
		domain, event string
		allowed       bool
	}{
		{"alerta", "actualizada", true},
		{"tracking", "ubicacion", false},
		{"directorio", "usuario", false},
		{"actividad", "estado", false},
		{"chat", "mensaje", false},
		{"notificacion", "push", true},
		{"notificacion", "urgente", true},
		{"notificacion", "webhook", true},
	} {
		to, err := subject.New("acme", c.domain, c.event, "x")
		if err != nil {
			t.Fatal(err)
		}
		_, err = b.Publish(t.Context(), bus.Message{Subject: to, ID: "acme-" + c.domain, Header: nats.Header{}, Data: []byte("{}")})
		if c.allowed != (err == nil) || err != nil && !errors.Is(err, bus.ErrDenied) {
			t.Errorf("%s:%s: %v", c.domain, c.event, err)
		}
	}
}
