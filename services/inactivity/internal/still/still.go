// Package still says whether somebody whose positions come stays at one spot. It does no I/O.
//
// Somebody stands still when all positions of a time lie within MinRadiusM, or twice their accuracy if that is more, of their centre.
// The positions must cover the time: the first comes in its first quarter, and no quarter is without one at its end. A phone that says
// too little is silent, and not still.
package still

import (
	"time"

	"github.com/terreno/terreno/pkg/geo"
)

// MinRadiusM is how far from the centre a position may be at least.
const MinRadiusM = 50

// Fix is a position. Place is in degrees, AccuracyM 0 if it is not known.
type Fix struct {
	At        time.Time
	Lat, Lon  float64
	AccuracyM float64
}

// Spot is a circle.
type Spot struct{ Lat, Lon, RadiusM float64 }

func radius(f Fix) float64 { return max(MinRadiusM, 2*f.AccuracyM) }

// Near says that a position may be at the centre.
func (f Fix) Near(lat, lon float64) bool { return geo.Distance(f.Lat, f.Lon, lat, lon) <= radius(f) }

// At returns where somebody stood still from an instant to another; ok is false if it moved, or if the positions do not say. They are in
// order.
func At(fixes []Fix, from, until time.Time) (centre Spot, since time.Time, ok bool) {
	if len(fixes) == 0 {
		return centre, since, false
	}
	quarter := until.Sub(from) / 4
	last, east := from, fixes[0].Lon
	for _, f := range fixes {
		if f.At.Sub(last) > quarter {
			return centre, since, false
		}
		last = f.At
		lon := f.Lon // on the same side of the antimeridian as the first
		for lon-east > 180 {
			lon -= 360
		}
		for lon-east < -180 {
			lon += 360
		}
		centre.Lat, centre.Lon = centre.Lat+f.Lat, centre.Lon+lon
		centre.RadiusM = max(centre.RadiusM, radius(f))
	}
	if until.Sub(last) > quarter {
		return centre, since, false
	}
	centre.Lat, centre.Lon = centre.Lat/float64(len(fixes)), centre.Lon/float64(len(fixes))
	switch {
	case centre.Lon > 180:
		centre.Lon -= 360
	case centre.Lon < -180:
		centre.Lon += 360
	}
	for _, f := range fixes {
		if !f.Near(centre.Lat, centre.Lon) {
			return centre, since, false
		}
	}
	return centre, fixes[0].At, true
}

// Within says that a spot touches another, such as a place where somebody has work.
func (s Spot) Within(other Spot) bool {
	return geo.Distance(s.Lat, s.Lon, other.Lat, other.Lon) <= s.RadiusM+other.RadiusM
}

// Moved returns when somebody left the spot: at the first of two positions, one after the other, that are not near it. They are in order.
func Moved(fixes []Fix, lat, lon float64) (at time.Time, moved bool) {
	away := 0
	for _, f := range fixes {
		if f.Near(lat, lon) {
			away = 0
			continue
		}
		if away++; away == 1 {
			at = f.At
		} else {
			return at, true
		}
	}
	return time.Time{}, false
}
