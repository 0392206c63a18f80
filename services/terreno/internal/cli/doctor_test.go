package cli_test

import (
	"encoding/json"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/terreno/internal/up"
)

// patient is an installation of which a test says how it is.
type patient struct {
	admin   *sqlx.DB
	nats    *natstest.Server
	environ []string
}

func newPatient(t *testing.T) *patient {
	t.Helper()
	data := pgtest.New(t, up.Schemas()...)
	p := &patient{admin: data.Admin(t), nats: natstest.Start(t, natstest.WithTCP())}
	p.environ = []string{"TERRENO_DATABASE_URL=" + data.AdminDSN(), "TERRENO_NATS_URL=" + p.nats.URL(bus.Admin)}
	return p
}

func (p *patient) exec(t *testing.T, query string) {
	t.Helper()
	if _, err := p.admin.ExecContext(t.Context(), query); err != nil {
		t.Fatal(err)
	}
}

// watch looks at the watermark all the time, as tracking-ingest does, until the test ends.
func (p *patient) watch(t *testing.T) {
	t.Helper()
	p.exec(t, `INSERT INTO tracking.watermark VALUES (true, '2026-03-09T11:59:25Z', '2026-03-09T12:00:00Z', '35 seconds')`)
	ticks, end := time.NewTicker(50*time.Millisecond), make(chan struct{})
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			select {
			case <-end:
				return
			case <-ticks.C:
			}
			_, _ = p.admin.Exec(`UPDATE tracking.watermark SET asked_at = asked_at + interval '1 millisecond'`)
		}
	})
	t.Cleanup(func() {
		close(end)
		watching.Wait()
		ticks.Stop()
	})
}

// is fails the test unless doctor ends with a status and prints what is wanted.
func (p *patient) is(t *testing.T, status int, want ...string) {
	t.Helper()
	got, out, errOut := run(p.environ, "doctor")
	if got != status || status == 1 && !strings.Contains(errOut, "something is wrong") {
		t.Errorf("status %d, want %d\n%s%s", got, status, out, errOut)
	}
	for _, line := range want {
		if !strings.Contains(out, line) {
			t.Errorf("want %q:\n%s", line, out)
		}
	}
	if n := strings.Count(out, "\n"); n != 7 {
		t.Errorf("%d lines:\n%s", n, out)
	}
}

