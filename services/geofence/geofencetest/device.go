package geofencetest

import (
	"math"
	"time"
)

// How long the device that counts has to be silent until another one does, and how far a device goes that travels, in metres.
const (
	silence = 5 * time.Minute
	travels = 250
)

// devices are those of a user by name, and which one counts.
type devices struct {
	places  map[string]place
	counted string
	any     bool
}

// place is where a device is and since when; none is before it is known. last is of the device's fixes.
type place struct {
	last  time.Time
	known bool
	since time.Time
	at    Fix
}

// count says whether a fix counts, whether the device that counts is another one by it, and whether that is sure.
func (d *devices) count(device string, f Fix, last time.Time) (counts, switched, sure bool) {
	if !d.any {
		d.any, d.counted, d.places = true, device, map[string]place{device: {}}
	}
	if _, heard := d.places[device]; !heard {
		d.places[device] = place{}
	}
	if len(d.places) == 1 {
		return true, false, true
	}
	before := d.places[device]
	if !f.At.After(before.last) {
		return false, false, true
	}
	way := 0.0
	if before.known {
		way = distance(f, Zone{Line: []Point{{before.at.Lon, before.at.Lat}}, Radius: 1e-9})
	}
	arrived := way > travels
	after := before
	if arrived || !before.known {
		after = place{known: true, since: f.At, at: f}
	}
	after.last = f.At
	d.places[device] = after
	if device == d.counted {
		return true, false, math.Abs(way-travels) > Doubt
	}
	other := d.places[d.counted]
	if f.At.Sub(last) > silence || arrived && other.known && other.since.Before(before.since) {
		d.counted, switched = device, true
	}
	return switched, switched, math.Abs(way-travels) > Doubt
}
