package alert

import (
	"cmp"
	"slices"
	"time"
)

// What happens to an alert, each at most once.
const (
	WhatLate         = "late"
	WhatRaised       = "raised"
	WhatClosed       = "closed"
	WhatAcknowledged = "acknowledged"
	WhatResolved     = "resolved"
)

// sequence is the order of things that happened in one millisecond.
var sequence = []string{WhatLate, WhatRaised, WhatClosed, WhatAcknowledged, WhatResolved}

// Entry is a line of an alert's log.
type Entry struct {
	What string `db:"what" json:"what"`
	// At is when it happened and ReceivedAt when the inbox knew, by domain time: a phone may tell the end of an alert hours
	// after somebody took it on.
	At         time.Time `db:"at" json:"at"`
	ReceivedAt time.Time `db:"received_at" json:"received_at"`
	// By is who did it, ByRule for the rule; empty when it happened by itself.
	By string `db:"by_user" json:"by_user"`
	// Note is a person's, or why the alert ended or was resolved by rule.
	Note string `db:"note" json:"note"`
}

// SortEntries puts a log into the order in which things happened.
func SortEntries(log []Entry) {
	slices.SortFunc(log, func(a, b Entry) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(slices.Index(sequence, a.What), slices.Index(sequence, b.What)))
	})
}
