package chat_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
)

// What only beta has - a person, a team, a visit, a conversation, a file, a cursor - is unknown in acme wherever a request names it.
func TestNothingOfAnotherCompanyCanBeNamed(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.user(t, "beta", "betty", audience.RoleColaborador, "{oeste}")
	w.visit(t, "beta", "vb", "betty", "oeste")
	betty := personOf("beta", "betty")
	theirs := w.begin(t, personOf("beta", "ana"), body{"kind": "group", "title": "tesoro de beta", "user_ids": []string{"betty", "beto", "boss"}})
	file := w.upload(t, betty, theirs, "file", "tesoro.pdf", "tesoro").Is(t, http.StatusCreated, "").Body["id"].(string)
	for n := range 9 {
		w.say(t, betty, theirs, fmt.Sprint(n), "tesoro de beta").Is(t, http.StatusCreated, "")
	}
	shown := w.shown(t, betty, theirs, "file", "tesoro.pdf", "tesoro")
	for _, what := range []body{{"kind": "visit", "visit_id": "vb"}, {"kind": "team", "team_id": "oeste"}} {
		w.begin(t, betty, what)
	}
	list := w.get(t, betty, "/v1/conversations?limit=1").Is(t, http.StatusOK, "").Body["next"].(string)
	since := w.get(t, betty, "/v1/chat/changes").Is(t, http.StatusOK, "").Body["next"].(string)
	found := w.get(t, betty, "/v1/chat/search?q=tesoro&limit=1").Is(t, http.StatusOK, "").Body["next"].(string)

	ours := w.anasGroup(t, "beto", "boss")
	w.say(t, person("ana"), ours, "k", "hola").Is(t, http.StatusCreated, "")
	w.forget(t)
	before := w.rows(t, "beta")
	messages := "/v1/conversations/" + ours + "/messages"
	for _, c := range []struct {
		who, method, path string
		content           any
		code              string
	}{
		{"ana", "POST", "/v1/conversations", body{"kind": "private", "user_ids": []string{"betty"}}, "user_not_found"},
		{"ana", "POST", "/v1/conversations", body{"kind": "group", "title": "G", "user_ids": []string{"beto", "betty"}}, "user_not_found"},
		{"boss", "POST", "/v1/conversations", body{"kind": "visit", "visit_id": "vb"}, "visit_not_found"},
		{"boss", "POST", "/v1/conversations", body{"kind": "team", "team_id": "oeste"}, "team_not_found"},
		{"ana", "POST", "/v1/conversations/" + ours + "/members", body{"user_ids": []string{"betty"}}, "user_not_found"},
		{"ana", "PUT", "/v1/conversations/" + ours + "/members/betty", body{"role": "owner"}, "member_not_found"},
		{"ana", "DELETE", "/v1/conversations/" + ours + "/members/betty", nil, "member_not_found"},
		{"ana", "POST", messages, body{"text": "x", "mentions": []string{"betty"}}, "mention_not_found"},
		{"ana", "POST", messages, body{"text": "x", "reply_to": 9}, "reply_not_found"}, // a seq of theirs
		{"ana", "POST", messages, body{"kind": "file", "file_id": file}, "file_not_found"},
		{"ana", "POST", messages, body{"kind": "file", "file_id": shown}, "file_not_found"},
		{"ana", "PUT", messages + "/2", body{"text": "x", "mentions": []string{"betty"}}, "mention_not_found"},
		{"ana", "PUT", messages + "/9", body{"text": "x"}, "message_not_found"},
		{"ana", "DELETE", messages + "/9", nil, "message_not_found"},
		{"ana", "POST", "/v1/conversations/" + ours + "/read", body{"seq": 9}, "receipt_ahead"},
		{"ana", "GET", "/v1/conversations/" + ours + "/files/" + file, nil, "file_unknown"},
		{"ana", "GET", "/v1/conversations/" + ours + "/files/" + shown, nil, "file_unknown"},
		{"ana", "GET", "/v1/chat/search?q=tesoro&conversation=" + theirs, nil, "not_found"},
		{"boss", "POST", "/v1/chat/erasures", body{"user_id": "betty"}, "user_not_found"},
		// Not refused, and nothing is found.
		{"ana", "POST", "/v1/chat/receipts", body{"receipts": []body{{"conversation_id": theirs, "read_seq": 2}}}, ""},
		{"ana", "GET", "/v1/chat/people?ids=betty", nil, ""},
		{"ana", "GET", "/v1/chat/people?q=betty", nil, ""},
		{"ana", "GET", "/v1/chat/search?q=tesoro", nil, ""},
		{"ana", "GET", "/v1/chat/search?q=hola&cursor=" + found, nil, ""},
		{"ana", "GET", "/v1/conversations?cursor=" + list, nil, ""},
		{"ana", "GET", "/v1/chat/changes?since=" + since, nil, ""},
	} {
		a := w.do(t, person(c.who), c.method, c.path, c.content, "Idempotency-Key", "attack")
		if a.Code() != c.code || c.code == "" && a.Status != http.StatusOK {
			t.Errorf("%s %s %v: %d %s, want %s", c.method, c.path, c.content, a.Status, a.Text, c.code)
		}
		if strings.Contains(a.Text, "tesoro") || strings.Contains(a.Text, "Persona betty") {
			t.Errorf("%s %s tells of beta: %s", c.method, c.path, a.Text)
		}
	}
	if got := w.exported(t, person("ana")); strings.Contains(got, "tesoro") {
		t.Errorf("an export tells of beta: %s", got)
	}
	if after := w.rows(t, "beta"); after != before {
		t.Errorf("beta was\n%s\nand is\n%s", before, after)
	}
	w.silent(t)
}

