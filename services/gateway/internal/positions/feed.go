package positions

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/gateway/internal/hub"
)

// feed is the state of one room's positions, and when they are read next.
type feed struct {
	positions *Positions
	room      *hub.Room
	cancel    context.CancelFunc

	// positions.mu guards the rest.
	closed   bool
	listener *bus.Listener
	// listens means that the subscription exists, or cannot be made at the moment. A read before that could leave a gap.
	listens bool
	// place is the index in the schedule, or -1 when the feed is not in it. While the feed is being read, its next turn
	// waits.
	place   int
	turn    turn
	reading bool
	next    *turn
	// owed means that nobody was in the room when its turn came.
	owed bool
	// settling means that one more read must follow soon after the next one.
	settling bool
	failures int

	// everybody or users say whose positions the reads have brought, up to the time of reception newest. reads counts the
	// reads since the last that asked for everything.
	everybody bool
	users     map[string]bool
	newest    time.Time
	reads     int
	// again holds users whose positions the next reads bring whatever their time of reception, and in how many reads. What people may
	// see of them changed, and the tables follow a moment later.
	again map[string]int
	// whole is how many of the next reads ask for everything.
	whole int
	// changes counts the calls of Again. What a read brings that began before the last of them may be hidden by now.
	changes int
}

// againReads is in how many reads a position counts again.
const againReads = 2

// Again implements hub.Feed.
func (f *feed) Again(user string) {
	p := f.positions
	p.mu.Lock()
	defer p.mu.Unlock()
	f.changes++
	if user == "" {
		f.whole = againReads
	} else {
		if f.again == nil {
			f.again = map[string]int{}
		}
		f.again[user] = againReads
	}
	if f.listens {
		f.settling = true
		f.schedule(turn{at: time.Now().Add(wait.Jitter(p.cfg.Settle))})
	}
}

// Need implements hub.Feed.
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

// Close implements hub.Feed.
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

// hear keeps the subscription, or ends it if the feed was closed meanwhile.
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

// lost records that live positions may be missing, up to now and from an unknown time on.
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

// schedule gives the room a turn unless it has an earlier one. The caller holds p.mu.
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

// begin returns the query of the next read, and how often Again was called before it.
func (f *feed) begin() (q Query, changes int) {
	// The lock of the room must be taken before the lock of this package.
	everybody, users := f.room.Scope()
	q = Query{Everybody: everybody, Users: users}
	f.positions.mu.Lock()
	defer f.positions.mu.Unlock()
	if everybody && !f.everybody {
		f.reads = 0
	}
	if f.reads%wholeEach > 0 && !f.newest.IsZero() && f.whole == 0 {
		q.After = f.newest.Add(-f.positions.cfg.Overlap)
	}
	f.whole = max(0, f.whole-1)
	for _, user := range users {
		if !f.everybody && !f.users[user] {
			q.New = append(q.New, user)
		}
	}
	for user, n := range f.again {
		q.New = append(q.New, user)
		if f.again[user] = n - 1; n <= 1 {
			delete(f.again, user)
		}
	}
	return q, f.changes
}

// current says that Again was not called since a read began.
func (f *feed) current(changes int) bool {
	f.positions.mu.Lock()
	defer f.positions.mu.Unlock()
	return f.changes == changes
}

// done records what a read brought, and up to which time of reception.
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

// failed schedules another read soon. After each further failure it waits longer.
func (f *feed) failed() {
	p := f.positions
	p.mu.Lock()
	defer p.mu.Unlock()
	f.finish(wait.Jitter(min(p.cfg.Settle<<f.failures, p.cfg.Every)))
	f.failures = min(f.failures+1, 10)
}

// finish ends a read. The caller holds p.mu.
func (f *feed) finish(in time.Duration) {
	f.reading = false
	if f.next != nil {
		f.schedule(*f.next)
		f.next = nil
	}
	f.schedule(turn{at: time.Now().Add(in)})
}

// postpone leaves the read to the next user who joins the room.
func (f *feed) postpone() {
	p := f.positions
	p.mu.Lock()
	f.reading, f.owed = false, true
	p.mu.Unlock()
	if f.room.Empty() {
		return
	}
	// Somebody joined in between, when the read was not marked as owed yet.
	p.mu.Lock()
	defer p.mu.Unlock()
	if f.owed {
		f.owed = false
		f.schedule(turn{urgent: true, at: time.Now()})
	}
}
