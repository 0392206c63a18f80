// Package alert is the vocabulary of alerts between services: the names of their events, types, end reasons and states, and
// the one way to write and to read what an event says. The message is terrenov1.Alert; on the wire it is its client JSON.
//
// A service that raises alerts fills an Alert, publishes Proto under Domain and Event, and ends the alert under the same
// id. A service that listens calls Read, which refuses everything that no retry can correct.
package alert

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// Domain is the second token of every alert's subject; the third is one of the events.
const (
	Domain = "alerta"
	// EventNew: the alert has begun and continues.
	EventNew = "nueva"
	// EventLate: the alert is in the past and became known from late data. Disturb nobody.
	EventLate = "tardia"
	// EventClosed: the alert ended.
	EventClosed = "cerrada"
	// EventUpdated: somebody acknowledged or resolved the alert. Only the inbox publishes it.
	EventUpdated = "actualizada"
)

// Types of alerts. Read accepts any token, so that a service also keeps alerts of a type that is newer than the service.
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

// MaxZones is the largest number of zones in an alert.
const MaxZones = 50

// Alert is what an event says of an episode. Instants are in UTC and whole milliseconds.
type Alert struct {
	// ID is always the same for the same episode. It is a token, and the entity of the subject.
	ID, Type, User string
	// Late means that the episode was already over when it was found.
	Late      bool
	StartedAt time.Time
	// Place is where it began; nil when the place is not known.
	Place *Place
	// DistanceM is the distance to the nearest zone when it began; nil where there is none.
	DistanceM *float64
	// RaisedAt is when it was confirmed.
	RaisedAt time.Time
	// Zones are the ids of the zones that applied, at most MaxZones.
	Zones []string
	// EndedAt is nil and EndReason is empty while the alert continues.
	EndedAt   *time.Time
	EndReason string
}

// Place is a point in degrees (WGS 84) with its accuracy in metres, nil when unknown.
type Place struct {
	Lat, Lon  float64
	AccuracyM *float32
}

// Event returns the event for this alert: closed, late or new.
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

// Proto returns the alert as the message that events carry, without what people did about it.
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