// rows are all rows of a company.
func (w *world) rows(t *testing.T, company string) string {
	t.Helper()
	var all []string
	for _, table := range []string{"conversation", "member", "message", "file", "file_use", "settings", "audit", "erasure"} {
		var list []string
		if err := w.admin.SelectContext(t.Context(), &list, `SELECT x::text FROM chat.`+table+` x WHERE id_empresa = $1 ORDER BY 1`, company); err != nil {
			t.Fatal(err)
		}
		all = append(all, list...)
	}
	return strings.Join(all, "\n")
}

// Whose company is suspended, who is deactivated and who has another role by now does nothing with the token that it has.
func TestATokenOfYesterday(t *testing.T) {
	t.Parallel()
	w := setup(t)
	group := w.anasGroup(t, "beto", "boss", "sol")
	w.say(t, person("ana"), group, "k", "hola").Is(t, http.StatusCreated, "")
	w.exec(t, `UPDATE identity.users SET active = false, version = version + 1 WHERE id_empresa = 'acme' AND id = 'beto'`)
	w.exec(t, `UPDATE identity.users SET role = 'colaborador', version = version + 1 WHERE id_empresa = 'acme' AND id = 'boss'`)
	w.exec(t, `UPDATE identity.company SET status = 'suspended', version = version + 1 WHERE id_empresa = 'beta'`)
	w.judged = true
	w.again(t, "outbox", "directory")
	hourOld := func(c auth.Claims) auth.Claims {
		c.IssuedAt = time.Now().Add(-time.Hour)
		return c
	}
	w.get(t, hourOld(person("ana")), "/v1/conversations/"+group).Is(t, http.StatusOK, "")
	for _, who := range []auth.Claims{hourOld(person("beto")), hourOld(person("boss")), hourOld(personOf("beta", "ana"))} {
		for path, item := range w.service.OpenAPI.Paths {
			for method := range httpxtest.Of(item) {
				target := strings.NewReplacer("{id}", group, "{user}", "ana", "{seq}", "2", "{file}", "x").Replace(path)
				if a := w.do(t, who, method, target, nil, "Idempotency-Key", "x"); a.Status != http.StatusUnauthorized && a.Status != http.StatusForbidden {
					t.Errorf("%v: %s %s: %d %s", who, method, target, a.Status, a.Text)
				}
			}
		}
	}
	// Who is deactivated is mentioned and invited no more, and what it wrote stays.
	w.post(t, person("ana"), "/v1/conversations/"+group+"/messages", body{"text": "x", "mentions": []string{"beto"}}, "Idempotency-Key", "m").Is(t, http.StatusUnprocessableEntity, "mention_not_found")
	w.post(t, person("ana"), "/v1/conversations", body{"kind": "private", "user_ids": []string{"beto"}}).Is(t, http.StatusUnprocessableEntity, "user_not_found")
	// Who was an admin writes as what it is now.
	was := w.begin(t, claims("acme", "boss", audience.RoleColaborador), body{"kind": "private", "user_ids": []string{"ana"}})
	w.say(t, claims("acme", "boss", audience.RoleColaborador), was, "k", "hola").Is(t, http.StatusCreated, "")
	w.post(t, claims("acme", "boss", audience.RoleColaborador), "/v1/conversations", body{"kind": "broadcast", "title": "x"}).Is(t, http.StatusForbidden, "forbidden")
}

