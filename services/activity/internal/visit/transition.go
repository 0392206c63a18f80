package visit

// outcome is what an action makes of a state, or why it makes nothing of it.
type outcome struct {
	to   State
	rule Rule
}

// transitions says for each kind of action what it makes of each state. It is the only place that does. A state that is not named
// answers with a rule of its kind (next).
var transitions = map[Kind]map[State]outcome{
	Accept: {
		Pending:  {to: Accepted},
		Accepted: {rule: RuleRepeated},
		OnTheWay: {rule: RuleBehind},
		OnSite:   {rule: RuleBehind},
	},
	SetOut: {
		Pending:  {to: OnTheWay},
		Accepted: {to: OnTheWay},
		OnTheWay: {rule: RuleRepeated},
		OnSite:   {rule: RuleBehind},
	},
	CheckIn: {
		Pending:  {to: OnSite},
		Accepted: {to: OnSite},
		OnTheWay: {to: OnSite},
		OnSite:   {rule: RuleRepeated},
	},
	CheckOut: {
		Pending:  {rule: RuleNoCheckIn},
		Accepted: {rule: RuleNoCheckIn},
		OnTheWay: {rule: RuleNoCheckIn},
		OnSite:   {to: Completed},
	},
	Fail: {
		Pending:  {to: Incomplete},
		Accepted: {to: Incomplete},
		OnTheWay: {to: Incomplete},
		OnSite:   {to: Incomplete},
	},
	Cancel: {
		Pending:  {to: Cancelled},
		Accepted: {to: Cancelled},
		OnTheWay: {to: Cancelled},
		OnSite:   {to: Cancelled},
	},
	Close: {
		Pending:  {to: Incomplete},
		Accepted: {to: Incomplete},
		OnTheWay: {to: Incomplete},
		OnSite:   {to: Incomplete},
	},
	Assign: {
		Pending:  {to: Pending},
		Accepted: {to: Pending},
		OnTheWay: {to: Pending},
		OnSite:   {to: Pending},
	},
	Reschedule: {
		Pending:  {to: Pending},
		Accepted: {to: Accepted},
		OnTheWay: {to: OnTheWay},
		OnSite:   {to: OnSite},
	},
	Reopen: {
		Completed:  {to: Pending},
		Incomplete: {to: Pending},
		Cancelled:  {to: Pending},
	},
}

// next says what an action makes of a state.
func next(s State, k Kind) outcome {
	if o, ok := transitions[k][s]; ok {
		return o
	}
	if k == Reopen {
		return outcome{rule: RuleNotEnded}
	}
	return outcome{rule: RuleEnded}
}