func TestDoctor(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.is(t, 1, "warn  storage        nobody has ever looked how far storage is: start tracking-ingest", "ok    unmerged       0 messages",
		"ok    changed days   0 wait for terreno_summary", "ok    days           0 wait to be added up\n",
		"ok    durables       tracking-writer has 0 waiting; geofence-evaluator has 0 waiting; notifier-inbox has 0 waiting", "ok    dead letters   none", "ok    lost messages  none")
	p.watch(t)
	p.exec(t, `SELECT tracking.ensure_partitions('arrived', '2026-03-09', '2026-03-09');
INSERT INTO tracking.arrived SELECT 'acme', 'u' || i, '2026-03-09T10:30:00Z', '\x01', '2026-03-08T10:00:00Z', '2026-03-08T10:30:00Z', 1, decode(repeat('00', 100), 'hex')
FROM generate_series(1, 200) i;
INSERT INTO tracking.changed_day SELECT 'terreno_summary', 'acme', 'u' || i, '2026-03-09', now(), h FROM generate_series(1, 10) i, generate_series(9, 11) h`)
	// What came late waits since it came, and not since it was recorded.
	p.is(t, 0, "ok    storage        every position received before 2026-03-09 11:59:25Z is stored, 35s behind",
		"ok    unmerged       200 messages, 20.0 kB, the oldest of 1h30m0s ago", "ok    changed days   10 wait for terreno_summary")

	p.exec(t, `UPDATE tracking.watermark SET stored_until = stored_until - interval '5 minutes';
UPDATE tracking.arrived SET received_at = '2026-03-09T09:00:00Z' WHERE user_id = 'u7';
INSERT INTO tracking.changed_day SELECT 'terreno_summary', 'acme', 'v' || i, '2026-03-09', now(), 9 FROM generate_series(1, 10000) i;
INSERT INTO tracking.changed_day VALUES ('terreno_gone', 'acme', 'u1', '2026-03-09', now(), 9)`)
	makeDeadLetter(t, p.nats, "bad weather")
	p.exec(t, `UPDATE tracking.arrived SET fixes = 0, received_at = '2026-03-09T01:00:00Z' WHERE user_id = 'u8'`)
	p.is(t, 1, "warn  storage        positions received after 2026-03-09 11:54:25Z wait to be stored, 5m35s behind: add a replica",
		"warn  unmerged       199 messages, 19.9 kB, the oldest of 3h0m0s ago; damaged: 1: check the job with `terreno jobs runs compactar-posiciones`; restore from a backup",
		"warn  changed days   1 wait for terreno_gone, 10010 wait for terreno_summary: nobody takes those of terreno_gone any more",
		"warn  dead letters   1 messages failed for good: `terreno dlq list`")
	// Of a company that tracks people in their shifts only, messages wait for a shift first.
	p.exec(t, `DELETE FROM tracking.arrived WHERE fixes = 0;
INSERT INTO activity.settings (id_empresa, check_in_policy, check_in_max_m, close_at, tracking) VALUES ('acme', 'note', 1, '22:00', 'on_shift')`)
	p.is(t, 1, "ok    unmerged       199 messages, 19.9 kB")
	p.exec(t, `SELECT tracking.ensure_partitions('arrived', '2026-03-07', '2026-03-07');
UPDATE tracking.arrived SET received_at = '2026-03-07T09:00:00Z' WHERE user_id = 'u7'`)
	p.is(t, 1, "warn  unmerged       199 messages, 19.9 kB, the oldest of 3h0m0s ago: check the job")
}

// Doctor says which days wait, and since when. A day that is put off does not count as late.
func TestDoctorOfDays(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.watch(t)
	p.exec(t, `INSERT INTO summary.pending (company, user_id, date, due_at, reason) SELECT 'acme', 'u' || i, '2026-03-09', now() - interval '10 minutes', 'close' FROM generate_series(1, 5) i`)
	p.is(t, 0, "ok    days           5 wait to be added up, the oldest has been due for 10m")
	p.exec(t, `UPDATE summary.pending SET due_at = now() - interval '40 minutes' WHERE user_id = 'u3'`)
	p.is(t, 1, "warn  days           5 wait to be added up, the oldest has been due for 40m", "check that summary runs")
	p.exec(t, `UPDATE summary.pending SET attempts = 9, error = E'read the pauses\nof a shift' WHERE user_id = 'u3'`)
	p.is(t, 1, "warn  days           5 wait to be added up, the oldest has been due for 10m", "; failing: 1, for example: read the pauses: table summary.pending names")
	p.exec(t, `DELETE FROM summary.pending`)
	p.is(t, 0, "ok    days           0 wait to be added up\n")
}

func TestDoctorNoticesThatNobodyLooks(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.exec(t, `INSERT INTO tracking.watermark VALUES (true, '2026-03-09T11:59:25Z', '2026-03-09T12:00:00Z', '35 seconds')`)
	loseMessages(t, p.nats)
	p.is(t, 1, "warn  storage        the last look was at 2026-03-09 12:00:00Z, and none came for 10s: check that tracking-ingest runs",
		"warn  lost messages  3 of TRACKING for tracking-writer, 9 of TRACKING for geofence-evaluator: `terreno dlq list`")
}

