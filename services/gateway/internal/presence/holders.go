package presence

import (
	"hash/fnv"
	"time"
)

// expire tells who has gone. It says so of nobody before every gateway was heard after the grace, with nothing missing.
func (c *Core) expire(now time.Time) {
	if len(c.waiting) == 0 || !c.Certain(now) {
		return
	}
	heard := now
	for _, p := range c.peers {
		if p.sure.Before(heard) {
			heard = p.sure
		}
	}
	for w := range c.waiting {
		e := c.users[w.company][w.user]
		if e.gone.Add(c.cfg.Grace).After(heard) {
			continue
		}
		delete(c.waiting, w)
		c.forget(w)
		if e.said {
			c.events = append(c.events, Event{Company: w.company, User: w.user, Gone: e.gone, Orphan: e.orphan})
		}
	}
}

func (c *Core) forget(w who) {
	delete(c.users[w.company], w.user)
	c.count--
	if len(c.users[w.company]) == 0 {
		delete(c.users, w.company)
	}
}

// hold records that a gateway has a connection of a user. It returns false when there is no room for more users.
func (c *Core) hold(now time.Time, h *holder, w who, since int64) bool {
	e, known := c.users[w.company][w.user]
	if !known && c.count >= c.cfg.MaxUsers {
		c.full = true
		return false
	}
	if e.by&(1<<h.slot) != 0 {
		return true
	}
	if !known {
		if c.users[w.company] == nil {
			c.users[w.company] = map[string]entry{}
		}
		c.count++
	}
	was, _ := c.State(now, w.company, w.user)
	if e.by == 0 {
		delete(c.waiting, w)
	}
	e.by |= 1 << h.slot
	e.orphan = false
	h.add(w, 1)
	if c.begun && (!e.said || was == Unknown) {
		c.events = append(c.events, Event{Company: w.company, User: w.user, Online: true, Again: e.said})
	}
	if !e.said {
		e.said, e.since = true, since
	} else {
		e.since = min(e.since, since)
	}
	c.users[w.company][w.user] = e
	return true
}

// release records that a gateway has no connection of a user any more.
func (c *Core) release(at time.Time, h *holder, w who, orphan bool) {
	e, known := c.users[w.company][w.user]
	if !known {
		return
	}
	if e.by&(1<<h.slot) != 0 {
		// Otherwise it had one for so short a time that nobody heard of it. It counts for the grace.
		e.by &^= 1 << h.slot
		h.add(w, -1)
	}
	if at.After(e.gone) {
		// What is heard late of a gateway that died may be older than what ended elsewhere.
		e.gone, e.orphan = at, orphan
	}
	if e.by == 0 {
		c.waiting[w] = struct{}{}
	}
	c.users[w.company][w.user] = e
}

// add counts a user of a gateway. The hash is a sum, so that the order does not matter.
func (h *holder) add(w who, by int) {
	s := h.sums[w.company]
	f := fnv.New64a()
	_, _ = f.Write([]byte(w.user))
	s.count += by
	s.hash += uint64(by) * f.Sum64()
	if s.count == 0 {
		delete(h.sums, w.company)
		return
	}
	h.sums[w.company] = s
}

// of returns the users of a gateway.
func (c *Core) of(slot int) map[who]int64 {
	list := map[who]int64{}
	for company, users := range c.users {
		for user, e := range users {
			if e.by&(1<<slot) != 0 {
				list[who{company, user}] = e.since
			}
		}
	}
	return list
}

// remove forgets a gateway, whose connections ended at an instant. Before the last full list, its users may have been connected elsewhere without
// this gateway hearing of it.
func (c *Core) remove(p *peer, at time.Time, orphan bool) {
	if c.adopted.After(at) {
		at = c.adopted
	}
	for w := range c.of(p.slot) {
		c.release(at, &p.holder, w, orphan)
	}
	c.slots[p.slot] = false
	delete(c.peers, p.id)
}

// Eldest says whether this gateway has the lowest id of those that live: it writes for those that died.
func (c *Core) Eldest() bool {
	for id := range c.peers {
		if id < c.cfg.ID {
			return false
		}
	}
	return true
}
