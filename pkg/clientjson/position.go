package clientjson

import (
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
	var r *readings
	if f.Flags&optional != 0 {
		r = &readings{}
	}
	if v, ok := f.AccuracyM(); ok {
		r.accuracy = float32(v)
		p.AccuracyM = &r.accuracy
	}
	if v, ok := f.AltitudeM(); ok {
		r.altitude = float32(v)
		p.AltitudeM = &r.altitude
	}
	if v, ok := f.SpeedMPS(); ok {
		r.speed = float32(v)
		p.SpeedMPS = &r.speed
	}
	if v, ok := f.BearingDeg(); ok {
		r.bearing = float32(v)
		p.BearingDeg = &r.bearing
	}
	if v, ok := f.Charge(); ok {
		r.battery = float32(v)
		p.Battery = &r.battery
	}
	if f.Has(track.HasCharging) {
		r.charging = f.Has(track.Charging)
		p.Charging = &r.charging
	}
	return p
}

// readings are what a Position's optional fields point to: one allocation instead of six.
type readings struct {
	accuracy, altitude, speed, bearing, battery float32
	charging                                    bool
}

const optional = track.HasAccuracy | track.AccuracyUnusable | track.HasAltitude | track.HasSpeed | track.HasBearing | track.HasBattery | track.HasCharging

// JSON writes the position on one line, exactly as Marshal writes the message.
func (p Position) JSON() ([]byte, error) { return p.AppendJSON(make([]byte, 0, 512)) }

// AppendJSON appends what JSON returns. It writes the same bytes as encoding/json would, without escapes for HTML, and like it
// fails when a number is not finite.
func (p Position) AppendJSON(to []byte) ([]byte, error) {
	w := writer{to: to}
	w.text(`{"user_id":`, p.UserID)
	w.text(`,"device_id":`, p.DeviceID)
	w.instant(`,"recorded_at":`, p.RecordedAt)
	w.instant(`,"received_at":`, p.ReceivedAt)
	w.float(`,"lat":`, p.Lat, 64)
	w.float(`,"lon":`, p.Lon, 64)
	w.short(`,"accuracy_m":`, p.AccuracyM)
	w.short(`,"altitude_m":`, p.AltitudeM)
	w.short(`,"speed_mps":`, p.SpeedMPS)
	w.short(`,"bearing_deg":`, p.BearingDeg)
	w.short(`,"battery":`, p.Battery)
	if p.Charging != nil {
		w.flag(`,"charging":`, *p.Charging)
	}
	w.text(`,"activity":`, p.Activity)
	w.flag(`,"mock":`, p.Mock)
	w.to = append(w.to, '}')
	if w.err != nil {
		return nil, fmt.Errorf("encode a position for clients: %w", w.err)
	}
	return w.to, nil
}
