package track

import (
	"cmp"
	"math"
	"time"
)

// Fix is one reading of a device's position. Flags says which optional fields have a value; the others are zero.
type Fix struct {
	// RecordedAt is when the device took the reading, ReceivedAt when ingest received it: ms since 1970-01-01T00:00:00Z.
	RecordedAt, ReceivedAt int64
	// Lat and Lon are WGS 84, in 1e-7 degrees: ±900,000,000 and ±1,800,000,000.
	Lat, Lon int32
	// Accuracy is in 0.1 m: the radius that holds the true position with 68 % probability.
	Accuracy uint32
	// Speed is in 0.01 m/s.
	Speed uint32
	// Altitude is in 0.1 m.
	Altitude int32
	// Bearing is the direction of travel, in 0.1 degrees clockwise from true north: 0 to 3,599.
	Bearing uint16
	Flags   Flags
	// Battery is its charge, in percent: 0 to 100.
	Battery uint8
	// Activity is what the phone thinks the user does: still, walking, in_vehicle ... It is empty when the phone does not say.
	Activity string
}

// Flags is a set of what is true of a fix.
type Flags uint16

// What may be true of a fix. AccuracyUnusable: the device reported an accuracy that nobody can read, so it may be any.
// MockUnreadable: the device said about mock what nobody can read. It counts as Mock, which is then set too.
const (
	HasAccuracy Flags = 1 << iota
	AccuracyUnusable
	HasSpeed
	HasBearing
	HasAltitude
	HasBattery
	HasCharging
	Charging
	Mock
	MockUnreadable
)

// Has reports whether all of the flags are set.
func (f *Fix) Has(flags Flags) bool { return f.Flags&flags == flags }

// WorstAccuracyM is the accuracy of a fix whose own cannot be read: half way round the Earth, so that it may be anywhere.
const WorstAccuracyM = 20_000_000

const (
	perDegree = 1e7
	dayMS     = 24 * 60 * 60 * 1000
)

// The setters round, as the package says. The caller has checked the ranges.

// SetPlace sets the coordinates, in degrees.
func (f *Fix) SetPlace(lat, lon float64) {
	f.Lat, f.Lon = int32(math.Round(lat*perDegree)), int32(math.Round(lon*perDegree))
}

// SetAccuracyM sets the accuracy: 0 to WorstAccuracyM.
func (f *Fix) SetAccuracyM(v float64) {
	f.Accuracy, f.Flags = uint32(math.Round(v*10)), f.Flags|HasAccuracy
}

// SetSpeedMPS sets the speed: 0 or more.
func (f *Fix) SetSpeedMPS(v float64) { f.Speed, f.Flags = uint32(math.Round(v*100)), f.Flags|HasSpeed }

// SetBearingDeg sets the bearing: 0 to 360. 360 is north and becomes 0.
func (f *Fix) SetBearingDeg(v float64) {
	f.Bearing, f.Flags = uint16(math.Round(v*10))%3600, f.Flags|HasBearing
}

// SetAltitudeM sets the altitude.
func (f *Fix) SetAltitudeM(v float64) {
	f.Altitude, f.Flags = int32(math.Round(v*10)), f.Flags|HasAltitude
}

// SetBattery sets the charge of the battery: 0 to 1.
func (f *Fix) SetBattery(v float64) {
	f.Battery, f.Flags = uint8(math.Round(v*100)), f.Flags|HasBattery
}

// SetCharging says whether the battery is being charged.
func (f *Fix) SetCharging(yes bool) {
	f.Flags |= HasCharging
	if yes {
		f.Flags |= Charging
	}
}

// Degrees returns the coordinates, in degrees.
func (f *Fix) Degrees() (lat, lon float64) {
	return float64(f.Lat) / perDegree, float64(f.Lon) / perDegree
}

// AccuracyM returns the accuracy, or WorstAccuracyM when it cannot be read. ok is false when the device reported none.
func (f *Fix) AccuracyM() (m float64, ok bool) {
	if f.Has(AccuracyUnusable) {
		return WorstAccuracyM, true
	}
	return float64(f.Accuracy) / 10, f.Has(HasAccuracy)
}

// SpeedMPS returns the speed; ok is false when there is none.
func (f *Fix) SpeedMPS() (v float64, ok bool) { return float64(f.Speed) / 100, f.Has(HasSpeed) }

// BearingDeg returns the bearing; ok is false when there is none.
func (f *Fix) BearingDeg() (v float64, ok bool) { return float64(f.Bearing) / 10, f.Has(HasBearing) }

// AltitudeM returns the altitude; ok is false when there is none.
func (f *Fix) AltitudeM() (v float64, ok bool) { return float64(f.Altitude) / 10, f.Has(HasAltitude) }

// Charge returns the battery's charge, 0 to 1; ok is false when there is none.
func (f *Fix) Charge() (v float64, ok bool) { return float64(f.Battery) / 100, f.Has(HasBattery) }

// Recorded returns RecordedAt in UTC.
func (f *Fix) Recorded() time.Time { return time.UnixMilli(f.RecordedAt).UTC() }

// Received returns ReceivedAt in UTC.
func (f *Fix) Received() time.Time { return time.UnixMilli(f.ReceivedAt).UTC() }

// Day returns the UTC day of an instant in ms, as days since 1970-01-01.
func Day(ms int64) int64 {
	if ms < 0 {
		return (ms+1)/dayMS - 1
	}
	return ms / dayMS
}

// compare orders fixes of one device: by instant, then by what counts first of several with the same instant.
func compare(a, b *Fix) int {
	if c := cmp.Compare(a.RecordedAt, b.RecordedAt); c != 0 {
		return c
	}
	return cmp.Or(
		cmp.Compare(a.ReceivedAt, b.ReceivedAt),
		cmp.Compare(a.Lat, b.Lat), cmp.Compare(a.Lon, b.Lon), cmp.Compare(a.Flags, b.Flags), cmp.Compare(a.Accuracy, b.Accuracy),
		cmp.Compare(a.Speed, b.Speed), cmp.Compare(a.Bearing, b.Bearing), cmp.Compare(a.Altitude, b.Altitude),
		cmp.Compare(a.Battery, b.Battery), cmp.Compare(a.Activity, b.Activity),
	)
}
