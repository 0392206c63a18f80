package gateway_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/proto/audience"
)

var admins = audience.Audience{Roles: []string{audience.RoleAdmin}}

// away opens a socket of boss, lets it read one event and closes it. So the socket misses all later events.
func away(t *testing.T, w *world, g *instance) (cursor string) {
	t.Helper()
	c := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	w.event(t, "acme", "alerta", "seen", admins)
	c.expect(t, "alerta:nueva seen")
	_ = c.CloseNow()
	return c.cursor
}

// publishMix publishes events of all three streams. boss may see some of them; publishMix returns those in the order in
// which they are stored.
func publishMix(t *testing.T, w *world, n int) []string {
	t.Helper()
	var want []string
	for i := range n {
		domain := []string{"alerta", "actividad", "chat"}[i%3]
		id := fmt.Sprintf("m%d", i)
		switch i % 4 {
		case 0:
			w.event(t, "beta", domain, id, admins)
		case 1:
			w.event(t, "acme", domain, id, audience.Audience{Users: []string{"u1"}})
		default:
			w.event(t, "acme", domain, id, admins)
			want = append(want, domain+":nueva "+id)
		}
	}
	return want
}

// TestResume: a socket gets what it missed, in the order in which it was stored, and then live events. This holds from
// memory and from the streams, with a frame and with the handshake.
func TestResume(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		tail  int
		kind  string
		frame bool
	}{
		"from memory, with the handshake":  {1024, "tail", false},
		"from memory, by a frame":          {1024, "tail", true},
		"from streams, with the handshake": {0, "stream", false},
		"from streams, by a frame":         {0, "stream", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			g := w.gateway(t, func(s *settings) { s.TailEvents, s.ResumeGrace = c.tail, patience })
			cursor := away(t, w, g)
			want := publishMix(t, w, 40)
			g.caughtUp(t, w)
			before := g.count(t, "gateway_resumes_total", "kind", c.kind)
			d := bearer(w.token(t, "acme/boss"))
			if !c.frame {
				d = d.from(cursor)
			}
			s := connect(t, g.URL, d)
			if c.frame {
				s.resume(t, cursor)
			}
			s.expect(t, want...)
			w.event(t, "acme", "chat", "live", admins)
			s.expect(t, "chat:nueva live")
			if got := g.count(t, "gateway_resumes_total", "kind", c.kind); got != before+1 {
				t.Errorf("%d resumes of kind %s, %d before", got, c.kind, before)
			}
		})
	}
}

// TestResumeFromEachFrame: whichever frame a client got last, the next socket continues right after it.
func TestResumeFromEachFrame(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	gateways := []*instance{w.gateway(t, nil), w.gateway(t, func(s *settings) { s.TailEvents = 0 })}
	cursor := away(t, w, gateways[0])
	want := publishMix(t, w, 30)
	for _, g := range gateways {
		g.caughtUp(t, w) // Otherwise some events would come live, from several streams in parallel.
	}
	for i := range want {
		s := connect(t, gateways[i%2].URL, bearer(w.token(t, "acme/boss")).from(cursor))
		s.expect(t, want[i])
		cursor = s.cursor
		_ = s.CloseNow()
	}
	s := connect(t, gateways[0].URL, bearer(w.token(t, "acme/boss")).from(cursor))
	w.event(t, "acme", "alerta", "live", admins)
	s.expect(t, "alerta:nueva live")
}

// TestTheFirstOfACompanyReadsForAll: the gateway is new to a company. The first socket reads missed events from the
// stream, and later sockets find them in memory.
func TestTheFirstOfACompanyReadsForAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	old := w.gateway(t, nil)
	cursor := away(t, w, old)
	want := publishMix(t, w, 40)
	old.caughtUp(t, w)
	old.stop()
	g := w.gateway(t, nil)
	for i, kind := range []string{"stream", "tail", "tail"} {
		s := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(cursor))
		s.expect(t, want...)
		if got := g.count(t, "gateway_resumes_total", "kind", kind); got != max(i, 1) {
			t.Errorf("socket %d: %d resumes of kind %s", i, got, kind)
		}
		_ = s.CloseNow()
	}
}

