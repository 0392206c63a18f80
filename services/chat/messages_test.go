package chat_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/pgtest"
)

func messagePath(conversation string, seq int) string {
	return fmt.Sprintf("/v1/conversations/%s/messages/%d", conversation, seq)
}

func (w *world) edit(t *testing.T, who auth.Claims, conversation string, seq int, content body) answer {
	t.Helper()
	return w.put(t, who, messagePath(conversation, seq), content)
}

func (w *world) erase(t *testing.T, who auth.Claims, conversation string, seq int) answer {
	t.Helper()
	return w.do(t, who, http.MethodDelete, messagePath(conversation, seq), nil)
}

// anasGroup begins a group of ana's; the first message is seq 2.
func (w *world) anasGroup(t *testing.T, others ...string) string {
	t.Helper()
	return w.begin(t, person("ana"), body{"kind": "group", "title": "Norte", "user_ids": others})
}

// anasPair begins the conversation of ana and beto; the first message is seq 1.
func (w *world) anasPair(t *testing.T) string {
	t.Helper()
	return w.begin(t, person("ana"), body{"kind": "private", "user_ids": []string{"beto"}})
}

func TestAMessageIsChangedWithinAQuarterOfAnHour(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasPair(t)
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	w.clock.Set(noon.AddDate(1, 0, 0)) // a replica whose clock is a year ahead
	w.exec(t, `UPDATE chat.message SET stored_at = stored_at - interval '14 minutes'`)
	for range 2 { // a repetition changes nothing
		a := w.edit(t, person("ana"), id, 1, body{"text": " Jose\u0301 ", "mentions": []string{"beto"}}).Is(t, http.StatusOK, "")
		if a.Body["text"] != "José" || a.Body["version"] != 2.0 || a.Body["edited_at"] == nil {
			t.Errorf("%s", a.Text)
		}
	}
	e := w.hear(t, "chat:editado")
	if e.body["text"] != "José" || e.body["version"] != 2.0 || e.sees() != "ana beto" {
		t.Errorf("%v by %s", e.body, e.sees())
	}
	w.silent(t)
	if n := pgtest.Count(t, w.admin, `chat.message WHERE words @@ to_tsquery('simple', 'jose') AND NOT words @@ to_tsquery('simple', 'hola')`); n != 1 {
		t.Error("what is searched did not follow")
	}
	w.exec(t, `UPDATE chat.message SET stored_at = stored_at - interval '1 minute'`)
	w.clock.Set(noon.AddDate(-1, 0, 0)) // and one behind
	w.edit(t, person("ana"), id, 1, body{"text": "José", "mentions": []string{"beto"}}).Is(t, http.StatusOK, "")
	w.edit(t, person("ana"), id, 1, body{"text": "otra"}).Is(t, http.StatusConflict, "too_late")
	// It is still what was sent with its key.
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusOK, "")
	w.silent(t)
}

