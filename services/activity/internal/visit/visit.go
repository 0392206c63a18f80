// Package visit says what a visit is. It is pure: no clock, no database.
//
// A visit's state is not stored by whoever acts. It is folded from all actions that are known about it, in the order in which they
// happened (Fold). So the order in which a phone's queue arrives, and what it sends twice, changes nothing. A task is a visit
// without a place.
package visit

import "time"

// State is where a visit stands. The words are part of the API.
type State string

// The states of a visit. The last three are ends.
const (
	Pending    State = "pendiente"
	Accepted   State = "aceptada"
	OnTheWay   State = "en_ruta"
	OnSite     State = "en_sitio"
	Completed  State = "completada"
	Incomplete State = "incompleta"
	Cancelled  State = "cancelada"
)

// ReasonClose is why a visit that the end of the day closed is incomplete. It is part of the API.
const ReasonClose = "cierre"

// Ended says that nothing more is to be done.
func (s State) Ended() bool { return s == Completed || s == Incomplete || s == Cancelled }

// Window is when a visit is to be done, [From, Until). Until is after From.
type Window struct {
	From, Until time.Time
}

// Plan is what the office decided when it made the visit.
type Plan struct {
	// At is when the visit was made. What happened before it counts too: the office may write down in the evening what was done that day.
	At     time.Time
	Window Window
	// Worker is who does it; empty while nobody is assigned. Team is whose supervisors look after it; empty for none.
	Worker, Team string
}

// Visit is what the actions came to.
type Visit struct {
	State State
	// Since is when the visit came into its state.
	Since  time.Time
	Window Window
	Worker string
	Team   string
	// In and Out are the check-in and the check-out that count, nil while there is none.
	In, Out *Action
	// Reason is why it ended as incomplete or cancelled.
	Reason string
	// Corrected says that the office did or corrected some of the worker's steps, and Objected that the worker has not agreed since.
	Corrected, Objected bool
}

// Entry is an action and what came of it: an entry of the visit's log.
type Entry struct {
	Action
	// From and To are the states before and after. They are equal when the action changed none.
	From, To State
	// Rule says why the action changed nothing, empty if it did what it says.
	Rule Rule
	// does is what the action does: its kind, or what it corrects.
	does Kind
}

// Rule is why an action is a note and no more. The words are part of the API.
type Rule string

// The rules.
const (
	// RuleRepeated: the visit was there already, as when two phones of a worker report the same.
	RuleRepeated Rule = "repeated"
	// RuleBehind: the visit was further already, as when a worker accepts after the check-in.
	RuleBehind Rule = "behind"
	// RuleEnded: the visit had ended when it happened.
	RuleEnded Rule = "ended"
	// RuleNoCheckIn: a check-out without a check-in before it. It counts when the check-in arrives.
	RuleNoCheckIn Rule = "no_check_in"
	// RuleNotAssigned: the visit was somebody else's when it happened. Answers that come with it do not count.
	RuleNotAssigned Rule = "not_assigned"
	// RuleNotYetDue: the day was closed while the visit's window was still open.
	RuleNotYetDue Rule = "not_yet_due"
	// RuleCorrected: a correction replaced it.
	RuleCorrected Rule = "corrected"
	// RuleNothingToCorrect: the action that it corrects is not known, or cannot be corrected.
	RuleNothingToCorrect Rule = "nothing_to_correct"
	// RuleNotEnded: what has not ended cannot be opened again.
	RuleNotEnded Rule = "not_ended"
)
