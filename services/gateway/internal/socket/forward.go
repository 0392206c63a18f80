package socket

import (
	"context"
	"encoding/json"
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/terreno/terreno/services/gateway/internal/forward"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
)

const (
	// A socket that has used up its frames may still send cryBurst calls for help, and one more each cryEvery. Beyond that it is closed like
	// any other flood.
	cryBurst = 5
	cryEvery = time.Second
	// hintsOfSocket is in how many conversations a socket may send, at the same time, what Route.Every throttles. It drops those of others.
	hintsOfSocket = 16
)

// Services serve what clients ask for over a socket. Their methods are those of forward.Forwarder.
type Services interface {
	Take(event, company string) bool
	Give(event, company string)
	Send(ctx context.Context, r forward.Request, token string) (forward.Answer, error)
}

// errands are requests to other services that sockets asked for. They go on when their socket ends: a phone that calls for help and loses
// its link has called for help.
type errands struct {
	ctx    context.Context
	cancel context.CancelFunc
	work   sync.WaitGroup
}

// asked is what one socket asks of other services. A socket that never asks has none.
type asked struct {
	// The reader's. before is closed when the last request of an event that is served in order has its answer. hints are the paths that were
	// throttled, and when they were last sent.
	cries  *rate.Limiter
	before map[string]<-chan struct{}
	hints  map[string]time.Time

	mu sync.Mutex
	// running counts the requests on their way, by event.
	running map[string]int
}

func (s *Socket) asks() *asked {
	if s.asked == nil {
		s.asked = &asked{
			cries:  rate.NewLimiter(rate.Every(cryEvery), cryBurst),
			before: map[string]<-chan struct{}{}, hints: map[string]time.Time{}, running: map[string]int{},
		}
	}
	return s.asked
}

// begin counts a request, unless the socket has as many of this event as it may.
func (a *asked) begin(event string) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.running[event] >= forward.Routes[event].OfSocket {
		return false
	}
	a.running[event]++
	return true
}

func (a *asked) end(event string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.running[event]--
}

// throttled says that something was sent to a path less than every ago, or to too many paths.
func (a *asked) throttled(path string, every time.Duration, now time.Time) bool {
	maps.DeleteFunc(a.hints, func(_ string, at time.Time) bool { return now.Sub(at) >= every || now.Before(at) })
	if _, lately := a.hints[path]; lately || len(a.hints) >= hintsOfSocket {
		return true
	}
	a.hints[path] = now
	return false
}

// turn returns what the next request of an event waits for, and what it closes in the end.
func (a *asked) turn(event string) (before <-chan struct{}, done chan struct{}) {
	done = make(chan struct{})
	before = a.before[event]
	if forward.Routes[event].InOrder {
		a.before[event] = done
	}
	return before, done
}

// excused says whether a frame beyond the limit is served all the same.
func (s *Socket) excused(r protocol.Request) bool {
	return r.Event == protocol.EventPanic && s.asks().cries.Allow()
}

// forward serves an event of the table of forward.Routes: the answer of the service becomes a frame.
func (s *Socket) forward(r protocol.Request) *protocol.Closure {
	request, err := forward.Read(r.Event, r.Data)
	if err != nil {
		s.problem(r, protocol.BadData, err.Error())
		return nil
	}
	a, every := s.asks(), forward.Routes[r.Event].Every
	if every > 0 && a.throttled(request.Path, every, s.server.cfg.Now()) {
		return nil
	}
	busy := ""
	if !a.begin(r.Event) {
		busy = "Wait for the answers to what you sent before."
	} else if !s.server.back.Services.Take(r.Event, s.member.Tenant) {
		a.end(r.Event)
		busy = "Too many requests are being served. Try again shortly."
	}
	if busy != "" {
		if every == 0 {
			s.problem(r, protocol.Busy, busy)
		}
		return nil
	}
	s.mu.Lock()
	token := s.token
	s.mu.Unlock()
	before, done := a.turn(r.Event)
	s.server.errands.work.Go(func() {
		defer close(done)
		defer a.end(r.Event)
		defer s.server.back.Services.Give(r.Event, s.member.Tenant)
		if before != nil {
			<-before
		}
		s.send(r, request, token)
	})
	return nil
}

// send sends a request, and answers the client's frame.
func (s *Socket) send(r protocol.Request, request forward.Request, token string) {
	answer, err := s.server.back.Services.Send(s.server.errands.ctx, request, token)
	switch {
	case err != nil:
		s.server.back.Log.Warn("no answer to a frame", "event", r.Event, "error", err)
		s.problem(r, protocol.Unreachable, "The service cannot be reached at the moment. Try again shortly, with the same key, or over HTTP.")
	case answer.Status >= 400:
		var why protocol.Problem
		if json.Unmarshal(answer.Body, &why) != nil || why.Code == "" {
			why = protocol.Problem{Code: protocol.Unreachable}
		}
		why.Ref = r.ID
		s.answer(protocol.EventProblem, why)
	case forward.Routes[r.Event].Every == 0:
		s.answer(r.Event+protocol.OK, protocol.Answer{Ref: r.ID, Status: answer.Status, Data: answer.Body})
	}
}
