package socket

import (
	"context"
	"errors"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/gateway/internal/cursor"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
	"github.com/terreno/terreno/services/gateway/internal/relay"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

// Socket is one client's connection.
type Socket struct {
	server *Server
	conn   *wire.Conn
	queue  *queue.Queue
	line   relay.Line
	codec  protocol.Codec
	// place is guarded by the server's lock.
	place place

	// work is what must end before the socket has ended: reading, and a resume.
	work sync.WaitGroup

	// The reader's. It sets member before the socket is registered; member does not change afterwards. first is the result
	// of the handshake. frames bounds what the client sends.
	member *hub.Member
	first  opening
	frames *rate.Limiter
	asked  *asked

	// last is the cursor that was written last. Only the writer uses it.
	last string
	// pinged is when the last ping was written, in ticks of the server's ping clock.
	pinged atomic.Uint32

	mu     sync.Mutex
	claims auth.Claims
	// token is what claims were read from. It goes with the requests to other services.
	token string
	// joined is the cursor at which the socket joined. It is nil once it is decided where the socket begins.
	joined cursor.Cursor
	// settled means that this is decided. over means that no more work may start.
	settled, over bool
	expiry, grace func() bool
	// giveUp ends a resume.
	giveUp context.CancelFunc
	// ended, if a drain waits for it, is closed when the socket has ended completely.
	ended chan struct{}
}

func newSocket(s *Server, conn *wire.Conn, held place) *Socket {
	sock := &Socket{server: s, conn: conn, place: held, queue: queue.New(s.cfg.QueueBytes), codec: protocol.Native}
	sock.pinged.Store(s.clock.Load())
	sock.line = s.relay.Line(sock)
	sock.queue.OnWake(sock.line.Wake)
	return sock
}

// run begins the socket, and then lets it wait for the client's frames.
func (s *Socket) run(first opening) {
	s.first = first
	s.begin()
	s.listen()
}

// begin decides from the handshake what the socket does first.
func (s *Socket) begin() {
	switch {
	case s.first.refusal != nil:
		s.queue.Close(*s.first.refusal)
	case s.first.claims != nil:
		s.enter(*s.first.claims, s.first.token)
	default:
		s.mu.Lock()
		defer s.mu.Unlock()
		s.expiry = s.server.cfg.After(s.server.cfg.AuthTimeout, func() { s.queue.Close(protocol.NoToken) })
	}
}

// enter adds a socket with a valid token to its company's room.
func (s *Socket) enter(c auth.Claims, token string) {
	if c.Company == "" {
		s.queue.Close(protocol.NoCompany)
		return
	}
	if s.server.full(c) || !s.server.signIn(s) {
		s.queue.Close(protocol.TooManySockets)
		return
	}
	s.accept(c, token)
	if s.server.cfg.MaxFrame > 0 {
		s.conn.SetMaxFrame(s.server.cfg.MaxFrame)
	}
	m := &hub.Member{Tenant: c.Company, User: c.Subject, Queue: s.queue}
	joined, err := s.server.back.Hub.Join(m, s.greeting)
	if err != nil {
		s.queue.Close(protocol.TooManySockets)
		return
	}
	s.member = m
	s.mu.Lock()
	s.joined = joined
	s.mu.Unlock()
	s.server.register(s)
	// A revocation between Verify and register has not reached this socket.
	s.recheck()
	first := s.first
	s.first = opening{} // An idle socket keeps nothing of its handshake.
	if first.resume {
		s.settle(first.from)
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
		s.grace = nil
	}
	at := s.joined
	if from != "" {
		at, _ = cursor.Parse(from, len(s.joined)) // nil means that everything must be reloaded
	}
	s.joined = nil
	ctx, cancel := context.WithCancel(context.Background())
	s.giveUp = cancel
	s.work.Go(func() {
		s.server.back.Resume(ctx, s.member, at, from != "")
		cancel()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.giveUp = nil
	})
	return true
}

// end removes the socket everywhere. Its connection is closed, so that its reader ends too.
func (s *Socket) end() {
	s.mu.Lock()
	s.over = true
	if s.giveUp != nil {
		s.giveUp()
	}
	s.mu.Unlock()
	s.work.Wait()
	s.stopTimers()
	if s.member != nil {
		s.server.back.Hub.Leave(s.member)
	}
	peak, coalesced := s.queue.Stats()
	s.server.back.Metrics.QueuePeak.Observe(float64(peak))
	s.server.back.Metrics.Coalesced.Add(float64(coalesced))
}

// stopTimers is called once the reader, which starts them, has ended.
func (s *Socket) stopTimers() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, stop := range []func() bool{s.expiry, s.grace} {
		if stop != nil {
			stop()
		}
	}
}

// hasEnded tells a drain that the socket has ended.
func (s *Socket) hasEnded() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == nil {
		s.ended = make(chan struct{})
	}
	close(s.ended)
}

// untilEnd returns a channel that is closed when the socket has ended completely.
func (s *Socket) untilEnd() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended == nil {
		s.ended = make(chan struct{})
	}
	return s.ended
}

// isTimeout distinguishes a peer that does not read from a peer that is gone.
func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }
