package socket

import (
	"bytes"
	"context"
	"sync"
	"time"

	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/queue"
)

// batchBytes is about how many bytes one write sends.
const batchBytes = 32 << 10

// batch is the content of one write. A socket has one only while it writes.
type batch struct {
	items []queue.Item
	bytes []byte
}

var batches = sync.Pool{New: func() any { return &batch{items: make([]queue.Item, 0, 16), bytes: make([]byte, 0, 2<<10)} }}

func (b *batch) giveBack() {
	clear(b.items)
	b.items, b.bytes = b.items[:0], b.bytes[:0]
	if cap(b.bytes) <= 2*batchBytes {
		batches.Put(b)
	}
}

// Flush writes one batch, or begins to end the socket if its queue is closed. It never waits: what the client does not
// take at once, and the end of the socket, are left to goroutines of their own. It returns false if it has started one. The
// relay calls it after the queue or the ping clock has woken the socket's line.
func (s *Socket) Flush() (done bool) {
	b := batches.Get().(*batch)
	defer b.giveBack()
	var closure *protocol.Closure
	if b.items, closure = s.queue.Take(b.items, batchBytes); closure != nil {
		go s.shut(*closure)
		return false
	}
	s.compose(b)
	if len(b.bytes) == 0 {
		return true
	}
	rest, err := s.conn.Send(b.bytes)
	if err != nil {
		s.queue.Close(protocol.Gone)
		return true
	}
	for _, it := range b.items {
		s.server.back.Metrics.Frames[it.Kind].Inc()
	}
	if len(rest) > 0 {
		go s.finish(bytes.Clone(rest))
		return false
	}
	return true
}

// compose appends the frames of a batch, and a ping if it is time for one.
func (s *Socket) compose(b *batch) {
	if clock := s.server.clock.Load(); clock-s.pinged.Load() >= pingEarly {
		s.pinged.Store(clock)
		b.bytes = protocol.AppendPing(b.bytes)
	}
	for _, it := range b.items {
		id := it.ID
		switch {
		case it.Repeat:
			id = s.last
		case id != "":
			s.last = id
		}
		b.bytes = s.codec(b.bytes, it.Event, id)
	}
}

// finish writes what the client did not take at once. Until the client has taken it, or for as long as a write may take,
// the socket's events wait in its queue.
func (s *Socket) finish(rest []byte) {
	if err := s.conn.Finish(rest); err != nil {
		gone := protocol.Gone
		if isTimeout(err) {
			gone = protocol.SlowReader
		}
		s.queue.Close(gone)
	}
	s.line.Done()
}

// shut ends the socket. Its line is never flushed again.
func (s *Socket) shut(c protocol.Closure) {
	s.server.back.Metrics.Closed(c.Code)
	if c.Code == protocol.Gone.Code {
		// A client that is gone is not told.
		s.conn.Cut()
	} else {
		s.conn.Close(c.Code, c.Reason)
	}
	s.end()
	s.hasEnded()
	s.server.remove(s)
}

// A PingEvery has pingTicks ticks of the ping clock. A socket that is written anyway is sent a ping as soon as the last one
// is pingEarly ticks old, so that an idle socket gets its ping together with latido, in one write.
const (
	pingTicks = 24
	pingEarly = 16
	// pingLook is after how many ticks the gateway looks for sockets that were not written.
	pingLook = 4
)

// ping wakes the sockets that were sent no ping for Config.PingEvery.
func (s *Server) ping(ctx context.Context) {
	tick := time.NewTicker(max(s.cfg.PingEvery/pingTicks, time.Millisecond))
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if clock := s.clock.Add(1); clock%pingLook == 0 {
				s.wakeUnpinged(clock)
			}
		}
	}
}

func (s *Server) wakeUnpinged(clock uint32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for sock := range s.sockets {
		if clock-sock.pinged.Load() >= pingTicks {
			sock.line.Wake()
		}
	}
}
