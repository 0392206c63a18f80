// Package geo is geodesy on the WGS 84 ellipsoid: how far, in which direction, and a local plane in metres.
//
// All functions are pure and total. Latitudes and longitudes are degrees, lengths are metres along the ellipsoid (heights
// are left out), bearings are degrees clockwise from north. Longitudes may have any number of turns in them: 179 and -181
// are the same, and a leg always takes the short way round. Numbers that are not finite give NaN.
package geo

import "math"

const (
	equatorialRadiusM = 6378137.0
	flattening        = 1 / 298.257223563
	eccentricity2     = flattening * (2 - flattening)

	radians = math.Pi / 180

	// shortLegM and shortLegLat bound where the plane formula is used: beyond them Lambert's is the more exact one.
	shortLegM   = 10_000
	shortLegLat = 80
)

// Distance is the length of the shortest way between two points in metres.
//
// Up to 10 km and 80 degrees of latitude it takes the legs north and east with the radii of curvature at the middle
// latitude as a plane triangle (Bomford, Geodesy, "mid-latitude formula"): against Karney's algorithm the error is below
// 0.04 mm at 1 km and 4 cm at 10 km, both at 80 degrees, and a tenth of that up to 60.
//
// Longer legs and those near a pole are Lambert's formula for long lines (Lambert 1942; see Rapp, Geometric Geodesy I): an
// error below 0.00015 % up to 10,000 km, then growing, to 0.2 % for a point on the other side of the earth.
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

// Bearing is the direction in which the shortest way from the first point to the second begins: degrees clockwise from
// north, at least 0 and below 360. Between two equal points it is 0.
//
// It is the bearing on the auxiliary sphere of reduced latitudes, with the longitude stretched as at the middle latitude
// (Bowring 1981): below 0.000001 degrees of error up to 10 km, 0.01 at 1,000 km and 0.5 at 10,000 km, at any latitude.
func Bearing(lat1, lon1, lat2, lon2 float64) float64 {
	b1, b2 := reduced(lat1), reduced(lat2)
	c := math.Cos((b1 + b2) / 2)
	dLon := math.Remainder(lon2-lon1, 360) * radians / math.Sqrt(1-eccentricity2*c*c)
	s := math.Sin(dLon / 2)
	// sin(b2-b1) + ... is cos b1 sin b2 - sin b1 cos b2 cos dLon, written so that short legs lose no digits.
	north := math.Sin(b2-b1) + 2*math.Sin(b1)*math.Cos(b2)*s*s
	deg := math.Atan2(math.Cos(b2)*math.Sin(dLon), north) / radians
	if deg < 0 {
		deg += 360
	}
	if deg >= 360 { // -1e-20 + 360
		return 0
	}
	return deg
}

// degrees is how many metres a degree of longitude and one of latitude are at a latitude.
func degrees(lat float64) (east, north float64) {
	sin, cos := math.Sincos(lat * radians)
	w := 1 - eccentricity2*sin*sin
	n := equatorialRadiusM / math.Sqrt(w) * radians
	return n * cos, n * (1 - eccentricity2) / w
}

// reduced is the latitude in radians on the sphere that the ellipsoid becomes when it is stretched along its axis.
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