// Whoever is moved out of a team, or loses a visit, while it writes: what was stored before stays, and nothing is stored after.
func TestWhoIsMovedWhileItWrites(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "")
	team := w.begin(t, person("sol"), body{"kind": "team", "team_id": "norte"})
	visit := w.begin(t, person("sol"), body{"kind": "visit", "visit_id": "v1"})
	token := w.issuer.Token(t, person("ana"))
	var writing sync.WaitGroup
	stored := make([][]bool, 2)
	begun := make(chan struct{}, 2)
	for n, id := range []string{team, visit} {
		writing.Go(func() {
			for k := 0; ; k++ {
				a, err := w.repeat(t, token, "/v1/conversations/"+id+"/messages", body{"text": "hola"}, "Idempotency-Key", fmt.Sprint(k))
				if err != nil || !isStored(a) && a.Code() != "not_found" {
					t.Errorf("%d %s, %v", a.Status, a.Text, err)
				}
				if k == 3 {
					begun <- struct{}{}
				}
				stored[n] = append(stored[n], isStored(a))
				if err != nil || a.Code() == "not_found" {
					return
				}
			}
		})
	}
	<-begun
	<-begun
	w.user(t, "acme", "ana", audience.RoleColaborador, "{sur}")
	w.exec(t, `UPDATE activity.visit SET worker = 'beto' WHERE id = 'v1'`)
	writing.Wait()
	for n, id := range []string{team, visit} {
		count := 0
		for _, ok := range stored[n] {
			if ok {
				count++
			}
		}
		if rows := pgtest.Count(t, w.admin, "chat.message WHERE sender_id = 'ana' AND conversation_id = '"+id+"'"); rows != count || count == 0 {
			t.Errorf("%d messages are acknowledged, %d stored", count, rows)
		}
		path := "/v1/conversations/" + id
		for _, a := range []answer{
			w.get(t, person("ana"), path), w.get(t, person("ana"), path+"/messages"), w.edit(t, person("ana"), id, 2, body{"text": "x"}), w.erase(t, person("ana"), id, 2),
			w.post(t, person("ana"), path+"/read", body{"seq": 2}), w.post(t, person("ana"), path+"/typing", body{}), w.upload(t, person("ana"), id, "file", "x", "x"),
			w.put(t, person("ana"), path+"/mute", body{"until": nil}), w.get(t, person("ana"), path+"/audits"),
			w.say(t, person("ana"), id, "0", "hola"), // a repetition of what was stored
		} {
			a.Is(t, http.StatusNotFound, "not_found")
		}
	}
	if got := w.exported(t, person("ana")); !strings.Contains(got, "sent hola") { // what it wrote is still its own
		t.Errorf("%s", got)
	}
}

