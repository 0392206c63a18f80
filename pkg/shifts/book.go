package shifts

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/proto/activity"
	"github.com/terreno/terreno/proto/stream"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/proto/track"
)

const (
	// keep is how far back a Book knows shifts. A phone may post older positions.
	keep        = 8 * 24 * time.Hour
	pageTimeout = 15 * time.Second
)

// Verdict says whether people may see a position.
type Verdict int

// The verdicts.
const (
	// Unsure: the Book is not loaded, or has not read the company's shifts yet. Hide it.
	Unsure Verdict = iota
	Show
	Hide
	// Old: the Book has forgotten the shifts of that time. The database knows them.
	Old
)

// Book keeps in memory which companies hide positions, and the shifts of their people. It is safe for concurrent use.
type Book struct {
	db     *db.DB
	bus    *bus.Bus
	clock  clock.Clock
	log    *slog.Logger
	reload chan struct{}

	mu        sync.RWMutex
	loaded    bool
	companies map[string]*company // those that hide, and those of Also
	// heard holds the messages that arrive during a load. It is nil when no load runs.
	heard    []news
	onChange []func(company, user string)
	also     func() []string
}

type company struct {
	version int32
	// hides says that it hides positions. If not, its shifts are kept because somebody wants to know them (Also).
	hides bool
	// sure is false from when the company began to hide until its shifts are read.
	sure  bool
	users map[string][]shift
}

type shift struct {
	id      string
	version int32
	span    track.Span
}

// New makes an empty Book; Run fills it. c is the domain clock.
func New(d *db.DB, b *bus.Bus, c clock.Clock, log *slog.Logger) *Book {
	return &Book{db: d, bus: b, clock: c, log: log, reload: make(chan struct{}, 1), companies: map[string]*company{}}
}

// Run keeps the Book up to date until ctx ends. It returns an error when the connection to NATS was closed for good.
func (b *Book) Run(ctx context.Context) error {
	return b.bus.LoadAndFollow(ctx, stream.Activity, b.reload, view{b})
}

// OnChange registers f, which the Book calls after what people may see changed: of one user, or of a whole company when user is empty.
// f must be quick. Call OnChange before Run.
func (b *Book) OnChange(f func(company, user string)) { b.onChange = append(b.onChange, f) }

// Also registers f, which returns companies of which the Book keeps the shifts even if they do not hide positions. f is called at each
// load; call Reload when it would return others. Call Also before Run.
func (b *Book) Also(f func() []string) { b.also = f }

// Reload reads everything anew, soon.
func (b *Book) Reload() { b.askReload() }

// OnShift says whether a user has a shift, or an open call for help, at an instant of the last days. known is false when the Book does not
// keep the company's shifts, or has not read them yet.
func (b *Book) OnShift(company, user string, at time.Time) (on, known bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	c := b.companies[company]
	if !b.loaded || c == nil || !c.sure {
		return false, false
	}
	return c.covers(user, at.UnixMilli()), true
}

// NextTurn returns the first instant after one at which what OnShift says of a user may change by itself: a shift begins, ends or lapses. It is
// zero when there is none.
func (b *Book) NextTurn(company, user string, after time.Time) time.Time {
	b.mu.RLock()
	defer b.mu.RUnlock()
	c, ms, next := b.companies[company], after.UnixMilli(), int64(math.MaxInt64)
	if c == nil {
		return time.Time{}
	}
	for _, s := range c.users[user] {
		for _, at := range []int64{s.span.From, s.span.Until} {
			if at > ms {
				next = min(next, at)
			}
		}
	}
	if next == math.MaxInt64 {
		return time.Time{}
	}
	return time.UnixMilli(next).UTC()
}

func (c *company) covers(user string, ms int64) bool {
	return slices.ContainsFunc(c.users[user], func(s shift) bool { return s.span.From <= ms && ms < s.span.Until })
}

// Ready returns nil once the Book is loaded.
func (b *Book) Ready(context.Context) error {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if !b.loaded {
		return errors.New("shifts are not loaded yet")
	}
	return nil
}

// Hides says whether a company hides what lies outside shifts. A Book that is not loaded says so of every company.
func (b *Book) Hides(company string) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	c := b.companies[company]
	return !b.loaded || c != nil && c.hides
}

// Judge says whether people may see what a user recorded at an instant.
func (b *Book) Judge(company, user string, at time.Time) Verdict {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if !b.loaded {
		return Unsure
	}
	c := b.companies[company]
	if c == nil || !c.hides {
		return Show
	}
	if !c.sure {
		return Unsure
	}
	ms := at.UnixMilli()
	if c.covers(user, ms) {
		return Show
	}
	if ms < b.clock.Now().Add(-keep).UnixMilli() {
		return Old
	}
	return Hide
}

