package socket

import (
	"errors"
	"sync"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

// changes are the companies whose directory changed since the last look.
type changes struct {
	wake    chan struct{}
	mu      sync.Mutex
	tenants map[string]struct{}
}

// Changed says that a company's directory changed. It does not wait, so that the directory may call it under its locks.
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

// judge looks again at who may see what in a company, and who may still be there at all.
func (s *Server) judge(tenant string) {
	s.back.Hub.DirectoryChanged(tenant)
	s.mu.Lock()
	sockets := make([]*Socket, 0, len(s.byTenant[tenant]))
	for sock := range s.byTenant[tenant] {
		sockets = append(sockets, sock)
	}
	s.mu.Unlock()
	for _, sock := range sockets {
		sock.judge()
	}
}

// judge closes the socket when its token was revoked or its company suspended. A directory that cannot answer at the
// moment changes nothing.
func (s *Socket) judge() {
	err := s.server.back.Revoked(s.claimed())
	switch {
	case errors.Is(err, auth.ErrRevoked):
		s.queue.Close(protocol.Revoked)
	case errors.Is(err, auth.ErrSuspended):
		s.queue.Close(protocol.Suspended)
	}
}

var tooMany = protocol.TooManySockets

// refusal is the closure for a token that is not accepted.
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
