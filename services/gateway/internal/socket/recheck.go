package socket

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// changes holds the companies that have changed and that recheck has not handled yet.
type changes struct {
	wake    chan struct{}
	mu      sync.Mutex
	tenants map[string]struct{}
}

// Changed says that a company has changed in the directory. It does not wait, so the directory may call it under its
// locks.
func (s *Server) Changed(tenant string) {
	s.changes.mu.Lock()
	s.changes.tenants[tenant] = struct{}{}
	s.changes.mu.Unlock()
	select {
	case s.changes.wake <- struct{}{}:
	default:
	}
}

func (c *changes) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var tenants []string
	for t := range c.tenants {
		tenants = append(tenants, t)
	}
	clear(c.tenants)
	return tenants
}

// recheck checks the open sockets of a company after it changed, and all sockets every Config.Recheck.
func (s *Server) recheck(ctx context.Context) {
	all := time.NewTicker(s.cfg.Recheck)
	defer all.Stop()
	for {
		var tenants []string
		select {
		case <-ctx.Done():
			return
		case <-s.changes.wake:
			tenants = s.changes.take()
		case <-all.C:
			tenants = s.back.Hub.Tenants()
		}
		for _, tenant := range tenants {
			s.recheckCompany(tenant)
		}
	}
}

// recheckCompany checks again who in a company may see what, and who may stay connected.
func (s *Server) recheckCompany(tenant string) {
	s.back.Hub.DirectoryChanged(tenant)
	s.mu.Lock()
	sockets := make([]*Socket, 0, len(s.byTenant[tenant]))
	for sock := range s.byTenant[tenant] {
		sockets = append(sockets, sock)
	}
	s.mu.Unlock()
	for _, sock := range sockets {
		sock.recheck()
	}
}

// recheck closes the socket when its token was revoked, its session ended or its company was suspended. If the directory
// cannot tell, the socket stays and is checked again next time.
func (s *Socket) recheck() {
	err := s.server.back.Judge(s.claimed())
	switch {
	case errors.Is(err, auth.ErrRevoked):
		s.expel(protocol.Revoked)
	case errors.Is(err, auth.ErrSuspended):
		s.expel(protocol.Suspended)
	}
}

// expelPatience is how long a client that may no longer be connected has to take what is being written. Without it, one
// that reads slowly would stay for the whole time of a write.
const expelPatience = 500 * time.Millisecond

// expel ends the socket within a second, even if its client does not read.
func (s *Socket) expel(why protocol.Closure) {
	s.queue.Close(why)
	s.conn.Hurry(expelPatience)
}

// refusal returns the closure for a token that was refused.
func refusal(err error) protocol.Closure {
	switch {
	case errors.Is(err, auth.ErrMissing):
		return protocol.NoToken
	case errors.Is(err, auth.ErrMalformed):
		return protocol.Malformed
	case errors.Is(err, auth.ErrExpired):
		return protocol.Expired
	case errors.Is(err, auth.ErrRevoked):
		return protocol.Revoked
	case errors.Is(err, auth.ErrSuspended):
		return protocol.Suspended
	case errors.Is(err, auth.ErrUnavailable):
		return protocol.Unavailable
	default:
		return protocol.Invalid
	}
}
