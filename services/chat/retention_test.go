package chat_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

// jobs starts the service again, with its jobs, and waits until the scheduler has planned those of acme.
func (w *world) jobs(t *testing.T) {
	t.Helper()
	w.again(t, "outbox", "directory", "jobs")
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = 'chat-retencion' AND scope = 'acme'") == 1
	})
}

// night moves the clock to 03:31 of a day that is so many days after that of noon, and waits until the run of that date is done.
func (w *world) night(t *testing.T, after int) {
	t.Helper()
	at := noon.AddDate(0, 0, after).Add(-8*time.Hour - 29*time.Minute)
	w.clock.Set(at)
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, fmt.Sprintf("platform.job_run WHERE job = 'chat-retencion' AND scope = 'acme' AND slot = '%s' AND state = 'done'", at.Format(time.DateOnly))) == 1
	})
}

func TestOldMessagesGoFromTheBeginningOfTheSequence(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.begin(t, person("ana"), body{"kind": "group", "title": "G", "user_ids": []string{"beto"}})
	w.exec(t, `INSERT INTO chat.settings VALUES ('acme', 'everybody', false, false, 30)`)
	old := w.shown(t, person("ana"), id, "file", "old", "old") // seq 2
	for i := range 4 {
		w.say(t, person("ana"), id, fmt.Sprint(i), fmt.Sprint("m", i+3)) // 3 to 6
	}
	keep := w.shown(t, person("ana"), id, "file", "keep", "keep!") // 7
	// 1 to 4 are old; 5 came today, and PostgreSQL's clock was set back before 6.
	w.exec(t, `UPDATE chat.message SET stored_at = $1 WHERE seq <= 4 OR seq = 6`, noon.AddDate(0, 0, -40))
	w.exec(t, `INSERT INTO chat.audit VALUES ('acme', $1, 'boss', '2024-01-01', $2, $2, $3), ('acme', $1, 'boss', '2026-01-01', $2, $2, $4)`, id, noon, noon.AddDate(0, 0, -731), noon.AddDate(0, 0, -727))
	w.jobs(t)
	w.night(t, 1)
	seqs := func() string {
		var list []string
		for _, m := range w.get(t, person("beto"), "/v1/conversations/"+id+"/messages?after_seq=0").Is(t, http.StatusOK, "").Body["messages"].([]any) {
			list = append(list, fmt.Sprint(m.(body)["seq"]))
		}
		return strings.Join(list, " ")
	}
	if got := seqs(); got != "5 6 7" {
		t.Errorf("%s", got)
	}
	c := w.get(t, person("beto"), "/v1/conversations/"+id).Body
	if c["first_seq"] != 5.0 || c["last_seq"] != 7.0 {
		t.Errorf("%v", c)
	}
	path := "/v1/conversations/" + id + "/files/"
	w.get(t, person("beto"), path+old).Is(t, http.StatusNotFound, "file_unknown")
	w.get(t, person("beto"), path+keep).Is(t, http.StatusOK, "")
	if w.stored(t) != 1 || pgtest.Count(t, w.admin, "chat.file_use WHERE bytes = 5") != 1 || pgtest.Count(t, w.admin, "chat.audit") != 1 {
		t.Errorf("%d files", w.stored(t))
	}
	if a := w.get(t, person("beto"), "/v1/conversations/"+id+"/messages?before_seq=5").Is(t, http.StatusOK, ""); a.Body["more"] != false {
		t.Errorf("%s", a.Text)
	}
	w.post(t, person("ana"), "/v1/conversations/"+id+"/messages", body{"text": "x", "reply_to": 4}, "Idempotency-Key", "r").Is(t, http.StatusUnprocessableEntity, "reply_not_found")
	if a := w.say(t, person("ana"), id, "next", "sigue"); a.Body["seq"] != 8.0 {
		t.Errorf("%s", a.Text)
	}
	// Nothing of another company is touched.
	if n := pgtest.Count(t, w.admin, "chat.message WHERE id_empresa = 'acme'"); n != 4 {
		t.Errorf("%d messages", n)
	}
}

