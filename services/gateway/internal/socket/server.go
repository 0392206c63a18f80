package socket

import (
	"context"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

// Config of all sockets.
type Config struct {
	// Origins that may connect besides the request's own host, as patterns of a host or of scheme://host.
	Origins []string
	// MaxSockets bounds those of this process that are signed in; those of a user and of a company are the hub's to count.
	MaxSockets int
	// MaxPending bounds those that are not, and AddressPending how many of them one address may have.
	MaxPending, AddressPending int
	// Proxies are believed when they say where a request comes from.
	Proxies    httpx.Proxies
	QueueBytes int
	// AuthTimeout is how long a socket may be without a token.
	AuthTimeout time.Duration
	// ResumeGrace is how long events wait for the client to say where it resumes.
	ResumeGrace time.Duration
	Heartbeat   time.Duration
	PingEvery   time.Duration
	// Recheck is how often the tokens of all open sockets are judged again, whatever news came.
	Recheck     time.Duration
	DrainSpread time.Duration
	// FramesPerSecond and FrameBurst bound what a client sends.
	FramesPerSecond float64
	FrameBurst      int
	Wire            wire.Options
	// After calls f once d has passed, unless stop comes first; nil is time.AfterFunc.
	After func(d time.Duration, f func()) (stop func() bool)
	// Now is wall time; nil is time.Now.
	Now func() time.Time
}

// Backend is what sockets stand on.
type Backend struct {
	Log     *slog.Logger
	Metrics *metrics.Metrics
	Hub     *hub.Hub
	// Verify judges a token that comes in, and may ask others. Judge judges one of an open socket, from memory: it never
	// waits. Their errors are pkg/auth's.
	Verify func(ctx context.Context, token string) (auth.Claims, error)
	Judge  func(auth.Claims) error
	// Resume attaches a member that is at a cursor, nil when nobody can say where it is, and brings it what it missed.
	// asked is false for a client that begins where it joined.
	Resume func(ctx context.Context, m *hub.Member, from cursor.Cursor, asked bool)
	// Ready says why no socket can be served.
	Ready func() error
}

// verifyTimeout covers a fetch of an issuer's keys.
const verifyTimeout = 5 * time.Second

// Server holds the sockets of a gateway.
type Server struct {
	cfg  Config
	back Backend

	mu       sync.Mutex
	draining bool
	sockets  map[*Socket]struct{}
	// byTenant are those in a room.
	byTenant map[string]map[*Socket]struct{}
	running  sync.WaitGroup
	places   places

	changes changes
}

// New makes a server without sockets.
func New(cfg Config, back Backend) *Server {
	if cfg.After == nil {
		cfg.After = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Server{
		cfg: cfg, back: back, sockets: map[*Socket]struct{}{}, byTenant: map[string]map[*Socket]struct{}{},
		places:  places{byAddress: map[netip.Prefix]int{}},
		changes: changes{wake: make(chan struct{}, 1), tenants: map[string]struct{}{}},
	}
}

// beatSlots is over how many parts of a heartbeat the rooms are spread.
const beatSlots = 25

// Run keeps heartbeats and rechecks going until ctx ends. They go on during a Drain.
func (s *Server) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() { s.beat(ctx) })
	running.Go(func() { s.recheck(ctx) })
	running.Wait()
}

// beat sends latido. It waits for nothing but the time.
func (s *Server) beat(ctx context.Context) {
	tick := time.NewTicker(max(s.cfg.Heartbeat/beatSlots, time.Millisecond))
	defer tick.Stop()
	for slot := 0; ; slot++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			s.back.Hub.Beat(slot, beatSlots)
		}
	}
}

// start takes a connection on and runs its socket; false means that the gateway drains.
func (s *Server) start(sock *Socket, first opening) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	s.sockets[sock] = struct{}{}
	s.back.Metrics.Sockets.Inc()
	s.running.Go(func() {
		defer s.remove(sock)
		sock.run(first)
	})
	return true
}

// register makes a socket known as its company's.
func (s *Server) register(sock *Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant := sock.member.Tenant
	if s.byTenant[tenant] == nil {
		s.byTenant[tenant] = map[*Socket]struct{}{}
	}
	s.byTenant[tenant][sock] = struct{}{}
}

func (s *Server) remove(sock *Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.sockets, sock)
	s.leave(sock.place)
	s.back.Metrics.Sockets.Dec()
	if m := sock.member; m != nil {
		delete(s.byTenant[m.Tenant], sock)
		if len(s.byTenant[m.Tenant]) == 0 {
			delete(s.byTenant, m.Tenant)
		}
	}
}

// Open is how many sockets there are.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}
