package hooks

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/notifier/hooktest"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
	"github.com/terreno/terreno/services/notifier/internal/webhook"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const service = "notifier"

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

// schemas are those of the service and of what it reads.
var schemas = []db.Schema{identity.Schema, {
	Name: store.Schema, Service: service, Migrations: os.DirFS("../../migrations"),
	Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet, schedule.TimerSnippet},
}}

// world is the consumer with everything around it, and a receiver.
type world struct {
	hooks    *Hooks
	nats     *natstest.Server
	database *pgtest.Database
	admin    *sqlx.DB
	store    *store.Store
	changes  *change.Changes
	clock    *clock.Manual
	receiver *hooktest.Receiver
}

func setup(t *testing.T, r *hooktest.Receiver) *world {
	t.Helper()
	return setupOn(t, pgtest.New(t, schemas...), r)
}

func setupOn(t *testing.T, database *pgtest.Database, r *hooktest.Receiver) *world {
	t.Helper()
	w := &world{nats: natstest.Start(t), database: database, clock: clock.NewManual(noon), receiver: r, admin: database.Admin(t)}
	pool := database.DB(t, service)
	relay := outbox.NewRelay(pool, w.nats.Bus(t, service), store.Schema, natstest.Log(t), nil)
	w.changes = change.New(pool, relay, store.Schema, w.clock)
	w.store = store.New(pool, w.changes, alert.Settings{})
	w.hooks = w.replica(t)
	apptest.Start(t, relay.Run)
	return w
}

// replica makes a consumer that tries again at once. Its calls have time for receivers that wait for the test.
func (w *world) replica(t *testing.T) *Hooks {
	t.Helper()
	h, err := New(w.nats.Bus(t, service), w.store, sender(t, w.receiver, SenderOptions{Timeout: time.Minute}), w.clock, prometheus.NewRegistry(), 20*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	h.delay = func(int, time.Duration, float64) time.Duration { return 0 }
	return h
}

func (w *world) run(t *testing.T) (stop func()) {
	t.Helper()
	return apptest.Start(t, w.hooks.Run)
}

func (w *world) change(t *testing.T, company string, fn func(ctx context.Context, ch *change.Change) error) {
	t.Helper()
	if err := w.changes.In(t.Context(), company, "boss", func(ch *change.Change) error { return fn(t.Context(), ch) }); err != nil {
		t.Fatal(err)
	}
}

// hook adds a webhook of a company.
func (w *world) hook(t *testing.T, company, id, url string, events ...string) {
	t.Helper()
	w.change(t, company, func(ctx context.Context, ch *change.Change) error {
		_, err := w.store.CreateWebhook(ctx, ch, id, webhook.Draft{Name: id, URL: url, Events: append([]string{}, events...), Active: true})
		return err
	})
}

// call tells a company's webhooks of something.
func (w *world) call(t *testing.T, company, ref string) {
	t.Helper()
	w.change(t, company, func(ctx context.Context, ch *change.Change) error {
		return w.store.CallWebhooks(ctx, ch, webhook.EventRaised, ref, map[string]string{"id": ref})
	})
}

// is waits until the call about something is in a state, "state reason attempts".
func (w *world) is(t *testing.T, ref, want string) {
	t.Helper()
	var got string
	defer func() {
		if t.Failed() {
			t.Errorf("%s is %q, want %q", ref, got, want)
		}
	}()
	apptest.Until(t, func() bool {
		if err := w.admin.Get(&got, `SELECT concat_ws(' ', state, nullif(reason, ''), attempts) FROM notifier.webhook_delivery WHERE ref = $1`, ref); err != nil {
			return false
		}
		return got == want
	})
}

func (w *world) count(t *testing.T, from string) int {
	t.Helper()
	return pgtest.Count(t, w.admin, from)
}

func (w *world) letters(t *testing.T) uint64 {
	t.Helper()
	return natstest.Stored(t, w.nats.Admin(t), stream.DLQ)
}
