package presence

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"log/slog"
	"sync"
	"time"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/gateway/internal/hub"
	"github.com/terreno/terreno/services/gateway/internal/metrics"
	"github.com/terreno/terreno/services/gateway/internal/protocol"
	"github.com/terreno/terreno/services/gateway/internal/store"
)

const (
	// inboxSize bounds the messages of other gateways that wait. What comes beyond that waits at the connection.
	inboxSize = 256
	// stepsOfBeat is how often the rules look at the clock between two signs of life.
	stepsOfBeat   = 4
	quorumTimeout = 5 * time.Second
	listenAgain   = time.Second
)

// Events of sockets.
const (
	EventOnline  = "usuario:online"
	EventOffline = "usuario:offline"
	EventList    = "usuario:presencia"
)

// People is what presence asks the directory.
type People interface {
	User(tenant, id string) (directory.User, bool)
	Members(tenant string, a audience.Audience) []directory.User
}

// Shifts says who is on shift.
type Shifts interface {
	OnShift(company, user string, at time.Time) (on, known bool)
	NextTurn(company, user string, after time.Time) time.Time
	Reload()
}

// Store is what presence keeps.
type Store interface {
	See(ctx context.Context, seen map[store.Who]time.Time) error
	Seen(ctx context.Context, company string, limit int) (map[string]time.Time, error)
	OnShift(ctx context.Context) (companies []string, err error)
}

// Config of a Presence.
type Config struct {
	Digest, Grace time.Duration
}

// Deps is what a Presence needs.
type Deps struct {
	Bus     *bus.Bus
	People  People
	Shifts  Shifts
	Store   Store
	Clock   clock.Clock
	Metrics *metrics.Presence
	Log     *slog.Logger
}

// Presence runs a Core, and tells sockets. It is safe for concurrent use.
//
// Its lock guards the Core; only loop changes the Core, and tells what follows from each change before it makes the next one. Whoever makes
// a list of states and queues it under the lock therefore never gives a socket an older state after a newer one. The hub's locks are taken
// under it. What the hub calls (Present, Joined) takes only the lock of what waits.
type Presence struct {
	Deps
	cfg  Config
	hub  *hub.Hub
	mu   sync.Mutex
	core *Core

	inbox chan *Message
	wake  chan struct{}

	waitMu sync.Mutex
	// here are the changes of this gateway's own sockets that wait for loop, tell the companies whose settings changed here.
	here map[who]bool
	tell []string
	// restart means that messages may be missing. answered holds, for each answer of the streams, when they were asked.
	restart  bool
	answered []time.Time
	asking   bool
	asked    time.Time

	shows shows
	seen  seen
	rules rules
}

// New makes a Presence; Use gives it the hub before Run.
func New(cfg Config, deps Deps) *Presence {
	p := &Presence{
		Deps: deps, cfg: cfg, core: NewCore(CoreConfig{ID: rand.Text(), Digest: cfg.Digest, Grace: cfg.Grace}, time.Now()),
		inbox: make(chan *Message, inboxSize), wake: make(chan struct{}, 1), here: map[who]bool{},
	}
	p.shows.init()
	p.seen.init()
	p.rules.wake = make(chan struct{}, 1)
	return p
}

// Use sets the hub whose sockets are told.
func (p *Presence) Use(h *hub.Hub) { p.hub = h }

// Present says that a user has a first socket here, or no longer one. It does not wait.
func (p *Presence) Present(tenant, user string, here bool) {
	p.waitMu.Lock()
	p.here[who{tenant, user}] = here
	p.waitMu.Unlock()
	p.poke()
}

// SettingsChanged says that a company changed its settings here.
func (p *Presence) SettingsChanged(company string) {
	p.waitMu.Lock()
	p.tell = append(p.tell, company)
	p.waitMu.Unlock()
	p.poke()
	poke(p.rules.wake)
}

func (p *Presence) poke() { poke(p.wake) }

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// Run works until ctx ends, and then says goodbye to the other gateways.
func (p *Presence) Run(ctx context.Context) {
	var running, writing sync.WaitGroup
	// What is written last is known only when everything else has ended.
	written, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer writing.Wait()
	defer stop()
	defer running.Wait()
	writing.Go(func() { p.writeSeen(written) })
	running.Go(func() { p.showAll(ctx) })
	running.Go(func() { p.followRules(ctx) })
	listener := p.listen(ctx)
	if listener == nil {
		return
	}
	// A handler that waits for room ends with ctx.
	defer listener.Close()
	p.loop(ctx, listener, &running)
}

func (p *Presence) listen(ctx context.Context) *bus.Listener {
	for {
		listener, err := bus.ListenPresence(p.Bus, func(data []byte) { p.hear(ctx, data) }, p.mayLack)
		if err == nil {
			return listener
		}
		p.Log.Warn("cannot listen to other gateways", "error", err)
		if !wait.For(ctx, wait.Jitter(listenAgain)) {
			return nil
		}
	}
}

func (p *Presence) mayLack() {
	p.waitMu.Lock()
	p.restart = true
	p.waitMu.Unlock()
	p.poke()
}

func (p *Presence) hear(ctx context.Context, data []byte) {
	p.Metrics.Received.Add(float64(len(data)))
	m := &Message{}
	if err := json.Unmarshal(data, m); err != nil {
		// Its number is missing then, and the gateway is asked for its list.
		p.Log.Warn("a message of another gateway cannot be read", "error", err)
		return
	}
	select {
	case p.inbox <- m:
	case <-ctx.Done():
	}
}

