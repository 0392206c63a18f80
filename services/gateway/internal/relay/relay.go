// Package relay decides when sockets are written, and by which goroutines.
//
// A line is what one socket has to write. Time is divided into rounds, and a line is flushed at most once in a round. The
// first Wake after a quiet moment begins a round and is flushed at once. A line that is woken again is flushed in the next
// round, with all that has come for it meanwhile. So sockets that get the same events are written together, and an event
// waits only while others are written.
//
// A round ends when all its lines are flushed, so that no event waits for nothing. That changes while the relay is busy:
// then a round lasts for Config.Round, because one write of several events costs little more than a write of one.
//
// A flush must not wait for its socket. A socket that takes no more bytes asks to be left alone until Done, and writes the
// rest on a goroutine of its own. So one stuck client stops nobody.
//
// The lines are flushed by at most as many goroutines as there are processors, each of which takes a few lines at a time.
// They run only while there is something to flush: an idle socket has none. A line is never flushed twice at the same
// time. A relay holds each line at most once, so its memory is bounded by the number of sockets. Nobody has to end it.
package relay

import (
	"runtime"
	"sync"
	"time"
)

// Flusher writes what a socket has to write.
type Flusher interface {
	// Flush must not wait. It returns false when the line must not be flushed again until Done.
	Flush() (done bool)
}

// Config of a relay.
type Config struct {
	// Round is the longest time for which a woken line waits, unless the processors are too slow.
	Round time.Duration
	// Busy is how many wakes a second make the relay busy.
	Busy int
}

const (
	// chunk is how many lines a goroutine flushes before it looks for more, and lets others run. A write costs some
	// microseconds, so a chunk takes less than a millisecond.
	chunk = 64
	// look is how often the relay decides whether it is busy.
	look = time.Second
	// keep is how many places of its lists an idle relay keeps.
	keep = 4096
)

// Relay flushes the lines of a gateway.
type Relay struct {
	cfg  Config
	most int

	mu sync.Mutex
	// round is the number of the current round, or of the last one if none is open.
	round uint32
	open  bool
	end   *time.Timer
	// ready are the lines to flush now; those before head have been taken. next are those to flush in the next round.
	ready, next []*Line
	head        int
	running     int
	// wakes are counted since an instant. busy is what they said last.
	wakes int
	since time.Time
	busy  bool
}

// New makes a relay.
func New(cfg Config) *Relay { return &Relay{cfg: cfg, most: runtime.GOMAXPROCS(0)} }

// Line is one socket's line. Its relay's lock guards it.
type Line struct {
	relay *Relay
	to    Flusher
	// round is the last round in which the line was flushed.
	round uint32
	state state
}

type state uint8

const (
	idle state = iota
	waiting
	flushing
	// again means that the line was woken while it was being flushed.
	again
)

// Line makes a line.
func (r *Relay) Line(to Flusher) Line { return Line{relay: r, to: to} }

// Wake says that there is something to flush. It never waits for a flush, so it may be called under any lock.
func (l *Line) Wake() {
	r := l.relay
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wakes++
	switch l.state {
	case idle:
		r.add(l)
	case flushing:
		l.state = again
	}
}

// Done says that a line may be flushed again, after a Flush that returned false.
func (l *Line) Done() {
	r := l.relay
	r.mu.Lock()
	defer r.mu.Unlock()
	r.flushed(l)
}

// flushed ends the flush of a line. The caller holds r.mu.
func (r *Relay) flushed(l *Line) {
	if l.state == again {
		r.add(l)
		return
	}
	l.state = idle
}

// add makes a line wait for its turn. The caller holds r.mu.
func (r *Relay) add(l *Line) {
	l.state = waiting
	if !r.open {
		r.begin()
	}
	if l.round == r.round {
		r.next = append(r.next, l)
		return
	}
	l.round = r.round
	r.ready = append(r.ready, l)
	r.staff()
}

// begin begins a round. The caller holds r.mu.
func (r *Relay) begin() {
	r.open = true
	r.round++
	if now := time.Now(); now.Sub(r.since) >= look {
		r.busy = float64(r.wakes) >= now.Sub(r.since).Seconds()*float64(r.cfg.Busy)
		r.wakes, r.since = 0, now
	}
	if r.end == nil {
		r.end = time.AfterFunc(r.cfg.Round, r.timeUp)
		return
	}
	r.end.Reset(r.cfg.Round)
}

func (r *Relay) timeUp() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.turn()
}

// turn ends a round, and begins the next one if lines wait for it. The caller holds r.mu.
func (r *Relay) turn() {
	r.open = false
	r.end.Stop()
	if len(r.next) == 0 {
		return
	}
	r.begin()
	for _, l := range r.next {
		l.round = r.round
	}
	r.ready = append(r.ready, r.next...)
	r.next = empty(r.next)
	r.staff()
}

// staff starts a goroutine for each chunk of lines that waits, as far as there are processors. The caller holds r.mu.
func (r *Relay) staff() {
	for r.running < r.most && len(r.ready)-r.head > r.running*chunk {
		r.running++
		go r.run()
	}
}

// run flushes lines until none is ready.
func (r *Relay) run() {
	var lines [chunk]*Line
	var stuck [chunk]bool
	for n := 0; ; {
		n = r.swap(lines[:], stuck[:], n)
		if n == 0 {
			return
		}
		for i, l := range lines[:n] {
			stuck[i] = !l.to.Flush()
		}
		// Others must run too: what the lines get next comes from them.
		runtime.Gosched()
	}
}

// swap ends the flushes of the first n lines, except the stuck ones, and puts those that come next in their place. It
// returns how many these are. If there are none, the caller must end.
func (r *Relay) swap(lines []*Line, stuck []bool, n int) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i, l := range lines[:n] {
		if !stuck[i] {
			r.flushed(l)
		}
	}
	n = r.take(lines)
	if n == 0 && r.running == 1 && !r.busy {
		// All lines of the round are flushed.
		r.turn()
		n = r.take(lines)
	}
	if n == 0 {
		r.running--
	}
	return n
}

// take moves the lines that are next to another list. The caller holds r.mu.
func (r *Relay) take(lines []*Line) int {
	n := copy(lines, r.ready[r.head:])
	for _, l := range lines[:n] {
		l.state = flushing
	}
	r.head += n
	r.compact()
	return n
}

// compact removes the taken lines once they are at least as many as the others, so that the list stays bounded while new
// lines always come. The caller holds r.mu.
func (r *Relay) compact() {
	left := r.ready[r.head:]
	switch {
	case len(left) == 0:
		r.ready, r.head = empty(r.ready), 0
	case len(left) <= r.head:
		n := copy(r.ready, left)
		clear(r.ready[n:])
		r.ready, r.head = r.ready[:n], 0
	}
}

// empty returns a list without lines, for the next ones.
func empty(lines []*Line) []*Line {
	if cap(lines) > keep {
		return nil
	}
	clear(lines)
	return lines[:0]
}
