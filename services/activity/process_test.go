package activity_test

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity"
)

// asService makes this test binary the service, so that it can be killed. Its value is the time at which its clock stands still.
const asService = "ACTIVITY_TEST_AS_SERVICE"

func init() {
	if now := os.Getenv(asService); now != "" {
		app.Main(name, func(c activity.Config, deps app.Deps) (*app.Service, error) {
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				return nil, err
			}
			deps.Clock = clock.NewManual(at)
			s, err := activity.New(c, deps)
			if err == nil {
				fmt.Println(httptest.NewServer(s.Handler).URL)
			}
			return s, err
		})
		os.Exit(0)
	}
}

// process runs the service as a deployment does, and lets the world's requests go to it. nats is where it finds NATS.
func (w *world) process(t *testing.T, nats string, at time.Time) (kill func()) {
	t.Helper()
	_, address, _ := strings.Cut(w.nats.URL(name), "@")
	out, in, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = out.Close() }()
	kill = apptest.Process(t, in, asService+"="+at.Format(time.RFC3339),
		"TERRENO_NATS_URL="+strings.Replace(w.nats.URL(name), address, nats, 1), "TERRENO_DATABASE_URL="+w.database.DSN(db.Role(name)), "TERRENO_BLOB_DIR="+w.files,
		"TERRENO_JWKS_URL="+w.issuer.JWKSURL, "TERRENO_TOKEN_ISSUER="+w.issuer.Name, "TERRENO_TOKEN_AUDIENCE="+authtest.Audience, "TERRENO_LOG_LEVEL=error")
	_ = in.Close() // so that nothing more comes when the process has ended
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		t.Fatalf("the process did not start: %v", lines.Err())
	}
	w.url = lines.Text()
	token := w.issuer.Token(t, person("boss"))
	apptest.Until(t, func() bool { // It knows the users once its directory has been read.
		a, err := w.try(t.Context(), token, http.MethodGet, "/v1/activities?limit=1", nil)
		return err == nil && a.Status == http.StatusOK
	})
	return kill
}

// heard is how many events were relayed to sockets since they were last read.
func (w *world) heard(t *testing.T) int {
	t.Helper()
	n, _, err := w.ears.Pending()
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// TestKilledBetweenCommitAndPublish: one process dies when its changes are committed and nothing of them is published, the next one when
// all is published and it could not yet note that. The third one leaves each event published once, those of each activity in order.
func TestKilledBetweenCommitAndPublish(t *testing.T) {
	t.Parallel()
	w := site(t, natstest.WithTCP())
	link := natstest.NewProxy(t, w.nats.Addr())
	var queue []any
	const visits = 6
	for i := range visits {
		id := fmt.Sprint("v", i)
		w.make(t, job(id))
		for n, action := range []string{"accept", "set_out", "check_in", "check_out"} {
			queue = append(queue, item(fmt.Sprint(id, n), "visita", id, action, before(60-5*n)))
		}
	}
	for n, action := range []string{"start", "pause", "resume", "end"} {
		queue = append(queue, item(fmt.Sprint("s", n), "jornada", "", action, before(100-20*n)))
	}
	w.silent(t)
	w.again(t, "directory") // Nobody but the process publishes.

	kill := w.process(t, link.Addr(), noon)
	link.Down()
	got, _ := w.sync(t, person("ana"), queue...)
	if strings.Join(got, ",") != strings.Repeat(",applied", len(queue))[1:] {
		t.Fatalf("%q", got)
	}
	kill()
	waiting := func() int { return pgtest.Count(t, w.admin, "activity.outbox") }
	if waiting() != len(queue) || w.heard(t) != 0 {
		t.Fatalf("%d of %d events wait at the death of the process, %d are published", waiting(), len(queue), w.heard(t))
	}

	link.Up()
	hold, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec(`SELECT FROM activity.outbox FOR UPDATE`); err != nil { // Nobody can delete what is published.
		t.Fatal(err)
	}
	kill = w.process(t, link.Addr(), noon)
	apptest.Until(t, func() bool { return w.heard(t) == len(queue) })
	kill()
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	// PostgreSQL ends what the dead process was doing.
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0
	})
	if waiting() != len(queue) {
		t.Fatalf("%d of %d events wait at the death of the second process", waiting(), len(queue))
	}

	w.process(t, link.Addr(), noon)
	apptest.Until(t, func() bool { return waiting() == 0 })
	seen := map[any][]any{}
	for range queue {
		e := w.next(t)
		seen[e.body["id"]] = append(seen[e.body["id"]], e.body["state"])
	}
	w.silent(t)
	for i := range visits {
		if got := fmt.Sprint(seen[fmt.Sprint("v", i)]); got != "[aceptada en_ruta en_sitio completada]" {
			t.Errorf("v%d: %s", i, got)
		}
	}
	if got := fmt.Sprint(seen["s0"]); got != "[en_curso en_pausa en_curso terminada]" || len(seen) != visits+1 {
		t.Errorf("the shift: %s, %d activities", got, len(seen))
	}
}

