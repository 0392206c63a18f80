// Package natstest gives a test its own NATS: a real server in the process, or a real cluster of three servers. It has the
// streams and durables of the stream table, and the users of production. Everything ends with the test.
package natstest

import (
	"context"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/bus/admin"
	"github.com/terreno/terreno/pkg/freeport"
	"github.com/terreno/terreno/pkg/natsd"
	"github.com/terreno/terreno/proto/stream"
)

// smallStream is how many bytes a stream may hold in a test, unless an option sets another limit.
const smallStream = 32 << 20

// syncInterval is how often a test's servers sync their files to the disk. No test cuts the power, so none needs it. Nor may
// it be short: NATS 2.15 starts the timer of a new stream without the lock that the timer takes. If a busy machine pauses the
// server there for half an interval, the race detector reports a race in NATS and fails the tests that run.
const syncInterval = time.Hour

// Option changes what Start makes.
type Option func(*setup)

type setup struct {
	table     []stream.Stream
	users     []string
	bare      bool
	tcp       bool
	processes bool
	synced    bool
}

// WithStream changes one row of the stream table, for the server and for the buses that it makes.
func WithStream(name string, change func(*stream.Stream)) Option {
	return func(s *setup) {
		for i := range s.table {
			if s.table[i].Name == name {
				change(&s.table[i])
			}
		}
	}
}

// WithMaxBytes limits how many bytes a stream may hold.
func WithMaxBytes(name string, n int64) Option {
	return WithStream(name, func(s *stream.Stream) { s.MaxBytes = n })
}

// WithUsers adds services that the stream table does not name.
func WithUsers(services ...string) Option {
	return func(s *setup) { s.users = append(s.users, services...) }
}

// WithoutStreams starts the server without streams.
func WithoutStreams() Option { return func(s *setup) { s.bare = true } }

// WithTCP makes the server listen on a free port, for tests that cut a link.
func WithTCP() Option { return func(s *setup) { s.tcp = true } }

// WithSyncAlways makes a cluster sync each message to the disk before acknowledging it, as production does.
func WithSyncAlways() Option { return func(s *setup) { s.synced = true } }

// WithProcesses runs each server of a cluster in a process of its own, so that a test can kill it. See Main.
func WithProcesses() Option { return func(s *setup) { s.processes = true } }

func newSetup(opts []Option) *setup {
	s := &setup{table: stream.Table(), users: stream.Services()}
	for i := range s.table {
		s.table[i].MaxBytes = smallStream
		s.table[i].Consumers = slices.Clone(s.table[i].Consumers)
	}
	for _, o := range opts {
		o(s)
	}
	return s
}

// Table returns the stream table with the changes of a test's options.
func Table(opts ...Option) []stream.Stream { return newSetup(opts).table }

// Server is one server for one test.
type Server struct {
	*natsd.Server
	options natsd.Options
	setup   *setup
	running bool
}

// maxStore is how much streams may reserve. They reserve far more than a test writes, so the free disk must not decide.
const maxStore = 1 << 40

// Start starts a server without replicas and provisions it.
func Start(t testing.TB, opts ...Option) *Server {
	t.Helper()
	s := &Server{setup: newSetup(opts)}
	s.options = natsd.Options{Dir: t.TempDir(), SyncInterval: syncInterval, Users: s.setup.users, Passwords: password, MaxStore: maxStore}
	if s.setup.tcp {
		retry(t, func() error { return s.startOnTCP(t) })
	} else {
		s.start(t)
	}
	t.Cleanup(func() { s.Shutdown() })
	if !s.setup.bare {
		provision(t, s.Admin(t), s.setup.table, 1)
	}
	return s
}

// startOnTCP starts the server on a port that stays the server's own while it is stopped: a client that connects again must
// find it at the same address.
func (s *Server) startOnTCP(t testing.TB) error {
	t.Helper()
	ports, err := freeport.Pick(t.Context(), 1)
	if err != nil {
		return err
	}
	s.options.Port = ports[0]
	return s.tryStart()
}

func (s *Server) tryStart() error {
	started, err := natsd.Start(s.options)
	if err != nil {
		return err
	}
	s.Server, s.running = started, true
	return nil
}