// An operator who has looked into a loss is not warned of it again.
func TestDoctorForgetsLossesThatSomebodyHasSeen(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.watch(t)
	loseMessages(t, p.nats)
	if status, out, errOut := run(p.environ, "dlq", "drop", "1"); status != 0 {
		t.Fatal(status, out, errOut)
	}
	for _, durable := range []string{"tracking-writer", "geofence-evaluator", "geofence-evaluator"} {
		status, out, errOut := run(p.environ, "dlq", "seen", durable)
		if status != 0 || !strings.Contains(out, "lost messages of TRACKING for "+durable+" are known") {
			t.Fatalf("seen: %d %s%s", status, out, errOut)
		}
	}
	p.is(t, 0, "ok    lost messages  none that is new: 3 of TRACKING for tracking-writer, seen at 20", "9 of TRACKING for geofence-evaluator, seen at 20")
	if _, out, _ := run(p.environ, "dlq", "list"); strings.Count(out, "  no  ") != 0 || strings.Count(out, "TRACKING") != 2 {
		t.Error(out)
	}
	live, err := p.nats.Admin(t).JetStream().Stream(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	if err := live.DeleteMsg(t.Context(), 5); err != nil {
		t.Fatal(err)
	}
	p.is(t, 1, "warn  lost messages  1 of TRACKING for tracking-writer: `terreno dlq list`")
	if status, _, errOut := run(p.environ, "dlq", "seen", "nobody"); status != 1 || !strings.Contains(errOut, `no such durable: "nobody": `+"`terreno dlq list` names") {
		t.Errorf("%d %s", status, errOut)
	}
}

func TestDoctorForPrograms(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	p.watch(t)
	type report struct {
		OK     bool
		Checks []struct {
			Name, Found, Do string
			OK              bool
			Figures         map[string]int64
		}
	}
	read := func(status int) (r report) {
		t.Helper()
		got, out, errOut := run(p.environ, "doctor", "--json")
		if err := json.Unmarshal([]byte(out), &r); got != status || err != nil || len(r.Checks) != 7 {
			t.Fatalf("status %d, %v\n%s%s", got, err, out, errOut)
		}
		return r
	}
	if r := read(0); !r.OK || r.Checks[0].Figures["behind_s"] != 35 || r.Checks[0].Do != "" {
		t.Errorf("%+v", r)
	}
	makeDeadLetter(t, p.nats, "bad weather")
	if r := read(1); r.OK || !r.Checks[0].OK || r.Checks[5].OK || r.Checks[5].Figures["letters"] != 1 || r.Checks[5].Do == "" {
		t.Errorf("%+v", r)
	}
}

// Doctor says what to do about an installation that does not answer, and asks the server that does.
func TestDoctorOfAnInstallationThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	p := newPatient(t)
	empty := pgtest.New(t)
	status, out, _ := run([]string{"TERRENO_DATABASE_URL=" + empty.AdminDSN(), p.environ[1]}, "doctor")
	if status != 1 || strings.Count(out, "run `terreno provision` of this version") != 4 || !strings.Contains(out, "ok    dead letters") {
		t.Errorf("a database that is not provisioned: %d\n%s", status, out)
	}
	status, out, _ = run([]string{p.environ[1]}, "doctor")
	if status != 0 || strings.Count(out, "\n") != 3 {
		t.Errorf("NATS alone: %d\n%s", status, out)
	}
	status, out, _ = run([]string{"TERRENO_DATABASE_URL=postgres://nobody@127.0.0.1:1/x"}, "doctor")
	if status != 1 || strings.Count(out, "check the address") != 4 {
		t.Errorf("nothing listens: %d\n%s", status, out)
	}
	if status, _, errOut := run([]string{"TERRENO_DATA=" + t.TempDir()}, "doctor"); status != 1 || !strings.Contains(errOut, "find a running terreno") {
		t.Errorf("no installation: %d %s", status, errOut)
	}
	for _, args := range [][]string{{"doctor", "all"}, {"doctor", "-loud"}, {"doctor", "-h"}} {
		if status, _, errOut := run(nil, args...); status != 2 {
			t.Errorf("%q: %d %s", args, status, errOut)
		}
	}
}
