package geofencetest

import "math"

type side int

const (
	near side = iota
	inside
	outside
)

// Doubtful says whether a fix is so near a border that another measure could decide otherwise. zones are those of the fix's
// user.
func Doubtful(f Fix, zones []Zone) bool {
	return locate(f, zones).doubtful
}

// located is the side a fix is on, how many metres it is beyond that side's border, and whether another measure could
// decide otherwise.
type located struct {
	side     side
	depth    float64
	doubtful bool
}

// maxDepth is the most metres beyond a border that count.
const maxDepth = 100

func locate(f Fix, zones []Zone) (at located) {
	accuracy := f.AccuracyM
	if accuracy == 0 {
		accuracy = 25
	}
	within, beyond := math.Inf(-1), math.Inf(1)
	for _, z := range zones {
		buffer := z.Buffer
		if buffer == 0 {
			buffer = 40
		}
		limit := math.Max(buffer, 1.5*accuracy)
		d := distance(f, z)
		within, beyond = math.Max(within, -d), math.Min(beyond, d-limit)
		at.doubtful = at.doubtful || math.Abs(d) < Doubt || math.Abs(d-limit) < Doubt
	}
	switch {
	case within >= 0:
		at.side, at.depth = inside, math.Min(within, maxDepth)
	case beyond > 0:
		at.side, at.depth = outside, math.Min(beyond, maxDepth)
	}
	return at
}

// distance is how far a fix is from a zone, in metres, negative inside.
func distance(f Fix, z Zone) float64 {
	switch {
	case z.Radius > 0:
		c := z.Line[0]
		dx, dy := east(c.Lon-f.Lon, (c.Lat+f.Lat)/2), north(c.Lat-f.Lat, (c.Lat+f.Lat)/2)
		return math.Hypot(dx, dy) - z.Radius
	case z.Width > 0:
		return toLine(f, z.Line) - z.Width/2
	}
	// Edges are straight in degrees, as GeoJSON says. A point is inside when an odd number of edges lie to its east. This
	// handles holes and the parts of a multipolygon, which do not overlap, without special cases.
	crossings, border := 0, math.Inf(1)
	for _, polygon := range z.Polygons {
		for _, ring := range polygon {
			border = math.Min(border, toLine(f, ring))
			for i := 1; i < len(ring); i++ {
				ax, ay := wrap(ring[i-1].Lon-f.Lon), ring[i-1].Lat-f.Lat
				bx, by := wrap(ring[i].Lon-f.Lon), ring[i].Lat-f.Lat
				if (ay > 0) != (by > 0) && ax+(bx-ax)*ay/(ay-by) > 0 {
					crossings++
				}
			}
		}
	}
	if crossings%2 == 1 {
		return -border
	}
	return border
}

// toLine returns the distance to the nearest point of a line, on the plane that touches the earth at the fix.
func toLine(f Fix, line []Point) float64 {
	best := math.Inf(1)
	for i := 1; i < len(line); i++ {
		ax, ay := east(line[i-1].Lon-f.Lon, f.Lat), north(line[i-1].Lat-f.Lat, f.Lat)
		bx, by := east(line[i].Lon-f.Lon, f.Lat), north(line[i].Lat-f.Lat, f.Lat)
		dx, dy := bx-ax, by-ay
		t := 0.0
		if l := dx*dx + dy*dy; l > 0 {
			t = math.Max(0, math.Min(1, -(ax*dx+ay*dy)/l))
		}
		best = math.Min(best, math.Hypot(ax+t*dx, ay+t*dy))
	}
	return best
}

// wrap turns a difference of longitudes into the short way around.
func wrap(d float64) float64 { return math.Remainder(d, 360) }

// east and north convert a difference in degrees into metres on the WGS 84 ellipsoid at a latitude. They use the radii of
// curvature in the prime vertical and in the meridian.
func east(d, lat float64) float64 {
	sin, cos := math.Sincos(lat * math.Pi / 180)
	return wrap(d) * math.Pi / 180 * axis / math.Sqrt(1-e2*sin*sin) * cos
}

func north(d, lat float64) float64 {
	sin := math.Sin(lat * math.Pi / 180)
	return d * math.Pi / 180 * axis * (1 - e2) / math.Pow(1-e2*sin*sin, 1.5)
}

const (
	axis = 6378137.0
	e2   = 0.00669437999014
)