func TestADeletedMessageSaysNothing(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasPair(t)
	w.exec(t, `INSERT INTO chat.file (id_empresa, conversation_id, id, user_id, kind, name, type, bytes, blob, created_at) VALUES ('acme', $1, 'f1', 'ana', 'file', 'plano.pdf', 'application/pdf', 9, 'b', now())`, id)
	send := func(key string, content body) {
		t.Helper()
		w.post(t, person("ana"), "/v1/conversations/"+id+"/messages", content, "Idempotency-Key", key).Is(t, http.StatusCreated, "")
	}
	send("k1", body{"kind": "location", "lat": 4.65, "lon": -74.05, "accuracy_m": 5, "text": "aquí", "mentions": []string{"beto"}})
	send("k2", body{"kind": "file", "file_id": "f1", "text": "plano"})
	w.clock.Set(noon.Add(90 * days))
	for seq := 1; seq <= 2; seq++ {
		for range 2 {
			a := w.erase(t, person("ana"), id, seq).Is(t, http.StatusOK, "")
			for _, field := range []string{"text", "lat", "lon", "accuracy_m", "file", "mentions"} {
				if a.Body[field] != nil {
					t.Errorf("%s is left: %s", field, a.Text)
				}
			}
			if a.Body["deleted_at"] == nil || a.Body["version"] != 2.0 {
				t.Errorf("%s", a.Text)
			}
		}
		if e := w.hear(t, "chat:editado"); e.body["text"] != "" || e.body["file"] != nil || e.body["lat"] != nil || e.body["deleted_at"] == nil || e.sees() != "ana beto" {
			t.Errorf("%v by %s", e.body, e.sees())
		}
	}
	w.silent(t)
	if pgtest.Count(t, w.admin, `chat.message WHERE text = '' AND words = '' AND file_id = '' AND lat IS NULL AND mentions = '{}'`) != 2 ||
		pgtest.Count(t, w.admin, `chat.file WHERE seq = 0 AND user_id = ''`) != 1 {
		t.Error("something is left in the database")
	}
	w.edit(t, person("ana"), id, 1, body{"text": "otra"}).Is(t, http.StatusConflict, "not_editable")
	// The file is nobody's any more, and the key still names the message.
	w.post(t, person("ana"), "/v1/conversations/"+id+"/messages", body{"kind": "file", "file_id": "f1"}, "Idempotency-Key", "k3").Is(t, http.StatusUnprocessableEntity, "file_not_found")
	if a := w.post(t, person("ana"), "/v1/conversations/"+id+"/messages", body{"kind": "file", "file_id": "f1", "text": "plano"}, "Idempotency-Key", "k2"); a.Status != http.StatusOK || a.Body["text"] != nil {
		t.Errorf("%s", a.Text)
	}
}

func TestWhoMayChangeAMessage(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasGroup(t, "beto", "sol")
	w.say(t, person("beto"), id, "k", "de beto").Is(t, http.StatusCreated, "")
	other := body{"text": "otra"}
	for _, c := range []struct {
		who          auth.Claims
		edit, delete string
		status       int
	}{
		{person("carla"), "not_found", "not_found", http.StatusNotFound},
		{person("boss"), "not_found", "not_found", http.StatusNotFound},
		{personOf("beta", "beto"), "not_found", "not_found", http.StatusNotFound},
		{person("sol"), "not_editable", "forbidden", 0},
	} {
		if a := w.edit(t, c.who, id, 2, other); a.Code() != c.edit || c.status != 0 && a.Status != c.status {
			t.Errorf("%v changes: %s", c.who, a.Text)
		}
		if a := w.erase(t, c.who, id, 2); a.Code() != c.delete || c.status != 0 && a.Status != c.status {
			t.Errorf("%v deletes: %s", c.who, a.Text)
		}
	}
	w.edit(t, person("ana"), id, 2, other).Is(t, http.StatusConflict, "not_editable")
	w.edit(t, person("ana"), id, 1, other).Is(t, http.StatusConflict, "not_editable") // a line of the system
	w.erase(t, person("ana"), id, 1).Is(t, http.StatusConflict, "not_editable")
	w.edit(t, person("beto"), id, 3, other).Is(t, http.StatusNotFound, "message_not_found")
	w.erase(t, person("beto"), id, 3).Is(t, http.StatusNotFound, "message_not_found")
	w.edit(t, person("beto"), id, 2, body{"text": " \u200b "}).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	w.edit(t, person("beto"), id, 2, body{"text": "x", "mentions": []string{"carla"}}).Is(t, http.StatusUnprocessableEntity, "mention_not_found")
	w.do(t, person("beto"), http.MethodPut, "/v1/conversations/"+id+"/messages/0", other).Is(t, http.StatusUnprocessableEntity, "validation_failed")
	// Who has left changes nothing, and who came later sees nothing of what was before.
	w.exec(t, `UPDATE chat.member SET left_seq = 2 WHERE user_id = 'beto'`)
	w.edit(t, person("beto"), id, 2, other).Is(t, http.StatusNotFound, "not_found")
	w.exec(t, `INSERT INTO chat.settings (id_empresa, who_talks, keep_after_leaving, auditing, retention_days) VALUES ('acme', 'everybody', true, false, 730)`)
	w.edit(t, person("beto"), id, 2, other).Is(t, http.StatusForbidden, "read_only")
	w.erase(t, person("beto"), id, 2).Is(t, http.StatusForbidden, "read_only")
	w.exec(t, `UPDATE chat.member SET joined_seq = 2 WHERE user_id = 'sol'`)
	w.erase(t, person("sol"), id, 2).Is(t, http.StatusNotFound, "message_not_found")
	w.erase(t, person("ana"), id, 2).Is(t, http.StatusOK, "") // the owner of the group
	if e := w.hear(t, "chat:editado"); e.sees() != "ana" {
		t.Errorf("a change is heard by %s", e.sees())
	}
	w.silent(t)
}

