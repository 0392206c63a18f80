package socket

import (
	"context"
	"log/slog"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/relay"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

// Config of all sockets.
type Config struct {
	// Origins may connect in addition to the request's own host. They are patterns of a host or of scheme://host.
	Origins []string
	// MaxSockets bounds the signed-in sockets of this process. The hub bounds those of a user and of a company.
	MaxSockets int
	// MaxPending bounds the sockets that are not signed in, and AddressPending those of one address.
	MaxPending, AddressPending int
	// Proxies are trusted when they say where a request comes from.
	Proxies    httpx.Proxies
	QueueBytes int
	// AuthTimeout is how long a socket may stay without a token.
	AuthTimeout time.Duration
	// ResumeGrace is how long events wait until the client says where it resumes.
	ResumeGrace time.Duration
	Heartbeat   time.Duration
	PingEvery   time.Duration
	// Recheck is how often the tokens of all open sockets are checked again, even if nothing has changed.
	Recheck     time.Duration
	DrainSpread time.Duration
	// FramesPerSecond and FrameBurst limit how many frames a client sends.
	FramesPerSecond float64
	FrameBurst      int
	// MaxFrame is the largest frame of a signed-in client, in bytes; 0 means Wire.MaxFrame, which is that of the others.
	MaxFrame int64
	Wire     wire.Options
	// After calls f after the duration d, unless stop is called first; nil means time.AfterFunc.
	After func(d time.Duration, f func()) (stop func() bool)
	// Now returns the wall time; nil means time.Now.
	Now func() time.Time
}

// Backend is what the sockets need from the rest of the gateway.
type Backend struct {
	Log     *slog.Logger
	Metrics *metrics.Metrics
	Hub     *hub.Hub
	// Verify checks a token that a client sends; it may ask other services. Judge checks the token of an open socket with
	// what is in memory, and never waits. Their errors are those of pkg/auth.
	Verify func(ctx context.Context, token string) (auth.Claims, error)
	Judge  func(auth.Claims) error
	// Resume attaches a member at a cursor and sends it what it missed. The cursor is nil when it cannot be read. asked
	// is false for a client that begins where it joined.
	Resume func(ctx context.Context, m *hub.Member, from cursor.Cursor, asked bool)
	// Services serve the events of forward.Routes; nil serves none.
	Services Services
	// Ready returns why sockets cannot be served now.
	Ready func() error
}

// verifyTimeout is long enough to fetch the keys of an issuer.
const verifyTimeout = 5 * time.Second

// Server holds all sockets of a gateway.
type Server struct {
	cfg  Config
	back Backend

	mu       sync.Mutex
	draining bool
	sockets  map[*Socket]struct{}
	// byTenant holds the sockets that are in a room.
	byTenant map[string]map[*Socket]struct{}
	running  sync.WaitGroup
	places   places

	relay *relay.Relay
	// clock counts the ticks of the ping clock.
	clock atomic.Uint32

	changes changes
	errands errands
}

// New makes a server without sockets.
func New(cfg Config, back Backend) *Server {
	if cfg.After == nil {
		cfg.After = func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Server{
		errands: errands{ctx: ctx, cancel: cancel},
		cfg:     cfg, back: back, sockets: map[*Socket]struct{}{}, byTenant: map[string]map[*Socket]struct{}{},
		places: places{byAddress: map[string]int{}}, relay: relay.New(relay.Config{Round: writeEvery, Busy: busyProcessor * runtime.GOMAXPROCS(0)}),
		changes: changes{wake: make(chan struct{}, 1), tenants: map[string]struct{}{}},
	}
}

// beatSlots is into how many parts a heartbeat is divided; in each part, the gateway writes to some of the rooms.
const beatSlots = 25

const (
	// A busy gateway writes to a socket at most every writeEvery, apart from the first write after a pause.
	writeEvery = 5 * time.Millisecond
	// busyProcessor is how many deliveries a second, for each processor, make a gateway busy. They take about a quarter of
	// a processor if each is a write. With fewer, the processor's time is not worth the delay.
	busyProcessor = 30_000
)

// Run sends heartbeats and pings, and rechecks sockets, until ctx ends. It continues during a Drain.
func (s *Server) Run(ctx context.Context) {
	var running sync.WaitGroup
	running.Go(func() { s.beat(ctx) })
	running.Go(func() { s.ping(ctx) })
	running.Go(func() { s.recheck(ctx) })
	running.Wait()
}

// beat sends latido. It waits only for the time.
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

// start accepts a connection and runs its socket. It returns false when the gateway drains.
func (s *Server) start(sock *Socket, first opening) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.draining {
		return false
	}
	s.sockets[sock] = struct{}{}
	s.back.Metrics.Sockets.Inc()
	s.running.Add(1)
	sock.work.Add(1)
	go sock.run(first)
	return true
}

// register adds a socket to its company.
func (s *Server) register(sock *Socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tenant := sock.member.Tenant
	if s.byTenant[tenant] == nil {
		s.byTenant[tenant] = map[*Socket]struct{}{}
	}
	s.byTenant[tenant][sock] = struct{}{}
}

// remove forgets a socket that has ended.
func (s *Server) remove(sock *Socket) {
	defer s.running.Done()
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

// Open returns the number of sockets.
func (s *Server) Open() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sockets)
}
