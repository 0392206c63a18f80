package inactivity_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
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
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/pkg/shifts/shiftstest"
	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/identity/identitytest"
	"github.com/terreno/terreno/services/inactivity"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const name = "inactivity"

// noon is noon in Bogotá, on a Monday.
var noon = time.Date(2026, 3, 9, 17, 0, 0, 0, time.UTC)

// world is the service as in production, with a clock that stands still. Its runners do not run.
type world struct {
	service  *app.Service
	deps     app.Deps
	checker  inactivity.Checker
	url      string
	nats     *natstest.Server
	database *pgtest.Database
	admin    *sqlx.DB
	issuer   *authtest.Issuer
	clock    *clock.Manual
	metrics  *prometheus.Registry
	writer   *trackingtest.Writer
	shifts   *shiftstest.Activity
}

var schemas = []db.Schema{schedule.Schema, identity.Schema, trackingingest.Schema, activity.Schema, inactivity.Schema, {Service: "geofence"}, {Service: "summary"}}

// setup makes acme and beta with their people (identitytest.People). All of storage is up to date.
func setup(t testing.TB, opts ...natstest.Option) *world {
	t.Helper()
	database := pgtest.New(t, schemas...)
	w := &world{nats: natstest.Start(t, opts...), database: database, admin: database.Admin(t), issuer: authtest.New(t), clock: clock.NewManual(noon), metrics: prometheus.NewRegistry()}
	w.writer, w.shifts = trackingtest.NewWriter(t, database), &shiftstest.Activity{Admin: w.admin}
	identitytest.People(t, w.admin, "acme", "beta")
	pool, b, log := database.DB(t, name), w.nats.Bus(t, name), natstest.Log(t)
	dir := directory.New(pool, b, log, nil)
	w.deps = app.Deps{Log: log, Metrics: w.metrics, Clock: w.clock, Bus: b, DB: pool, Auth: w.issuer.Verifier(t, nil), Directory: dir, DrainTimeout: 20 * time.Second}
	var err error
	if w.service, err = inactivity.New(inactivity.Config{Every: 10 * time.Minute}, w.deps); err != nil {
		t.Fatal(err)
	}
	w.checker = inactivity.NewChecker(w.deps)
	w.service.Runners = append(w.service.Runners, app.Runner{Name: "directory", Run: dir.Run})
	server := httptest.NewServer(w.service.Handler)
	t.Cleanup(server.Close)
	w.url = server.URL
	apptest.Run(t, apptest.Only(w.service, "directory"))
	apptest.Until(t, func() bool { return dir.Ready(t.Context()) == nil })
	return w
}

func (w *world) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

func (w *world) company(t testing.TB, id string) {
	t.Helper()
	identitytest.Company(t, w.admin, id, "America/Bogota")
}

// user puts a user into a company, as identitytest.User does.
func (w *world) user(t testing.TB, company, id, role, teams string) {
	t.Helper()
	identitytest.User(t, w.admin, company, id, role, teams)
}

type (
	body   = httpxtest.Body
	answer = httpxtest.Answer
)

// person is one of the people of acme.
func person(id string) auth.Claims { return personOf("acme", id) }

func personOf(company, id string) auth.Claims { return identitytest.Person(company, id) }

func (w *world) do(t *testing.T, who auth.Claims, method, path string, content any) answer {
	t.Helper()
	a, err := httpxtest.Do(t.Context(), method, w.url+path, w.issuer.Token(t, who), content)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) get(t *testing.T, who auth.Claims, path string) answer {
	t.Helper()
	return w.do(t, who, http.MethodGet, path, nil)
}

// at is a time of the day, by the clocks of UTC.
func at(clock string) time.Time {
	of, err := time.Parse("15:04", clock)
	if err != nil {
		panic(err)
	}
	return noon.Truncate(24 * time.Hour).Add(time.Duration(of.Hour())*time.Hour + time.Duration(of.Minute())*time.Minute)
}

// shift begins a shift.
func (w *world) shift(t testing.TB, company, user, from string) {
	t.Helper()
	w.shifts.Shift(t, company, user, "s-"+from, at(from), time.Time{})
}

