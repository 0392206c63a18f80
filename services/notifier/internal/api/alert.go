package api

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/store"
)

// Alert is an alert as clients see it: byte for byte what a socket brings of it, and the name of its user.
type Alert struct {
	ID        string   `json:"id"`
	Type      string   `json:"type" example:"outside_zone"`
	UserID    string   `json:"user_id"`
	Late      bool     `json:"late" doc:"it is of the past, known from positions that came late"`
	StartedAt instant  `json:"started_at"`
	Lat       float64  `json:"lat" doc:"where it began"`
	Lon       float64  `json:"lon"`
	AccuracyM *float32 `json:"accuracy_m,omitempty"`
	DistanceM *float64 `json:"distance_m,omitempty" doc:"how far outside the nearest zone it began"`
	RaisedAt  instant  `json:"raised_at" doc:"when it was confirmed"`
	Zones     []string `json:"zones" doc:"ids of the zones that applied"`
	EndedAt   *instant `json:"ended_at,omitempty" doc:"absent while it goes on"`
	EndReason string   `json:"end_reason" doc:"why it ended: returned, zones_changed, schedule_ended or unassigned; empty while it goes on"`

	Status           string   `json:"status" enum:"nueva,reconocida,resuelta"`
	AcknowledgedBy   string   `json:"acknowledged_by" doc:"id of a user; empty when nobody did"`
	AcknowledgedAt   *instant `json:"acknowledged_at,omitempty"`
	AcknowledgedNote string   `json:"acknowledged_note"`
	ResolvedBy       string   `json:"resolved_by"`
	ResolvedAt       *instant `json:"resolved_at,omitempty"`
	ResolvedNote     string   `json:"resolved_note"`

	UserName string `json:"user_name" doc:"empty for a user who is not known any more"`
}

// AlertEntry is a line of an alert's log.
type AlertEntry struct {
	What       string  `json:"what" enum:"late,raised,closed,acknowledged,resolved"`
	At         instant `json:"at" doc:"when it happened"`
	ReceivedAt instant `json:"received_at" doc:"when it was known here: phones may tell late"`
	By         string  `json:"by" doc:"id of the user who did it; empty when no person did"`
	Note       string  `json:"note" doc:"what the user wrote, or why the alert ended"`
}

func viewOf(s store.Seen) Alert {
	return Alert{
		ID: s.ID, Type: s.Type, UserID: s.User, Late: s.Late, StartedAt: instant(s.StartedAt.UnixMilli()),
		Lat: s.Lat, Lon: s.Lon, AccuracyM: s.AccuracyM, DistanceM: s.DistanceM, RaisedAt: instant(s.RaisedAt.UnixMilli()),
		Zones: s.Zones, EndedAt: maybe(s.EndedAt), EndReason: s.EndReason, Status: s.Status,
		AcknowledgedBy: s.AcknowledgedBy, AcknowledgedAt: maybe(s.AcknowledgedAt), AcknowledgedNote: s.AcknowledgedNote,
		ResolvedBy: s.ResolvedBy, ResolvedAt: maybe(s.ResolvedAt), ResolvedNote: s.ResolvedNote,
		UserName: s.UserName,
	}
}

func entriesOf(log []alert.Entry) []AlertEntry {
	list := make([]AlertEntry, len(log))
	for i, e := range log {
		list[i] = AlertEntry{What: e.What, At: instant(e.At.UnixMilli()), ReceivedAt: instant(e.ReceivedAt.UnixMilli()), By: e.By, Note: e.Note}
	}
	return list
}

// instant is milliseconds since 1970, written as protojson writes a Timestamp: no fraction, or three digits.
type instant int64

func maybe(at *time.Time) *instant {
	if at == nil {
		return nil
	}
	i := instant(at.UnixMilli())
	return &i
}

// MarshalJSON writes RFC 3339.
func (i instant) MarshalJSON() ([]byte, error) {
	layout := `"2006-01-02T15:04:05Z"`
	if i%1000 != 0 {
		layout = `"2006-01-02T15:04:05.000Z"`
	}
	return time.UnixMilli(int64(i)).UTC().AppendFormat(nil, layout), nil
}

// UnmarshalJSON reads what MarshalJSON wrote: an answer that is given again was kept as JSON.
func (i *instant) UnmarshalJSON(b []byte) error {
	var at time.Time
	if err := json.Unmarshal(b, &at); err != nil {
		return fmt.Errorf("decode an instant: %w", err)
	}
	*i = instant(at.UnixMilli())
	return nil
}

// Schema describes it to clients.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}
