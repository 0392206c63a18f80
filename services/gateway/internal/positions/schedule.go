package positions

import (
	"container/heap"
	"time"
)

// turn is when a room must be read. An urgent turn is due at once, and goes first.
type turn struct {
	urgent bool
	at     time.Time
}

func (t turn) before(other turn) bool {
	if t.urgent != other.urgent {
		return t.urgent
	}
	return t.at.Before(other.at)
}

// longest is how long an empty schedule sleeps.
const longest = time.Hour

// schedule is a heap of the rooms that wait for their turn.
type schedule []*feed

// put adds a room, or moves its turn to an earlier time. A room that has an earlier turn keeps it.
func (s *schedule) put(f *feed, t turn) {
	switch {
	case f.place < 0:
		f.turn = t
		heap.Push(s, f)
	case t.before(f.turn):
		f.turn = t
		heap.Fix(s, f.place)
	}
}

// remove removes a room, if it is in the schedule.
func (s *schedule) remove(f *feed) {
	if f.place >= 0 {
		heap.Remove(s, f.place)
	}
}

// pop returns the next room that is due, or how long to wait for one.
func (s *schedule) pop(now time.Time) (f *feed, in time.Duration) {
	if len(*s) == 0 {
		return nil, longest
	}
	next := (*s)[0]
	if !next.turn.urgent && next.turn.at.After(now) {
		return nil, next.turn.at.Sub(now)
	}
	heap.Remove(s, 0)
	next.reading = true
	return next, 0
}

func (s schedule) Len() int           { return len(s) }
func (s schedule) Less(i, j int) bool { return s[i].turn.before(s[j].turn) }
func (s schedule) Swap(i, j int) {
	s[i], s[j] = s[j], s[i]
	s[i].place, s[j].place = i, j
}

// Push implements heap.Interface.
func (s *schedule) Push(x any) {
	f := x.(*feed)
	f.place = len(*s)
	*s = append(*s, f)
}

// Pop implements heap.Interface.
func (s *schedule) Pop() any {
	last := len(*s) - 1
	f := (*s)[last]
	(*s)[last] = nil
	*s = (*s)[:last]
	f.place = -1
	return f
}
