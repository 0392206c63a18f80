package gateway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
	"go.uber.org/goleak"
	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/gateway"
	"github.com/terreno/terreno/services/identity"
	ingest "github.com/terreno/terreno/services/tracking-ingest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(pgtest.Main(m)) }

const patience = 2 * time.Minute

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

// broker is a NATS server with one node or three.
type broker interface {
	Bus(t testing.TB, service string) *bus.Bus
	BusAt(t testing.TB, service, addr string) *bus.Bus
	Admin(t testing.TB) *bus.Bus
}

// world is everything around the gateways: the tables and messages of other services, tokens, and NATS.
type world struct {
	data      *pgtest.Database
	admin     *sqlx.DB
	nats      broker
	publisher *bus.Bus
	issuer    *authtest.Issuer
	version   atomic.Int64
	messages  atomic.Int64
}

func newWorld(t *testing.T) *world {
	t.Helper()
	return newWorldOn(t, natstest.Start(t))
}

func newWorldOn(t *testing.T, nats broker) *world {
	t.Helper()
	data := pgtest.New(t, identity.Schema, ingest.Schema, activity.Schema, gateway.Schema)
	w := &world{data: data, admin: data.Admin(t), nats: nats, issuer: authtest.New(t)}
	w.publisher = nats.Admin(t)
	for _, tenant := range []string{"acme", "beta"} {
		w.company(t, tenant, false)
		w.user(t, tenant, directory.User{ID: "boss", Role: audience.RoleAdmin})
		w.user(t, tenant, directory.User{ID: "sup", Role: audience.RoleSupervisor, Teams: []string{"north"}})
		w.user(t, tenant, directory.User{ID: "u1", Role: audience.RoleColaborador, Teams: []string{"north"}})
		w.user(t, tenant, directory.User{ID: "u2", Role: audience.RoleColaborador, Teams: []string{"south"}})
	}
	return w
}

// token returns a token of a user, such as `acme/boss`.
func (w *world) token(t testing.TB, who string) string {
	t.Helper()
	return w.issuer.Token(t, claims(who))
}

func claims(who string) auth.Claims {
	tenant, user, _ := strings.Cut(who, "/")
	roles := map[string]string{"boss": audience.RoleAdmin, "sup": audience.RoleSupervisor}
	role, ok := roles[user]
	if !ok {
		role = audience.RoleColaborador
	}
	return auth.Claims{Subject: user, Company: tenant, Role: role}
}

func (w *world) exec(t testing.TB, statement string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), statement, args...); err != nil {
		t.Fatal(err)
	}
}

// company writes a company; tellCompany also publishes it.
func (w *world) company(t testing.TB, id string, suspended bool) int64 {
	t.Helper()
	version := w.version.Add(1)
	w.exec(t, `INSERT INTO identity.company (id_empresa, name, zone, status, version)
		VALUES ($1, $1, 'America/Bogota', CASE WHEN $2 THEN 'suspended' ELSE 'active' END, $3)
		ON CONFLICT (id_empresa) DO UPDATE SET status = excluded.status, version = $3`, id, suspended, version)
	return version
}

func (w *world) tellCompany(t testing.TB, id string, suspended bool) {
	t.Helper()
	version := w.company(t, id, suspended)
	w.tell(t, id, "empresa", id, &terrenov1.DirectoryCompany{Id: id, Zone: "America/Bogota", Suspended: suspended, Version: version})
}