// TestWhatCannotBeProvenMustBeReloaded: then the client continues from the cursor in recargar.
func TestWhatCannotBeProvenMustBeReloaded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.ReplayEvents, s.ResumeWait = 5, 3*time.Second })
	for i, c := range []struct {
		name   string
		cursor func(cursor string) string
		// missed is the number of missed alerts. A chat message beside them must still come if chat is not reloaded.
		missed int
		reload string
	}{
		{"not a cursor", func(string) string { return "nonsense" }, 1, `"alerta","actividad","resumen","chat"`},
		{"too long", func(string) string { return strings.Repeat("A", 4000) }, 1, `"alerta","actividad","resumen","chat"`},
		{"another epoch", func(c string) string { return moveCursor(t, c, 1, 0) }, 1, `"alerta"`},
		{"beyond the stream's last", func(c string) string { return moveCursor(t, c, 0, 1_000_000) }, 1, `"alerta"`},
		{"more than a replay", func(c string) string { return c }, 6, `"alerta"`},
	} {
		cursor := away(t, w, g)
		for n := range c.missed {
			w.event(t, "acme", "alerta", fmt.Sprintf("x%d", n), admins)
		}
		w.event(t, "acme", "chat", "kept", admins)
		g.caughtUp(t, w)
		s := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(c.cursor(cursor)))
		f := s.until(t, "recargar")
		if string(f.Data) != `{"dominios":[`+c.reload+`]}` || f.ID == "" {
			t.Errorf("%s: %s, id %q", c.name, f.Data, f.ID)
		}
		if !strings.Contains(c.reload, "chat") {
			s.expect(t, "chat:nueva kept")
		}
		again := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(s.cursor))
		live := fmt.Sprintf("live%d", i)
		w.event(t, "acme", "actividad", live, admins)
		s.expect(t, "actividad:nueva "+live)
		again.expect(t, "actividad:nueva "+live)
		_ = s.CloseNow()
		_ = again.CloseNow()
	}
}

func TestDroppedMessagesMustBeReloaded(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.TailEvents = 0 })
	cursor := away(t, w, g)
	publishMix(t, w, 12)
	last := w.event(t, "acme", "alerta", "last", admins)
	g.caughtUp(t, w)
	purge(t, w, "ALERTS", last)
	s := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(cursor))
	if f := s.until(t, "recargar"); string(f.Data) != `{"dominios":["alerta"]}` {
		t.Errorf("recargar %s", f.Data)
	}
	s.expect(t, "chat:nueva m2", "actividad:nueva m7", "actividad:nueva m10", "chat:nueva m11")
}

func purge(t *testing.T, w *world, name string, keepFrom uint64) {
	t.Helper()
	s, err := w.publisher.JetStream().Stream(t.Context(), name)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Purge(t.Context(), jetstream.WithPurgeSequence(keepFrom)); err != nil {
		t.Fatal(err)
	}
}

func TestResumeThatComesLateIsToldToReload(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, nil)
	cursor := away(t, w, g)
	s := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	w.event(t, "acme", "alerta", "live", admins)
	s.expect(t, "alerta:nueva live")
	s.resume(t, cursor)
	if f := s.until(t, "error"); !strings.Contains(string(f.Data), "resume_late") {
		t.Errorf("error %s", f.Data)
	}
	if f := s.until(t, "recargar"); f.ID != s.cursor {
		t.Errorf("recargar %s", f.Data)
	}
}

func TestReanudarWithWrongDataReloads(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	g := w.gateway(t, func(s *settings) { s.ResumeGrace = patience })
	s := connect(t, g.URL, bearer(w.token(t, "acme/boss")))
	s.sendEvent(t, "reanudar", map[string]int{"desde": 7})
	if f := s.until(t, "error"); !strings.Contains(string(f.Data), "data_invalid") {
		t.Errorf("error %s", f.Data)
	}
	s.until(t, "recargar")
}