func (s *Server) start(t testing.TB) {
	t.Helper()
	if err := s.tryStart(); err != nil {
		t.Fatal(err)
	}
}

// Stop stops the server. What it stored stays.
func (s *Server) Stop(t testing.TB) {
	t.Helper()
	if !s.running {
		return
	}
	s.running = false
	s.Shutdown()
}

// Restart stops the server, if it runs, and starts it again on the same files. With WithTCP it also keeps its address.
// Connections within the process end with the server. Connections over TCP come back by themselves.
func (s *Server) Restart(t testing.TB) {
	t.Helper()
	s.Stop(t)
	s.start(t)
}

// Dir returns the directory in which the server keeps its streams. It is for tests of what a disk may lose.
func (s *Server) Dir() string { return s.options.Dir }

// Connect connects as a user, within the process.
func (s *Server) Connect(t testing.TB, user string) *nats.Conn {
	t.Helper()
	nc, err := s.Server.Connect(user)
	// On a very busy machine the server may send its first ping before the client has sent its greeting. The client takes
	// that for a protocol error.
	for tries := 1; err != nil && tries < 10; tries++ {
		nc, err = s.Server.Connect(user)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// Ear is a subscription of a test, with a connection of its own.
type Ear struct {
	*nats.Subscription
	conn *nats.Conn
}

// Listen subscribes as a user, and returns once the server knows of it, so that nothing that is told from then on is missed. It is no bus:
// a bus drains at its end, and would wait for what a test did not read.
func (s *Server) Listen(t testing.TB, user, pattern string) *Ear {
	t.Helper()
	conn := s.Connect(t, user)
	sub, err := conn.SubscribeSync(pattern)
	if err != nil {
		t.Fatal(err)
	}
	e := &Ear{sub, conn}
	e.CatchUp(t)
	return e
}

// CatchUp waits until everything that the server had for the subscription has arrived. A flush of another connection says nothing about that.
func (e *Ear) CatchUp(t testing.TB) {
	t.Helper()
	if err := e.conn.Flush(); err != nil {
		t.Fatal(err)
	}
}

// Bus returns a service's bus, within the process, with metrics of its own.
func (s *Server) Bus(t testing.TB, service string) *bus.Bus {
	t.Helper()
	b, err := bus.New(s.Connect(t, service), service, Log(t), prometheus.NewRegistry(), bus.WithTable(s.setup.table))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// Admin returns a bus that may do everything.
func (s *Server) Admin(t testing.TB) *bus.Bus { return s.Bus(t, bus.Admin) }

// Table returns the stream table with the test's changes.
func (s *Server) Table() []stream.Stream { return slices.Clone(s.setup.table) }

// Row returns one row of Table.
func (s *Server) Row(t testing.TB, name string) stream.Stream { return s.setup.row(t, name) }

func (s *setup) row(t testing.TB, name string) stream.Stream {
	t.Helper()
	for _, r := range s.table {
		if r.Name == name {
			return r
		}
	}
	t.Fatalf("the table has no stream %q", name)
	return stream.Stream{}
}

// BusAt returns a service's bus over TCP, at an address such as a Proxy's.
func (s *Server) BusAt(t testing.TB, service, addr string) *bus.Bus {
	t.Helper()
	return dial(t, service, addr, s.setup.table)
}

func dial(t testing.TB, service, addr string, table []stream.Stream) *bus.Bus {
	t.Helper()
	b, err := bus.Connect("nats://"+addr, service, bus.Options{
		Log: Log(t), Metrics: prometheus.NewRegistry(), Table: table,
		// A server tells its clients the addresses of its cluster. When a test cuts a link, its client must not use those
		// addresses to get around the cut.
		NATS: []nats.Option{nats.UserInfo(service, password(service)), nats.IgnoreDiscoveredServers()},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

func password(user string) string { return "password-of-" + user }

func provision(t testing.TB, by *bus.Bus, table []stream.Stream, replicas int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if _, err := admin.Provision(ctx, by.JetStream(), table, admin.ProvisionOptions{Replicas: replicas}); err != nil {
		t.Fatal(err)
	}
}

// Log returns a logger that writes to the test's output, at level warn and above.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
}
