package api

import (
	"encoding/json"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/httpx"
)

// geometry is a GeoJSON geometry as the client sent it.
type geometry struct{ json.RawMessage }

// maxVertexBytes is the most text that a vertex may take on average: three numbers with all the digits that they can have,
// and the repetition that closes a ring. It keeps the text of a company's zones in proportion to their vertices.
const maxVertexBytes = 200

// fits returns an error when a geometry takes more text than its vertices may.
func fits(raw json.RawMessage, vertices int) error {
	if len(raw) <= maxVertexBytes*(vertices+1) {
		return nil
	}
	const detail = "The coordinates take too much text. Send two numbers of at most 15 digits for each position."
	return httpx.Problem(http.StatusUnprocessableEntity, "geometry_invalid", detail, httpx.Field("body.geometry.coordinates", detail))
}

// Schema describes the geometry to clients. The schema checks nothing, since package zone says better what is wrong and
// where. huma does not look into extensions.
func (geometry) Schema(r huma.Registry) *huma.Schema {
	const name = "ZoneGeometry"
	r.Map()[name] = described()
	return &huma.Schema{Ref: "#/components/schemas/" + name}
}

func described() *huma.Schema {
	position := list("longitude and latitude in degrees; what follows are numbers, such as an altitude, and is passed over", &huma.Schema{Type: huma.TypeNumber})
	ring := list("a ring: at least four positions, the last one repeats the first", position)
	polygon := list("the outer ring, then those of holes", ring)
	return &huma.Schema{
		Description: "GeoJSON geometry, longitude first, at most 10,000 vertices. Edges over 50 km get positions in between, and a ring whose ends are within a centimetre is closed; the answer says so. Across the antimeridian longitudes may run on past 180.",
		Examples: []any{
			example("Polygon", `[[[-74.09, 4.64], [-74.07, 4.64], [-74.07, 4.66], [-74.09, 4.66], [-74.09, 4.64]]]`),
			example("Point", `[-74.08, 4.65]`),
		},
		Extensions: map[string]any{"oneOf": []*huma.Schema{
			shape("Polygon", "with holes or without", polygon),
			shape("MultiPolygon", "several polygons that do not overlap", list("", polygon)),
			shape("Point", "a circle, with properties.radius_m", position),
			shape("LineString", "a corridor, with properties.width_m", list("at least two positions", position)),
		}},
	}
}

func list(about string, of *huma.Schema) *huma.Schema {
	return &huma.Schema{Type: huma.TypeArray, Description: about, Items: of}
}

func shape(kind, about string, coordinates *huma.Schema) *huma.Schema {
	return &huma.Schema{
		Type: huma.TypeObject, Title: kind, Description: about, Required: []string{"type", "coordinates"},
		Properties: map[string]*huma.Schema{"type": {Type: huma.TypeString, Enum: []any{kind}}, "coordinates": coordinates},
	}
}

func example(kind, coordinates string) any {
	return map[string]any{"type": kind, "coordinates": json.RawMessage(coordinates)}
}
