package presence

import (
	"cmp"
	"time"
)

// State is what a gateway says of a user.
type State string

// The states. Hidden is a person outside shifts whose company shows people in their shifts only; Core never says it.
const (
	Online  State = "online"
	Offline State = "offline"
	Unknown State = "unknown"
	Hidden  State = "hidden"
)

const (
	// leaseDigests is how many digests a gateway may miss before the others take it for dead.
	leaseDigests = 3
	// beats is how many signs of life a gateway gives between two digests. A lost message is noticed with the next one.
	beats = 10
	// rollCall is how many beats a gateway waits for those that it does not know yet.
	rollCall = 3

	maxGateways = 63
	maxUsers    = 1_000_000
)

// CoreConfig is the configuration of a Core.
type CoreConfig struct {
	// ID is the gateway's own, another one for each process.
	ID string
	// Digest is the time between two digests, and Grace how long a user stays online without a connection.
	Digest, Grace time.Duration
	// MaxUsers is how many users it keeps, of all gateways. Zero means a million.
	MaxUsers int
}

func (c CoreConfig) beat() time.Duration  { return c.Digest / beats }
func (c CoreConfig) lease() time.Duration { return leaseDigests * c.Digest }

// Event says that a user came online or went offline.
type Event struct {
	Company, User string
	Online        bool
	// Again means that the user was said to be online before, but was unknown until now.
	Again bool
	// Gone is when the last connection of a user who is offline ended, as far as it is known.
	Gone time.Time
	// Orphan means that the gateway with that connection was lost, so it has not written when the user was last seen.
	Orphan bool
}

// who is a user of a company.
type who struct{ company, user string }

// entry is a user who is online, or was until now. by has a bit for each gateway with a connection of the user: bit 0 is this gateway.
type entry struct {
	by    uint64
	since int64     // domain time in seconds, as the gateway with the first connection said
	gone  time.Time // when a connection of the user last ended
	// said means that people were told that the user is online.
	said, orphan bool
}

// sum is a digest of one company: how many users a gateway has, and a hash of their ids in any order.
type sum struct {
	count int
	hash  uint64
}

type holder struct {
	slot int
	sums map[string]sum
}

// peer is another gateway.
type peer struct {
	holder
	id string
	// next is the number of its next message.
	next uint64
	// synced means that what is known of it is all that it has said. sure is when it was last heard while it was synced.
	synced bool
	sure   time.Time
	// heard is when it was last heard. current means that this was after the last start.
	heard   time.Time
	current bool
	// missing means that its lease ended at missed, and nobody knows yet whether it is dead or beyond a split.
	missing bool
	missed  time.Time
	asked   time.Time
	// list is what came of its full list, and parts how many parts.
	list  map[who]int64
	parts int
	// digested counts the companies of a digest that were equal.
	digested int
}

// Core knows who is online over all gateways. It has no clock and does no I/O: it is told what happens and when, and gives what must be
// sent (Take). It is not safe for concurrent use.
//
// What it guarantees, whatever gets lost: it says that a user is offline only after the grace without any connection at a gateway that it
// can hear, and only when it has heard every living gateway after that, with nothing missing.
type Core struct {
	cfg   CoreConfig
	own   holder
	users map[string]map[string]entry
	count int
	peers map[string]*peer
	slots [maxGateways + 1]bool
	// waiting are the users without a connection of whom people still believe that they are online.
	waiting map[who]struct{}

	up    bool
	began time.Time
	// quorum is when the streams were last asked and answered. It is zero while they have not since began.
	quorum time.Time
	// calling is true from began until the Core is certain. answered is true once a gateway that is certain has named those that it knows.
	calling, answered bool
	// crowded is until when there were more gateways than this Core can count.
	crowded time.Time
	// full means that there were more users than the Core keeps. refused are those of them who have a connection here.
	full    bool
	refused map[who]int64
	// begun means that the Core was certain once. Before that it tells of nobody.
	begun, sure bool
	ticked      time.Time

	n                uint64
	sent, digest     time.Time
	listed           time.Time
	adopted          time.Time // when a full list was last taken in
	answer, beatSoon bool
	pending          map[who]int64
	out              []*Message
	events           []Event
	// settled is set when the Core becomes certain, and everybody when it had to forget users without an event. changed holds the companies
	// whose settings changed.
	settled, everybody bool
	changed            []string
	// mismatches, gaps and lost count what went wrong, for the metrics.
	mismatches, gaps, lost int
}

