package presence_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/services/gateway/internal/presence"
)

const (
	simDigest = 10 * time.Second
	simGrace  = 10 * time.Second
	simLease  = 3 * simDigest
	simStep   = 200 * time.Millisecond
	simLag    = 15 * time.Second
	simDelay  = 2 // steps that a message takes at most
	simUsers  = 5
)

// sim is some gateways on a net that loses messages, splits and heals, and whose gateways are killed, stopped and cut off.
type sim struct {
	t    *testing.T
	r    *rand.Rand
	seed uint64
	now  time.Time
	step int
	all  []*simGateway // dead ones too
	// split puts each place into a part; part 0 has the quorum.
	split [4]int
	// splitAt is when the parts last changed.
	splitAt time.Time
	chaos   bool
	started int
	offline int
}

type simGateway struct {
	*presence.Core
	id    string
	place int
	began time.Time
	dead  bool
	// begun means that it was certain once, and told people of everybody.
	begun bool
	// stopped is when the process last stopped, and until when it goes on; apart means that its link to NATS is down, and noticed that it knows.
	stopped, until time.Time
	// lag is until when it takes in messages late.
	lag            time.Time
	apart, noticed bool
	// reached is since when it has been together with each other one.
	reached map[*simGateway]time.Time
	inbox   []parcel
	asked   []time.Time
	lost    map[*simGateway]int
	// open is when a user's connection began here, and closed when the last one ended.
	open, closed map[string]time.Time
	told         map[string]presence.State
}

type parcel struct {
	at   time.Time
	from *simGateway
	m    *presence.Message
}

func (s *sim) start(place int) {
	s.started++
	g := &simGateway{
		id: fmt.Sprintf("g%d", s.started), place: place, began: s.now, reached: map[*simGateway]time.Time{}, lost: map[*simGateway]int{},
		open: map[string]time.Time{}, closed: map[string]time.Time{}, told: map[string]presence.State{},
	}
	g.Core = presence.NewCore(presence.CoreConfig{ID: g.id, Digest: simDigest, Grace: simGrace}, s.now)
	s.all = append(s.all, g)
}

func (s *sim) alive() []*simGateway {
	return slices.DeleteFunc(slices.Clone(s.all), func(g *simGateway) bool { return g.dead })
}

func (g *simGateway) running(now time.Time) bool { return !now.Before(g.until) }

// together says whether a message gets from one to the other.
func (s *sim) together(a, b *simGateway) bool {
	return !a.dead && !b.dead && !a.apart && !b.apart && s.split[a.place] == s.split[b.place]
}

// truth says whether a user has a connection anywhere.
func (s *sim) truth(user string) bool {
	return slices.ContainsFunc(s.alive(), func(g *simGateway) bool { return !g.open[user].IsZero() })
}

func (s *sim) fatal(format string, args ...any) {
	s.t.Helper()
	s.t.Fatalf("seed %d, step %d: %s", s.seed, s.step, fmt.Sprintf(format, args...))
}

func (s *sim) connect(g *simGateway, user string, on bool) {
	if on == !g.open[user].IsZero() || !g.running(s.now) {
		return
	}
	if on {
		g.open[user] = s.now
	} else {
		delete(g.open, user)
		g.closed[user] = s.now
	}
	g.Local(s.now, "acme", user, on, s.now.Unix())
}

// disturb does something bad, sometimes.
func (s *sim) disturb() {
	alive := s.alive()
	g := alive[s.r.IntN(len(alive))]
	switch s.r.IntN(300) {
	case 0, 1:
		g.dead = true
	case 2:
		for u := range g.open {
			s.connect(g, u, false)
		}
		g.Bye(s.now)
		s.publish(g)
		g.dead = true
	case 3, 4:
		g.stopped, g.until = s.now, s.now.Add(time.Duration(s.r.IntN(20_000))*time.Millisecond)
	case 5, 6, 7:
		g.apart = !g.apart
	case 8, 9:
		for i := range s.split {
			s.split[i] = s.r.IntN(2)
		}
		s.splitAt = s.now
	case 12, 13, 14:
		g.lag = s.now.Add(time.Duration(s.r.IntN(40_000)) * time.Millisecond)
	case 10, 11:
		s.split, s.splitAt = [4]int{}, s.now
	}
	for len(s.alive()) < 2 || len(s.alive()) < 4 && s.r.IntN(100) == 0 {
		s.start(s.r.IntN(4))
	}
}

func (s *sim) publish(g *simGateway) {
	out, events := g.Take(s.now)
	for _, m := range out {
		for _, to := range s.alive() {
			if to == g || !s.together(g, to) {
				continue
			}
			// At most three messages in a row are lost.
			if s.chaos && s.r.IntN(4) == 0 && to.lost[g] < 3 {
				to.lost[g]++
				continue
			}
			to.lost[g] = 0
			at := s.now.Add(time.Duration(s.r.IntN(simDelay)) * simStep)
			for _, p := range to.inbox {
				if p.from == g && p.at.After(at) {
					at = p.at
				}
			}
			to.inbox = append(to.inbox, parcel{at, g, m})
		}
	}
	for _, e := range events {
		s.judge(g, e)
	}
}

// judge checks what a gateway tells people.
func (s *sim) judge(g *simGateway, e presence.Event) {
	if g.begun && !e.Again && e.Online == (g.told[e.User] == presence.Online) {
		s.fatal("%s told twice that %s is online: %v", g.id, e.User, e.Online)
	}
	g.told[e.User] = presence.Offline
	if e.Online {
		g.told[e.User] = presence.Online
		return
	}
	s.offline++
	if !g.open[e.User].IsZero() || s.now.Sub(g.closed[e.User]) < simGrace {
		s.fatal("%s said that its own %s is offline", g.id, e.User)
	}
	for _, h := range s.alive() {
		if h != g && s.known(g, h) && (!h.open[e.User].IsZero() && s.now.Sub(h.open[e.User]) > 5*time.Second ||
			s.now.Sub(h.closed[e.User]) < simGrace-time.Second && s.now.Sub(h.closed[e.User]) > 5*time.Second) {
			s.fatal("%s said that %s is offline, with a connection at %s since %v until %v, now %v", g.id, e.User, h.id, h.open[e.User], h.closed[e.User], s.now)
		}
	}
}

// known says whether one can know by now what the other has. In a part without quorum nobody may be sure of others, once the leases ended.
func (s *sim) known(g, h *simGateway) bool {
	if s.split[g.place] != 0 && s.now.Sub(s.splitAt) > 2*simLease && s.now.Sub(g.began) > 2*simLease {
		return true
	}
	since, ok := g.reached[h]
	return ok && s.now.Sub(since) > 10*time.Second
}

// advance lets a fifth of a second pass.
func (s *sim) advance() {
	s.step++
	s.now = s.now.Add(simStep)
	alive := s.alive()
	for _, g := range alive {
		for _, h := range alive {
			_, reached := g.reached[h]
			switch {
			case !s.together(g, h) || !g.running(s.now):
				delete(g.reached, h)
			case !reached && (h.running(s.now) || s.now.Sub(g.began) <= simStep):
				// Of one that is stopped already a newcomer hears from others, and waits.
				g.reached[h] = s.now
			}
		}
		if g.running(s.now) {
			s.run(g)
		}
	}
}

func (s *sim) run(g *simGateway) {
	if g.noticed != g.apart {
		g.noticed = g.apart
		g.Link(s.now, !g.apart)
	}
	var later []parcel
	behind := false
	for _, p := range g.inbox {
		switch {
		case !s.together(g, p.from) && !p.from.dead: // lost on its way
		case s.now.Before(g.lag) && s.now.Sub(p.at) < simLag:
			behind = behind || !p.at.After(s.now)
			later = append(later, p)
		case p.at.After(s.now):
			later = append(later, p)
		default:
			g.Receive(s.now, p.m)
		}
	}
	g.inbox = later
	for _, at := range g.asked {
		if !g.apart && s.split[g.place] == 0 {
			g.Quorum(at)
		}
	}
	g.asked = nil
	g.Tick(s.now, behind)
	if g.WantsQuorum(s.now) {
		g.asked = append(g.asked, s.now)
	}
	s.publish(g)
	if settled, _ := g.Settled(); settled {
		g.begun = true
		for i := range simUsers {
			u := fmt.Sprint("u", i)
			is, _ := g.State(s.now, "acme", u)
			if g.told[u] = is; is == presence.Unknown {
				g.told[u] = presence.Online // its last connection is gone, and it is not said yet
			}
		}
	}
	for i := range simUsers {
		u := fmt.Sprint("u", i)
		is, _ := g.State(s.now, "acme", u)
		if is != presence.Offline || s.now.Before(g.lag) {
			continue
		}
		for _, h := range s.alive() {
			heard := s.now
			if s.now.Sub(h.until) < 6*time.Second { // it was stopped until now
				heard = h.stopped
			}
			if at := h.open[u]; !at.IsZero() && heard.Sub(at) > 6*time.Second && s.known(g, h) {
				s.fatal("%s takes %s for offline, who is connected to %s since %v, now %v", g.id, u, h.id, at, s.now)
			}
		}
	}
}

