package geofence_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/services/geofence/geofencetest"
	"github.com/terreno/terreno/services/geofence/internal/evaluate"
)

// sweeper is a replica that only sweeps, when a test asks it to.
func (w *world) sweeper(t *testing.T) *evaluate.Evaluator {
	t.Helper()
	pool, b, log := w.data.DB(t, "geofence"), w.nats.Bus(t, "geofence"), natstest.Log(t)
	dir := directory.New(pool, b, log, nil)
	e, err := evaluate.New(evaluate.Deps{
		Log: log, Metrics: prometheus.NewRegistry(), Clock: w.clock, Bus: b, DB: pool, Directory: dir, Wake: func() {},
	})
	if err != nil {
		t.Fatal(err)
	}
	run(t, &app.Service{Name: "geofence", Runners: []app.Runner{{Name: "directory", Run: dir.Run}}})
	until(t, func() bool { return dir.Ready(t.Context()) == nil })
	return e
}

// written puts a message where the writer puts it.
func (w *world) written(t *testing.T, m geofencetest.Message) {
	t.Helper()
	n := len(m.Fixes)
	recorded, lat, lon, accuracy := make([]string, n), make([]float64, n), make([]float64, n), make([]float64, n)
	for i, f := range m.Fixes {
		recorded[i], lat[i], lon[i], accuracy[i] = f.At.Format(time.RFC3339Nano), f.Lat, f.Lon, f.AccuracyM
	}
	w.exec(t, `INSERT INTO tracking.position (id_empresa, user_id, recorded_at, received_at, lat, lon, accuracy_m)
SELECT $1, $2, r, $3, lat, lon, nullif(accuracy, 0) FROM unnest($4::timestamptz[], $5::float8[], $6::float8[], $7::float4[]) AS f(r, lat, lon, accuracy)
ON CONFLICT DO NOTHING`, m.Company, m.User, m.ReceivedAt, pq.Array(recorded), pq.Array(lat), pq.Array(lon), pq.Array(accuracy))
}

// TestSweepsNeverChangeTheOutcome: they run all the time, the writer is as far as it can be, and the evaluator lags, for
// minutes of domain time and for hours.
func TestSweepsNeverChangeTheOutcome(t *testing.T) {
	t.Parallel()
	for _, seed := range []uint64{11, 12} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			s := wandering(seed, 12, 200)
			w := setup(t)
			w.people(t, s)
			r := w.start(t)
			w.draw(t, s)
			sweeper := w.sweeper(t)
			ctx, stop := context.WithCancel(t.Context())
			var sweeping sync.WaitGroup
			sweeps := 0
			sweeping.Go(func() {
				for ctx.Err() == nil {
					if err := sweeper.SweepAll(ctx); err != nil && ctx.Err() == nil {
						t.Error(err)
						return
					}
					sweeps++
				}
			})
			w.play(t, s, func(i int, m geofencetest.Message) {
				w.clock.Set(m.ReceivedAt)
				w.written(t, m)
				switch i % 400 {
				case 100:
					r.stop()
				case 200:
					r = w.start(t)
				}
			})
			w.settled(t)
			stop()
			sweeping.Wait()
			t.Logf("%d sweeps", sweeps)
			w.matches(t, s)
		})
	}
}