// NewCore makes a Core that begins now.
func NewCore(cfg CoreConfig, now time.Time) *Core {
	cfg.MaxUsers = cmp.Or(cfg.MaxUsers, maxUsers)
	c := &Core{
		cfg: cfg, own: holder{sums: map[string]sum{}}, users: map[string]map[string]entry{}, peers: map[string]*peer{}, waiting: map[who]struct{}{},
		refused: map[who]int64{}, pending: map[who]int64{}, up: true, digest: now, ticked: now,
	}
	c.slots[0] = true
	c.start(now, true)
	return c
}

// start begins anew: nothing is certain until every gateway was heard. lists asks all of them for their full lists.
func (c *Core) start(now time.Time, lists bool) {
	c.began, c.quorum, c.calling, c.answered = now, time.Time{}, true, false
	for _, p := range c.peers {
		p.heard, p.current, p.missing = now, false, false
	}
	c.emit(now, &Message{Kind: kindHello, Lists: lists})
}

// Local says that a user has a first connection here, or no longer one. stamp is domain time in seconds.
func (c *Core) Local(now time.Time, company, user string, on bool, stamp int64) {
	w := who{company, user}
	delete(c.refused, w)
	if !on {
		stamp = gone
		c.release(now, &c.own, w, false)
	} else if !c.hold(now, &c.own, w, stamp) {
		c.refused[w] = stamp
		return
	}
	c.pending[w] = stamp
}

// gone stands for no time in Core.pending.
const gone = -1

// Link says whether this gateway is connected. After a lost connection it begins anew.
func (c *Core) Link(now time.Time, up bool) {
	if up && !c.up {
		c.start(now, false)
	}
	c.up = up
}

// Restart says that messages may be missing.
func (c *Core) Restart(now time.Time) { c.start(now, false) }

// WantsQuorum says whether Quorum must be called: the streams must say whether this gateway is in the part of a split that decides. They
// are asked once in a digest, and when a gateway is missing.
func (c *Core) WantsQuorum(now time.Time) bool {
	if !c.up {
		return false
	}
	if now.Sub(c.quorum) >= c.cfg.Digest {
		return true
	}
	for _, p := range c.peers {
		if p.missing {
			return true
		}
	}
	return false
}

// Quorum says that the leader of a stream answered a question that was asked at an instant. So what was missing then is dead, or in a
// part of a split that decides nothing.
func (c *Core) Quorum(asked time.Time) {
	if asked.Before(c.began) {
		return
	}
	if !c.quorum.IsZero() && asked.Sub(c.quorum) > 2*c.cfg.Digest {
		// The quorum is back. The others need some time to come back too.
		for _, p := range c.peers {
			if p.missing {
				p.heard, p.current, p.missing = asked, false, false
			}
		}
	}
	c.quorum = asked
	for _, p := range c.peers {
		if p.missing && !asked.Before(p.missed) {
			if p.next > 0 {
				c.lost++
			}
			c.remove(p, p.heard, true)
		}
	}
}

// Bye makes the last message: this gateway ends.
func (c *Core) Bye(now time.Time) {
	c.flush(now)
	c.emit(now, &Message{Kind: kindBye})
}

// Tell makes a message that the settings of a company changed.
func (c *Core) Tell(now time.Time, company string) {
	c.flush(now)
	c.emit(now, &Message{Kind: kindSettings, Company: company})
}

// Take returns what must be published, in this order, and what people must be told.
func (c *Core) Take(now time.Time) (out []*Message, events []Event) {
	c.flush(now)
	out, events = c.out, c.events
	c.out, c.events = nil, nil
	return out, events
}

// Settled says once that the Core has become certain: who was told unknown can be told now. everybody means that what others were told may
// be wrong too.
func (c *Core) Settled() (settled, everybody bool) {
	if settled = c.settled; settled {
		everybody, c.everybody = c.everybody, false
	}
	c.settled = false
	return settled, everybody
}

