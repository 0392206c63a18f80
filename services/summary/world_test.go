package summary_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/pkg/shifts/shiftstest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/identity/identitytest"
	"github.com/terreno/terreno/services/summary"
	ingest "github.com/terreno/terreno/services/tracking-ingest"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const name = "summary"

// noon is in Bogotá, five hours behind UTC: Monday.
var noon = time.Date(2026, 3, 9, 17, 0, 0, 0, time.UTC)

// world is the service as in production, with a clock that only the test moves.
type world struct {
	service  *app.Service
	url      string
	nats     *natstest.Server
	database *pgtest.Database
	admin    *sqlx.DB
	issuer   *authtest.Issuer
	clock    *clock.Manual
	metrics  *prometheus.Registry
	tracks   *trackingtest.Writer
	work     *shiftstest.Activity
	ears     *natstest.Ear
	version  int32
	// stop ends the runners of the service that was made last.
	stop func()
}

// schemas are the schemas that summary needs.
var schemas = []db.Schema{schedule.Schema, identity.Schema, activity.Schema, ingest.Schema, summary.Schema}

var config = summary.Config{Late: 7 * 24 * time.Hour, Debounce: 0, Retention: 401 * 24 * time.Hour, Positions: 90 * 24 * time.Hour, Workers: 2}

func setup(t testing.TB, options ...natstest.Option) *world {
	t.Helper()
	database := pgtest.New(t, schemas...)
	w := &world{nats: natstest.Start(t, options...), database: database, admin: database.Admin(t), issuer: authtest.New(t), clock: clock.NewManual(noon)}
	w.tracks = trackingtest.NewWriter(t, database)
	w.work = &shiftstest.Activity{Admin: w.admin, Bus: w.nats.Bus(t, "activity")}
	w.ears = w.nats.Listen(t, bus.Admin, "*.resumen.*.*")
	w.company(t, "acme", "America/Bogota")
	w.user(t, "acme", "ana", audience.RoleColaborador, "{norte}")
	w.user(t, "acme", "luis", audience.RoleColaborador, "{sur}")
	w.user(t, "acme", "sol", audience.RoleSupervisor, "{norte}")
	w.user(t, "acme", "boss", audience.RoleAdmin, "{}")
	return w
}

