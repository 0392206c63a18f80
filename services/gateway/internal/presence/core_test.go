package presence_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/services/gateway/internal/presence"
)

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

// All that a gateway says of 25,000 people of one company comes in numbered parts, each far below what a message may have. A list of which a
// part is lost counts for nothing, and the next one counts: nobody is offline meanwhile, for a gateway that knows everybody and for a newcomer.
func TestALostPart(t *testing.T) {
	t.Parallel()
	const people, parts, leave = 25_000, 25, 500
	ids := make([]string, people)
	for i := range ids {
		ids[i] = fmt.Sprintf("%064d", i) // as long as an id may be
	}
	for _, lost := range []int{0, parts / 2, parts - 1} {
		p := newPair(t)
		p.sent = nil
		for _, id := range ids {
			p.local(p.a, id, true)
		}
		p.pass(2 * simDigest)
		if n := len(p.events[p.b]); n != people {
			t.Fatalf("told of %d people", n)
		}
		p.events[p.b] = nil
		lists, silent := 0, true
		p.lose = func(m *presence.Message) bool {
			if m.Kind == "list" && m.From == "a" && m.Part == lost {
				lists++
				return lists == 1
			}
			return silent && m.Kind == "change"
		}
		// b hears nothing of those who leave. It learns of it from the list, when it misses a number.
		gone := ids[people-leave:]
		for _, id := range gone {
			p.local(p.a, id, false)
		}
		p.pass(simStep)
		silent = false
		p.nobodyOffline(3*time.Second, ids)
		if lists < 2 {
			t.Errorf("%d lists for the one who missed part %d", lists, lost)
		}
		p.pass(simGrace + time.Second)
		var want []string
		for _, id := range gone {
			want = append(want, id+" false")
		}
		p.told(p.b, want...)
		p.truth(ids, people-leave)

		p.b.Bye(p.now)
		p.pass(simStep)
		p.b, lists = presence.NewCore(presence.CoreConfig{ID: "c", Digest: simDigest, Grace: simGrace}, p.now), 0
		p.nobodyOffline(5*time.Second, ids[:people-leave])
		if lists < 2 {
			t.Errorf("%d lists for the newcomer who missed part %d", lists, lost)
		}
		p.told(p.b)
		p.truth(ids, people-leave)
		p.numbered(people, leave, parts)
	}
}

// nobodyOffline lets time pass in which b takes none of these for offline.
func (p *pair) nobodyOffline(d time.Duration, ids []string) {
	p.t.Helper()
	for end := p.now.Add(d); p.now.Before(end); {
		p.pass(simStep)
		for _, id := range ids {
			if is, _ := p.b.State(p.now, "acme", id); is == presence.Offline {
				p.t.Fatalf("%s is offline", id)
			}
		}
	}
}

// truth says that both know the first n to be online and the others not.
func (p *pair) truth(ids []string, n int) {
	p.t.Helper()
	for name, c := range map[string]*presence.Core{"a": p.a, "b": p.b} {
		for i, id := range ids {
			if is, _ := c.State(p.now, "acme", id); (is == presence.Online) != (i < n) || is == presence.Unknown {
				p.t.Fatalf("%s says that %s is %s", name, id, is)
			}
		}
	}
}

// numbered compares the messages of a: how many people they name, in which parts, and how long they are.
func (p *pair) numbered(people, left, parts int) {
	p.t.Helper()
	part, changed, digests := 0, 0, 0
	for _, m := range p.sent {
		if m.From != "a" {
			continue
		}
		text, err := json.Marshal(m)
		named := len(m.On["acme"]) + len(m.Off["acme"])
		if err != nil || len(text) > 128<<10 || named > 1000 {
			p.t.Errorf("a %s of %d people in %d bytes, %v", m.Kind, named, len(text), err)
		}
		switch m.Kind {
		case "change":
			changed += named
		case "digest":
			digests++
			if n := m.Sums["acme"][0]; n != uint64(people) && n != uint64(people-left) {
				p.t.Errorf("a digest says %d", n)
			}
		case "list":
			if m.Part != part%parts || m.Parts != parts {
				p.t.Errorf("part %d of %d after %d", m.Part, m.Parts, part)
			}
			part++
		}
	}
	if changed != people+left || digests < 2 || part < 4*parts {
		p.t.Errorf("%d changes, %d digests and %d parts of lists", changed, digests, part)
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
