package chat_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/terreno/terreno/pkg/pgtest"
)

func TestTwoPeopleHaveOneConversationWhoeverBeginsIt(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ids := make([]string, 8)
	var all sync.WaitGroup
	for i := range ids {
		all.Go(func() {
			me, other := "ana", "beto"
			if i%2 == 0 {
				me, other = other, me
			}
			a, err := w.repeat(t, w.issuer.Token(t, person(me)), "/v1/conversations", body{"kind": "private", "user_ids": []string{other}})
			if err != nil || a.Status != http.StatusOK && a.Status != http.StatusCreated {
				t.Errorf("%d: %v %v", i, a, err)
				return
			}
			ids[i] = a.Body["id"].(string)
		})
	}
	all.Wait()
	slices.Sort(ids)
	if got := slices.Compact(ids); len(got) != 1 {
		t.Errorf("conversations %v, want one", got)
	}
	if e := w.next(t); e.name != "chat:conversacion" || e.sees() != "ana beto" {
		t.Errorf("%s to %s", e.name, e.sees())
	}
	w.silent(t)
}

// A private conversation is found by its two people: a third one would be in it unseen.
func TestAPrivateConversationHasOneOtherPerson(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.post(t, person("ana"), "/v1/conversations", body{"kind": "private", "user_ids": []string{"beto", "sol"}}).Is(t, http.StatusUnprocessableEntity, "one_user_required")
	w.post(t, person("ana"), "/v1/conversations", body{"kind": "private", "user_ids": []string{"ana"}}).Is(t, http.StatusUnprocessableEntity, "members_required")
	if n := pgtest.Count(t, w.admin, "chat.conversation"); n != 0 {
		t.Errorf("%d conversations", n)
	}
	w.post(t, person("ana"), "/v1/conversations", body{"kind": "private", "user_ids": []string{"beto", "ana", "beto"}}).Is(t, http.StatusCreated, "")
	if n := pgtest.Count(t, w.admin, "chat.member"); n != 2 {
		t.Errorf("%d members", n)
	}
}

func TestMessagesAreNumberedWithoutAGapAndStoredOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "group", "title": "Norte", "user_ids": []string{"beto", "sol"}})
	var all sync.WaitGroup
	for i, who := range []string{"ana", "beto", "sol"} {
		for k := range 20 {
			all.Go(func() {
				for range 2 { // each is sent twice
					a, err := w.repeat(t, w.issuer.Token(t, person(who)), "/v1/conversations/"+id+"/messages",
						body{"text": fmt.Sprint("hola ", k)}, "Idempotency-Key", fmt.Sprint("k", k))
					if err != nil || a.Status != http.StatusOK && a.Status != http.StatusCreated {
						t.Errorf("%d: %v %v", i, a, err)
					}
				}
			})
		}
	}
	all.Wait()
	list := w.get(t, person("beto"), "/v1/conversations/"+id+"/messages?limit=200&after_seq=0").Is(t, http.StatusOK, "")
	seqs := list.Body["messages"].([]any)
	if len(seqs) != 61 { // with the line of the system
		t.Fatalf("%d messages", len(seqs))
	}
	for i, m := range seqs {
		if int(m.(map[string]any)["seq"].(float64)) != i+1 {
			t.Fatalf("message %d is %v", i, m)
		}
	}
	for want := 1.0; want <= 61; want++ {
		if e := w.hear(t, "chat:mensaje"); e.body["seq"] != want || e.sees() != "sol ana beto" {
			t.Fatalf("heard %v by %s, want seq %v", e.body, e.sees(), want)
		}
	}
	w.silent(t)
	w.say(t, person("ana"), id, "k0", "otra cosa").Is(t, http.StatusConflict, "client_id_used")
}

func TestNobodyElseSeesAConversation(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "private", "user_ids": []string{"beto"}})
	w.say(t, person("ana"), id, "k", "secreto").Is(t, http.StatusCreated, "")
	for _, other := range []struct{ company, user string }{{"acme", "sol"}, {"acme", "boss"}, {"acme", "carla"}, {"beta", "ana"}, {"beta", "boss"}} {
		who := personOf(other.company, other.user)
		w.get(t, who, "/v1/conversations/"+id).Is(t, http.StatusNotFound, "not_found")
		w.get(t, who, "/v1/conversations/"+id+"/messages").Is(t, http.StatusNotFound, "not_found")
		w.say(t, who, id, "k", "hola").Is(t, http.StatusNotFound, "not_found")
		if got := ids(t, w.get(t, who, "/v1/conversations"), "conversations"); got != "" {
			t.Errorf("%v lists %s", other, got)
		}
	}
	if got := ids(t, w.get(t, person("beto"), "/v1/conversations"), "conversations"); got != id {
		t.Errorf("the other one lists %q", got)
	}
}

