package cli_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/terreno/internal/cli"
)

// run runs a command and returns its exit status and its output.
func run(environ []string, args ...string) (status int, out, errOut string) {
	var o, e bytes.Buffer
	status = cli.Main(args, environ, &o, &e)
	return status, o.String(), e.String()
}

func TestUsage(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		args   []string
		status int
	}{
		{nil, 2},
		{[]string{"help"}, 0},
		{[]string{"fly"}, 2},
		{[]string{"dlq"}, 2},
		{[]string{"dlq", "show"}, 2},
		{[]string{"dlq", "drop", "all"}, 2},
		{[]string{"watch", "-colour"}, 2},
		{[]string{"ready", "-now"}, 2},
		{[]string{"jobs", "stop"}, 2},
		{[]string{"jobs", "run"}, 2},
		{[]string{"jobs", "list", "all"}, 2},
		{[]string{"jobs", "runs", "resumen-diario", "-date", "2026-03-08"}, 2},
	} {
		status, out, errOut := run(nil, tc.args...)
		if status != tc.status || !strings.Contains(out+errOut, "sage") && !strings.Contains(out+errOut, "terreno COMMAND") {
			t.Errorf("%q: status %d, want %d and the usage text:\n%s%s", tc.args, status, tc.status, out, errOut)
		}
	}
}

func TestUpPrintsItsConfiguration(t *testing.T) {
	t.Parallel()
	status, out, _ := run([]string{"DEMO=0", "DATABASE_URL=postgres://u:hunter2@db/x"}, "up", "-print-config")
	if status != 0 || !strings.Contains(out, "TERRENO_DEMO=false") || !strings.Contains(out, "TERRENO_DATABASE_URL=****") ||
		strings.Contains(out, "hunter2") || !strings.Contains(out, "TERRENO_POSITIONS_RETENTION=2160h0m0s") {
		t.Errorf("status %d:\n%s", status, out)
	}
}

func TestUpSaysWhatToDo(t *testing.T) {
	t.Parallel()
	base := []string{"TERRENO_DATA=" + t.TempDir(), "TERRENO_HTTP_ADDR=127.0.0.1:0", "TERRENO_INTERNAL_ADDR=127.0.0.1:0"}
	for name, tc := range map[string]struct {
		environ []string
		args    []string
		want    []string
	}{
		"all problems at once": {[]string{"TERRENO_HTTP_ADDR=8080", "TERRENO_CLOCK_SPEED=-1"}, nil, []string{"TERRENO_HTTP_ADDR", "TERRENO_CLOCK_SPEED"}},
		"an unknown service":   {nil, []string{"billing"}, []string{`"billing"`, "tracking-ingest"}},
		"an invalid address":   {[]string{"TERRENO_HTTP_ADDR=203.0.113.1:1"}, nil, []string{"TERRENO_HTTP_ADDR"}},
	} {
		status, _, errOut := run(append(append([]string{}, base...), tc.environ...), append([]string{"up"}, tc.args...)...)
		if status != 1 {
			t.Errorf("%s: status %d", name, status)
		}
		for _, want := range tc.want {
			if !strings.Contains(errOut, want) {
				t.Errorf("%s: the error %q does not contain %q", name, errOut, want)
			}
		}
	}
}

func TestCommandsNeedARunningInstallation(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"watch", "-data", t.TempDir()}, {"dlq", "list"}, {"jobs", "-data", t.TempDir()}} {
		status, _, errOut := run([]string{"TERRENO_DATA=" + t.TempDir()}, args...)
		if status != 1 || !strings.Contains(errOut, "find a running terreno") {
			t.Errorf("%q: %d %s", args, status, errOut)
		}
	}
}

