package notifier_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
)

func ana() auth.Claims { return claims("acme", "ana", audience.RoleColaborador) }

// people puts into acme: ana in team norte, her supervisor sol, luz who supervises others, and the admin boss.
func people(t *testing.T, w *world) {
	t.Helper()
	w.user(t, "acme", "ana", audience.RoleColaborador, "{norte}")
	w.user(t, "acme", "sol", audience.RoleSupervisor, "{norte}")
	w.user(t, "acme", "luz", audience.RoleSupervisor, "{sur}")
	w.user(t, "acme", "boss", audience.RoleAdmin, "{}")
}

// cry calls for help, and returns the id of the alert.
func (w *world) cry(t *testing.T, who auth.Claims, key, content string) (id string, a answer) {
	t.Helper()
	var header []string
	if key != "" {
		header = []string{"Idempotency-Key", key}
	}
	a = w.post(t, who, "/v1/alerts/panic", content, header...).Is(t, http.StatusCreated, "")
	return a.Body["id"].(string), a
}

// ears returns what sockets hear of an event.
func (w *world) ears(t *testing.T, event string) *nats.Subscription {
	t.Helper()
	return w.nats.Listen(t, bus.Admin, "*.alerta."+event+".*").Subscription
}

func next(t *testing.T, ears *nats.Subscription) (b body, m *nats.Msg) {
	t.Helper()
	m, err := ears.NextMsg(patience)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(m.Data, &b); err != nil {
		t.Fatal(err)
	}
	return b, m
}

func (w *world) stored(t *testing.T, id string) {
	t.Helper()
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "notifier.alert WHERE id = '"+id+"'") == 1 })
}

// A call for help is taken, and heard, while PostgreSQL is stopped or hangs. When it is back, the alert is stored under the same id and
// people are told.
func TestPanicNeedsNoDatabase(t *testing.T) {
	t.Parallel()
	for name, takeAway := range map[string]func(t *testing.T, s *pg.Server) (giveBack func() error){
		"stopped": func(t *testing.T, s *pg.Server) func() error {
			if err := s.Stop(t.Context()); err != nil {
				t.Fatal(err)
			}
			return func() error { return s.Restart(t.Context()) }
		},
		"hangs": func(t *testing.T, s *pg.Server) func() error {
			thaw := pgtest.Freeze(t, s)
			return func() error { thaw(); return nil }
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := pgtest.NewServer(t)
			w := setupOn(t, pgtest.On(t, server, schemas...))
			w.judged = true
			w.again(t)
			people(t, w)
			w.start(t)
			token := w.issuer.Token(t, ana())
			apptest.Until(t, func() bool {
				a, err := w.try(t.Context(), token, http.MethodGet, "/v1/alerts", "")
				return err == nil && a.Status == http.StatusOK
			})
			ears := w.ears(t, "nueva")
			giveBack := takeAway(t, server)
			id, a := w.cry(t, ana(), "k1", `{"lat":-12.05,"lon":-77.04,"accuracy_m":12,"battery":0.4,"note":"  me siguen ","device_id":"d1"}`)
			if a.Body["published"] != true || a.Body["started_at"] != "2026-03-08T12:00:00Z" || a.Body["tracking"].(body)["interval_s"] != 5.0 {
				t.Errorf("answer %s", a.Text)
			}
			b, m := next(t, ears)
			if b["id"] != id || b["type"] != "panico" || b["user_id"] != "ana" || b["lat"] != -12.05 || b["accuracy_m"] != 12.0 || b["note"] != "me siguen" || b["battery"] == nil {
				t.Errorf("heard %s", m.Data)
			}
			who := audience.Of(m.Header)
			if !who.Includes(audience.Viewer{User: "ana", Role: audience.RoleColaborador}) || !who.Includes(audience.Viewer{User: "sol", Role: audience.RoleSupervisor, Teams: []string{"norte"}}) ||
				who.Includes(audience.Viewer{User: "luz", Role: audience.RoleSupervisor, Teams: []string{"sur"}}) {
				t.Errorf("audience %+v", who)
			}
			// The inbox has noticed by now that it cannot store, and the answer says so.
			apptest.Until(t, func() bool { _, a := w.cry(t, ana(), "k1", ""); return a.Body["escalation"] == "waiting" })
			if err := giveBack(); err != nil {
				t.Fatal(err)
			}
			apptest.Until(t, func() bool {
				_, a := w.cry(t, ana(), "k1", "")
				return a.Body["escalation"] == "running"
			})
			w.stored(t, id)
			if n := pgtest.Count(t, w.admin, "notifier.notification WHERE user_id = 'sol' AND kind = 'panic' AND ref = 'alert/"+id+"' AND urgent AND body = 'Alerta de pánico enviada por Persona ana'"); n != 1 {
				t.Errorf("%d notifications to sol", n)
			}
			if n := pgtest.Count(t, w.admin, "notifier.alert"); n != 1 || pgtest.Count(t, w.admin, "notifier.timer WHERE key = '"+id+"'") != 1 {
				t.Errorf("%d alerts", n)
			}
		})
	}
}

// Nothing in a body makes the server refuse a call for help.
func TestPanicIsTakenWhateverItSays(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	for i, c := range []struct{ body, started, place, note string }{
		{``, "12:00", "", ""},
		{`{"occurred_at":"2026-03-08T11:58:00.5Z","lat":1,"lon":2}`, "11:58", "1 2", ""},
		{`{"occurred_at":"2026-03-08T12:00:01Z","lat":91,"lon":2,"accuracy_m":5}`, "12:00", "", ""},
		{`{"occurred_at":"1999-01-01T00:00:00Z","lat":"1","lon":2,"note":7,"battery":9}`, "12:00", "", ""},
		{`{"occurred_at":"ayer","lat":1,"note":"a\u0000b"}`, "12:00", "", "ab"},
		{`{"lat":1,"lon":2,"accuracy_m":-5,"note":"` + strings.Repeat("ñ", 1500) + `"}`, "12:00", "1 2", strings.Repeat("ñ", 1000)},
		{`[1]`, "12:00", "", ""},
		{`nothing`, "12:00", "", ""},
		{"{\"note\":\"\xff\"", "12:00", "", ""},
		{`null`, "12:00", "", ""},
	} {
		who := claims("acme", fmt.Sprint("p", i), audience.RoleColaborador)
		id, _ := w.cry(t, who, "k", c.body)
		w.stored(t, id)
		a := w.get(t, boss("acme"), "/v1/alerts/"+id).Is(t, http.StatusOK, "")
		place := ""
		if a.Body["lat"] != nil {
			place = fmt.Sprint(a.Body["lat"], " ", a.Body["lon"])
		}
		if got := a.Body["started_at"].(string)[11:16]; got != c.started || place != c.place || a.Body["note"] != c.note || a.Body["accuracy_m"] != nil {
			t.Errorf("%.80s became %s", c.body, a.Text)
		}
	}
	w.post(t, ana(), "/v1/alerts/panic", strings.Repeat(" ", 17<<10)).Is(t, http.StatusRequestEntityTooLarge, "body_too_large")
	if n := natstest.Stored(t, w.nats.Admin(t), stream.DLQ); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}

// A suspended company and a deactivated user are refused as everywhere: their phones are no longer anybody's responsibility, and nobody
// may be woken by somebody who was dismissed. Whoever forges a token is refused too.
func TestWhoMayNotCallForHelp(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.judged = true
	w.again(t)
	people(t, w)
	w.user(t, "acme", "leo", audience.RoleColaborador, "{norte}")
	w.user(t, "cerrada", "eva", audience.RoleColaborador, "{}")
	for _, change := range []string{
		`UPDATE identity.users SET active = false, version = version + 1 WHERE id = 'leo'`,
		`UPDATE identity.company SET status = 'suspended', version = version + 1 WHERE id_empresa = 'cerrada'`,
	} {
		if _, err := w.admin.ExecContext(t.Context(), change); err != nil {
			t.Fatal(err)
		}
	}
	w.start(t)
	apptest.Until(t, func() bool {
		a, err := w.try(t.Context(), w.issuer.Token(t, ana()), http.MethodPost, "/v1/alerts/panic", "", "Idempotency-Key", "k")
		return err == nil && a.Status == http.StatusCreated
	})
	old := time.Now().Add(-5 * time.Minute)
	leo, eva := claims("acme", "leo", audience.RoleColaborador), claims("cerrada", "eva", audience.RoleColaborador)
	leo.IssuedAt, eva.IssuedAt = old, old
	w.post(t, leo, "/v1/alerts/panic", "{}").Is(t, http.StatusUnauthorized, "token_revoked")
	w.post(t, eva, "/v1/alerts/panic", "{}").Is(t, http.StatusForbidden, "company_suspended")
	for name, token := range w.issuer.Bad(t, ana()) {
		a, err := w.try(t.Context(), token, http.MethodPost, "/v1/alerts/panic", "{}")
		if err != nil || a.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d %s, %v", name, a.Status, a.Text, err)
		}
	}
	w.settled(t)
	if n := pgtest.Count(t, w.admin, "notifier.alert"); n != 1 {
		t.Errorf("%d alerts, want ana's", n)
	}
}

