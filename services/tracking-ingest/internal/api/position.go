package api

import (
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// Position is a position as clients see it, byte for byte what a socket brings of the same fix.
type Position struct {
	UserID     string             `json:"user_id"`
	DeviceID   string             `json:"device_id"`
	RecordedAt clientjson.Instant `json:"recorded_at"`
	ReceivedAt clientjson.Instant `json:"received_at"`
	Lat        float64            `json:"lat"`
	Lon        float64            `json:"lon"`
	AccuracyM  *float32           `json:"accuracy_m,omitempty"`
	AltitudeM  *float32           `json:"altitude_m,omitempty"`
	SpeedMPS   *float32           `json:"speed_mps,omitempty"`
	BearingDeg *float32           `json:"bearing_deg,omitempty"`
	Battery    *float32           `json:"battery,omitempty"`
	Charging   *bool              `json:"charging,omitempty"`
	Activity   string             `json:"activity"`
	Mock       bool               `json:"mock"`
}

func positionsOf(rows []store.Position) []Position {
	list := make([]Position, len(rows))
	for i, r := range rows {
		list[i] = Position{
			UserID: r.User, DeviceID: r.Device, RecordedAt: clientjson.Instant(r.RecordedMs), ReceivedAt: clientjson.Instant(r.ReceivedMs),
			Lat: r.Lat, Lon: r.Lon, AccuracyM: r.AccuracyM, AltitudeM: r.AltitudeM, SpeedMPS: r.SpeedMPS,
			BearingDeg: r.BearingDeg, Battery: r.Battery, Charging: r.Charging, Activity: r.Activity, Mock: r.Mock,
		}
	}
	return list
}
