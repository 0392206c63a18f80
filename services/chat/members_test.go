package chat_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

func (w *world) remove(t *testing.T, who auth.Claims, conversation, user string) answer {
	t.Helper()
	return w.do(t, who, http.MethodDelete, "/v1/conversations/"+conversation+"/members/"+user, nil)
}

func (w *world) addMembers(t *testing.T, who auth.Claims, conversation string, users ...string) answer {
	t.Helper()
	return w.post(t, who, "/v1/conversations/"+conversation+"/members", body{"user_ids": users})
}

// seqs returns the seqs of a conversation's messages that somebody reads, oldest first.
func (w *world) seqs(t *testing.T, who auth.Claims, conversation string) (list []int) {
	t.Helper()
	for _, m := range w.get(t, who, "/v1/conversations/"+conversation+"/messages?limit=200&after_seq=0").Is(t, http.StatusOK, "").Body["messages"].([]any) {
		list = append(list, int(m.(body)["seq"].(float64)))
	}
	return list
}

// roles returns who is in a conversation, owners with a star.
func roles(a answer) string {
	var list []string
	people, _ := a.Body["members"].([]any)
	for _, m := range people {
		m := m.(body)
		list = append(list, m["user_id"].(string)+map[any]string{"owner": "*", "member": ""}[m["role"]])
	}
	return strings.Join(list, " ")
}

// forget passes over all events until now.
func (w *world) forget(t *testing.T) {
	t.Helper()
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "chat.outbox") == 0 })
	w.ears.CatchUp(t)
	for n, _, err := w.ears.Pending(); n > 0; n, _, err = w.ears.Pending() {
		if err != nil {
			t.Fatal(err)
		}
		w.next(t)
	}
}

func TestPeopleJoinAndLeaveAGroup(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana, beto := person("ana"), person("beto")
	id := w.begin(t, ana, body{"kind": "group", "title": "Norte", "user_ids": []string{"beto"}})
	w.say(t, ana, id, "1", "antes").Is(t, http.StatusCreated, "")
	w.forget(t)

	// Seq 3 is the line about sol and carla.
	a := w.addMembers(t, ana, id, "sol", "carla", "sol", "beto").Is(t, http.StatusOK, "")
	if roles(a) != "ana* beto carla sol" || a.Body["version"] != 2.0 {
		t.Errorf("%s", a.Text)
	}
	if e := w.next(t); e.name != "chat:conversacion" || e.sees() != "sol ana beto carla" || e.body["version"] != 2.0 {
		t.Errorf("%s %v to %s", e.name, e.body, e.sees())
	}
	if e := w.next(t); e.body["text"] != "joined" || fmt.Sprint(e.body["mentions"]) != "[carla sol]" || e.sees() != "sol ana beto carla" {
		t.Errorf("%v to %s", e.body, e.sees())
	}
	w.addMembers(t, ana, id, "beto", "ana").Is(t, http.StatusOK, "")
	w.silent(t)
	if got := w.seqs(t, person("sol"), id); !slices.Equal(got, []int{3}) {
		t.Errorf("a newcomer reads %v", got)
	}

	w.remove(t, ana, id, "beto").Is(t, http.StatusNoContent, "")
	if e := w.next(t); e.name != "chat:conversacion" || e.sees() != "sol ana carla" || e.body["version"] != 3.0 {
		t.Errorf("%s %v to %s", e.name, e.body, e.sees())
	}
	if e := w.next(t); e.body["retirada"] != true || e.sees() != "beto" || e.body["title"] != "" {
		t.Errorf("%v to %s", e.body, e.sees())
	}
	if e := w.next(t); e.body["text"] != "removed" || fmt.Sprint(e.body["mentions"]) != "[beto]" || e.sees() != "sol ana carla" {
		t.Errorf("%v to %s", e.body, e.sees())
	}
	w.remove(t, ana, id, "beto").Is(t, http.StatusNoContent, "") // a repetition
	w.silent(t)
	w.say(t, ana, id, "2", "después").Is(t, http.StatusCreated, "")
	w.get(t, beto, "/v1/conversations/"+id).Is(t, http.StatusNotFound, "not_found")
	w.get(t, beto, "/v1/conversations/"+id+"/messages").Is(t, http.StatusNotFound, "not_found")
	w.say(t, beto, id, "x", "hola").Is(t, http.StatusNotFound, "not_found")

	// With the setting, it keeps what it had, and no more.
	w.settings(t, person("boss"), body{"who_talks": "everybody", "keep_after_leaving": true, "auditing": false, "retention_days": 730}).Is(t, http.StatusOK, "")
	c := w.get(t, beto, "/v1/conversations/"+id).Is(t, http.StatusOK, "")
	if c.Body["left"] != true || c.Body["writes"] != false || c.Body["last_seq"] != 3.0 || c.Body["last_message"].(body)["seq"] != 3.0 {
		t.Errorf("%s", c.Text)
	}
	if got := w.seqs(t, beto, id); !slices.Equal(got, []int{1, 2, 3}) {
		t.Errorf("who was removed reads %v", got)
	}
	w.say(t, beto, id, "x", "hola").Is(t, http.StatusForbidden, "read_only")
	w.addMembers(t, beto, id, "solo").Is(t, http.StatusForbidden, "forbidden")
	w.remove(t, beto, id, "carla").Is(t, http.StatusForbidden, "forbidden")
	w.remove(t, beto, id, "beto").Is(t, http.StatusNoContent, "")

	// Who comes back sees only what is new: 4 was its removal, 5 what ana said, 6 is its return.
	w.forget(t)
	w.addMembers(t, ana, id, "beto").Is(t, http.StatusOK, "")
	if got := w.seqs(t, beto, id); !slices.Equal(got, []int{6}) {
		t.Errorf("who came back reads %v", got)
	}
	if c := w.get(t, beto, "/v1/conversations/"+id); c.Body["unread"] != 0.0 || c.Body["first_seq"] != 6.0 {
		t.Errorf("%s", c.Text)
	}
}

