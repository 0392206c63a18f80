package geofence_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
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
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func TestMain(m *testing.M) {
	natstest.Main()
	goleak.VerifyTestMain(pgtest.Main(m))
}

// noon is a Monday in Bogotá, where both companies are.
var noon = time.Date(2026, 3, 9, 17, 0, 0, 0, time.UTC)

const patience = 2 * time.Minute

// world is an installation with nothing but geofence, the views that it reads and somebody at its HTTP side.
type world struct {
	data   *pgtest.Database
	admin  *sqlx.DB
	nats   *natstest.Server // nil in a world of several
	bus    servers
	phones *bus.Bus
	writer *trackingtest.Writer
	issuer *authtest.Issuer
	clock  *clock.Manual
	ears   *nats.Conn
	heard  *nats.Subscription // of alerts, as they are relayed
	url    string
	sent   int
}

// servers are one NATS server or three.
type servers interface {
	Bus(t testing.TB, service string) *bus.Bus
	Admin(t testing.TB) *bus.Bus
}

// setup makes acme and globex, in each the admin jefa, the supervisor sofia and the colaboradores juan and ana; juan and sofia
// are in team norte, and ana in none. No replica runs yet.
func setup(t *testing.T, opts ...natstest.Option) *world {
	t.Helper()
	one := natstest.Start(t, opts...)
	w := on(t, one)
	w.nats = one
	return w
}

