// Package up runs any set of services in one process. It uses an embedded NATS server and a private PostgreSQL, or the
// servers that the configuration names. It is the composition root: New makes its calls in the order of dependencies.
// Services get the same roles, permissions and ports as in a deployment of many processes. Only the addresses differ.
package up

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/dashboard"
	"github.com/terreno/terreno/services/fieldsim"
	"github.com/terreno/terreno/services/gateway"
	"github.com/terreno/terreno/services/notifier/fcmtest"
	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

// Installation is everything in one process, started and not yet serving.
type Installation struct {
	config Config
	log    *slog.Logger
	dir    *datadir.Dir
	infra  *infra
	// fake takes the pushes, if the configuration asks for that.
	fake     *fcmtest.Server
	clock    clock.Clock
	registry *prometheus.Registry
	// directory of companies and users, one for all services of the process.
	directory *directory.Directory

	clients, operators net.Listener
	connections        []*app.Connection
	services           []*app.Service
	names              []string
	// ready is closed once every check has passed.
	ready chan struct{}
}

// New starts what services depend on and brings schemas and streams up to date. It then makes the named services, or all
// services when no name is given. When New returns an error, it leaves nothing running.
func New(ctx context.Context, c Config, names []string, log *slog.Logger) (*Installation, error) {
	chosen, err := choose(names)
	if err != nil {
		return nil, err
	}
	in := &Installation{config: c, log: log, registry: app.Registry(), ready: make(chan struct{})}
	if err := in.build(ctx, chosen); err != nil {
		return nil, errors.Join(err, in.Close())
	}
	return in, nil
}

func (in *Installation) build(ctx context.Context, chosen []unit) (err error) {
	c := in.config
	// The ports come first, because a taken port is the most likely fault and the quickest to find.
	if in.clients, err = listen(ctx, "TERRENO_HTTP_ADDR", c.HTTPAddr); err != nil {
		return err
	}
	if in.operators, err = listen(ctx, "TERRENO_INTERNAL_ADDR", c.InternalAddr); err != nil {
		return err
	}
	if in.dir, err = datadir.Open(c.Data); err != nil {
		return err
	}
	if c.Activity.BlobDir == "" {
		in.config.Activity.BlobDir = in.dir.Path("blobs")
	}
	in.config.Chat.BlobDir = in.config.Activity.BlobDir // the same setting
	kind := "own"
	if c.Demo {
		kind = "demo"
	}
	if err = in.dir.Keep(kind); err != nil {
		return err
	}
	if in.infra, err = startInfra(ctx, c, in.dir, in.log); err != nil {
		return err
	}
	if err = in.infra.provision(ctx); err != nil {
		return err
	}
	in.clock = domainClock(c, in.dir, in.log)
	in.firstUsers()
	if in.config.Gateway.ServiceURL == gateway.DefaultServiceURL { // All services answer here.
		in.config.Gateway.ServiceURL = in.URL()
	}
	if err = in.startFake(); err != nil {
		return err
	}
	for _, u := range chosen {
		if err = in.add(ctx, u); err != nil {
			return err
		}
	}
	return in.addFleet()
}

func listen(ctx context.Context, setting, addr string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w\nstop the other program, or set %s to another address", addr, err, setting)
	}
	return l, nil
}

// Remote says where a service finds what it depends on. A service that runs in its own process uses it too.
func (in *Installation) Remote(service string) (app.Remote, error) {
	dsn, err := in.infra.databaseAs(service)
	if err != nil {
		return app.Remote{}, fmt.Errorf("find the database of %s: %w", service, err)
	}
	r := app.DefaultRemote()
	r.NATSURL, r.DatabaseURL, r.JWKSURL = in.infra.natsAs(service), dsn, in.config.JWKSURL
	r.Issuer, r.Audience = in.config.Identity.Issuer, in.config.Identity.Audience
	r.TrustedProxies = in.config.TrustedProxies
	if r.JWKSURL == "" {
		r.JWKSURL = in.URL() + "/.well-known/jwks.json"
	}
	return r, nil
}

func (in *Installation) add(ctx context.Context, u unit) error {
	remote, err := in.Remote(u.name)
	if err != nil {
		return err
	}
	conn, err := app.Connect(ctx, u.name, remote, app.Process{
		Log: in.log, Metrics: in.registry, Clock: in.clock, DrainTimeout: in.config.Drain, Directory: in.directory,
	})
	if err != nil {
		return err
	}
	in.directory = conn.Deps.Directory // the first service's is everybody's
	in.connections = append(in.connections, conn)
	service, err := u.build(in.config, conn.Deps)
	if err != nil {
		return fmt.Errorf("make %s: %w", u.name, err)
	}
	in.services = append(in.services, conn.Upkeep, service)
	in.names = append(in.names, u.name)
	return nil
}

