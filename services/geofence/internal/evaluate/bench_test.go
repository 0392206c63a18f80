package evaluate_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/geofence/internal/evaluate"
	"github.com/terreno/terreno/services/identity"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
)

const benchUsers = 1000

// everyone is a directory in which everyone works.
type everyone struct{}

func (everyone) Company(tenant string) (directory.Company, bool) {
	return directory.Company{ID: tenant, Zone: time.UTC}, true
}

func (everyone) User(_, id string) (directory.User, bool) {
	return directory.User{ID: id, Role: audience.RoleColaborador, Active: true, Teams: []string{"norte"}}, true
}

func (everyone) Ready(context.Context) error { return nil }

// BenchmarkEvaluator is fixes through NATS, the evaluator and its transaction, as they wait in the stream: 1,000 users with a
// zone each, of whom each leaves and comes back every half hour. An operation is a fix.
func BenchmarkEvaluator(b *testing.B) {
	for _, fixes := range []int{1, 10, 50} {
		b.Run(fmt.Sprintf("fixes=%d", fixes), func(b *testing.B) { evaluateAll(b, fixes, 0) })
	}
}

// BenchmarkBatch is what one transaction takes.
func BenchmarkBatch(b *testing.B) {
	for _, batch := range []int{30, 100, 300, 1000, 3000} {
		b.Run(fmt.Sprintf("messages=%d", batch), func(b *testing.B) { evaluateAll(b, 1, batch) })
	}
}

func evaluateAll(b *testing.B, fixes, batch int) {
	data := pgtest.New(b, identity.Schema, trackingingest.Schema, activity.Schema, geofence.Schema)
	server := natstest.Start(b, natstest.WithMaxBytes(stream.Tracking, 1<<30))
	admin := data.Admin(b)
	if _, err := admin.ExecContext(b.Context(), `INSERT INTO geofence.plan VALUES ('acme', 1, 25, 2, 60, 100, 600, 600);
INSERT INTO geofence.zone (id_empresa, id, name, geometry, radius_m, vertices, schedule, shape_version, version, created_at, updated_at, updated_by)
SELECT 'acme', 'z' || i, i, '{"type":"Point","coordinates":[-74.08,4.65]}', 200, 1, '[]', 1, 1, 'epoch', 'epoch', '' FROM generate_series(0, 999) i;
INSERT INTO geofence.zone_user SELECT 'acme', 'z' || i, 'u' || i FROM generate_series(0, 999) i`); err != nil {
		b.Fatal(err)
	}
	messages := (b.N + fixes - 1) / fixes
	upload(b, server, messages, fixes)
	pool := data.DB(b, "geofence")
	on, now := server.Bus(b, "geofence"), clock.NewManual(time.Unix(0, 0))
	e, err := evaluate.New(evaluate.Deps{
		Log: natstest.Log(b), Metrics: prometheus.NewRegistry(), Clock: now, Bus: on, DB: pool, Directory: everyone{},
		Changes: change.New(pool, outbox.NewRelay(pool, on, "geofence", natstest.Log(b), nil), "geofence", now), DrainTimeout: time.Second, Batch: batch,
	})
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	b.ResetTimer()
	go func() {
		ended <- e.Run(ctx, func(ctx context.Context) error {
			<-ctx.Done()
			return nil
		})
	}()
	for seq := 0; seq < messages; <-tick.C {
		if err := admin.GetContext(b.Context(), &seq, `SELECT coalesce(max(seq), 0) FROM geofence.frontier`); err != nil {
			b.Fatal(err)
		}
	}
	b.StopTimer()
	b.ReportMetric(float64(messages*fixes)/b.Elapsed().Seconds(), "fixes/s")
	var alerts int
	if err := admin.GetContext(b.Context(), &alerts, `SELECT count(*) FROM geofence.outbox`); err != nil || alerts == 0 && b.N > 100*benchUsers {
		b.Errorf("%d alerts: %v", alerts, err)
	}
	stop()
	if err := <-ended; err != nil {
		b.Error(err)
	}
}

// upload fills the stream: users take turns, each goes on where it was.
func upload(b *testing.B, server *natstest.Server, messages, fixes int) {
	b.Helper()
	js := server.Admin(b).JetStream()
	for i := range messages {
		way := make([]track.Fix, fixes)
		for n := range way {
			turn := i/benchUsers*fixes + n
			f := &way[n]
			f.RecordedAt, f.ReceivedAt = int64(turn+1)*30_000, int64((i/benchUsers+1)*fixes)*30_000+1000
			f.SetPlace(4.65, -74.08)
			f.SetAccuracyM(10)
			if (turn+i%benchUsers)%60 > 52 {
				f.SetPlace(4.653, -74.08)
			}
		}
		body, _, err := track.Encode("", way)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := js.PublishAsync(fmt.Sprintf("in.acme.tracking.ubicacion.u%d", i%benchUsers), body); err != nil {
			b.Fatal(err)
		}
		if i%1000 == 999 || i == messages-1 {
			<-js.PublishAsyncComplete()
		}
	}
}