// TestKilledInTheMiddleOfAClose: the process dies when it has closed the day of half of the companies, and of one the visits alone.
// The next one closes the rest, each activity once.
func TestKilledInTheMiddleOfAClose(t *testing.T) {
	t.Parallel()
	w := site(t, natstest.WithTCP())
	const companies, visits = 40, 5
	for i := range visits {
		w.make(t, job(fmt.Sprint("v", i)))
	}
	w.shift(t, "ana", "start", "s1", before(60)).Is(t, http.StatusOK, "")
	w.next(t)
	for _, table := range []string{"shift_user", "shift_action", "shift", "place", "visit"} { // The same day in all companies.
		w.exec(t, fmt.Sprintf(`INSERT INTO activity.%[1]s SELECT (jsonb_populate_record(r, jsonb_build_object('id_empresa', 'c' || n))).*
FROM activity.%[1]s r, generate_series(10, $1) n WHERE r.id_empresa = 'acme'`, table), 10+companies-1)
	}
	for i := range companies {
		w.company(t, fmt.Sprint("c", 10+i), "America/Bogota")
		w.user(t, fmt.Sprint("c", 10+i), "ana", audience.RoleColaborador, "{norte}")
	}
	w.silent(t)
	w.again(t, "directory", "jobs")
	scheduled := func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = 'cerrado-forzoso'") == 1
	}
	apptest.Until(t, scheduled)
	w.again(t, "directory")

	// The process comes to a user whom somebody else is changing.
	hold, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec(`SELECT FROM activity.shift_user WHERE id_empresa = 'c30' FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	kill := w.process(t, w.nats.Addr(), ten)
	closed := func(where string) int {
		return pgtest.Count(t, w.admin, "activity.visit WHERE state = 'incompleta' AND "+where)
	}
	over := func() int { return pgtest.Count(t, w.admin, "activity.shift WHERE ended_at IS NOT NULL") }
	apptest.Until(t, func() bool { return closed("id_empresa = 'c30'") == visits })
	kill()
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0
	})
	if v, s := closed("true"), over(); v != 22*visits || s != 21 { // acme, c10 to c29, and the visits of c30
		t.Fatalf("%d visits and %d shifts are closed at the death of the process", v, s)
	}

	w.exec(t, `UPDATE platform.job_run SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'running'`)
	w.process(t, w.nats.Addr(), ten)
	const all = companies + 1
	apptest.Until(t, func() bool { return closed("true") == all*visits && over() == all })
	for what, n := range map[string]int{
		"activity.visit_action WHERE kind = 'close'": all * visits, "activity.shift_action WHERE kind = 'close'": all, "activity.visit WHERE version <> 2": 0,
		"activity.visit WHERE since <> '2026-03-10T03:00:00Z'": 0, "activity.shift WHERE version <> 2": 0,
	} {
		if got := pgtest.Count(t, w.admin, what); got != n {
			t.Errorf("%s: %d, want %d", what, got, n)
		}
	}
	told := map[string]int{}
	for range all * (visits + 1) {
		e := w.next(t)
		told[fmt.Sprint(e.company, " ", e.body["id"], " ", e.body["state"])]++
	}
	w.silent(t)
	if len(told) != all*(visits+1) {
		t.Errorf("%d activities are told of, want %d", len(told), all*(visits+1))
	}
}
