package presence_test

import (
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
