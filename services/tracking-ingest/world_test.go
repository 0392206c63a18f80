package trackingingest_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
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
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/identity"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

// world is the service as it runs in production, with a clock that stands still.
type world struct {
	service *app.Service
	url     string
	nats    *natstest.Server
	admin   *sqlx.DB
	issuer  *authtest.Issuer
	clock   *clock.Manual
	metrics *prometheus.Registry
	// directory tells the job which companies there are. It runs while the service does.
	directory *directory.Directory
}

func limits() trackingingest.Config {
	return trackingingest.Config{Retention: 10 * 24 * time.Hour, MaxUploads: 8, MaxBytes: 32 << 20, Timeout: 10 * time.Second}
}

func setup(t *testing.T, cfg trackingingest.Config, opts ...natstest.Option) *world {
	t.Helper()
	return setupOn(t, pgtest.New(t, schemas()...), cfg, opts...)
}

// schemas are the service's own, and those that it reads or keeps its job in.
func schemas() []db.Schema {
	return []db.Schema{identity.Schema, schedule.Schema, activity.Schema, trackingingest.Schema}
}

func setupOn(t *testing.T, database *pgtest.Database, cfg trackingingest.Config, opts ...natstest.Option) *world {
	t.Helper()
	w := &world{
		nats: natstest.Start(t, opts...), admin: database.Admin(t), issuer: authtest.New(t),
		clock: clock.NewManual(noon), metrics: prometheus.NewRegistry(),
	}
	log, pool, b := natstest.Log(t), database.DB(t, "tracking-ingest"), w.nats.Bus(t, "tracking-ingest")
	w.directory = directory.New(pool, b, log, nil)
	var err error
	w.service, err = trackingingest.New(cfg, app.Deps{
		Log: log, Metrics: w.metrics, Clock: w.clock, Bus: b, DB: pool, Auth: w.issuer.Verifier(t, nil), Directory: w.directory,
		DrainTimeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(w.service.Handler)
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// start runs the runners of these names, all by default, until the test ends.
func (w *world) start(t *testing.T, names ...string) {
	t.Helper()
	apptest.Run(t, apptest.Only(w.service, names...), &app.Service{Name: "directory", Runners: []app.Runner{{Name: "directory", Run: w.directory.Run}}})
}

// settled waits until the writer has everything.
func (w *world) settled(t *testing.T) {
	t.Helper()
	w.nats.Settled(t, stream.Tracking, stream.TrackingWriter)
}

// evaluated stands for the other reader that the table declares, which is another service's: it has everything by now.
func (w *world) evaluated(t *testing.T) {
	t.Helper()
	js := w.nats.Admin(t).JetStream()
	live, err := js.Stream(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := js.ResetConsumerToSequence(t.Context(), stream.Tracking, stream.GeofenceEvaluator, live.CachedInfo().State.LastSeq+1); err != nil {
		t.Fatal(err)
	}
}

// user adds somebody to a company and to its teams; teams is a PostgreSQL array.
func (w *world) user(t *testing.T, company, id, teams string) {
	t.Helper()
	const insert = `
WITH c AS (INSERT INTO identity.company (id_empresa, name, zone) VALUES ($1, $1, 'UTC') ON CONFLICT DO NOTHING),
     u AS (INSERT INTO identity.users (id_empresa, id, name, role) VALUES ($1, $2, $2, 'colaborador')),
     t AS (INSERT INTO identity.team (id_empresa, id, name) SELECT $1, id, id FROM unnest($3::text[]) id ON CONFLICT DO NOTHING)
INSERT INTO identity.team_member (id_empresa, user_id, team_id) SELECT $1, $2, id FROM unnest($3::text[]) id`
	if _, err := w.admin.ExecContext(t.Context(), insert, company, id, teams); err != nil {
		t.Fatal(err)
	}
}

// relayed is what gateway hears of positions.
func (w *world) relayed(t *testing.T) *nats.Subscription {
	t.Helper()
	nc := w.nats.Connect(t, "gateway")
	sub, err := nc.SubscribeSync("*.tracking.ubicacion.*")
	if err != nil {
		t.Fatal(err)
	}
	if err := nc.Flush(); err != nil {
		t.Fatal(err)
	}
	return sub
}

func claims(company, user, role string, teams ...string) auth.Claims {
	return auth.Claims{Company: company, Subject: user, Role: role, Teams: teams}
}

func worker(company, user string, teams ...string) auth.Claims {
	return claims(company, user, audience.RoleColaborador, teams...)
}

type answer = httpxtest.Answer

// do sends a request as somebody; header is pairs of name and value.
func (w *world) do(t *testing.T, method, path string, who auth.Claims, body any, header ...string) answer {
	t.Helper()
	return w.send(t, method, path, w.issuer.Token(t, who), body, header...)
}

func (w *world) send(t *testing.T, method, path, token string, body any, header ...string) answer {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	a, err := httpxtest.Do(ctx, method, w.url+path, token, body, header...)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func (w *world) post(t *testing.T, who auth.Claims, body []byte, header ...string) answer {
	t.Helper()
	return w.do(t, http.MethodPost, "/v1/positions", who, body, header...)
}

func (w *world) get(t *testing.T, who auth.Claims, path string) answer {
	t.Helper()
	return w.do(t, http.MethodGet, path, who, nil)
}

// accept posts and wants all of it accepted but rejected ones.
func (w *world) accept(t *testing.T, who auth.Claims, body []byte, accepted, rejected int) {
	t.Helper()
	a := w.post(t, who, body)
	var got struct {
		Accepted int
		Rejected []json.RawMessage
	}
	if err := json.Unmarshal([]byte(a.Text), &got); err != nil || a.Status != http.StatusAccepted || got.Accepted != accepted || len(got.Rejected) != rejected {
		t.Fatalf("answer %d %s, want 202 with %d accepted and %d rejected", a.Status, a.Text, accepted, rejected)
	}
}

// position is one as a phone posts it.
type position map[string]any

func at(t time.Time) position {
	return position{"recorded_at": t.Format(time.RFC3339Nano), "lat": -12.0464, "lon": -77.0428}
}

// walk is n positions, a second apart, the last at an instant.
func walk(until time.Time, n int) []position {
	list := make([]position, n)
	for i := range list {
		list[i] = at(until.Add(time.Duration(i-n+1) * time.Second))
		list[i]["lat"] = -12.0464 + float64(i)/1e5
	}
	return list
}

func upload(device string, positions ...position) []byte {
	body, err := json.Marshal(map[string]any{"device_id": device, "positions": positions})
	if err != nil {
		panic(fmt.Sprintf("encode an upload: %v", err))
	}
	return body
}

// asTrack is the header of an upload that is a track.
var asTrack = []string{"Content-Type", "application/x-protobuf"}

// columns is the same upload as a track. It takes positions with a time and a place only, in order.
func columns(device string, positions ...position) []byte {
	list := make([]track.Fix, len(positions))
	for i, p := range positions {
		at, err := time.Parse(time.RFC3339Nano, p["recorded_at"].(string))
		if err != nil {
			panic(err)
		}
		list[i].RecordedAt = at.UnixMilli()
		list[i].SetPlace(p["lat"].(float64), p["lon"].(float64))
	}
	body, _, err := track.Encode(device, list)
	if err != nil {
		panic(fmt.Sprintf("encode a track: %v", err))
	}
	return body
}

func zipped(plain []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(plain)
	_ = z.Close()
	return b.Bytes()
}