// TestAnyDisorderEndsInTheTruth: connects, kills, stops, cuts, splits and lost messages in any order. Nobody is said to be offline who has
// a connection that the gateway can hear of, or had one within the grace; and within the lease after the disorder everybody knows the truth.
func TestAnyDisorderEndsInTheTruth(t *testing.T) {
	t.Parallel()
	offline := 0
	for seed := range uint64(300) {
		s := &sim{t: t, r: rand.New(rand.NewPCG(seed, 14)), seed: seed, now: time.Unix(1_800_000_000, 0), chaos: true}
		for place := range 3 {
			s.start(place)
		}
		for range 750 {
			s.disturb()
			if s.r.IntN(5) == 0 {
				alive := s.alive()
				s.connect(alive[s.r.IntN(len(alive))], fmt.Sprint("u", s.r.IntN(simUsers)), s.r.IntN(3) == 0)
			}
			s.advance()
		}
		// Peace: the longest stop has 20 s to go, the leases of the dead end, and then the grace.
		s.chaos, s.split = false, [4]int{}
		for _, g := range s.alive() {
			g.apart = false
			if g.until.After(s.now) {
				g.until = s.now
			}
			g.lag = s.now
		}
		for range int((simLease + simGrace + 5*time.Second) / simStep) {
			s.advance()
		}
		for _, g := range s.alive() {
			for i := range simUsers {
				u := fmt.Sprint("u", i)
				want := presence.Offline
				if s.truth(u) {
					want = presence.Online
				}
				if is, _ := g.State(s.now, "acme", u); is != want || g.told[u] != want {
					s.fatal("%s knows that %s is %s and told %s, but it is %s", g.id, u, is, g.told[u], want)
				}
			}
		}
		offline += s.offline
	}
	if offline < 300 {
		t.Errorf("only %d times somebody went offline", offline)
	}
}

// pair is two gateways that hear all of each other at once.
type pair struct {
	t    *testing.T
	now  time.Time
	a, b *presence.Core
	// cut loses all between them. sent is what they published.
	cut    bool
	lose   func(m *presence.Message) bool
	quorum bool
	behind bool
	sent   []*presence.Message
	events map[*presence.Core][]string
}

func newPair(t *testing.T) *pair {
	t.Helper()
	p := &pair{t: t, now: time.Unix(1_800_000_000, 0), quorum: true, events: map[*presence.Core][]string{}}
	p.a = presence.NewCore(presence.CoreConfig{ID: "a", Digest: simDigest, Grace: simGrace}, p.now)
	p.b = presence.NewCore(presence.CoreConfig{ID: "b", Digest: simDigest, Grace: simGrace}, p.now)
	p.pass(simLease - time.Second)
	p.is(p.b, "nobody", presence.Unknown) // they have begun together, and there may be another one
	p.pass(3 * time.Second)
	return p
}

// pass lets time pass, and lets the two talk.
func (p *pair) pass(d time.Duration) {
	p.t.Helper()
	for end := p.now.Add(d); p.now.Before(end); p.now = p.now.Add(simStep) {
		for _, c := range []*presence.Core{p.a, p.b} {
			c.Tick(p.now, p.behind)
			if c.WantsQuorum(p.now) && p.quorum {
				c.Quorum(p.now)
			}
		}
		for talking := true; talking; {
			talking = false
			for from, to := range map[*presence.Core]*presence.Core{p.a: p.b, p.b: p.a} {
				out, events := from.Take(p.now)
				for _, e := range events {
					what := fmt.Sprintf("%s %v", e.User, e.Online)
					if e.Orphan {
						what += ", orphan"
					}
					p.events[from] = append(p.events[from], what)
				}
				for _, m := range out {
					talking = true
					p.sent = append(p.sent, m)
					if !p.cut && (p.lose == nil || !p.lose(m)) {
						to.Receive(p.now, m)
					}
				}
			}
		}
	}
}

