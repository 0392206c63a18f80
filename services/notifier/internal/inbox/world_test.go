package inbox

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const service = "notifier"

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

func schema() db.Schema {
	return db.Schema{
		Name: store.Schema, Service: service, Migrations: os.DirFS("../../migrations"), Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet, schedule.TimerSnippet},
	}
}

type world struct {
	nats     *natstest.Server
	geofence *bus.Bus
	database *pgtest.Database
	admin    *sqlx.DB
}

func setup(t *testing.T) *world {
	t.Helper()
	w := &world{nats: natstest.Start(t), database: pgtest.New(t, schema())}
	w.geofence, w.admin = w.nats.Bus(t, "geofence"), w.database.Admin(t)
	return w
}

// store returns a store that publishes nothing, because its relay does not run.
func (w *world) store(t *testing.T) *store.Store {
	t.Helper()
	pool := w.database.DB(t, service)
	relay := outbox.NewRelay(pool, w.nats.Bus(t, service), store.Schema, natstest.Log(t), nil)
	return store.New(pool, change.New(pool, relay, store.Schema, clock.NewManual(noon)), alert.Settings{})
}

// inbox makes a replica.
func (w *world) inbox(t *testing.T) *Inbox {
	t.Helper()
	in, err := New(w.nats.Bus(t, service), w.store(t), clock.NewManual(noon), prometheus.NewRegistry(), 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func (w *world) settled(t *testing.T) {
	t.Helper()
	w.nats.Settled(t, stream.Alerts, stream.NotifierInbox)
}

func (w *world) message(t *testing.T, company, event, id, body string) bus.Msg {
	t.Helper()
	s, err := subject.New(company, wire.Domain, event, id)
	if err != nil {
		t.Fatal(err)
	}
	return bus.Msg{Subject: s, Data: []byte(body)}
}

// episode is an alert of ana that was late, turned out to continue, and ended. Its messages are tardia, nueva, cerrada
// with the facts of the late alert, and cerrada with the final facts.
func (w *world) episode(t *testing.T, company, id string) []bus.Msg {
	t.Helper()
	const body = `{"id":%q,"type":"outside_zone","user_id":"ana","started_at":"2026-03-08T12:00:00Z","lat":-12,"lon":-77,"zones":["centro"],%s}`
	const lateAt, liveAt = `"raised_at":"2026-03-08T12:01:00Z","late":true`, `"raised_at":"2026-03-08T12:20:00Z"`
	const end = `,"ended_at":"2026-03-08T13:00:00Z","end_reason":"returned"`
	return []bus.Msg{
		w.message(t, company, wire.EventLate, id, fmt.Sprintf(body, id, lateAt)),
		w.message(t, company, wire.EventNew, id, fmt.Sprintf(body, id, liveAt)),
		w.message(t, company, wire.EventClosed, id, fmt.Sprintf(body, id, lateAt+end)),
		w.message(t, company, wire.EventClosed, id, fmt.Sprintf(body, id, liveAt+end)),
	}
}

func (w *world) publish(t *testing.T, m bus.Msg) {
	t.Helper()
	id := m.Subject.String() + string(m.Data)
	if _, err := w.geofence.Publish(t.Context(), bus.Message{Subject: m.Subject, ID: id, Data: m.Data}); err != nil {
		t.Fatal(err)
	}
}

// state returns what is stored of an alert and its log, without the id.
func (w *world) state(t *testing.T, id string) string {
	t.Helper()
	var row string
	if err := w.admin.GetContext(t.Context(), &row, `SELECT concat_ws(' ', late, raised_at AT TIME ZONE 'UTC', ended_at AT TIME ZONE 'UTC', end_reason, status) FROM notifier.alert WHERE id = $1`, id); err != nil {
		t.Fatal(err)
	}
	var log []string
	if err := w.admin.SelectContext(t.Context(), &log, `SELECT concat_ws(' ', what, at AT TIME ZONE 'UTC', note) FROM notifier.alert_event WHERE alert_id = $1 ORDER BY what`, id); err != nil {
		t.Fatal(err)
	}
	return row + " | " + strings.Join(log, ", ")
}

// bus does not export the types that bus.Reject and bus.Unavailable return.

func isRejected(err error) bool { return fmt.Sprintf("%T", err) == fmt.Sprintf("%T", bus.Reject(nil)) }

func isUnavailable(err error) bool {
	return fmt.Sprintf("%T", err) == fmt.Sprintf("%T", bus.Unavailable(nil))
}
