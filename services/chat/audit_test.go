package chat_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

// audits lists who read a conversation, as somebody reads it.
func (w *world) audits(t *testing.T, who auth.Claims, conversation string) string {
	t.Helper()
	var list []string
	for _, a := range w.get(t, who, "/v1/conversations/"+conversation+"/audits").Is(t, http.StatusOK, "").Body["audits"].([]any) {
		a := a.(body)
		list = append(list, fmt.Sprintf("%s %s %s-%s", a["user_id"], a["day"], a["first_at"].(string)[11:16], a["last_at"].(string)[11:16]))
	}
	return strings.Join(list, ", ")
}

func TestAuditing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	norte := w.begin(t, person("ana"), body{"kind": "private", "user_ids": []string{"beto"}})
	mixed := w.begin(t, person("ana"), body{"kind": "group", "title": "x", "user_ids": []string{"carla"}})
	alone := w.begin(t, person("solo"), body{"kind": "private", "user_ids": []string{"boss"}})
	team := w.begin(t, person("carla"), body{"kind": "team", "team_id": "sur"})
	beta := w.begin(t, personOf("beta", "ana"), body{"kind": "private", "user_ids": []string{"beto"}})
	w.say(t, person("ana"), norte, "k", "secreto").Is(t, http.StatusCreated, "")
	paths := func(id string) []string {
		return []string{"/v1/conversations/" + id + "?audit=true", "/v1/conversations/" + id + "/messages?audit=true"}
	}
	read := func(who auth.Claims, id string, status int, code string) {
		t.Helper()
		for _, path := range paths(id) {
			w.get(t, who, path).Is(t, status, code)
		}
	}
	// Off, nobody reads for others. A colaborador never does.
	for _, who := range []string{"boss", "sol"} {
		read(person(who), norte, http.StatusForbidden, "auditing_off")
		w.get(t, person(who), "/v1/conversations?audit=true").Is(t, http.StatusForbidden, "auditing_off")
	}
	w.settings(t, person("boss"), decided(body{"auditing": true})).Is(t, http.StatusOK, "")
	for _, who := range []string{"solo", "ana"} {
		read(person(who), norte, http.StatusForbidden, "forbidden")
		w.get(t, person(who), "/v1/conversations?audit=true").Is(t, http.StatusForbidden, "forbidden")
	}
	// Without audit=true nothing changes.
	for _, path := range []string{"/v1/conversations/" + norte, "/v1/conversations/" + norte + "/messages", "/v1/conversations/" + norte + "?audit=false"} {
		w.get(t, person("boss"), path).Is(t, http.StatusNotFound, "not_found")
	}
	if got := w.audits(t, person("ana"), norte); got != "" {
		t.Errorf("nobody has read it, but %s", got)
	}
	// A supervisor reads what somebody is in whom it sees; an admin all of its company.
	for _, c := range []struct{ who, may, not string }{
		{"sol", norte + " " + mixed, alone + " " + team + " " + beta}, {"sur", mixed + " " + team, norte + " " + alone + " " + beta}, {"boss", norte + " " + mixed + " " + alone + " " + team, beta},
	} {
		list := " " + ids(t, w.get(t, person(c.who), "/v1/conversations?audit=true"), "conversations") + " "
		for _, id := range strings.Fields(c.may) {
			read(person(c.who), id, http.StatusOK, "")
			if !strings.Contains(list, id) {
				t.Errorf("%s does not list %s", c.who, id)
			}
		}
		for _, id := range strings.Fields(c.not) {
			read(person(c.who), id, http.StatusNotFound, "not_found")
			if strings.Contains(list, id) {
				t.Errorf("%s lists %s", c.who, id)
			}
		}
	}
	// It writes never, and moves nothing.
	c := w.get(t, person("sol"), paths(norte)[0])
	if c.Body["writes"] != false || c.Body["audited"] != true || c.Body["unread"] != 0.0 || c.Body["last_seq"] != 1.0 || c.Body["last_message"].(body)["text"] != "secreto" {
		t.Errorf("%s", c.Text)
	}
	for _, who := range []string{"boss", "sol"} {
		w.say(t, person(who), norte, "k", "hola").Is(t, http.StatusNotFound, "not_found")
		w.post(t, person(who), "/v1/conversations/"+norte+"/messages?audit=true", body{"text": "x"}, "Idempotency-Key", "k").Is(t, http.StatusNotFound, "not_found")
		w.put(t, person(who), "/v1/conversations/"+mixed+"/mute", body{"until": nil}).Is(t, http.StatusNotFound, "not_found")
		w.addMembers(t, person(who), mixed, who).Is(t, http.StatusNotFound, "not_found")
	}
	if n := pgtest.Count(t, w.admin, "chat.member WHERE user_id IN ('sol', 'sur') OR user_id = 'boss' AND conversation_id <> '"+alone+"'"); n != 0 {
		t.Errorf("reading made %d rows of members", n)
	}
	// Nothing is logged of who is in it.
	if got := w.audits(t, person("solo"), alone); got != "" {
		t.Errorf("boss is in it: %s", got)
	}
	if got := w.audits(t, person("sur"), team); got != "boss 2026-03-09 17:00-17:00" {
		t.Errorf("%s", got)
	}
}