// Two devices of one person send the same queue at once, in two orders.
func TestTwoDevicesSendOneQueue(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	token := w.issuer.Token(t, person("ana"))
	const n = 20
	var seqs [2][n]float64
	var both sync.WaitGroup
	for device := range 2 {
		both.Go(func() {
			for k := range n {
				if device == 1 {
					k = n - 1 - k
				}
				a, err := w.repeat(t, token, "/v1/conversations/"+id+"/messages", body{"text": fmt.Sprint("m", k)}, "Idempotency-Key", fmt.Sprint(k))
				if err != nil || !isStored(a) {
					t.Errorf("%d %s, %v", a.Status, a.Text, err)
					return
				}
				seqs[device][k] = a.Body["seq"].(float64)
			}
		})
	}
	both.Wait()
	if seqs[0] != seqs[1] {
		t.Errorf("one device has %v, the other %v", seqs[0], seqs[1])
	}
	if rows := pgtest.Count(t, w.admin, "chat.message"); rows != n {
		t.Errorf("%d messages", rows)
	}
	for want := 1.0; want <= n; want++ {
		if e := w.hear(t, "chat:mensaje"); e.body["seq"] != want {
			t.Fatalf("heard %v, want seq %v", e.body, want)
		}
	}
	w.silent(t)
}

// A header, a name and a text hold what no database and no screen should get.
func TestOddBytesGetAClearAnswer(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	for _, key := range []string{"\xff", "ñ", "a\tb", "\u202e", strings.Repeat("k", 256), "*k"} {
		for path, content := range map[string]any{
			"/v1/conversations/" + id + "/messages": body{"text": "hola"}, "/v1/conversations": body{"kind": "group", "title": "x", "user_ids": []string{"beto"}},
		} {
			a := w.post(t, person("ana"), path, content, "Idempotency-Key", key)
			if (a.Status < 400 || a.Status >= 500) && (key != "*k" || path != "/v1/conversations") {
				t.Errorf("key %q: %s: %d %s", key, path, a.Status, a.Text)
			}
		}
	}
	for text, want := range map[string]string{
		"a\u202eb\u2066c": "abc", "<script>alert(1)</script>": "<script>alert(1)</script>", "👩\u200d🔧": "👩\u200d🔧", "n\u0303": "ñ",
	} {
		if a := w.say(t, person("ana"), id, url.QueryEscape(text), text).Is(t, http.StatusCreated, ""); a.Body["text"] != want {
			t.Errorf("%q became %q", text, a.Body["text"])
		}
	}
	for _, text := range []string{"a\x00b", "a\x1bb", "\u202e", "\u200b\u2060", strings.Repeat("x", 8001), strings.Repeat("x", 1<<20), strings.Repeat("ñ", 8001)} {
		if a := w.say(t, person("ana"), id, "odd", text); a.Status < 400 || a.Status >= 500 {
			t.Errorf("%.20q: %d %.200s", text, a.Status, a.Text)
		}
	}
	// A script is a photo for nobody, whatever it is called, and no browser runs what follows the head of a photo.
	for _, script := range []string{"<script>alert(1)</script>", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "#!/bin/sh\n", "GIF89a/*<script>*/"} {
		w.upload(t, person("ana"), id, "photo", "foto.jpg", script).Is(t, http.StatusUnsupportedMediaType, "photo_type_unsupported")
		file := w.shown(t, person("ana"), id, "file", "foto.svg", script)
		if a := w.get(t, person("beto"), "/v1/conversations/"+id+"/files/"+file); strings.Contains(a.Header.Get("Content-Type"), "svg") || strings.Contains(a.Header.Get("Content-Type"), "html") {
			t.Errorf("%s is sent as %s", script, a.Header.Get("Content-Type"))
		}
	}
	photo := w.shown(t, person("ana"), id, "photo", "a\u202egpj.html", jpeg("<script>alert(1)</script>", 200))
	a := w.get(t, person("beto"), "/v1/conversations/"+id+"/files/"+photo)
	if h := a.Header; h.Get("Content-Type") != "image/jpeg" || h.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") ||
		!strings.Contains(h.Get("Content-Security-Policy"), "sandbox") || strings.Contains(h.Get("Content-Disposition"), "\u202e") {
		t.Errorf("%v", h)
	}
}

