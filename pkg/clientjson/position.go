package clientjson

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/terreno/terreno/proto/track"
)

// Position is where a user was, as clients read it from a list and from a socket. Its field names are those of
// proto/terreno/v1.Position. The db tags are the columns of the view tracking.v_latest_position.
type Position struct {
	UserID     string   `json:"user_id" db:"user_id"`
	DeviceID   string   `json:"device_id" db:"device_id"`
	RecordedAt Instant  `json:"recorded_at" db:"recorded_at"`
	ReceivedAt Instant  `json:"received_at" db:"received_at"`
	Lat        float64  `json:"lat" db:"lat"`
	Lon        float64  `json:"lon" db:"lon"`
	AccuracyM  *float32 `json:"accuracy_m,omitempty" db:"accuracy_m"`
	AltitudeM  *float32 `json:"altitude_m,omitempty" db:"altitude_m"`
	SpeedMPS   *float32 `json:"speed_mps,omitempty" db:"speed_mps"`
	BearingDeg *float32 `json:"bearing_deg,omitempty" db:"bearing_deg"`
	Battery    *float32 `json:"battery,omitempty" db:"battery"`
	Charging   *bool    `json:"charging,omitempty" db:"charging"`
	Activity   string   `json:"activity" db:"activity"`
	Mock       bool     `json:"mock" db:"mock"`
}

// PositionOf returns a fix of a user's device as clients read it.
func PositionOf(user, device string, f *track.Fix) Position {
	p := Position{
		UserID: user, DeviceID: device, RecordedAt: Instant(f.RecordedAt), ReceivedAt: Instant(f.ReceivedAt),
		Activity: f.Activity, Mock: f.Has(track.Mock),
	}
	p.Lat, p.Lon = f.Degrees()
	p.AccuracyM, p.AltitudeM = optional(f.AccuracyM()), optional(f.AltitudeM())
	p.SpeedMPS, p.BearingDeg, p.Battery = optional(f.SpeedMPS()), optional(f.BearingDeg()), optional(f.Charge())
	if f.Has(track.HasCharging) {
		charging := f.Has(track.Charging)
		p.Charging = &charging
	}
	return p
}

func optional(v float64, ok bool) *float32 {
	if !ok {
		return nil
	}
	short := float32(v)
	return &short
}

// JSON writes the position on one line, exactly as Marshal writes the message.
func (p Position) JSON() ([]byte, error) {
	var line bytes.Buffer
	to := json.NewEncoder(&line)
	to.SetEscapeHTML(false)
	if err := to.Encode(p); err != nil {
		return nil, fmt.Errorf("encode a position for clients: %w", err)
	}
	return bytes.TrimSuffix(line.Bytes(), []byte("\n")), nil
}