// Whoever leaves, and does not hear the answer, asks again: it gets the same, though it may know nothing of the group any more.
func TestLeavingTwiceIsLeavingOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "group", "title": "G", "user_ids": []string{"beto"}})
	for range 2 {
		w.remove(t, person("beto"), id, "beto").Is(t, http.StatusNoContent, "")
	}
	if n := pgtest.Count(t, w.admin, "chat.message WHERE text = 'left'"); n != 1 {
		t.Errorf("%d lines", n)
	}
	w.get(t, person("beto"), "/v1/conversations/"+id).Is(t, http.StatusNotFound, "not_found")
	w.remove(t, person("beto"), id, "ana").Is(t, http.StatusNotFound, "not_found")
	w.remove(t, person("carla"), id, "carla").Is(t, http.StatusNotFound, "not_found")
	w.remove(t, personOf("beta", "beto"), id, "beto").Is(t, http.StatusNotFound, "not_found")
}

// Who has left, and keeps what it had, learns nothing of what comes after: not who is in it, nor when somebody wrote last.
func TestWhoHasLeftLearnsNothingNew(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "group", "title": "G", "user_ids": []string{"beto"}})
	w.settings(t, person("boss"), decided(body{"keep_after_leaving": true})).Is(t, http.StatusOK, "")
	w.remove(t, person("beto"), id, "beto").Is(t, http.StatusNoContent, "")
	w.clock.Set(noon.Add(time.Hour))
	w.addMembers(t, person("ana"), id, "carla").Is(t, http.StatusOK, "")
	w.say(t, person("ana"), id, "k", "después").Is(t, http.StatusCreated, "")
	if a := w.get(t, person("beto"), "/v1/conversations/"+id).Is(t, http.StatusOK, ""); a.Body["members"] != nil || a.Body["last_at"] != "2026-03-09T17:00:00Z" || a.Body["last_seq"] != 1.0 {
		t.Errorf("%s", a.Text)
	}
	if a := w.get(t, person("beto"), "/v1/conversations").Is(t, http.StatusOK, ""); strings.Contains(a.Text, "carla") || strings.Contains(a.Text, "18:00") || !strings.Contains(a.Text, id) {
		t.Errorf("%s", a.Text)
	}
	if a := w.get(t, person("carla"), "/v1/conversations/"+id).Is(t, http.StatusOK, ""); roles(a) != "ana* carla" || a.Body["last_at"] != "2026-03-09T18:00:00Z" {
		t.Errorf("%s", a.Text)
	}
}