// A visit's conversation has the title that the company's visit has now.
func TestAVisitsConversationIsCalledAsTheVisit(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "sur")
	w.visit(t, "beta", "v1", "betty", "oeste")
	rename := func(company, title string) {
		w.exec(t, `UPDATE activity.visit SET title = $2 WHERE id_empresa = $1 AND id = 'v1'`, company, title)
	}
	rename("acme", "Revisar la bomba")
	rename("beta", "Secreta")
	begun := w.post(t, person("ana"), "/v1/conversations", body{"kind": "visit", "visit_id": "v1"}).Is(t, http.StatusCreated, "")
	id := begun.Body["id"].(string)
	if told := w.hear(t, "chat:conversacion"); begun.Body["title"] != "Revisar la bomba" || told.body["title"] != "Revisar la bomba" {
		t.Errorf("begun with %v, told %v", begun.Body, told.body)
	}
	is := func(user string, want any) {
		t.Helper()
		one := w.get(t, person(user), "/v1/conversations/"+id).Is(t, http.StatusOK, "").Body
		list := w.get(t, person(user), "/v1/conversations?kind=visit").Is(t, http.StatusOK, "").Body["conversations"].([]any)
		if one["title"] != want || len(list) != 1 || list[0].(map[string]any)["title"] != want {
			t.Errorf("%s reads %v and lists %v, want the title %v", user, one, list, want)
		}
	}
	is("ana", "Revisar la bomba")
	rename("acme", "Cambiar la bomba")
	for _, user := range []string{"ana", "sur", "boss"} {
		is(user, "Cambiar la bomba")
	}
	// Nobody renames it in the conversation, and without the visit it has no title.
	w.put(t, person("boss"), "/v1/conversations/"+id, body{"title": "x", "version": 1}).Is(t, http.StatusConflict, "title_not_chosen")
	w.exec(t, `DELETE FROM activity.visit WHERE id_empresa = 'acme'`)
	is("boss", nil)
}

func TestWhoIsInTheConversationOfATeamAVisitAndTheCompany(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "sur")
	for _, c := range []struct {
		by, want string
		what     body
	}{
		{"ana", "sol ana beto", body{"kind": "team", "team_id": "norte"}},
		{"ana", "boss sol sur ana", body{"kind": "visit", "visit_id": "v1"}},
		{"boss", "boss sol sur ana beto carla solo", body{"kind": "broadcast", "title": "Avisos"}},
	} {
		id := w.begin(t, person(c.by), c.what)
		w.say(t, person(c.by), id, "k", "hola").Is(t, http.StatusCreated, "")
		e := w.hear(t, "chat:mensaje")
		for e.body["kind"] == "system" {
			e = w.hear(t, "chat:mensaje")
		}
		var lists []string
		for _, who := range []string{"boss", "sol", "sur", "ana", "beto", "carla", "solo"} {
			found := strings.Contains(ids(t, w.get(t, person(who), "/v1/conversations"), "conversations"), id)
			if found != (w.get(t, person(who), "/v1/conversations/"+id).Status == http.StatusOK) {
				t.Errorf("%v: the list of %s says %v, the conversation otherwise", c.what, who, found)
			}
			if found {
				lists = append(lists, who)
			}
		}
		if got := strings.Join(lists, " "); got != c.want || e.sees() != c.want {
			t.Errorf("%v is seen by %s and heard by %s, want %s", c.what, got, e.sees(), c.want)
		}
	}
	w.post(t, person("ana"), "/v1/conversations", body{"kind": "team", "team_id": "sur"}).Is(t, http.StatusUnprocessableEntity, "team_not_found")
	w.post(t, person("carla"), "/v1/conversations", body{"kind": "visit", "visit_id": "v1"}).Is(t, http.StatusUnprocessableEntity, "visit_not_found")
	w.post(t, person("sol"), "/v1/conversations", body{"kind": "broadcast", "title": "x"}).Is(t, http.StatusForbidden, "forbidden")
}