func TestWhoReadsForOthersIsSeen(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "private", "user_ids": []string{"beto"}})
	w.settings(t, person("boss"), decided(body{"auditing": true})).Is(t, http.StatusOK, "")
	for _, at := range []time.Duration{0, time.Hour, 3 * time.Hour, 24 * time.Hour} {
		w.clock.Set(noon.Add(at))
		w.get(t, person("boss"), "/v1/conversations/"+id+"/messages?audit=true").Is(t, http.StatusOK, "")
	}
	w.get(t, person("sol"), "/v1/conversations?audit=true").Is(t, http.StatusOK, "")
	const want = "sol 2026-03-10 17:00-17:00, boss 2026-03-10 17:00-17:00, boss 2026-03-09 17:00-20:00"
	for _, who := range []string{"ana", "beto", "boss"} {
		if got := w.audits(t, person(who), id); got != want {
			t.Errorf("%s sees %s", who, got)
		}
	}
	for _, who := range []auth.Claims{person("sol"), person("carla"), personOf("beta", "ana"), personOf("beta", "boss")} {
		w.get(t, who, "/v1/conversations/"+id+"/audits").Is(t, http.StatusNotFound, "not_found")
	}
	var got []string
	cursor := ""
	for range 3 {
		a := w.get(t, person("ana"), "/v1/conversations/"+id+"/audits?limit=1&cursor="+cursor).Is(t, http.StatusOK, "")
		row := a.Body["audits"].([]any)[0].(body)
		got = append(got, fmt.Sprint(row["user_id"], row["day"]))
		cursor, _ = a.Body["next"].(string)
	}
	if fmt.Sprint(got) != "[sol2026-03-10 boss2026-03-10 boss2026-03-09]" || cursor != "" {
		t.Errorf("%v %q", got, cursor)
	}
	w.get(t, person("ana"), "/v1/conversations/"+id+"/audits?cursor=eyJkYXkiOiJ4In0").Is(t, http.StatusBadRequest, "cursor_invalid")
	// What was logged stays when auditing ends.
	w.settings(t, person("boss"), decided()).Is(t, http.StatusOK, "")
	if got := w.audits(t, person("ana"), id); got != want {
		t.Errorf("%s", got)
	}
	w.get(t, person("boss"), "/v1/conversations/"+id+"?audit=true").Is(t, http.StatusForbidden, "auditing_off")
}

// A page logs what it shows, and not the one more that was read to know whether there is a next.
func TestAPageLogsWhatItShows(t *testing.T) {
	t.Parallel()
	w := setup(t)
	for n := range 3 {
		w.clock.Set(noon.Add(time.Duration(n) * time.Minute))
		w.begin(t, person("ana"), body{"kind": "group", "title": fmt.Sprint(n), "user_ids": []string{"beto"}})
	}
	w.settings(t, person("boss"), decided(body{"auditing": true})).Is(t, http.StatusOK, "")
	a := w.get(t, person("boss"), "/v1/conversations?audit=true&limit=2").Is(t, http.StatusOK, "")
	if n := pgtest.Count(t, w.admin, "chat.audit"); n != 2 {
		t.Errorf("%d rows", n)
	}
	w.get(t, person("boss"), "/v1/conversations?audit=true&limit=2&cursor="+a.Body["next"].(string)).Is(t, http.StatusOK, "")
	if n := pgtest.Count(t, w.admin, "chat.audit"); n != 3 {
		t.Errorf("%d rows", n)
	}
}

