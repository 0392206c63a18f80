package socket

import (
	"errors"
	"runtime/debug"

	"github.com/coder/websocket"
	"golang.org/x/time/rate"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/wire"
)

// listen waits for the client's next frame, on a goroutine that does nothing else. An idle socket has only this goroutine.
// Its stack stays as small as the runtime makes one, because frames are served on another goroutine.
func (s *Socket) listen() { go s.wait() }

func (s *Socket) wait() {
	if err := s.conn.Wait(); err != nil {
		go s.stop(ending(err))
		return
	}
	go s.read()
}

// read serves the frames that have come, and then listens again.
func (s *Socket) read() {
	for {
		if why := s.next(); why != nil {
			s.stop(*why)
			return
		}
		if !s.conn.Buffered() {
			s.listen()
			return
		}
	}
}

// stop ends the reading.
func (s *Socket) stop(why protocol.Closure) {
	s.queue.Close(why)
	s.work.Done()
}

// next serves the client's next frame. It returns a closure if there are no more. A panic caused by a client's frame ends
// only that client's socket.
func (s *Socket) next() (why *protocol.Closure) {
	defer func() {
		if p := recover(); p != nil {
			s.server.back.Log.Error("socket panicked", "panic", p, "stack", string(debug.Stack()))
			why = &protocol.Internal
		}
	}()
	text, err := s.conn.Read()
	// The library has answered a ping. It counts as a frame, because it costs as much.
	pinged := errors.Is(err, wire.ErrNothing)
	if err != nil && !pinged {
		c := ending(err)
		return &c
	}
	if s.frames == nil {
		s.frames = rate.NewLimiter(rate.Limit(s.server.cfg.FramesPerSecond), s.server.cfg.FrameBurst)
	}
	allowed := s.frames.Allow()
	if pinged {
		if !allowed {
			return &protocol.Flood
		}
		return nil
	}
	request, err := protocol.Decode(text)
	switch {
	case !allowed && (err != nil || !s.excused(request)):
		return &protocol.Flood
	case err != nil:
		return &protocol.BadFrame
	}
	return s.serve(request)
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
