package cluster_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/app/apptest"
	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/auth/authtest"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/freeport"
	"github.com/terreno/terreno/pkg/httpx/httpxtest"
	"github.com/terreno/terreno/pkg/natstest"
	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity"
	"github.com/terreno/terreno/services/chat"
	"github.com/terreno/terreno/services/gateway"
	"github.com/terreno/terreno/services/identity"
)

const seed = 14

var noon = time.Date(2026, 3, 9, 17, 0, 0, 0, time.UTC)

// world is service chat, three gateways that are processes, three NATS servers, and people of two companies.
type world struct {
	admin    *sqlx.DB
	issuer   *authtest.Issuer
	chat     string
	gateways []*process
	people   []*person
	talks    []*talk
	rng      *rand.Rand

	// acked counts the messages that their senders know to be stored. slots are for messages on their way, and reads for what phones read
	// over HTTP: a busy machine gets no more at once than it can answer in time.
	acked        atomic.Int64
	slots, reads chan struct{}
	// sockets were opened, refused could not be, reloads were told, and repeats were sent again.
	sockets, refused, reloads, repeats atomic.Int64
}

// process is a gateway.
type process struct {
	url, internal string
	env           []string
	kill          func()
}

// talk is a conversation.
type talk struct {
	company, id, kind string
	members           map[string]bool
	owner             *person
}

type (
	body   = httpxtest.Body
	answer = httpxtest.Answer
)

func setup(t *testing.T) *world {
	t.Helper()
	nats := natstest.StartCluster(t)
	data := pgtest.New(t, schedule.Schema, identity.Schema, activity.Schema, chat.Schema, gateway.Schema, db.Schema{Service: "geofence"})
	w := &world{admin: data.Admin(t), issuer: authtest.New(t), rng: rand.New(rand.NewPCG(seed, 0)), slots: make(chan struct{}, 8), reads: make(chan struct{}, 4)}
	w.company(t, "acme", 150, 4)
	w.company(t, "beta", 50, 2)

	pool, b, log := data.DB(t, "chat"), nats.Bus(t, "chat"), natstest.Log(t)
	dir := directory.New(pool, b, log, nil)
	service, err := chat.New(chat.Config{BlobDir: t.TempDir(), FileBytes: 40 << 20}, app.Deps{
		Log: log, Metrics: prometheus.NewRegistry(), Clock: clock.NewManual(noon), Bus: b, DB: pool, Auth: w.issuer.Verifier(t, nil), Directory: dir,
		DrainTimeout: 20 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(service.Handler)
	t.Cleanup(server.Close)
	w.chat = server.URL
	service.Runners = append(service.Runners, app.Runner{Name: "directory", Run: dir.Run})
	apptest.Run(t, apptest.Only(service))

	ports, err := freeport.Pick(t.Context(), 6)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		public, internal := fmt.Sprint("127.0.0.1:", ports[2*i]), fmt.Sprint("127.0.0.1:", ports[2*i+1])
		w.gateways = append(w.gateways, &process{url: "http://" + public, internal: "http://" + internal, env: []string{
			asGateway + "=1", "TERRENO_HTTP_ADDR=" + public, "TERRENO_INTERNAL_ADDR=" + internal, "TERRENO_GATEWAY_SERVICE_URL=" + w.chat,
			"TERRENO_NATS_URL=" + nats.URL(i, "gateway"), "TERRENO_DATABASE_URL=" + data.DSN(db.Role("gateway")), "TERRENO_JWKS_URL=" + w.issuer.JWKSURL,
			"TERRENO_TOKEN_ISSUER=" + w.issuer.Name, "TERRENO_TOKEN_AUDIENCE=" + authtest.Audience, "TERRENO_LOG_LEVEL=error",
			"TERRENO_GATEWAY_ADDRESS_PENDING=1000", "TERRENO_GATEWAY_RESUME_WAIT=30s",
		}})
	}
	// Who comes back to this one often has to reload.
	w.gateways[2].env = append(w.gateways[2].env, "TERRENO_GATEWAY_REPLAY_EVENTS=0")
	for _, g := range w.gateways {
		g.start(t)
	}
	for _, g := range w.gateways {
		g.ready(t)
	}
	return w
}

func (g *process) start(t *testing.T) {
	t.Helper()
	g.kill = apptest.Process(t, nil, g.env...)
}

func (g *process) ready(t *testing.T) {
	t.Helper()
	apptest.Until(t, func() bool {
		a, err := httpxtest.Do(t.Context(), http.MethodGet, g.internal+"/readyz", "", nil)
		return err == nil && a.Status == http.StatusOK
	})
}

// company puts people into a company, spread over its teams. The first is its admin.
func (w *world) company(t *testing.T, id string, people, teams int) {
	t.Helper()
	w.exec(t, `INSERT INTO identity.company (id_empresa, name, zone) VALUES ($1, $1, 'America/Bogota')`, id)
	w.exec(t, `INSERT INTO identity.team (id_empresa, id, name) SELECT $1, 't' || n, 't' || n FROM generate_series(0, $2 - 1) n`, id, teams)
	w.exec(t, `INSERT INTO identity.users (id_empresa, id, name, role, teams)
SELECT $1, 'p' || n, 'p' || n, CASE n WHEN 0 THEN 'admin' ELSE 'colaborador' END, ARRAY['t' || n % $3] FROM generate_series(0, $2 - 1) n`, id, people, teams)
	w.exec(t, `INSERT INTO identity.team_member (id_empresa, user_id, team_id) SELECT $1, 'p' || n, 't' || n % $3 FROM generate_series(0, $2 - 1) n`, id, people, teams)
	for n := range people {
		p := &person{
			world: w, company: id, id: fmt.Sprint("p", n), role: audience.RoleColaborador, team: fmt.Sprint("t", n%teams),
			rng: rand.New(rand.NewPCG(seed, uint64(len(w.people)+1))), have: map[string][]string{}, reread: map[string]int{}, mine: map[string]bool{},
			links: make(chan *link, 1), answers: make(chan reply, 16),
		}
		if n == 0 {
			p.role = audience.RoleAdmin
		}
		p.token = w.issuer.Token(t, auth.Claims{Company: id, Subject: p.id, Role: p.role})
		w.people = append(w.people, p)
	}
}

func (w *world) exec(t *testing.T, query string, args ...any) {
	t.Helper()
	if _, err := w.admin.ExecContext(t.Context(), query, args...); err != nil {
		t.Fatal(err)
	}
}

// of returns the people of a company.
func (w *world) of(company string) (list []*person) {
	for _, p := range w.people {
		if p.company == company {
			list = append(list, p)
		}
	}
	return list
}

// begin begins a conversation of these people, of whom the first is its owner.
func (w *world) begin(t *testing.T, kind string, members []*person, more body) *talk {
	t.Helper()
	in := body{"kind": kind}
	for k, v := range more {
		in[k] = v
	}
	if kind == "private" || kind == "group" {
		var ids []string
		for _, m := range members[1:] {
			ids = append(ids, m.id)
		}
		in["user_ids"] = ids
	}
	c := &talk{company: members[0].company, kind: kind, owner: members[0], members: map[string]bool{}}
	for _, m := range members {
		c.members[m.id] = true
	}
	a := c.owner.must(t, http.MethodPost, "/v1/conversations", in, fmt.Sprint("begin-", len(w.talks)))
	c.id = a.Body["id"].(string)
	w.talks = append(w.talks, c)
	return c
}

// some returns n people at random.
func (w *world) some(from []*person, n int) (list []*person) {
	for _, i := range w.rng.Perm(len(from))[:n] {
		list = append(list, from[i])
	}
	return list
}

// converse begins the conversations of a company: that of everybody, one of each team, some of two people, and groups.
func (w *world) converse(t *testing.T, company string, teams, pairs, groups int) {
	t.Helper()
	all := w.of(company)
	w.begin(t, "broadcast", all, body{"title": "Todos"})
	for n := range teams {
		var members []*person
		for _, p := range all {
			if p.team == fmt.Sprint("t", n) {
				members = append(members, p)
			}
		}
		w.begin(t, "team", members, body{"team_id": fmt.Sprint("t", n)})
	}
	known := map[string]bool{}
	for len(known) < pairs {
		two := w.some(all, 2)
		key := min(two[0].id, two[1].id) + " " + max(two[0].id, two[1].id)
		if !known[key] {
			known[key] = true
			w.begin(t, "private", two, nil)
		}
	}
	for n := range groups {
		w.begin(t, "group", w.some(all, 3+w.rng.IntN(18)), body{"title": fmt.Sprint("Grupo ", n)})
	}
}

// waitFor returns once so many messages are acknowledged.
func (w *world) waitFor(ctx context.Context, t *testing.T, n int) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for w.acked.Load() < int64(n) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			t.Fatalf("%d messages are acknowledged, waiting for %d", w.acked.Load(), n)
		}
	}
}

