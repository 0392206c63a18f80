package gateway

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"net/http"
	"path"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/shifts"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/forward"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/positions"
	"github.com/terreno/terreno/services/gateway/internal/replay"
	"github.com/terreno/terreno/services/gateway/internal/socket"
	"github.com/terreno/terreno/services/gateway/internal/store"
	"github.com/terreno/terreno/services/gateway/internal/tail"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

const name = "gateway"

// DefaultServiceURL is where the gateway finds other services, unless it is told.
const DefaultServiceURL = "http://{service}:8080"

//go:embed migrations/*.sql
var migrations embed.FS

// Schema must be provisioned before the service can run. The service also reads views of other services.
var Schema = db.Schema{Name: store.Schema, Service: name, Migrations: migrations, Snippets: []db.Snippet{change.LogSnippet}}

const (
	kib = 1 << 10
	mib = 1 << 20

	// maxFrame is for a message of 8,000 characters, each of which JSON may write with six bytes. A client that is not signed in has less
	// to say.
	maxFrame      = 64 * kib
	maxFirstFrame = 32 * kib
	maxEvent      = 64 * kib
	maxPositions  = 50_000
	replayBytes   = 4 * mib
	authTimeout   = 10 * time.Second
	recheckEvery  = time.Minute
	pingEvery     = 30 * time.Second
	idleTimeout   = 55 * time.Second
	writeTimeout  = 10 * time.Second
	closeTimeout  = 2 * time.Second
	framesASecond = 20
	frameBurst    = 60
	defaultDrain  = 30 * time.Second

	// How the newest positions are read: see positions.Config. The pool has four connections, and one is left for the
	// directory.
	readsAtOnce = 3
	readTimeout = 10 * time.Second
	settle      = 2 * time.Second
	pace        = 2 * time.Millisecond
	overlap     = time.Minute
)

// Config is what the environment sets.
type Config struct {
	Origins        []string      `env:"GATEWAY_ORIGINS" help:"pages that may connect besides those of the same host, as app.example.com, *.example.com or https://app.example.com"`
	MaxSockets     int           `env:"GATEWAY_MAX_SOCKETS" default:"50000" help:"open sockets of this process that are signed in"`
	MaxPending     int           `env:"GATEWAY_MAX_PENDING" default:"1000" help:"open sockets of this process that wait for their token"`
	AddressPending int           `env:"GATEWAY_ADDRESS_PENDING" default:"50" help:"like GATEWAY_MAX_PENDING, for one address"`
	CompanySockets int           `env:"GATEWAY_COMPANY_SOCKETS" default:"5000" help:"open sockets of one company on this process"`
	UserSockets    int           `env:"GATEWAY_USER_SOCKETS" default:"20" help:"open sockets of one user on this process"`
	QueueBytes     int           `env:"GATEWAY_QUEUE_BYTES" default:"262144" help:"bytes of events that may wait for one socket; more close it"`
	Linger         time.Duration `env:"GATEWAY_LINGER" default:"2m" help:"how long a company's newest events and positions are kept after its last socket left"`
	TailBytes      int           `env:"GATEWAY_TAIL_BYTES" default:"262144" help:"bytes of the newest events of each stream that are kept in memory for each connected company, for sockets that come back"`
	TailEvents     int           `env:"GATEWAY_TAIL_EVENTS" default:"1024" help:"as GATEWAY_TAIL_BYTES, in events"`
	TailTotalBytes int           `env:"GATEWAY_TAIL_TOTAL_BYTES" default:"67108864" help:"bytes of such events for all companies together"`
	ReplayEvents   int           `env:"GATEWAY_REPLAY_EVENTS" default:"1000" help:"most missed events that one resume sends; with more, the client must reload"`
	ResumeWait     time.Duration `env:"GATEWAY_RESUME_WAIT" default:"5s" help:"how long a resume may wait for this gateway and the streams"`
	ResumeGrace    time.Duration `env:"GATEWAY_RESUME_GRACE" default:"5s" help:"how long events wait until a client says where it resumes"`
	Heartbeat      time.Duration `env:"GATEWAY_HEARTBEAT" default:"25s" help:"time between two latido frames"`
	Snapshot       time.Duration `env:"GATEWAY_SNAPSHOT" default:"60s" help:"how often the newest positions are read from the database as well"`
	ServiceURL     string        `env:"GATEWAY_SERVICE_URL" default:"http://{service}:8080" help:"address of the services to which the gateway sends what clients ask for over a socket; {service} is replaced by the name"`
	PresenceDigest time.Duration `env:"GATEWAY_PRESENCE_DIGEST" default:"10s" help:"how often gateways compare who is online. A gateway that misses three is taken for dead. All gateways need the same"`
	PresenceGrace  time.Duration `env:"GATEWAY_PRESENCE_GRACE" default:"10s" help:"how long a person without a connection is still online. All gateways need the same"`
	DrainSpread    time.Duration `env:"GATEWAY_DRAIN_SPREAD" default:"10s" help:"over how long sockets are closed when the process stops"`
}