// The owner's right is of groups only: nobody deletes what the other one wrote in a private conversation.
func TestNobodyDeletesWhatTheOtherOneWrote(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "")
	for _, id := range []string{w.anasPair(t), w.begin(t, person("ana"), body{"kind": "team", "team_id": "norte"}), w.begin(t, person("boss"), body{"kind": "visit", "visit_id": "v1"})} {
		seq := int(w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "").Body["seq"].(float64))
		for _, who := range []string{"beto", "boss", "sol"} {
			if a := w.erase(t, person(who), id, seq); a.Code() != "forbidden" && a.Code() != "not_found" {
				t.Errorf("%s: %s", who, a.Text)
			}
		}
	}
}

func TestAChangeInAVisitIsHeardByItsPeople(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "sur")
	id := w.begin(t, person("ana"), body{"kind": "visit", "visit_id": "v1"})
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	w.edit(t, person("ana"), id, 2, body{"text": "adiós"}).Is(t, http.StatusOK, "")
	if e := w.hear(t, "chat:editado"); e.sees() != "boss sol sur ana" {
		t.Errorf("heard by %s", e.sees())
	}
}

func TestTextsAreCleanedOrRefused(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasPair(t)
	long := strings.Repeat("ñ", 8000)
	for i, c := range []struct{ typed, want, code string }{
		{"Jose\u0301\u202e\u2066", "José", ""},
		{" <b>no es HTML</b>\r\nlínea ", "<b>no es HTML</b>\nlínea", ""},
		{"👩\u200d👧", "👩\u200d👧", ""},
		{long, long, ""},
		{long + "x", "", "validation_failed"},
		{strings.Repeat("a", 900<<10), "", "validation_failed"},
		{strings.Repeat("a", 1<<20), "", "body_too_large"},
		{"a\x07b", "", "validation_failed"},
		{"a\u0085b", "", "validation_failed"},
		{" \u200b\u202e ", "", "validation_failed"},
	} {
		a := w.say(t, person("ana"), id, fmt.Sprint("k", i), c.typed)
		if a.Code() != c.code || c.code == "" && a.Body["text"] != c.want || a.Status >= 500 {
			t.Errorf("%d: %d %.200s", i, a.Status, a.Text)
		}
		if c.code != "" && w.edit(t, person("ana"), id, 1, body{"text": c.typed}).Code() != c.code {
			t.Errorf("%d: a message was changed to it", i)
		}
	}
	if n := pgtest.Count(t, w.admin, "chat.message"); n != 4 {
		t.Errorf("%d messages", n)
	}
	if a := w.get(t, person("beto"), "/v1/conversations/"+id); a.Body["last_seq"] != 4.0 {
		t.Errorf("%s", a.Text)
	}
	w.post(t, person("ana"), "/v1/conversations/"+id+"/messages", []byte(`{"text":"a\u0000b"}`), "Idempotency-Key", "nul").Is(t, http.StatusBadRequest, "text_holds_nul")
	// An id that would be too long for a timer's key is of no conversation.
	w.say(t, person("ana"), strings.Repeat("%F0%9F%98%80", 64), "k", "x").Is(t, http.StatusNotFound, "not_found")
}

