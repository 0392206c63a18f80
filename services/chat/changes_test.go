package chat_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
)

// phone is what a device of somebody has stored.
type phone struct {
	who   auth.Claims
	since string
	// conversations by id, and their messages by seq.
	conversations map[string]body
	messages      map[string]map[int]body
	// away says that it did not catch up since its world became older (later).
	away bool
}

// enter is a device that has nothing yet.
func (w *world) enter(t *testing.T, who auth.Claims) *phone {
	t.Helper()
	p := &phone{who: who, conversations: map[string]body{}, messages: map[string]map[int]body{}}
	a := w.get(t, who, "/v1/chat/changes").Is(t, http.StatusOK, "")
	if a.Body["more"] != false || a.Body["reload"] != true || len(a.Body["conversations"].([]any)) > 0 {
		t.Fatalf("%s", a.Text)
	}
	p.since = a.Body["next"].(string)
	p.reload(t, w)
	return p
}

// list reads all conversations as the page does.
func (w *world) list(t *testing.T, who auth.Claims) map[string]body {
	t.Helper()
	all, cursor := map[string]body{}, ""
	for {
		a := w.get(t, who, "/v1/conversations?limit=1000&cursor="+url.QueryEscape(cursor)).Is(t, http.StatusOK, "")
		for _, c := range a.Body["conversations"].([]any) {
			all[c.(body)["id"].(string)] = c.(body)
		}
		if cursor, _ = a.Body["next"].(string); cursor == "" {
			return all
		}
	}
}

// history reads all messages of a conversation before a seq.
func (w *world) history(t *testing.T, who auth.Claims, id string, before int, keep map[int]body) {
	t.Helper()
	for {
		a := w.get(t, who, fmt.Sprintf("/v1/conversations/%s/messages?limit=200&before_seq=%d", id, before)).Is(t, http.StatusOK, "")
		for _, m := range a.Body["messages"].([]any) {
			before = seqOf(m.(body))
			keep[before] = m.(body)
		}
		if a.Body["more"] == false {
			return
		}
	}
}

const newest = 1 << 30

func seqOf(m body) int { return int(m["seq"].(float64)) }

// reload reads the list again, and all messages of what is new in it.
func (p *phone) reload(t *testing.T, w *world) {
	t.Helper()
	p.conversations = w.list(t, p.who)
	maps.DeleteFunc(p.messages, func(id string, _ map[int]body) bool { return p.conversations[id] == nil })
	for id := range p.conversations {
		if p.messages[id] == nil {
			p.messages[id] = map[int]body{}
			w.history(t, p.who, id, newest, p.messages[id])
		}
	}
}

// catchUp asks what changed until there is no more.
func (p *phone) catchUp(t *testing.T, w *world, limit int) {
	t.Helper()
	p.away = false
	for more := true; more; {
		a := w.get(t, p.who, fmt.Sprintf("/v1/chat/changes?limit=%d&since=%s", limit, p.since)).Is(t, http.StatusOK, "")
		if a.Body["reload"] == true {
			p.reload(t, w)
		}
		list := a.Body["conversations"].([]any)
		if len(list) > limit {
			t.Fatalf("%d conversations on a page of %d", len(list), limit)
		}
		for _, c := range list {
			p.take(t, w, c.(body))
		}
		p.since, more = a.Body["next"].(string), a.Body["more"].(bool)
	}
}

func (p *phone) take(t *testing.T, w *world, c body) {
	t.Helper()
	id := c["id"].(string)
	if c["removed"] == true {
		delete(p.conversations, id)
		delete(p.messages, id)
		return
	}
	view := c["conversation"].(body)
	fresh := p.messages[id] == nil
	if p.conversations[id] = view; fresh || c["gap"] == true {
		p.messages[id] = map[int]body{}
	}
	have := p.messages[id]
	news, _ := c["messages"].([]any)
	oldest := newest
	for _, m := range news {
		m := m.(body)
		oldest = min(oldest, seqOf(m))
		if had := have[seqOf(m)]; had == nil || had["version"].(float64) <= m["version"].(float64) {
			have[seqOf(m)] = m
		}
	}
	if fresh || c["gap"] == true { // what the user would scroll to
		w.history(t, p.who, id, oldest, have)
	}
	maps.DeleteFunc(have, func(seq int, _ body) bool {
		return float64(seq) < view["first_seq"].(float64) || float64(seq) > view["last_seq"].(float64)
	})
}

