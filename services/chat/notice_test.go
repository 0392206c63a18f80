package chat_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/chat"
)

// notices are the events of people to be told, each as "seq sender: users". Nobody's socket gets them.
func (w *world) notices(t *testing.T) (list []string) {
	t.Helper()
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "chat.outbox") == 0 })
	w.ears.CatchUp(t)
	for {
		n, _, err := w.ears.Pending()
		if err != nil {
			t.Fatal(err)
		}
		if n == 0 {
			return list
		}
		if e := w.next(t); e.name == "chat:aviso" {
			if got := e.sees(); got != "" {
				t.Errorf("%v is for the notifier, and heard by %s", e.body, got)
			}
			var users []string
			for _, u := range e.body["users"].([]any) {
				users = append(users, u.(string))
			}
			list = append(list, fmt.Sprintf("%v %v: %s", e.body["seq"], e.body["sender_id"], strings.Join(users, " ")))
		}
	}
}

// after moves the clock on, lets the timers do what is due, and returns who was told.
func (w *world) after(t *testing.T, d time.Duration) string {
	t.Helper()
	w.clock.Set(w.clock.Now().Add(d))
	now := w.clock.Now().Format(time.RFC3339Nano)
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "chat.timer WHERE due_at <= '"+now+"' OR state <> 'waiting'") == 0
	})
	return strings.Join(w.notices(t), "; ")
}

// noticed is a world with timers.
func noticed(t *testing.T) *world {
	t.Helper()
	w := setup(t)
	w.again(t, "outbox", "directory", "timers")
	return w
}

func TestWhoIsToldOfAMessage(t *testing.T) {
	t.Parallel()
	w := noticed(t)
	id, keys := w.anasGroup(t, "beto", "sol"), 0
	says := func(who string) int {
		t.Helper()
		keys++
		return seqOf(w.say(t, person(who), id, fmt.Sprint(keys), "hola").Is(t, http.StatusCreated, "").Body)
	}
	check := func(what, got, want string) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %q, want %q", what, got, want)
		}
	}
	check("a line of the system", w.after(t, 10*time.Second), "")
	seq := says("ana")
	check("before five seconds", w.after(t, 4*time.Second), "")
	w.receipt(t, person("beto"), id, "delivered", seq).Is(t, http.StatusOK, "")
	check("sol did not get it", w.after(t, 6*time.Second), "2 ana: sol")
	says("ana")
	check("more messages", w.after(t, 10*time.Second), "3 ana: beto")
	says("ana")
	says("sol")
	check("more messages, and one of sol", w.after(t, 10*time.Second), "5 sol: ana")
	w.receipt(t, person("beto"), id, "delivered", 5).Is(t, http.StatusOK, "")
	says("ana")
	check("a device of beto's got the one before, and nobody read it", w.after(t, 10*time.Second), "")
	w.receipt(t, person("beto"), id, "read", 5).Is(t, http.StatusOK, "")
	check("nothing new", w.after(t, time.Hour), "")
	says("ana")
	check("beto has read meanwhile", w.after(t, 10*time.Second), "7 ana: beto")
	w.exec(t, `UPDATE chat.member SET muted_until = $1 WHERE user_id = 'beto'`, w.clock.Now().Add(20*time.Hour))
	w.receipt(t, person("beto"), id, "read", 7).Is(t, http.StatusOK, "")
	says("ana")
	check("muted", w.after(t, 10*time.Second), "")
	// Sol was told long ago, and it may be that no device showed it.
	check("nothing new", w.after(t, 12*time.Hour), "")
	seq = says("ana")
	check("after twelve hours", w.after(t, 10*time.Second), "9 ana: sol")
	check("nothing new", w.after(t, 12*time.Hour), "")
	w.exec(t, `UPDATE identity.users SET active = false WHERE id = 'sol'`)
	w.exec(t, `UPDATE chat.member SET left_seq = $1 WHERE user_id = 'beto'`, seq)
	says("ana")
	check("sol is not active, beto has left", w.after(t, 10*time.Second), "")
}

// The sender of the newest message is told of what another wrote before, if no device of it has got that.
func TestTheSenderIsToldOfTheOneBefore(t *testing.T) {
	t.Parallel()
	w := noticed(t)
	id := w.anasPair(t)
	w.say(t, person("beto"), id, "1", "hola").Is(t, http.StatusCreated, "")
	w.say(t, person("ana"), id, "2", "hola").Is(t, http.StatusCreated, "")
	w.say(t, person("ana"), id, "3", "se borra").Is(t, http.StatusCreated, "")
	w.erase(t, person("ana"), id, 3).Is(t, http.StatusOK, "")
	if got := w.after(t, 10*time.Second); got != "2 ana: beto; 1 beto: ana" {
		t.Errorf("%s", got)
	}
}

