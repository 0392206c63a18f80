package chat_test

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/chat"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/identity/identitytest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const (
	name     = "chat"
	patience = 2 * time.Minute
	days     = 24 * time.Hour
)

// noon is noon in Bogotá, on a Monday.
var noon = time.Date(2026, 3, 9, 17, 0, 0, 0, time.UTC)

// world is the service as in production, with a clock that stands still.
type world struct {
	service  *app.Service
	url      string
	nats     *natstest.Server
	database *pgtest.Database
	admin    *sqlx.DB
	issuer   *authtest.Issuer
	clock    *clock.Manual
	metrics  *prometheus.Registry
	// files is the folder of photos and files.
	files string
	dir   *directory.Directory
	// judged makes the next service refuse tokens as the directory says.
	judged bool
	// ears hears what is relayed to sockets.
	ears *natstest.Ear
	stop func()
}

// schemas are the schemas that chat needs.
var schemas = []db.Schema{schedule.Schema, identity.Schema, activity.Schema, chat.Schema, {Service: "geofence"}, {Service: "gateway"}}

// setup makes acme and beta with their people (identitytest.People). All runners run but the jobs.
func setup(t *testing.T, opts ...natstest.Option) *world {
	t.Helper()
	database := pgtest.New(t, schemas...)
	w := &world{nats: natstest.Start(t, opts...), database: database, admin: database.Admin(t), issuer: authtest.New(t), clock: clock.NewManual(noon), files: t.TempDir()}
	identitytest.People(t, w.admin, "acme", "beta")
	w.ears = w.nats.Listen(t, bus.Admin, "*.chat.*.*")
	w.again(t, "outbox", "directory")
	return w
}

