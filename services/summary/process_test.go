package summary_test

import (
	"fmt"
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
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/summary"
)

// asService makes this test binary the service, so that it can be killed. Its value is the time at which its clock stands still.
const asService = "SUMMARY_TEST_AS_SERVICE"

func init() {
	if now := os.Getenv(asService); now != "" {
		app.Main(name, func(c summary.Config, deps app.Deps) (*app.Service, error) {
			at, err := time.Parse(time.RFC3339, now)
			if err != nil {
				return nil, err
			}
			deps.Clock = clock.NewManual(at)
			return summary.New(c, deps)
		})
		os.Exit(0)
	}
}

// process runs the service as a deployment does.
func (w *world) process(t *testing.T, at time.Time) (kill func()) {
	t.Helper()
	_, address, _ := strings.Cut(w.nats.URL(name), "@")
	return apptest.Process(t, nil, asService+"="+at.Format(time.RFC3339),
		"TERRENO_NATS_URL="+strings.Replace(w.nats.URL(name), address, w.nats.Addr(), 1), "TERRENO_DATABASE_URL="+w.database.DSN(db.Role(name)),
		"TERRENO_JWKS_URL="+w.issuer.JWKSURL, "TERRENO_TOKEN_ISSUER="+w.issuer.Name, "TERRENO_TOKEN_AUDIENCE="+authtest.Audience, "TERRENO_LOG_LEVEL=error", "TERRENO_SUMMARY_DEBOUNCE=0s")
}

// TestKilledInTheMiddleOfANight: the process dies when it has computed half of the days of a date, and holds two more. The next one
// computes the rest, each day once.
func TestKilledInTheMiddleOfANight(t *testing.T) {
	t.Parallel()
	w := setup(t, natstest.WithTCP())
	const users = 40
	for u := range users {
		user := fmt.Sprintf("u%02d", u)
		w.user(t, "acme", user, audience.RoleColaborador, "{norte}")
		w.upload(t, "acme", user, "p1", walk(noon, 20))
	}
	w.again(t, config, "work", "jobs", "directory")
	w.planned(t, "acme")
	w.quiet(t) // whoever takes a mark after the close would wait for the days that the workers hold, and be counted with them
	w.stop()

	// The workers come to a day that they cannot write.
	hold, err := w.admin.Beginx()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = hold.Rollback() }()
	w.exec(t, `CREATE TABLE public.gate (i int); INSERT INTO public.gate VALUES (1); GRANT ALL ON public.gate TO public;
CREATE SEQUENCE public.written; GRANT ALL ON SEQUENCE public.written TO public;
CREATE FUNCTION summary.wait() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('public.written') > 20 THEN PERFORM FROM public.gate FOR UPDATE; END IF; RETURN NEW; END $$;
CREATE TRIGGER wait BEFORE INSERT ON summary.day FOR EACH ROW EXECUTE FUNCTION summary.wait()`)
	if _, err := hold.Exec(`SELECT FROM public.gate FOR UPDATE`); err != nil {
		t.Fatal(err)
	}
	night := at("2026-03-10T04:59:30Z")
	kill := w.process(t, night)
	waiting := func() int {
		return w.count(t, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")
	}
	apptest.Until(t, func() bool { return waiting() == 2 })
	kill()
	if err := hold.Rollback(); err != nil {
		t.Fatal(err)
	}
	apptest.Until(t, func() bool { return waiting() == 0 })
	if done, left := w.count(t, "summary.day"), w.count(t, "summary.pending"); done+left != users || left == 0 {
		t.Fatalf("%d days are computed at the death of the process, %d wait", done, left)
	}
	w.exec(t, `UPDATE platform.job_run SET lease_until = clock_timestamp() - interval '1 second' WHERE state = 'running'`)
	w.process(t, night)
	apptest.Until(t, func() bool {
		return w.count(t, "summary.day WHERE version = 1") == users && w.count(t, "summary.pending") == 0
	})
	told := map[any]int{}
	for range users {
		e := w.next(t)
		told[e.body["user_id"]]++
		if e.event != "diario" {
			t.Errorf("told %v", e)
		}
	}
	w.silent(t)
	if len(told) != users {
		t.Errorf("%d users are told of, want %d", len(told), users)
	}
}
