package zone

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/terreno/terreno/pkg/geo"
)

// point is a position in degrees: x is the unwrapped longitude, y the latitude.
type point struct{ x, y float64 }

// ring is a closed ring: its last point is its first.
type ring struct {
	path string // where it stands in the geometry
	at   []point
	box  box
	// touched says that another ring touches it.
	touched bool
}

// part is a polygon: its shell first, then its holes.
type part []ring

// reader turns coordinates into points, and collects what is wrong with them. It unwraps longitudes: the first position of
// each ring to within 180 degrees of the zone's first position, each other position to within 180 degrees of the one
// before.
type reader struct {
	faults Faults
	// strict refuses anything that follows longitude and latitude and is not a number.
	strict   bool
	vertices int
	started  bool
	first    float64
	// What was read, for Draft: the members, whether a ring was closed, and how many positions long edges need.
	kind        string
	coordinates any
	closed      bool
	long        int
}

func (r *reader) multiPolygon(v any) []part {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		r.faults.add(geometryInvalid, "coordinates", "a MultiPolygon needs a list of polygons. Send at least one.")
		return nil
	}
	parts := make([]part, 0, min(len(list), MaxVertices))
	for i, v := range list {
		if r.faults.full() {
			break
		}
		parts = append(parts, r.polygon(v, at("coordinates", i)))
	}
	return parts
}

func (r *reader) polygon(v any, path string) part {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		r.faults.add(geometryInvalid, path, "a polygon is a list of rings, the outer border first and then its holes. Send at least one ring.")
		return nil
	}
	p := make(part, 0, min(len(list), MaxVertices))
	for i, v := range list {
		if r.faults.full() {
			break
		}
		if isPosition(v) { // and so, most likely, is each that follows
			r.faults.add(ringTooShort, at(path, i), "this is a position where a ring is due. Put the positions of each ring into a list of their own, [[lon, lat], ...].")
			break
		}
		p = append(p, r.ring(v, at(path, i)))
	}
	return p
}

func isPosition(v any) bool {
	list, _ := v.([]any)
	if len(list) == 0 {
		return false
	}
	_, ok := list[0].(json.Number)
	return ok
}

// ring returns a ring without points when something is wrong with it.
func (r *reader) ring(v any, path string) ring {
	list, ok := v.([]any)
	switch {
	case !ok:
		r.faults.add(geometryInvalid, path, "a ring is a list of positions. Send [[lon, lat], ...].")
		return ring{}
	case len(list) < 4:
		r.faults.add(ringTooShort, path, "a ring needs at least 4 positions, of which the last repeats the first. This one has %d.", len(list))
		return ring{}
	}
	points, ok := r.positions(list, len(list)-1, path)
	if !ok {
		return ring{}
	}
	last := len(points) - 1
	dx, dy := points[0].x-points[last].x, points[0].y-points[last].y
	switch {
	case math.Abs(math.Remainder(dx, 360)) > tolerance || math.Abs(dy) > tolerance:
		apart := geo.Distance(points[0].y, points[0].x, points[last].y, points[last].x)
		r.faults.add(ringNotClosed, at(path, last), "the ring is open: this position is %s from its first. Repeat its first position at its end.", metres(apart))
	case math.Abs(dx) > 180:
		r.faults.add(zoneTooWide, path, "the ring runs around the earth. Draw a zone narrower than 180 degrees.")
	case flat(points):
		r.faults.add(zeroArea, path, "all positions of the ring lie on one line. Draw a ring that encloses an area.")
	default:
		r.closed = r.closed || points[0] != points[last]
		points[last] = points[0]
		return ring{path: path, at: points, box: boxOf(points)}
	}
	return ring{}
}

// metres writes a distance as a person would say it.
func metres(m float64) string {
	switch {
	case m < 10:
		return fmt.Sprintf("%.2f m", m)
	case m < 10_000:
		return fmt.Sprintf("%.0f m", m)
	}
	return fmt.Sprintf("%.0f km", m/1000)
}

// positions reads a list of positions that adds the given number of vertices to the zone. It returns false when it cannot
// read one of them.
func (r *reader) positions(list []any, vertices int, path string) ([]point, bool) {
	if r.vertices += vertices; r.vertices > MaxVertices {
		r.faults.add(tooManyVertices, path, "the zone has more than %d vertices, at least %d. Simplify it or split it into several zones.", MaxVertices, r.vertices)
		return nil, false
	}
	points, good := make([]point, len(list)), true
	for i, v := range list {
		p, ok := r.position(v, at(path, i))
		if good = good && ok; !good {
			if r.faults.full() {
				break
			}
			continue
		}
		if i == 0 {
			p.x = r.near(p.x)
		} else {
			p.x = unwrap(p.x, points[i-1].x)
			r.long += pieces(points[i-1], p) - 1
		}
		points[i] = p
	}
	return points, good
}

func (r *reader) near(x float64) float64 {
	if !r.started {
		r.started, r.first = true, x
	}
	return unwrap(x, r.first)
}

// unwrap adds full turns to a longitude until it is within 180 degrees of near. When no turn is needed, the longitude stays
// exact.
func unwrap(lon, near float64) float64 { return lon + 360*math.Round((near-lon)/360) }

func (r *reader) position(v any, path string) (p point, ok bool) {
	list, isList := v.([]any)
	if !isList || len(list) < 2 {
		r.faults.add(geometryInvalid, path, "a position is [lon, lat] in degrees. Send two numbers.")
		return point{}, false
	}
	ok = true
	for i, v := range list {
		if i > 1 && !r.strict {
			break
		}
		f, isNumber := r.number(v, at(path, i))
		switch ok = ok && isNumber; i {
		case 0:
			p.x = f
		case 1:
			p.y = f
		}
	}
	if !ok {
		return point{}, false
	}
	switch {
	case math.Abs(p.y) > 90 && math.Abs(p.y) <= 180 && math.Abs(p.x) <= maxLat:
		r.faults.add(swapped, path, "the latitude is outside -90 to 90 and would be right as a longitude. GeoJSON writes [lon, lat]: swap the two.")
	case math.Abs(p.y) > 90:
		r.faults.add(outOfRange, at(path, 1), "the latitude is outside -90 to 90. Send degrees.")
	case math.Abs(p.x) > 360:
		r.faults.add(outOfRange, at(path, 0), "the longitude is outside -360 to 360. Send degrees, -180 to 180 or running on past the antimeridian.")
	case math.Abs(p.y) > maxLat:
		r.faults.add(latitudeUnsupported, at(path, 1), "zones beyond %d degrees of latitude are not supported. If this is not near a pole, swap the two numbers: GeoJSON writes [lon, lat].", maxLat)
	default:
		return p, true
	}
	return point{}, false
}

func (r *reader) number(v any, path string) (float64, bool) {
	text, ok := v.(json.Number)
	if !ok {
		r.faults.add(geometryInvalid, path, "a coordinate is a number. Send degrees, and an altitude in metres if you have one.")
		return 0, false
	}
	f, err := text.Float64()
	if err != nil {
		r.faults.add(geometryInvalid, path, "the number is too large. Send degrees.")
		return 0, false
	}
	return f, true
}
