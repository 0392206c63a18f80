package queue

// positions are the newest of each user that still waits, in the order in which the users came. The queue's lock guards
// them.
type positions struct {
	list []place
	// index finds a user's place once looking at each would cost more. Places are numbered from the first that ever was;
	// gone of them have left.
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

// take removes the first. The slice's places before it are given back when it next grows.
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

// clear keeps a few places for the next.
func (p *positions) clear() {
	p.index, p.gone = nil, 0
	if cap(p.list) > keep {
		p.list = nil
		return
	}
	clear(p.list)
	p.list = p.list[:0]
}
