package alert

import (
	"cmp"
	"slices"
	"time"
)

// What can happen to an alert. Each happens at most once.
const (
	WhatLate         = "late"
	WhatRaised       = "raised"
	WhatClosed       = "closed"
	WhatAcknowledged = "acknowledged"
	WhatResolved     = "resolved"
)

// sequence orders entries of the same millisecond.
var sequence = []string{WhatLate, WhatRaised, WhatClosed, WhatAcknowledged, WhatResolved}

// Entry is a line of an alert's log.
type Entry struct {
	What string `db:"what" json:"what"`
	// At is when it happened, and ReceivedAt when the inbox learned of it, both in domain time. A phone may report the
	// end of an alert hours after somebody acknowledged it.
	At         time.Time `db:"at" json:"at"`
	ReceivedAt time.Time `db:"received_at" json:"received_at"`
	// By is the user who did it, or ByRule for the rule. It is empty for what nobody did.
	By string `db:"by_user" json:"by_user"`
	// Note is what a person wrote, or why the alert ended or was resolved by rule.
	Note string `db:"note" json:"note"`
}

// SortEntries sorts a log in the order in which things happened.
func SortEntries(log []Entry) {
	slices.SortFunc(log, func(a, b Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(slices.Index(sequence, a.What), slices.Index(sequence, b.What)))
	})
}