// The answer to a repetition is kept, and a message may be deleted meanwhile: it is not in it.
func TestARepetitionGivesOutNoDeletedText(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "group", "title": "G", "user_ids": []string{"beto"}})
	pair := w.anasPair(t)
	w.say(t, person("ana"), pair, "k", "secreto").Is(t, http.StatusCreated, "")
	w.say(t, person("ana"), id, "k", "secreto").Is(t, http.StatusCreated, "")
	ask := func() string {
		t.Helper()
		return w.post(t, person("ana"), "/v1/conversations", body{"kind": "private", "user_ids": []string{"beto"}}, "Idempotency-Key", "b").Text +
			w.post(t, person("ana"), "/v1/conversations/"+id+"/members", body{"user_ids": []string{"beto"}}, "Idempotency-Key", "a").Is(t, http.StatusOK, "").Text
	}
	first := ask()
	w.erase(t, person("ana"), pair, 1).Is(t, http.StatusOK, "")
	w.erase(t, person("ana"), id, 2).Is(t, http.StatusOK, "")
	if again := ask(); strings.Contains(first+again, "secreto") || strings.Contains(first, "last_message") || strings.Count(again, pair) == 0 || strings.Count(again, id) == 0 {
		t.Errorf("%s, %s", first, again)
	}
	if n := pgtest.Count(t, w.admin, "chat.idempotency_key WHERE position('secreto' in idempotency_key::text) > 0"); n != 0 {
		t.Errorf("%d kept answers have the text", n)
	}
}

func TestAGroupAlwaysHasAnOwner(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana, beto, sol := person("ana"), person("beto"), person("sol")
	id := w.begin(t, ana, body{"kind": "group", "title": "Norte", "user_ids": []string{"sol", "carla"}})
	role := func(who auth.Claims, user, role string) answer {
		return w.put(t, who, "/v1/conversations/"+id+"/members/"+user, body{"role": role})
	}
	w.addMembers(t, ana, id, "beto").Is(t, http.StatusOK, "")
	role(ana, "ana", "member").Is(t, http.StatusConflict, "last_owner")
	role(ana, "solo", "owner").Is(t, http.StatusNotFound, "member_not_found")
	role(beto, "beto", "owner").Is(t, http.StatusForbidden, "forbidden")
	w.remove(t, beto, id, "sol").Is(t, http.StatusForbidden, "forbidden")
	w.remove(t, ana, id, "solo").Is(t, http.StatusNotFound, "member_not_found")
	w.addMembers(t, beto, id, "solo").Is(t, http.StatusForbidden, "forbidden")
	if got := roles(role(ana, "beto", "owner").Is(t, http.StatusOK, "")); got != "ana* beto* carla sol" {
		t.Error(got)
	}
	role(beto, "beto", "member").Is(t, http.StatusOK, "")
	// carla and sol are of one standing, and beto came later; carla is deactivated.
	w.exec(t, `UPDATE identity.users SET active = false WHERE id_empresa = 'acme' AND id = 'carla'`)
	w.remove(t, ana, id, "ana").Is(t, http.StatusNoContent, "")
	if got := roles(w.get(t, beto, "/v1/conversations/"+id)); got != "beto carla sol*" {
		t.Error(got)
	}
	w.remove(t, sol, id, "sol").Is(t, http.StatusNoContent, "")
	w.remove(t, beto, id, "carla").Is(t, http.StatusNoContent, "")
	w.remove(t, beto, id, "beto").Is(t, http.StatusNoContent, "") // nobody is left
	w.get(t, beto, "/v1/conversations/"+id).Is(t, http.StatusNotFound, "not_found")

	// An admin manages a group that it is in.
	other := w.begin(t, ana, body{"kind": "group", "title": "Oficina", "user_ids": []string{"boss", "beto"}})
	w.addMembers(t, person("boss"), other, "solo").Is(t, http.StatusOK, "")
	w.remove(t, person("boss"), other, "beto").Is(t, http.StatusNoContent, "")
	w.addMembers(t, sol, other, "sol").Is(t, http.StatusNotFound, "not_found")
}