// ended ends the shift.
func (w *world) ended(t testing.TB, company, user, from, until string) {
	t.Helper()
	w.shifts.Shift(t, company, user, "s-"+from, at(from), at(until))
}

// heard gives people of acme a shift from 12:00 on, in which they were heard of at 13:00.
func (w *world) heard(t testing.TB, users ...string) {
	t.Helper()
	for _, user := range users {
		w.shift(t, "acme", user, "12:00")
		w.fix(t, "acme", user, "13:00")
	}
}

// fix stores positions of somebody, received when they were recorded.
func (w *world) fix(t testing.TB, company, user string, recorded ...string) {
	t.Helper()
	for _, r := range recorded {
		w.late(t, company, user, r, r)
	}
}

// late stores positions that were all received at an instant.
func (w *world) late(t testing.TB, company, user, received string, recorded ...string) {
	t.Helper()
	var fixes []track.Fix
	for i, r := range recorded {
		f := track.Fix{RecordedAt: at(r).UnixMilli(), ReceivedAt: at(received).UnixMilli()}
		f.SetPlace(4.6+float64(i)/100, -74.1)
		f.SetBattery(0.5)
		fixes = append(fixes, f)
	}
	w.writer.Store(t, trackingtest.Track{Company: company, User: user, Device: "d-" + user, Fixes: fixes})
}

// stored says how far the storage is.
func (w *world) stored(t testing.TB, until, asked time.Time) {
	t.Helper()
	w.exec(t, `INSERT INTO tracking.watermark (stored_until, asked_at, margin) VALUES ($1, $2, '30 seconds')
ON CONFLICT (one) DO UPDATE SET stored_until = $1, asked_at = $2`, until, asked)
}

// check moves the clock, ends what is over and finds who fell silent. Storage is up to date. It returns what was told.
func (w *world) check(t testing.TB, clock string) string {
	t.Helper()
	w.stored(t, at(clock).Add(-30*time.Second), at(clock))
	return w.checkAsStored(t, clock)
}

func (w *world) checkAsStored(t testing.TB, clock string) string {
	t.Helper()
	w.clock.Set(at(clock))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := w.checker.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w.told(t)
}

// close moves the clock and ends what is over.
func (w *world) close(t testing.TB, clock string) string {
	t.Helper()
	w.clock.Set(at(clock))
	if err := w.checker.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return w.told(t)
}

// event is an alert that was told.
type event struct {
	alert.Alert
	name    string
	company string
	to      audience.Audience
}

func (w *world) events(t testing.TB) (list []event) {
	t.Helper()
	var rows []struct {
		Company string `db:"id_empresa"`
		Subject string `db:"subject"`
		Header  []byte `db:"header"`
		Body    []byte `db:"body"`
	}
	if err := w.admin.SelectContext(t.Context(), &rows, `DELETE FROM inactivity.outbox RETURNING id_empresa, subject, header, body`); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		s, err := subject.Parse(r.Subject)
		if err != nil {
			t.Fatal(err)
		}
		a, err := alert.Read(s, r.Body)
		if err != nil {
			t.Fatalf("%s: %v", r.Body, err)
		}
		var header map[string][]string
		if err := json.Unmarshal(r.Header, &header); err != nil {
			t.Fatal(err)
		}
		list = append(list, event{Alert: a, name: a.Event(), company: r.Company, to: audience.Of(header)})
	}
	return list
}

// told returns what was told since, such as "+ana unknown, -ana returned", in order of its text.
func (w *world) told(t testing.TB) string {
	t.Helper()
	var list []string
	for _, e := range w.events(t) {
		who := e.User
		if e.Type == alert.TypeSystem {
			who = fmt.Sprintf("%s(%d/%d %s)", e.company, e.Why.People, e.Why.PeopleOf, e.Why.Scope)
		}
		if e.EndedAt != nil {
			list = append(list, "-"+who+" "+e.EndReason)
		} else {
			list = append(list, "+"+who+" "+e.Why.Cause)
		}
	}
	slices.Sort(list)
	return strings.Join(list, ", ")
}

func claims(role, company string) auth.Claims {
	return auth.Claims{Company: company, Subject: "boss", Role: role}
}
