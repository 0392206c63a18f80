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
	// EventSystem: something is wrong that is about no person, such as a silence that many share. It continues until it is closed.
	EventSystem = "sistema"
	// EventUpdated: somebody acknowledged or resolved the alert. Only the inbox publishes it.
	EventUpdated = "actualizada"
)

// Types of alerts. Read accepts any token, so that a service also keeps alerts of a type that is newer than the service.
const (
	// TypeOutsideZone: the user is outside all assigned zones (geofence).
	TypeOutsideZone = "outside_zone"
	// TypePanic: the user asks for help (notifier).
	TypePanic = "panico"
	// TypeInactivity: no position came for too long (inactivity).
	TypeInactivity = "inactividad"
	// TypeNoMovement: positions come, and the user does not move (inactivity).
	TypeNoMovement = "sin_movimiento"
	// TypeSystem: something is wrong that is about no person; its alert has no user, and only admins see it (inactivity).
	TypeSystem = "sistema"
	// TypeForbiddenZone: the user is in a zone where nobody may be. No service raises it yet; the inbox tells people of it.
	TypeForbiddenZone = "forbidden_zone"
	// TypeLowBattery: the phone of the user is low on battery (inactivity).
	TypeLowBattery = "bateria_baja"
)

// Why an alert of TypeOutsideZone ended.
const (
	EndReturned      = "returned"
	EndZonesChanged  = "zones_changed"
	EndScheduleEnded = "schedule_ended"
	EndUnassigned    = "unassigned"
)

// Why an alert of the types of inactivity ended. A silence or a standstill also ends with EndReturned or EndMoved.
const (
	// EndExplained: positions that came late show that the user was reporting all along.
	EndExplained = "explicada"
	EndMoved     = "moved"
	// EndCharged: the phone charges, or its charge is well above the limit again.
	EndCharged         = "charged"
	EndShiftEnded      = "shift_ended"
	EndPaused          = "paused"
	EndSettingsChanged = "settings_changed"
	EndUserLeft        = "user_left"
)

// Causes of a silence, and of an alert of TypeSystem.
const (
	CauseUnknown             = "unknown"
	CauseBatteryEmpty        = "battery_empty"
	CausePermissionWithdrawn = "permission_withdrawn"
	CausePermissionReduced   = "permission_reduced"
	CauseLocationOff         = "location_off"
	CauseAppClosed           = "app_closed"
	CauseBatterySaver        = "battery_saver"
	CauseAirplaneMode        = "airplane_mode"
	// CauseSharedSilence: most people who were reporting fell silent together.
	CauseSharedSilence = "shared_silence"
	// CauseStorageBehind: positions wait to be stored.
	CauseStorageBehind = "storage_behind"
)

// Scopes of an alert of TypeSystem.
const (
	ScopeCompany      = "company"
	ScopeInstallation = "installation"
)

// What people did about an alert.
const (
	StatusNew          = "nueva"
	StatusAcknowledged = "reconocida"
	StatusResolved     = "resuelta"
)

// MaxZones is the largest number of zones in an alert, and MaxNote the largest number of characters in a note.
const (
	MaxZones = 50
	MaxNote  = 1000
)

// Alert is what an event says of an episode. Instants are in UTC and whole milliseconds.
type Alert struct {
	// ID is always the same for the same episode. It is a token, and the entity of the subject. User is empty for TypeSystem, and for no
	// other type.
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
	Why       Why
}

// Why is why an alert happened, as far as anybody can know. The zero Why says nothing.
type Why struct {
	// Cause is one of the causes, or empty.
	Cause string `json:"cause,omitempty"`
	// CauseAt is when the phone said so.
	CauseAt *time.Time `json:"cause_at,omitempty"`
	// Battery is the last charge that is known, 0 to 1.
	Battery *float32 `json:"battery,omitempty"`
	// LastFixAt is when the last position before a silence was recorded.
	LastFixAt *time.Time `json:"last_fix_at,omitempty"`
	// People of PeopleOf are silent, in a Scope: for TypeSystem.
	People   int32  `json:"people,omitempty"`
	PeopleOf int32  `json:"people_of,omitempty"`
	Scope    string `json:"scope,omitempty"`
	// Note is what the person wrote who raised a panic, at most MaxNote characters.
	Note string `json:"note,omitempty"`
	// Joins is the open panic of the same person that this one became part of. Only the inbox knows it: Read leaves it empty.
	Joins string `json:"joins,omitempty"`
}

// Place is a point in degrees (WGS 84) with its accuracy in metres, nil when unknown.
type Place struct {
	Lat, Lon  float64
	AccuracyM *float32
}

// Event returns the event for this alert: closed, system, late or new.
func (a Alert) Event() string {
	switch {
	case a.EndedAt != nil:
		return EventClosed
	case a.Type == TypeSystem:
		return EventSystem
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
		Cause: a.Why.Cause, Battery: a.Why.Battery, People: a.Why.People, PeopleOf: a.Why.PeopleOf, Scope: a.Why.Scope,
		Note: a.Why.Note, Joins: a.Why.Joins,
	}
	if a.Why.CauseAt != nil {
		m.CauseAt = timestamp(*a.Why.CauseAt)
	}
	if a.Why.LastFixAt != nil {
		m.LastFixAt = timestamp(*a.Why.LastFixAt)
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