func TestHowManyMayBeInAGroup(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'acme', 'u' || n, 'u', 'colaborador' FROM generate_series(1, 300) n`)
	some := func(from, to int) (list []string) {
		for n := from; n <= to; n++ {
			list = append(list, fmt.Sprint("u", n))
		}
		return list
	}
	id := w.begin(t, person("ana"), body{"kind": "group", "title": "Todos", "user_ids": some(1, 200)})
	w.addMembers(t, person("ana"), id, some(201, 256)...).Is(t, http.StatusUnprocessableEntity, "too_many_members")
	w.addMembers(t, person("ana"), id, some(201, 255)...).Is(t, http.StatusOK, "")
	w.addMembers(t, person("ana"), id, "u256").Is(t, http.StatusUnprocessableEntity, "too_many_members")
	w.say(t, person("u7"), id, "k", "hola").Is(t, http.StatusCreated, "")
	for e := w.hear(t, "chat:mensaje"); e.body["text"] != "hola"; e = w.hear(t, "chat:mensaje") {
		if len(e.to.Users) < 201 {
			t.Errorf("%d people hear of it", len(e.to.Users))
		}
	}
	w.addMembers(t, person("ana"), id, some(1, 10_000)...).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.post(t, person("ana"), "/v1/conversations", body{"kind": "group", "title": "x", "user_ids": some(1, 10_000)}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.post(t, person("ana"), "/v1/conversations", body{"kind": "group", "title": "x", "user_ids": some(1, 256)}).Is(t, http.StatusUnprocessableEntity, "too_many_members")
	w.addMembers(t, person("ana"), id).Is(t, http.StatusUnprocessableEntity, "members_required")

	w.exec(t, `INSERT INTO chat.conversation (id_empresa, id, kind, title, created_at, created_by, last_at) SELECT 'acme', 'g' || n, 'group', 'x', $1, 'beto', $1 FROM generate_series(1, 999) n`, noon)
	w.begin(t, person("beto"), body{"kind": "group", "title": "x", "user_ids": []string{"ana"}})
	w.post(t, person("beto"), "/v1/conversations", body{"kind": "group", "title": "x", "user_ids": []string{"ana"}}).Is(t, http.StatusConflict, "too_many_conversations")
	w.begin(t, person("beto"), body{"kind": "private", "user_ids": []string{"ana"}})
}

func TestWhoseMembersAreNotChosen(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "norte")
	for code, what := range map[string]body{
		"private_conversation": {"kind": "private", "user_ids": []string{"ana"}}, "members_not_chosen": {"kind": "broadcast", "title": "Avisos"},
		"members_not_chosen ": {"kind": "visit", "visit_id": "v1"},
	} {
		code := strings.TrimSpace(code)
		id := w.begin(t, person("boss"), what)
		w.addMembers(t, person("boss"), id, "beto").Is(t, http.StatusConflict, code)
		w.remove(t, person("boss"), id, "boss").Is(t, http.StatusConflict, code)
		w.put(t, person("boss"), "/v1/conversations/"+id+"/members/boss", body{"role": "owner"}).Is(t, http.StatusConflict, code)
		if what["kind"] != "broadcast" {
			w.remove(t, person("carla"), id, "carla").Is(t, http.StatusNotFound, "not_found")
		}
	}
}

func TestTitles(t *testing.T) {
	t.Parallel()
	w := setup(t)
	group := w.begin(t, person("ana"), body{"kind": "group", "title": "Norte", "user_ids": []string{"beto", "sol"}})
	rename := func(who auth.Claims, id, title string, version int) answer {
		return w.put(t, who, "/v1/conversations/"+id, body{"title": title, "version": version})
	}
	w.forget(t)
	if a := rename(person("ana"), group, "  Zona\u202e norte ", 1).Is(t, http.StatusOK, ""); a.Body["title"] != "Zona norte" || a.Body["version"] != 2.0 {
		t.Errorf("%s", a.Text)
	}
	if e := w.next(t); e.name != "chat:conversacion" || e.body["title"] != "Zona norte" || e.sees() != "sol ana beto" {
		t.Errorf("%s %v to %s", e.name, e.body, e.sees())
	}
	if e := w.next(t); e.body["text"] != "renamed" || e.sees() != "sol ana beto" {
		t.Errorf("%v to %s", e.body, e.sees())
	}
	rename(person("ana"), group, "Zona norte", 1).Is(t, http.StatusOK, "") // a repetition
	w.silent(t)
	if a := rename(person("ana"), group, "Otra", 1).Is(t, http.StatusConflict, "conversation_changed"); a.Body["current"].(body)["title"] != "Zona norte" || a.Body["current"].(body)["version"] != 2.0 {
		t.Errorf("%s", a.Text)
	}
	rename(person("beto"), group, "Mía", 2).Is(t, http.StatusForbidden, "forbidden")
	rename(person("carla"), group, "Mía", 2).Is(t, http.StatusNotFound, "not_found")
	rename(personOf("beta", "ana"), group, "Mía", 2).Is(t, http.StatusNotFound, "not_found")
	for _, bad := range []string{"", " \u200b ", "a\nb", "a\x07b", strings.Repeat("x", 101)} {
		rename(person("ana"), group, bad, 2).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
	broadcast := w.begin(t, person("boss"), body{"kind": "broadcast", "title": "Avisos"})
	rename(person("sol"), broadcast, "Mía", 1).Is(t, http.StatusForbidden, "forbidden")
	rename(person("boss"), broadcast, "Comunicados", 1).Is(t, http.StatusOK, "")
	rename(person("boss"), w.begin(t, person("boss"), body{"kind": "private", "user_ids": []string{"ana"}}), "x", 1).Is(t, http.StatusConflict, "title_not_chosen")
}

func TestMute(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "norte")
	visit := w.begin(t, person("ana"), body{"kind": "visit", "visit_id": "v1"})
	group := w.begin(t, person("ana"), body{"kind": "group", "title": "Norte", "user_ids": []string{"beto"}})
	for _, id := range []string{visit, group} {
		w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	}
	w.forget(t)
	mute := func(who auth.Claims, id string, until any) answer {
		return w.put(t, who, "/v1/conversations/"+id+"/mute", body{"until": until})
	}
	for _, c := range []struct {
		who, id string
		unread  float64
	}{{"beto", group, 1}, {"sol", visit, 1}, {"boss", visit, 0}} {
		later := noon.Add(time.Hour).Format(time.RFC3339)
		if a := mute(person(c.who), c.id, later).Is(t, http.StatusOK, ""); a.Body["muted_until"] == nil || a.Body["unread"] != c.unread {
			t.Errorf("%s: %s", c.who, a.Text)
		}
		if a := w.get(t, person("ana"), "/v1/conversations/"+c.id); a.Body["muted_until"] != nil {
			t.Errorf("ana: %s", a.Text)
		}
		for _, over := range []any{nil, noon.Add(-time.Hour).Format(time.RFC3339)} {
			mute(person(c.who), c.id, later).Is(t, http.StatusOK, "")
			if a := mute(person(c.who), c.id, over).Is(t, http.StatusOK, ""); a.Body["muted_until"] != nil || a.Body["unread"] != c.unread {
				t.Errorf("%s: %s", c.who, a.Text)
			}
		}
	}
	w.silent(t)
	mute(person("carla"), group, nil).Is(t, http.StatusNotFound, "not_found")
	mute(personOf("beta", "beto"), group, nil).Is(t, http.StatusNotFound, "not_found")
	w.put(t, person("beto"), "/v1/conversations/"+group+"/mute", body{}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
}

// While 16 people write, one is removed. It hears, reads and writes nothing after the number with which it left; the others miss nothing.
func TestWhoIsRemovedUnderLoadHearsNothingAfter(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const writers, each = 16, 12
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'acme', 'w' || n, 'w', 'colaborador' FROM generate_series(0, 15) n`)
	others := []string{"beto", "carla"}
	for n := range writers {
		others = append(others, fmt.Sprint("w", n))
	}
	id := w.begin(t, person("ana"), body{"kind": "group", "title": "Todos", "user_ids": others})
	var all sync.WaitGroup
	var sent atomic.Int64
	send := func(token, key string) answer {
		a, err := w.repeat(t, token, "/v1/conversations/"+id+"/messages", body{"text": "hola"}, "Idempotency-Key", key)
		if err != nil {
			t.Error(err)
		}
		return a
	}
	half := make(chan struct{})
	for n := range writers {
		token := w.issuer.Token(t, person(fmt.Sprint("w", n)))
		all.Go(func() {
			for k := range each {
				if a := send(token, fmt.Sprint(k)); !isStored(a) {
					t.Errorf("%d %s", a.Status, a.Text)
				}
				if sent.Add(1) == writers*each/3 {
					close(half)
				}
			}
		})
	}
	over := make(chan struct{})
	beto, ana := w.issuer.Token(t, person("beto")), w.issuer.Token(t, person("ana"))
	wrote := 0
	var mine sync.WaitGroup
	mine.Go(func() { // beto writes until it may not
		for k := 0; ; k++ {
			if a := send(beto, fmt.Sprint(k)); !isStored(a) {
				a.Is(t, http.StatusNotFound, "not_found")
				return
			}
			wrote++
		}
	})
	all.Go(func() {
		<-half
		a, err := w.insist(t, ana, http.MethodDelete, "/v1/conversations/"+id+"/members/beto", nil)
		if err != nil || a.Status != http.StatusNoContent {
			t.Errorf("%v %v", a, err)
		}
		if a := send(beto, "last"); a.Status != http.StatusNotFound {
			t.Errorf("who was removed wrote: %d %s", a.Status, a.Text)
		}
		close(over)
	})
	all.Wait()
	mine.Wait()
	<-over
	var left, last int64
	if err := w.admin.GetContext(t.Context(), &left, `SELECT left_seq FROM chat.member WHERE conversation_id = $1 AND user_id = 'beto'`, id); err != nil {
		t.Fatal(err)
	}
	if err := w.admin.GetContext(t.Context(), &last, `SELECT last_seq FROM chat.conversation WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	if want := int64(writers*each + wrote + 2); last != want || left == last { // with the lines of its begin and of the removal
		t.Errorf("the last number is %d, want %d; beto left at %d", last, want, left)
	}
	if n := pgtest.Count(t, w.admin, fmt.Sprintf("chat.message WHERE sender_id = 'beto' AND seq > %d", left)); n != 0 {
		t.Errorf("who was removed wrote %d messages after it left", n)
	}
	for want := int64(1); want <= last; want++ {
		e := w.hear(t, "chat:mensaje")
		if seq := int64(e.body["seq"].(float64)); seq != want || slices.Contains(e.to.Users, "beto") != (seq <= left) || !slices.Contains(e.to.Users, "carla") {
			t.Fatalf("%d, want %d, is heard by %v; beto left at %d", seq, want, e.to.Users, left)
		}
	}
	w.silent(t)
	w.get(t, person("beto"), "/v1/conversations/"+id+"/messages").Is(t, http.StatusNotFound, "not_found")
	w.settings(t, person("boss"), body{"who_talks": "everybody", "keep_after_leaving": true, "auditing": false, "retention_days": 730}).Is(t, http.StatusOK, "")
	newest := w.get(t, person("beto"), "/v1/conversations/"+id+"/messages?limit=1").Is(t, http.StatusOK, "").Body["messages"].([]any)
	if newest[0].(body)["seq"] != float64(left) {
		t.Errorf("who was removed reads up to %v, and left at %d", newest[0], left)
	}
}

// Somebody waits to write while it is removed. What it may do is judged by what holds once it has waited.
func TestWhoIsRemovedWhileItWaitsDoesNotWrite(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "group", "title": "Norte", "user_ids": []string{"beto"}})
	tx := w.admin.MustBegin()
	defer func() { _ = tx.Rollback() }()
	tx.MustExec(`SELECT 1 FROM chat.conversation WHERE id = $1 FOR UPDATE`, id)
	tx.MustExec(`UPDATE chat.conversation SET version = version + 1 WHERE id = $1`, id)
	tx.MustExec(`UPDATE chat.member SET left_seq = 1 WHERE conversation_id = $1 AND user_id = 'beto'`, id)
	token, got := w.issuer.Token(t, person("beto")), make(chan answer)
	go func() {
		a, err := w.try(t.Context(), token, http.MethodPost, "/v1/conversations/"+id+"/messages", body{"text": "hola"}, "Idempotency-Key", "k")
		if err != nil {
			t.Error(err)
		}
		got <- a
	}()
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") > 0
	})
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	a := <-got
	a.Is(t, http.StatusNotFound, "not_found")
}
