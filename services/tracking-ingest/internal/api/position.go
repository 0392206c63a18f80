package api

import (
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// Position is a position as clients see it, byte for byte what a socket brings of the same fix.
type Position struct {
	UserID     string   `json:"user_id"`
	DeviceID   string   `json:"device_id"`
	RecordedAt instant  `json:"recorded_at"`
	ReceivedAt instant  `json:"received_at"`
	Lat        float64  `json:"lat"`
	Lon        float64  `json:"lon"`
	AccuracyM  *float32 `json:"accuracy_m,omitempty"`
	AltitudeM  *float32 `json:"altitude_m,omitempty"`
	SpeedMPS   *float32 `json:"speed_mps,omitempty"`
	BearingDeg *float32 `json:"bearing_deg,omitempty"`
	Battery    *float32 `json:"battery,omitempty"`
	Charging   *bool    `json:"charging,omitempty"`
	Activity   string   `json:"activity"`
	Mock       bool     `json:"mock"`
}

func positionsOf(rows []store.Position) []Position {
	list := make([]Position, len(rows))
	for i, r := range rows {
		list[i] = Position{
			UserID: r.User, DeviceID: r.Device, RecordedAt: instant(r.RecordedMs), ReceivedAt: instant(r.ReceivedMs),
			Lat: r.Lat, Lon: r.Lon, AccuracyM: r.AccuracyM, AltitudeM: r.AltitudeM, SpeedMPS: r.SpeedMPS,
			BearingDeg: r.BearingDeg, Battery: r.Battery, Charging: r.Charging, Activity: r.Activity, Mock: r.Mock,
		}
	}
	return list
}

// instant is milliseconds since 1970, written as protojson writes a Timestamp: no fraction, or three digits.
type instant int64

// MarshalJSON writes RFC 3339.
func (i instant) MarshalJSON() ([]byte, error) {
	layout := `"2006-01-02T15:04:05Z"`
	if i%1000 != 0 {
		layout = `"2006-01-02T15:04:05.000Z"`
	}
	return time.UnixMilli(int64(i)).UTC().AppendFormat(nil, layout), nil
}

// Schema describes it to clients.
func (instant) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Format: "date-time"}
}
