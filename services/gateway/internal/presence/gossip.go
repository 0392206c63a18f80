package presence

import "time"

// Message is what a gateway publishes for the others, as JSON.
type Message struct {
	// From is the id of the gateway, and N numbers all that it publishes, without a gap.
	From string `json:"f"`
	N    uint64 `json:"n"`
	Kind string `json:"k"`
	// To is the gateway that is asked for its list.
	To string `json:"t,omitempty"`
	// Lists asks everybody for their lists.
	Lists bool `json:"l,omitempty"`
	// Part is the number of this part of a list or of a digest, from 0, and Parts how many there are.
	Part  int `json:"p,omitempty"`
	Parts int `json:"q,omitempty"`
	// Knows are the other gateways from which this one has heard, each with the milliseconds since then, and Certain that they are all. Lists,
	// digests and the answers to a hello carry them.
	Knows   map[string]int64 `json:"g,omitempty"`
	Certain bool             `json:"z,omitempty"`
	// On are users by company, each with the time since when, in seconds; Off are users who have no connection here any more.
	On  map[string]map[string]int64 `json:"on,omitempty"`
	Off map[string][]string         `json:"off,omitempty"`
	// Sums is a digest: the number and the hash of the users of each company.
	Sums map[string][2]uint64 `json:"s,omitempty"`
	// Company is the company whose settings changed.
	Company string `json:"c,omitempty"`
}

// Kinds of messages.
const (
	kindHello    = "hello"    // who is there?
	kindBeat     = "beat"     // I am alive
	kindChange   = "change"   // who came and went
	kindDigest   = "digest"   // what I have, in short
	kindAsk      = "ask"      // send your list
	kindList     = "list"     // all that I have
	kindSettings = "settings" // a company decided something
	kindBye      = "bye"      // I end
)

const (
	// partUsers and partCompanies bound a part: an id has at most 64 characters, so a part is far below a message's limit of 1 MiB.
	partUsers     = 1000
	partCompanies = 1000
	// maxParts bounds the list of another gateway.
	maxParts = maxUsers / partUsers
)

func (c *Core) emit(now time.Time, m *Message) {
	c.n++
	m.From, m.N = c.cfg.ID, c.n
	c.sent, c.beatSoon = now, false
	c.out = append(c.out, m)
}

// flush makes messages of the changes here.
func (c *Core) flush(now time.Time) {
	if len(c.pending) == 0 {
		return
	}
	m, n := &Message{Kind: kindChange}, 0
	for w, since := range c.pending {
		if n == partUsers {
			c.emit(now, m)
			m, n = &Message{Kind: kindChange}, 0
		}
		m.put(w, since)
		n++
	}
	c.emit(now, m)
	clear(c.pending)
}

func (m *Message) put(w who, since int64) {
	if since == gone {
		if m.Off == nil {
			m.Off = map[string][]string{}
		}
		m.Off[w.company] = append(m.Off[w.company], w.user)
		return
	}
	if m.On == nil {
		m.On = map[string]map[string]int64{}
	}
	if m.On[w.company] == nil {
		m.On[w.company] = map[string]int64{}
	}
	m.On[w.company][w.user] = since
}

// list publishes all users who have a connection here.
func (c *Core) list(now time.Time) {
	parts := []*Message{{Kind: kindList}}
	n := 0
	for w, since := range c.of(0) {
		if n == partUsers {
			parts, n = append(parts, &Message{Kind: kindList}), 0
		}
		parts[len(parts)-1].put(w, since)
		n++
	}
	c.emitParts(now, parts)
}

// digests publishes the sums of all companies with a connection here.
func (c *Core) digests(now time.Time) {
	parts := []*Message{{Kind: kindDigest, Sums: map[string][2]uint64{}}}
	for company, s := range c.own.sums {
		if len(parts[len(parts)-1].Sums) == partCompanies {
			parts = append(parts, &Message{Kind: kindDigest, Sums: map[string][2]uint64{}})
		}
		parts[len(parts)-1].Sums[company] = [2]uint64{uint64(s.count), s.hash}
	}
	c.emitParts(now, parts)
}

func (c *Core) emitParts(now time.Time, parts []*Message) {
	c.introduce(now, parts[0])
	for i, m := range parts {
		m.Part, m.Parts = i, len(parts)
		c.emit(now, m)
	}
}

// introduce names the gateways from which this one has heard. It does not pass on what others named: a dead gateway would never be forgotten.
func (c *Core) introduce(now time.Time, m *Message) {
	for id, p := range c.peers {
		if p.next == 0 {
			continue
		}
		if m.Knows == nil {
			m.Knows = map[string]int64{}
		}
		m.Knows[id] = now.Sub(p.heard).Milliseconds()
	}
	m.Certain = c.Certain(now)
}