// isWhole compares a phone with a full read.
func (p *phone) isWhole(t *testing.T, w *world, when string) {
	t.Helper()
	all := w.list(t, p.who)
	if got, want := written(p.conversations), written(all); got != want {
		t.Fatalf("%s, %s has the conversations\n%s\nwant\n%s", when, p.who.Subject, got, want)
	}
	for id, c := range all {
		want := map[int]body{}
		w.history(t, p.who, id, newest, want)
		if got, want := written(p.messages[id]), written(want); got != want {
			t.Fatalf("%s, %s has the messages of %v\n%s\nwant\n%s", when, p.who.Subject, c["kind"], got, want)
		}
	}
}

func written(v any) string {
	raw, err := json.MarshalIndent(v, "", " ")
	if err != nil {
		panic(err)
	}
	return string(raw)
}

// later lets the overlap pass: what was stored becomes ten minutes older, by PostgreSQL's clock. So a phone that has just caught up gets none
// of it by the overlap. Those that stayed away have asked so much earlier.
func (w *world) later(t *testing.T, phones ...*phone) {
	t.Helper()
	for _, table := range []string{"conversation", "member", "message"} {
		w.exec(t, `UPDATE chat.`+table+` SET changed_at = changed_at - interval '10 minutes'`)
	}
	w.exec(t, `UPDATE chat.conversation SET stored_at = stored_at - interval '10 minutes', gone_at = gone_at - interval '10 minutes'`)
	w.exec(t, `UPDATE chat.member SET left_at = left_at - interval '10 minutes'`)
	for _, p := range phones {
		if p.away {
			p.since = earlier(t, p.since)
		}
		p.away = true
	}
}

// A phone that was away ends with the same as a full read, whatever happened meanwhile.
func TestAPhoneThatWasAwayEndsWithAFullRead(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := setup(t)
			h := &happenings{world: w, random: rand.New(rand.NewPCG(seed, 14))} //nolint:gosec // a test that can be repeated
			for i := range 4 {
				w.visit(t, "acme", fmt.Sprint("v", i), []string{"ana", "carla"}[i%2], "")
			}
			for range 30 {
				h.happen(t)
			}
			phones := []*phone{w.enter(t, person("ana")), w.enter(t, person("sol")), w.enter(t, person("boss")), w.enter(t, person("beto"))}
			for round := range 6 {
				w.later(t, phones...)
				for range 25 {
					h.happen(t)
				}
				for _, p := range phones[:1+round%len(phones)] { // some stay away for longer
					p.catchUp(t, w, 3)
					p.isWhole(t, w, fmt.Sprint("round ", round, " after ", strings.Join(h.log, ", ")))
				}
				h.log = nil
			}
		})
	}
}

// happenings are random changes by random people.
type happenings struct {
	*world
	random *rand.Rand
	ids    []string
	keys   int
	log    []string
}

func (h *happenings) pick(list ...string) string { return list[h.random.IntN(len(list))] }

