package writer

import (
	"os"
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
	"github.com/terreno/terreno/services/tracking-ingest/internal/upload"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const service = "tracking-ingest"

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

func schema() db.Schema {
	return db.Schema{Name: "tracking", Service: service, Migrations: os.DirFS("../../migrations")}
}

type world struct {
	nats     *natstest.Server
	bus      *bus.Bus
	database *pgtest.Database
	admin    *sqlx.DB
	clock    *clock.Manual
}

func setup(t testing.TB, opts ...natstest.Option) *world {
	t.Helper()
	return setupOn(t, pgtest.New(t, activity.Schema, schema()), opts...)
}

func setupOn(t testing.TB, database *pgtest.Database, opts ...natstest.Option) *world {
	t.Helper()
	s := natstest.Start(t, opts...)
	return &world{nats: s, bus: s.Bus(t, service), database: database, admin: database.Admin(t), clock: clock.NewManual(noon)}
}

// writer makes a replica.
func (w *world) writer(t testing.TB) *Writer {
	t.Helper()
	made, err := New(w.nats.Bus(t, service), store.New(w.database.DB(t, service)), w.clock, natstest.Log(t), prometheus.NewRegistry(),
		Config{Retention: 10 * day, DrainTimeout: 20 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	return made
}

// fixes are n fixes, a minute apart, from an instant on.
func fixes(from time.Time, n int) []track.Fix {
	list := make([]track.Fix, n)
	for i := range list {
		list[i] = track.Fix{RecordedAt: from.UnixMilli() + int64(i)*60_000, Activity: "walking"}
		list[i].SetPlace(-12, -77+float64(i)/1e4)
	}
	return list
}

func (w *world) publish(t testing.TB, company, user string, list []track.Fix) {
	t.Helper()
	to, err := subject.New(company, "tracking", "ubicacion", user)
	if err != nil {
		t.Fatal(err)
	}
	messages, err := upload.Upload{DeviceID: "phone", Fixes: slices.Clone(list)}.Split(company, user, noon)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range messages {
		if _, err := w.bus.Publish(t.Context(), bus.Message{Subject: to, ID: m.ID, Data: m.Body}); err != nil {
			t.Fatal(err)
		}
	}
}

// settled waits until every message in the stream is acknowledged.
func (w *world) settled(t testing.TB) {
	t.Helper()
	w.nats.Settled(t, stream.Tracking, stream.TrackingWriter)
}

// evaluated stands for the other reader that the table declares, which is another service's: it has everything by now.
func (w *world) evaluated(t testing.TB) {
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

func value(c prometheus.Collector) int { return int(testutil.ToFloat64(c)) }