func TestProvisionTwice(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	passwords := t.TempDir()
	if err := os.WriteFile(filepath.Join(passwords, "terreno_gateway"), []byte("s3cret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	nats := natstest.Start(t, natstest.WithoutStreams(), natstest.WithTCP())
	environ := []string{
		"TERRENO_DATABASE_URL=" + server.DSN(pg.Superuser, "postgres"), "TERRENO_NATS_URL=" + nats.URL(bus.Admin),
		"TERRENO_PASSWORDS_DIR=" + passwords,
	}
	if status, out, errOut := run(environ, "provision"); status != 0 || !strings.Contains(out, stream.Tracking) {
		t.Fatalf("first: %d\n%s%s", status, out, errOut)
	}
	status, out, errOut := run(environ, "provision")
	if status != 0 || strings.Contains(out, stream.Tracking) || !strings.Contains(out, "current") {
		t.Errorf("second: %d, want no changes\n%s%s", status, out, errOut)
	}
	gateway := fmt.Sprintf("postgres://terreno_gateway:s3cret@127.0.0.1:%d/postgres?sslmode=disable", server.Port)
	d, err := db.Open(t.Context(), gateway, db.Options{MaxConns: 1})
	if err != nil {
		t.Fatalf("the role does not have the password from its file: %v", err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if status, _, errOut := run(append(environ, "TERRENO_PASSWORDS_DIR="+passwords+"/typo"), "provision"); status != 1 || !strings.Contains(errOut, "TERRENO_PASSWORDS_DIR") {
		t.Errorf("with a folder that does not exist: %d %s", status, errOut)
	}
	if status, _, errOut := run(nil, "provision"); status != 1 || !strings.Contains(errOut, "TERRENO_NATS_URL") {
		t.Errorf("without any address: %d %s", status, errOut)
	}
}

// A handler rejects a message. The command line lists it, shows it, replays it and drops it.
func TestDeadLetters(t *testing.T) {
	t.Parallel()
	nats := natstest.Start(t, natstest.WithTCP())
	makeDeadLetter(t, nats, "bad weather")
	environ := []string{"TERRENO_NATS_URL=" + nats.URL(bus.Admin)}
	expect := func(want string, args ...string) {
		t.Helper()
		status, out, errOut := run(environ, append([]string{"dlq"}, args...)...)
		if status != 0 || !strings.Contains(out, want) {
			t.Errorf("dlq %q: %d, want %q\n%s%s", args, status, want, out, errOut)
		}
	}
	expect("bad weather", "list")
	expect("in.acme.tracking.ubicacion.u1", "show", "1")
	expect("published again as TRACKING 2", "replay", "1")
	expect("no dead letters", "list")
	makeDeadLetter(t, nats, "worse weather")
	expect("letter 2 is gone", "drop", "2")
	if status, _, errOut := run(environ, "dlq", "show", "2"); status != 1 || !strings.Contains(errOut, "dead letter 2") {
		t.Errorf("show a dropped letter: %d %s", status, errOut)
	}
}

// TestLostMessages: what a stream dropped before its durable was given it is shown beside the dead letters.
func TestLostMessages(t *testing.T) {
	t.Parallel()
	nats := natstest.Start(t, natstest.WithTCP())
	loseMessages(t, nats)
	status, out, errOut := run([]string{"TERRENO_NATS_URL=" + nats.URL(bus.Admin)}, "dlq", "list")
	if status != 0 || !strings.Contains(out, "bad weather") || !strings.Contains(out, "TRACKING  tracking-writer  3         no    2-4") ||
		!strings.Contains(out, "TRACKING  geofence-evaluator  9         no    2026-03-01T10:00:00Z  7-10") {
		t.Errorf("%d\n%s%s", status, out, errOut)
	}
}

// loseMessages makes a dead letter. Then TRACKING drops three messages before the writer is given them, and loses nine at its end
// that geofence had applied.
func loseMessages(t *testing.T, nats *natstest.Server) {
	t.Helper()
	makeDeadLetter(t, nats, "bad weather")
	b := nats.Bus(t, "tracking-ingest")
	for i := range 5 {
		s, err := subject.New("acme", "tracking", "ubicacion", "u1")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.Publish(t.Context(), bus.Message{Subject: s, ID: fmt.Sprint("acme-", i), Data: []byte("x")}); err != nil {
			t.Fatal(err)
		}
	}
	live, err := nats.Admin(t).JetStream().Stream(t.Context(), stream.Tracking)
	if err != nil {
		t.Fatal(err)
	}
	for seq := uint64(2); seq <= 4; seq++ { // As age would.
		if err := live.DeleteMsg(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
	}
	durable, err := live.Consumer(t.Context(), stream.GeofenceEvaluator)
	if err != nil {
		t.Fatal(err)
	}
	config := durable.CachedInfo().Config // As geofence writes it (pkg/bus/ordered).
	config.Metadata = map[string]string{"terreno.cut": `{"messages": 9, "last": {"from": 7, "to": 10}, "at": "2026-03-01T10:00:00Z"}`}
	if _, err := live.UpdateConsumer(t.Context(), config); err != nil {
		t.Fatal(err)
	}
}

// makeDeadLetter publishes a message and consumes TRACKING with the writer's durable until it has rejected one.
func makeDeadLetter(t *testing.T, nats *natstest.Server, reason string) {
	t.Helper()
	b := nats.Bus(t, "tracking-ingest")
	s, err := subject.New("acme", "tracking", "ubicacion", "u1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.Publish(t.Context(), bus.Message{Subject: s, ID: fmt.Sprintf("%s-%s", t.Name(), reason), Data: []byte("x")}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, err := bus.NewConsumer(b, bus.ConsumerConfig{Stream: stream.Tracking, Durable: stream.TrackingWriter},
		func(_ context.Context, m bus.Msg) error {
			if string(m.Data) != "x" {
				return nil
			}
			cancel()
			return bus.Reject(errors.New(reason))
		})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(ctx); err != nil {
		t.Fatal(err)
	}
}
