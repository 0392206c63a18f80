package alert

import (
	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/subject"
)

// Message is what one message of the stream says about an alert.
type Message struct {
	Company, ID string
	Facts       Facts
	// Entry is the message's line in the alert's log, without the time of receipt.
	Entry Entry
}

// Read reads the body of alerta:nueva, alerta:sistema, alerta:tardia or alerta:cerrada. After an error no retry will help.
func Read(s subject.Subject, body []byte) (Message, error) {
	a, err := wire.Read(s, body)
	if err != nil {
		return Message{}, err
	}
	return Message{Company: s.Tenant(), ID: a.ID, Facts: factsOf(a), Entry: entryOf(a)}, nil
}

func entryOf(a wire.Alert) Entry {
	switch a.Event() {
	case wire.EventClosed:
		return Entry{What: WhatClosed, At: *a.EndedAt, Note: a.EndReason}
	case wire.EventLate:
		return Entry{What: WhatLate, At: a.RaisedAt}
	default:
		return Entry{What: WhatRaised, At: a.RaisedAt, Note: a.Why.Note}
	}
}

func factsOf(a wire.Alert) Facts {
	f := Facts{
		Type: a.Type, User: a.User, Late: a.Late, StartedAt: a.StartedAt, DistanceM: a.DistanceM, RaisedAt: a.RaisedAt,
		Zones: a.Zones, EndedAt: a.EndedAt, EndReason: a.EndReason, Why: Why(a.Why),
	}
	if p := a.Place; p != nil {
		f.Lat, f.Lon, f.AccuracyM = &p.Lat, &p.Lon, p.AccuracyM
	}
	return f
}
