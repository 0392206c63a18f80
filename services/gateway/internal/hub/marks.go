package hub

// marksKept is how many marks the hub remembers for each stream. Most sockets that come back were at one of the newest
// messages, so their cursor is checked without a read from the stream.
const marksKept = 4096

// marks are the marks of some messages of one stream, by their sequence. The oldest one leaves first.
type marks struct {
	of    map[uint64]uint32
	order []uint64
	next  int
}

func (m *marks) put(seq uint64, mark uint32) {
	if m.of == nil {
		m.of = map[uint64]uint32{}
	}
	_, known := m.of[seq]
	m.of[seq] = mark
	switch {
	case known:
	case len(m.order) < marksKept:
		m.order = append(m.order, seq)
	default:
		delete(m.of, m.order[m.next])
		m.order[m.next] = seq
		m.next = (m.next + 1) % marksKept
	}
}

// Mark returns the mark of a stream's message; 0 means that the stream does not have it any more. ok is false when the hub
// does not know it.
func (h *Hub) Mark(s int, seq uint64) (mark uint32, ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	mark, ok = h.marks[s].of[seq]
	return mark, ok
}

// LearnMark remembers a mark that was read from the stream.
func (h *Hub) LearnMark(s int, seq uint64, mark uint32) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.marks[s].put(seq, mark)
}
