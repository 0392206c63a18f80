package socket

import (
	"context"
	"errors"
	"os"
	"runtime/debug"
	"sync"
	"time"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

// Socket is one client's connection.
type Socket struct {
	server *Server
	conn   *wire.Conn
	queue  *queue.Queue
	codec  protocol.Codec
	// place is guarded by the server's lock.
	place  place
	frames *rate.Limiter
	// ctx ends when the socket ends.
	ctx    context.Context
	cancel context.CancelFunc
	// ended is closed when the socket has ended completely.
	ended chan struct{}
	work  sync.WaitGroup

	// The reader sets member before the socket is registered. It does not change afterwards.
	member *hub.Member
	// joined is the cursor at which the socket joined, and first the result of the handshake. Only the reader uses them.
	joined cursor.Cursor
	first  opening
	// last is the cursor that was written last. Only the writer uses it.
	last string

	mu     sync.Mutex
	claims auth.Claims
	// settled means that it is decided where the socket begins. over means that no more work may start.
	settled, over bool
	expiry, grace func() bool
}

func newSocket(s *Server, conn *wire.Conn, held place) *Socket {
	ctx, cancel := context.WithCancel(context.Background())
	return &Socket{
		server: s, conn: conn, place: held, queue: queue.New(s.cfg.QueueBytes), codec: protocol.Native, ctx: ctx, cancel: cancel, ended: make(chan struct{}),
		frames: rate.NewLimiter(rate.Limit(s.cfg.FramesPerSecond), s.cfg.FrameBurst),
	}
}

// run serves the socket until it ends.
func (s *Socket) run(first opening) {
	defer close(s.ended)
	var writer sync.WaitGroup
	writer.Go(s.write)
	s.first = first
	s.begin()
	s.queue.Close(s.read())
	writer.Wait()
	s.end()
}

func (s *Socket) begin() {
	switch {
	case s.first.refusal != nil:
		s.queue.Close(*s.first.refusal)
	case s.first.claims != nil:
		s.enter(*s.first.claims)
	default:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.expiry = s.server.cfg.After(s.server.cfg.AuthTimeout, func() { s.queue.Close(protocol.NoToken) })
	}
}

// enter adds a socket with a valid token to its company's room.
func (s *Socket) enter(c auth.Claims) {
	if c.Company == "" {
		s.queue.Close(protocol.NoCompany)
		return
	}
	if s.server.full(c) || !s.server.signIn(s) {
		s.queue.Close(protocol.TooManySockets)
		return
	}
	s.accept(c)
	m := &hub.Member{Tenant: c.Company, User: c.Subject, Queue: s.queue}
	joined, err := s.server.back.Hub.Join(m, s.greeting)
	if err != nil {
		s.queue.Close(protocol.TooManySockets)
		return
	}
	s.member, s.joined = m, joined
	s.server.register(s)
	// A revocation between Verify and register has not reached this socket.
	s.recheck()
	if s.first.resume {
		s.settle(s.first.from)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.grace = s.server.cfg.After(s.server.cfg.ResumeGrace, func() { s.settle("") })
}

// greeting returns `listo`. Its id is the client's cursor, which is known only if the handshake brought one. Otherwise
// the client may still resume, and an id in this frame would replace its cursor.
func (s *Socket) greeting(at cursor.Cursor) queue.Item {
	c := s.claimed()
	it := queue.Item{Event: protocol.Encode(protocol.EventReady, protocol.Ready{
		Cursor: at.String(), User: c.Subject, Company: c.Company, Expires: c.ExpiresAt,
		HeartbeatSeconds: int(s.server.cfg.Heartbeat / time.Second),
	})}
	if s.first.resume && s.first.from == "" {
		it.ID = at.String()
	} else if _, err := cursor.Parse(s.first.from, len(at)); err == nil {
		it.ID = s.first.from
	}
	return it
}

// settle decides where the socket begins: at a cursor of the client's, or where it joined if from is empty. It returns
// whether this was the first call.
func (s *Socket) settle(from string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.settled || s.over {
		return false
	}
	s.settled = true
	if s.grace != nil {
		s.grace()
	}
	at := s.joined
	if from != "" {
		at, _ = cursor.Parse(from, len(s.joined)) // nil means that everything must be reloaded
	}
	s.work.Go(func() { s.server.back.Resume(s.ctx, s.member, at, from != "") })
	return true
}

// read serves the client's frames, and returns why there are no more. A panic caused by a client's frame ends only that
// client's socket.
func (s *Socket) read() (why protocol.Closure) {
	defer func() {
		if p := recover(); p != nil {
			s.server.back.Log.Error("socket panicked", "panic", p, "stack", string(debug.Stack()))
			why = protocol.Internal
		}
	}()
	for {
		text, err := s.conn.Read()
		if err != nil {
			return ending(err)
		}
		if !s.frames.Allow() {
			return protocol.Flood
		}
		request, err := protocol.Decode(text)
		if err != nil {
			return protocol.BadFrame
		}
		if closure := s.serve(request); closure != nil {
			return *closure
		}
	}
}

// ending returns why a read failed. If the client closed, the library has answered with the client's own code.
func ending(err error) protocol.Closure {
	if code := websocket.CloseStatus(err); code != -1 {
		return protocol.Closure{Code: code}
	}
	switch {
	case errors.Is(err, wire.ErrBinary):
		return protocol.BadFrame
	case errors.Is(err, websocket.ErrMessageTooBig):
		return protocol.TooLarge
	default:
		return protocol.Gone
	}
}

// end removes the socket everywhere. The writer has ended before.
func (s *Socket) end() {
	s.cancel()
	s.mu.Lock()
	s.over = true
	for _, stop := range []func() bool{s.expiry, s.grace} {
		if stop != nil {
			stop()
		}
	}
	s.mu.Unlock()
	if s.member != nil {
		s.server.back.Hub.Leave(s.member)
	}
	s.work.Wait()
	peak, coalesced := s.queue.Stats()
	s.server.back.Metrics.QueuePeak.Observe(float64(peak))
	s.server.back.Metrics.Coalesced.Add(float64(coalesced))
}

// isTimeout distinguishes a peer that does not read from a peer that is gone.
func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
