package geo

import "math"

// Projection is the plane that touches the ellipsoid at an origin, in metres east and north of it. It is linear: what is
// straight in longitude and latitude, as GeoJSON's edges are, stays straight.
//
// The share by which lengths from the origin are off is below d tan(lat) / (4 x 6,371 km): at 60 degrees 0.01 % at 1.5 km and
// 0.07 % at 10 km, at 85 degrees 0.5 % at 10 km. The zero value is of no use.
type Projection struct{ lat0, lon0, east, north float64 }

// NewProjection is the plane at a point that is not a pole.
func NewProjection(lat0, lon0 float64) Projection {
	east, north := degrees(lat0)
	return Projection{lat0: lat0, lon0: lon0, east: east, north: north}
}

// XY is where a point lies, in metres east and north of the origin. It takes the short way across the antimeridian.
func (p Projection) XY(lat, lon float64) (x, y float64) {
	return math.Remainder(lon-p.lon0, 360) * p.east, (lat - p.lat0) * p.north
}

// LatLon is what XY came from; the longitude is at least -180 and below 180.
func (p Projection) LatLon(x, y float64) (lat, lon float64) {
	lon = math.Remainder(p.lon0+x/p.east, 360)
	if lon == 180 {
		lon = -180
	}
	return p.lat0 + y/p.north, lon
}

// Scale is how many metres a degree of longitude and one of latitude are in the plane.
func (p Projection) Scale() (eastM, northM float64) { return p.east, p.north }