// A replica whose clock is years ahead runs the dates of the future, and one whose clock is behind takes messages that seem old. PostgreSQL's
// clock may be ahead, too: here it is by more than half a year, at first. What is young by one of both clocks stays, and what is old goes.
func TestAWrongClockRemovesNothingYoung(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.exec(t, `INSERT INTO chat.settings VALUES ('acme', 'everybody', false, true, 60)`)
	id := w.privately(t)
	w.say(t, person("ana"), id, "old", "viejo")
	w.exec(t, `UPDATE chat.message SET stored_at = $1`, noon.AddDate(0, 0, -61))
	w.say(t, person("ana"), id, "younger", "de hace un mes")
	w.exec(t, `UPDATE chat.message SET stored_at = $1 WHERE seq = 2`, noon.AddDate(0, 0, -56))
	w.say(t, person("ana"), id, "young", "nuevo")
	w.exec(t, `UPDATE chat.message SET stored_at = now() - interval '59 days' WHERE seq = 3`)
	w.clock.Set(noon.AddDate(-10, 0, 0))
	w.say(t, person("ana"), id, "today", "de hoy").Is(t, http.StatusCreated, "")
	waits := w.upload(t, person("ana"), id, "file", "x", "waits").Is(t, http.StatusCreated, "").Body["id"]
	w.get(t, person("boss"), "/v1/conversations/"+id+"?audit=true").Is(t, http.StatusOK, "")
	w.clock.Set(noon)
	w.jobs(t)
	for _, c := range []struct{ days, first int }{{1, 2}, {366, 3}, {3650, 3}} {
		w.night(t, c.days)
		if n := pgtest.Count(t, w.admin, fmt.Sprint("chat.message WHERE seq >= ", c.first)); n != 5-c.first || pgtest.Count(t, w.admin, "chat.message") != n || pgtest.Count(t, w.admin, "chat.audit") != 1 {
			t.Errorf("after %d days there are %d young messages", c.days, n)
		}
	}
	// An upload that waits for its message does not go by the clock of a replica either.
	dead := w.shown(t, person("beto"), id, "file", "dead", "dead")
	w.erase(t, person("beto"), id, 5).Is(t, http.StatusOK, "")
	w.again(t, "outbox", "directory", "upkeep")
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "chat.file WHERE id = '"+dead+"'") == 0 })
	w.post(t, person("ana"), "/v1/conversations/"+id+"/messages", body{"kind": "file", "file_id": waits}, "Idempotency-Key", "f").Is(t, http.StatusCreated, "")
}

// exported reads the lines of an export: the types, and the texts of messages. It does something after the first line.
func (w *world) exported(t *testing.T, who auth.Claims, meanwhile ...func()) string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.url+"/v1/chat/export", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.issuer.Token(t, who))
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	var list []string
	for scanner := bufio.NewScanner(resp.Body); scanner.Scan(); meanwhile = nil {
		for _, do := range meanwhile {
			do()
		}
		var l struct {
			Type    string
			Message struct{ Text, Kind string }
		}
		if err := json.Unmarshal(scanner.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		if l.Message.Kind != "system" {
			list = append(list, strings.Trim(l.Type+" "+l.Message.Text, " "))
		}
	}
	return strings.Join(list, "|")
}

func TestAnExportHasWhatAPersonWroteAndReads(t *testing.T) {
	t.Parallel()
	w := setup(t)
	group := w.begin(t, person("ana"), body{"kind": "group", "title": "G", "user_ids": []string{"beto", "sol"}})
	w.say(t, person("beto"), group, "a", "de beto")
	w.say(t, person("ana"), group, "b", "de ana")
	w.clock.Set(noon.Add(time.Second))
	private := w.privately(t)
	for i := range 3 {
		w.say(t, person("ana"), private, fmt.Sprint(i), fmt.Sprint("privado ", i))
	}
	w.exec(t, `UPDATE chat.member SET left_seq = 3 WHERE user_id = 'beto' AND conversation_id = $1`, group)
	for who, want := range map[string]string{
		"ana":  "conversation|message de beto|message de ana|conversation|message privado 0|message privado 1|message privado 2|end",
		"beto": "conversation|message privado 0|message privado 1|message privado 2|sent de beto|end",
		"sol":  "conversation|message de beto|message de ana|end", "boss": "end",
	} {
		if got := w.exported(t, person(who)); got != want {
			t.Errorf("%s exports %s, want %s", who, got, want)
		}
	}
	if got := w.exported(t, personOf("beta", "ana")); got != "end" {
		t.Errorf("%s", got)
	}
	// A page holds some hundreds.
	w.exec(t, `INSERT INTO chat.message (id_empresa, conversation_id, seq, sender_id, client_id, request, kind, text, created_at)
SELECT 'acme', $2, n, 'ana', n::text, 'x', 'text', 'x', $1 FROM generate_series(4, 1203) n`, noon, private)
	w.exec(t, `UPDATE chat.conversation SET last_seq = 1203 WHERE id = $1`, private)
	if got := strings.Count(w.exported(t, person("beto")), "message x"); got != 1200 {
		t.Errorf("%d messages", got)
	}
}