func (h *happenings) happen(t *testing.T) {
	t.Helper()
	users := []string{"ana", "beto", "sol", "sur", "carla", "boss"}
	who := h.pick(users...)
	h.clock.Set(h.clock.Now().Add(time.Second))
	if len(h.ids) == 0 || h.random.IntN(10) == 0 {
		h.begins(t, who)
		return
	}
	id := h.pick(h.ids...)
	var c []struct {
		Kind string `db:"kind"`
		Last int    `db:"last_seq"`
	}
	if err := h.admin.Select(&c, `SELECT kind, last_seq FROM chat.conversation WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	seq := 1 + h.random.IntN(c[0].Last+1)
	what := h.random.IntN(20)
	h.keys++
	h.log = append(h.log, fmt.Sprint(what, " ", who, " ", c[0].Kind, " ", seq))
	switch what {
	case 0, 1, 2, 3, 4:
		h.say(t, person(who), id, fmt.Sprint(h.keys), "hola "+who)
	case 5, 6:
		h.edit(t, person(who), id, seq, body{"text": fmt.Sprint("otra cosa ", h.keys)})
	case 7:
		h.erase(t, person(who), id, seq)
	case 8, 9, 10:
		h.receipt(t, person(who), id, h.pick("read", "delivered"), seq)
	case 11, 12: // leaves or is removed
		h.exec(t, `UPDATE chat.member m SET left_seq = c.last_seq, left_title = c.title, left_version = c.version, left_last_at = c.last_at, left_at = clock_timestamp(),
    changed_at = clock_timestamp() FROM chat.conversation c
WHERE c.id = m.conversation_id AND c.kind = 'group' AND c.id = $1 AND m.user_id = $2 AND m.left_seq IS NULL`, id, who)
	case 13, 14: // joins, or comes back
		h.exec(t, `INSERT INTO chat.member (id_empresa, conversation_id, user_id, role, joined_seq, delivered_seq, read_seq)
SELECT 'acme', c.id, $2, 'member', c.last_seq, c.last_seq, c.last_seq FROM chat.conversation c WHERE c.id = $1 AND c.kind = 'group'
ON CONFLICT (id_empresa, conversation_id, user_id) DO UPDATE SET joined_seq = excluded.joined_seq, delivered_seq = excluded.delivered_seq, read_seq = excluded.read_seq,
    left_seq = NULL, left_title = NULL, left_version = NULL, left_last_at = NULL, left_at = NULL, changed_at = clock_timestamp() WHERE member.left_seq IS NOT NULL`, id, who)
	case 15: // old messages are removed
		h.exec(t, `UPDATE chat.conversation SET gone_seq = least(last_seq, gone_seq + 1), gone_at = clock_timestamp(), changed_at = clock_timestamp() WHERE id = $1`, id)
		h.exec(t, `DELETE FROM chat.message s USING chat.conversation c WHERE c.id = s.conversation_id AND s.seq <= c.gone_seq`)
	case 16: // the office moves people and visits: nothing of it is written here
		switch h.random.IntN(3) {
		case 0:
			h.user(t, "acme", "sol", "supervisor", h.pick("{norte}", "{sur}", "{norte,sur}"))
		case 1:
			h.user(t, "acme", "ana", "colaborador", h.pick("{norte}", "{sur}"))
		case 2:
			h.exec(t, `UPDATE activity.visit SET worker = $1 WHERE id = $2`, h.pick("ana", "carla", "beto"), h.pick("v0", "v1", "v2", "v3"))
		}
	case 17:
		h.exec(t, `INSERT INTO chat.settings (id_empresa, who_talks, keep_after_leaving, auditing, retention_days) VALUES ('acme', 'everybody', $1, false, 730)
ON CONFLICT (id_empresa) DO UPDATE SET keep_after_leaving = excluded.keep_after_leaving`, h.random.IntN(2) == 0)
	case 18:
		h.exec(t, `UPDATE chat.conversation SET title = $2, version = version + 1, changed_at = clock_timestamp() WHERE id = $1 AND kind = 'group'`, id, fmt.Sprint("Grupo ", h.keys))
	case 19:
		h.exec(t, `UPDATE chat.member SET muted_until = $2, changed_at = clock_timestamp() WHERE conversation_id = $1 AND user_id = $3`, id, h.clock.Now(), who)
	}
}

func (h *happenings) begins(t *testing.T, who string) {
	t.Helper()
	what := []body{
		{"kind": "private", "user_ids": []string{h.pick("ana", "beto", "sol", "carla")}},
		{"kind": "group", "title": "G", "user_ids": []string{h.pick("ana", "beto"), h.pick("sol", "boss")}},
		{"kind": "team", "team_id": h.pick("norte", "sur")},
		{"kind": "visit", "visit_id": h.pick("v0", "v1", "v2", "v3")},
		{"kind": "broadcast", "title": "Avisos"},
	}[h.random.IntN(5)]
	if a := h.post(t, person(who), "/v1/conversations", what); a.Status == http.StatusCreated {
		h.ids = append(h.ids, a.Body["id"].(string))
		h.log = append(h.log, fmt.Sprint(who, " begins ", what["kind"]))
	}
}

// A conversation that a replica with a wrong clock has begun is told as any other, also when others write in it.
func TestChangesOfAConversationFromAWrongClock(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.privately(t)
	p := w.enter(t, person("beto"))
	for _, years := range []int{10, -10} {
		w.later(t, p)
		w.clock.Set(noon.AddDate(years, 0, 0))
		ids := []string{w.anasGroup(t, "beto"), w.begin(t, person("boss"), body{"kind": "broadcast", "title": "Avisos"})}
		w.clock.Set(noon.Add(time.Minute))
		for _, id := range ids {
			w.say(t, person("boss"), ids[1], id, "hola").Is(t, http.StatusCreated, "")
			w.say(t, person("ana"), ids[0], id, "hola").Is(t, http.StatusCreated, "")
		}
		p.catchUp(t, w, 3)
		p.isWhole(t, w, fmt.Sprint(years, " years off"))
	}
}

func TestMoreMessagesThanAPhoneIsTold(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasPair(t)
	for k := range 20 {
		w.say(t, person("ana"), id, fmt.Sprint("a", k), "hola").Is(t, http.StatusCreated, "")
	}
	p := w.enter(t, person("beto"))
	for _, c := range []struct {
		more int
		gap  bool
	}{{100, false}, {101, true}} {
		w.later(t, p)
		for k := range c.more - 1 {
			w.say(t, person("ana"), id, fmt.Sprint(c.more, "-", k), "hola").Is(t, http.StatusCreated, "")
		}
		w.edit(t, person("ana"), id, 3, body{"text": fmt.Sprint("otra ", c.more)}).Is(t, http.StatusOK, "")
		a := w.get(t, p.who, "/v1/chat/changes?since="+p.since).Is(t, http.StatusOK, "")
		got := a.Body["conversations"].([]any)[0].(body)
		if list := got["messages"].([]any); len(list) != 100 || (got["gap"] == true) != c.gap || seqOf(list[0].(body)) > seqOf(list[99].(body)) {
			t.Errorf("%d changed: %d messages, gap %v", c.more, len(list), got["gap"])
		}
		p.catchUp(t, w, 3)
		p.isWhole(t, w, fmt.Sprint(c.more))
	}
}

// While others write without end, each walk ends, and the last one after they have stopped ends with a full read.
func TestChangesWhileOthersWrite(t *testing.T) {
	t.Parallel()
	w := setup(t)
	var ids []string
	for i := range 10 {
		w.user(t, "acme", fmt.Sprint("w", i), "colaborador", "{}")
		ids = append(ids, w.begin(t, person("ana"), body{"kind": "group", "title": "G", "user_ids": []string{"beto", fmt.Sprint("w", i)}}))
	}
	p := w.enter(t, person("beto"))
	stop := make(chan struct{})
	var all sync.WaitGroup
	for device := range 3 {
		token := w.issuer.Token(t, person("ana"))
		all.Go(func() {
			for k := 0; ; k++ {
				select {
				case <-stop:
					return
				default:
				}
				a, err := w.repeat(t, token, "/v1/conversations/"+ids[k%len(ids)]+"/messages", body{"text": "hola"}, "Idempotency-Key", fmt.Sprint(device, "-", k))
				if err != nil || !isStored(a) {
					t.Errorf("%v %s", err, a.Text)
					return
				}
				w.clock.Advance(time.Millisecond)
				if _, err := w.try(t.Context(), token, http.MethodPost, "/v1/conversations", body{"kind": "group", "title": "G", "user_ids": []string{"beto"}}, "Idempotency-Key", fmt.Sprint("g", device, "-", k)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for range 5 {
		p.catchUp(t, w, 3)
	}
	close(stop)
	all.Wait()
	p.catchUp(t, w, 3)
	p.isWhole(t, w, "at the end")
}

// What was not committed when the phone asked comes the next time.
func TestAChangeThatWasNotCommittedYet(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasPair(t)
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	p := w.enter(t, person("beto"))
	w.later(t, p)
	tx := w.admin.MustBegin()
	tx.MustExec(`UPDATE chat.message SET text = 'tarde', version = 2, changed_at = clock_timestamp() WHERE conversation_id = $1`, id)
	p.catchUp(t, w, 3)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	p.catchUp(t, w, 3)
	p.isWhole(t, w, "after the commit")
	if p.messages[id][1]["text"] != "tarde" {
		t.Errorf("%v", p.messages[id])
	}
}

// A phone that has been away for long, of somebody with more than 5,000 conversations. Nothing has changed in most.
func TestChangesInFiveThousandConversations(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO chat.conversation (id_empresa, id, kind, title, created_at, created_by, last_at, last_seq)
SELECT 'acme', 'c' || i, 'group', 'G', $1, 'ana', $1, 1 FROM generate_series(1, 5500) i`, noon)
	w.exec(t, `INSERT INTO chat.member (id_empresa, conversation_id, user_id, role) SELECT 'acme', 'c' || i, u, 'member' FROM generate_series(1, 5500) i, unnest('{ana,beto}'::text[]) u`)
	w.exec(t, `INSERT INTO chat.message (id_empresa, conversation_id, seq, sender_id, client_id, request, kind, text, created_at) SELECT 'acme', 'c' || i, 1, 'ana', 'k', '', 'text', 'hola', $1 FROM generate_series(1, 5500) i`, noon)
	w.exec(t, `ANALYZE`)
	who := person("beto")
	first := w.get(t, who, "/v1/chat/changes").Is(t, http.StatusOK, "").Body["next"].(string)
	if got := w.walk(t, who, first, 50); len(got) != 5500 { // all are within the overlap
		t.Errorf("%d conversations", len(got))
	}
	w.exec(t, `UPDATE chat.conversation SET changed_at = changed_at - interval '10 minutes'`)
	w.exec(t, `UPDATE chat.member SET changed_at = changed_at - interval '10 minutes'`)
	w.exec(t, `UPDATE chat.message SET changed_at = changed_at - interval '10 minutes'`)
	if got := w.walk(t, who, first, 50); len(got) != 0 {
		t.Errorf("%v", got)
	}
	w.edit(t, person("ana"), "c77", 1, body{"text": "otra"}).Is(t, http.StatusOK, "")
	w.receipt(t, person("ana"), "c5400", "read", 1).Is(t, http.StatusOK, "")
	if got := w.walk(t, who, first, 50); !slices.Equal(got, []string{"c5400", "c77"}) {
		t.Errorf("%v", got)
	}
	w.get(t, who, "/v1/chat/unread").Is(t, http.StatusOK, "")
}