func (p *Presence) loop(ctx context.Context, listener *bus.Listener, running *sync.WaitGroup) {
	tick := time.NewTicker(max(p.cfg.Digest/beats/stepsOfBeat, time.Millisecond))
	defer tick.Stop()
	for {
		var heard *Message
		due := false
		select {
		case <-ctx.Done():
			p.round(func(now time.Time) { p.core.Bye(now) })
			return
		case <-p.wake:
		case heard = <-p.inbox:
		case <-tick.C:
			due = true
		}
		p.round(func(now time.Time) {
			if heard != nil {
				p.core.Receive(now, heard)
				p.drain(now)
			}
			if due {
				p.drain(now)
				// In the order in which a message passes them: one that leaves the first is in the second.
				p.core.Tick(now, listener.Waiting() > 0 || len(p.inbox) > 0)
			}
		})
		if due {
			p.askStreams(ctx, running)
			p.gauges()
		}
	}
}

// drain takes in the messages that wait.
func (p *Presence) drain(now time.Time) {
	for range inboxSize {
		select {
		case m := <-p.inbox:
			p.core.Receive(now, m)
		default:
			return
		}
	}
}

// round changes the Core, publishes what follows and tells the sockets.
func (p *Presence) round(change func(now time.Time)) {
	p.waitMu.Lock()
	var here map[who]bool
	if len(p.here) > 0 {
		here, p.here = p.here, map[who]bool{}
	}
	tell, restart, answered := p.tell, p.restart, p.answered
	p.tell, p.restart, p.answered = nil, false, nil
	p.waitMu.Unlock()

	now, domain := time.Now(), p.Clock.Now()
	p.mu.Lock()
	p.core.Link(now, p.Bus.Connected())
	if restart {
		p.core.Restart(now)
	}
	for _, asked := range answered {
		p.core.Quorum(asked)
	}
	for w, on := range here {
		p.core.Local(now, w.company, w.user, on, domain.Unix())
	}
	change(now)
	for _, company := range tell {
		p.core.Tell(now, company)
	}
	out, events := p.core.Take(now)
	settled, everybody := p.core.Settled()
	changed, eldest := p.core.Changed(), p.core.Eldest()
	p.mu.Unlock()

	for w, on := range here {
		if !on {
			p.seen.put(w, domain)
		}
	}
	p.publish(out)
	for _, e := range events {
		p.tellChange(e, now, domain, eldest)
	}
	if settled {
		p.shows.all(p.hub, everybody)
	}
	if len(changed) > 0 {
		poke(p.rules.wake)
	}
}

func (p *Presence) publish(out []*Message) {
	for _, m := range out {
		data, err := json.Marshal(m)
		if err == nil {
			err = p.Bus.PublishPresence(data)
		}
		if err != nil {
			// The others notice that its number is missing.
			p.Metrics.Unsent.Inc()
			continue
		}
		p.Metrics.Sent.Add(float64(len(data)))
		p.Metrics.Messages.Inc()
	}
}

// askStreams asks the leader of a stream for a sign of life, one question at a time.
func (p *Presence) askStreams(ctx context.Context, running *sync.WaitGroup) {
	now := time.Now()
	p.mu.Lock()
	wants := p.core.WantsQuorum(now)
	p.mu.Unlock()
	p.waitMu.Lock()
	defer p.waitMu.Unlock()
	if !wants || p.asking || now.Sub(p.asked) < p.cfg.Digest/beats {
		return
	}
	p.asking, p.asked = true, now
	running.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, quorumTimeout)
		defer cancel()
		err := p.Bus.Quorum(ctx, stream.Alerts)
		p.waitMu.Lock()
		p.asking = false
		if err == nil {
			p.answered = append(p.answered, now)
		}
		p.waitMu.Unlock()
		p.poke()
	})
}

// tellChange tells the sockets of who may see a user that the user came or went, unless the user is invisible now.
func (p *Presence) tellChange(e Event, now, domain time.Time, eldest bool) {
	w := who{e.Company, e.User}
	change := Change{User: e.User, At: stamp(domain)}
	name := EventOnline
	if !e.Online {
		gone := domain.Add(-now.Sub(e.Gone))
		p.seen.learn(w, gone)
		if e.Orphan && eldest {
			p.seen.put(w, gone)
		}
		if name = EventOffline; p.shown(w, gone) {
			change.LastSeen = minute(gone)
		}
	}
	if p.visible(w, domain) != seenByAll {
		p.Metrics.Hidden.Inc()
		return
	}
	user, _ := p.People.User(e.Company, e.User)
	n := p.hub.Presence(e.Company, e.User, audience.OfUser(e.User, user.Teams), func() *protocol.Event { return protocol.Encode(name, change) })
	p.Metrics.Events.WithLabelValues(name).Add(float64(n))
}

func (p *Presence) gauges() {
	p.mu.Lock()
	defer p.mu.Unlock()
	c, m := p.core, p.Metrics
	m.Gateways.Set(float64(len(c.peers)))
	m.Users.Set(float64(c.count))
	m.Certain.Set(0)
	if c.sure {
		m.Certain.Set(1)
	}
	m.Gaps.Add(float64(c.gaps))
	m.Mismatches.Add(float64(c.mismatches))
	m.Lost.Add(float64(c.lost))
	c.gaps, c.mismatches, c.lost = 0, 0, 0
}
