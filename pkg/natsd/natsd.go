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
	server    *server.Server
	passwords map[string]string
}

// Start starts the server and waits until it accepts connections.
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
	timeout := startTimeout
	// After a fatal error the server ends its start but not our process. It would never become ready: do not wait.
	if log.fatal.Load() != nil {
		timeout = 0
	}
	if s.server.ReadyForConnections(timeout) {
		return nil
	}
	if line := log.fatal.Load(); line != nil {
		return errors.New(*line)
	}
	return fmt.Errorf("not ready after %s", startTimeout)
}

func (s *Server) options(o Options) (*server.Options, error) {
	if o.Dir == "" {
		return nil, errors.New("the directory for the streams is not set")
	}
	options := &server.Options{
		ServerName: "terreno", Host: loopback, Port: o.Port, DontListen: o.Port == 0,
		JetStream: true, StoreDir: o.Dir, JetStreamMaxStore: o.MaxStore,
		SyncInterval: o.SyncInterval, SyncAlways: o.SyncAlways, MaxPayload: 1 << 20,
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
	// The hash never leaves this process, so a higher cost would only make connections slow. The server would log a
	// warning about a password in plain text.
	hash, err := bcrypt.GenerateFromPassword([]byte(s.passwords[name]), bcrypt.MinCost)
	if err != nil {
		return nil, err
	}
	return &server.User{Username: name, Password: string(hash), Permissions: permissions(name)}, nil
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
	options := append(bus.DialOptions(user), nats.UserInfo(user, password), nats.InProcessServer(s.server))
	nc, err := nats.Connect("", append(options, opts...)...)
	if err != nil {
		return nil, fmt.Errorf("connect to the nats server in this process as %s: %w", user, err)
	}
	return nc, nil
}

// Addr returns the address on which the server listens. It is empty when only this process can connect.
func (s *Server) Addr() string {
	if a, ok := s.server.Addr().(*net.TCPAddr); ok {
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

// Shutdown stops the server and waits until its files are closed.
func (s *Server) Shutdown() {
	s.server.Shutdown()
	s.server.WaitForShutdown()
}
