// Package geo is geodesy on the WGS 84 ellipsoid: the distance and the bearing between two points, and a local plane in
// metres.
//
// All functions are pure and never panic. Latitudes and longitudes are in degrees. Lengths are in metres along the
// ellipsoid; heights are ignored. Bearings are in degrees clockwise from north. A longitude may include whole turns: 179
// and -181 are the same, and a leg always takes the short way around the earth. Numbers that are not finite give NaN.
package geo

import "math"

const (
	equatorialRadiusM = 6378137.0
	flattening        = 1 / 298.257223563
	eccentricity2     = flattening * (2 - flattening)

	radians = math.Pi / 180

	// The plane formula is used up to shortLegM and shortLegLat. Beyond them Lambert's formula is more exact.
	shortLegM   = 10_000
	shortLegLat = 80
)

// Distance returns the length of the shortest path between two points, in metres.
//
// Up to 10 km, and up to 80 degrees of latitude, it uses the mid-latitude formula (Bomford, Geodesy): a plane right
// triangle whose legs to the north and to the east are scaled with the radii of curvature at the middle latitude.
// Compared with Karney's algorithm, the error at 80 degrees is below 0.04 mm at 1 km and below 4 cm at 10 km. Up to 60
// degrees it is a tenth of that.
//
// For longer legs, and near a pole, it uses Lambert's formula for long lines (Lambert 1942; see Rapp, Geometric Geodesy
// I). The error is below 0.00015 % up to 10,000 km. Then it grows, up to 0.2 % for a point on the other side of the
// earth.
func Distance(lat1, lon1, lat2, lon2 float64) float64 {
	mid := (lat1 + lat2) / 2
	if math.Abs(mid) <= shortLegLat {
		east, north := degrees(mid)
		d := math.Hypot(math.Remainder(lon2-lon1, 360)*east, (lat2-lat1)*north)
		if d <= shortLegM {
			return d
		}
	}
	return lambert(lat1, lon1, lat2, lon2)
}

// Bearing returns the direction in which the shortest path from the first point to the second begins, in degrees
// clockwise from north: at least 0 and below 360. Between two equal points it is 0.
//
// It is the bearing on the auxiliary sphere of reduced latitudes, with the longitude stretched as at the middle latitude
// (Bowring 1981). At any latitude the error is below 0.000001 degrees up to 10 km, 0.01 degrees up to 1,000 km and 0.5
// degrees up to 10,000 km.
func Bearing(lat1, lon1, lat2, lon2 float64) float64 {
	b1, b2 := reduced(lat1), reduced(lat2)
	c := math.Cos((b1 + b2) / 2)
	dLon := math.Remainder(lon2-lon1, 360) * radians / math.Sqrt(1-eccentricity2*c*c)
	s := math.Sin(dLon / 2)
	// This is cos b1 sin b2 - sin b1 cos b2 cos dLon, written in a form that loses no digits on short legs.
	north := math.Sin(b2-b1) + 2*math.Sin(b1)*math.Cos(b2)*s*s
	deg := math.Atan2(math.Cos(b2)*math.Sin(dLon), north) / radians
	if deg < 0 {
		deg += 360
	}
	if deg >= 360 { // In floating point, -1e-20 + 360 is 360.
		return 0
	}
	return deg
}

// degrees returns the lengths of a degree of longitude and of a degree of latitude at a latitude, in metres.
func degrees(lat float64) (east, north float64) {
	sin, cos := math.Sincos(lat * radians)
	w := 1 - eccentricity2*sin*sin
	n := equatorialRadiusM / math.Sqrt(w) * radians
	return n * cos, n * (1 - eccentricity2) / w
}

// reduced returns the reduced latitude in radians: the latitude of the point after the ellipsoid is stretched along its
// axis to a sphere.
func reduced(lat float64) float64 { return math.Atan((1 - flattening) * math.Tan(lat*radians)) }

func lambert(lat1, lon1, lat2, lon2 float64) float64 {
	b1, b2 := reduced(lat1), reduced(lat2)
	sinP, cosP := math.Sincos((b1 + b2) / 2)
	sinQ, cosQ := math.Sincos((b2 - b1) / 2)
	s := math.Sin(math.Remainder(lon2-lon1, 360) * radians / 2)
	h := min(sinQ*sinQ+math.Cos(b1)*math.Cos(b2)*s*s, 1)
	arc := 2 * math.Asin(math.Sqrt(h))
	var x, y float64
	if h < 1 {
		x = (arc - math.Sin(arc)) * sinP * sinP * cosQ * cosQ / (1 - h)
	}
	if h > 0 {
		y = (arc + math.Sin(arc)) * cosP * cosP * sinQ * sinQ / h
	}
	return equatorialRadiusM * (arc - flattening/2*(x+y))
}