// URL is where clients of this machine reach the installation.
func (in *Installation) URL() string {
	addr := in.clients.Addr().(*net.TCPAddr)
	host := addr.IP.String()
	if addr.IP.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, fmt.Sprint(addr.Port))
}

// Run serves until ctx ends, then drains. It calls started once everything answers.
func (in *Installation) Run(ctx context.Context, started func()) error {
	running := datadir.Running{HTTP: in.URL(), NATS: in.infra.natsAs(bus.Admin), PostgreSQL: in.infra.adminDSN}
	if in.fake != nil {
		running.Pushes, running.PushesCA = in.fake.URL(), in.config.Notifier.Push.CA
	}
	if err := in.dir.SaveRunning(running); err != nil {
		return err
	}
	deps := app.Deps{Log: in.log, DrainTimeout: in.config.Drain * 8 / 10}
	public, err := in.handler()
	if err != nil {
		return err
	}
	own := &app.Service{Name: "terreno", Runners: []app.Runner{
		in.infra.watchPostgres(),
		in.infra.watchNATS(),
		keepClock(in.clock, in.dir, in.log),
		in.announce(started),
		app.HTTP("public listener", in.clients, public, deps),
		app.HTTP("internal listener", in.operators, httpx.Internal(app.Checks(in.services...), in.registry), deps),
	}}
	return app.Run(ctx, in.log, in.config.Drain, slices.Concat(in.services, []*app.Service{own})...)
}

// handler serves the one listener. It routes each path to its service. /openapi.json describes the services that run.
func (in *Installation) handler() (http.Handler, error) {
	handlers := map[string]http.Handler{}
	var docs []*huma.OpenAPI
	for _, s := range in.services {
		if s.Handler != nil {
			handlers[s.Name] = s.Handler
		}
		if s.OpenAPI != nil {
			docs = append(docs, s.OpenAPI)
		}
	}
	merged, err := describe(docs...)
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	description, err := httpx.DescriptionHandler(merged)
	if err != nil {
		return nil, fmt.Errorf("describe the interface: %w", err)
	}
	mux.Handle("GET /openapi.json", description)
	web, err := dashboard.Handler(dashboard.Options{Clock: in.clock, Streets: in.config.Streets})
	if err != nil {
		return nil, err
	}
	mux.Handle("/", httpx.Mux(handlers, web))
	return mux, nil
}

// Close ends everything that New started. It is safe after Run and after a New that failed.
func (in *Installation) Close() error {
	var errs []error
	for _, l := range []net.Listener{in.clients, in.operators} {
		if l != nil {
			if err := l.Close(); err != nil && !errors.Is(err, net.ErrClosed) {
				errs = append(errs, fmt.Errorf("close a listener: %w", err))
			}
		}
	}
	for _, c := range in.connections {
		c.Close()
	}
	if in.fake != nil {
		in.fake.Close()
	}
	if in.infra != nil {
		errs = append(errs, in.infra.stop())
	}
	if in.dir != nil {
		errs = append(errs, in.dir.Close())
	}
	return errors.Join(errs...)
}

// platformAdmin is the login that may create companies.
const platformAdmin = "plataforma"

// firstUsers decides who can log in to a new installation: the platform's admin and the people of the demo company.
func (in *Installation) firstUsers() {
	id := &in.config.Identity
	id.Demo, in.config.Geofence.Demo = in.config.Demo, in.config.Demo
	if id.BootstrapAdmin.Login == "" {
		id.BootstrapAdmin.Login, id.BootstrapAdmin.Password = platformAdmin, in.dir.Password(platformAdmin)[:20]
	}
}

// addFleet lets the demo's phones report over HTTP, as any phone does.
func (in *Installation) addFleet() error {
	if !in.config.Demo || !in.config.Phones || !slices.Contains(in.names, "identity") || !slices.Contains(in.names, "tracking-ingest") {
		return nil
	}
	c := in.config.Fieldsim
	c.BaseURL = in.URL()
	if !slices.Contains(in.names, "activity") {
		c.Office = "" // nobody would take the visits
	}
	fleet, err := fieldsim.New(c, app.Deps{Log: in.log, Metrics: in.registry, Clock: in.clock, DrainTimeout: in.config.Drain})
	if err != nil {
		return fmt.Errorf("make the demo's fleet: %w", err)
	}
	for i, r := range fleet.Runners {
		fleet.Runners[i].Run = in.onceReady(r.Run)
	}
	in.services = append(in.services, fleet)
	return nil
}