// walk reads all pages, and returns the ids sorted.
func (w *world) walk(t *testing.T, who auth.Claims, since string, limit int) (list []string) {
	t.Helper()
	for more := true; more; {
		a := w.get(t, who, fmt.Sprintf("/v1/chat/changes?limit=%d&since=%s", limit, since)).Is(t, http.StatusOK, "")
		list = append(list, a.IDs(t, "conversations")...)
		since, more = a.Body["next"].(string), a.Body["more"].(bool)
	}
	slices.Sort(list)
	if n := len(list); n != len(slices.Compact(list)) {
		t.Errorf("%d conversations came twice", n-len(slices.Compact(list)))
	}
	return list
}

func TestCursorsOfOthersShowNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	first := w.get(t, person("ana"), "/v1/chat/changes").Is(t, http.StatusOK, "").Body["next"].(string)
	id := w.anasPair(t)
	if got := w.walk(t, person("ana"), first, 3); !slices.Equal(got, []string{id}) {
		t.Errorf("%v", got)
	}
	for _, who := range []auth.Claims{person("sol"), person("boss"), personOf("beta", "ana"), personOf("beta", "boss")} {
		if got := w.walk(t, who, first, 3); len(got) > 0 {
			t.Errorf("%v sees %v", who, got)
		}
	}
	for _, bad := range []string{"x", "e30x", "W10", first[:len(first)-2], strings.Repeat("a", 1025), "eyJmIjoiMjAyNi0wMy0wOSJ9"} {
		if a := w.get(t, person("ana"), "/v1/chat/changes?since="+bad); a.Code() != "cursor_invalid" && a.Code() != "validation_failed" {
			t.Errorf("%q: %s", bad, a.Text)
		}
	}
	// Whatever somebody writes into a cursor, it gets its own and an end.
	for _, forged := range []string{`{}`, `{"f":"0001-01-01T00:00:00Z","t":"9999-12-31T23:59:59Z","a":"zzz"}`, `{"f":"9999-12-31T23:59:59Z","s":"x"}`, `{"f":"0000-01-01T00:00:00Z","a":"` + id + `"}`} {
		if got := w.walk(t, person("carla"), cursor(forged), 3); len(got) > 0 {
			t.Errorf("%s: %v", forged, got)
		}
	}
	for _, limit := range []string{"0", "51", "x"} {
		w.get(t, person("ana"), "/v1/chat/changes?limit="+limit).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
}

func cursor(raw string) string { return base64.RawURLEncoding.EncodeToString([]byte(raw)) }

// earlier makes a cursor ten minutes older.
func earlier(t *testing.T, since string) string {
	t.Helper()
	raw, err := base64.RawURLEncoding.DecodeString(since)
	if err != nil {
		t.Fatal(err)
	}
	at := body{}
	if err := json.Unmarshal(raw, &at); err != nil {
		t.Fatal(err)
	}
	from, err := time.Parse(time.RFC3339Nano, at["f"].(string))
	if err != nil {
		t.Fatal(err)
	}
	at["f"] = from.Add(-10 * time.Minute).Format(time.RFC3339Nano)
	return cursor(written(at))
}
