package alert

import (
	"errors"
	"time"

	wire "github.com/terreno/terreno/proto/alert"
)

// ByRule is the author of what no person did: the rule resolves the alerts that nobody resolved. No user can have this id,
// because an id contains only A-Z a-z 0-9 _ and -.
const ByRule = "*regla"

// Errors of May.
var (
	// ErrNotTheirs says that only those who watch over people may do this.
	ErrNotTheirs = errors.New("only admins and supervisors may act on alerts")
	// ErrOwnPanic says that somebody else must take care of a call for help.
	ErrOwnPanic = errors.New("nobody takes care of their own call for help")
	// ErrTaken says that a person wants to call off a panic that somebody takes care of already.
	ErrTaken = errors.New("somebody takes care of this alert already")
)

// Action is something that a person or a rule does about an alert.
type Action struct {
	// What is the name of the action in the log: WhatDelivered, WhatAcknowledged, WhatEnRoute, WhatResolved or WhatFalseAlarm.
	What string
	By   string
	At   time.Time
	Note string
}

// May says whether a person may do something about this alert. watches says that the person is an admin or a supervisor, who may act
// on every alert that they see, except on their own call for help: it is for somebody else to take care of. Whoever called for help may
// say that it was a false alarm while nobody takes care of it. Once somebody does, only other admins and
// supervisors may say so, because somebody else may hold the phone.
func (a Alert) May(action Action, watches bool) error {
	own := a.Type == wire.TypePanic && a.User == action.By
	switch {
	case own && action.What == WhatFalseAlarm && a.Status == wire.StatusAcknowledged:
		return ErrTaken
	case own && action.What == WhatFalseAlarm:
		return nil
	case !watches:
		return ErrNotTheirs
	case own:
		return ErrOwnPanic
	}
	return nil
}

// Act returns the alert after an action, and what it adds to the log. The first action of a kind counts: a later one returns the alert
// as it was, and adds nothing.
//
//	delivered    its client showed the alert to somebody
//	acknowledge  nueva -> reconocida
//	en route     nueva, reconocida -> reconocida: who goes there has seen it
//	resolve      nueva, reconocida -> resuelta
//	false alarm  nueva, reconocida -> resuelta
//
// After nueva nobody else is told.
func (h Handling) Act(a Action) (after Handling, log []Entry) {
	at := a.At.UTC().Truncate(time.Millisecond)
	if h.Status == wire.StatusResolved {
		return h, nil
	}
	switch {
	case a.What == WhatDelivered && h.DeliveredAt == nil:
		h.DeliveredTo, h.DeliveredAt = a.By, &at
	case a.What == WhatAcknowledged && h.Status == wire.StatusNew:
		h = h.acknowledged(a, at)
	case a.What == WhatEnRoute && h.EnRouteAt == nil:
		h.EnRouteBy, h.EnRouteAt = a.By, &at
		if h.Status == wire.StatusNew {
			h, log = h.acknowledged(a, at), append(log, entry(WhatAcknowledged, a, at))
		}
	case a.What == WhatResolved, a.What == WhatFalseAlarm:
		h.Status, h.ResolvedBy, h.ResolvedAt, h.ResolvedNote, h.NextAt = wire.StatusResolved, a.By, &at, a.Note, nil
		if a.What == WhatFalseAlarm {
			h.Resolution = ResolvedFalseAlarm
		}
	default:
		return h, nil
	}
	h.Unreachable = false // Somebody was reached, or nobody has to be.
	return h, append(log, entry(a.What, a, at))
}

func (h Handling) acknowledged(a Action, at time.Time) Handling {
	h.Status, h.AcknowledgedBy, h.AcknowledgedAt, h.AcknowledgedNote, h.NextAt = wire.StatusAcknowledged, a.By, &at, a.Note, nil
	return h
}

// Stops says whether an action ends an escalation.
func (a Action) Stops() bool { return a.What != WhatDelivered }

func entry(what string, a Action, at time.Time) Entry {
	return Entry{What: what, At: at, ReceivedAt: at, By: a.By, Note: a.Note}
}
