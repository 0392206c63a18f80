package notifier_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

// chat stands for service chat: it publishes its events.
type chat struct {
	*world
	bus  *bus.Bus
	sent int
}

// chatting puts ana, leo and eva into acme and beta, each with a phone, and starts the consumer.
func (w *world) chatting(t *testing.T) *chat {
	t.Helper()
	for _, company := range []string{"acme", "beta"} {
		for _, user := range []string{"ana", "leo", "eva"} {
			w.user(t, company, user, audience.RoleColaborador, "{}")
			w.bring(t, worker(company, user), company+user)
		}
	}
	w.start(t, "chats")
	return &chat{world: w, bus: w.nats.Bus(t, "chat")}
}

// aviso says that eva wrote the message with this seq to these people, in a private conversation.
func aviso(conversation string, seq int, users []string, more ...body) body {
	b := body{"conversation_id": conversation, "seq": seq, "kind": "private", "title": "", "sender_id": "eva", "users": users, "at": noon.Format(time.RFC3339)}
	for _, m := range more {
		maps.Copy(b, m)
	}
	return b
}

// publish publishes an event of a conversation and waits until it is handled. It does not count as a repeated one.
func (c *chat) publish(t *testing.T, company, event, conversation, content string) {
	t.Helper()
	s, err := subject.New(company, "chat", event, conversation)
	if err != nil {
		t.Fatal(err)
	}
	c.sent++
	if _, err := c.bus.Publish(t.Context(), bus.Message{Subject: s, ID: fmt.Sprint(c.sent), Data: []byte(content)}); err != nil {
		t.Fatal(err)
	}
}

func (c *chat) settled(t *testing.T) {
	t.Helper()
	c.nats.Settled(t, stream.Chat, stream.NotifierChat)
}

func (c *chat) avisa(t *testing.T, company string, b body) {
	t.Helper()
	c.publish(t, company, "aviso", b["conversation_id"].(string), jsonOf(t, b))
	c.settled(t)
}

func (c *chat) outcomes(t *testing.T, told, silent, known, gone float64) {
	t.Helper()
	c.counts(t, "notifier_chat_notices_total", map[string]float64{"told": told, "silent": silent, "known": known, "gone": gone})
}

func (c *chat) pushes(t *testing.T) int {
	t.Helper()
	return pgtest.Count(t, c.admin, "notifier.delivery")
}

func TestPeopleHearOfMessagesThatTheirDevicesDidNotGet(t *testing.T) {
	t.Parallel()
	c := setup(t).chatting(t)
	c.avisa(t, "acme", aviso("c1", 3, []string{"ana"}))
	c.avisa(t, "acme", aviso("c1", 3, []string{"ana"})) // published again
	group := body{"kind": "group", "title": "Norte"}
	c.avisa(t, "acme", aviso("g1", 1, []string{"ana", "leo"}, group))
	c.avisa(t, "acme", aviso("g1", 1, []string{"leo", "ana"}, group))
	c.avisa(t, "acme", aviso("g1", 9, []string{"leo"}, group))
	c.avisa(t, "acme", aviso("v1", 1, []string{"leo"}, body{"kind": "visit", "sender_id": "nobody"}))
	c.avisa(t, "acme", aviso("v2", 1, []string{"ana"}, body{"kind": "visit", "title": "Farmacia Sol"}))
	c.avisa(t, "acme", aviso("g2", 1, []string{"ana"}, body{"kind": "later"}))
	same(t, "acme", strings.Join(c.notified(t, "acme"), "\n"), `ana | chat | Persona eva escribió en Norte
ana | chat | Persona eva escribió en una conversación
ana | chat | Persona eva escribió sobre Farmacia Sol
ana | chat | Persona eva te escribió
leo | chat | Persona eva escribió en Norte
leo | chat | Persona eva escribió en Norte
leo | chat | una persona escribió sobre una visita`)
	same(t, "beta", strings.Join(c.notified(t, "beta"), "\n"), "")
	c.outcomes(t, 7, 0, 3, 0)
	if n := c.pushes(t); n != 7 {
		t.Errorf("%d pushes, want 7", n)
	}
	n := pgtest.Count(t, c.admin, `notifier.notification WHERE id_empresa = 'acme' AND kind = 'chat' AND NOT urgent AND useful_until = '2026-03-09T00:00:00Z' AND
		ref IN ('conversation/c1', 'conversation/g1', 'conversation/g2', 'conversation/v1', 'conversation/v2')`)
	if n != 7 {
		t.Errorf("%d notifications about their conversations until midnight, want 7", n)
	}
}

