// Package alert holds the rules of the inbox: what a message about an alert may say, how messages combine, and what
// people may do about an alert. It does no I/O, and takes the time as an argument.
//
// The result does not depend on how often or in which order the messages about an alert come: With is commutative,
// associative and idempotent.
package alert

import (
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	wire "github.com/terreno/terreno/proto/alert"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// Alert is everything known about one alert. Instants are in UTC and whole milliseconds; nil means not known yet.
type Alert struct {
	Company string `db:"id_empresa" json:"id_empresa"`
	ID      string `db:"id" json:"id"`
	Facts
	Handling
	Version int64 `db:"version" json:"version"`
}

// Facts are what messages say about an alert.
type Facts struct {
	Type      string    `db:"type" json:"type"`
	User      string    `db:"user_id" json:"user_id"`
	Late      bool      `db:"late" json:"late"`
	StartedAt time.Time `db:"started_at" json:"started_at"`
	// Lat and Lon are both nil if the alert has no place.
	Lat       *float64   `db:"lat" json:"lat"`
	Lon       *float64   `db:"lon" json:"lon"`
	AccuracyM *float32   `db:"accuracy_m" json:"accuracy_m"`
	DistanceM *float64   `db:"distance_m" json:"distance_m"`
	RaisedAt  time.Time  `db:"raised_at" json:"raised_at"`
	Zones     []string   `db:"-" json:"zones"`
	EndedAt   *time.Time `db:"ended_at" json:"ended_at"`
	EndReason string     `db:"end_reason" json:"end_reason"`
	Why       Why        `db:"why" json:"why"`
}

// Handling is what people did about an alert.
type Handling struct {
	Status           string     `db:"status" json:"status"`
	AcknowledgedBy   string     `db:"acknowledged_by" json:"acknowledged_by"`
	AcknowledgedAt   *time.Time `db:"acknowledged_at" json:"acknowledged_at"`
	AcknowledgedNote string     `db:"acknowledged_note" json:"acknowledged_note"`
	ResolvedBy       string     `db:"resolved_by" json:"resolved_by"`
	ResolvedAt       *time.Time `db:"resolved_at" json:"resolved_at"`
	ResolvedNote     string     `db:"resolved_note" json:"resolved_note"`
	// Resolution is empty, or ResolvedFalseAlarm.
	Resolution string `db:"resolution" json:"resolution"`
	// DeliveredTo is the first recipient whose client showed the alert, and EnRouteBy who goes there.
	DeliveredTo string     `db:"delivered_to" json:"delivered_to"`
	DeliveredAt *time.Time `db:"delivered_at" json:"delivered_at"`
	EnRouteBy   string     `db:"en_route_by" json:"en_route_by"`
	EnRouteAt   *time.Time `db:"en_route_at" json:"en_route_at"`
	Escalation
}

// Escalation is who was told of an alert so far.
type Escalation struct {
	// Step is how many steps were done, and NextAt when the next is due; nil when none follows.
	Step   int        `db:"escalation_step" json:"escalation_step"`
	NextAt *time.Time `db:"next_step_at" json:"next_step_at"`
	// Unreachable says that nobody who should be told can be reached.
	Unreachable bool `db:"unreachable" json:"unreachable"`
}

// ResolvedFalseAlarm is the resolution of an alert that was none.
const ResolvedFalseAlarm = "false_alarm"

// Proto returns the alert as events send it, with what people did about it.
func (a Alert) Proto() *terrenov1.Alert {
	m := a.wire().Proto()
	m.Status = a.Status
	m.AcknowledgedBy, m.AcknowledgedAt, m.AcknowledgedNote = a.AcknowledgedBy, timestamp(a.AcknowledgedAt), a.AcknowledgedNote
	m.ResolvedBy, m.ResolvedAt, m.ResolvedNote, m.Resolution = a.ResolvedBy, timestamp(a.ResolvedAt), a.ResolvedNote, a.Resolution
	m.DeliveredTo, m.DeliveredAt, m.EnRouteBy, m.EnRouteAt = a.DeliveredTo, timestamp(a.DeliveredAt), a.EnRouteBy, timestamp(a.EnRouteAt)
	m.EscalationStep, m.NextStepAt, m.Unreachable = int32(a.Step), timestamp(a.NextAt), a.Unreachable //nolint:gosec // A ladder has few steps.
	return m
}

func (a Alert) wire() wire.Alert {
	w := wire.Alert{
		ID: a.ID, Type: a.Type, User: a.User, Late: a.Late, StartedAt: a.StartedAt, DistanceM: a.DistanceM, RaisedAt: a.RaisedAt,
		Zones: a.Zones, EndedAt: a.EndedAt, EndReason: a.EndReason, Why: wire.Why(a.Why),
	}
	if a.Lat != nil && a.Lon != nil {
		w.Place = &wire.Place{Lat: *a.Lat, Lon: *a.Lon, AccuracyM: a.AccuracyM}
	}
	return w
}

func timestamp(at *time.Time) *timestamppb.Timestamp {
	if at == nil {
		return nil
	}
	return timestamppb.New(*at)
}