func (p *pair) local(c *presence.Core, user string, on bool) {
	c.Local(p.now, "acme", user, on, p.now.Unix())
}

func (p *pair) is(c *presence.Core, user string, want presence.State) {
	p.t.Helper()
	if is, _ := c.State(p.now, "acme", user); is != want {
		p.t.Errorf("%s is %s, want %s", user, is, want)
	}
}

func (p *pair) told(c *presence.Core, want ...string) {
	p.t.Helper()
	slices.Sort(p.events[c])
	slices.Sort(want)
	if got := p.events[c]; !slices.Equal(got, want) {
		p.t.Errorf("told %v, want %v", got, want)
	}
	p.events[c] = nil
}

// A user who comes back within the grace, here or elsewhere, was never away.
func TestAFlapIsNotTold(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.local(p.a, "u", true)
	p.pass(time.Second)
	p.told(p.b, "u true")
	for _, to := range []*presence.Core{p.a, p.b, p.b} {
		p.local(p.a, "u", false)
		p.local(p.b, "u", false)
		p.pass(9 * time.Second)
		p.is(p.b, "u", presence.Online)
		p.local(to, "u", true)
		p.pass(30 * time.Second)
	}
	p.told(p.b)
	p.local(p.b, "u", false)
	p.pass(9 * time.Second)
	p.told(p.a, "u true")
	p.pass(3 * time.Second)
	p.told(p.a, "u false")
	p.told(p.b, "u false")
	p.is(p.a, "u", presence.Offline)
}

// A gateway that says goodbye leaves its users to the grace; one that is killed, to its lease.
func TestGoodbyeAndDeath(t *testing.T) {
	t.Parallel()
	for _, bye := range []bool{true, false} {
		p := newPair(t)
		p.local(p.a, "u", true)
		p.pass(time.Second)
		if bye {
			p.a.Bye(p.now)
			p.pass(simStep)
		}
		p.cut = true
		p.pass(9 * time.Second)
		p.is(p.b, "u", presence.Online)
		p.pass(3 * time.Second)
		if bye {
			p.is(p.b, "u", presence.Offline)
			p.told(p.b, "u true", "u false")
			continue
		}
		p.is(p.b, "u", presence.Online)
		p.pass(simLease - 14*time.Second)
		p.is(p.b, "u", presence.Online)
		p.pass(3 * time.Second)
		p.is(p.b, "u", presence.Offline)
		p.told(p.b, "u true", "u false, orphan")
	}
}

// Without a quorum a gateway says unknown where it would say offline, and afterwards the truth.
func TestWithoutQuorumNobodyIsOffline(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.local(p.a, "u", true)
	p.local(p.b, "v", true)
	p.pass(time.Second)
	p.cut, p.quorum = true, false
	p.local(p.b, "v", false)
	p.pass(5 * simLease)
	for _, u := range []string{"u", "v", "nobody"} {
		p.is(p.b, u, presence.Unknown)
	}
	p.told(p.b, "u true", "v true")
	// The quorum comes back first, and then the other gateway.
	p.quorum = true
	p.pass(15 * time.Second)
	p.told(p.b)
	p.cut = false
	p.pass(15 * time.Second)
	p.is(p.b, "u", presence.Online)
	p.is(p.b, "v", presence.Offline)
	p.told(p.b, "v false")
}

// While its link is down, a gateway knows only its own; afterwards nobody is said to be offline who is not.
func TestALostLinkSaysNothingFalse(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.local(p.a, "u", true)
	p.local(p.a, "w", true)
	p.local(p.b, "v", true)
	p.pass(time.Second)
	p.told(p.b, "u true", "w true", "v true")
	p.b.Link(p.now, false)
	p.cut = true
	p.local(p.a, "w", false)
	p.pass(10 * simLease)
	p.is(p.b, "u", presence.Unknown)
	p.is(p.b, "nobody", presence.Unknown)
	p.is(p.b, "v", presence.Online)
	p.told(p.b)
	p.cut = false
	p.b.Link(p.now, true)
	p.is(p.b, "u", presence.Unknown)
	p.pass(20 * time.Second)
	p.is(p.b, "u", presence.Online)
	p.told(p.b, "w false")
}

