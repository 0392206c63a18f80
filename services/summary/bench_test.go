package summary_test

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/proto/audience"
)

var (
	benchUsers     = flag.Int("summary.users", 100, "users whose day BenchmarkUserDays computes")
	benchCompanies = flag.Int("summary.companies", 500, "companies whose date is due at once in BenchmarkCompaniesDue")
)

// BenchmarkUserDays computes days of 8 h with a position every 10 s (2,880), from the queue to the stored row.
func BenchmarkUserDays(b *testing.B) {
	w := setup(b)
	for u := range *benchUsers {
		user := fmt.Sprintf("u%04d", u)
		w.user(b, "acme", user, audience.RoleColaborador, "{norte}")
		fixes := walk(noon.Add(-4*time.Hour), 30)
		for h := range 15 {
			at := noon.Add(-4*time.Hour + time.Duration(h+1)*30*time.Minute)
			if h%2 == 0 {
				fixes = append(fixes, stand(at, 30)...)
			} else {
				fixes = append(fixes, walk(at, 30)...)
			}
		}
		w.upload(b, "acme", user, "p1", fixes)
	}
	w.clock.Set(noon.AddDate(0, 0, 1))
	w.again(b, config)
	w.close(b, "acme", "2026-03-09")
	w.exec(b, `ANALYZE`)
	for b.Loop() {
		w.exec(b, `UPDATE summary.day SET hash = ''; INSERT INTO summary.pending SELECT id_empresa, user_id, date, now(), 'close' FROM summary.day`)
		w.quiet(b)
	}
	b.ReportMetric(float64(*benchUsers*b.N)/b.Elapsed().Seconds(), "days/s")
}

// BenchmarkCompaniesDue closes the date of many companies at once, each with one user who has a day. An iteration is a night.
func BenchmarkCompaniesDue(b *testing.B) {
	w := setup(b)
	w.upload(b, "acme", "ana", "p1", walk(noon, 60))
	for _, copied := range []string{"identity.company", "identity.users", "tracking.arrived"} {
		w.exec(b, fmt.Sprintf(`INSERT INTO %[1]s SELECT (jsonb_populate_record(r, jsonb_build_object('id_empresa', 'c' || n))).* FROM %[1]s r, generate_series(1, $1) n WHERE r.id_empresa = 'acme'`, copied), *benchCompanies-1)
	}
	w.exec(b, `INSERT INTO summary.closing SELECT c.id_empresa, d::date, c.zone, d + interval '5 hours', d + interval '29 hours', d FROM identity.company c, generate_series('2026-02-06', '2026-03-08', interval '1 day') d`)
	w.exec(b, `ANALYZE`)
	w.again(b, config)
	goesOn(b, func() int { return *benchCompanies - w.count(b, "platform.job_schedule WHERE job = 'resumen-diario'") })
	night := time.Date(2026, 3, 10, 4, 59, 30, 0, time.UTC)
	for b.Loop() {
		w.clock.Set(night)
		goesOn(b, func() int {
			return *benchCompanies - w.count(b, "summary.closing WHERE queued AND date = '"+night.AddDate(0, 0, -1).Format(time.DateOnly)+"'")
		})
		goesOn(b, func() int { return w.count(b, "summary.pending") })
		w.quiet(b)
		night = night.AddDate(0, 0, 1)
	}
	b.ReportMetric(float64(*benchCompanies*b.N)/b.Elapsed().Seconds(), "companies/s")
}

// goesOn waits until nothing is left. Many companies take longer than a test waits, but some of them have to be done in that time.
func goesOn(b *testing.B, left func() int) {
	b.Helper()
	for before := left(); before > 0; {
		apptest.Until(b, func() bool {
			now := left()
			less := now < before
			before = now
			return less
		})
	}
}

// BenchmarkMissed looks for dates that nobody closed, of many companies that have none.
func BenchmarkMissed(b *testing.B) {
	w := setup(b)
	w.exec(b, `INSERT INTO identity.company (id_empresa, name, zone) SELECT 'c' || n, n, 'America/Bogota' FROM generate_series(2, $1) n`, *benchCompanies)
	w.exec(b, `INSERT INTO summary.closing SELECT c.id_empresa, d::date, c.zone, d + interval '5 hours', d + interval '29 hours', d FROM identity.company c, generate_series('2026-02-06', '2026-03-09', interval '1 day') d`)
	w.exec(b, `ANALYZE`)
	w.again(b, config, "jobs", "directory")
	runs := func() int { return w.count(b, "platform.job_run WHERE job = 'cerrar-fechas' AND state = 'done'") }
	apptest.Until(b, func() bool { return w.count(b, "platform.job_schedule WHERE job = 'cerrar-fechas'") == 1 })
	for b.Loop() {
		before := runs()
		w.clock.Advance(10 * time.Minute)
		apptest.Until(b, func() bool { return runs() > before })
	}
}
