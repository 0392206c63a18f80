package socket

import (
	"context"
	"errors"
	"strings"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

// accept makes a token the token of the socket. The socket ends when the token expires.
func (s *Socket) accept(c auth.Claims, token string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.claims, s.token = c, strings.Clone(token)
	if s.expiry != nil {
		s.expiry()
	}
	s.expireLater()
}

// expireLater sets the timer for the current token. The caller holds s.mu.
func (s *Socket) expireLater() {
	s.expiry = s.server.cfg.After(s.claims.ExpiresAt.Sub(s.server.cfg.Now()), s.expire)
}

func (s *Socket) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.over:
	case s.server.cfg.Now().Before(s.claims.ExpiresAt):
		// The token was replaced while this timer fired, or the wall clock went back.
		s.expireLater()
	default:
		s.expel(protocol.Expired)
	}
}

func (s *Socket) claimed() auth.Claims {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.claims
}

// authenticate serves `auth`: the first token of the socket, or a new one for the same user.
func (s *Socket) authenticate(r protocol.Request) *protocol.Closure {
	var data protocol.AuthData
	if err := r.Read(&data); err != nil {
		return &protocol.BadFrame
	}
	claims, err := s.server.verify(context.Background(), data.Token)
	if s.member == nil {
		if err != nil {
			c := refusal(err)
			return &c
		}
		s.enter(claims, data.Token)
		return nil
	}
	if err != nil {
		return s.refuseRefresh(r, err)
	}
	if now := s.claimed(); claims.Subject != now.Subject || claims.Company != now.Company {
		return &protocol.OtherUser
	}
	s.accept(claims, data.Token)
	s.answer(protocol.EventAuthOK, protocol.AuthOK{Expires: claims.ExpiresAt})
	return nil
}

// refuseRefresh keeps the old token of the socket, unless the new one shows that the user may not be connected at all.
func (s *Socket) refuseRefresh(r protocol.Request, err error) *protocol.Closure {
	if errors.Is(err, auth.ErrRevoked) || errors.Is(err, auth.ErrSuspended) {
		c := refusal(err)
		return &c
	}
	refused, ok := errors.AsType[*auth.Error](err)
	if !ok {
		refused = auth.ErrUnavailable
	}
	s.problem(r, refused.Code, refused.Detail)
	return nil
}

func (s *Socket) answer(event string, data any) {
	s.queue.Answer(queue.Item{Event: protocol.Encode(event, data)})
}

func (s *Socket) problem(r protocol.Request, code, detail string) {
	s.answer(protocol.EventProblem, protocol.Problem{Code: code, Detail: detail, Ref: r.ID})
}
