package zone

import (
	"encoding/json"
	"math"

	"github.com/terreno/terreno/pkg/geo"
)

// point is degrees: x the longitude, unwrapped, and y the latitude.
type point struct{ x, y float64 }

// ring is closed: its last point is its first.
type ring struct {
	path string // where it stands in the geometry
	at   []point
	box  box
	// touched says that another ring touches it.
	touched bool
}

// part is a polygon: its shell, then its holes.
type part []ring

// reader turns coordinates into points. It unwraps longitudes: the first position of each ring to within 180 degrees of the
// zone's first, the others to within 180 degrees of the one before.
type reader struct {
	vertices int
	started  bool
	first    float64
}

func (r *reader) multiPolygon(v any) ([]part, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, fault(geometryInvalid, "coordinates", "a MultiPolygon needs a list of polygons. Send at least one.")
	}
	parts := make([]part, 0, min(len(list), MaxVertices))
	for i, v := range list {
		p, err := r.polygon(v, at("coordinates", i))
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func (r *reader) polygon(v any, path string) (part, error) {
	list, ok := v.([]any)
	if !ok || len(list) == 0 {
		return nil, fault(geometryInvalid, path, "a polygon is a list of rings, the outer border first and then its holes. Send at least one ring.")
	}
	p := make(part, 0, min(len(list), MaxVertices))
	for i, v := range list {
		one, err := r.ring(v, at(path, i))
		if err != nil {
			return nil, err
		}
		p = append(p, one)
	}
	return p, nil
}

func (r *reader) ring(v any, path string) (ring, error) {
	list, ok := v.([]any)
	if !ok {
		return ring{}, fault(geometryInvalid, path, "a ring is a list of positions. Send [[lon, lat], ...].")
	}
	if len(list) < 4 {
		return ring{}, fault(ringTooShort, path, "a ring needs at least 4 positions, of which the last repeats the first. This one has %d.", len(list))
	}
	points, err := r.positions(list, len(list)-1, path)
	if err != nil {
		return ring{}, err
	}
	last := len(points) - 1
	if points[0].y != points[last].y || math.Mod(points[0].x-points[last].x, 360) != 0 {
		return ring{}, fault(ringNotClosed, at(path, last), "the ring is open. Repeat its first position at its end.")
	}
	if points[0].x != points[last].x {
		return ring{}, fault(zoneTooWide, path, "the ring runs around the earth. Draw a zone narrower than 180 degrees.")
	}
	if flat(points) {
		return ring{}, fault(zeroArea, path, "all positions of the ring lie on one line. Draw a ring that encloses an area.")
	}
	return ring{path: path, at: points, box: boxOf(points)}, nil
}

// positions reads a list that adds some vertices to the zone, and checks its edges.
func (r *reader) positions(list []any, vertices int, path string) ([]point, error) {
	if r.vertices += vertices; r.vertices > MaxVertices {
		return nil, fault(tooManyVertices, path, "the zone has more than %d vertices. Simplify it or split it into several zones.", MaxVertices)
	}
	points := make([]point, len(list))
	for i, v := range list {
		p, err := position(v, at(path, i))
		if err != nil {
			return nil, err
		}
		if i == 0 {
			p.x = r.near(p.x)
		} else {
			before := points[i-1]
			p.x = unwrap(p.x, before.x)
			if geo.Distance(before.y, before.x, p.y, p.x) > maxEdgeM {
				return nil, fault(edgeTooLong, at(path, i-1), "the edge from here to the next position is longer than %d km. Add positions in between.", maxEdgeM/1000)
			}
		}
		points[i] = p
	}
	return points, nil
}

func (r *reader) near(x float64) float64 {
	if !r.started {
		r.started, r.first = true, x
	}
	return unwrap(x, r.first)
}

// unwrap adds turns to a longitude until it is within 180 degrees of another; without any it stays exactly what it is.
func unwrap(lon, near float64) float64 { return lon + 360*math.Round((near-lon)/360) }

func position(v any, path string) (point, error) {
	list, ok := v.([]any)
	if !ok || len(list) < 2 {
		return point{}, fault(geometryInvalid, path, "a position is [lon, lat] in degrees. Send two numbers.")
	}
	lon, err := number(list[0], at(path, 0))
	if err != nil {
		return point{}, err
	}
	lat, err := number(list[1], at(path, 1))
	if err != nil {
		return point{}, err
	}
	switch {
	case math.Abs(lat) > 90 && math.Abs(lat) <= 180 && math.Abs(lon) <= maxLat:
		return point{}, fault(swapped, path, "the latitude is outside -90 to 90 and would be right as a longitude. GeoJSON writes [lon, lat]: swap the two.")
	case math.Abs(lat) > 90:
		return point{}, fault(outOfRange, at(path, 1), "the latitude is outside -90 to 90. Send degrees.")
	case math.Abs(lon) > 360:
		return point{}, fault(outOfRange, at(path, 0), "the longitude is outside -360 to 360. Send degrees, -180 to 180 or running on past the antimeridian.")
	case math.Abs(lat) > maxLat:
		return point{}, fault(latitudeUnsupported, at(path, 1), "zones beyond %d degrees of latitude are not supported. If this is not near a pole, swap the two numbers: GeoJSON writes [lon, lat].", maxLat)
	}
	return point{x: lon, y: lat}, nil
}

func number(v any, path string) (float64, error) {
	text, ok := v.(json.Number)
	if !ok {
		return 0, fault(geometryInvalid, path, "a coordinate is a number. Send degrees.")
	}
	f, err := text.Float64()
	if err != nil {
		return 0, fault(geometryInvalid, path, "the number is too large. Send degrees.")
	}
	return f, nil
}
