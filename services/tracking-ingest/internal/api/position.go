package api

import (
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/services/tracking-ingest/internal/store"
)

// Position is a position as clients see it. It is byte for byte what a socket delivers for the same fix.
type Position = clientjson.Position

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
