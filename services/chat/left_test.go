package chat_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
)

// since is where somebody's changes go on. The time that changes overlap has passed: what comes is news, and what was is not.
func (w *world) since(t *testing.T, who auth.Claims) string {
	t.Helper()
	for _, table := range []string{"conversation", "member", "message"} {
		w.exec(t, `UPDATE chat.`+table+` SET changed_at = changed_at - interval '10 minutes'`)
	}
	w.exec(t, `UPDATE chat.member SET left_at = left_at - interval '10 minutes'`)
	return w.get(t, who, "/v1/chat/changes").Is(t, http.StatusOK, "").Body["next"].(string)
}

// exportText is an export as it is.
func (w *world) exportText(t *testing.T, who auth.Claims) string {
	t.Helper()
	a, err := w.try(t.Context(), w.issuer.Token(t, who), http.MethodGet, "/v1/chat/export", nil)
	if a.Status != http.StatusOK {
		t.Fatalf("%s %v", a.Text, err)
	}
	return a.Text
}

// What comes after somebody has left changes nothing of what it keeps: neither the title nor the version, nor the order of its list, nor what
// is news to it.
func TestWhoHasLeftKeepsTheTitleThatItHad(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana, beto := person("ana"), person("beto")
	w.settings(t, person("boss"), decided(body{"keep_after_leaving": true})).Is(t, http.StatusOK, "")
	id := w.anasGroup(t, "beto", "sol")
	w.clock.Set(noon.Add(time.Minute))
	pair := w.anasPair(t)
	w.remove(t, ana, id, "beto").Is(t, http.StatusNoContent, "")
	since := w.since(t, beto)

	w.clock.Set(noon.Add(time.Hour))
	w.exec(t, `UPDATE chat.member SET joined_seq = 1 WHERE conversation_id = $1 AND user_id = 'beto'`, id) // later than it did
	w.exec(t, `UPDATE chat.message SET changed_at = clock_timestamp() WHERE conversation_id = $1 AND seq = 1`, id)
	w.put(t, ana, "/v1/conversations/"+id, body{"title": "Despidos", "version": 2}).Is(t, http.StatusOK, "")
	w.say(t, ana, id, "k", "sin beto").Is(t, http.StatusCreated, "")
	if c := w.get(t, beto, "/v1/conversations/"+id).Is(t, http.StatusOK, ""); c.Body["title"] != "Norte" || c.Body["version"] != 2.0 {
		t.Errorf("%s", c.Text)
	}
	list := w.get(t, beto, "/v1/conversations?limit=1")
	if got := ids(t, list, "conversations"); got != pair {
		t.Errorf("the first of its list is %s, want %s", got, pair)
	}
	if rest := w.get(t, beto, "/v1/conversations?limit=1&cursor="+list.Body["next"].(string)); ids(t, rest, "conversations") != id || strings.Contains(rest.Text, "Despidos") {
		t.Errorf("%s", rest.Text)
	}
	if a := w.get(t, beto, "/v1/chat/changes?since="+since).Is(t, http.StatusOK, ""); strings.Contains(a.Text, id) {
		t.Errorf("%s", a.Text)
	}
	if got := w.exportText(t, beto); strings.Contains(got, "Despidos") || !strings.Contains(got, "Norte") {
		t.Errorf("%s", got)
	}
	w.addMembers(t, ana, id, "beto").Is(t, http.StatusOK, "")
	if c := w.get(t, beto, "/v1/conversations/"+id).Is(t, http.StatusOK, ""); c.Body["title"] != "Despidos" || c.Body["version"] != 4.0 {
		t.Errorf("it came back: %s", c.Text)
	}
	if a := w.get(t, beto, "/v1/chat/changes?since="+since).Is(t, http.StatusOK, ""); !strings.Contains(a.Text, id) {
		t.Errorf("it came back: %s", a.Text)
	}
}

// Who has left does not read what is written into an old message afterwards. Nobody stores what it said before, so it says nothing to it.
func TestWhoHasLeftReadsNoLaterEdits(t *testing.T) {
	t.Parallel()
	w := setup(t)
	ana, beto := person("ana"), person("beto")
	w.settings(t, person("boss"), decided(body{"keep_after_leaving": true})).Is(t, http.StatusOK, "")
	id := w.anasGroup(t, "beto", "sol")
	w.say(t, ana, id, "k2", "queda").Is(t, http.StatusCreated, "")
	w.edit(t, ana, id, 2, body{"text": "queda igual"}).Is(t, http.StatusOK, "") // before
	w.say(t, ana, id, "k3", "se borra").Is(t, http.StatusCreated, "")
	file := w.shown(t, ana, id, "file", "plano.pdf", "%PDF-1.7 a")
	w.say(t, ana, id, "k5", "hola").Is(t, http.StatusCreated, "")
	w.remove(t, ana, id, "beto").Is(t, http.StatusNoContent, "")
	since := w.since(t, beto)
	w.get(t, beto, "/v1/conversations/"+id+"/files/"+file).Is(t, http.StatusOK, "")

	w.erase(t, ana, id, 3).Is(t, http.StatusOK, "")
	w.edit(t, ana, id, 4, body{"text": "despiden a beto"}).Is(t, http.StatusOK, "")
	w.edit(t, ana, id, 5, body{"text": "despiden a beto"}).Is(t, http.StatusOK, "")
	read := map[string]string{
		"messages": w.get(t, beto, "/v1/conversations/"+id+"/messages").Is(t, http.StatusOK, "").Text, "list": w.get(t, beto, "/v1/conversations").Text,
		"conversation": w.get(t, beto, "/v1/conversations/"+id).Text, "changes": w.get(t, beto, "/v1/chat/changes?since="+since).Is(t, http.StatusOK, "").Text,
		"search": w.get(t, beto, "/v1/chat/search?q=despiden").Is(t, http.StatusOK, "").Text, "export": w.exportText(t, beto),
	}
	for where, text := range read {
		if strings.Contains(text, "despiden") || strings.Contains(text, "plano") {
			t.Errorf("%s: %s", where, text)
		}
	}
	list := w.get(t, beto, "/v1/conversations/"+id+"/messages").Body["messages"].([]any)
	for i, says := range []any{nil, nil, nil, "queda igual", "created"} { // 5, 4, 3, 2, 1
		if m := list[i].(body); m["text"] != says || (m["deleted_at"] == nil) != (says != nil) {
			t.Errorf("%v, want %v", m, says)
		}
	}
	if n := strings.Count(read["changes"], `"deleted_at"`); n != 4 { // and the newest once more
		t.Errorf("%d deletions: %s", n, read["changes"])
	}
	if a := w.get(t, beto, "/v1/chat/search?q=igual").Is(t, http.StatusOK, ""); !strings.Contains(a.Text, "queda igual") {
		t.Errorf("%s", a.Text)
	}
	if a := w.get(t, beto, "/v1/chat/unread").Is(t, http.StatusOK, ""); a.Body["messages"] != 1.0 {
		t.Errorf("%s", a.Text)
	}
	w.get(t, beto, "/v1/conversations/"+id+"/files/"+file).Is(t, http.StatusNotFound, "file_unknown")
	w.get(t, person("sol"), "/v1/conversations/"+id+"/files/"+file).Is(t, http.StatusOK, "")
	if a := w.get(t, person("sol"), "/v1/chat/search?q=despiden").Is(t, http.StatusOK, ""); strings.Count(a.Text, "despiden") != 2 {
		t.Errorf("%s", a.Text)
	}
}