// A message is on its way while an admin has its sender erased: the erasure waits for it.
func TestAnErasureWaitsForAMessageOnItsWay(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.privately(t)
	w.say(t, person("ana"), id, "k", "antes").Is(t, http.StatusCreated, "")
	w.post(t, person("boss"), "/v1/chat/erasures", body{"user_id": "ana"}).Is(t, http.StatusCreated, "")
	w.jobs(t)
	minute := 0
	run := func() {
		t.Helper()
		minute++
		at := noon.Add(time.Duration(minute) * time.Minute)
		w.clock.Set(at)
		apptest.Until(t, func() bool {
			return pgtest.Count(t, w.admin, fmt.Sprintf("platform.job_run WHERE job = 'chat-borrado' AND due_at >= '%s' AND state = 'done'", at.Format(time.RFC3339))) > 0
		})
	}
	run()
	if pgtest.Count(t, w.admin, "chat.erasure WHERE messages = 1 AND done_at IS NULL") != 1 {
		t.Fatal("the erasure did not wait")
	}
	w.say(t, person("ana"), id, "late", "secreto").Is(t, http.StatusCreated, "")
	w.exec(t, `UPDATE chat.erasure SET stored_at = stored_at - interval '2 minutes'`)
	run()
	if pgtest.Count(t, w.admin, "chat.erasure WHERE messages = 2 AND done_at IS NOT NULL") != 1 || pgtest.Count(t, w.admin, "chat.message WHERE text <> ''") != 0 {
		t.Error("what came late is left")
	}
	// What phones have in their queues is not stored again, and a change of what is erased is refused.
	w.say(t, person("ana"), id, "late", "secreto").Is(t, http.StatusConflict, "client_id_used")
	w.edit(t, person("ana"), id, 2, body{"text": "secreto"}).Is(t, http.StatusConflict, "not_editable")
}

// Whatever somebody writes into the cursor of a list, it gets a clear answer and nothing of others.
func TestForgedCursorsOfLists(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.settings(t, person("boss"), decided(body{"auditing": true})).Is(t, http.StatusOK, "")
	id := w.privately(t)
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	w.get(t, person("boss"), "/v1/conversations/"+id+"?audit=true").Is(t, http.StatusOK, "")
	for path, shape := range map[string]string{
		"/v1/conversations?cursor=": `{"at":AT,"id":ID}`, "/v1/conversations?audit=true&cursor=": `{"at":AT,"id":ID}`, "/v1/conversations/" + id + "/audits?cursor=": `{"day":DAY,"user":ID}`,
		"/v1/chat/search?q=hola&cursor=": `{"at":AT,"id":ID,"seq":SEQ}`, "/v1/chat/erasures?cursor=": `{"at":AT,"id":ID}`, "/v1/chat/changes?since=": `{"f":AT,"t":AT,"a":ID,"s":ID,"n":ID}`,
	} {
		for _, at := range []string{"0000-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-23:59", "2026-03-09T12:00:00-23:59", "x"} {
			for _, of := range []string{id, "", `\u0000`, "' OR 1=1 --", strings.Repeat("x", 600)} {
				for _, seq := range []string{"-9223372036854775808", "9223372036854775807", "9223372036854775808"} {
					day, _, _ := strings.Cut(at, "T")
					forged := strings.NewReplacer("AT", `"`+at+`"`, "ID", `"`+of+`"`, "DAY", `"`+day+`"`, "SEQ", seq).Replace(shape)
					if a := w.get(t, person("boss"), path+cursor(forged)); a.Status != http.StatusOK && (a.Status < 400 || a.Status >= 500) {
						t.Errorf("%s %s: %d %s", path, forged, a.Status, a.Text)
					}
					if !strings.Contains(shape, "SEQ") {
						break
					}
				}
			}
		}
	}
}