func on(t *testing.T, bus servers) *world {
	t.Helper()
	w := &world{data: pgtest.New(t, schemas()...), bus: bus, issuer: authtest.New(t), clock: clock.NewManual(noon)}
	w.admin, w.phones, w.writer = w.data.Admin(t), w.bus.Bus(t, "tracking-ingest"), trackingtest.NewWriter(t, w.data)
	for _, company := range []string{"acme", "globex"} {
		w.company(t, company, "America/Bogota")
		w.team(t, company, "norte")
		w.user(t, company, "jefa", audience.RoleAdmin)
		w.user(t, company, "sofia", audience.RoleSupervisor, "norte")
		w.user(t, company, "juan", audience.RoleColaborador, "norte")
		w.user(t, company, "ana", audience.RoleColaborador)
	}
	w.ears = w.bus.Admin(t).Conn()
	t.Cleanup(w.ears.Close) // A bus drains at its end, and would wait for the messages that a test did not read.
	var err error
	if w.heard, err = w.ears.SubscribeSync("*.alerta.*.*"); err != nil {
		t.Fatal(err)
	}
	if err := w.ears.Flush(); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// replica is one process with geofence.
type replica struct {
	service *app.Service
	metrics *prometheus.Registry
	url     string
	// stop ends it as SIGTERM does.
	stop func()
}

// start runs a replica and waits until it is ready. The world's requests go to the last one.
func (w *world) start(t *testing.T) *replica {
	t.Helper()
	r := &replica{metrics: prometheus.NewRegistry()}
	pool, b, log := w.data.DB(t, "geofence"), w.bus.Bus(t, "geofence"), natstest.Log(t)
	dir := directory.New(pool, b, log, nil)
	cfg := geofence.Config{SweepEvery: 3 * time.Minute}
	var err error
	r.service, err = geofence.New(cfg, app.Deps{
		Log: log, Metrics: r.metrics, Clock: w.clock, Bus: b, DB: pool, Auth: w.issuer.Verifier(t, nil), Directory: dir, DrainTimeout: 20 * time.Second, Proxies: apptest.Loopback,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(r.service.Handler)
	t.Cleanup(server.Close)
	r.url, w.url = server.URL, server.URL
	r.stop = apptest.Run(t, r.service, &app.Service{Name: "geofence", Runners: []app.Runner{{Name: "directory", Run: dir.Run}}})
	for _, c := range append(r.service.Checks, app.Check{Ready: dir.Ready}) {
		apptest.Until(t, func() bool { return c.Ready(t.Context()) == nil })
	}
	return r
}

// point is a fix, so many seconds after noon, so many metres north of the middle of Bogotá, where the tests' zones are.
func point(seconds int, metres float64) track.Fix {
	f := track.Fix{RecordedAt: after(seconds).UnixMilli()}
	f.SetPlace(4.65+metres/110_574, -74.08)
	f.SetAccuracyM(10)
	return f
}

// after is an instant so many seconds after noon.
func after(seconds int) time.Time { return noon.Add(time.Duration(seconds) * time.Second) }

// circle is a zone of 200 m around the middle.
func circle(id, name string) map[string]any {
	return map[string]any{
		"type": "Feature", "id": id, "geometry": map[string]any{"type": "Point", "coordinates": []float64{-74.08, 4.65}},
		"properties": map[string]any{"name": name, "radius_m": 200},
	}
}

// upload publishes fixes as tracking-ingest does, received as many seconds after noon.
func (w *world) upload(t *testing.T, company, user string, received int, fixes ...track.Fix) {
	t.Helper()
	w.publish(t, company, user, body(t, "", after(received), fixes...))
}

// body is the bytes of a message with what a device recorded.
func body(t *testing.T, device string, received time.Time, fixes ...track.Fix) []byte {
	t.Helper()
	b, _, err := track.Encode(device, receivedAt(received, fixes))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func receivedAt(at time.Time, fixes []track.Fix) []track.Fix {
	fixes = slices.Clone(fixes)
	for i := range fixes {
		fixes[i].ReceivedAt = at.UnixMilli()
	}
	return fixes
}

func (w *world) publish(t *testing.T, company, user string, body []byte) {
	t.Helper()
	to, err := subject.New(company, "tracking", "ubicacion", user)
	if err != nil {
		t.Fatal(err)
	}
	w.sent++
	apptest.Until(t, func() bool { // a busy cluster may take longer to elect a leader than Publish waits
		_, err = w.phones.Publish(t.Context(), bus.Message{Subject: to, ID: fmt.Sprintf("%s-%d", t.Name(), w.sent), Data: body})
		return !errors.Is(err, bus.ErrUnavailable)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// applied waits until everything that was published is evaluated.
func (w *world) applied(t *testing.T) {
	t.Helper()
	var state bus.State
	apptest.Until(t, func() bool { // a cluster may have no leader for a moment
		var err error
		state, err = w.phones.StreamState(t.Context(), "TRACKING")
		return err == nil
	})
	apptest.Until(t, func() bool {
		var seq uint64
		err := w.admin.GetContext(t.Context(), &seq, `SELECT coalesce((SELECT seq FROM geofence.frontier WHERE stream = 'TRACKING'), 0)`)
		return err == nil && seq >= state.LastSeq
	})
}

// alert is an event about one, as it was heard.
type alert struct {
	event, company string
	header         nats.Header
	body           map[string]any
}

func (a alert) String() string { return fmt.Sprintf("%s %s %v", a.company, a.event, a.body) }

// next is the next alert that is heard.
func (w *world) next(t *testing.T) alert {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	m, err := w.heard.NextMsgWithContext(ctx)
	if err != nil {
		t.Fatalf("no alert came: %v", err)
	}
	s, err := subject.Parse(m.Subject)
	if err != nil {
		t.Fatal(err)
	}
	a := alert{event: s.Event(), company: s.Tenant(), header: m.Header}
	if err := json.Unmarshal(m.Data, &a.body); err != nil || a.body["id"] != s.Entity() {
		t.Fatalf("%s holds %s (%v)", m.Subject, m.Data, err)
	}
	return a
}

// is fails the test unless the alert is what is wanted.
func (a alert) is(t *testing.T, company, event, user string) alert {
	t.Helper()
	if a.company != company || a.event != event || a.body["user_id"] != user {
		t.Fatalf("heard %v, want %s %s of %s", a, company, event, user)
	}
	return a
}

// began fails the test unless the next alert is a live one, of a user of acme, that began at an instant.
func (w *world) began(t *testing.T, user, at string) alert {
	t.Helper()
	a := w.next(t).is(t, "acme", "nueva", user)
	if a.body["started_at"] != at || a.body["late"] != false {
		t.Errorf("%v, want one that began at %s", a, at)
	}
	return a
}

// ended fails the test unless the next alert is the end of one, of a user of acme, for a reason.
func (w *world) ended(t *testing.T, user, reason, at string) {
	t.Helper()
	a := w.next(t).is(t, "acme", "cerrada", user)
	if a.body["end_reason"] != reason || at != "" && a.body["ended_at"] != at {
		t.Errorf("%v, want %s at %s", a, reason, at)
	}
}

// raised fails the test unless the next alerts are live ones of these people, each a company and a user, in any order.
func (w *world) raised(t *testing.T, people ...string) {
	t.Helper()
	var got []string
	for range people {
		a := w.next(t)
		got = append(got, fmt.Sprint(a.event, " ", a.company, " ", a.body["user_id"]))
	}
	slices.Sort(got)
	for i, who := range slices.Sorted(slices.Values(people)) {
		if got[i] != "nueva "+who {
			t.Errorf("%v, want alerts of %v", got, people)
		}
	}
}

// open is how many alerts of a company are in progress.
func (w *world) open(t *testing.T, company string) int {
	t.Helper()
	return pgtest.Count(t, w.admin, fmt.Sprintf("geofence.user_state WHERE id_empresa = '%s' AND alert IS NOT NULL", company))
}

// hold keeps everybody from writing states until release.
func (w *world) hold(t *testing.T) (release func()) {
	t.Helper()
	return w.lock(t, `SELECT pg_advisory_xact_lock(hashtextextended('geofence.states', 0))`)
}

// lock holds what a statement locks until release.
func (w *world) lock(t *testing.T, statement string) (release func()) {
	t.Helper()
	tx, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(release)
	if _, err := tx.Exec(statement); err != nil {
		t.Fatal(err)
	}
	return release
}

// silent fails the test if there is an alert. What was published must be evaluated and told by now: both are asked for.
func (w *world) silent(t *testing.T) {
	t.Helper()
	w.settled(t)
	if err := w.ears.Flush(); err != nil {
		t.Fatal(err)
	}
	if n, _, _ := w.heard.Pending(); n > 0 {
		t.Fatalf("unexpected: %v", w.next(t))
	}
}

type answer = httpxtest.Answer

func as(company, user, role string, teams ...string) auth.Claims {
	return auth.Claims{Company: company, Subject: user, Role: role, Teams: teams}
}

func jefa(company string) auth.Claims { return as(company, "jefa", audience.RoleAdmin) }

// send sends a request as somebody; header is pairs of name and value.
func (w *world) send(t *testing.T, who auth.Claims, method, path string, content any, header ...string) answer {
	t.Helper()
	a, err := httpxtest.Do(t.Context(), method, w.url+path, w.issuer.Token(t, who), content, header...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// zone makes a zone and assigns it to users.
func (w *world) zone(t *testing.T, company string, feature map[string]any, users ...string) {
	t.Helper()
	w.send(t, jefa(company), "POST", "/v1/zones", feature).Is(t, http.StatusCreated, "")
	w.send(t, jefa(company), "PUT", "/v1/zones/"+feature["id"].(string)+"/users", map[string]any{"users": users}).Is(t, http.StatusOK, "")
}
