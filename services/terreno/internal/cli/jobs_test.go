package cli_test

import (
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/services/terreno/internal/up"
)

// TestJobs lists, shows and requests runs on a real installation, in which another service has had a daily job for a week.
func TestJobs(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	data := filepath.Join(t.TempDir(), "data")
	runIdentity(t, server, data)
	tick := startJobs(t, server)

	jobs := func(status int, args ...string) string {
		t.Helper()
		got, out, errOut := run(nil, append([]string{"jobs", "-data", data}, args...)...)
		if got != status {
			t.Errorf("jobs %q: status %d, want %d\n%s%s", args, got, status, out, errOut)
		}
		return out + errOut
	}
	contains := func(text string, want ...string) {
		t.Helper()
		for _, w := range want {
			if !strings.Contains(text, w) {
				t.Errorf("the output does not contain %q:\n%s", w, text)
			}
		}
	}
	contains(jobs(0), "resumen-diario  gateway  daily at 22:00  2017-03-23 03:00:00Z  2017-03-21  done   Sums a day.")
	contains(jobs(0, "runs", "resumen-diario", "-limit", "2"), "2017-03-21  demo     done   2017-03-22 03:00:00Z  2017-03-22 12:00:00Z", "late", "more: raise -limit")
	contains(jobs(0, "runs", "resumen-diario", "-state", "failed"), "2017-03-16  demo     failed", "attempt 3 failed")
	contains(jobs(0, "run", "resumen-diario", "-date", "2017-03-10"), "will run for demo, slot 2017-03-10")
	contains(jobs(1, "run", "-date", "2017-03-10", "resumen-diario"), "due or running already")
	contains(jobs(1, "run", "resumen-diario", "-date", "2017-03-22"), "has not come", "Name an earlier date")
	contains(jobs(1, "run", "resumen"), "GET /v1/jobs lists")
	contains(jobs(1, "run", "resumen-diario", "-company", "acme"), "your own company")
	contains(jobs(1, "-password", "guess", "list"), "-password")
	contains(jobs(1, "list", "-password", "guess"), "-password")
	contains(jobs(0, "runs", "-login", "admin", "resumen-diario", "-limit", "1"), "2017-03-21")
	if status, out, errOut := run(nil, "jobs", "runs", "resumen-diario", "-data", data); status != 0 || !strings.Contains(out, "2017-03-21") {
		t.Errorf("the folder after the verb: status %d\n%s%s", status, out, errOut)
	}
	if status, out, errOut := run(nil, "dlq", "list", "-data", data); status != 0 || !strings.Contains(out, "no dead letters") {
		t.Errorf("dead letters of a folder: status %d\n%s%s", status, out, errOut)
	}
	tick()
	contains(jobs(0, "runs", "resumen-diario", "-limit", "1000"), "2017-03-10  demo     done", "requested by ")
}

// runIdentity runs an installation with the demo company and only identity, until the test ends.
func runIdentity(t *testing.T, server *pg.Server, data string) {
	t.Helper()
	c, _, err := up.Load([]string{
		"TERRENO_HTTP_ADDR=127.0.0.1:0", "TERRENO_INTERNAL_ADDR=127.0.0.1:0", "TERRENO_DATA=" + data, "DATABASE_URL=" + server.DSN(pg.Superuser, "postgres"),
		"TERRENO_DEMO_PHONES=false", "TERRENO_CLOCK_SPEED=1", "TERRENO_CLOCK_START=2017-03-22T12:00:00Z",
	})
	if err != nil {
		t.Fatal(err)
	}
	in, err := up.New(t.Context(), c, []string{"identity"}, natstest.Log(t))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := in.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	ready := make(chan struct{})
	apptest.Start(t, func(ctx context.Context) error { return in.Run(ctx, func() { close(ready) }) })
	select {
	case <-ready:
	case <-time.After(time.Minute):
		t.Fatal("not ready after a minute")
	}
}

// demo is a directory with one company.
type demo struct{}

func (demo) Companies() []directory.Company { return []directory.Company{{ID: "demo", Zone: chicago}} }

func (demo) Company(id string) (directory.Company, bool) { return demo{}.Companies()[0], id == "demo" }

func (demo) OnChange(func(string)) {}

func (demo) Ready(context.Context) error { return nil }

var chicago = func() *time.Location {
	loc, err := time.LoadLocation("America/Chicago")
	if err != nil {
		panic(err)
	}
	return loc
}()

// startJobs registers a daily job and runs it for a week. The run of the first date fails. tick runs the job for the slots
// that are due.
func startJobs(t *testing.T, server *pg.Server) (tick func()) {
	t.Helper()
	d, err := db.Open(t.Context(), server.DSN(db.Role("gateway"), "postgres"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	now := clock.NewManual(time.Date(2017, 3, 16, 12, 0, 0, 0, time.UTC))
	s, err := schedule.New(schedule.Deps{
		DB: d, Companies: demo{}, Clock: now, Log: slog.New(slog.DiscardHandler), Options: schedule.Options{Pause: -1},
	}, "gateway", schedule.Job{Name: "resumen-diario", About: "Sums a day.", At: "22:00", Do: func(_ context.Context, r schedule.Run) error {
		if r.Date == "2017-03-16" {
			return errors.New("attempt " + string(rune('0'+r.Attempt)) + " failed")
		}
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	tick = func() {
		t.Helper()
		if err := s.Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	tick()
	now.Set(time.Date(2017, 3, 22, 12, 0, 0, 0, time.UTC))
	tick()
	return tick
}