// user writes an active user; tellUser also publishes it.
func (w *world) user(t testing.TB, tenant string, u directory.User) int64 {
	t.Helper()
	version := w.version.Add(1)
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role, tokens_valid_from, version, teams) VALUES ($1, $2, $2, $3, $4, $5, $6)
		ON CONFLICT (id_empresa, id) DO UPDATE SET role = $3, tokens_valid_from = $4, version = $5, teams = $6`,
		tenant, u.ID, u.Role, u.TokensValidFrom, version, pq.Array(append([]string{}, u.Teams...)))
	w.exec(t, `DELETE FROM identity.team_member WHERE id_empresa = $1 AND user_id = $2`, tenant, u.ID)
	for _, team := range u.Teams {
		w.exec(t, `INSERT INTO identity.team (id_empresa, id, name) VALUES ($1, $2, $2) ON CONFLICT DO NOTHING`, tenant, team)
		w.exec(t, `INSERT INTO identity.team_member (id_empresa, team_id, user_id) VALUES ($1, $2, $3)`, tenant, team, u.ID)
	}
	return version
}

func (w *world) tellUser(t testing.TB, tenant string, u directory.User) {
	t.Helper()
	version := w.user(t, tenant, u)
	w.tell(t, tenant, "usuario", u.ID, &terrenov1.DirectoryUser{
		Id: u.ID, Role: u.Role, Teams: u.Teams, Active: true, TokensValidFromMs: u.TokensValidFrom.UnixMilli(), Version: version,
	})
}

func (w *world) tell(t testing.TB, tenant, event, id string, m proto.Message) {
	t.Helper()
	body, err := protojson.MarshalOptions{UseProtoNames: true}.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	w.publish(t, tenant, "directorio", event, id, nil, body)
}

// event publishes an event whose data is its own name, and returns its sequence. domain is alerta, actividad or chat.
func (w *world) event(t testing.TB, tenant, domain, id string, a audience.Audience) uint64 {
	t.Helper()
	header := map[string][]string{}
	if err := a.Set(header); err != nil {
		t.Fatal(err)
	}
	return w.publish(t, tenant, domain, "nueva", id, header, fmt.Appendf(nil, `{"id":%q}`, id))
}

func (w *world) publish(t testing.TB, tenant, domain, event, entity string, header map[string][]string, body []byte) uint64 {
	t.Helper()
	to, err := subject.New(tenant, domain, event, entity)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	ack, err := w.publisher.Publish(ctx, bus.Message{
		Subject: to, ID: fmt.Sprintf("%s-%d", tenant, w.messages.Add(1)), Header: header, Data: body,
	})
	if err != nil {
		t.Fatal(err)
	}
	return ack.Seq
}

// upload publishes a position as tracking-ingest does. The second is both its time and its latitude.
func (w *world) upload(t testing.TB, tenant, user string, second int, teams ...string) {
	t.Helper()
	header := map[string][]string{}
	if err := audience.SetOwn(header, user, teams, noon.Add(time.Duration(second)*time.Second)); err != nil {
		t.Fatal(err)
	}
	w.position(t, tenant, user, second, header)
}

// uploadTo publishes a position that a chosen audience may see.
func (w *world) uploadTo(t testing.TB, tenant, user string, second int, a audience.Audience) {
	t.Helper()
	header := map[string][]string{}
	if err := errors.Join(a.Set(header), audience.SetNewest(header, user, noon.Add(time.Duration(second)*time.Second))); err != nil {
		t.Fatal(err)
	}
	w.position(t, tenant, user, second, header)
}

func (w *world) position(t testing.TB, tenant, user string, second int, header map[string][]string) {
	t.Helper()
	data, err := json.Marshal(map[string]any{"user_id": user, "recorded_at": noon.Add(time.Duration(second) * time.Second), "lat": second})
	if err != nil {
		t.Fatal(err)
	}
	header[audience.DataHeader] = []string{string(data)}
	w.publish(t, tenant, "tracking", "ubicacion", user, header, []byte("protobuf"))
}

// heard waits until the gateway listens to a company's positions, which begins a moment after listo. It sends probes
// until one arrives. The client skips later ones.
func (w *world) heard(t *testing.T, tenant string, c *client) {
	t.Helper()
	came := make(chan struct{})
	var probes sync.WaitGroup
	probes.Go(func() {
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for second := 1; ; second++ {
			w.uploadTo(t, tenant, probe, second, audience.Audience{Roles: []string{"admin", "supervisor", "colaborador"}})
			select {
			case <-came:
				return
			case <-tick.C:
			}
		}
	})
	for {
		f, err := c.readAny(t)
		if err != nil {
			t.Fatalf("waiting for a probe: %v", err)
		}
		if f.Event == "tracking:ubicacion" && strings.HasPrefix(f.name(), probe) {
			break
		}
	}
	close(came)
	probes.Wait()
}

const probe = "probe"

// store writes a position as the writer of tracking-ingest does.
func (w *world) store(t testing.TB, tenant, user string, second int) {
	t.Helper()
	at := noon.Add(time.Duration(second) * time.Second)
	w.exec(t, `INSERT INTO tracking.latest_position (id_empresa, user_id, device_id, recorded_at, received_at, lat, lon, activity, mock)
		VALUES ($1, $2, 'd1', $3, $3, $4, 0, '', false)
		ON CONFLICT (id_empresa, user_id) DO UPDATE SET recorded_at = $3, received_at = $3, lat = $4`, tenant, user, at, second)
}