// learn makes peers of the gateways that another one knows. Until they are heard, or their lease has ended, nothing is certain.
func (c *Core) learn(now time.Time, m *Message) {
	for id, ago := range m.Knows {
		if id == c.cfg.ID || c.peers[id] != nil {
			continue
		}
		if p := c.meet(now, id, 0); p != nil {
			p.heard = now.Add(-time.Duration(min(max(0, ago), c.cfg.lease().Milliseconds())) * time.Millisecond)
		}
	}
	c.answered = c.answered || m.Certain
}

// Receive takes in a message of a gateway. Messages of one gateway come in the order in which it published them, or not at all.
func (c *Core) Receive(now time.Time, m *Message) {
	if m.From == c.cfg.ID || m.From == "" {
		return
	}
	p := c.peers[m.From]
	if p == nil {
		if m.Kind == kindBye {
			return
		}
		if p = c.meet(now, m.From, m.N); p == nil {
			return
		}
		// What it says before its list counts for nothing, unless it has just begun and has nothing.
		p.synced = m.Kind == kindHello && m.Lists && m.N == 1
	}
	if c.calling {
		c.learn(now, m)
	}
	p.heard, p.current, p.missing = now, true, false
	if m.N < p.next {
		return
	}
	if m.N != p.next {
		if p.synced {
			c.gaps++
		}
		p.synced, p.list = false, nil
	}
	p.next = m.N + 1
	if !c.take(now, p, m) {
		return
	}
	if p.synced {
		p.sure = now
	} else if p.list == nil && now.Sub(p.asked) >= c.cfg.beat() {
		c.ask(now, p)
	}
}

// meet gives a new gateway a slot. If none is free, nothing is certain for as long as that gateway may live.
func (c *Core) meet(now time.Time, id string, next uint64) *peer {
	for slot, taken := range c.slots {
		if !taken {
			c.slots[slot] = true
			p := &peer{holder: holder{slot: slot, sums: map[string]sum{}}, id: id, next: next}
			c.peers[id] = p
			return p
		}
	}
	c.crowded = now.Add(c.cfg.lease())
	return nil
}

// take takes in what a message says. It returns false when the gateway ended.
func (c *Core) take(now time.Time, p *peer, m *Message) bool {
	switch m.Kind {
	case kindBye:
		c.remove(p, now, false)
		return false
	case kindHello:
		c.beatSoon = true
		c.answer = c.answer || m.Lists
	case kindAsk:
		c.answer = c.answer || m.To == c.cfg.ID
	case kindSettings:
		c.changed = append(c.changed, m.Company)
	case kindChange:
		if p.synced {
			c.apply(now, p, m)
		}
	case kindDigest:
		if p.synced && !c.full {
			c.compare(p, m)
		}
	case kindList:
		if !p.synced {
			c.collect(now, p, m)
		}
	}
	return true
}

func (c *Core) apply(now time.Time, p *peer, m *Message) {
	for company, users := range m.On {
		for user, since := range users {
			c.hold(now, &p.holder, who{company, user}, since)
		}
	}
	for company, users := range m.Off {
		for _, user := range users {
			c.release(now, &p.holder, who{company, user}, false)
		}
	}
}

// compare compares a part of a digest with what is known. The parts follow each other without a change between them.
func (c *Core) compare(p *peer, m *Message) {
	if m.Part == 0 {
		p.digested = 0
	}
	for company, s := range m.Sums {
		if p.sums[company] != (sum{int(s[0]), s[1]}) {
			p.digested = -maxUsers
		}
		p.digested++
	}
	if m.Part == m.Parts-1 && p.digested != len(p.sums) {
		c.mismatches++
		p.synced = false
	}
}

// collect takes in a part of a list, and with the last one the list.
func (c *Core) collect(now time.Time, p *peer, m *Message) {
	switch {
	case m.Part == 0:
		p.list, p.parts = map[who]int64{}, 0
	case p.list == nil || m.Part != p.parts:
		p.list = nil
		return
	}
	for company, users := range m.On {
		for user, since := range users {
			p.list[who{company, user}] = since
		}
	}
	p.parts++
	switch {
	case p.parts > maxParts, len(p.list) > c.cfg.MaxUsers:
		p.list = nil
	case p.parts == m.Parts:
		c.adopt(now, p)
	}
}

// adopt replaces what is known of a gateway by its list.
func (c *Core) adopt(now time.Time, p *peer) {
	for w := range c.of(p.slot) {
		if _, still := p.list[w]; !still {
			c.release(now, &p.holder, w, false)
		}
	}
	for w, since := range p.list {
		c.hold(now, &p.holder, w, since)
	}
	// Who waits for the end of the grace may have come and gone meanwhile, and nobody heard of it.
	for w := range c.waiting {
		e := c.users[w.company][w.user]
		e.gone = now
		c.users[w.company][w.user] = e
	}
	p.list, p.synced, c.adopted = nil, true, now
}
