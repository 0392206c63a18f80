// Package shift says when somebody worked. It is pure: no clock, no database.
//
// Shifts are folded from a user's actions, in the order in which they happened (Fold). So the order in which a phone's queue
// arrives, and what two phones of a user both say, changes nothing.
package shift

import "time"

// Longest is how long a shift can last. One that nobody ends is over then.
const Longest = 36 * time.Hour

// Kind is what somebody did. The words are part of the API.
type Kind string

// The kinds of actions.
const (
	Start  Kind = "start"
	Pause  Kind = "pause"
	Resume Kind = "resume"
	End    Kind = "end"
	// Close is the end of the day. It ends a shift at Ends, which is before the action itself: whoever works longer than planned and
	// says so before the close has worked longer.
	Close Kind = "close"
	// Correct replaces when an action happened (Corrects, At). A close that is corrected is an end.
	Correct Kind = "correct"
	// Object is a worker who does not agree with what the office or the close made of a shift (Corrects).
	Object Kind = "object"
)

// steps are the places of kinds among actions of the same instant: an End before a Start, so that one shift may follow another at once.
var steps = map[Kind]int{End: 1, Start: 2, Resume: 3, Pause: 4, Close: 5, Correct: 6, Object: 7}

// Known says whether there is such a kind.
func (k Kind) Known() bool { return steps[k] > 0 }

// Action is something that somebody did. It never changes once it is known.
type Action struct {
	// Key is the client's idempotency key, unique for the user.
	Key  string
	Kind Kind
	// At is when it happened, by the clock of whoever did it, and Received when Terreno got to know. At decides.
	At, Received time.Time
	// By is who did it: the user or, with a reason, the office. It is empty for the close of the day.
	By string
	// Office says that somebody else did it than the user.
	Office bool
	Reason string
	Device string
	// Corrects is the key of the action that a Correct replaces, or the id of the shift to which an Object objects.
	Corrects string
	// Ends is when a Close ends the shift: its planned end, or At where nothing was planned.
	Ends time.Time
}

// Span is [From, Until).
type Span struct{ From, Until time.Time }

// Shift is a time of work.
type Shift struct {
	// ID is the key of the action that began it.
	ID    string
	Start time.Time
	// End is zero while the shift lasts.
	End time.Time
	// Pauses do not overlap and lie in the shift, ascending. The Until of the last is zero while it lasts.
	Pauses []Span
	// Forced says that nobody ended it: the end of the day did, or Longest, or the beginning of approved hours.
	Forced bool
	// Corrected says that the office entered or corrected some of it, and Objected that the worker has not agreed since.
	Corrected, Objected bool
}

// Open says that it lasts.
func (s Shift) Open() bool { return s.End.IsZero() }

// Paused says that it lasts and is interrupted now.
func (s Shift) Paused() bool {
	return s.Open() && len(s.Pauses) > 0 && s.Pauses[len(s.Pauses)-1].Until.IsZero()
}

// Holds says whether an instant is in the shift. A pause belongs to it.
func (s Shift) Holds(at time.Time) bool { return !at.Before(s.Start) && (s.Open() || at.Before(s.End)) }

// Worked is the time from the start to the end, or to now while the shift lasts, without the pauses.
func (s Shift) Worked(now time.Time) time.Duration {
	until := func(t time.Time) time.Time {
		if t.IsZero() {
			return now
		}
		return t
	}
	worked := until(s.End).Sub(s.Start)
	for _, p := range s.Pauses {
		worked -= until(p.Until).Sub(p.From)
	}
	return max(0, worked)
}

// Entry is an action and what came of it: an entry of the log.
type Entry struct {
	Action
	// Shift is the id of the shift to which it belongs, empty if there was none.
	Shift string
	// Rule says why the action changed nothing, empty if it did what it says.
	Rule Rule
	// does is what the action does: its kind, or what it corrects.
	does Kind
}

// Rule is why an action is a note and no more. The words are part of the API.
type Rule string

// The rules.
const (
	// RuleRepeated: a shift, or a pause, had begun already, as when two phones of a user report the same.
	RuleRepeated Rule = "repeated"
	// RuleNoShift: no shift was going on. The action counts when the start of its shift arrives.
	RuleNoShift Rule = "no_shift"
	// RuleNoPause: the shift was not paused.
	RuleNoPause Rule = "no_pause"
	// RuleCorrected: a correction replaced it.
	RuleCorrected Rule = "corrected"
	// RuleNothingToCorrect: the action that it corrects is not known, or cannot be corrected.
	RuleNothingToCorrect Rule = "nothing_to_correct"
	// RuleLocked: the hours of this time were approved before it arrived.
	RuleLocked Rule = "locked"
)
