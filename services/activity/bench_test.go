package activity_test

import (
	"flag"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/activity"
)

var benchCompanies = flag.Int("companies", 500, "companies whose day BenchmarkClose closes")

// BenchmarkClose closes the day of -companies companies with 50 open visits each, all due at once: the processor time of this process
// for a company, which includes the NATS server but not PostgreSQL; seconds until the last visit is closed, and until the last event
// is in ACTIVITY; what the stream holds of a visit; and how long a request took meanwhile, at worst.
func BenchmarkClose(b *testing.B) {
	const visits = 50
	companies := *benchCompanies
	for b.Loop() {
		b.StopTimer()
		database, server, domain := pgtest.New(b, schemas...), natstest.Start(b, natstest.WithMaxBytes(stream.Activity, activityBytes(b))), clock.NewManual(noon)
		admin := database.Admin(b)
		for _, statement := range []string{
			`INSERT INTO identity.company (id_empresa, name, zone) SELECT 'company' || c, 'Empresa ' || c, 'America/Bogota' FROM generate_series(1, $1::int) c`,
			`INSERT INTO identity.users (id_empresa, id, name, role, teams) SELECT 'company' || c, 'ana', 'Ana', 'colaborador', '{}' FROM generate_series(1, $1::int) c`,
			`INSERT INTO activity.visit (id_empresa, id, tipo, external_id, title, notes, priority, place_id, checklist, created_at, created_by, plan_from,
    plan_until, plan_worker, plan_team, state, since, win_from, win_until, worker, team, reason, answers, close_at, last_at, actions, changed_at, changed_by)
SELECT 'company' || c, 'visit' || v, 'tarea', '', 'Revisar la bomba de la casa ' || v, '', 'normal', '', '[]', t - interval '5 hours', 'boss', t - interval '4 hours',
    t, 'ana', '', 'pendiente', t - interval '5 hours', t - interval '4 hours', t, 'ana', '', '', '{}', t, t - interval '5 hours', 0, t - interval '5 hours', 'boss'
FROM generate_series(1, $1::int) c, generate_series(1, 50) v, (SELECT '2026-03-10T03:00:00Z'::timestamptz AS t) t`,
		} {
			if _, err := admin.Exec(statement, companies); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := admin.Exec(`VACUUM ANALYZE activity.visit`); err != nil {
			b.Fatal(err)
		}
		pool, bus, issuer := database.DB(b, name), server.Bus(b, name), authtest.New(b)
		dir := directory.New(pool, bus, slog.New(slog.DiscardHandler), nil)
		service, err := activity.New(activity.Config{Retention: 730 * days, BlobDir: b.TempDir(), PhotoBytes: 1 << 30}, app.Deps{
			Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), Clock: domain, Bus: bus, DB: pool, Auth: issuer.Verifier(b, nil), Directory: dir, DrainTimeout: 20 * time.Second,
		})
		if err != nil {
			b.Fatal(err)
		}
		service.Runners = append(service.Runners, app.Runner{Name: "directory", Run: dir.Run})
		stop := apptest.Run(b, apptest.Only(service, "outbox", "directory", "jobs"))
		wait := func(done func() bool) {
			for tick := time.NewTicker(200 * time.Millisecond); !done(); {
				<-tick.C
			}
		}
		wait(func() bool {
			return dir.Ready(b.Context()) == nil && pgtest.Count(b, admin, "platform.job_schedule WHERE job = 'cerrado-forzoso' AND scope = '*'") == 1
		})
		js := server.Admin(b).JetStream()
		told := func() jetstream.StreamState {
			s, err := js.Stream(b.Context(), stream.Activity)
			if err != nil {
				b.Fatal(err)
			}
			return s.CachedInfo().State
		}
		claims := auth.Claims{Company: "company1", Subject: "ana", Role: audience.RoleColaborador}
		begin, before := time.Now(), processor(b)
		b.StartTimer()
		domain.Set(ten)
		var worst time.Duration
		closed := time.Time{}
		wait(func() bool {
			asked := time.Now()
			answer := httptest.NewRecorder()
			request := httptest.NewRequestWithContext(b.Context(), http.MethodGet, "/v1/my-day", nil)
			request.Header.Set("Authorization", "Bearer "+issuer.Token(b, claims)) // one token would expire before the end
			service.Handler.ServeHTTP(answer, request)
			worst = max(worst, time.Since(asked))
			if answer.Code != http.StatusOK {
				b.Fatalf("a request during the close: %d %s", answer.Code, answer.Body)
			}
			if closed.IsZero() && pgtest.Count(b, admin, "(SELECT 1 FROM activity.visit WHERE state IN ('pendiente', 'aceptada', 'en_ruta', 'en_sitio') LIMIT 1) v") == 0 {
				closed = time.Now()
			}
			return !closed.IsZero() && told().LastSeq >= uint64(companies*visits)
		})
		b.StopTimer()
		state := told()
		if state.Msgs != uint64(companies*visits) {
			b.Fatalf("ACTIVITY has %d messages, want %d: it lost some", state.Msgs, companies*visits)
		}
		b.ReportMetric((processor(b)-before).Seconds()*1000/float64(companies), "ms-cpu/company")
		b.ReportMetric(closed.Sub(begin).Seconds(), "s-closed")
		b.ReportMetric(time.Since(begin).Seconds(), "s-told")
		b.ReportMetric(float64(state.Bytes)/float64(companies*visits), "B/visit")
		b.ReportMetric(float64(worst.Milliseconds()), "ms-worst-request")
		stop()
		b.StartTimer()
	}
}

// processor returns the processor time of this process.
func processor(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// activityBytes returns how much ACTIVITY holds in an installation; a stream of the tests holds less.
func activityBytes(b *testing.B) int64 {
	b.Helper()
	row, ok := stream.ByName(stream.Activity)
	if !ok {
		b.Fatal("the table has no ACTIVITY")
	}
	return row.MaxBytes
}