// Somebody of whom a list may have said that nobody knows is told of when there is a connection that the gateway can know of: here, or at
// another gateway that it hears.
func TestWhoWasUnknownIsTold(t *testing.T) {
	t.Parallel()
	for _, here := range []bool{true, false} {
		p := newPair(t)
		p.local(p.a, "u", true)
		p.pass(time.Second)
		p.told(p.b, "u true")
		p.cut = true
		p.b.Link(p.now, false)
		p.pass(time.Second)
		if !here {
			p.local(p.a, "u", false)
			p.b.Link(p.now, true)
			p.quorum = false
			p.pass(2 * simGrace)
			p.cut = false
			p.pass(2 * simGrace)
		}
		p.is(p.b, "u", presence.Unknown)
		p.told(p.b)
		p.local(map[bool]*presence.Core{true: p.b, false: p.a}[here], "u", true)
		p.pass(time.Second)
		p.is(p.b, "u", presence.Online)
		p.told(p.b, "u true")
	}
}

// At a deploy all people of a gateway go to another one before it says goodbye, or after: they were never away.
func TestADeployIsNotTold(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for i := range 100 {
		p.local(p.b, fmt.Sprint("u", i), true)
	}
	p.pass(time.Second)
	if len(p.events[p.a]) != 100 {
		t.Fatalf("told %v", p.events[p.a])
	}
	p.told(p.a, p.events[p.a]...)
	for i := range 50 {
		p.local(p.b, fmt.Sprint("u", i), false)
		p.pass(simStep / 2)
		p.local(p.a, fmt.Sprint("u", i), true)
	}
	for i := 50; i < 100; i++ {
		p.local(p.b, fmt.Sprint("u", i), false)
	}
	p.b.Bye(p.now)
	p.pass(simStep)
	p.b = presence.NewCore(presence.CoreConfig{ID: "c", Digest: simDigest, Grace: simGrace}, p.now)
	p.pass(simGrace - time.Second)
	for i := 50; i < 100; i++ {
		p.local([]*presence.Core{p.a, p.b}[i%2], fmt.Sprint("u", i), true)
	}
	p.pass(3 * simLease)
	p.told(p.a)
	p.is(p.a, "u0", presence.Online)
	p.is(p.b, "u98", presence.Online)
}

// A list of which a part is lost counts for nothing, and the next one counts.
func TestALostPart(t *testing.T) {
	t.Parallel()
	for lost := range 3 {
		p := newPair(t)
		for i := range 2500 {
			p.local(p.a, fmt.Sprint("u", i), true)
		}
		p.pass(time.Second)
		p.b.Bye(p.now)
		p.pass(simStep)
		lists := 0
		p.lose = func(m *presence.Message) bool {
			if m.Kind != "list" || m.From != "a" || m.Part != lost {
				return false
			}
			lists++
			return lists == 1
		}
		p.b = presence.NewCore(presence.CoreConfig{ID: "c", Digest: simDigest, Grace: simGrace}, p.now)
		for range int(10 * time.Second / simStep) {
			p.pass(simStep)
			for i := range 2500 {
				if is, _ := p.b.State(p.now, "acme", fmt.Sprint("u", i)); is == presence.Offline {
					t.Fatalf("without part %d, u%d is offline", lost, i)
				}
			}
		}
		p.is(p.b, "u2499", presence.Online)
		p.is(p.b, "nobody", presence.Offline)
		p.told(p.b)
		if lists < 2 {
			t.Errorf("%d lists", lists)
		}
	}
}

// Messages that no gateway sends cost little, and do not keep a gateway from knowing everybody afterwards.
func TestHostileMessages(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.b.Bye(p.now)
	p.pass(simStep)
	p.b = presence.NewCore(presence.CoreConfig{ID: "c", Digest: simDigest, Grace: simGrace, MaxUsers: 10}, p.now)
	n := uint64(0)
	say := func(m presence.Message) {
		n++
		m.From, m.N = "x", n
		p.b.Receive(p.now, &m)
	}
	say(presence.Message{Kind: "beat", Knows: map[string]int64{"y": -1 << 40, "z": 1 << 40}, Certain: true})
	for i := range 5 {
		say(presence.Message{Kind: "list", Part: i, Parts: 5, On: map[string]map[string]int64{"acme": {fmt.Sprint("v", i): 1, fmt.Sprint("w", i): 1, fmt.Sprint("x", i): 1}}})
	}
	for _, m := range []presence.Message{
		{},
		{Kind: "list", Parts: -1},
		{Kind: "list", Part: -1},
		{Kind: "list", Part: 1 << 60, Parts: 1 << 61},
		{Kind: "digest", Part: -1, Sums: map[string][2]uint64{"": {1 << 63, 1}}},
		{Kind: "change", Off: map[string][]string{"acme": {"a0", ""}, "": {""}}},
		{Kind: "nonsense"},
		{Kind: "bye"},
		{Kind: "bye"},
	} {
		say(m)
	}
	p.b.Receive(p.now, &presence.Message{Kind: "hello", Lists: true, N: 1})
	p.is(p.b, "v0", presence.Unknown) // the list had more users than there can be
	p.local(p.a, "a0", true)
	p.pass(simLease + 5*time.Second)
	p.is(p.b, "a0", presence.Online)
	p.is(p.b, "v0", presence.Offline)
}

