package geofencetest

import (
	"math"
	"time"
)

// How long the counted device must be silent before another one counts, and how far a device must go to be travelling, in
// metres.
const (
	silence = 5 * time.Minute
	travels = 250
)

// devices holds a user's devices by name, and which one counts.
type devices struct {
	places  map[string]place
	counted string
	any     bool
}

// place is where a device is and since when. known is false until a fix gives the device a place. last is the time of the
// device's last fix.
type place struct {
	last  time.Time
	known bool
	since time.Time
	at    Fix
}

// count says whether a fix counts, whether this fix makes its device the counted one, and whether that is sure.
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
	takesTurns := !before.last.IsZero() && !before.last.After(last)
	if f.At.Sub(last) > silence && !takesTurns || arrived && other.known && other.since.Before(before.since) {
		d.counted, switched = device, true
	}
	return switched, switched, math.Abs(way-travels) > Doubt
}
