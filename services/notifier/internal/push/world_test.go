package push

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/encoding/protojson"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/identity"
	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/fcm"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const service = "notifier"

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

// quick are settings whose pauses a test can wait for.
var quick = Settings{Floor: 20 * time.Millisecond, Most: 100 * time.Millisecond, Tries: 4, Probe: 20 * time.Millisecond}

type world struct {
	nats     *natstest.Server
	database *pgtest.Database
	admin    *sqlx.DB
	fake     *fcmtest.Server
	clock    clock.Clock
}

func schema() db.Schema {
	return db.Schema{
		Name: store.Schema, Service: service, Migrations: os.DirFS("../../migrations"),
		Snippets: []db.Snippet{outbox.Snippet, idem.Snippet, change.LogSnippet, schedule.TimerSnippet},
	}
}

func setup(t testing.TB, o fcmtest.Options, opts ...natstest.Option) *world {
	t.Helper()
	w := setupOn(t, pgtest.New(t, identity.Schema, schema()), opts...)
	w.fake = fake(t, o)
	return w
}

func setupOn(t testing.TB, database *pgtest.Database, opts ...natstest.Option) *world {
	t.Helper()
	return &world{nats: natstest.Start(t, opts...), database: database, admin: database.Admin(t), clock: clock.NewManual(noon)}
}

func fake(t testing.TB, o fcmtest.Options) *fcmtest.Server {
	t.Helper()
	if o.Keep == 0 {
		o.Keep = 100_000
	}
	f, err := fcmtest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	return f
}

