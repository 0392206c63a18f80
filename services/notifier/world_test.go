package notifier_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"
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
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/identity/identitytest"
	"github.com/terreno/terreno/services/notifier"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const (
	name     = "notifier"
	patience = 2 * time.Minute
	day      = 24 * time.Hour
)

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

// world is the service as in production, with a clock that stands still.
type world struct {
	service  *app.Service
	url      string
	nats     *natstest.Server
	geofence *bus.Bus
	database *pgtest.Database
	admin    *sqlx.DB
	issuer   *authtest.Issuer
	clock    *clock.Manual
	metrics  *prometheus.Registry
	// judged makes the service judge tokens by its directory, as in production.
	judged bool
	// time is the service's clock; nil is clock.
	time clock.Clock
	// link is the address at which the service reaches NATS; empty is a connection within the process, which ends with the server.
	link string
	// config changes what a test wants otherwise; nil changes nothing.
	config func(*notifier.Config)
}

// schemas are the schemas that notifier needs.
var schemas = []db.Schema{schedule.Schema, identity.Schema, activity.Schema, notifier.Schema}

func setup(t *testing.T) *world {
	t.Helper()
	return setupOn(t, pgtest.New(t, schemas...))
}

func setupOn(t *testing.T, database *pgtest.Database, opts ...natstest.Option) *world {
	t.Helper()
	w := &world{
		nats: natstest.Start(t, opts...), database: database, admin: database.Admin(t), issuer: authtest.New(t), clock: clock.NewManual(noon),
	}
	w.geofence = w.nats.Bus(t, "geofence")
	w.again(t)
	return w
}

