package e2e_test

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/pg"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/geofence/geofencetest"
	"github.com/terreno/terreno/services/terreno/internal/cli"
	"github.com/terreno/terreno/services/terreno/internal/up"
	trackingingest "github.com/terreno/terreno/services/tracking-ingest"
	"github.com/terreno/terreno/services/tracking-ingest/trackingtest"
)

// before is the schemas of the release before: tracking until its migration 0006.
func before(t *testing.T) []db.Schema {
	t.Helper()
	names, err := fs.Glob(trackingingest.Schema.Migrations, "migrations/*.sql")
	if err != nil || len(names) < 7 {
		t.Fatal(names, err)
	}
	some := fstest.MapFS{}
	for _, name := range names {
		if filepath.Base(name) < "0007" {
			text, err := fs.ReadFile(trackingingest.Schema.Migrations, name)
			if err != nil {
				t.Fatal(err)
			}
			some[name] = &fstest.MapFile{Data: text}
		}
	}
	schemas := up.Schemas()
	for i := range schemas {
		if schemas[i].Name == "tracking" {
			schemas[i].Migrations = some
		}
	}
	return schemas
}

// The release before left rows in tracking.position and messages of its form in the stream, of which one is a dead letter.
// Provision refuses the rows, changes nothing and says what to do. After that is done, the new version stores and judges the
// messages, and the dead letter when it is replayed.
func TestUpgradeFromTheReleaseBefore(t *testing.T) {
	t.Parallel()
	server := pgtest.NewServer(t)
	dsn := server.DSN(pg.Superuser, "postgres")
	if err := db.Provision(t.Context(), dsn, before(t), nil); err != nil {
		t.Fatal(err)
	}
	admin, err := sqlx.Open("postgres", dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close() })
	w := &world{db: admin}
	w.exec(t, `SELECT tracking.ensure_partitions('2017-03-20', '2017-03-22');
INSERT INTO tracking.position (id_empresa, user_id, device_id, recorded_at, received_at, lat, lon, activity, mock)
VALUES ('acme', 'juan', '', '2017-03-20T12:00Z', '2017-03-20T12:00Z', 4.65, -74.08, '', false);
INSERT INTO tracking.latest_position SELECT * FROM tracking.position`)

	out, errOut, status := provision(dsn)
	remedy := "TRUNCATE tracking.position, tracking.latest_position"
	if status != 1 || !strings.Contains(errOut, "older Terreno") || !strings.Contains(errOut, remedy) || !strings.Contains(errOut, "provision again") {
		t.Fatalf("provision with rows of the release before: %d\n%s%s", status, out, errOut)
	}
	if n := pgtest.Count(t, admin, "tracking.position"); n != 1 {
		t.Errorf("%d rows after a refusal, want 1", n)
	}
	w.exec(t, remedy)
	if out, errOut, status = provision(dsn); status != 0 {
		t.Fatalf("provision after the rows were removed: %d\n%s%s", status, out, errOut)
	}
	w.exec(t, `INSERT INTO identity.company (id_empresa, name, zone) VALUES ('acme', 'acme', 'America/Bogota');
INSERT INTO identity.users (id_empresa, id, name, role) VALUES ('acme', 'juan', 'Juan Pérez', 'colaborador');
INSERT INTO geofence.plan VALUES ('acme', 1, 25, 2, 60, 100, 600, 600);
INSERT INTO geofence.zone (id_empresa, id, name, geometry, radius_m, vertices, schedule, shape_version, version, created_at, updated_at, updated_by)
VALUES ('acme', 'centro', 'Centro', '{"type":"Point","coordinates":[-74.08,4.65]}', 200, 1, '[]', 1, 1, 'epoch', 'epoch', '');
INSERT INTO geofence.zone_user VALUES ('acme', 'centro', 'juan')`)

	messages := goldenBatches(t)
	settings := []string{
		"TERRENO_HTTP_ADDR=127.0.0.1:0", "TERRENO_INTERNAL_ADDR=127.0.0.1:0", "TERRENO_DATA=" + filepath.Join(t.TempDir(), "data"),
		"TERRENO_DRAIN_TIMEOUT=20s", "DATABASE_URL=" + dsn, "TERRENO_DEMO=false", "TERRENO_CLOCK_SPEED=1", afterTheDay,
		"TERRENO_ADMIN_LOGIN=plataforma", "TERRENO_ADMIN_PASSWORD=plataforma-1",
	}
	old := launch(t, []string{"identity"}, settings)
	letter := old.bury(t, messages[1])
	old.publish(t, messages[0], messages[2])
	if err := old.stop(); err != nil {
		t.Fatal(err)
	}

	w.Installation = launch(t, nil, settings).Installation
	w.waitForPositions(t, 6)
	if out, errOut, status := terrenoCommand("dlq", "replay", fmt.Sprint(letter), "-data", settings[2][len("TERRENO_DATA="):]); status != 0 {
		t.Fatalf("replay: %d\n%s%s", status, out, errOut)
	}
	w.waitForPositions(t, 7)
	w.checkUpgraded(t)
	eventually(t, time.Minute, func() (bool, string) {
		alerts := published(t, w.adminBus(t), nil)
		ok := slices.ContainsFunc(alerts, func(a geofencetest.Alert) bool {
			return a.User == "juan" && a.Event == "nueva" && a.Started.Equal(time.Date(2017, 3, 21, 23, 46, 0, 0, time.UTC))
		})
		return ok, fmt.Sprintf("alerts: %+v", alerts)
	})
	w.checkNoDeadLetter(t)
}

