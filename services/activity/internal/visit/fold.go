package visit

import (
	"cmp"
	"slices"
	"time"
)

// Fold returns the visit that a plan and the actions on it make, and its log in the order in which they happened. The order of
// actions, and how often each is in them, make no difference. Actions with one key must be equal.
//
// What happened after the visit ended stays in the log as a note. So a check-out that arrives after the day was closed, but happened
// before, completes the visit: the close then finds nothing to close.
func Fold(p Plan, actions []Action) (Visit, []Entry) {
	v := Visit{State: Pending, Since: p.At, Window: p.Window, Worker: p.Worker, Team: p.Team}
	log := entries(actions)
	for i := range log {
		e := &log[i]
		e.From = v.State
		if e.Rule == "" {
			e.Rule = v.apply(e.Action, e.does)
		}
		e.To = v.State
	}
	v.mark(log)
	return v, log
}

// mark says whether the office did some of the worker's steps, and whether the worker objects to the last of it.
func (v *Visit) mark(log []Entry) {
	var answered, objected time.Time
	for _, e := range log {
		switch {
		case e.Rule != "":
		case e.Kind == Object && e.Received.After(objected):
			objected = e.Received
		case e.Kind == Correct || e.Office && e.Kind.Walked():
			v.Corrected = true
			if e.Received.After(answered) {
				answered = e.Received
			}
		}
	}
	v.Objected = objected.After(answered)
}

// entries returns one entry an action, as they happened. Keys decide between equal ones, and never the order of arrival.
func entries(actions []Action) []Entry {
	log := make([]Entry, len(actions))
	for i, a := range actions {
		log[i] = Entry{Action: a, does: a.Kind}
	}
	slices.SortFunc(log, func(a, b Entry) int { return cmp.Compare(a.Key, b.Key) })
	log = slices.CompactFunc(log, func(a, b Entry) bool { return a.Key == b.Key })
	correct(log)
	slices.SortFunc(log, func(a, b Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(steps[a.does], steps[b.does]), cmp.Compare(a.Key, b.Key))
	})
	return log
}

// correct lets each correction stand for the check-in or check-out that it names. Of several corrections of one, the last that was
// made counts. log is sorted by key.
func correct(log []Entry) {
	counts := map[int]int{} // from what is corrected to the correction that counts
	for i := range log {
		e := &log[i]
		if e.Kind != Correct {
			continue
		}
		of, known := slices.BinarySearchFunc(log, e.Corrects, func(x Entry, key string) int { return cmp.Compare(x.Key, key) })
		if !known || log[of].Kind != CheckIn && log[of].Kind != CheckOut {
			e.Rule = RuleNothingToCorrect
			continue
		}
		e.does, log[of].Rule = log[of].Kind, RuleCorrected
		before, again := counts[of]
		switch {
		case !again:
			counts[of] = i
		case e.Received.After(log[before].Received):
			log[before].Rule, counts[of] = RuleCorrected, i
		default:
			e.Rule = RuleCorrected
		}
	}
}

// apply does one action, or says why it does nothing.
func (v *Visit) apply(a Action, does Kind) Rule {
	if does != Object && (does.Walked() || does.Remarked()) && !a.Office && a.By != v.Worker {
		return RuleNotAssigned // An objection is about what happened while the worker had the visit.
	}
	if does.Remarked() {
		return ""
	}
	o := next(v.State, does)
	if o.rule != "" {
		return o.rule
	}
	switch does {
	case Assign:
		if a.Worker == v.Worker && a.Team == v.Team {
			return RuleRepeated
		}
		if a.Worker == v.Worker { // Another team looks after it. Where the worker is with it stays.
			v.Team = a.Team
			return ""
		}
		v.Worker, v.Team, v.In = a.Worker, a.Team, nil
	case Reschedule:
		v.Window = a.Window
	case CheckIn:
		v.In = &a
	case CheckOut:
		v.Out = &a
	case Fail, Cancel:
		v.Reason = a.Reason
	case Close:
		if a.At.Before(v.Window.Until) {
			return RuleNotYetDue
		}
		v.Reason = ReasonClose
	case Reopen:
		v.In, v.Out, v.Reason = nil, nil, ""
	}
	if o.to != v.State {
		v.State, v.Since = o.to, a.At
	}
	return ""
}
