// Package natsd runs a NATS server with JetStream inside the process: for `terreno up`, for small installations and for
// tests. It speaks with every service as the user of that service, with the permissions of the stream table, so that
// nothing works here that production would refuse.
//
// Start returns when the server answers. Its goroutines end in Shutdown, which waits for them; connections made with
// Connect belong to their caller and are closed first. What was acknowledged survives the death of the process; a power
// cut may cost what came in the last SyncInterval.
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
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"golang.org/x/crypto/bcrypt"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/proto/stream"
)

const (
	defaultSync  = 200 * time.Millisecond
	startTimeout = 30 * time.Second
	loopback     = "127.0.0.1"
)

// Options of Start. Dir is required; the rest has defaults.
type Options struct {
	// Dir keeps the streams.
	Dir string
	// Port on 127.0.0.1; -1 is a free one, 0 means that only this process can connect.
	Port int
	// SyncInterval is how often what was stored is forced to the disk; 200 ms by default.
	SyncInterval time.Duration
	// Users are the services that may connect, each with its own permissions; all of the stream table by default. The
	// admin user is always there.
	Users []string
	// Passwords by user; random ones by default.
	Passwords func(user string) string
	// MaxStore is how much the streams may reserve; by default three quarters of the free disk.
	MaxStore int64
	// Log gets the server's own lines, at debug and warn.
	Log *slog.Logger
	// Cluster makes the server one of several; nil is a single one.
	Cluster *Cluster
}

// Cluster is this server's place among others.
type Cluster struct {
	Name   string
	Server string
	// Port for the other servers, on 127.0.0.1.
	Port int
	// Routes are the addresses of all servers of the cluster, this one's too.
	Routes []string
}

// Server is a running NATS server.
type Server struct {
	server    *server.Server
	passwords map[string]string
}

// Start starts the server and waits until it takes connections.
func Start(o Options) (*Server, error) {
	s := &Server{passwords: map[string]string{}}
	options, err := s.options(o)
	if err != nil {
		return nil, fmt.Errorf("start nats server: %w", err)
	}
	s.server, err = server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("start nats server: %w", err)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	log := &lines{log: o.Log.With("component", "nats")}
	s.server.SetLoggerV2(log, false, false, false)
	s.server.Start()
	if err := s.ready(log); err != nil {
		s.Shutdown()
		return nil, fmt.Errorf("start nats server in %s: %w", o.Dir, err)
	}
	return s, nil
}

func (s *Server) ready(log *lines) error {
	patience := startTimeout
	// What the server calls fatal ends its start and leaves the process alive: it would never be ready.
	if log.fatal.Load() != nil {
		patience = 0
	}
	if s.server.ReadyForConnections(patience) {
		return nil
	}
	if line := log.fatal.Load(); line != nil {
		return errors.New(*line)
	}
	return fmt.Errorf("not ready after %s", startTimeout)
}

func (s *Server) options(o Options) (*server.Options, error) {
	if o.Dir == "" {
		return nil, errors.New("a directory for the streams is needed")
	}
	options := &server.Options{
		ServerName: "terreno", Host: loopback, Port: o.Port, DontListen: o.Port == 0,
		JetStream: true, StoreDir: o.Dir, JetStreamMaxStore: o.MaxStore,
		SyncInterval: o.SyncInterval, MaxPayload: 1 << 20,
		NoSigs: true, DisableJetStreamBanner: true, NoLog: true,
	}
	if options.SyncInterval <= 0 {
		options.SyncInterval = defaultSync
	}
	if c := o.Cluster; c != nil {
		options.ServerName = c.Server
		options.Cluster = server.ClusterOpts{Name: c.Name, Host: loopback, Port: c.Port}
		for _, addr := range c.Routes {
			options.Routes = append(options.Routes, &url.URL{Scheme: "nats", Host: addr})
		}
	}
	if o.Users == nil {
		o.Users = stream.Services()
	}
	for _, name := range append(slices.Clone(o.Users), bus.Admin) {
		if s.passwords[name] != "" {
			continue
		}
		user, err := s.user(o, name)
		if err != nil {
			return nil, fmt.Errorf("user %s: %w", name, err)
		}
		options.Users = append(options.Users, user)
	}
	return options, nil
}

func (s *Server) user(o Options, name string) (*server.User, error) {
	s.passwords[name] = rand.Text()
	if o.Passwords != nil {
		s.passwords[name] = o.Passwords(name)
	}
	if s.passwords[name] == "" {
		return nil, errors.New("the password is empty")
	}
	// The hash never leaves this process, so its cost is only what a connection waits; the server warns of plain text.
	hash, err := bcrypt.GenerateFromPassword([]byte(s.passwords[name]), bcrypt.MinCost)
	if err != nil {
		return nil, err
	}
	return &server.User{Username: name, Password: string(hash), Permissions: permissions(name)}, nil
}

// permissions is what a service may do; nil, for the admin, is everything.
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

// Connect connects as a user without the network. The caller closes the connection.
func (s *Server) Connect(user string, opts ...nats.Option) (*nats.Conn, error) {
	password, ok := s.passwords[user]
	if !ok {
		return nil, fmt.Errorf("nats has no user %q", user)
	}
	options := append(bus.DialOptions(user), nats.UserInfo(user, password), nats.InProcessServer(s.server))
	nc, err := nats.Connect("", append(options, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("connect to the nats server in this process as %s: %w", user, err)
	}
	return nc, nil
}

// Addr is where the server listens; empty when only this process can connect.
func (s *Server) Addr() string {
	if a, ok := s.server.Addr().(*net.TCPAddr); ok {
		return net.JoinHostPort(loopback, strconv.Itoa(a.Port))
	}
	return ""
}

// URL is the address with the user's name and password; empty when only this process can connect.
func (s *Server) URL(user string) string {
	addr := s.Addr()
	if addr == "" {
		return ""
	}
	u := url.URL{Scheme: "nats", Host: addr, User: url.UserPassword(user, s.passwords[user])}
	return u.String()
}

// Shutdown stops the server and waits until its files are closed.
func (s *Server) Shutdown() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}
