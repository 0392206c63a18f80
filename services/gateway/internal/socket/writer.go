package socket

import (
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/wait"
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

// write sends what is in the queue until the queue is closed, and then closes the connection.
func (s *Socket) write() {
	ping := time.NewTimer(wait.Jitter(s.server.cfg.PingEvery))
	defer ping.Stop()
	for {
		due := false
		select {
		case <-s.queue.Wake():
		case <-ping.C:
			due = true
			ping.Reset(s.server.cfg.PingEvery)
		}
		if closure := s.flush(due); closure != nil {
			s.close(*closure)
			return
		}
	}
}

// flush writes one batch. A network error closes the queue, so that the next flush returns the reason.
func (s *Socket) flush(ping bool) *protocol.Closure {
	b := batches.Get().(*batch)
	defer func() {
		clear(b.items)
		b.items, b.bytes = b.items[:0], b.bytes[:0]
		if cap(b.bytes) <= 2*batchBytes {
			batches.Put(b)
		}
	}()
	var closure *protocol.Closure
	if b.items, closure = s.queue.Take(b.items, batchBytes); closure != nil {
		return closure
	}
	if ping {
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
	if len(b.bytes) == 0 {
		return nil
	}
	if err := s.conn.Write(b.bytes); err != nil {
		gone := protocol.Gone
		if isTimeout(err) {
			gone = protocol.SlowReader
		}
		s.queue.Close(gone)
		return nil
	}
	for _, it := range b.items {
		s.server.back.Metrics.Frames[it.Kind].Inc()
	}
	return nil
}

// close ends the connection. A client that is gone is not told.
func (s *Socket) close(c protocol.Closure) {
	s.server.back.Metrics.Closed(c.Code)
	if c.Code == protocol.Gone.Code {
		s.conn.Cut()
		return
	}
	s.conn.Close(c.Code, c.Reason)
}
