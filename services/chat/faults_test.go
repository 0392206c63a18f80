package chat_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/pgtest"
)

// where returns where the faults of a request stand, with blanks between them.
func where(a answer) string {
	var list []string
	faults, _ := a.Body["errors"].([]any)
	for _, f := range faults {
		list = append(list, f.(body)["location"].(string))
	}
	return strings.Join(list, " ")
}

// What a kind of conversation does not have is refused at its field, as is what is missing: nobody believes that it did something.
func TestAConversationHasTheFieldsOfItsKind(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "norte")
	all := body{"user_ids": []string{"beto"}, "title": "T", "visit_id": "v1", "team_id": "norte"}
	for kind, has := range map[string]string{"private": "user_ids", "group": "user_ids title", "visit": "visit_id", "team": "team_id", "broadcast": "title"} {
		right := body{"kind": kind}
		for field, value := range all {
			if strings.Contains(has, field) {
				right[field] = value
			}
		}
		boss := person("boss")
		if kind == "team" {
			boss = person("ana")
		}
		for field, value := range all {
			switch {
			case !strings.Contains(has, field):
				if a := w.post(t, boss, "/v1/conversations", with(right, body{field: value})).Is(t, http.StatusUnprocessableEntity, "validation_failed"); where(a) != "body."+field {
					t.Errorf("%s with %s: %s", kind, field, a.Text)
				}
			case strings.HasSuffix(field, "_id"):
				if a := w.post(t, boss, "/v1/conversations", with(right, body{field: nil})).Is(t, http.StatusUnprocessableEntity, "validation_failed"); where(a) != "body."+field {
					t.Errorf("%s without %s: %s", kind, field, a.Text)
				}
			}
		}
		if n := pgtest.Count(t, w.admin, "chat.conversation WHERE kind = '"+kind+"'"); n != 0 {
			t.Errorf("%d of kind %s", n, kind)
		}
		w.post(t, boss, "/v1/conversations", right).Is(t, http.StatusCreated, "")
	}
}

// Of many people, a refusal names the one that it is about.
func TestARefusalNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasGroup(t, "beto")
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	messages := "/v1/conversations/" + id + "/messages"
	users := []string{"sol", "nadie", "beto"}
	for _, c := range []struct {
		who, method, path string
		content           body
		status            int
		code, where, says string
	}{
		{"ana", "POST", "/v1/conversations", body{"kind": "group", "title": "T", "user_ids": users}, 422, "user_not_found", "body.user_ids[1]", "active"},
		{"ana", "POST", "/v1/conversations", body{"kind": "private", "user_ids": []string{"nadie"}}, 422, "user_not_found", "body.user_ids[0]", "active"},
		{"ana", "POST", "/v1/conversations/" + id + "/members", body{"user_ids": users}, 422, "user_not_found", "body.user_ids[1]", "active"},
		{"ana", "POST", messages, body{"text": "x", "mentions": []string{"sol", "beto"}}, 422, "mention_not_found", "body.mentions[0]", "in this conversation"},
		{"ana", "PUT", messages + "/2", body{"text": "x", "mentions": []string{"sol", "beto"}}, 422, "mention_not_found", "body.mentions[0]", "in this conversation"},
		{"ana", "POST", messages, body{"text": "x", "reply_to": 0}, 422, "validation_failed", "body.reply_to", "at least 1"},
		{"ana", "GET", "/v1/chat/changes?since=zzz", nil, 400, "cursor_invalid", "query.since", "since"},
		{"boss", "POST", "/v1/chat/erasures", body{"user_id": "nadie"}, 422, "user_not_found", "", "active or not"},
	} {
		a := w.do(t, person(c.who), c.method, c.path, c.content, "Idempotency-Key", "f").Is(t, c.status, c.code)
		if where(a) != c.where || !strings.Contains(a.Text, c.says) {
			t.Errorf("%s %s %v: %s", c.method, c.path, c.content, a.Text)
		}
	}
}

// A private conversation with somebody who is deactivated can be found and read. Nothing is written that nobody would read.
func TestThePersonOfAPrivateConversationIsDeactivated(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana := person("ana")
	id := w.anasPair(t)
	w.say(t, ana, id, "k", "hola").Is(t, http.StatusCreated, "")
	w.exec(t, `UPDATE identity.users SET active = false WHERE id_empresa = 'acme' AND id IN ('beto', 'carla')`)
	a := w.post(t, ana, "/v1/conversations", body{"kind": "private", "user_ids": []string{"beto"}}).Is(t, http.StatusOK, "")
	if a.Body["id"] != id || a.Body["writes"] != false {
		t.Errorf("%s", a.Text)
	}
	if list := w.get(t, ana, "/v1/conversations").Is(t, http.StatusOK, ""); !strings.Contains(list.Text, `"writes":false`) {
		t.Errorf("%s", list.Text)
	}
	w.post(t, ana, "/v1/conversations", body{"kind": "private", "user_ids": []string{"carla"}}).Is(t, http.StatusUnprocessableEntity, "user_not_found")
	// Another company has people with the same ids, and no conversation of theirs.
	w.exec(t, `UPDATE identity.users SET active = false WHERE id_empresa = 'beta' AND id = 'beto'`)
	w.post(t, personOf("beta", "ana"), "/v1/conversations", body{"kind": "private", "user_ids": []string{"beto"}}).Is(t, http.StatusUnprocessableEntity, "user_not_found")
	w.say(t, ana, id, "k", "hola").Is(t, http.StatusOK, "") // a repetition
	w.say(t, ana, id, "k2", "¿estás?").Is(t, http.StatusConflict, "other_inactive")
	w.edit(t, ana, id, 1, body{"text": "otra"}).Is(t, http.StatusConflict, "other_inactive")
	w.post(t, ana, "/v1/conversations/"+id+"/typing", body{}).Is(t, http.StatusConflict, "other_inactive")
	w.upload(t, ana, id, "file", "a.pdf", "%PDF-1.7 a").Is(t, http.StatusConflict, "other_inactive") // or it would wait for its message
	w.erase(t, ana, id, 1).Is(t, http.StatusOK, "")
	w.exec(t, `UPDATE identity.users SET active = true WHERE id_empresa = 'acme' AND id = 'beto'`)
	w.say(t, ana, id, "k2", "¿estás?").Is(t, http.StatusCreated, "")
}
