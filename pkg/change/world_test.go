package change_test

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/idem"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

var noon = time.Date(2026, 3, 8, 12, 0, 0, 123456789, time.UTC)

// office is a service with one table. Its NATS user is identity, which may publish the directory only.
var office = db.Schema{
	Name: "office", Service: "change-office", Snippets: []db.Snippet{outbox.Snippet, idem.Snippet},
	Migrations: fstest.MapFS{"0001_note.sql": {Data: []byte(`
CREATE TABLE note (id_empresa text NOT NULL, id text NOT NULL, n int NOT NULL, PRIMARY KEY (id_empresa, id));
{{protect "note"}}
GRANT SELECT, INSERT, UPDATE ON note TO {{service}}, {{worker}};
{{outbox}}
{{idempotency_key}}
GRANT INSERT, UPDATE (status, body) ON idempotency_key TO {{worker}};`)}},
}

// world is an installation with the office alone. Its relay runs only when a test starts it.
type world struct {
	pg      *pgtest.Database
	admin   *sqlx.DB
	relay   *outbox.Relay
	changes *change.Changes
	js      jetstream.JetStream
	// wakes counts the commits after which the relay was woken.
	wakes atomic.Int32
}

func (w *world) woken() int { return int(w.wakes.Load()) }

func setup(t *testing.T) *world {
	t.Helper()
	n := natstest.Start(t)
	w := &world{pg: pgtest.New(t, office), js: n.Admin(t).JetStream()}
	w.admin = w.pg.Admin(t)
	pool := w.pg.DB(t, office.Service)
	w.relay = outbox.NewRelay(pool, n.Bus(t, "identity"), office.Name, natstest.Log(t), nil)
	w.changes = change.New(pool, w.relay, office.Name, clock.NewManual(noon))
	change.OnWake(w.changes, func() { w.wakes.Add(1) })
	return w
}

// write increases the number of a note by one.
func write(ctx context.Context, ch *change.Change, id string) (n int, err error) {
	err = ch.Tx.GetContext(ctx, &n, `INSERT INTO office.note AS e (id_empresa, id, n) VALUES ($1, $2, 1)
ON CONFLICT (id_empresa, id) DO UPDATE SET n = e.n + 1 RETURNING n`, ch.Company, id)
	return n, err
}

// tell emits an event about a user whose version tells the events apart.
func tell(ch *change.Change, id string, version int) error {
	return ch.Emit("directorio", "usuario", id, audience.Audience{}, &terrenov1.DirectoryUser{Id: id, Version: int64(version)})
}

// published runs the relay until the outbox is empty. Then it returns all messages of the stream, one line each with
// subject and body.
func (w *world) published(t *testing.T) (all []string) {
	t.Helper()
	stop := apptest.Start(t, w.relay.Run)
	defer stop()
	apptest.Until(t, func() bool { return pgtest.Count(t, w.admin, "office.outbox") == 0 })
	s, err := w.js.Stream(t.Context(), stream.Directory)
	if err != nil {
		t.Fatal(err)
	}
	info, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for seq := info.State.FirstSeq; seq <= info.State.LastSeq && info.State.Msgs > 0; seq++ {
		m, err := s.GetMsg(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, strings.TrimPrefix(m.Subject, "in.")+" "+string(m.Data))
	}
	return all
}

// rows counts the notes, the waiting events and the idempotency keys in the database.
func (w *world) rows(t *testing.T) [3]int {
	t.Helper()
	return [3]int{pgtest.Count(t, w.admin, "office.note"), pgtest.Count(t, w.admin, "office.outbox"), pgtest.Count(t, w.admin, "office.idempotency_key")}
}