// Changed returns the companies of whose settings other gateways said that they changed.
func (c *Core) Changed() []string {
	list := c.changed
	c.changed = nil
	return list
}

// Tick does what is due. Call it often, at least once a beat. behind means that messages of other gateways wait to be received: what they
// say may be older than it seems, so nobody is said to be offline.
func (c *Core) Tick(now time.Time, behind bool) {
	if now.Sub(c.ticked) > c.cfg.Digest {
		// The process stood still: the leases of the others ended only here.
		c.start(now, false)
	}
	c.ticked = now
	if c.up {
		for _, p := range c.peers {
			c.watch(now, p)
		}
	}
	c.flush(now)
	if c.answer && now.Sub(c.listed) >= c.cfg.beat() {
		c.answer, c.listed = false, now
		c.list(now)
	}
	if now.Sub(c.digest) >= c.cfg.Digest {
		c.digest = now
		c.digests(now)
	}
	if c.beatSoon || now.Sub(c.sent) >= c.cfg.beat() {
		m := &Message{Kind: kindBeat}
		if c.beatSoon {
			c.introduce(now, m)
		}
		c.emit(now, m)
	}
	if c.full {
		c.makeRoom(now)
	}
	certain := c.Certain(now)
	if certain && !c.sure {
		c.settled = true
	}
	c.sure, c.begun, c.calling = certain, c.begun || certain, c.calling && !certain
	if !behind {
		c.expire(now)
	}
}

// makeRoom forgets users who have gone, without an event: while users are missing, nothing is certain. When there is room again, the others are
// asked for their lists, and the users here who were refused come in.
func (c *Core) makeRoom(now time.Time) {
	for w := range c.waiting {
		if now.Sub(c.users[w.company][w.user].gone) >= c.cfg.Grace {
			delete(c.waiting, w)
			c.forget(w)
			c.everybody = true
		}
	}
	if 10*c.count >= 9*c.cfg.MaxUsers {
		return
	}
	c.full = false
	for _, p := range c.peers {
		p.synced = false
	}
	refused := c.refused
	c.refused = map[who]int64{}
	for w, since := range refused {
		c.Local(now, w.company, w.user, true, since)
	}
}

// watch ends the lease of a gateway, or asks it for its list.
func (c *Core) watch(now time.Time, p *peer) {
	switch {
	case p.missing:
	case now.Sub(p.heard) > c.cfg.lease():
		p.missing, p.missed = true, now
	case !p.synced && p.current && now.Sub(p.asked) >= c.cfg.beat():
		c.ask(now, p)
	}
}

func (c *Core) ask(now time.Time, p *peer) {
	p.asked = now
	c.emit(now, &Message{Kind: kindAsk, To: p.id})
}

// Certain says whether the Core knows of everybody: who has no connection is offline.
func (c *Core) Certain(now time.Time) bool {
	switch {
	case !c.up, c.full, now.Before(c.crowded), now.Sub(c.began) < rollCall*c.cfg.beat(), now.Sub(c.quorum) > c.cfg.lease():
		return false
	case c.calling && !c.answered && now.Sub(c.began) <= c.cfg.lease():
		// No gateway has answered that could know of others that are silent at the moment. After a lease, those that are silent are dead.
		return false
	}
	for _, p := range c.peers {
		if p.missing || !p.synced || !p.current {
			return false
		}
	}
	return true
}

// State returns what the Core knows of a user, and since when a user who is online is so, in seconds of domain time.
func (c *Core) State(now time.Time, company, user string) (is State, since int64) {
	e, ok := c.users[company][user]
	switch {
	case !ok && c.Certain(now):
		return Offline, 0
	case !ok:
		return Unknown, 0
	case e.by&1 != 0:
		return Online, e.since
	case !c.up:
		return Unknown, 0
	case e.by != 0:
		for _, p := range c.peers {
			if e.by&(1<<p.slot) != 0 && p.current && !p.missing {
				return Online, e.since
			}
		}
		return Unknown, 0
	case now.Sub(e.gone) < c.cfg.Grace:
		return Online, e.since
	default:
		return Unknown, 0
	}
}