// Whoever writes during an export moves its conversation to the beginning of the list. It is not missing for that.
func TestAnExportWhileOthersWrite(t *testing.T) {
	t.Parallel()
	w := setup(t)
	last := w.privately(t)
	w.say(t, person("beto"), last, "k", "tesoro").Is(t, http.StatusCreated, "")
	w.exec(t, `INSERT INTO chat.conversation (id_empresa, id, kind, title, created_at, created_by, last_at, last_seq)
SELECT 'acme', '0' || n, 'broadcast', 'G', $1, 'boss', $1::timestamptz + interval '1 minute', CASE n WHEN 1 THEN 3000 ELSE 0 END FROM generate_series(1, 500) n`, noon)
	// More than the connection holds, so that the export waits for its reader.
	w.exec(t, `UPDATE chat.conversation SET last_at = $1 WHERE id = '01'`, noon.Add(time.Hour))
	w.exec(t, `INSERT INTO chat.message (id_empresa, conversation_id, seq, sender_id, client_id, request, kind, text, created_at)
SELECT 'acme', '01', n, 'boss', n::text, 'x', 'text', repeat('x', 8000), $1 FROM generate_series(1, 3000) n`, noon)
	w.clock.Set(noon.Add(2 * time.Hour))
	token := w.issuer.Token(t, person("beto"))
	got := w.exported(t, person("ana"), func() {
		a, err := w.repeat(t, token, "/v1/conversations/"+last+"/messages", body{"text": "otra vez"}, "Idempotency-Key", "again")
		if err != nil || !isStored(a) {
			t.Fatalf("%d %s, %v", a.Status, a.Text, err)
		}
	})
	if strings.Count(got, "conversation") != 501 || !strings.Contains(got, "|message tesoro|message otra vez|") {
		t.Errorf("%d conversations, the message that was there %t", strings.Count(got, "conversation"), strings.Contains(got, "tesoro"))
	}
}

