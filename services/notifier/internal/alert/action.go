package alert

import (
	"time"

	wire "github.com/terreno/terreno/proto/alert"
)

// ByRule is the author of what no person did: the rule resolves the alerts that nobody resolved. No user can have this id,
// because an id contains only A-Z a-z 0-9 _ and -.
const ByRule = "*regla"

// Action is something that a person or a rule does about an alert.
type Action struct {
	// What is the name of the action in the log: WhatAcknowledged or WhatResolved.
	What string
	By   string
	At   time.Time
	Note string
}

// Act returns the alert after an action. The first action of a kind counts: a later one returns the alert as it was, with
// changed set to false.
//
//	acknowledge  nueva -> reconocida
//	resolve      nueva, reconocida -> resuelta
func (h Handling) Act(a Action) (after Handling, changed bool) {
	at := a.At.UTC().Truncate(time.Millisecond)
	switch {
	case a.What == WhatAcknowledged && h.Status == wire.StatusNew:
		h.Status, h.AcknowledgedBy, h.AcknowledgedAt, h.AcknowledgedNote = wire.StatusAcknowledged, a.By, &at, a.Note
	case a.What == WhatResolved && h.Status != wire.StatusResolved:
		h.Status, h.ResolvedBy, h.ResolvedAt, h.ResolvedNote = wire.StatusResolved, a.By, &at, a.Note
	default:
		return h, false
	}
	return h, true
}

// Entry returns the line for this action in the alert's log.
func (a Action) Entry() Entry {
	at := a.At.UTC().Truncate(time.Millisecond)
	return Entry{What: a.What, At: at, ReceivedAt: at, By: a.By, Note: a.Note}
}
