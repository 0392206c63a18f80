package inactivity_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/services/inactivity"
)

// asService makes this test binary the service, so that it can be killed. Its value is the time at which its clock stands still.
const asService = "INACTIVITY_TEST_AS_SERVICE"

func init() {
	if now := os.Getenv(asService); now != "" {
		app.Main(name, func(c inactivity.Config, deps app.Deps) (*app.Service, error) {
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				return nil, err
			}
			deps.Clock = clock.NewManual(at)
			return inactivity.New(c, deps)
		})
		os.Exit(0)
	}
}

// process runs the service as a deployment does, with a clock that stands still.
func (w *world) process(t *testing.T, at time.Time) (kill func()) {
	t.Helper()
	_, address, _ := strings.Cut(w.nats.URL(name), "@")
	return apptest.Process(t, nil, asService+"="+at.Format(time.RFC3339),
		"TERRENO_NATS_URL="+strings.Replace(w.nats.URL(name), address, w.nats.Addr(), 1), "TERRENO_DATABASE_URL="+w.database.DSN(db.Role(name)),
		"TERRENO_JWKS_URL="+w.issuer.JWKSURL, "TERRENO_TOKEN_ISSUER="+w.issuer.Name, "TERRENO_TOKEN_AUDIENCE="+authtest.Audience, "TERRENO_LOG_LEVEL=error")
}

// The process dies when it has told of the silences of some companies. The next one tells of the others, each once.
func TestKilledInTheMiddleOfACheck(t *testing.T) {
	t.Parallel()
	w := setup(t, natstest.WithTCP())
	ears := w.nats.Listen(t, bus.Admin, "*.alerta.nueva.*")
	const companies = 20
	for i := range companies {
		w.crew(t, fmt.Sprint("c", 10+i), 3, "16:40")
		w.report(t, fmt.Sprint("c", 10+i), 2, "17:15")
	}
	w.stored(t, at("17:20"), at("17:20"))
	stop := apptest.Run(t, apptest.Only(w.service, "jobs")) // plans the jobs
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "platform.job_schedule WHERE job = 'inactividad-checker'") == 1
	})
	stop()

	// The process comes to somebody of whom another is telling.
	hold, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	if _, err := hold.Exec(`INSERT INTO inactivity.silence (id_empresa, user_id, kind, base_at, expected_by, after_s, raised_at, why) VALUES ('c20', 'u3', 'inactividad', now(), 'shifts', 1800, now(), '{}')`); err != nil {
		t.Fatal(err)
	}
	kill := w.process(t, at("17:20"))
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO inactivity.silence%'") == 1
	})
	kill()
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") == 0
	})
	if n := pgtest.Count(t, w.admin, "inactivity.silence"); n == companies {
		t.Fatalf("all %d silences were told of at the death of the process", n)
	}

	w.exec(t, `UPDATE platform.job_run SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'running'`)
	w.process(t, at("17:20"))
	apptest.Until(t, func() bool {
		return pgtest.Count(t, w.admin, "inactivity.silence") == companies && pgtest.Count(t, w.admin, "inactivity.outbox") == 0 &&
			pgtest.Count(t, w.admin, "platform.job_run WHERE job = 'inactividad-checker' AND state = 'done'") == 1
	})
	told := map[string]int{}
	for range companies {
		m, err := ears.NextMsg(2 * time.Minute)
		if err != nil {
			t.Fatal(err)
		}
		told[m.Subject]++
	}
	ears.CatchUp(t)
	if n, _, _ := ears.Pending(); len(told) != companies || n != 0 {
		t.Errorf("%d silences are told of, and %d messages more", len(told), n)
	}
}