// TestAReplacedStreamIsReloaded: by open sockets, and by those that come back with an older cursor.
func TestAReplacedStreamIsReloaded(t *testing.T) {
	t.Parallel()
	nats := natstest.Start(t)
	w := newWorldOn(t, nats)
	g := w.gateway(t, nil)
	open := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(""))
	w.event(t, "acme", "chat", "c1", admins)
	open.expect(t, "chat:nueva c1")
	before := open.cursor
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	js := w.publisher.JetStream()
	if err := js.DeleteStream(ctx, "CHAT"); err != nil {
		t.Fatal(err)
	}
	if _, err := admin.Provision(ctx, js, nats.Table(), admin.ProvisionOptions{Replicas: 1}); err != nil {
		t.Fatal(err)
	}
	f := open.until(t, "recargar")
	if string(f.Data) != `{"dominios":["chat"]}` {
		t.Errorf("recargar %s", f.Data)
	}
	w.event(t, "acme", "chat", "c2", admins)
	open.expect(t, "chat:nueva c2")
	back := connect(t, g.URL, bearer(w.token(t, "acme/boss")).from(before))
	if f := back.until(t, "recargar"); string(f.Data) != `{"dominios":["chat"]}` {
		t.Errorf("recargar of the one that came back %s", f.Data)
	}
	w.event(t, "acme", "chat", "c3", admins)
	back.expect(t, "chat:nueva c3")
	open.expect(t, "chat:nueva c3")
}

// A socket that was away gets nothing of a group that it was removed from meanwhile, and of a message that was deleted meanwhile only the
// deletion, in the place of the message too. Who was not removed gets the rest.
func TestAResumeBringsNothingThatWasTakenBack(t *testing.T) {
	t.Parallel()
	for name, events := range map[string]int{"from memory": 1024, "from streams": 0} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			g := w.gateway(t, func(s *settings) { s.TailEvents = events })
			cursors := map[string]string{}
			for _, user := range []string{"u1", "u2"} {
				c := connect(t, g.URL, bearer(w.token(t, "acme/"+user)))
				w.event(t, "acme", "alerta", "seen", audience.Audience{Users: []string{user}})
				c.expect(t, "alerta:nueva seen")
				_ = c.CloseNow()
				cursors[user] = c.cursor
			}
			tell := func(domain, event, entity, data string, users ...string) {
				t.Helper()
				header := map[string][]string{}
				if err := (audience.Audience{Users: users}).Set(header); err != nil {
					t.Fatal(err)
				}
				w.publish(t, "acme", domain, event, entity, header, []byte(data))
			}
			chat := func(event, conversation, data string, users ...string) {
				t.Helper()
				tell("chat", event, conversation, data, users...)
			}
			// The shifts of two people may have one id.
			tell("actividad", "estado", "c1", `{"user_id":"beto"}`, "u2")
			tell("actividad", "estado", "c1", `{"user_id":"ana","retirada":true}`, "u2")
			const gone = `{"seq":2,"deleted_at":"2026-03-09T12:00:00Z"}`
			chat("mensaje", "c1", `{"seq":1}`, "u1", "u2")
			chat("mensaje", "c2", `{"seq":2,"text":"of another"}`, "u1")
			chat("mensaje", "c1", `{"seq":2,"text":"secret"}`, "u1", "u2")
			chat("editado", "c1", `{"seq":2,"text":"\"retirada\":true"}`, "u1", "u2")
			chat("leido", "c1", `{"read_seq":2}`, "u1", "u2")
			chat("conversacion", "c1", `{"version":2,"retirada":true}`, "u1")
			chat("editado", "c1", gone, "u2")
			chat("mensaje", "c1", `{"seq":3,"retirada":false}`, "u2")
			chat("conversacion", "c1", `{"version":3,"retirada":false}`, "u1", "u2") // u1 is back
			g.caughtUp(t, w)
			for user, want := range map[string][]string{
				"u1": {`chat:mensaje {"seq":2,"text":"of another"}`, `chat:conversacion {"version":2,"retirada":true}`, `chat:conversacion {"version":3,"retirada":false}`},
				"u2": {
					"actividad:estado beto@", "actividad:estado ana@", `chat:mensaje {"seq":1}`, "chat:mensaje " + gone, "chat:editado " + gone, `chat:leido {"read_seq":2}`, "chat:editado " + gone,
					`chat:mensaje {"seq":3,"retirada":false}`, `chat:conversacion {"version":3,"retirada":false}`,
				},
			} {
				s := connect(t, g.URL, bearer(w.token(t, "acme/"+user)).from(cursors[user]))
				s.expect(t, want...)
				w.event(t, "acme", "chat", "live", audience.Audience{Users: []string{user}})
				s.expect(t, "chat:nueva live")
			}
		})
	}
}
