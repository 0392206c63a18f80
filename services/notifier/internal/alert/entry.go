package alert

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// What can happen to an alert. Each happens at most once. Steps of its escalation are WhatStep.
const (
	WhatLate         = "late"
	WhatRaised       = "raised"
	WhatRaisedAgain  = "raised_again"
	WhatClosed       = "closed"
	WhatUnreachable  = "unreachable"
	WhatDelivered    = "delivered"
	WhatAcknowledged = "acknowledged"
	WhatEnRoute      = "en_route"
	WhatResolved     = "resolved"
	WhatFalseAlarm   = "false_alarm"
)

// WhatStep is the name of a step of the escalation in the log: step_1 for the first.
func WhatStep(n int) string { return "step_" + strconv.Itoa(n) }

// sequence orders entries of the same millisecond. Steps come where they are told, after what raised the alert.
var sequence = []string{
	WhatLate, WhatRaised, WhatRaisedAgain, "", WhatUnreachable, WhatDelivered, WhatClosed, WhatAcknowledged, WhatEnRoute, WhatResolved, WhatFalseAlarm,
}

func place(what string) int {
	if strings.HasPrefix(what, "step_") {
		what = ""
	}
	return slices.Index(sequence, what)
}

// Entry is a line of an alert's log.
type Entry struct {
	What string `db:"what" json:"what"`
	// At is when it happened, and ReceivedAt when the inbox learned of it, both in domain time. A phone may report the
	// end of an alert hours after somebody acknowledged it.
	At         time.Time `db:"at" json:"at"`
	ReceivedAt time.Time `db:"received_at" json:"received_at"`
	// By is the user who did it, or ByRule for the rule. It is empty for what nobody did.
	By string `db:"by_user" json:"by_user"`
	// ByName is what the user is called, when the log is read for people.
	ByName string `db:"by_name" json:"-"`
	// Note is what a person wrote, why the alert ended or was resolved by rule, how many a step told, or which panic came again.
	Note string `db:"note" json:"note"`
}

// Step returns the number of the step that the entry is about, or 0 if it is about something else.
func (e Entry) Step() int {
	number, ok := strings.CutPrefix(e.What, "step_")
	if !ok {
		return 0
	}
	n, _ := strconv.Atoi(number)
	return n
}

// SortEntries sorts a log in the order in which things happened.
func SortEntries(log []Entry) {
	slices.SortFunc(log, func(a, b Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(place(a.What), place(b.What)), cmp.Compare(len(a.What), len(b.What)), cmp.Compare(a.What, b.What))
	})
}
