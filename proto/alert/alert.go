// Package alert is the vocabulary of alerts between services: the names of their events, types, end reasons and states, and
// the one way to write and to read what an event says. The message is terrenov1.Alert; on the wire it is its client JSON.
//
// Who raises alerts fills an Alert, publishes Proto under Domain and Event, and ends it by the same id. Who listens calls
// Read, which refuses whatever no retry can mend.
package alert

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// Domain is the second token of every alert's subject; the third is one of the events.
const (
	Domain = "alerta"
	// EventNew: it goes on now.
	EventNew = "nueva"
	// EventLate: it is of the past, known from data that came late. Nobody is to be disturbed.
	EventLate = "tardia"
	// EventClosed: it is over.
	EventClosed = "cerrada"
	// EventUpdated: somebody acknowledged or resolved it. The inbox alone publishes it.
	EventUpdated = "actualizada"
)

// Types of alerts. Read takes any token, so that a service which is older than a type keeps its alerts too.
const (
	// TypeOutsideZone: the user is outside all assigned zones (geofence).
	TypeOutsideZone = "outside_zone"
	// TypePanic: the user asks for help. Reserved.
	TypePanic = "panico"
	// TypeInactivity: no position came for too long. Reserved.
	TypeInactivity = "inactividad"
	// TypeNoMovement: positions come, and the user does not move. Reserved.
	TypeNoMovement = "sin_movimiento"
)

// Why an alert of TypeOutsideZone ended.
const (
	EndReturned      = "returned"
	EndZonesChanged  = "zones_changed"
	EndScheduleEnded = "schedule_ended"
	EndUnassigned    = "unassigned"
)

// What people did about an alert.
const (
	StatusNew          = "nueva"
	StatusAcknowledged = "reconocida"
	StatusResolved     = "resuelta"
)

// MaxZones is how many zones an alert names.
const MaxZones = 50

// Alert is what an event says of an episode. Instants are in UTC and whole milliseconds.
type Alert struct {
	// ID is the same for the same episode however often it is found. It is a token, and the subject's entity.
	ID, Type, User string
	// Late: it was not going on any more when it was found.
	Late      bool
	StartedAt time.Time
	// Place is where it began; nil when nobody knows.
	Place *Place
	// DistanceM is how far outside the nearest zone it began; nil where that means nothing.
	DistanceM *float64
	// RaisedAt is when it was confirmed.
	RaisedAt time.Time
	// Zones that applied, at most MaxZones ids.
	Zones []string
	// EndedAt and EndReason are nil and empty while it goes on.
	EndedAt   *time.Time
	EndReason string
}

// Place is a point in degrees (WGS 84) with its accuracy in metres, nil when unknown.
type Place struct {
	Lat, Lon  float64
	AccuracyM *float32
}

// Event is the event that tells this alert: closed, late or new.
func (a Alert) Event() string {
	switch {
	case a.EndedAt != nil:
		return EventClosed
	case a.Late:
		return EventLate
	default:
		return EventNew
	}
}

// Proto is the alert as the message that events carry. What people did about it is not filled in.
func (a Alert) Proto() *terrenov1.Alert {
	m := &terrenov1.Alert{
		Id: a.ID, Type: a.Type, UserId: a.User, Late: a.Late, StartedAt: timestamp(a.StartedAt), DistanceM: a.DistanceM,
		RaisedAt: timestamp(a.RaisedAt), Zones: a.Zones, EndReason: a.EndReason,
	}
	if p := a.Place; p != nil {
		m.Lat, m.Lon, m.AccuracyM = &p.Lat, &p.Lon, p.AccuracyM
	}
	if a.EndedAt != nil {
		m.EndedAt = timestamp(*a.EndedAt)
	}
	return m
}

func timestamp(t time.Time) *timestamppb.Timestamp {
	return timestamppb.New(t.Truncate(time.Millisecond))
}
