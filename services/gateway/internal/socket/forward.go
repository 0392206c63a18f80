package socket

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/terreno/terreno/services/gateway/internal/forward"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

const (
	// errandsOfSocket is how many requests of one socket are on their way at once.
	errandsOfSocket = 4
	// A socket that has used up its frames may still send cryBurst calls for help, and one more each cryEvery. Beyond that it is closed like
	// any other flood.
	cryBurst = 5
	cryEvery = time.Second
)

// errands are requests to other services that sockets asked for. They go on when their socket ends: a phone that calls for help and loses
// its link has called for help.
type errands struct {
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// excused says whether a frame beyond the limit is served all the same.
func (s *Socket) excused(r protocol.Request) bool {
	if r.Event != protocol.EventPanic {
		return false
	}
	if s.cries == nil {
		s.cries = rate.NewLimiter(rate.Every(cryEvery), cryBurst)
	}
	return s.cries.Allow()
}

// forward serves an event of the table of forward.Routes: the answer of the service becomes a frame.
func (s *Socket) forward(r protocol.Request) *protocol.Closure {
	if s.errands.Add(1) > errandsOfSocket {
		s.errands.Add(-1)
		s.problem(r, protocol.Busy, "Wait for the answers to what you sent before.")
		return nil
	}
	s.mu.Lock()
	token := s.token
	s.mu.Unlock()
	all := &s.server.errands
	all.work.Go(func() {
		defer s.errands.Add(-1)
		answer, err := s.server.back.Forward(all.ctx, r.Event, s.member.Tenant, token, r.Data)
		switch {
		case errors.Is(err, forward.ErrFull):
			s.problem(r, protocol.Busy, "Too many requests are being served. Try again shortly.")
		case err != nil:
			s.server.back.Log.Warn("no answer to a frame", "event", r.Event, "error", err)
			s.problem(r, protocol.Unreachable, "The service cannot be reached at the moment. Try again shortly, with the same key, or over HTTP.")
		case answer.Status >= 400:
			var why protocol.Problem
			if json.Unmarshal(answer.Body, &why) != nil || why.Code == "" {
				why = protocol.Problem{Code: protocol.Unreachable}
			}
			s.problem(r, why.Code, why.Detail)
		default:
			s.answer(r.Event+protocol.OK, protocol.Answer{Ref: r.ID, Status: answer.Status, Data: answer.Body})
		}
	})
	return nil
}
