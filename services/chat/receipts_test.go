package chat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

func (w *world) receipt(t *testing.T, who auth.Claims, conversation, step string, seq int) answer {
	t.Helper()
	return w.post(t, who, "/v1/conversations/"+conversation+"/"+step, body{"seq": seq})
}

// marks is how far somebody has got, such as "3 2": delivered and read.
func marks(b body) string { return fmt.Sprint(b["delivered_seq"], " ", b["read_seq"]) }

func TestReceiptsMoveForward(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasPair(t)
	for k := range 5 {
		w.say(t, person("ana"), id, fmt.Sprint(k), "hola").Is(t, http.StatusCreated, "")
		w.hear(t, "chat:mensaje")
	}
	for _, c := range []struct {
		step  string
		seq   int
		want  string
		event string
	}{
		{"delivered", 2, "2 0", "chat:entregado"},
		{"delivered", 2, "2 0", ""},
		{"delivered", 1, "2 0", ""},
		{"read", 1, "2 1", "chat:leido"},
		{"read", 4, "4 4", "chat:leido"}, // who has read it, has it
		{"read", 3, "4 4", ""},
		{"delivered", 4, "4 4", ""},
		{"delivered", 5, "5 4", "chat:entregado"},
	} {
		a := w.receipt(t, person("beto"), id, c.step, c.seq).Is(t, http.StatusOK, "")
		if marks(a.Body) != c.want {
			t.Errorf("%+v: %s", c, a.Text)
		}
		if c.event != "" {
			if e := w.next(t); e.name != c.event || marks(e.body) != c.want || e.body["user_id"] != "beto" || e.sees() != "ana beto" {
				t.Errorf("%+v: %s %v to %s", c, e.name, e.body, e.sees())
			}
		}
	}
	w.receipt(t, person("beto"), id, "read", 6).Is(t, http.StatusUnprocessableEntity, "receipt_ahead")
	w.receipt(t, person("beto"), id, "delivered", 1<<40).Is(t, http.StatusUnprocessableEntity, "receipt_ahead")
	w.receipt(t, person("beto"), id, "read", 0).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	if a := w.get(t, person("beto"), "/v1/conversations/"+id); marks(a.Body) != "5 4" || a.Body["unread"] != 1.0 {
		t.Errorf("%s", a.Text)
	}
	w.silent(t)
}

func TestNobodyElseSendsReceiptsOrTypes(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasPair(t)
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	w.hear(t, "chat:mensaje")
	for _, who := range []auth.Claims{person("sol"), person("boss"), personOf("beta", "ana"), personOf("beta", "beto")} {
		for _, step := range []string{"delivered", "read"} {
			w.receipt(t, who, id, step, 1).Is(t, http.StatusNotFound, "not_found")
		}
		w.post(t, who, "/v1/conversations/"+id+"/typing", body{}).Is(t, http.StatusNotFound, "not_found")
		a := w.post(t, who, "/v1/chat/receipts", body{"receipts": []body{{"conversation_id": id, "read_seq": 1}}}).Is(t, http.StatusOK, "")
		if got := a.Body["receipts"].([]any)[0].(body); got["code"] != "not_found" || marks(got) != "0 0" {
			t.Errorf("%v: %s", who, a.Text)
		}
	}
	if n := pgtest.Count(t, w.admin, "chat.member"); n != 2 {
		t.Errorf("%d rows of members", n)
	}
	w.silent(t)
}

