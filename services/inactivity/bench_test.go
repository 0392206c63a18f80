package inactivity_test

import (
	"flag"
	"testing"
	"time"
)

var benchCompanies = flag.Int("companies", 200, "companies that BenchmarkCheck looks at, with 50 people each")

// BenchmarkCheck looks at -companies companies with 50 people each on shift: the time of a check that finds nothing, of the one that
// finds one silent person in each company and tells of it, of the one after it, and of the minute's look at those silences. PostgreSQL does
// most of the work.
func BenchmarkCheck(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w := setup(b)
		for _, statement := range []string{
			`INSERT INTO identity.company (id_empresa, name, zone) SELECT 'c' || c, 'c', 'America/Bogota' FROM generate_series(1, $1::int) c`,
			`INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'c' || c, 'u' || u, 'u', 'colaborador' FROM generate_series(1, $1::int) c, generate_series(1, 50) u`,
			`INSERT INTO activity.shift_user (id_empresa, user_id) SELECT 'c' || c, 'u' || u FROM generate_series(1, $1::int) c, generate_series(1, 50) u`,
			`INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version)
SELECT 'c' || c, 'u' || u, 's', '2026-03-09 08:00Z', NULL, false, '[]', false, '2026-03-10 03:00Z', 1 FROM generate_series(1, $1::int) c, generate_series(1, 50) u`,
			`INSERT INTO tracking.latest_position (id_empresa, user_id, recorded_at, device_id, received_at, lat, lon, activity, mock)
SELECT 'c' || c, 'u' || u, t, 'd', t, 4, -74, '', false FROM generate_series(1, $1::int) c, generate_series(1, 50) u, LATERAL (SELECT timestamptz '2026-03-09 17:00Z' - (u = 7)::int * interval '25 minutes' AS t) x`,
		} {
			w.exec(b, statement, *benchCompanies)
		}
		w.exec(b, `ANALYZE identity.users, identity.company, activity.shift, tracking.latest_position`)
		lap := func(name, clock string, do func() error) {
			w.clock.Set(at(clock))
			w.stored(b, at(clock), at(clock))
			begin := time.Now()
			if err := do(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(begin).Milliseconds()), name)
		}
		check := func() error { return w.checker.Check(b.Context()) }
		b.StartTimer()
		lap("ms-nothing", "17:00", check)
		lap("ms-tell", "17:06", check)
		w.exec(b, `ANALYZE inactivity.silence`)
		lap("ms-again", "17:07", check)
		lap("ms-close", "17:08", func() error { return w.checker.Close(b.Context()) })
	}
}

// BenchmarkStill looks, as each minute, at 2,000 people of a company who stand still.
func BenchmarkStill(b *testing.B) {
	w := setup(b)
	w.crew(b, "big", 2000, "16:59")
	w.exec(b, `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, version, updated_at, updated_by)
VALUES ('big', 'company', 'big', 1800, 'auto', '[]', 900, 1, now(), '')`)
	w.exec(b, `INSERT INTO inactivity.silence (id_empresa, user_id, kind, base_at, expected_by, after_s, raised_at, why, lat, lon)
SELECT 'big', 'u' || n, 'sin_movimiento', '2026-03-09 08:00Z', 'shifts', 900, '2026-03-09 08:15Z', '{}', 4, -74 FROM generate_series(1, 2000) n`)
	w.exec(b, `ANALYZE identity.users, activity.shift, tracking.latest_position, inactivity.silence`)
	w.clock.Set(at("17:00"))
	for b.Loop() {
		if err := w.checker.Close(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
	if told := w.told(b); told != "" {
		b.Fatal(told)
	}
}

// BenchmarkLow looks at -companies companies with 50 people each on shift, whose phones said of their batteries and send positions: the time
// of a check that finds no low battery, of the one that finds one in each company and tells of it, of the one after it, and of the minute's
// look at those low batteries.
func BenchmarkLow(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		w := setup(b)
		for _, statement := range []string{
			`INSERT INTO identity.company (id_empresa, name, zone) SELECT 'c' || c, 'c', 'America/Bogota' FROM generate_series(1, $1::int) c`,
			`INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'c' || c, 'u' || u, 'u', 'colaborador' FROM generate_series(1, $1::int) c, generate_series(1, 50) u`,
			`INSERT INTO activity.shift_user (id_empresa, user_id) SELECT 'c' || c, 'u' || u FROM generate_series(1, $1::int) c, generate_series(1, 50) u`,
			`INSERT INTO activity.shift (id_empresa, user_id, id, started_at, ended_at, paused, pauses, forced, close_at, version)
SELECT 'c' || c, 'u' || u, 's', '2026-03-09 08:00Z', NULL, false, '[]', false, '2026-03-10 03:00Z', 1 FROM generate_series(1, $1::int) c, generate_series(1, 50) u`,
			`INSERT INTO tracking.latest_position (id_empresa, user_id, recorded_at, device_id, received_at, lat, lon, battery, activity, mock)
SELECT 'c' || c, 'u' || u, t, 'd', t, 4, -74, 0.5, '', false FROM generate_series(1, $1::int) c, generate_series(1, 50) u, LATERAL (SELECT timestamptz '2026-03-09 17:00Z' AS t) x`,
			`INSERT INTO inactivity.device_state (id_empresa, user_id, device_id, kind, occurred_at, received_at, value, level, charging, app, os, model)
SELECT 'c' || c, 'u' || u, 'd', k, '2026-03-09 16:59Z', '2026-03-09 16:59Z', '', 0.5, false, '', '', '' FROM generate_series(1, $1::int) c, generate_series(1, 50) u, unnest('{battery,app,versions}'::text[]) k`,
		} {
			w.exec(b, statement, *benchCompanies)
		}
		w.exec(b, `ANALYZE identity.users, identity.company, activity.shift, tracking.latest_position, inactivity.device_state`)
		lap := func(name, clock string, do func() error) {
			w.clock.Set(at(clock))
			begin := time.Now()
			if err := do(); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(begin).Milliseconds()), name)
		}
		low := func() error { return w.checker.Low(b.Context()) }
		b.StartTimer()
		lap("ms-nothing", "17:00", low)
		w.exec(b, `UPDATE inactivity.device_state SET level = 0.1, occurred_at = '2026-03-09 17:05Z' WHERE kind = 'battery' AND user_id = 'u7'`)
		lap("ms-tell", "17:06", low)
		w.exec(b, `ANALYZE inactivity.silence`)
		lap("ms-again", "17:07", low)
		lap("ms-close", "17:08", func() error { return w.checker.Close(b.Context()) })
		if told := len(w.events(b)); told != *benchCompanies {
			b.Fatalf("%d are told", told)
		}
	}
}