func TestAnErasureLeavesTheSequenceWhole(t *testing.T) {
	t.Parallel()
	w := setup(t)
	group := w.begin(t, person("ana"), body{"kind": "group", "title": "G", "user_ids": []string{"beto"}})
	w.say(t, person("ana"), group, "a", "secreto de ana")
	w.say(t, person("beto"), group, "b", "de beto")
	file := w.shown(t, person("ana"), group, "photo", "", jpeg("ana", 100))
	w.upload(t, person("ana"), group, "file", "x", "waits").Is(t, http.StatusCreated, "")
	private := w.privately(t)
	w.say(t, person("ana"), private, "a", "otro secreto")
	other := w.begin(t, personOf("beta", "ana"), body{"kind": "private", "user_ids": []string{"beto"}})
	w.say(t, personOf("beta", "ana"), other, "a", "de otra empresa")
	w.exec(t, `INSERT INTO chat.message (id_empresa, conversation_id, seq, sender_id, client_id, request, kind, text, created_at)
SELECT 'acme', $2, n, 'ana', n::text, 'x', 'text', 'x', $1 FROM generate_series(2, 451) n`, noon, private)
	w.exec(t, `UPDATE chat.conversation SET last_seq = 451 WHERE id = $1`, private)

	const path = "/v1/chat/erasures"
	for _, who := range []auth.Claims{person("sol"), person("ana")} {
		w.post(t, who, path, body{"user_id": "ana"}).Is(t, http.StatusForbidden, "forbidden")
		w.get(t, who, path).Is(t, http.StatusForbidden, "forbidden")
	}
	w.post(t, person("boss"), path, body{"user_id": "nobody"}).Is(t, http.StatusUnprocessableEntity, "user_not_found")
	first := w.post(t, person("boss"), path, body{"user_id": "ana"}).Is(t, http.StatusCreated, "")
	again := w.post(t, person("boss"), path, body{"user_id": "ana"}).Is(t, http.StatusOK, "")
	if first.Body["id"] != again.Body["id"] {
		t.Errorf("%s, %s", first.Text, again.Text)
	}
	w.exec(t, `UPDATE chat.erasure SET stored_at = stored_at - interval '2 minutes'`)
	// The process dies in the middle: what is done stays, and the next one goes on.
	w.exec(t, `CREATE FUNCTION chat.stop() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF NEW.messages > 200 THEN RAISE EXCEPTION 'stop'; END IF; RETURN NEW; END $$`)
	w.exec(t, `CREATE TRIGGER stop BEFORE UPDATE ON chat.erasure FOR EACH ROW EXECUTE FUNCTION chat.stop()`)
	w.jobs(t)
	w.clock.Set(noon.Add(time.Minute))
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "chat.erasure WHERE messages > 0 AND done_at IS NULL") == 1
	})
	w.exec(t, `DROP TRIGGER stop ON chat.erasure`)
	w.jobs(t)
	for minute := 2; pgtest.Count(t, w.admin, "chat.erasure WHERE done_at IS NOT NULL") == 0; minute++ {
		w.clock.Set(noon.Add(time.Duration(minute) * time.Minute))
		apptest.Until(t, func() bool {
			return pgtest.Count(t, w.admin, fmt.Sprintf("platform.job_run WHERE job = 'chat-borrado' AND due_at >= '%s' AND state <> 'running'", noon.Add(time.Duration(minute)*time.Minute).Format(time.RFC3339))) > 0
		})
	}
	apptest.Until(t, func() bool { return w.stored(t) == 0 }) // The files go after the rows.
	list := w.get(t, person("boss"), path).Is(t, http.StatusOK, "").Body["erasures"].([]any)
	if e := list[0].(body); len(list) != 1 || e["messages"] != 453.0 || e["done_at"] == nil || e["requested_by"] != "boss" {
		t.Errorf("%v", list)
	}
	var texts []string
	for _, m := range w.get(t, person("beto"), "/v1/conversations/"+group+"/messages?after_seq=0").Body["messages"].([]any) {
		one := m.(body)
		texts = append(texts, fmt.Sprint(one["seq"], " ", one["text"], " ", one["deleted_at"] != nil))
	}
	if got := strings.Join(texts, "|"); got != "1 created false|2 <nil> true|3 de beto false|4 <nil> true" {
		t.Errorf("%s", got)
	}
	w.get(t, person("beto"), "/v1/conversations/"+group+"/files/"+file).Is(t, http.StatusNotFound, "file_unknown")
	if n := pgtest.Count(t, w.admin, "chat.message WHERE id_empresa = 'acme' AND sender_id = 'ana' AND kind <> 'system' AND (text <> '' OR words <> '' OR request <> '' OR deleted_at IS NULL)"); n != 0 || w.stored(t) != 0 {
		t.Errorf("%d messages are left, %d files", n, w.stored(t))
	}
	if got := w.found(t, person("beto"), "secreto", ""); got != "" {
		t.Errorf("found %s", got)
	}
	if got := w.found(t, personOf("beta", "ana"), "empresa", ""); got != "de otra empresa" {
		t.Errorf("of another company: %q", got)
	}
	if e := w.hear(t, "chat:editado"); e.body["text"] != "" || e.body["deleted_at"] == nil || e.sees() != "ana beto" {
		t.Errorf("%v to %s", e.body, e.sees())
	}
	if a := w.say(t, person("beto"), group, "next", "sigue"); a.Body["seq"] != 5.0 {
		t.Errorf("%s", a.Text)
	}
	w.post(t, person("boss"), path, body{"user_id": "ana"}).Is(t, http.StatusCreated, "") // for what came later
}
