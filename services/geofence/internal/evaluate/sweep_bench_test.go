package evaluate_test

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/geofence"
	"github.com/terreno/terreno/services/geofence/internal/evaluate"
	"github.com/terreno/terreno/services/identity"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
)

// BenchmarkSweep is a sweep with nothing to do for 1,000,000 users in 20,000 companies, all of whom were seen within the last
// minutes. In "without zones" half of them have no zone, and so no state or one that stands still; in "judged" each has a state
// that is as new as the position. cpu-s is of this process, wall-s includes PostgreSQL, which works for the most of it.
// "everyone" is the look at all of them by whoever takes over, with no plan in memory yet.
func BenchmarkSweep(b *testing.B) {
	const companies = 20_000 // of 50 users each
	now := time.Date(2026, 3, 9, 17, 0, 0, 0, time.UTC)
	data := pgtest.New(b, identity.Schema, trackingingest.Schema, activity.Schema, geofence.Schema)
	admin := data.Admin(b)
	for _, statement := range []string{
		`INSERT INTO geofence.plan SELECT 'c' || c, 1, 25, 2, 60, 100, 600, 600, 1 FROM generate_series(1, 20000) c`,
		`INSERT INTO geofence.zone (id_empresa, id, name, geometry, radius_m, vertices, schedule, shape_version, version, created_at, updated_at, updated_by)
SELECT 'c' || c, 'z', 'z', '{"type":"Point","coordinates":[-74.08,4.65]}', 200, 1, '[]', 1, 1, 'epoch', 'epoch', '' FROM generate_series(1, 20000) c`,
		`INSERT INTO geofence.zone_user SELECT 'c' || c, 'z', 'u' || u FROM generate_series(1, 20000) c, generate_series(1, 50, 2) u`,
		`INSERT INTO tracking.latest_position (id_empresa, user_id, recorded_at, device_id, received_at, lat, lon, accuracy_m, battery, activity, mock)
SELECT 'c' || c, 'u' || u, timestamptz '2026-03-09 17:00Z' - u * interval '1 second', '', '2026-03-09 17:00Z', 4.65, -74.08, 10, 0.5, '', false FROM generate_series(1, 20000) c, generate_series(1, 50) u`,
	} {
		fill(b, admin, statement)
	}
	pool := data.DB(b, "geofence")
	on, at := natstest.Start(b).Bus(b, "geofence"), clock.NewManual(now)
	e, err := evaluate.New(evaluate.Deps{
		Log: natstest.Log(b), Metrics: prometheus.NewRegistry(), Clock: at, Bus: on, DB: pool, Directory: everyone{},
		Changes: change.New(pool, outbox.NewRelay(pool, on, "geofence", natstest.Log(b), nil), "geofence", at),
	})
	if err != nil {
		b.Fatal(err)
	}
	// What applies is known by a hash: the evaluator computes it once, for a user of the first company.
	ctx, stop := context.WithTimeout(b.Context(), time.Minute)
	defer stop()
	fill(b, admin, `INSERT INTO geofence.user_state SELECT 'c1', 'u1', 'other', $1, 1, $1`, now)
	if err := e.Sweep(ctx, "c1"); err != nil && !errors.Is(err, evaluate.ErrBehind) {
		b.Fatal(err)
	}
	var key string
	if err := admin.Get(&key, `SELECT zones FROM geofence.user_state`); err != nil || key == "other" {
		b.Fatal(key, err)
	}
	fill(b, admin, `DELETE FROM geofence.user_state`)
	fill(b, admin, `INSERT INTO geofence.user_state (id_empresa, user_id, zones, since, status, last_at)
SELECT l.id_empresa, l.user_id, CASE WHEN u.user_id IS NULL THEN '' ELSE $1 END, $2, 1, CASE WHEN u.user_id IS NULL THEN 'epoch' ELSE recorded_at END
FROM tracking.latest_position l LEFT JOIN geofence.zone_user u USING (id_empresa, user_id) WHERE substr(l.user_id, 2)::int % 4 <> 0`, key, now)
	fill(b, admin, `ANALYZE`)
	look := func(name string, sweep func() error) {
		b.Run(name, func(b *testing.B) {
			before := cpu(b)
			for b.Loop() {
				if err := sweep(); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric((cpu(b)-before).Seconds()/float64(b.N), "cpu-s")
			b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "wall-s")
		})
	}
	look("everyone", func() error {
		for c := 1; c <= companies; c += 200 {
			var page []string
			for i := range 200 {
				page = append(page, fmt.Sprint("c", c+i))
			}
			if err := e.Sweep(b.Context(), page...); err != nil {
				return err
			}
		}
		return nil
	})
	all := func() error { return e.SweepAll(b.Context()) }
	look("without zones", all)
	// As if all had zones: by the plans in memory these do not, but nobody asks about whoever is judged.
	fill(b, admin, `INSERT INTO geofence.user_state (id_empresa, user_id, zones, since, status, last_at)
SELECT id_empresa, user_id, $1, $2, 1, recorded_at FROM tracking.latest_position
ON CONFLICT (id_empresa, user_id) DO UPDATE SET zones = excluded.zones, last_at = excluded.last_at`, key, now)
	fill(b, admin, `ANALYZE`)
	look("judged", all)
}

func fill(b *testing.B, admin *sqlx.DB, statement string, args ...any) {
	b.Helper()
	if _, err := admin.ExecContext(b.Context(), statement, args...); err != nil {
		b.Fatal(err)
	}
}

// cpu is what this process has used.
func cpu(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