// A newcomer knows nobody until it has heard the lists, and tells nobody of what it hears first.
func TestANewcomer(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for i := range 2500 {
		p.local(p.a, fmt.Sprint("u", i), true)
	}
	p.pass(time.Second)
	p.b.Bye(p.now)
	p.pass(simStep)
	p.events[p.b] = nil
	p.b = presence.NewCore(presence.CoreConfig{ID: "c", Digest: simDigest, Grace: simGrace}, p.now)
	p.is(p.b, "u1", presence.Unknown)
	p.pass(600 * time.Millisecond)
	p.is(p.b, "u1", presence.Online)
	p.is(p.b, "nobody", presence.Unknown)
	p.pass(3 * time.Second)
	p.is(p.b, "nobody", presence.Offline)
	p.told(p.b)
}

// A newcomer says offline of nobody while a gateway is silent of which others know: it waits for the end of that one's lease. Where nobody
// answers who could know, it waits for a whole lease.
func TestANewcomerWaitsForWhoIsSilent(t *testing.T) {
	t.Parallel()
	for _, answered := range []bool{true, false} {
		p := newPair(t)
		p.local(p.b, "u", true)
		p.pass(time.Second)
		// b is silent from here on, and a only if nobody answers.
		p.cut = !answered
		p.b = presence.NewCore(presence.CoreConfig{ID: "c", Digest: simDigest, Grace: simGrace}, p.now)
		p.pass(simLease - time.Second)
		p.is(p.b, "u", presence.Unknown)
		p.pass(4 * time.Second)
		p.is(p.b, "u", presence.Offline)
		p.told(p.b)
	}
}

// While messages wait to be taken in, nobody goes offline: one of them may say that the user is back.
func TestALaggingGatewayTellsNobodyOffline(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.local(p.a, "u", true)
	p.pass(time.Second)
	p.behind = true
	p.local(p.a, "u", false)
	p.pass(2 * simGrace)
	p.told(p.b, "u true")
	p.is(p.b, "u", presence.Unknown)
	p.behind = false
	p.pass(time.Second)
	p.told(p.b, "u false")
}

// While there are more users than a gateway keeps, it is sure of nobody whom it does not know. When enough have gone it knows everybody again,
// those here and elsewhere whom it refused too.
func TestAFullGatewayRecovers(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.b.Bye(p.now)
	p.pass(simStep)
	p.b = presence.NewCore(presence.CoreConfig{ID: "c", Digest: simDigest, Grace: simGrace, MaxUsers: 10}, p.now)
	p.pass(5 * time.Second)
	for i := range 8 {
		p.local(p.a, fmt.Sprint("a", i), true)
	}
	p.pass(time.Second)
	for i := range 4 {
		p.local(p.b, fmt.Sprint("b", i), true)
	}
	p.local(p.a, "late", true)
	p.pass(30 * time.Second)
	p.is(p.b, "b3", presence.Unknown)
	p.is(p.b, "late", presence.Unknown)
	p.is(p.b, "nobody", presence.Unknown)
	p.is(p.a, "b3", presence.Offline)
	p.b.Settled()
	for i := range 4 {
		p.local(p.a, fmt.Sprint("a", i), false)
	}
	for range int((simGrace + 5*time.Second) / simStep) {
		p.pass(simStep)
		if is, _ := p.b.State(p.now, "acme", "late"); is == presence.Offline {
			t.Fatal("who was refused is offline before the lists are known")
		}
	}
	for user, want := range map[string]presence.State{"b3": presence.Online, "late": presence.Online, "a0": presence.Offline, "nobody": presence.Offline} {
		p.is(p.b, user, want)
	}
	p.is(p.a, "b3", presence.Online)
	if settled, everybody := p.b.Settled(); !settled || !everybody {
		t.Error("who was told that a0 is online is never told otherwise")
	}
}

