package shift

import (
	"cmp"
	"slices"
	"time"
)

// Fold returns the shifts that a user's actions make, oldest first, and the log in the order in which they happened. The order of
// actions, and how often each is in them, make no difference. Actions with one key must be equal. A shift that lasts longer than
// Longest before now has ended.
func Fold(actions []Action, now time.Time) ([]Shift, []Entry) {
	log := entries(actions)
	var all []Shift
	for i := range log {
		e := &log[i]
		all = expire(all, e.At)
		if n := len(all); n > 0 && all[n-1].Open() {
			e.Shift, e.Rule = all[n-1].ID, all[n-1].apply(e.Action)
			continue
		}
		if e.Kind != Start {
			e.Rule = RuleNoShift
			continue
		}
		all, e.Shift = append(all, Shift{ID: e.Key, Start: e.At}), e.Key
	}
	return expire(all, now), log
}

// entries returns one entry an action, as they happened. Keys decide between equal ones, and never the order of arrival.
func entries(actions []Action) []Entry {
	log := make([]Entry, len(actions))
	for i, a := range actions {
		log[i] = Entry{Action: a}
	}
	slices.SortFunc(log, func(a, b Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(steps[a.Kind], steps[b.Kind]), cmp.Compare(a.Key, b.Key))
	})
	return slices.CompactFunc(log, func(a, b Entry) bool { return a.Key == b.Key })
}

// expire ends the last shift if it lasts for too long.
func expire(all []Shift, now time.Time) []Shift {
	if n := len(all); n > 0 && all[n-1].Open() && !now.Before(all[n-1].Start.Add(Longest)) {
		all[n-1].end(all[n-1].Start.Add(Longest))
		all[n-1].Forced = true
	}
	return all
}

// apply does an action in a shift that lasts, or says why it does nothing.
func (s *Shift) apply(a Action) Rule {
	switch a.Kind {
	case Start:
		return RuleRepeated
	case Pause:
		if s.Paused() {
			return RuleRepeated
		}
		s.Pauses = append(s.Pauses, Span{From: a.At})
	case Resume:
		if !s.Paused() {
			return RuleNoPause
		}
		s.Pauses[len(s.Pauses)-1].Until = a.At
	case End:
		s.end(a.At)
	case Close:
		s.end(a.Ends)
		s.Forced = true
	}
	return ""
}

// end ends a shift, not before it began, and cuts its pauses there.
func (s *Shift) end(at time.Time) {
	if at.Before(s.Start) {
		at = s.Start
	}
	s.End = at
	s.Pauses = slices.DeleteFunc(s.Pauses, func(p Span) bool { return !p.From.Before(at) })
	if n := len(s.Pauses); n > 0 && (s.Pauses[n-1].Until.IsZero() || s.Pauses[n-1].Until.After(at)) {
		s.Pauses[n-1].Until = at
	}
}
