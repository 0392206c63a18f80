package zone

import (
	"bytes"
	"encoding/json"
	"io"
)

const (
	// MaxVertices is how many vertices a zone may have, over all rings.
	MaxVertices = 10_000

	// A radius or a width must be at least as large as what a phone can tell. The upper limits keep a circle and a corridor
	// to the size of something that one person works in.
	minSizeM   = 1
	maxRadiusM = 100_000
	maxWidthM  = 20_000

	maxEdgeM = 50_000
	maxLat   = 85
)

// Parse reads the GeoJSON geometry of a stored zone: Polygon, MultiPolygon, Point with a radius in metres (a circle) or
// LineString with a whole width in metres (a corridor). The radius is nil except for a Point, and the width is nil except
// for a LineString. Parse ignores foreign members and everything that follows longitude and latitude in a position.
//
// The error is Faults. The size of the geometry bounds memory and time. The caller must limit that size: 1 MiB holds any
// zone of MaxVertices.
func Parse(geometry []byte, radiusM, widthM *float64) (*Shape, error) {
	var r reader
	shape := r.geometry(geometry, radiusM, widthM)
	return shape, r.faults.err()
}

// geometry reads the whole geometry, and returns nil when there are faults.
func (r *reader) geometry(geometry []byte, radiusM, widthM *float64) *Shape {
	kind, coordinates, fault := members(geometry)
	if fault != nil {
		r.faults = Faults{fault}
		return nil
	}
	r.kind, r.coordinates = kind, coordinates
	if radiusM != nil && kind != "Point" {
		r.faults.add(radiusInvalid, "radius_m", "only a Point has a radius. Leave radius_m out.")
	}
	if widthM != nil && kind != "LineString" {
		r.faults.add(widthInvalid, "width_m", "only a LineString has a width. Leave width_m out.")
	}
	var shape *Shape
	switch kind {
	case "Polygon":
		shape = r.area("polygon", []part{r.polygon(coordinates, "coordinates")})
	case "MultiPolygon":
		shape = r.area("multipolygon", r.multiPolygon(coordinates))
	case "Point":
		shape = r.circle(coordinates, radiusM)
	case "LineString":
		shape = r.corridor(coordinates, widthM)
	case "Feature", "FeatureCollection":
		r.faults.add(geometryInvalid, "type", "this is a %s. Send the value of its member geometry.", kind)
	default:
		r.faults.add(geometryInvalid, "type", "a zone is a Polygon, a MultiPolygon, a Point with radius_m or a LineString with width_m. Send one of these.")
	}
	if len(r.faults) > 0 {
		return nil
	}
	return shape
}

// members takes type and coordinates out of a geometry object. It keeps numbers as text, so that a fault can name a number
// that is too large.
func members(geometry []byte) (kind string, coordinates any, fault *Fault) {
	dec := json.NewDecoder(bytes.NewReader(geometry))
	dec.UseNumber()
	var object map[string]any
	if dec.Decode(&object) != nil || object == nil {
		return "", nil, &Fault{geometryInvalid, "geometry", "this is not a JSON object. Send a GeoJSON geometry with type and coordinates."}
	}
	if _, err := dec.Token(); err != io.EOF {
		return "", nil, &Fault{geometryInvalid, "geometry", "something follows the geometry. Send one JSON object and nothing else."}
	}
	kind, ok := object["type"].(string)
	if !ok {
		return "", nil, &Fault{geometryInvalid, "type", "the type is missing. Send Polygon, MultiPolygon, Point or LineString."}
	}
	return kind, object["coordinates"], nil
}
