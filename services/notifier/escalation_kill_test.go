package notifier_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/notifier"
	"github.com/terreno/terreno/services/notifier/internal/notice"
)

// asEscalator makes this test binary the service, so that it can be killed. Its value is the time at which its clock stands still.
const asEscalator = "NOTIFIER_TEST_ESCALATES_AT"

func init() {
	if now := os.Getenv(asEscalator); now != "" {
		app.Main(name, func(c notifier.Config, deps app.Deps) (*app.Service, error) {
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				return nil, err
			}
			deps.Clock = clock.NewManual(at)
			return notifier.New(c, deps)
		})
		os.Exit(0)
	}
}

// process runs the service as a deployment does, with a clock that stands still.
func (w *world) process(t *testing.T, at time.Time) (kill func()) {
	t.Helper()
	_, address, _ := strings.Cut(w.nats.URL(name), "@")
	return apptest.Process(t, nil, asEscalator+"="+at.Format(time.RFC3339),
		"TERRENO_NATS_URL="+strings.Replace(w.nats.URL(name), address, w.nats.Addr(), 1), "TERRENO_DATABASE_URL="+w.database.DSN(db.Role(name)),
		"TERRENO_JWKS_URL="+w.issuer.JWKSURL, "TERRENO_TOKEN_ISSUER="+w.issuer.Name, "TERRENO_TOKEN_AUDIENCE="+authtest.Audience, "TERRENO_LOG_LEVEL=error")
}

// The process dies in the middle of a step, when it has told one of two people. Nothing of the step is left, and the next process does it
// whole, once.
func TestKilledInTheMiddleOfAStep(t *testing.T) {
	t.Parallel()
	w := setupOn(t, pgtest.New(t, schemas...), natstest.WithTCP())
	people(t, w)
	w.user(t, "acme", "zoe", audience.RoleSupervisor, "{sur}")
	stop := apptest.Run(t, w.service)
	id, _ := w.cry(t, ana(), "k", "")
	w.step(t, id, 1)
	stop()

	// The step comes to zoe, of whom another transaction tells.
	hold, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	zoes := notice.Notice{User: "zoe", Kind: notice.KindPanic, Ref: "alert/" + id}.ID("acme")
	if _, err := hold.Exec(`INSERT INTO notifier.notification (id_empresa, id, user_id, kind, ref, title, body, urgent, created_at, useful_until)
VALUES ('acme', $1, 'zoe', 'panic', '', '', '', true, now(), now())`, zoes); err != nil {
		t.Fatal(err)
	}
	waiting := "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%INSERT INTO notifier.notification%'"
	kill := w.process(t, noon.Add(time.Minute))
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, waiting) > 0 })
	kill()
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, waiting) == 0 })
	if got := w.told(t, id); got != "sol 1" {
		t.Fatalf("the step was done at the death of the process: %q", got)
	}
	w.process(t, noon.Add(time.Minute))
	w.step(t, id, 2)
	if got := w.told(t, id); got != "luz 1, sol 1, zoe 1" {
		t.Errorf("told %q", got)
	}
	if n := pgtest.Count(t, w.admin, "notifier.alert_event WHERE what = 'step_2'"); n != 1 || w.timers(t) != 1 {
		t.Errorf("%d lines of the step, %d timers", n, w.timers(t))
	}
}