// No answer is given of which the log has nothing.
func TestWithoutALogNobodyReadsForOthers(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "private", "user_ids": []string{"beto"}})
	w.settings(t, person("boss"), decided(body{"auditing": true})).Is(t, http.StatusOK, "")
	w.exec(t, `REVOKE INSERT ON chat.audit FROM terreno_chat`)
	for _, path := range []string{"/v1/conversations?audit=true", "/v1/conversations/" + id + "?audit=true", "/v1/conversations/" + id + "/messages?audit=true"} {
		if a := w.get(t, person("boss"), path); a.Status != http.StatusInternalServerError || strings.Contains(a.Text, id) {
			t.Errorf("%s: %d %s", path, a.Status, a.Text)
		}
	}
}

// Who is added to a group of people whom it may not see reads its own part, and is not logged: that it sees itself gives no more.
func TestASupervisorAuditsNothingByBeingThere(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("carla"), body{"kind": "group", "title": "x", "user_ids": []string{"solo", "sur"}})
	w.say(t, person("carla"), id, "1", "de antes").Is(t, http.StatusCreated, "")
	w.addMembers(t, person("carla"), id, "sol").Is(t, http.StatusOK, "")
	w.say(t, person("carla"), id, "2", "para todos").Is(t, http.StatusCreated, "")
	w.settings(t, person("boss"), decided(body{"auditing": true})).Is(t, http.StatusOK, "")
	for _, path := range []string{"/v1/conversations?audit=true", "/v1/conversations/" + id + "?audit=true", "/v1/conversations/" + id + "/messages?audit=true&after_seq=0"} {
		if a := w.get(t, person("sol"), path).Is(t, http.StatusOK, ""); strings.Contains(a.Text, "de antes") || !strings.Contains(a.Text, "para todos") || strings.Contains(a.Text, "audited") {
			t.Errorf("%s: %s", path, a.Text)
		}
	}
	if got := w.audits(t, person("carla"), id); got != "" {
		t.Errorf("%s", got)
	}
	w.addMembers(t, person("carla"), id, "beto").Is(t, http.StatusOK, "") // whom sol sees
	if a := w.get(t, person("sol"), "/v1/conversations/"+id+"/messages?audit=true&after_seq=0").Is(t, http.StatusOK, ""); !strings.Contains(a.Text, "de antes") {
		t.Errorf("%s", a.Text)
	}
}

// Who has left a group reads all of it only if it sees somebody who is in it.
func TestWhoHasLeftAuditsOnlyWhatItSees(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("carla"), body{"kind": "group", "title": "x", "user_ids": []string{"sol", "solo"}})
	w.remove(t, person("sol"), id, "sol").Is(t, http.StatusNoContent, "")
	w.say(t, person("carla"), id, "k", "ya no está").Is(t, http.StatusCreated, "")
	w.settings(t, person("boss"), decided(body{"auditing": true, "keep_after_leaving": true})).Is(t, http.StatusOK, "")
	for _, path := range []string{"/v1/conversations?audit=true", "/v1/conversations/" + id + "?audit=true", "/v1/conversations/" + id + "/messages?audit=true"} {
		if a := w.get(t, person("sol"), path).Is(t, http.StatusOK, ""); strings.Contains(a.Text, "ya no") {
			t.Errorf("%s: %s", path, a.Text)
		}
	}
	if got := w.audits(t, person("carla"), id); got != "" {
		t.Errorf("%s", got)
	}
	w.addMembers(t, person("carla"), id, "beto").Is(t, http.StatusOK, "")
	if a := w.get(t, person("sol"), "/v1/conversations/"+id+"/messages?audit=true").Is(t, http.StatusOK, ""); !strings.Contains(a.Text, "ya no") {
		t.Errorf("%s", a.Text)
	}
	if got := w.audits(t, person("carla"), id); got != "sol 2026-03-09 17:00-17:00" {
		t.Errorf("%s", got)
	}
}