// Validate returns every problem.
func (c *Config) Validate() []error {
	var problems []error
	for _, p := range c.Origins {
		if _, err := path.Match(p, ""); err != nil {
			problems = append(problems, fmt.Errorf("TERRENO_GATEWAY_ORIGINS: %q is not a pattern: give hosts such as *.example.com", p))
		}
	}
	if err := forward.CheckBase(c.ServiceURL); err != nil {
		problems = append(problems, fmt.Errorf("TERRENO_GATEWAY_SERVICE_URL=%q: %w", c.ServiceURL, err))
	}
	for _, n := range []struct {
		name       string
		value, min int
	}{
		{"MAX_SOCKETS", c.MaxSockets, 1},
		{"MAX_PENDING", c.MaxPending, 1},
		{"ADDRESS_PENDING", c.AddressPending, 1},
		{"COMPANY_SOCKETS", c.CompanySockets, 1},
		{"USER_SOCKETS", c.UserSockets, 1},
		// A smaller queue would close every socket at the first large event.
		{"QUEUE_BYTES", c.QueueBytes, 2 * maxEvent},
		{"TAIL_BYTES", c.TailBytes, 0},
		{"TAIL_EVENTS", c.TailEvents, 0},
		{"TAIL_TOTAL_BYTES", c.TailTotalBytes, 0},
		{"REPLAY_EVENTS", c.ReplayEvents, 0},
	} {
		if n.value < n.min {
			problems = append(problems, fmt.Errorf("TERRENO_GATEWAY_%s=%d: give at least %d", n.name, n.value, n.min))
		}
	}
	for _, d := range []struct {
		name  string
		value time.Duration
		min   time.Duration
	}{
		{"LINGER", c.Linger, 0},
		{"RESUME_WAIT", c.ResumeWait, 100 * time.Millisecond},
		{"RESUME_GRACE", c.ResumeGrace, 0},
		{"HEARTBEAT", c.Heartbeat, time.Second},
		{"SNAPSHOT", c.Snapshot, time.Second},
		{"DRAIN_SPREAD", c.DrainSpread, 0},
		{"PRESENCE_DIGEST", c.PresenceDigest, time.Second},
		{"PRESENCE_GRACE", c.PresenceGrace, 0},
	} {
		if d.value < d.min {
			problems = append(problems, fmt.Errorf("TERRENO_GATEWAY_%s=%v: give at least %v", d.name, d.value, d.min))
		}
	}
	return problems
}