// Two phones of one person within a second are two calls, and one of them becomes part of the other. Each phone may go on to ask for the
// id that it was given.
func TestTwoPhonesOfOnePerson(t *testing.T) {
	t.Parallel()
	w := setup(t)
	people(t, w)
	w.start(t)
	var ids [2]string
	var both sync.WaitGroup
	for i := range ids {
		both.Go(func() { ids[i], _ = w.cry(t, ana(), fmt.Sprint("phone", i), "") })
	}
	both.Wait()
	for _, id := range ids {
		w.stored(t, id)
	}
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE status = 'nueva'"); n != 1 {
		t.Fatalf("%d are open", n)
	}
	var open, joined body
	for _, id := range ids {
		if a := w.get(t, boss("acme"), "/v1/alerts/"+id).Body; a["status"] == "nueva" {
			open = a
		} else {
			joined = a
		}
	}
	if joined["joins"] != open["id"] || joined["resolved_by"] != "*regla" || joined["status"] != "resuelta" || open["joins"] != "" {
		t.Errorf("open %v\njoined %v", open, joined)
	}
	last := w.entries(t, boss("acme"), open["id"].(string))
	if got := w.history(t, boss("acme"), open["id"].(string)); !strings.HasPrefix(got, "raised raised_again") || last[1]["note"] != joined["id"] {
		t.Errorf("history %q", got)
	}
	if n := pgtest.Count(t, w.admin, "notifier.notification WHERE user_id = 'sol'"); n != 1 {
		t.Errorf("sol was told %d times", n)
	}
	// After an hour people must be told again, so the older one becomes part of the newer.
	w.clock.Advance(time.Hour + time.Second)
	again, _ := w.cry(t, ana(), "later", "")
	w.stored(t, again)
	if a := w.get(t, boss("acme"), "/v1/alerts/"+open["id"].(string)).Body; a["joins"] != again || a["status"] != "resuelta" {
		t.Errorf("the older one is %v", a)
	}
	if n := pgtest.Count(t, w.admin, "notifier.notification WHERE user_id = 'sol' AND ref = 'alert/"+again+"'"); n != 1 {
		t.Errorf("sol was told %d times", n)
	}
	// Once it is resolved, a call is a new one.
	w.post(t, boss("acme"), "/v1/alerts/"+again+"/resolve", "").Is(t, http.StatusOK, "")
	more, _ := w.cry(t, ana(), "next", "")
	w.stored(t, more)
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE status = 'nueva' AND why->>'joins' IS NULL AND id = '"+more+"'"); n != 1 {
		t.Error("a call after the end became part of what is over")
	}
	// Another person's call is nobody else's.
	w.user(t, "acme", "eva", audience.RoleColaborador, "{norte}")
	other, _ := w.cry(t, claims("acme", "eva", audience.RoleColaborador), "next", "")
	w.stored(t, other)
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE status = 'nueva' AND type = 'panico'"); n != 2 {
		t.Errorf("%d are open, want one of each", n)
	}
}

// A phone that repeats its call when the stream has forgotten it changes nothing: the earliest call counts. Sockets hear again what is
// known, because the repetition told them less.
func TestACallIsRepeatedAfterALongTime(t *testing.T) {
	t.Parallel()
	w := setupOn(t, pgtest.New(t, schemas...), natstest.WithStream(stream.Alerts, func(s *stream.Stream) { s.Dedupe = 100 * time.Millisecond }))
	people(t, w)
	w.start(t)
	updated := w.ears(t, "actualizada")
	id, _ := w.cry(t, ana(), "k", "")
	w.stored(t, id)
	w.post(t, boss("acme"), "/v1/alerts/"+id+"/acknowledge", "").Is(t, http.StatusOK, "")
	for b, _ := next(t, updated); b["status"] != "reconocida"; b, _ = next(t, updated) {
	}
	w.clock.Advance(10*time.Minute + time.Second)
	before := natstest.Stored(t, w.nats.Admin(t), stream.Alerts)
	apptest.Until(t, func() bool { // until the stream has forgotten the first call
		if same, _ := w.cry(t, ana(), "k", `{"lat":1,"lon":2}`); same != id {
			t.Fatalf("another id %s", same)
		}
		return natstest.Stored(t, w.nats.Admin(t), stream.Alerts) > before
	})
	w.settled(t)
	for {
		b, m := next(t, updated)
		if b["status"] != "reconocida" || b["started_at"] != "2026-03-08T12:00:00Z" || b["lat"] != nil {
			t.Fatalf("heard %s", m.Data)
		}
		if n, _, _ := updated.Pending(); n == 0 {
			break
		}
	}
	if n := pgtest.Count(t, w.admin, "notifier.alert WHERE status = 'reconocida' AND started_at = '2026-03-08T12:00:00Z'"); n != 1 || natstest.Stored(t, w.nats.Admin(t), stream.DLQ) != 0 {
		t.Error("the repetition changed the alert, or became a dead letter")
	}
	// An earlier call that comes later, from a phone that was offline, is the one that counts.
	w.tell(t, "acme", "nueva", episode(id, "ana", noon.Add(-time.Minute), body{"type": "panico", "distance_m": nil}), "norte")
	w.settled(t)
	for {
		if b, _ := next(t, updated); b["started_at"] == "2026-03-08T11:59:00Z" && b["status"] == "reconocida" {
			break
		}
	}
}
