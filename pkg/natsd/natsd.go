// Package natsd runs a NATS server with JetStream inside the process: for `terreno up`, for small installations and for
// tests. Each service connects as its own user, with the permissions of the stream table. So nothing works here that
// production would refuse.
//
// Start returns when the server accepts connections. Shutdown ends the server's goroutines and waits for them. The
// caller of Connect owns its connection and closes it before Shutdown. A message that the server acknowledged survives
// the death of the process. A power cut can lose the messages of the last SyncInterval.
package natsd

import (
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/stream"
)

const (
	defaultSync  = 200 * time.Millisecond
	startTimeout = 30 * time.Second
	loopback     = "127.0.0.1"
)

// Options of Start. Dir is required; all others have defaults.
type Options struct {
	// Dir is the directory of the streams.
	Dir string
	// Port on 127.0.0.1. With -1 the system chooses a free port. With 0 only this process can connect.
	Port int
	// SyncInterval is how often the server syncs its files to the disk; 200 ms by default.
	SyncInterval time.Duration
	// SyncAlways syncs each message before it is acknowledged, as production does.
	SyncAlways bool
	// Users are the services that may connect, each with its own permissions. The default is all services of the stream
	// table. The admin user always exists.
	Users []string
	// Passwords returns the password of a user. The default is random passwords.
	Passwords func(user string) string
	// MaxStore is how many bytes the streams may reserve; by default three quarters of the free disk.
	MaxStore int64
	// Log receives the server's own lines, at levels debug and warn.
	Log *slog.Logger
	// Cluster makes the server a member of a cluster; nil starts a single server.
	Cluster *Cluster
}

// Cluster describes this server as a member of a cluster.
type Cluster struct {
	Name   string
	Server string
	// Port on 127.0.0.1 to which the other servers connect.
	Port int
	// Routes are the addresses of all servers of the cluster, including this server.
	Routes []string
}

// Server is a running NATS server.
type Server struct {
	o         Options
	passwords map[string]string
	users     []*server.User

	mu     sync.Mutex
	server *server.Server
}

// Start starts the server and waits until it accepts connections.
func Start(o Options) (*Server, error) {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.SyncInterval <= 0 {
		o.SyncInterval = defaultSync
	}
	if o.Users == nil {
		o.Users = stream.Services()
	}
	s := &Server{o: o, passwords: map[string]string{}}
	if err := s.makeUsers(); err != nil {
		return nil, fmt.Errorf("start nats server: %w", err)
	}
	started, err := s.start(o.Port)
	if err != nil {
		return nil, err
	}
	s.server = started
	return s, nil
}

func (s *Server) start(port int) (*server.Server, error) {
	if s.o.Dir == "" {
		return nil, errors.New("start nats server: the directory for the streams is not set")
	}
	started, err := server.NewServer(s.options(port))
	if err != nil {
		return nil, fmt.Errorf("start nats server: %w", err)
	}
	log := &lines{log: s.o.Log.With("component", "nats")}
	started.SetLoggerV2(log, false, false, false)
	started.Start()
	if err := ready(started, log); err != nil {
		stop(started)
		return nil, fmt.Errorf("start nats server in %s: %w", s.o.Dir, err)
	}
	return started, nil
}

func ready(started *server.Server, log *lines) error {
	timeout := startTimeout
	// After a fatal error the server ends its start but not our process. It would never become ready: do not wait.
	if log.fatal.Load() != nil {
		timeout = 0
	}
	if started.ReadyForConnections(timeout) {
		return nil
	}
	if line := log.fatal.Load(); line != nil {
		return errors.New(*line)
	}
	return fmt.Errorf("not ready after %s", startTimeout)
}

func (s *Server) options(port int) *server.Options {
	options := &server.Options{
		ServerName: "terreno", Host: loopback, Port: port, DontListen: port == 0,
		JetStream: true, StoreDir: s.o.Dir, JetStreamMaxStore: s.o.MaxStore,
		SyncInterval: s.o.SyncInterval, SyncAlways: s.o.SyncAlways, MaxPayload: 1 << 20, Users: s.users,
		NoSigs: true, DisableJetStreamBanner: true, NoLog: true,
		AuthTimeout: 30, // seconds; of the usual two a busy machine takes more
	}
	if c := s.o.Cluster; c != nil {
		options.ServerName = c.Server
		options.Cluster = server.ClusterOpts{Name: c.Name, Host: loopback, Port: c.Port}
		for _, addr := range c.Routes {
			options.Routes = append(options.Routes, &url.URL{Scheme: "nats", Host: addr})
		}
	}
	return options
}

func (s *Server) makeUsers() error {
	for _, name := range append(slices.Clone(s.o.Users), bus.Admin) {
		if s.passwords[name] != "" {
			continue
		}
		user, err := s.user(name)
		if err != nil {
			return fmt.Errorf("user %s: %w", name, err)
		}
		s.users = append(s.users, user)
	}
	return nil
}

func (s *Server) user(name string) (*server.User, error) {
	s.passwords[name] = rand.Text()
	if s.o.Passwords != nil {
		s.passwords[name] = s.o.Passwords(name)
	}
	if s.passwords[name] == "" {
		return nil, errors.New("the password is empty")
	}
	// The password is not hashed. It never leaves this process, which knows it anyway, and a hash would make each
	// connection slow.
	return &server.User{Username: name, Password: s.passwords[name], Permissions: permissions(name)}, nil
}

// permissions returns the subjects that a service may use; nil, for the admin, allows all.
func permissions(service string) *server.Permissions {
	if service == bus.Admin {
		return nil
	}
	access := stream.Access(service)
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: access.Publish},
		Subscribe: &server.SubjectPermission{Allow: access.Subscribe},
	}
}

// Connect connects as a user, inside the process and without the network. The caller closes the connection.
func (s *Server) Connect(user string, opts ...nats.Option) (*nats.Conn, error) {
	password, ok := s.passwords[user]
	if !ok {
		return nil, fmt.Errorf("nats has no user %q", user)
	}
	options := append(bus.DialOptions(user), nats.UserInfo(user, password), nats.InProcessServer(s.running()))
	nc, err := nats.Connect("", append(options, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("connect to the nats server in this process as %s: %w", user, err)
	}
	return nc, nil
}

// Addr returns the address on which the server listens. It is empty when only this process can connect.
func (s *Server) Addr() string {
	if a, ok := s.running().Addr().(*net.TCPAddr); ok {
		return net.JoinHostPort(loopback, strconv.Itoa(a.Port))
	}
	return ""
}

// URL returns the address with the user's name and password. It is empty when only this process can connect.
func (s *Server) URL(user string) string {
	addr := s.Addr()
	if addr == "" {
		return ""
	}
	u := url.URL{Scheme: "nats", Host: addr, User: url.UserPassword(user, s.passwords[user])}
	return u.String()
}

func (s *Server) running() *server.Server {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.server
}

// Shutdown stops the server and waits until its files are closed.
func (s *Server) Shutdown() { stop(s.running()) }

func stop(started *server.Server) {
	started.Shutdown()
	started.WaitForShutdown()
}
