package api

import (
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// Alert is an alert as clients see it: the same bytes that a socket gets, and the name of its user.
type Alert struct {
	ID        string              `json:"id"`
	Type      string              `json:"type" example:"outside_zone"`
	UserID    string              `json:"user_id" doc:"whom it is about; empty if it is of type sistema"`
	Late      bool                `json:"late" doc:"it is in the past and became known from late positions"`
	StartedAt clientjson.Instant  `json:"started_at"`
	Lat       *float64            `json:"lat,omitempty" doc:"where it began; lat and lon are absent when the place is not known"`
	Lon       *float64            `json:"lon,omitempty"`
	AccuracyM *float32            `json:"accuracy_m,omitempty"`
	DistanceM *float64            `json:"distance_m,omitempty" doc:"how far outside the nearest zone it began"`
	RaisedAt  clientjson.Instant  `json:"raised_at" doc:"when it was confirmed"`
	Zones     []string            `json:"zones" doc:"ids of the zones that applied"`
	EndedAt   *clientjson.Instant `json:"ended_at,omitempty" doc:"absent while it continues"`
	EndReason string              `json:"end_reason" doc:"why it ended: returned, zones_changed, schedule_ended, unassigned, explicada, moved, shift_ended, paused, settings_changed or user_left; empty while it continues"`

	Status           string              `json:"status" enum:"nueva,reconocida,resuelta"`
	AcknowledgedBy   string              `json:"acknowledged_by" doc:"id of a user; empty if nobody acknowledged it"`
	AcknowledgedAt   *clientjson.Instant `json:"acknowledged_at,omitempty"`
	AcknowledgedNote string              `json:"acknowledged_note"`
	ResolvedBy       string              `json:"resolved_by" doc:"id of a user, or *regla: nobody resolved it in time and the rule did"`
	ResolvedAt       *clientjson.Instant `json:"resolved_at,omitempty"`
	ResolvedNote     string              `json:"resolved_note"`

	Cause     string              `json:"cause" doc:"empty, or the likeliest cause of a silence: unknown, battery_empty, permission_withdrawn, permission_reduced, location_off, app_closed, battery_saver or airplane_mode; of type sistema: shared_silence or storage_behind"`
	CauseAt   *clientjson.Instant `json:"cause_at,omitempty" doc:"when the phone said so"`
	Battery   *float32            `json:"battery,omitempty" doc:"the last charge that is known, 0 to 1"`
	LastFixAt *clientjson.Instant `json:"last_fix_at,omitempty" doc:"when the last position before the silence was recorded"`
	People    int32               `json:"people" doc:"of type sistema: how many people are silent"`
	PeopleOf  int32               `json:"people_of" doc:"of type sistema: how many people were reporting before"`
	Scope     string              `json:"scope" doc:"of type sistema: company or installation; empty for other types"`

	DeliveredTo    string              `json:"delivered_to" doc:"the first recipient whose client showed the alert"`
	DeliveredAt    *clientjson.Instant `json:"delivered_at,omitempty"`
	EnRouteBy      string              `json:"en_route_by" doc:"who goes there"`
	EnRouteAt      *clientjson.Instant `json:"en_route_at,omitempty"`
	Resolution     string              `json:"resolution" doc:"empty, or false_alarm"`
	Unreachable    bool                `json:"unreachable" doc:"nobody who should be told can be reached"`
	EscalationStep int                 `json:"escalation_step" doc:"how many steps of the escalation were done"`
	NextStepAt     *clientjson.Instant `json:"next_step_at,omitempty" doc:"when the next people are told, unless somebody acknowledges; absent when nobody follows"`

	Note  string `json:"note" doc:"what the person wrote who called for help"`
	Joins string `json:"joins" doc:"of a call for help while another one of the same person was open: the id of that one, which stands for both"`

	UserName string `json:"user_name" doc:"empty for a user who is no longer known"`
}

// AlertEntry is a line of an alert's log.
type AlertEntry struct {
	What       string             `json:"what" enum:"late,raised,raised_again,closed,unreachable,step,delivered,acknowledged,en_route,resolved,false_alarm"`
	Step       int                `json:"step,omitempty" doc:"of what step: its number; the first is 1. People were told"`
	At         clientjson.Instant `json:"at" doc:"when it happened"`
	ReceivedAt clientjson.Instant `json:"received_at" doc:"when the server learned of it; phones may report late"`
	By         string             `json:"by" doc:"id of the user who did it, or *regla for what a rule did; empty when nobody did it"`
	ByName     string             `json:"by_name" doc:"what that user is called; empty when it is nobody, or a user who is no longer known"`
	Note       string             `json:"note" doc:"what the user wrote, why the alert ended, how many a step told, or which call for help came again"`
}

func viewOf(s store.Seen) Alert {
	return Alert{
		ID: s.ID, Type: s.Type, UserID: s.User, Late: s.Late, StartedAt: clientjson.At(s.StartedAt),
		Lat: s.Lat, Lon: s.Lon, AccuracyM: s.AccuracyM, DistanceM: s.DistanceM, RaisedAt: clientjson.At(s.RaisedAt),
		Zones: s.Zones, EndedAt: clientjson.Maybe(s.EndedAt), EndReason: s.EndReason,
		Cause: s.Why.Cause, CauseAt: clientjson.Maybe(s.Why.CauseAt), Battery: s.Why.Battery, LastFixAt: clientjson.Maybe(s.Why.LastFixAt),
		People: s.Why.People, PeopleOf: s.Why.PeopleOf, Scope: s.Why.Scope, Status: s.Status,
		AcknowledgedBy: s.AcknowledgedBy, AcknowledgedAt: clientjson.Maybe(s.AcknowledgedAt), AcknowledgedNote: s.AcknowledgedNote,
		ResolvedBy: s.ResolvedBy, ResolvedAt: clientjson.Maybe(s.ResolvedAt), ResolvedNote: s.ResolvedNote,
		DeliveredTo: s.DeliveredTo, DeliveredAt: clientjson.Maybe(s.DeliveredAt), EnRouteBy: s.EnRouteBy, EnRouteAt: clientjson.Maybe(s.EnRouteAt),
		Resolution: s.Resolution, Unreachable: s.Unreachable, EscalationStep: s.Step, NextStepAt: clientjson.Maybe(s.NextAt), Note: s.Why.Note, Joins: s.Why.Joins, UserName: s.UserName,
	}
}

func entriesOf(log []alert.Entry) []AlertEntry {
	list := make([]AlertEntry, len(log))
	for i, e := range log {
		list[i] = AlertEntry{What: e.What, Step: e.Step(), At: clientjson.At(e.At), ReceivedAt: clientjson.At(e.ReceivedAt), By: e.By, ByName: e.ByName, Note: e.Note}
		if list[i].Step > 0 {
			list[i].What = "step"
		}
	}
	return list
}
