package shift

import (
	"errors"
	"time"
)

// Lock is a time in which the shifts that began are approved: [From, Until). What happened in it and was received after Since is a note.
type Lock struct{ From, Until, Since time.Time }

// ErrOpen says that a shift lasts that began before the end of a time. Its hours cannot be approved yet.
var ErrOpen = errors.New("a shift of this time lasts")

func locked(locks []Lock, at, received time.Time) bool {
	for _, l := range locks {
		if !at.Before(l.From) && at.Before(l.Until) && received.After(l.Since) {
			return true
		}
	}
	return false
}

// LockOf returns the lock that keeps the shifts that began in [from, until) as they are. all and log are those of Fold. The lock begins
// when a shift from before has ended, and lasts until the last shift has: also until its close, which comes after its end. The error
// is ErrOpen.
func LockOf(all []Shift, log []Entry, from, until, since time.Time) (Lock, error) {
	l := Lock{From: from, Until: until, Since: since}
	over := map[string]time.Time{}
	for _, e := range log {
		if e.Rule == "" && e.does == Close {
			over[e.Shift] = later(over[e.Shift], e.At)
		}
	}
	for _, s := range all {
		if !s.Start.Before(until) {
			break
		}
		if s.Open() {
			return Lock{}, ErrOpen
		}
		closed := time.Time{}
		if at, ok := over[s.ID]; ok {
			closed = at.Add(time.Millisecond)
		}
		if s.Start.Before(from) {
			l.From = later(l.From, later(s.End, closed))
		} else {
			l.Until = later(l.Until, later(s.End.Add(time.Millisecond), closed))
		}
	}
	l.Until = later(l.Until, l.From)
	for _, e := range log {
		l.Since = later(l.Since, e.Received)
	}
	return l, nil
}