func TestWhoIsToldInConversationsWithoutMembers(t *testing.T) {
	t.Parallel()
	w := noticed(t)
	w.visit(t, "acme", "v1", "ana", "sur")
	for _, c := range []struct {
		by, want string
		what     body
	}{
		{"ana", "beto sol", body{"kind": "team", "team_id": "norte"}},
		{"ana", "sol sur", body{"kind": "visit", "visit_id": "v1"}}, // no admin takes part
		{"sur", "boss ana beto carla sol solo", body{"kind": "broadcast", "title": "Avisos"}},
	} {
		creator := c.by
		if c.what["kind"] == "broadcast" {
			creator = "boss"
		}
		id := w.begin(t, person(creator), c.what)
		for k := range 2 {
			w.say(t, person(c.by), id, fmt.Sprint(k), "hola").Is(t, http.StatusCreated, "")
			got, want := w.after(t, 10*time.Second), ""
			if k == 0 {
				users := strings.Fields(c.want)
				slices.Sort(users)
				want = "2 " + c.by + ": " + strings.Join(users, " ")
			}
			if got != want {
				t.Errorf("%v, message %d: %q, want %q", c.what, k, got, want)
			}
		}
	}
}

// More people than one run tells, in parts. Nobody is told twice, and nobody is left out.
func TestACompanyIsToldInParts(t *testing.T) {
	t.Parallel()
	w := noticed(t)
	const people = 6000
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'acme', 'w' || i, 'W', 'colaborador' FROM generate_series(1, $1) i`, people)
	id := w.begin(t, person("boss"), body{"kind": "broadcast", "title": "Avisos"})
	w.say(t, person("boss"), id, "k", "hola").Is(t, http.StatusCreated, "")
	w.after(t, 0)
	told := map[string]int{}
	for _, line := range strings.Split(w.after(t, 10*time.Second), "; ") {
		users := strings.Fields(line)[2:]
		if len(users) > 256 {
			t.Errorf("a part of %d", len(users))
		}
		for _, u := range users {
			told[u]++
		}
	}
	if len(told) != people+6 || told["boss"] > 0 {
		t.Errorf("%d people", len(told))
	}
	for u, n := range told {
		if n != 1 {
			t.Errorf("%s was told %d times", u, n)
		}
	}
}

// second starts a second replica of the service, with its timers.
func (w *world) second(t *testing.T) {
	t.Helper()
	second, err := chat.New(chat.Config{BlobDir: w.files, FileBytes: 40 << 20}, app.Deps{
		Log: natstest.Log(t), Clock: w.clock, Bus: w.nats.Bus(t, name), DB: w.database.DB(t, name), Auth: w.issuer.Verifier(t, nil), Directory: w.dir, DrainTimeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	apptest.Run(t, apptest.Only(second, "timers", "outbox"))
}

func TestTwoReplicasTellOnce(t *testing.T) {
	t.Parallel()
	w := noticed(t)
	w.second(t)
	id := w.anasPair(t)
	for k := range 20 {
		seq := seqOf(w.say(t, person("ana"), id, fmt.Sprint(k), "hola").Is(t, http.StatusCreated, "").Body)
		if got := w.after(t, 10*time.Second); got != fmt.Sprintf("%d ana: beto", seq) {
			t.Errorf("message %d: %q", k, got)
		}
		w.receipt(t, person("beto"), id, "read", seq).Is(t, http.StatusOK, "")
	}
}

// Two timers of one conversation, of which each would mark the other's sender last, tell one after the other.
func TestTwoTimersOfAConversationTellInTurn(t *testing.T) {
	t.Parallel()
	w := noticed(t)
	w.second(t)
	id := w.anasGroup(t, "beto", "sol")
	// The first effect hangs behind a row of beto's that somebody holds; the second one comes meanwhile.
	tx := w.admin.MustBegin()
	tx.MustExec(`SELECT 1 FROM chat.member WHERE user_id = 'beto' FOR UPDATE`)
	w.say(t, person("ana"), id, "1", "hola").Is(t, http.StatusCreated, "")
	w.clock.Set(noon.Add(10 * time.Second))
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%notified_seq%'") == 1
	})
	w.say(t, person("sol"), id, "2", "hola").Is(t, http.StatusCreated, "")
	w.clock.Set(noon.Add(20 * time.Second))
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory' AND query LIKE '%chat.notices%'") == 1
	})
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := w.after(t, 0); got != "2 ana: beto sol; 3 sol: ana" {
		t.Errorf("%q", got)
	}
}

// A process that is killed after it has written whom to tell, and before it commits, has told nobody. The next one does.
func TestAKilledProcessTellsOnce(t *testing.T) {
	t.Parallel()
	w := noticed(t)
	id := w.anasPair(t)
	// The effect hangs behind a row of beto's that somebody holds. Then its connection is cut.
	tx := w.admin.MustBegin()
	tx.MustExec(`SELECT 1 FROM chat.member WHERE user_id = 'beto' FOR UPDATE`)
	w.say(t, person("ana"), id, "k", "hola").Is(t, http.StatusCreated, "")
	w.clock.Set(w.clock.Now().Add(10 * time.Second))
	const hangs = "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%notified_seq%'"
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, hangs) == 1 })
	w.exec(t, `SELECT pg_terminate_backend(pid) FROM `+hangs)
	if err := tx.Commit(); err != nil {
		t.Fatal(err)
	}
	if got := w.after(t, 0); got != "1 ana: beto" {
		t.Errorf("%q", got)
	}
}
