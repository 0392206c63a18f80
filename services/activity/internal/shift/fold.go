package shift

import (
	"cmp"
	"slices"
	"time"
)

// Fold returns the shifts that a user's actions make, oldest first, and the log in the order in which they happened. The order of
// actions, and how often each is in them, make no difference. Actions with one key must be equal. A shift that lasts longer than
// Longest before now has ended.
//
// What arrived after the hours of its time were approved is a note (Lock). So the shifts that began in the time of a lock stay as they
// were.
func Fold(actions []Action, locks []Lock, now time.Time) ([]Shift, []Entry) {
	return FoldSince(time.Time{}, actions, locks, now)
}

// FoldSince folds what happened at since or later, by its corrections. An action from before since is there only for its corrections,
// or is a correction of an action from after it.
func FoldSince(since time.Time, actions []Action, locks []Lock, now time.Time) ([]Shift, []Entry) {
	log := slices.DeleteFunc(entries(actions, locks), func(e Entry) bool { return e.At.Before(since) })
	var all []Shift
	for i := range log {
		e := &log[i]
		all = expire(all, locks, e.At, steps[e.does] > steps[End])
		if e.Kind == Object {
			e.Shift = e.Corrects
		}
		if e.Rule != "" || e.Kind == Object {
			continue
		}
		if n := len(all); n > 0 && all[n-1].Open() {
			if e.Rule = all[n-1].apply(e.does, e.Action); e.Rule != RuleNoShift {
				e.Shift = all[n-1].ID
			}
			continue
		}
		if e.does != Start {
			e.Rule = RuleNoShift
			continue
		}
		e.Shift = e.names()
		all = append(all, Shift{ID: e.Shift, Start: e.At})
	}
	all = expire(all, locks, now, true)
	mark(all, log)
	return all, log
}

// entries returns one entry an action, as they happened. Keys decide between equal ones, and never the order of arrival.
func entries(actions []Action, locks []Lock) []Entry {
	log := make([]Entry, len(actions))
	for i, a := range actions {
		log[i] = Entry{Action: a, does: a.Kind}
	}
	slices.SortFunc(log, func(a, b Entry) int { return cmp.Compare(a.Key, b.Key) })
	log = slices.CompactFunc(log, func(a, b Entry) bool { return a.Key == b.Key })
	correct(log, locks)
	for i := range log {
		if e := &log[i]; e.Rule == "" && e.Kind != Object && locked(locks, e.At, e.Received) {
			e.Rule = RuleLocked
		}
	}
	slices.SortFunc(log, func(a, b Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(steps[a.does], steps[b.does]), cmp.Compare(a.Key, b.Key))
	})
	return log
}

// correct lets each correction stand for the action that it names, in the order in which they were made: the last counts. A correction
// of a close is the end that it says. log is sorted by key.
func correct(log []Entry, locks []Lock) {
	var made []int
	for i, e := range log {
		if e.Kind == Correct {
			made = append(made, i)
		}
	}
	slices.SortStableFunc(made, func(a, b int) int { return log[a].Received.Compare(log[b].Received) })
	stands := map[int]int{} // from what is corrected to what stands for it
	for _, i := range made {
		e := &log[i]
		of, known := slices.BinarySearchFunc(log, e.Corrects, func(x Entry, key string) int { return cmp.Compare(x.Key, key) })
		if !known || log[of].Kind == Correct || log[of].Kind == Object || log[of].Received.After(e.Received) { // Nobody corrects what is not known.
			e.Rule = RuleNothingToCorrect
			continue
		}
		was, again := stands[of]
		if !again {
			was = of
		}
		if locked(locks, e.At, e.Received) || locked(locks, log[was].At, e.Received) {
			e.Rule = RuleLocked
			continue
		}
		if e.does = log[of].Kind; e.does == Close {
			e.does = End
		}
		log[was].Rule, stands[of] = RuleCorrected, i
	}
}

// names is the id of the shift that the entry begins. It stays when the start is corrected.
func (e Entry) names() string {
	if e.Kind == Correct {
		return e.Corrects
	}
	return e.Key
}

// expire ends the last shift if it lasts for too long, and at the beginning of a lock: when the hours from there on were approved, no
// shift was known to last into them. At that instant it may still end by itself; ended says that its time to do so is over.
func expire(all []Shift, locks []Lock, now time.Time, ended bool) []Shift {
	n := len(all)
	if n == 0 || !all[n-1].Open() {
		return all
	}
	s := &all[n-1]
	end := s.Start.Add(Longest)
	over := !now.Before(end)
	for _, l := range locks {
		if s.Start.Before(l.From) && l.From.Before(end) && (now.After(l.From) || ended && now.Equal(l.From)) {
			end, over = l.From, true
		}
	}
	if over {
		s.end(end)
		s.Forced = true
	}
	return all
}

// mark says which shifts the office entered or corrected, and which of these the worker objects to since.
func mark(all []Shift, log []Entry) {
	by := map[string]int{}
	for i, s := range all {
		by[s.ID] = i
	}
	answered, objected := map[int]time.Time{}, map[int]time.Time{}
	for _, e := range log {
		i, there := by[e.Shift]
		switch {
		case !there || e.Rule != "":
		case e.Kind == Object:
			objected[i] = later(objected[i], e.Received)
		case e.Office || e.Kind == Correct:
			all[i].Corrected = true
			answered[i] = later(answered[i], e.Received)
		}
	}
	for i, at := range objected {
		all[i].Objected = at.After(answered[i])
	}
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// apply does an action in a shift that lasts, or says why it does nothing.
func (s *Shift) apply(does Kind, a Action) Rule {
	switch does {
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
		if a.Ends.Before(s.Start) { // It was made for earlier work, when this was not known. This has a close of its own.
			return RuleNoShift
		}
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
