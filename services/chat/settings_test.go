package chat_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/terreno/terreno/pkg/pgtest"
)

// decided returns settings, changed from those of a company that has decided nothing.
func decided(more ...body) body {
	return with(body{"who_talks": "everybody", "keep_after_leaving": false, "auditing": false, "retention_days": 730}, more...)
}

func TestSettings(t *testing.T) {
	t.Parallel()
	w := setup(t)
	const path = "/v1/chat/settings"
	if a := w.get(t, person("ana"), path).Is(t, http.StatusOK, ""); fmt.Sprint(with(a.Body, body{"$schema": nil})) != fmt.Sprint(decided(body{"version": 0})) {
		t.Errorf("%s", a.Text)
	}
	wanted := decided(body{"auditing": true, "retention_days": 90})
	w.settings(t, person("boss"), wanted).Is(t, http.StatusOK, "")
	if e := w.next(t); e.name != "chat:ajustes" || e.company != "acme" || e.sees() != "boss sol sur ana beto carla solo" || e.body["auditing"] != true || e.body["retention_days"] != 90.0 || e.body["version"] != 1.0 {
		t.Errorf("%s %v to %s", e.name, e.body, e.sees())
	}
	w.put(t, person("boss"), path, with(wanted, body{"version": 0})).Is(t, http.StatusOK, "") // as it is already
	w.silent(t)
	if a := w.put(t, person("boss"), path, decided(body{"version": 0})).Is(t, http.StatusConflict, "settings_changed"); a.Body["current"].(body)["auditing"] != true || a.Body["current"].(body)["version"] != 1.0 {
		t.Errorf("%s", a.Text)
	}
	if n := pgtest.Count(t, w.admin, `chat.change_log WHERE id_empresa = 'acme' AND made_by = 'boss' AND what = 'chat_settings.changed' AND before->>'auditing' = 'false' AND after->>'auditing' = 'true'`); n != 1 {
		t.Errorf("%d rows in the log", n)
	}
	for _, who := range []string{"sol", "ana"} {
		w.put(t, person(who), path, decided(body{"version": 1})).Is(t, http.StatusForbidden, "forbidden")
	}
	for _, bad := range []body{{"retention_days": 29}, {"retention_days": 3651}, {"who_talks": "nobody"}, {"auditing": "yes"}, {"version": -1}} {
		w.put(t, person("boss"), path, decided(body{"version": 1}, bad)).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	}
	if a := w.get(t, personOf("beta", "boss"), path); a.Body["version"] != 0.0 {
		t.Errorf("another company has %s", a.Text)
	}
	w.silent(t)
}

func TestTwoDecideAtOnce(t *testing.T) {
	t.Parallel()
	w := setup(t)
	token, status := w.issuer.Token(t, person("boss")), make([]int, 8)
	var all sync.WaitGroup
	for n := range status {
		all.Go(func() {
			a, err := w.insist(t, token, http.MethodPut, "/v1/chat/settings", decided(body{"retention_days": 100 + n, "version": 0}))
			if err != nil {
				t.Error(err)
			}
			status[n] = a.Status
		})
	}
	all.Wait()
	count := map[int]int{}
	for _, s := range status {
		count[s]++
	}
	if count[http.StatusOK] != 1 || count[http.StatusConflict] != 7 {
		t.Errorf("%v", status)
	}
	if e := w.next(t); e.body["version"] != 1.0 {
		t.Errorf("%v", e.body)
	}
	w.silent(t)
}