// checkUpgraded checks the positions of the golden messages: all values, rounded, each instant in its own UTC day.
func (w *world) checkUpgraded(t *testing.T) {
	t.Helper()
	var got []string
	for _, p := range trackingtest.Positions(t, w.db, "") {
		text, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(text))
	}
	want, err := os.ReadFile("testdata/position_batches.json")
	if err != nil {
		t.Fatal(err)
	}
	if text := strings.Join(got, "\n") + "\n"; text != string(want) {
		t.Errorf("stored:\n%swant:\n%s", text, want)
	}
	if n := pgtest.Count(t, w.db, "tracking.arrived WHERE date_trunc('day', first_at, 'UTC') <> date_trunc('day', last_at, 'UTC')"); n != 0 {
		t.Errorf("%d tracks cross a midnight", n)
	}
}

func (w *world) waitForPositions(t *testing.T, want int) {
	t.Helper()
	eventually(t, time.Minute, func() (bool, string) {
		n := trackingtest.Count(t, w.db, "")
		return n == want, fmt.Sprintf("%d positions, want %d", n, want)
	})
}

func (w *world) exec(t *testing.T, statements string) {
	t.Helper()
	if _, err := w.db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(err)
	}
}

// goldenBatches are messages as the release before published them.
func goldenBatches(t *testing.T) (messages []bus.Message) {
	t.Helper()
	text, err := os.ReadFile("testdata/position_batches.golden")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		f := strings.Fields(line)
		if f[0] == "#" {
			continue
		}
		data, err := hex.DecodeString(f[2])
		to, subjectErr := subject.New(f[0], "tracking", "ubicacion", f[1])
		if err = errors.Join(err, subjectErr); err != nil {
			t.Fatal(err)
		}
		messages = append(messages, bus.Message{Subject: to, ID: fmt.Sprintf("acme-old-%d", len(messages)), Data: data})
	}
	return messages
}

func (w *world) publish(t *testing.T, messages ...bus.Message) {
	t.Helper()
	b := w.adminBus(t)
	for _, m := range messages {
		if _, err := b.Publish(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
}

// bury publishes a message that the writer of the release before gave up. It returns the number of the dead letter.
func (w *world) bury(t *testing.T, m bus.Message) uint64 {
	t.Helper()
	w.publish(t, m)
	remote, err := w.Remote("tracking-ingest")
	if err != nil {
		t.Fatal(err)
	}
	b, err := bus.Connect(remote.NATSURL, "tracking-ingest", bus.Options{Log: quiet()})
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c, err := bus.NewConsumer(b, bus.ConsumerConfig{Stream: stream.Tracking, Durable: stream.TrackingWriter}, func(context.Context, bus.Msg) error {
		cancel()
		return bus.Reject(errors.New("the table was missing"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Run(ctx); err != nil {
		t.Fatal(err)
	}
	state, err := w.adminBus(t).StreamState(t.Context(), stream.DLQ)
	if err != nil || state.LastSeq == 0 {
		t.Fatalf("no dead letter: %+v, %v", state, err)
	}
	return state.LastSeq
}

func provision(dsn string) (out, errOut string, status int) {
	return terrenoCommand("provision", "TERRENO_DATABASE_URL="+dsn)
}

// terrenoCommand runs a command of terreno. Arguments that begin with TERRENO_ are its environment.
func terrenoCommand(args ...string) (out, errOut string, status int) {
	var o, e bytes.Buffer
	isSetting := func(s string) bool { return strings.HasPrefix(s, "TERRENO_") }
	var environ []string
	for _, a := range args {
		if isSetting(a) {
			environ = append(environ, a)
		}
	}
	status = cli.Main(slices.DeleteFunc(slices.Clone(args), isSetting), environ, &o, &e)
	return o.String(), e.String(), status
}
