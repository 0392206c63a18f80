package socket

import (
	"maps"
	"slices"
	"strings"

	"github.com/terreno/terreno/services/gateway/internal/forward"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

// routes are the events that a client may send. A handler runs on the reader's goroutine. If it returns a closure, the
// socket ends.
var routes = map[string]func(*Socket, protocol.Request) *protocol.Closure{
	protocol.EventAuth:   (*Socket).authenticate,
	protocol.EventResume: (*Socket).resume,
	protocol.EventPing:   (*Socket).pong,
}

// served are the names of all events that a client may send.
var served = "auth, reanudar, ping, " + strings.Join(slices.Sorted(maps.Keys(forward.Routes)), ", ")

func (s *Socket) serve(r protocol.Request) *protocol.Closure {
	if s.member == nil && r.Event != protocol.EventAuth {
		return &protocol.NoToken
	}
	handle, ok := routes[r.Event]
	if !ok && s.server.back.Services != nil && forward.Knows(r.Event) {
		return s.forward(r)
	}
	if !ok {
		s.problem(r, protocol.UnknownEvent, "The gateway knows no such event. It serves "+served+".")
		return nil
	}
	return handle(s, r)
}

// resume serves `reanudar`. If the socket has begun elsewhere already, the missed events can no longer come in order.
// Then the client is told to reload.
func (s *Socket) resume(r protocol.Request) *protocol.Closure {
	var data protocol.ResumeData
	if err := r.Read(&data); err != nil {
		s.problem(r, protocol.BadData, "The data of reanudar is an object with a string desde.")
		data.From = "?" // The client wanted to resume from somewhere else than where it joined.
	}
	if s.settle(data.From) {
		return nil
	}
	s.problem(r, protocol.LateResume, "Send reanudar first, within the first seconds. Reload instead.")
	s.server.back.Hub.Reload(s.member)
	return nil
}

func (s *Socket) pong(protocol.Request) *protocol.Closure {
	s.queue.Answer(queue.Item{Event: &protocol.Event{Name: protocol.EventPong}})
	return nil
}