// New makes the service. Nothing runs until its runner runs.
func New(cfg Config, deps app.Deps) (*app.Service, error) {
	if err := errors.Join(cfg.Validate()...); err != nil {
		return nil, fmt.Errorf("check the configuration: %w", err)
	}
	streams := stream.Replayed()
	var domains []string
	for _, s := range streams {
		domains = append(domains, hub.Domain(s))
	}
	m, err := metrics.New(deps.Metrics, domains)
	if err != nil {
		return nil, fmt.Errorf("register metrics: %w", err)
	}
	book := shifts.New(deps.DB, deps.Bus, deps.Clock, deps.Log)
	shown := func(tenant, user string, at time.Time) bool { return book.Judge(tenant, user, at) == shifts.Show }
	places := positions.New(positions.Config{
		Every: cfg.Snapshot, Settle: settle, Pace: pace, AtOnce: readsAtOnce, Timeout: readTimeout, Overlap: overlap,
		Shown: shown,
	}, deps.Bus, positions.NewStore(deps.DB, maxPositions), m, deps.Log)
	here, web, err := newPresence(&cfg, deps, book)
	if err != nil {
		return nil, err
	}
	h := hub.New(hub.Config{
		Streams: streams, Tail: tail.Config{Bytes: cfg.TailBytes, Events: cfg.TailEvents, TotalBytes: cfg.TailTotalBytes},
		Linger: cfg.Linger, UserSockets: cfg.UserSockets, CompanySockets: cfg.CompanySockets, Positions: maxPositions,
		Viewer: viewer(deps.Directory), Open: places.Open,
		Hidden: func(tenant, user string, at time.Time) bool {
			is := book.Judge(tenant, user, at)
			return is == shifts.Hide || is == shifts.Unsure
		},
		Shown: shown, Present: here.Present, Joined: here.Joined,
	})
	here.Use(h)
	book.OnChange(h.Look)
	r := replay.New(replay.Config{
		Streams: streams, Events: cfg.ReplayEvents, Bytes: replayBytes, ResumeWait: cfg.ResumeWait,
	}, deps.Bus, h, m, deps.Log)
	to := forward.New(cfg.ServiceURL)
	g := &gateway{
		log: deps.Log, bus: deps.Bus, forward: to, replay: r, positions: places, hub: h, presence: here, shifts: book, metrics: m,
		directory: deps.Directory, drain: deps.DrainTimeout,
	}
	if g.drain <= 0 {
		g.drain = defaultDrain
	}
	limits := cfg.sockets()
	limits.Proxies = deps.Proxies
	g.sockets = socket.New(limits, socket.Backend{
		Log: deps.Log, Metrics: m, Hub: h, Verify: deps.Auth.Verify, Judge: deps.Directory.Judge, Resume: r.Resume, Ready: g.serving,
		Services: to,
	})
	deps.Directory.OnChange(g.sockets.Changed)
	deps.Directory.OnChange(here.Changed)
	return &app.Service{
		Name: name, Handler: routes(g.sockets, web.Handler()), OpenAPI: web.OpenAPI(),
		Runners: []app.Runner{{Name: "sockets", Run: g.run}, {Name: "upkeep", Run: newUpkeep(deps).Run}},
		Checks:  []app.Check{{Name: "sockets", Ready: func(context.Context) error { return g.serving() }}},
	}, nil
}

func (c *Config) sockets() socket.Config {
	return socket.Config{
		Origins: c.Origins, MaxSockets: c.MaxSockets, MaxPending: c.MaxPending, AddressPending: c.AddressPending,
		QueueBytes: c.QueueBytes, AuthTimeout: authTimeout, ResumeGrace: c.ResumeGrace,
		Heartbeat: c.Heartbeat, PingEvery: pingEvery, Recheck: recheckEvery, DrainSpread: c.DrainSpread,
		FramesPerSecond: framesASecond, FrameBurst: frameBurst, MaxFrame: maxFrame,
		Wire: wire.Options{
			Subprotocols: []string{socket.Subprotocol}, MaxFrame: maxFirstFrame, IdleTimeout: idleTimeout, WriteTimeout: writeTimeout,
			CloseTimeout: closeTimeout,
		},
	}
}

func routes(sockets, web http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/ws", sockets)
	mux.Handle("/v1/", web)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		httpx.Error(w, r, httpx.Problem(http.StatusNotFound, "not_found", "There is nothing at this address. Sockets are at /ws."))
	})
	return httpx.Linger(mux)
}

func viewer(d *directory.Directory) func(tenant, user string) (audience.Viewer, bool) {
	return func(tenant, user string) (audience.Viewer, bool) {
		u, ok := d.User(tenant, user)
		return audience.Viewer{User: user, Role: u.Role, Teams: u.Teams}, ok && u.Active
	}
}