// Whoever turned chat off, is asleep, or hears of it too late, finds it in the list. Nobody is told who is not there.
func TestWhomMessagesDoNotReach(t *testing.T) {
	t.Parallel()
	c := setup(t).chatting(t)
	set := func(user, content string) {
		c.do(t, worker("acme", user), http.MethodPut, "/v1/notification-preferences", content).Is(t, http.StatusOK, "")
	}
	set("ana", `{"off":["chat"]}`)
	set("leo", `{"language":"en","off":[],"quiet":{"from":"11:00","until":"13:00"}}`)
	c.user(t, "acme", "alone", audience.RoleColaborador, "{}") // without a phone
	c.user(t, "acme", "left", audience.RoleColaborador, "{}")
	c.exec(t, `UPDATE identity.users SET active = false WHERE id = 'left'`)
	c.user(t, "beta", "other", audience.RoleColaborador, "{}")
	everybody := []string{"alone", "ana", "eva", "leo", "left", "nobody", "other"}
	c.avisa(t, "acme", aviso("c1", 1, everybody, body{"sender_id": "left"}))
	c.avisa(t, "acme", aviso("c2", 1, []string{"eva"}, body{"at": noon.Add(-12 * time.Hour).Format(time.RFC3339)}))
	c.avisa(t, "acme", aviso("c3", 1, []string{"eva"}, body{"sender_id": "ana", "at": noon.Add(9000 * time.Hour).Format(time.RFC3339)})) // a clock that is wrong
	same(t, "acme", strings.Join(c.notified(t, "acme"), "\n"), `alone | chat | no_device | Persona left te escribió
ana | chat | off | Persona left te escribió
eva | chat | Persona ana te escribió
eva | chat | expired | Persona eva te escribió
eva | chat | Persona left te escribió
leo | chat | quiet | Persona left wrote to you`)
	same(t, "beta", strings.Join(c.notified(t, "beta"), "\n"), "")
	c.outcomes(t, 2, 4, 0, 3)
	if n := pgtest.Count(t, c.admin, `notifier.notification WHERE useful_until > '2026-03-09T00:00:00Z'`); n != 0 {
		t.Errorf("%d help for longer than 12 hours", n)
	}
	c.exec(t, `UPDATE identity.company SET status = 'suspended' WHERE id_empresa = 'beta'`)
	c.avisa(t, "beta", aviso("c1", 1, []string{"ana"}))
	c.avisa(t, "nowhere", aviso("c1", 1, []string{"ana"}))
	c.outcomes(t, 2, 4, 0, 5)
}

// All that sockets hear is on the stream too. What cannot be read costs no other.
func TestOfTheStreamOnlyAvisosCount(t *testing.T) {
	t.Parallel()
	c := setup(t).chatting(t)
	for _, event := range []string{"mensaje", "editado", "entregado", "leido", "conversacion", "ajustes", "later"} {
		c.publish(t, "acme", event, "c1", jsonOf(t, aviso("c1", 1, []string{"ana"})))
	}
	many := make([]string, 257)
	for i := range many {
		many[i] = fmt.Sprint("u", i)
	}
	bad := []body{
		{"conversation_id": "c2"},
		{"seq": 0},
		{"seq": -1},
		{"seq": "x"},
		{"users": many},
		{"users": []string{"a.b"}},
		{"users": []string{""}},
		{"sender_id": "*"},
		{"sender_id": ""},
		{"at": nil},
		{"at": "yesterday"},
	}
	for _, b := range bad {
		c.publish(t, "acme", "aviso", "c1", jsonOf(t, aviso("c1", 1, []string{"ana"}, b)))
	}
	c.publish(t, "acme", "aviso", "c1", `{"conversation_id":`)
	c.avisa(t, "acme", aviso("c1", 2, many[:256], body{"newer": true}))
	c.avisa(t, "acme", aviso("c1", 2, nil))
	c.avisa(t, "acme", aviso("c1", 2, []string{"ana"}))
	same(t, "told", strings.Join(c.notified(t, "acme"), "\n"), "ana | chat | Persona eva te escribió")
	c.outcomes(t, 1, 0, 0, 256)
	if n := natstest.Stored(t, c.nats.Admin(t), stream.DLQ); n != uint64(len(bad)+1) {
		t.Errorf("%d dead letters, want %d", n, len(bad)+1)
	}
}

func TestMessagesWaitForTheDatabase(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	c := setupOn(t, pgtest.On(t, server, schemas...)).chatting(t)
	if err := server.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	for n := range 3 {
		c.publish(t, "acme", "aviso", "c1", jsonOf(t, aviso("c1", n+1, []string{"ana"})))
	}
	for _, check := range c.service.Checks {
		if check.Name == "chats" {
			apptest.Until(t, func() bool { return check.Ready(t.Context()) != nil })
		}
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.settled(t)
	c.outcomes(t, 3, 0, 0, 0)
	if n := natstest.Stored(t, c.nats.Admin(t), stream.DLQ); n != 0 {
		t.Errorf("%d dead letters", n)
	}
}