// A colaborador writes with its supervisors and the admins only. Who was in a private conversation before may still read it.
func TestWhoTalksWithWhom(t *testing.T) {
	t.Parallel()
	w := setup(t)
	with := map[string]string{}
	for _, other := range []string{"beto", "sol", "sur", "boss"} {
		with[other] = w.begin(t, person("ana"), body{"kind": "private", "user_ids": []string{other}})
		w.say(t, person("ana"), with[other], "1", "hola").Is(t, http.StatusCreated, "")
	}
	group := w.begin(t, person("ana"), body{"kind": "group", "title": "x", "user_ids": []string{"beto"}})
	w.settings(t, person("boss"), decided(body{"who_talks": "supervisors"})).Is(t, http.StatusOK, "")
	for other, may := range map[string]bool{"beto": false, "sol": true, "sur": false, "boss": true} {
		for _, who := range []string{"ana", other} {
			a := w.say(t, person(who), with[other], "2", "hola")
			types := w.post(t, person(who), "/v1/conversations/"+with[other]+"/typing", body{})
			c := w.get(t, person(who), "/v1/conversations/"+with[other]).Is(t, http.StatusOK, "")
			if may {
				a.Is(t, http.StatusCreated, "")
				types.Is(t, http.StatusAccepted, "")
			} else {
				a.Is(t, http.StatusForbidden, "may_not_talk")
				types.Is(t, http.StatusForbidden, "may_not_talk")
			}
			if c.Body["writes"] != may {
				t.Errorf("%s with %s: %s", who, other, c.Text)
			}
			if a := w.get(t, person(who), "/v1/conversations/"+with[other]+"/messages").Is(t, http.StatusOK, ""); len(a.Body["messages"].([]any)) == 0 {
				t.Errorf("%s reads nothing", who)
			}
		}
	}
	// What was sent already says nothing else from now on. It can be deleted.
	w.edit(t, person("ana"), with["beto"], 1, body{"text": "otra"}).Is(t, http.StatusForbidden, "may_not_talk")
	w.edit(t, person("ana"), with["sol"], 1, body{"text": "otra"}).Is(t, http.StatusOK, "")
	w.erase(t, person("ana"), with["sur"], 1).Is(t, http.StatusOK, "")
	// What was sent already gets its answer again.
	w.say(t, person("ana"), with["beto"], "1", "hola").Is(t, http.StatusOK, "")
	w.post(t, person("ana"), "/v1/conversations", body{"kind": "private", "user_ids": []string{"beto"}}).Is(t, http.StatusForbidden, "may_not_talk")
	w.post(t, person("ana"), "/v1/conversations", body{"kind": "group", "title": "x", "user_ids": []string{"sol", "carla"}}).Is(t, http.StatusForbidden, "may_not_talk")
	// Groups are judged when somebody is added.
	w.say(t, person("ana"), group, "2", "hola").Is(t, http.StatusCreated, "")
	w.addMembers(t, person("ana"), group, "carla").Is(t, http.StatusForbidden, "may_not_talk")
	w.addMembers(t, person("ana"), group, "sol", "nobody").Is(t, http.StatusUnprocessableEntity, "user_not_found")
	w.addMembers(t, person("ana"), group, "sol").Is(t, http.StatusOK, "")
	w.exec(t, `UPDATE identity.users SET active = false WHERE id_empresa = 'acme' AND id = 'sur'`)
	w.addMembers(t, person("boss"), w.begin(t, person("boss"), body{"kind": "group", "title": "x", "user_ids": []string{"carla"}}), "sur").Is(t, http.StatusUnprocessableEntity, "user_not_found")
}

// Nobody is missing without a sign, and whoever is not among the first is found by its name.
func TestMorePeopleThanOneAnswerHolds(t *testing.T) {
	t.Parallel()
	w := setup(t)
	if a := w.get(t, person("ana"), "/v1/chat/people"); ids(t, a, "people") != "beto boss carla sol solo sur" || a.Body["more"] != false {
		t.Errorf("%s", a.Text)
	}
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'acme', 'u' || n, 'Ana ' || n, 'colaborador' FROM generate_series(1, 1000) n`)
	if a := w.get(t, person("ana"), "/v1/chat/people").Is(t, http.StatusOK, ""); len(a.IDs(t, "people")) != 1000 || a.Body["more"] != true {
		t.Errorf("%d, more %v", len(a.IDs(t, "people")), a.Body["more"])
	}
	for q, want := range map[string]string{"SONA%20so": "sol solo", "Ana%20100": "u100 u1000", "nadie": "", "%25": "", "_": ""} {
		if a := w.get(t, person("ana"), "/v1/chat/people?q="+q); ids(t, a, "people") != want {
			t.Errorf("%q: %s", q, a.Text)
		}
	}
}
