package queue

import (
	"slices"
	"strings"
)

// positions holds the newest waiting position of each user, in the order in which the users were added. The queue's lock
// guards it.
type positions struct {
	list []place
	// index finds a user's place. It is used only when a search through all places would take longer. Places are numbered
	// from the very first one; gone is how many of them have left.
	index    map[string]int
	gone     int
	replaced int
}

type place struct {
	user string
	Item
}

const indexFrom = 32

func (p *positions) len() int { return len(p.list) }

func (p *positions) put(user string, it Item) {
	if i := p.find(user); i >= 0 {
		p.list[i].Item = it
		p.replaced++
		return
	}
	p.list = append(p.list, place{user, it})
	switch {
	case p.index != nil:
		p.index[user] = p.gone + len(p.list) - 1
	case len(p.list) > indexFrom:
		p.index = make(map[string]int, 2*indexFrom)
		for i, x := range p.list {
			p.index[x.user] = p.gone + i
		}
	}
}

func (p *positions) find(user string) int {
	if p.index != nil {
		if n, ok := p.index[user]; ok {
			return n - p.gone
		}
		return -1
	}
	for i := range p.list {
		if p.list[i].user == user {
			return i
		}
	}
	return -1
}

// take removes the first position. The memory of the places before it is freed when the slice grows next.
func (p *positions) take() Item {
	first := p.list[0]
	p.list[0] = place{}
	delete(p.index, first.user)
	if len(p.list) == 1 {
		p.clear()
		return first.Item
	}
	p.list = p.list[1:]
	p.gone++
	return first.Item
}

// forget removes the positions whose key begins with a prefix, and keeps the order of the others.
func (p *positions) forget(prefix string) {
	before := p.list
	kept := slices.DeleteFunc(slices.Clone(before), func(x place) bool { return strings.HasPrefix(x.user, prefix) })
	if len(kept) == len(before) {
		return
	}
	p.clear()
	for _, x := range kept {
		p.put(x.user, x.Item)
	}
}

// clear removes all positions, and keeps some memory for the next ones.
func (p *positions) clear() {
	p.index, p.gone = nil, 0
	if cap(p.list) > keep {
		p.list = nil
		return
	}
	clear(p.list)
	p.list = p.list[:0]
}