// client is a real client of the fake.
func (w *world) client(t testing.TB, timeout time.Duration) *fcm.Client {
	t.Helper()
	credentials, ca, err := w.fake.Files(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	c, err := fcm.New(t.Context(), fcm.Config{Credentials: credentials, Endpoint: w.fake.URL(), CA: ca, Timeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// store returns a store that publishes nothing unless somebody runs the relay.
func (w *world) store(t testing.TB) (*store.Store, *change.Changes, *outbox.Relay) {
	t.Helper()
	pool := w.database.DB(t, service)
	relay := outbox.NewRelay(pool, w.nats.Bus(t, service), store.Schema, natstest.Log(t), prometheus.NewRegistry())
	changes := change.New(pool, relay, store.Schema, w.clock)
	return store.New(pool, changes, alert.Settings{}), changes, relay
}

// pusher makes a replica.
func (w *world) pusher(t testing.TB, to Sender, s Settings) *Pusher {
	t.Helper()
	st, _, _ := w.store(t)
	p, err := New(Deps{
		Bus: w.nats.Bus(t, service), Store: st, Sender: to, Clock: w.clock, Log: natstest.Log(t), Metrics: prometheus.NewRegistry(), Drain: 20 * time.Second,
	}, s)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func (w *world) run(t testing.TB, s Settings) (stop func()) {
	t.Helper()
	return apptest.Start(t, w.pusher(t, w.client(t, time.Minute), s).Run)
}

// rows writes n pushes, each to a device of its own, and says that they are useful until an instant. Their names begin with prefix.
func (w *world) rows(t testing.TB, prefix string, n int, until time.Time) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), `WITH c AS (INSERT INTO identity.company (id_empresa, name, zone) SELECT 'c' || n, 'c', 'UTC' FROM generate_series(0, 4) n ON CONFLICT DO NOTHING)
INSERT INTO identity.users (id_empresa, id, name, role) SELECT 'c' || n % 5, 'u' || n, 'u', 'colaborador' FROM generate_series(1, $1::int) n ON CONFLICT DO NOTHING`, n); err != nil {
		t.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO notifier.push_token (id_empresa, id, token, user_id, session, app, platform, language, created_at, seen_at)
SELECT 'c' || n % 5, $1 || n, 'token-' || $1 || n, 'u' || n, 's', '', 'android', '', $3, now() FROM generate_series(1, $2::int) n`,
		`INSERT INTO notifier.notification (id_empresa, id, user_id, kind, ref, title, body, urgent, created_at, useful_until)
SELECT 'c' || n % 5, $1 || n, 'u' || n, 'test', '', 'Title', 'Body ' || n, false, $3::timestamptz - interval '1 day', $3 FROM generate_series(1, $2::int) n`,
		`INSERT INTO notifier.delivery (id_empresa, notification_id, token_id, platform, state, queued_at)
SELECT 'c' || n % 5, $1 || n, $1 || n, 'android', 'queued', $3 FROM generate_series(1, $2::int) n`,
	} {
		if _, err := w.admin.ExecContext(t.Context(), statement, prefix, n, until); err != nil {
			t.Fatal(err)
		}
	}
}

// publish asks for pushes that rows wrote.
func (w *world) publish(t testing.TB, event, prefix string, n int) {
	t.Helper()
	b := w.nats.Bus(t, service)
	numbers := make(chan int)
	var all sync.WaitGroup
	for range 32 {
		all.Go(func() {
			for i := range numbers {
				if _, err := b.Publish(t.Context(), w.message(t, event, prefix, i)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	for i := range n {
		numbers <- i + 1
	}
	close(numbers)
	all.Wait()
}

func (w *world) message(t testing.TB, event, prefix string, i int) bus.Message {
	id := fmt.Sprint(prefix, i)
	to, err := subject.New(fmt.Sprint("c", i%5), "notificacion", event, id)
	if err != nil {
		t.Error(err)
	}
	body, err := protojson.Marshal(&terrenov1.Push{NotificationId: id, TokenId: id})
	if err != nil {
		t.Error(err)
	}
	return bus.Message{Subject: to, ID: to.String(), Data: body}
}

// settled waits until nothing is left to do.
func (w *world) settled(t testing.TB) {
	t.Helper()
	w.nats.Settled(t, stream.Notify, stream.NotifierPush)
	w.nats.Settled(t, stream.Urgent, stream.NotifierUrgent)
}

type ended struct {
	Notification string `db:"notification_id"`
	State        string
	Reason       string
	Attempts     int
	Done         bool
}

// ended returns what became of the pushes, by notification.
func (w *world) ended(t testing.TB) map[string]ended {
	t.Helper()
	var list []ended
	if err := w.admin.SelectContext(t.Context(), &list, `SELECT notification_id, state, reason, attempts, done_at IS NOT NULL AS done FROM notifier.delivery`); err != nil {
		t.Fatal(err)
	}
	all := map[string]ended{}
	for _, e := range list {
		all[e.Notification] = e
	}
	return all
}

func (w *world) count(t testing.TB, state string) int {
	t.Helper()
	return pgtest.Count(t, w.admin, "notifier.delivery WHERE state = '"+state+"'")
}

func (w *world) letters(t testing.TB) []admin.DeadLetter {
	t.Helper()
	list, err := admin.NewDeadLetters(w.nats.Admin(t)).List(t.Context(), 0, admin.MaxPage)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// sends are how often the fake received each push.
func (w *world) sends() map[string]int {
	sends := map[string]int{}
	for _, m := range w.fake.Received() {
		sends[m.Data["notification_id"]]++
	}
	return sends
}

func is(t testing.TB, w *world, notification, state, reason string, attempts int) {
	t.Helper()
	got := w.ended(t)[notification]
	if got.State != state || got.Reason != reason || got.Attempts != attempts || got.Done != slices.Contains([]string{"sent", "failed", "skipped", "expired"}, state) {
		t.Errorf("%s is %+v, want %s", notification, got, strings.Join([]string{state, reason, fmt.Sprint(attempts)}, " "))
	}
}

// until waits for what takes longer than apptest.Until allows on a busy machine.
func until(t testing.TB, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(10 * time.Minute); !ok(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("it did not happen in time")
		}
	}
}

// elapse lets a time of a synctest's bubble pass.
func elapse(d time.Duration) { <-time.After(d) }