// again makes the service again, as a restart of its process would.
func (w *world) again(t *testing.T) {
	t.Helper()
	w.metrics = prometheus.NewRegistry()
	pool, b, log := w.database.DB(t, name), w.nats.Bus(t, name), natstest.Log(t)
	if w.link != "" {
		b = w.nats.BusAt(t, name, w.link)
	}
	dir := directory.New(pool, b, log, nil)
	now := w.time
	if now == nil {
		now = w.clock
	}
	var revoked func(context.Context, auth.Claims) error
	if w.judged {
		revoked = dir.Revoked
	}
	var err error
	cfg := notifier.Config{Unresolved: 90 * day, Retention: 400 * day}
	if w.config != nil {
		w.config(&cfg)
	}
	w.service, err = notifier.New(cfg, app.Deps{
		Log: log, Metrics: w.metrics, Clock: now, Bus: b, DB: pool, Auth: w.issuer.Verifier(t, revoked), Directory: dir, DrainTimeout: 20 * time.Second, Proxies: apptest.Loopback,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.service.Runners = append(w.service.Runners, app.Runner{Name: "directory", Run: dir.Run})
	server := httptest.NewServer(w.service.Handler)
	t.Cleanup(server.Close)
	w.url = server.URL
}

// start starts the runners with these names, or all runners if there are no names. They stop with the test.
func (w *world) start(t *testing.T, names ...string) {
	t.Helper()
	apptest.Run(t, apptest.Only(w.service, names...))
}

// settled waits until the inbox has stored all messages.
func (w *world) settled(t *testing.T) {
	t.Helper()
	w.nats.Settled(t, stream.Alerts, stream.NotifierInbox)
}

func (w *world) company(t *testing.T, id, zone string) {
	t.Helper()
	identitytest.Company(t, w.admin, id, zone)
}

// user puts a user into a company, as identitytest.User does.
func (w *world) user(t *testing.T, company, id, role, teams string) {
	t.Helper()
	w.company(t, company, "UTC")
	identitytest.User(t, w.admin, company, id, role, teams)
}

type body = httpxtest.Body

// episode returns an alert of a user as geofence sends it, with its beginning.
func episode(id, user string, at time.Time, more ...body) body {
	b := body{
		"id": id, "type": "outside_zone", "user_id": user, "started_at": at.Format(time.RFC3339Nano), "lat": -12.0464, "lon": -77.0428,
		"accuracy_m": 8.5, "distance_m": 140.25, "raised_at": at.Add(time.Minute).Format(time.RFC3339Nano), "zones": []string{"centro"},
	}
	for _, m := range more {
		maps.Copy(b, m)
	}
	return b
}

var late = body{"late": true}

func over(at time.Time) body {
	return body{"ended_at": at.Format(time.RFC3339Nano), "end_reason": "returned"}
}

// tell publishes an event as geofence would. The audience is the user, the teams and the admins, or the admins alone of an alert about
// nobody.
func (w *world) tell(t *testing.T, company, event string, b body, teams ...string) {
	t.Helper()
	raw, err := json.Marshal(b)
	if err != nil {
		t.Fatal(err)
	}
	to, err := subject.New(company, "alerta", event, b["id"].(string))
	if err != nil {
		t.Fatal(err)
	}
	header := nats.Header{}
	who := audience.Audience{Roles: []string{audience.RoleAdmin}}
	if user, ok := b["user_id"].(string); ok {
		who = audience.OfUser(user, teams)
	}
	if err := who.Set(header); err != nil {
		t.Fatal(err)
	}
	id := fmt.Sprint(company, event, string(raw))
	if _, err := w.geofence.Publish(t.Context(), bus.Message{Subject: to, ID: id, Header: header, Data: raw}); err != nil {
		t.Fatal(err)
	}
}

// raise tells new alerts that began at noon, and waits until the inbox has stored them.
func (w *world) raise(t *testing.T, company, user string, ids ...string) {
	t.Helper()
	for _, id := range ids {
		w.tell(t, company, "nueva", episode(id, user, noon))
	}
	w.settled(t)
}

func claims(company, user, role string) auth.Claims {
	return auth.Claims{Company: company, Subject: user, Role: role}
}

func boss(company string) auth.Claims { return claims(company, "boss", audience.RoleAdmin) }

type answer = httpxtest.Answer

// alerts returns the ids in a list, separated by spaces.
func alerts(t *testing.T, a answer) string {
	t.Helper()
	return strings.Join(a.IDs(t, "alerts"), " ")
}

func (w *world) try(ctx context.Context, token, method, path, content string, header ...string) (answer, error) {
	var in any
	if content != "" {
		in = content
	}
	return httpxtest.Do(ctx, method, w.url+path, token, in, header...)
}

func (w *world) do(t *testing.T, who auth.Claims, method, path, content string, header ...string) answer {
	t.Helper()
	a, err := w.try(t.Context(), w.issuer.Token(t, who), method, path, content, header...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) get(t *testing.T, who auth.Claims, path string) answer {
	t.Helper()
	return w.do(t, who, http.MethodGet, path, "")
}

func (w *world) post(t *testing.T, who auth.Claims, path, content string, header ...string) answer {
	t.Helper()
	return w.do(t, who, http.MethodPost, path, content, header...)
}

// entries returns an alert's log without the steps of its escalation.
func (w *world) entries(t *testing.T, who auth.Claims, id string) (list []body) {
	t.Helper()
	a := w.get(t, who, "/v1/alerts/"+id).Is(t, http.StatusOK, "")
	for _, e := range a.Body["history"].([]any) {
		if e := e.(body); e["what"] != "step" {
			list = append(list, e)
		}
	}
	return list
}

// history returns what entries does, one word for each.
func (w *world) history(t *testing.T, who auth.Claims, id string) string {
	t.Helper()
	var words []string
	for _, e := range w.entries(t, who, id) {
		words = append(words, e["what"].(string))
	}
	return strings.Join(words, " ")
}

// counts compares the values of a counter.
func (w *world) counts(t *testing.T, metric string, want map[string]float64) {
	t.Helper()
	if got := w.series(t, metric); !maps.Equal(got, want) {
		t.Errorf("%s is %v, want %v", metric, got, want)
	}
}

// series returns the values of a counter; each series is named by its label values.
func (w *world) series(t *testing.T, metric string) map[string]float64 {
	t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range families {
		if f.GetName() != metric {
			continue
		}
		for _, m := range f.GetMetric() {
			var labels []string
			for _, l := range m.GetLabel() {
				labels = append(labels, l.GetValue())
			}
			got[strings.Join(labels, " ")] = m.GetCounter().GetValue()
		}
	}
	return got
}