func TestAClockThatIsTenYearsOff(t *testing.T) {
	t.Parallel()
	w := setup(t)
	id := w.anasPair(t)
	for i, c := range []struct {
		sent time.Time
		kept bool
	}{{noon.AddDate(10, 0, 0), false}, {noon.AddDate(-10, 0, 0), false}, {noon.Add(5 * time.Minute), true}, {noon.Add(-30 * days), true}, {noon.Add(-30*days - time.Second), false}} {
		a := w.post(t, person("ana"), "/v1/conversations/"+id+"/messages", body{"text": "x", "sent_at": c.sent}, "Idempotency-Key", fmt.Sprint("k", i)).Is(t, http.StatusCreated, "")
		if (a.Body["sent_at"] != nil) != c.kept || a.Body["seq"] != float64(i+1) {
			t.Errorf("sent at %s: %s", c.sent, a.Text)
		}
	}
}

// Both devices of one person send the same queue at once, each in its order, while the others receive and read. The messages are numbered
// without a gap, each is there once, and nobody waits for ever.
func TestSixtyFourWritersWithReceipts(t *testing.T) {
	t.Parallel()
	w := setup(t)
	w.visit(t, "acme", "v1", "ana", "sur")
	const writers, each = 64, 2
	var users []string
	for i := range writers {
		users = append(users, fmt.Sprint("w", i))
		w.user(t, "acme", users[i], "colaborador", "{norte}")
	}
	for kind, what := range map[string]body{"group": {"kind": "group", "title": "Todos", "user_ids": users}, "team": {"kind": "team", "team_id": "norte"}} {
		id := w.begin(t, person("ana"), what)
		var all sync.WaitGroup
		try := func(token, path string, content any, header ...string) (answer, error) {
			return w.repeat(t, token, path, content, header...)
		}
		for _, user := range users {
			token := w.issuer.Token(t, claims("acme", user, "colaborador"))
			for range 2 { // two devices
				all.Go(func() {
					for k := range each {
						a, err := try(token, "/v1/conversations/"+id+"/messages", body{"text": fmt.Sprint("hola ", k)}, "Idempotency-Key", fmt.Sprint("k", k))
						if err != nil || a.Status != http.StatusOK && a.Status != http.StatusCreated {
							t.Errorf("%s: %v %s", user, err, a.Text)
							return
						}
						seq := a.Body["seq"]
						for _, step := range []string{"delivered", "read"} {
							if a, err := try(token, "/v1/conversations/"+id+"/"+step, body{"seq": seq}); err != nil || a.Status != http.StatusOK {
								t.Errorf("%s: %v %s", user, err, a.Text)
							}
						}
						if a, err := try(token, "/v1/chat/receipts", body{"receipts": []body{{"conversation_id": id, "read_seq": seq}, {"conversation_id": id, "delivered_seq": 1}}}); err != nil || a.Status != http.StatusOK {
							t.Errorf("%s: %v %s", user, err, a.Text)
						}
					}
				})
			}
		}
		all.Wait()
		var seqs []int
		if err := w.admin.Select(&seqs, `SELECT seq FROM chat.message WHERE conversation_id = $1 ORDER BY seq`, id); err != nil || len(seqs) != writers*each+1 {
			t.Fatalf("%s: %d messages, %v", kind, len(seqs), err)
		}
		for i, seq := range seqs {
			if seq != i+1 {
				t.Fatalf("%s: message %d has seq %d", kind, i, seq)
			}
		}
		// The last message of each, at least, is read.
		if n := pgtest.Count(t, w.admin, fmt.Sprintf(`chat.member m WHERE conversation_id = '%s' AND user_id <> 'ana' AND read_seq < (SELECT max(seq) FROM chat.message s
    WHERE s.conversation_id = m.conversation_id AND s.sender_id = m.user_id)`, id)); n != 0 {
			t.Errorf("%s: %d members have not read what they read", kind, n)
		}
	}
	if n := pgtest.Count(t, w.admin, "pg_stat_database WHERE datname = current_database() AND deadlocks > 0"); n != 0 {
		t.Error("transactions waited for each other in a circle")
	}
}