// Of returns what people may see of a user, nil for everything, as far as the Book knows: it takes what is older than its memory, eight
// days, for shown. ok is false when it is unsure.
func (b *Book) Of(company, user string) (shown *track.Shown, ok bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	c := b.companies[company]
	if !b.loaded || c != nil && c.hides && !c.sure {
		return nil, false
	}
	if c == nil || !c.hides {
		return nil, true
	}
	spans := []track.Span{{Until: b.clock.Now().Add(-keep).UnixMilli()}}
	for _, s := range c.users[user] {
		spans = append(spans, s.span)
	}
	return track.ShownIn(spans...), true
}

// news is one message: a company's decision, or a shift.
type news struct {
	company  string
	tracking *terrenov1.ActivityTracking
	shift    *terrenov1.Activity
}

// view implements the interface that bus.LoadAndFollow needs.
type view struct{ b *Book }

func (view) CaughtUp(time.Time) {}

// Hear takes in one message. It reads no message about a company that does not hide, except during a load.
func (v view) Hear(m bus.Msg) {
	b := v.b
	n := news{company: m.Subject.Tenant()}
	var err error
	switch m.Subject.Event() {
	case activity.EventTracking:
		n.tracking, err = activity.ReadTracking(m.Subject, m.Data)
	case activity.EventState:
		b.mu.RLock()
		use := b.heard != nil || b.companies[n.company] != nil
		b.mu.RUnlock()
		if !use {
			return
		}
		n.shift, err = activity.Read(m.Subject, m.Data)
		if err == nil && !activity.Shows(n.shift.Tipo) {
			return
		}
	default:
		return
	}
	if err != nil {
		b.log.Error("who is on shift cannot be read from a message, so it is read from the database", "subject", m.Subject.String(), "stream_seq", m.Seq, "error", err)
		b.askReload()
		return
	}
	b.mu.Lock()
	if b.heard != nil {
		b.heard = append(b.heard, n)
	}
	changed := b.take(b.companies, n)
	b.mu.Unlock()
	if changed {
		b.tell(n)
	}
}

// Load reads everything anew. What was heard meanwhile is taken in again.
func (v view) Load(ctx context.Context) error {
	b := v.b
	b.mu.Lock()
	b.heard = []news{}
	b.mu.Unlock()
	fresh, err := b.read(ctx, b.clock.Now().Add(-keep))
	b.mu.Lock()
	heard := b.heard
	b.heard = nil
	if err != nil {
		b.mu.Unlock()
		return err
	}
	for _, n := range heard {
		b.take(fresh, n)
	}
	before := b.companies
	b.companies, b.loaded = fresh, true
	b.mu.Unlock()
	for id := range before {
		if fresh[id] == nil {
			b.tell(news{company: id})
		}
	}
	for id := range fresh {
		b.tell(news{company: id})
	}
	return nil
}

// take takes in a message, if it is newer than what is known. The caller holds the lock, or nobody else has all.
func (b *Book) take(all map[string]*company, n news) (changed bool) {
	c := all[n.company]
	if is := n.tracking; is != nil {
		switch {
		case c != nil && is.Version <= c.version:
			return false
		case is.Tracking != activity.TrackOnShift && c == nil:
			return false
		case is.Tracking != activity.TrackOnShift:
			hid := c.hides
			if c.version, c.hides = is.Version, false; b.also == nil {
				delete(all, n.company)
			}
			return hid
		case c != nil && c.hides:
			c.version = is.Version
			return false
		case c != nil && c.sure:
			c.version, c.hides = is.Version, true
			return true
		}
		// Its shifts were not kept until now.
		all[n.company] = &company{version: is.Version, hides: true, users: map[string][]shift{}}
		b.askReload()
		return true
	}
	if c == nil {
		return false
	}
	now := b.clock.Now()
	return c.put(n.shift, now.Add(-keep).UnixMilli(), now.UnixMilli())
}

// put takes in a shift, and forgets those of its user that ended before an instant. One that was withdrawn stays as an empty span, with
// its version: after a load, messages may be heard again.
func (c *company) put(m *terrenov1.Activity, since, now int64) (changed bool) {
	old := c.users[m.UserId]
	kept := make([]shift, 0, len(old)+1) // a new slice: readers may have the old one
	for _, s := range old {
		if s.id == m.Id && s.version > m.Version {
			return false
		}
		if s.id != m.Id && s.span.Until > since {
			kept = append(kept, s)
		}
	}
	if m.Retirada {
		kept = append(kept, shift{id: m.Id, version: m.Version, span: track.Span{From: now, Until: now}})
	} else {
		s := shift{id: m.Id, version: m.Version, span: track.Span{From: m.From.AsTime().UnixMilli(), Until: m.From.AsTime().Add(longest).UnixMilli()}}
		if m.Until != nil {
			s.span.Until = m.Until.AsTime().UnixMilli()
		}
		kept = append(kept, s)
	}
	c.users[m.UserId] = kept
	return !slices.Equal(old, kept)
}

func (b *Book) askReload() {
	select {
	case b.reload <- struct{}{}:
	default:
	}
}

func (b *Book) tell(n news) {
	user := ""
	if n.shift != nil {
		user = n.shift.UserId
	}
	for _, f := range b.onChange {
		f(n.company, user)
	}
}