func TestManyReceiptsAreJudgedAlone(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a, b, c := w.anasPair(t), w.anasGroup(t, "beto"), w.begin(t, person("beto"), body{"kind": "team", "team_id": "norte"})
	for _, id := range []string{a, b, c} {
		for k := range 3 {
			w.say(t, person("ana"), id, fmt.Sprint(k), "hola").Is(t, http.StatusCreated, "")
			w.hear(t, "chat:mensaje")
		}
	}
	for range 2 { // lines of the system
		w.hear(t, "chat:mensaje")
	}
	list := []body{
		{"conversation_id": a, "delivered_seq": 2},
		{"conversation_id": b, "read_seq": 99},
		{"conversation_id": "no", "read_seq": 1},
		{"conversation_id": c, "delivered_seq": 3, "read_seq": 2},
		{"conversation_id": a, "read_seq": 1},
		{"conversation_id": b, "delivered_seq": 3},
		{"conversation_id": a},
	}
	want := "2 1 |0 0 receipt_ahead|0 0 not_found|3 2 |2 1 |3 0 |2 1 "
	for range 2 {
		got := w.post(t, person("beto"), "/v1/chat/receipts", body{"receipts": list}).Is(t, http.StatusOK, "")
		var lines []string
		for i, r := range got.Body["receipts"].([]any) {
			r := r.(body)
			code, _ := r["code"].(string)
			lines = append(lines, marks(r)+" "+code)
			if r["conversation_id"] != list[i]["conversation_id"] {
				t.Errorf("%d: %v", i, r)
			}
		}
		if strings.Join(lines, "|") != want {
			t.Errorf("%s, want %s", strings.Join(lines, "|"), want)
		}
	}
	heard := map[string]string{}
	for range 3 {
		e := w.next(t)
		heard[e.body["conversation_id"].(string)] = e.name + " " + e.sees()
	}
	if heard[a] != "chat:leido ana beto" || heard[b] != "chat:entregado ana beto" || heard[c] != "chat:leido beto" {
		t.Errorf("%v", heard)
	}
	w.silent(t)
	for _, n := range []int{0, 501} {
		w.post(t, person("beto"), "/v1/chat/receipts", body{"receipts": make([]body, n)}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
}

func TestMoreReceiptsThanOneChangeTakes(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO chat.conversation (id_empresa, id, kind, title, created_at, created_by, last_at, last_seq)
SELECT 'acme', 'c' || i, 'group', 'G', now(), 'ana', now(), 7 FROM generate_series(1, 500) i`)
	w.exec(t, `INSERT INTO chat.member (id_empresa, conversation_id, user_id, role) SELECT 'acme', 'c' || i, u, 'member' FROM generate_series(1, 500) i, unnest('{ana,beto}'::text[]) u`)
	var list []body
	for i := range 500 {
		list = append(list, body{"conversation_id": fmt.Sprint("c", i+1), "read_seq": 1 + i%7})
	}
	var all sync.WaitGroup
	for _, who := range []string{"ana", "beto", "ana", "beto"} {
		token := w.issuer.Token(t, person(who))
		all.Go(func() {
			if a, err := w.repeat(t, token, "/v1/chat/receipts", body{"receipts": list}); err != nil || a.Status != http.StatusOK {
				t.Errorf("%v %s", err, a.Text)
			}
		})
	}
	all.Wait()
	for range 1000 {
		if e := w.next(t); e.name != "chat:leido" || e.sees() != "ana beto" {
			t.Fatalf("%s to %s", e.name, e.sees())
		}
	}
	w.silent(t)
}

func TestReceiptsNeverGoBack(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasPair(t)
	const n = 40
	for k := range n {
		w.say(t, person("ana"), id, fmt.Sprint(k), "hola").Is(t, http.StatusCreated, "")
	}
	var all sync.WaitGroup
	token := w.issuer.Token(t, person("beto"))
	for device := range 4 {
		all.Go(func() {
			for k := range n {
				seq := (k*(7+2*device))%n + 1 // each in another order
				step := []string{"delivered", "read"}[(k+device)%2]
				a, err := w.repeat(t, token, "/v1/conversations/"+id+"/"+step, body{"seq": seq})
				if err != nil || a.Status != http.StatusOK || a.Body["delivered_seq"].(float64) < float64(seq) || step == "read" && a.Body["read_seq"].(float64) < float64(seq) {
					t.Errorf("%s %d: %v %s", step, seq, err, a.Text)
				}
			}
		})
	}
	all.Wait()
	delivered, read := 0.0, 0.0
	for delivered < n || read < n {
		e := w.next(t)
		if e.name != "chat:entregado" && e.name != "chat:leido" {
			continue
		}
		d, r := e.body["delivered_seq"].(float64), e.body["read_seq"].(float64)
		if d < delivered || r < read || d == delivered && r == read {
			t.Fatalf("after %v %v came %v", delivered, read, e.body)
		}
		delivered, read = d, r
	}
	w.silent(t)
}

func TestWhoHearsReceipts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "sur")
	var crowd []string
	for i := range 31 {
		crowd = append(crowd, fmt.Sprint("w", i))
		w.user(t, "acme", crowd[i], "colaborador", "{}")
	}
	for name, c := range map[string]struct {
		what body
		want string
	}{
		"32 members": {body{"kind": "group", "title": "G", "user_ids": append([]string{"boss"}, crowd[1:]...)}, "boss ana"},
		"33 members": {body{"kind": "group", "title": "G", "user_ids": append([]string{"boss"}, crowd...)}, "ana"},
		"a visit":    {body{"kind": "visit", "visit_id": "v1"}, "boss sol sur ana"},
		"a team":     {body{"kind": "team", "team_id": "norte"}, "ana"},
	} {
		id := w.begin(t, person("ana"), c.what)
		writer := "boss"
		if c.what["kind"] == "team" {
			writer = "beto"
		}
		w.say(t, person(writer), id, "k", "hola").Is(t, http.StatusCreated, "")
		w.receipt(t, person("ana"), id, "read", 2).Is(t, http.StatusOK, "")
		if e := w.hear(t, "chat:leido"); e.sees() != c.want {
			t.Errorf("%s: heard by %s, want %s", name, e.sees(), c.want)
		}
	}
}

// An admin is in the conversations of all visits. What it has never opened is not unread, although its devices get the messages.
func TestAnAdminWhoNeverOpenedAVisit(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "sur")
	id := w.begin(t, person("ana"), body{"kind": "visit", "visit_id": "v1"})
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	unread := func(who string) string { return w.get(t, person(who), "/v1/chat/unread").Is(t, http.StatusOK, "").Text }
	w.receipt(t, person("boss"), id, "delivered", 2).Is(t, http.StatusOK, "")
	if got := unread("boss"); got != counted(0, 0, 0) {
		t.Errorf("%s", got)
	}
	w.receipt(t, person("boss"), id, "read", 1).Is(t, http.StatusOK, "")
	if got := unread("boss") + unread("sol"); got != counted(1, 1, 0)+counted(1, 1, 0) {
		t.Errorf("%s", got)
	}
	// Nor does it become unread when the admin writes there.
	w.visit(t, "acme", "v2", "ana", "sur")
	id = w.begin(t, person("ana"), body{"kind": "visit", "visit_id": "v2"})
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	w.say(t, person("boss"), id, "k", "dime").Is(t, http.StatusCreated, "")
	if got := unread("boss"); got != counted(1, 1, 0) {
		t.Errorf("%s", got)
	}
}

func counted(conversations, messages, mentions int) string {
	raw, _ := json.Marshal(struct {
		C int `json:"conversations"`
		M int `json:"messages"`
		N int `json:"mentions"`
	}{conversations, messages, mentions})
	return string(raw) + "\n"
}

func TestUnreadAndMentions(t *testing.T) {
	t.Parallel()
	w := setup(t)
	a, b := w.anasPair(t), w.anasGroup(t, "beto", "sol")
	w.begin(t, person("boss"), body{"kind": "broadcast", "title": "Avisos"})
	unread := func() string { return w.get(t, person("beto"), "/v1/chat/unread").Is(t, http.StatusOK, "").Text }
	if got := unread(); got != counted(0, 0, 0) {
		t.Errorf("lines of the system count: %s", got)
	}
	for k := range 3 {
		w.say(t, person("ana"), a, fmt.Sprint(k), "hola").Is(t, http.StatusCreated, "")
		w.post(t, person("sol"), "/v1/conversations/"+b+"/messages", body{"text": "hola", "mentions": []string{"beto"}}, "Idempotency-Key", fmt.Sprint(k)).Is(t, http.StatusCreated, "")
	}
	w.say(t, person("beto"), a, "mine", "hola").Is(t, http.StatusCreated, "")
	if got := unread(); got != counted(2, 6, 3) {
		t.Errorf("%s", got)
	}
	w.erase(t, person("sol"), b, 2).Is(t, http.StatusOK, "")
	w.receipt(t, person("beto"), a, "read", 1).Is(t, http.StatusOK, "")
	if got := unread(); got != counted(2, 4, 2) {
		t.Errorf("%s", got)
	}
	w.exec(t, `UPDATE chat.member SET muted_until = $1 WHERE user_id = 'beto' AND conversation_id = $2`, noon.Add(time.Hour), b)
	if got := unread(); got != counted(1, 2, 2) {
		t.Errorf("muted: %s", got)
	}
	w.clock.Set(noon.Add(time.Hour))
	if got := unread(); got != counted(2, 4, 2) {
		t.Errorf("no longer muted: %s", got)
	}
	w.receipt(t, person("beto"), a, "read", 4).Is(t, http.StatusOK, "")
	w.receipt(t, person("beto"), b, "read", 4).Is(t, http.StatusOK, "")
	if got := unread(); got != counted(0, 0, 0) {
		t.Errorf("%s", got)
	}
	if got := w.get(t, personOf("beta", "beto"), "/v1/chat/unread").Text; got != counted(0, 0, 0) {
		t.Errorf("of another company: %s", got)
	}
}

// live is what is told of who types.
type live struct {
	body
	subject string
	to      audience.Audience
}

func (w *world) typed(t *testing.T) func() live {
	t.Helper()
	conn := w.nats.Connect(t, bus.Admin)
	sub, err := conn.SubscribeSync("_live.*.chat.*.*")
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	return func() live {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		defer cancel()
		m, err := sub.NextMsgWithContext(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return liveOf(t, m)
	}
}

func liveOf(t *testing.T, m *nats.Msg) live {
	t.Helper()
	l := live{subject: m.Subject, to: audience.Of(m.Header)}
	if err := json.Unmarshal(m.Data, &l.body); err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTypingIsToldAtMostEveryThreeSeconds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "sur")
	next := w.typed(t)
	id, visit := w.anasPair(t), w.begin(t, person("ana"), body{"kind": "visit", "visit_id": "v1"})
	types := func(who, conversation string) {
		t.Helper()
		w.post(t, person(who), "/v1/conversations/"+conversation+"/typing", body{}).Is(t, http.StatusAccepted, "")
	}
	heard := func(want string) {
		t.Helper()
		l := next()
		got := fmt.Sprint(l.subject, " ", l.body["user_id"], " ", l.body["until"], " ", event{to: l.to}.sees())
		if got != want || l.body["conversation_id"] != l.subject[strings.LastIndexByte(l.subject, '.')+1:] {
			t.Errorf("%s, want %s", got, want)
		}
	}
	types("ana", id)
	types("ana", id)
	heard("_live.acme.chat.escribiendo." + id + " ana 2026-03-09T17:00:06Z ana beto")
	types("beto", id)
	heard("_live.acme.chat.escribiendo." + id + " beto 2026-03-09T17:00:06Z ana beto")
	types("ana", visit)
	heard("_live.acme.chat.escribiendo." + visit + " ana 2026-03-09T17:00:06Z boss sol sur ana")
	w.clock.Set(noon.Add(2999 * time.Millisecond))
	types("ana", id)
	w.clock.Set(noon.Add(3 * time.Second))
	types("ana", id)
	heard("_live.acme.chat.escribiendo." + id + " ana 2026-03-09T17:00:09Z ana beto")
	w.clock.Set(noon.Add(-time.Hour)) // a clock that was set back
	types("ana", id)
	heard("_live.acme.chat.escribiendo." + id + " ana 2026-03-09T16:00:06Z ana beto")

	all := w.begin(t, person("boss"), body{"kind": "broadcast", "title": "Avisos"})
	for range 2 { // who may only read never types
		w.post(t, person("ana"), "/v1/conversations/"+all+"/typing", body{}).Is(t, http.StatusForbidden, "read_only")
	}
	types("sol", all)
	heard("_live.acme.chat.escribiendo." + all + " sol 2026-03-09T16:00:06Z boss sol sur ana beto carla solo")
}

func TestTypingWithoutNATSIsLost(t *testing.T) {
	t.Parallel()
	w := setup(t, natstest.WithTCP())
	id := w.anasPair(t)
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	w.hear(t, "chat:mensaje")
	w.nats.Stop(t)
	w.post(t, person("ana"), "/v1/conversations/"+id+"/typing", body{}).Is(t, http.StatusAccepted, "")
	w.receipt(t, person("beto"), id, "read", 1).Is(t, http.StatusOK, "")
	w.say(t, person("ana"), id, "k2", "hola").Is(t, http.StatusCreated, "")
}