// again makes the service again, as a restart of its process would, and starts the runners with these names.
func (w *world) again(t testing.TB, c summary.Config, names ...string) {
	t.Helper()
	w.metrics = prometheus.NewRegistry()
	pool, b, log := w.database.DB(t, name), w.nats.Bus(t, name), natstest.Log(t)
	dir := directory.New(pool, b, log, nil)
	var err error
	w.service, err = summary.New(c, app.Deps{
		Log: log, Metrics: w.metrics, Clock: w.clock, Bus: b, DB: pool, Auth: w.issuer.Verifier(t, nil), Directory: dir, DrainTimeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.service.Runners = append(w.service.Runners, app.Runner{Name: "directory", Run: dir.Run})
	server := httptest.NewServer(w.service.Handler)
	t.Cleanup(server.Close)
	w.url = server.URL
	w.stop = apptest.Run(t, apptest.Only(w.service, names...))
	apptest.Until(t, func() bool { return dir.Ready(t.Context()) == nil })
}

func (w *world) exec(t testing.TB, query string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(context.WithoutCancel(t.Context()), query, args...); err != nil {
		t.Fatal(err)
	}
}

func (w *world) count(t testing.TB, from string) int {
	t.Helper()
	return pgtest.Count(t, w.admin, from)
}

func (w *world) company(t testing.TB, id, zone string) {
	t.Helper()
	identitytest.Company(t, w.admin, id, zone)
}

func (w *world) user(t testing.TB, company, id, role, teams string) {
	t.Helper()
	identitytest.User(t, w.admin, company, id, role, teams)
}

// visit writes a visit of a user, as activity would.
func (w *world) visit(t testing.TB, company, id, user, state string, at time.Time) {
	t.Helper()
	w.exec(t, `INSERT INTO activity.visit (id_empresa, id, tipo, external_id, title, notes, priority, place_id, checklist, created_at, created_by, plan_from, plan_until,
    plan_worker, plan_team, state, since, win_from, win_until, worker, team, reason, answers, close_at, last_at, actions, changed_at, changed_by)
VALUES ($1, $2, 'visita', '', $2, '', 'normal', '', '[]', $5, 'boss', $5, $5::timestamptz + interval '1 hour', $3, '', $4, $5, $5,
    $5::timestamptz + interval '1 hour', $3, '', '', '[]', $5::timestamptz + interval '9 hours', $5, 1, $5, 'boss')
ON CONFLICT (id_empresa, id) DO UPDATE SET state = excluded.state, worker = excluded.worker, win_from = excluded.win_from, win_until = excluded.win_until, close_at = excluded.close_at`, company, id, user, state, at)
}

// walk is a straight way north from an instant on: a fix every 10 s, 5 m/s, with a little noise.
func walk(at time.Time, minutes int) []track.Fix {
	noise := rand.New(rand.NewPCG(1, uint64(at.UnixMilli()))) //nolint:gosec // a test
	var fixes []track.Fix
	for i := range minutes * 6 {
		f := track.Fix{RecordedAt: at.UnixMilli() + int64(i)*10_000}
		f.ReceivedAt = f.RecordedAt + 5000
		f.SetPlace(4.65+float64(i)*50/110_600+noise.Float64()*1e-5, -74.1)
		f.SetAccuracyM(8)
		f.SetSpeedMPS(5)
		fixes = append(fixes, f)
	}
	return fixes
}

// stand is a stay at the place where a walk began.
func stand(at time.Time, minutes int) []track.Fix {
	fixes := walk(at, minutes)
	for i := range fixes {
		fixes[i].SetPlace(4.65, -74.1)
		fixes[i].SetSpeedMPS(0)
	}
	return fixes
}

func (w *world) upload(t testing.TB, company, user, device string, fixes []track.Fix) {
	t.Helper()
	w.tracks.Store(t, trackingtest.Track{Company: company, User: user, Device: device, Fixes: fixes})
}

// planned waits until the job of a company is planned: what was due before is not run.
func (w *world) planned(t testing.TB, company string) {
	t.Helper()
	apptest.Until(t, func() bool {
		return w.count(t, "platform.job_schedule WHERE job = 'resumen-diario' AND scope = '"+company+"'") == 1
	})
}

// close closes a date, as the nightly job does, and waits until nothing waits.
func (w *world) close(t testing.TB, company, date string) {
	t.Helper()
	w.ask(t, company, date)
	w.quiet(t)
}

// ask asks for a run of the job.
func (w *world) ask(t testing.TB, company, date string) {
	t.Helper()
	w.planned(t, company)
	pool := w.database.DB(t, "identity")
	err := pool.AsWorker(t.Context(), func(tx *sqlx.Tx) error {
		_, err := schedule.Request(t.Context(), tx, schedule.Ask{Job: "resumen-diario", Scope: company, Date: date, By: "boss", Now: w.clock.Now()})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// quiet waits until all news of visits and shifts are taken, all jobs have run and no day waits. News that came before a day was closed may be
// taken afterwards, or again, and put it into the queue then.
func (w *world) quiet(t testing.TB) {
	t.Helper()
	w.nats.Settled(t, stream.Activity, stream.SummaryActivity)
	apptest.Until(t, func() bool {
		return w.count(t, "platform.job_run WHERE state IN ('due', 'running')") == 0 && w.count(t, "tracking.changed_day") == 0 && w.count(t, "summary.pending") == 0
	})
}

type event struct {
	company, event string
	body           map[string]any
}

// next returns the next event that sockets get.
func (w *world) next(t testing.TB) event {
	t.Helper()
	m, err := w.ears.NextMsg(apptest.Patience)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(m.Subject, ".")
	e := event{company: parts[0], event: parts[2]}
	if err := json.Unmarshal(m.Data, &e.body); err != nil {
		t.Fatal(err)
	}
	return e
}

// silent checks that everything that was published was heard.
func (w *world) silent(t testing.TB) {
	t.Helper()
	apptest.Until(t, func() bool { return w.count(t, "summary.outbox") == 0 })
	w.ears.CatchUp(t)
	if n, _, err := w.ears.Pending(); err != nil || n != 0 {
		m, _ := w.ears.NextMsgWithContext(t.Context())
		t.Fatalf("%d more events, the first %s", n, m.Data)
	}
}

func claims(company, user, role string) auth.Claims {
	return auth.Claims{Company: company, Subject: user, Role: role}
}

var (
	boss = claims("acme", "boss", audience.RoleAdmin)
	sol  = claims("acme", "sol", audience.RoleSupervisor)
	ana  = claims("acme", "ana", audience.RoleColaborador)
	luis = claims("acme", "luis", audience.RoleColaborador)
)

type answer = httpxtest.Answer

func (w *world) get(t testing.TB, who auth.Claims, path string, header ...string) answer {
	t.Helper()
	a, err := httpxtest.Do(t.Context(), http.MethodGet, w.url+path, w.issuer.Token(t, who), nil, header...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// patient gets what takes long to compute: on a busy machine it is not done within the time of a request, and a client asks again.
func (w *world) patient(t testing.TB, who auth.Claims, path string) (a answer) {
	t.Helper()
	apptest.Until(t, func() bool {
		a = w.get(t, who, path)
		return a.Status != http.StatusServiceUnavailable
	})
	return a
}

// row returns all that is stored of a day but when it was computed.
func (w *world) row(t testing.TB, company, user, date string) map[string]any {
	t.Helper()
	row := map[string]any{}
	if err := w.admin.QueryRowxContext(t.Context(), `SELECT * FROM summary.day WHERE id_empresa = $1 AND user_id = $2 AND date = $3`, company, user, date).MapScan(row); err != nil {
		t.Fatal(err)
	}
	delete(row, "computed_at")
	return row
}

// same compares two rows, without some columns.
func same(t testing.TB, a, b map[string]any, but ...string) {
	t.Helper()
	a, b = maps.Clone(a), maps.Clone(b)
	for _, column := range but {
		delete(a, column)
		delete(b, column)
	}
	for column, is := range a {
		if got, want := fmt.Sprintf("%s", b[column]), fmt.Sprintf("%s", is); got != want {
			t.Errorf("%s is %s and %s", column, want, got)
		}
	}
}

// tellVisit publishes a visit as activity would.
func (w *world) tellVisit(t testing.TB, company, id, user, state string, at time.Time) {
	t.Helper()
	w.version++
	raw, err := clientjson.Marshal(&terrenov1.Activity{
		Id: id, Tipo: "visita", Version: w.version, UserId: user, State: state, Since: timestamppb.New(at), From: timestamppb.New(at), Until: timestamppb.New(at.Add(time.Hour)),
	})
	if err != nil {
		t.Fatal(err)
	}
	to, err := subject.New(company, "actividad", "estado", id)
	if err != nil {
		t.Fatal(err)
	}
	header := nats.Header{}
	if err := audience.OfUser(user, nil).Set(header); err != nil {
		t.Fatal(err)
	}
	if _, err := w.work.Bus.Publish(t.Context(), bus.Message{Subject: to, ID: fmt.Sprint(company, id, w.version), Header: header, Data: raw}); err != nil {
		t.Fatal(err)
	}
}
