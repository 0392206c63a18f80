package positions

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/gateway/internal/hub"
)

// feed is what one room has of its positions, and when it is read next.
type feed struct {
	positions *Positions
	room      *hub.Room
	cancel    context.CancelFunc

	// positions.mu guards the rest.
	closed   bool
	listener *bus.Listener
	// listens: the subscription is there, or cannot be had at the moment. Before that a read could leave a gap.
	listens bool
	// place in the schedule; -1 while it is not in. One that is being read waits with its next turn until that is done.
	place   int
	turn    turn
	reading bool
	next    *turn
	// owed: nobody was in the room when its turn came.
	owed bool
	// settling: one more read shall follow the next one soon.
	settling bool
	failures int

	// everybody or users are those whose positions the reads have brought. newest is the instant of reception up to which
	// they did, and reads how often since everything was read.
	everybody bool
	users     map[string]bool
	newest    time.Time
	reads     int
}

// Need is hub.Feed's.
func (f *feed) Need(user string, everybody bool) {
	p := f.positions
	p.mu.Lock()
	defer p.mu.Unlock()
	read := f.everybody || !everybody && f.users[user]
	if f.listens && (!read || f.owed) {
		f.owed = false
		f.schedule(turn{urgent: true, at: time.Now()})
	}
}

// Close is hub.Feed's.
func (f *feed) Close() {
	p := f.positions
	p.mu.Lock()
	f.closed = true
	listener := f.listener
	delete(p.open, f)
	p.due.remove(f)
	p.mu.Unlock()
	f.cancel()
	if listener != nil {
		p.running.Go(listener.Close)
	}
}

// hear keeps the subscription, or ends it when the feed was closed meanwhile.
func (f *feed) hear(l *bus.Listener) {
	p := f.positions
	p.mu.Lock()
	closed := f.closed
	f.listener = l
	p.mu.Unlock()
	if closed {
		l.Close()
	}
}

// lost notes that live positions may be missing from now back to any moment.
func (f *feed) lost() {
	p := f.positions
	p.mu.Lock()
	defer p.mu.Unlock()
	f.settling = true
	if f.listens {
		f.schedule(turn{at: time.Now().Add(wait.Jitter(p.cfg.Settle) + p.spread())})
		return
	}
	f.listens = true
	f.schedule(turn{urgent: true, at: time.Now()})
}

// schedule gives the room a turn unless it has an earlier one. p.mu is held.
func (f *feed) schedule(t turn) {
	p := f.positions
	switch {
	case f.closed:
		return
	case f.reading:
		if f.next == nil || t.before(*f.next) {
			f.next = &t
		}
		return
	}
	p.due.put(f, t)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// begin says what to ask for.
func (f *feed) begin() Query {
	// The room's lock comes before this package's.
	everybody, users := f.room.Scope()
	q := Query{Everybody: everybody, Users: users}
	f.positions.mu.Lock()
	defer f.positions.mu.Unlock()
	if everybody && !f.everybody {
		f.reads = 0
	}
	if f.reads%wholeEach > 0 && !f.newest.IsZero() {
		q.After = f.newest.Add(-f.positions.cfg.Overlap)
	}
	for _, user := range users {
		if !f.everybody && !f.users[user] {
			q.New = append(q.New, user)
		}
	}
	return q
}

// done notes what a read brought and up to which instant of reception.
func (f *feed) done(q Query, newest time.Time) {
	p := f.positions
	p.mu.Lock()
	defer p.mu.Unlock()
	f.reads++
	f.failures = 0
	if newest.After(f.newest) {
		f.newest = newest
	}
	f.everybody, f.users = q.Everybody, make(map[string]bool, len(q.Users))
	for _, user := range q.Users {
		f.users[user] = true
	}
	in := wait.Jitter(p.cfg.Every)
	if f.settling {
		f.settling = false
		in = min(in, wait.Jitter(5*p.cfg.Settle)+p.spread())
	}
	f.finish(in)
}

// failed has the room read again soon, and later each time.
func (f *feed) failed() {
	p := f.positions
	p.mu.Lock()
	defer p.mu.Unlock()
	f.finish(wait.Jitter(min(p.cfg.Settle<<f.failures, p.cfg.Every)))
	f.failures = min(f.failures+1, 10)
}

// finish ends a read. p.mu is held.
func (f *feed) finish(in time.Duration) {
	f.reading = false
	if f.next != nil {
		f.schedule(*f.next)
		f.next = nil
	}
	f.schedule(turn{at: time.Now().Add(in)})
}

// postpone leaves the read to whoever comes into the room next.
func (f *feed) postpone() {
	p := f.positions
	p.mu.Lock()
	f.reading, f.owed = false, true
	p.mu.Unlock()
	if f.room.Empty() {
		return
	}
	// Somebody came in between and found that nothing was owed.
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.owed {
		f.owed = false
		f.schedule(turn{urgent: true, at: time.Now()})
	}
}