// stored returns what the database has of each conversation: sender, key and text of its messages, in order, and up to which message who was
// removed may read.
func (w *world) stored(t *testing.T) (messages map[string][]string, left map[string]int) {
	t.Helper()
	var rows []struct {
		ID  string `db:"conversation_id"`
		Seq int    `db:"seq"`
		Is  string `db:"is"`
	}
	if err := w.admin.SelectContext(t.Context(), &rows, `SELECT conversation_id, seq, sender_id || ' ' || client_id || ' ' || text AS is FROM chat.message ORDER BY 1, 2`); err != nil {
		t.Fatal(err)
	}
	messages = map[string][]string{}
	for _, r := range rows {
		if r.Seq != len(messages[r.ID])+1 {
			t.Errorf("conversation %s has seq %d behind %d", r.ID, r.Seq, len(messages[r.ID]))
		}
		messages[r.ID] = append(messages[r.ID], r.Is)
	}
	var gone []struct {
		ID   string `db:"conversation_id"`
		User string `db:"user_id"`
		Left int    `db:"left_seq"`
	}
	if err := w.admin.SelectContext(t.Context(), &gone, `SELECT conversation_id, user_id, left_seq FROM chat.member WHERE left_seq IS NOT NULL`); err != nil {
		t.Fatal(err)
	}
	left = map[string]int{}
	for _, g := range gone {
		left[strings.Join([]string{g.ID, g.User}, " ")] = g.Left
	}
	return messages, left
}
