package directory_test

import (
	"context"
	"fmt"
	"testing"
	"testing/fstest"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

// views creates the views of identity, on the smallest tables that they need.
const views = `
CREATE TABLE company (id_empresa text NOT NULL PRIMARY KEY, zone text NOT NULL, suspended boolean NOT NULL, version bigint NOT NULL);
CREATE TABLE person (
	id_empresa text NOT NULL, id text NOT NULL, role text NOT NULL, teams text[] NOT NULL, active boolean NOT NULL,
	tokens_valid_from timestamptz NOT NULL, version bigint NOT NULL, PRIMARY KEY (id_empresa, id)
);
{{protect "company"}}
{{protect "person"}}
GRANT SELECT ON company, person TO {{worker}};
CREATE TABLE ended (id_empresa text NOT NULL, id text NOT NULL PRIMARY KEY, tokens_until timestamptz NOT NULL);
CREATE TABLE epoch (id text NOT NULL);
INSERT INTO epoch VALUES ('one');
COMMENT ON TABLE epoch IS 'cross-tenant: one row';
{{protect "ended"}}
GRANT SELECT ON ended, epoch TO {{worker}};
CREATE VIEW v_directory_sessions AS SELECT id_empresa, id, tokens_until FROM ended;
CREATE VIEW v_directory_epoch AS SELECT id AS epoch FROM epoch;
{{publish_across_tenants "v_directory_sessions" "every service's copy of the directory"}}
{{publish_across_tenants "v_directory_epoch" "every service's copy of the directory"}}
CREATE VIEW v_directory_companies AS SELECT id_empresa AS id, zone, suspended, version FROM company;
CREATE VIEW v_directory_users AS SELECT id_empresa, id, role, teams, active, tokens_valid_from, version FROM person;
{{publish_across_tenants "v_directory_users" "every service's copy of the directory"}}
{{publish_across_tenants "v_directory_companies" "every service's copy of the directory"}}
`

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

// world plays identity: a test writes its tables as an administrator, and publishes its messages.
type world struct {
	admin   *sqlx.DB
	data    *pgtest.Database
	nats    *natstest.Server
	news    *bus.Bus
	changes chan string
	n       int
}

func schemas() []db.Schema {
	return []db.Schema{
		{Name: "identity", Service: "identity", Migrations: fstest.MapFS{"0001_views.sql": {Data: []byte(views)}}},
		{Service: "gateway"},
	}
}

func newWorld(t *testing.T, opts ...natstest.Option) *world {
	t.Helper()
	return newWorldOn(t, pgtest.New(t, schemas()...), opts...)
}

func newWorldOn(t *testing.T, data *pgtest.Database, opts ...natstest.Option) *world {
	t.Helper()
	w := &world{data: data, admin: data.Admin(t), nats: natstest.Start(t, opts...), changes: make(chan string, 4096)}
	w.news = w.nats.Bus(t, "identity")
	w.company(t, directory.Company{ID: "acme", Zone: bogota(t), Version: 1})
	w.user(t, "acme", ana())
	return w
}

func bogota(t testing.TB) *time.Location {
	t.Helper()
	at, err := time.LoadLocation("America/Bogota")
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func ana() directory.User {
	return directory.User{ID: "ana", Role: "supervisor", Teams: []string{"norte"}, Active: true, TokensValidFrom: noon, Version: 1}
}

// gateway starts the directory of a service that only reads. It stops with the test.
func (w *world) gateway(t *testing.T, b *bus.Bus) *directory.Directory {
	t.Helper()
	return w.run(t, directory.New(w.data.DB(t, "gateway"), b, natstest.Log(t), prometheus.NewRegistry()))
}

func (w *world) run(t *testing.T, d *directory.Directory) *directory.Directory {
	t.Helper()
	d.OnChange(func(tenant string) {
		select {
		case w.changes <- tenant:
		default:
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return d
}

// loaded returns a gateway's directory after its first load.
func (w *world) loaded(t *testing.T) *directory.Directory {
	t.Helper()
	d := w.gateway(t, w.nats.Bus(t, "gateway"))
	w.until(t, func() bool { return d.Ready(t.Context()) == nil })
	return d
}

// until waits until ok returns true.
func (w *world) until(t *testing.T, ok func() bool) {
	t.Helper()
	patience := time.After(2 * time.Minute)
	for !ok() {
		select {
		case <-w.changes:
		case <-time.After(20 * time.Millisecond):
		case <-patience:
			t.Fatal("never as expected")
		}
	}
}

func (w *world) company(t *testing.T, c directory.Company) {
	t.Helper()
	w.exec(t, `INSERT INTO identity.company VALUES ($1, $2, $3, $4)
		ON CONFLICT (id_empresa) DO UPDATE SET zone = $2, suspended = $3, version = $4`, c.ID, c.Zone.String(), c.Suspended, c.Version)
}

func (w *world) user(t *testing.T, tenant string, u directory.User) {
	t.Helper()
	w.exec(t, `INSERT INTO identity.person VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (id_empresa, id) DO UPDATE SET role = $3, teams = $4, active = $5, tokens_valid_from = $6, version = $7`,
		tenant, u.ID, u.Role, pq.Array(append([]string{}, u.Teams...)), u.Active, u.TokensValidFrom, u.Version)
}

func (w *world) exec(t *testing.T, statement string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

func (w *world) tellUser(t *testing.T, tenant string, u directory.User) {
	t.Helper()
	w.publish(t, tenant, "usuario", u.ID, &terrenov1.DirectoryUser{
		Id: u.ID, Role: u.Role, Teams: u.Teams, Active: u.Active, TokensValidFromMs: u.TokensValidFrom.UnixMilli(), Version: u.Version,
	})
}

func (w *world) tellCompany(t *testing.T, c directory.Company) {
	t.Helper()
	w.publish(t, c.ID, "empresa", c.ID, &terrenov1.DirectoryCompany{
		Id: c.ID, Zone: c.Zone.String(), Suspended: c.Suspended, Version: c.Version,
	})
}

func (w *world) tellSession(t *testing.T, tenant, id string, until time.Time) {
	t.Helper()
	w.publish(t, tenant, "sesion", id, &terrenov1.DirectorySession{Id: id, TokensUntilMs: until.UnixMilli()})
}

func (w *world) publish(t *testing.T, tenant, event, id string, m proto.Message) {
	t.Helper()
	body, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	w.publishRaw(t, tenant, event, id, body)
}

func (w *world) publishRaw(t *testing.T, tenant, event, id string, body []byte) {
	t.Helper()
	to, err := subject.New(tenant, "directorio", event, id)
	if err != nil {
		t.Fatal(err)
	}
	w.n++
	if _, err := w.news.Publish(t.Context(), bus.Message{Subject: to, ID: fmt.Sprint(tenant, "-", w.n), Data: body}); err != nil {
		t.Fatal(err)
	}
}
