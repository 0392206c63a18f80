package outbox_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"

	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/proto/subject"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// registrar is a service with an outbox and one table. Its NATS user is identity, which may publish the directory only.
var registrar = db.Schema{
	Name: "registrar", Service: "outbox-registrar", Snippets: []db.Snippet{outbox.Snippet},
	Migrations: fstest.MapFS{"0001_entry.sql": {Data: []byte(`
{{outbox}}
CREATE TABLE entry (id_empresa text NOT NULL, id text NOT NULL, n int NOT NULL, PRIMARY KEY (id_empresa, id));
{{protect "entry"}}
GRANT SELECT, INSERT, UPDATE ON entry TO {{service}}, {{worker}};`)}},
}

// world is one test's database and server.
type world struct {
	pg      *pgtest.Database
	db      *db.DB
	admin   *sqlx.DB
	bus     *bus.Bus
	metrics *prometheus.Registry
	js      jetstream.JetStream
}

func setup(t *testing.T) *world {
	t.Helper()
	n := natstest.Start(t)
	w := on(t, pgtest.New(t, registrar), n.Bus(t, "identity"))
	w.js = n.Admin(t).JetStream()
	return w
}

func on(t *testing.T, p *pgtest.Database, b *bus.Bus) *world {
	t.Helper()
	return &world{pg: p, db: p.DB(t, registrar.Service), admin: p.Admin(t), bus: b, metrics: prometheus.NewRegistry()}
}

// run runs a relay until the test ends or stop is called.
func (w *world) run(t *testing.T, to outbox.Publisher) (r *outbox.Relay, stop func()) {
	t.Helper()
	r = outbox.NewRelay(w.db, to, registrar.Name, natstest.Log(t), w.metrics)
	return r, apptest.Start(t, r.Run)
}

func event(t testing.TB, tenant, domain, entity, data string) outbox.Message {
	t.Helper()
	s, err := subject.New(tenant, domain, "cambio", entity)
	if err != nil {
		t.Fatal(err)
	}
	return outbox.Message{Subject: s, Data: []byte(data)}
}

func news(t testing.TB, tenant, entity, data string) outbox.Message {
	t.Helper()
	return event(t, tenant, "directorio", entity, data)
}

func (w *world) add(t testing.TB, tenant string, messages ...outbox.Message) {
	t.Helper()
	err := w.db.InTenant(t.Context(), tenant, func(tx *sqlx.Tx) error {
		return outbox.Add(t.Context(), tx, registrar.Name, messages...)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// read waits until the outbox is empty and returns what DIRECTORY has, in order. It fails when that are not n messages.
func (w *world) read(t *testing.T, n int) []*jetstream.RawStreamMsg {
	t.Helper()
	return w.readBeside(t, n, 0)
}

// readBeside is read for an outbox in which some rows stay.
func (w *world) readBeside(t *testing.T, n, stay int) []*jetstream.RawStreamMsg {
	t.Helper()
	s, err := w.js.Stream(t.Context(), stream.Directory)
	if err != nil {
		t.Fatal(err)
	}
	eventually(t, "only the rows that stay wait", func() bool { return w.count(t, "waiting") == stay })
	info, err := s.Info(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if info.State.Msgs != uint64(n) {
		t.Fatalf("the stream has %d messages, want %d", info.State.Msgs, n)
	}
	var all []*jetstream.RawStreamMsg
	for seq := info.State.FirstSeq; seq <= info.State.LastSeq; seq++ {
		m, err := s.GetMsg(t.Context(), seq)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, m)
	}
	return all
}

// emptied waits until no row is waiting.
func (w *world) emptied(t *testing.T) {
	t.Helper()
	eventually(t, "the outbox is empty", func() bool { return w.count(t, "waiting") == 0 })
}

func (w *world) count(t *testing.T, state string) (n int) {
	t.Helper()
	if err := w.admin.Get(&n, `SELECT count(*) FROM registrar.outbox WHERE state = $1`, state); err != nil {
		t.Fatal(err)
	}
	return n
}

// bodies returns the bodies that were published about an entity, in order.
func bodies(all []*jetstream.RawStreamMsg, tenant, entity string) (got []string) {
	for _, m := range all {
		if strings.HasPrefix(m.Subject, "in."+tenant+".") && strings.HasSuffix(m.Subject, "."+entity) {
			got = append(got, string(m.Data))
		}
	}
	return got
}

func want(t *testing.T, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// eventually waits for something that another goroutine or process does.
func eventually(t *testing.T, what string, happened func() bool) {
	t.Helper()
	tick := time.NewTicker(10 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(60 * time.Second)
	for !happened() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatal("never happened: " + what)
		}
	}
}

// gauge reads one metric of the relay.
func (w *world) gauge(t *testing.T, name string) float64 {
	t.Helper()
	families, err := w.metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() == name {
			m := f.GetMetric()[0]
			return m.GetGauge().GetValue() + m.GetCounter().GetValue()
		}
	}
	t.Fatalf("no metric %s", name)
	return 0
}

// between lets a test act before and after real publishes.
type between struct {
	outbox.Publisher
	after func(m bus.Message, err error) error
}

func (b between) Publish(ctx context.Context, m bus.Message) (bus.Ack, error) {
	ack, err := b.Publisher.Publish(ctx, m)
	return ack, b.after(m, err)
}