// A digest that differs brings the full list, and every part of everything stays far below what a message may have.
func TestPartsAndDigests(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	long := func(i int) string { return fmt.Sprintf("%064d", i) }
	for i := range 2500 {
		p.a.Local(p.now, long(i), long(i), true, p.now.Unix())
	}
	p.pass(12 * time.Second)
	kinds := map[string]int{}
	for _, m := range p.sent {
		kinds[m.Kind]++
		if text, err := json.Marshal(m); err != nil || len(text) > 256<<10 {
			t.Errorf("a %s of %d bytes, %v", m.Kind, len(text), err)
		}
	}
	if kinds["change"] != 3 || kinds["digest"] < 3 || kinds["list"] > 3 {
		t.Errorf("messages %v", kinds)
	}
	// Something that b believes of a, and that a has never said.
	p.sent = nil
	company, user := long(7), long(7)
	for _, off := range []map[string][]string{nil, {company: {user}}} { // with another number of users, and with the same
		forged := *lastOf(p, "a")
		forged.Kind, forged.N, forged.On, forged.Off = "change", forged.N+1, map[string]map[string]int64{company: {"ghost": 1}}, off
		p.b.Receive(p.now, &forged)
		if is, _ := p.b.State(p.now, company, "ghost"); is != presence.Online {
			t.Errorf("the ghost is %s", is)
		}
		p.pass(simDigest + simGrace + 3*time.Second)
		ghost, _ := p.b.State(p.now, company, "ghost")
		if is, _ := p.b.State(p.now, company, user); ghost != presence.Offline || is != presence.Online {
			t.Errorf("the ghost is %s and the other one %s", ghost, is)
		}
	}
}

// lastOf returns the last message of a gateway, which it makes.
func lastOf(p *pair, id string) *presence.Message {
	p.pass(2 * time.Second)
	for _, m := range slices.Backward(p.sent) {
		if m.From == id {
			return m
		}
	}
	p.t.Fatal("it said nothing")
	return nil
}

// More gateways than can be counted make everything uncertain, and cost no memory.
func TestTooManyGateways(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	for i := range 200 {
		p.b.Receive(p.now, &presence.Message{From: fmt.Sprint("x", i), N: 7, Kind: "beat"})
	}
	p.is(p.b, "nobody", presence.Unknown)
	p.pass(3 * simLease)
	p.is(p.b, "nobody", presence.Offline)
	hello := func(i int) {
		p.b.Receive(p.now, &presence.Message{From: fmt.Sprint("y", i), N: 1, Kind: "hello", Lists: true})
	}
	for i := range 62 {
		hello(i)
	}
	p.is(p.b, "nobody", presence.Offline) // they have nobody, and with the other gateway they are as many as can be
	hello(62)
	p.is(p.b, "nobody", presence.Unknown)
}

// A process that stood still for long takes nobody for dead before it has heard what came meanwhile.
func TestAStandstillSaysNothingFalse(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.local(p.a, "u", true)
	p.pass(time.Second)
	p.told(p.b, "u true")
	p.now = p.now.Add(2 * simLease)
	p.cut = true
	p.pass(2 * time.Second)
	p.is(p.b, "u", presence.Unknown)
	p.cut = false
	p.pass(5 * time.Second)
	p.is(p.b, "u", presence.Online)
	p.told(p.b)
}

// Only an answer of the streams to a question that was asked after a lease had ended says that the gateway is dead.
func TestAnOldAnswerOfTheStreams(t *testing.T) {
	t.Parallel()
	p := newPair(t)
	p.local(p.a, "u", true)
	p.pass(time.Second)
	p.cut = true
	p.pass(simLease - 2*time.Second)
	p.quorum = false
	p.pass(3 * time.Second)
	p.b.Quorum(p.now.Add(-3 * time.Second))
	p.pass(simStep)
	p.is(p.b, "u", presence.Unknown)
	p.b.Quorum(p.now)
	p.pass(simStep)
	p.is(p.b, "u", presence.Offline)
}
