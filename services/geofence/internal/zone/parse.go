package zone

import (
	"bytes"
	"encoding/json"
	"io"
)

const (
	// MaxVertices is how many vertices a zone may have, over all rings.
	MaxVertices = 10_000

	// A radius or a width is at least as large as what a phone can tell; the upper ends keep a circle and a corridor the
	// size of something that one person works in.
	minSizeM   = 1
	maxRadiusM = 100_000
	maxWidthM  = 20_000

	maxEdgeM = 50_000
	maxLat   = 85
)

// Parse reads a GeoJSON geometry object: Polygon, MultiPolygon, Point with a radius in metres (a circle) or LineString with a
// whole width in metres (a corridor). The radius is nil but for a Point, the width but for a LineString. Altitudes and foreign
// members are passed over.
//
// The error is a *Fault, for the first thing found wrong. Memory and time are bounded by the size of the geometry, which is
// the caller's to limit: 1 MiB holds any zone of MaxVertices.
func Parse(geometry []byte, radiusM, widthM *float64) (*Shape, error) {
	kind, coordinates, err := members(geometry)
	if err != nil {
		return nil, err
	}
	if radiusM != nil && kind != "Point" {
		return nil, fault(radiusInvalid, "radius_m", "only a Point has a radius. Leave radius_m out.")
	}
	if widthM != nil && kind != "LineString" {
		return nil, fault(widthInvalid, "width_m", "only a LineString has a width. Leave width_m out.")
	}
	var r reader
	switch kind {
	case "Polygon":
		first, err := r.polygon(coordinates, "coordinates")
		if err != nil {
			return nil, err
		}
		return area("polygon", []part{first}, r.vertices)
	case "MultiPolygon":
		parts, err := r.multiPolygon(coordinates)
		if err != nil {
			return nil, err
		}
		return area("multipolygon", parts, r.vertices)
	case "Point":
		return r.circle(coordinates, radiusM)
	case "LineString":
		return r.corridor(coordinates, widthM)
	case "Feature", "FeatureCollection":
		return nil, fault(geometryInvalid, "type", "this is a %s. Send the value of its member geometry.", kind)
	default:
		return nil, fault(geometryInvalid, "type", "a zone is a Polygon, a MultiPolygon, a Point with radius_m or a LineString with width_m. Send one of these.")
	}
}

// members takes type and coordinates out of a geometry object. Numbers stay text, so that one that is too large can be named.
func members(geometry []byte) (kind string, coordinates any, err error) {
	dec := json.NewDecoder(bytes.NewReader(geometry))
	dec.UseNumber()
	var object map[string]any
	if dec.Decode(&object) != nil || object == nil {
		return "", nil, fault(geometryInvalid, "geometry", "this is not a JSON object. Send a GeoJSON geometry with type and coordinates.")
	}
	if _, err := dec.Token(); err != io.EOF {
		return "", nil, fault(geometryInvalid, "geometry", "something follows the geometry. Send one JSON object and nothing else.")
	}
	kind, ok := object["type"].(string)
	if !ok {
		return "", nil, fault(geometryInvalid, "type", "the type is missing. Send Polygon, MultiPolygon, Point or LineString.")
	}
	return kind, object["coordinates"], nil
}