// again makes the service again, as a restart of its process would, and starts the runners with these names.
func (w *world) again(t *testing.T, runners ...string) {
	t.Helper()
	if w.stop != nil {
		w.stop()
	}
	w.metrics = prometheus.NewRegistry()
	pool, b, log := w.database.DB(t, name), w.nats.Bus(t, name), natstest.Log(t)
	w.dir = directory.New(pool, b, log, nil)
	var revoked func(context.Context, auth.Claims) error
	if w.judged {
		revoked = w.dir.Revoked
	}
	var err error
	w.service, err = chat.New(chat.Config{BlobDir: w.files, FileBytes: 40 << 20}, app.Deps{
		Log: log, Metrics: w.metrics, Clock: w.clock, Bus: b, DB: pool, Auth: w.issuer.Verifier(t, revoked), Directory: w.dir, DrainTimeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.service.Runners = append(w.service.Runners, app.Runner{Name: "directory", Run: w.dir.Run})
	server := httptest.NewServer(w.service.Handler)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.stop = apptest.Run(t, apptest.Only(w.service, runners...))
	apptest.Until(t, func() bool { return w.dir.Ready(t.Context()) == nil })
}

func (w *world) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// user puts a user into a company, as identitytest.User does.
func (w *world) user(t *testing.T, company, id, role, teams string) {
	t.Helper()
	identitytest.User(t, w.admin, company, id, role, teams)
}

type (
	body   = httpxtest.Body
	answer = httpxtest.Answer
)

func with(b body, more ...body) body {
	b = maps.Clone(b)
	for _, m := range more {
		maps.Copy(b, m)
	}
	maps.DeleteFunc(b, func(_ string, v any) bool { return v == nil })
	return b
}

func claims(company, user, role string) auth.Claims {
	return auth.Claims{Company: company, Subject: user, Role: role}
}

// person is one of the people of acme.
func person(id string) auth.Claims { return personOf("acme", id) }

func personOf(company, id string) auth.Claims { return identitytest.Person(company, id) }

func (w *world) try(ctx context.Context, token, method, path string, content any, header ...string) (answer, error) {
	return httpxtest.Do(ctx, method, w.url+path, token, content, header...)
}

func (w *world) do(t *testing.T, who auth.Claims, method, path string, content any, header ...string) answer {
	t.Helper()
	a, err := w.try(t.Context(), w.issuer.Token(t, who), method, path, content, header...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) get(t *testing.T, who auth.Claims, path string) answer {
	t.Helper()
	return w.do(t, who, http.MethodGet, path, nil)
}

func (w *world) post(t *testing.T, who auth.Claims, path string, content any, header ...string) answer {
	t.Helper()
	return w.do(t, who, http.MethodPost, path, content, header...)
}

func (w *world) put(t *testing.T, who auth.Claims, path string, content any) answer {
	t.Helper()
	return w.do(t, who, http.MethodPut, path, content)
}

// begin begins a conversation and returns its id.
func (w *world) begin(t *testing.T, who auth.Claims, what body) string {
	t.Helper()
	a := w.post(t, who, "/v1/conversations", what)
	if a.Status != http.StatusOK {
		a.Is(t, http.StatusCreated, "")
	}
	return a.Body["id"].(string)
}

// say sends a text and returns the answer. key is the client's name for the message.
func (w *world) say(t *testing.T, who auth.Claims, conversation, key, text string) answer {
	t.Helper()
	return w.post(t, who, "/v1/conversations/"+conversation+"/messages", body{"text": text}, "Idempotency-Key", key)
}

// visit puts a visit of a worker into the database, as activity would.
func (w *world) visit(t *testing.T, company, id, worker, team string) {
	t.Helper()
	w.exec(t, `INSERT INTO activity.visit (id_empresa, id, tipo, external_id, title, notes, priority, place_id, checklist, created_at, created_by, plan_from, plan_until,
    plan_worker, plan_team, state, since, win_from, win_until, worker, team, reason, answers, close_at, last_at, actions, changed_at, changed_by)
VALUES ($1, $2, 'visita', '', 'Visita', '', 'normal', '', '[]', $3, 'boss', $3, $3::timestamptz + interval '1 hour', $4, $5, 'pendiente', $3, $3,
    $3::timestamptz + interval '1 hour', $4, $5, '', '{}', $3::timestamptz + interval '1 day', $3, 0, $3, 'boss')`, company, id, noon, worker, team)
}

// settings changes what a company decided, on the version that holds.
func (w *world) settings(t *testing.T, who auth.Claims, wanted body) answer {
	t.Helper()
	const path = "/v1/chat/settings"
	return w.put(t, who, path, with(wanted, body{"version": w.get(t, who, path).Is(t, http.StatusOK, "").Body["version"]}))
}

// ids returns the ids in a list, with blanks between them.
func ids(t *testing.T, a answer, list string) string {
	t.Helper()
	return strings.Join(a.Is(t, http.StatusOK, "").IDs(t, list), " ")
}

// event is an event that a socket would get; name is such as chat:mensaje.
type event struct {
	body
	name    string
	company string
	to      audience.Audience
	bytes   int
}

// next returns the next event.
func (w *world) next(t *testing.T) event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := w.ears.NextMsgWithContext(ctx)
	if err != nil {
		t.Fatalf("no event was heard: %v", err)
	}
	part := strings.Split(m.Subject, ".")
	e := event{name: part[1] + ":" + part[2], company: part[0], to: audience.Of(m.Header), bytes: len(m.Data)}
	if err := json.Unmarshal(m.Data, &e.body); err != nil {
		t.Fatal(err)
	}
	return e
}

// hear returns the next event of this name, and passes over others.
func (w *world) hear(t *testing.T, name string) event {
	t.Helper()
	for {
		if e := w.next(t); e.name == name {
			return e
		}
	}
}

// insist asks until it is answered otherwise than with 503, as a phone does with what found no place or no time on a busy machine.
func (w *world) insist(t *testing.T, token, method, path string, content any, header ...string) (a answer, err error) {
	t.Helper()
	for a.Status = http.StatusServiceUnavailable; err == nil && a.Status == http.StatusServiceUnavailable; {
		a, err = w.try(t.Context(), token, method, path, content, header...)
	}
	return a, err
}

// repeat posts as insist does.
func (w *world) repeat(t *testing.T, token, path string, content any, header ...string) (answer, error) {
	t.Helper()
	return w.insist(t, token, http.MethodPost, path, content, header...)
}

// isStored says that a message was stored now, or by an earlier one of its repetitions.
func isStored(a answer) bool { return a.Status == http.StatusCreated || a.Status == http.StatusOK }

// silent checks that no further event was published.
func (w *world) silent(t *testing.T) {
	t.Helper()
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "chat.outbox") == 0 })
	w.ears.CatchUp(t)
	if n, _, err := w.ears.Pending(); err != nil || n != 0 {
		m, _ := w.ears.NextMsgWithContext(t.Context())
		t.Fatalf("%d more events, the first %s", n, m.Data)
	}
}

// sees lists who of the people of a company would get an event.
func (e event) sees() string { return identitytest.Seen(e.to) }
