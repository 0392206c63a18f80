package zone

import (
	"encoding/json"
	"fmt"
	"math"

	"github.com/terreno/terreno/pkg/geo"
)

// Draft is a geometry that a client sent, checked and made fit to be stored.
type Draft struct {
	Shape *Shape
	// Geometry is type and coordinates as they are stored: as the client sent them, except for the changes in Added and
	// Closed.
	Geometry json.RawMessage
	// Added is how many positions were put on edges longer than 50 km, straight in longitude and latitude.
	Added int
	// Closed says that rings were closed because their ends were within a centimetre.
	Closed bool
}

// NewDraft makes the checks that Parse makes, and also checks that positions hold nothing but numbers. It puts positions on
// edges longer than 50 km, and closes a ring whose ends are within a centimetre. The error is Faults.
func NewDraft(geometry []byte, radiusM, widthM *float64) (*Draft, error) {
	r := reader{strict: true}
	shape := r.geometry(geometry, radiusM, widthM)
	if shape != nil && r.vertices+r.long > MaxVertices {
		r.faults.add(tooManyVertices, "coordinates", "the zone has %d vertices, and its edges over %d km need %d more: together more than %d. Simplify it or split it into several zones.",
			r.vertices, maxEdgeM/1000, r.long, MaxVertices)
	}
	if len(r.faults) > 0 {
		return nil, r.faults
	}
	if r.long > 0 || r.closed {
		r.coordinates = mend(r.kind, r.coordinates)
	}
	raw, err := json.Marshal(struct {
		Type        string `json:"type"`
		Coordinates any    `json:"coordinates"`
	}{r.kind, r.coordinates})
	if err != nil {
		return nil, fmt.Errorf("write a geometry: %w", err)
	}
	if r.long > 0 || r.closed {
		if shape, err = Parse(raw, radiusM, widthM); err != nil {
			return nil, err
		}
	}
	return &Draft{Shape: shape, Geometry: raw, Added: r.long, Closed: r.closed}, nil
}

// mend closes the rings of checked coordinates, and puts positions on their long edges.
func mend(kind string, v any) any {
	switch list, _ := v.([]any); kind {
	case "MultiPolygon":
		return each(list, func(v any) any { return mend("Polygon", v) })
	case "Polygon":
		return each(list, func(v any) any {
			ring, _ := v.([]any)
			ring = append([]any{}, ring...)
			if last := len(ring) - 1; degrees(ring[0]) != degrees(ring[last]) && !turned(ring[0], ring[last]) {
				ring[last] = ring[0]
			}
			return densify(ring)
		})
	case "LineString":
		return densify(list)
	}
	return v
}

func each(list []any, fn func(any) any) []any {
	done := make([]any, len(list))
	for i, v := range list {
		done[i] = fn(v)
	}
	return done
}

// turned says whether two positions differ only by full turns around the earth. Then they already close a ring.
func turned(a, b any) bool {
	p, q := degrees(a), degrees(b)
	return p.y == q.y && math.Mod(p.x-q.x, 360) == 0
}

// densify puts positions on long edges. Positions that the client sent stay as they were written.
func densify(list []any) []any {
	dense := make([]any, 0, len(list))
	for i, v := range list {
		if i > 0 {
			a, b := degrees(list[i-1]), degrees(v)
			b.x = unwrap(b.x, a.x)
			n := pieces(a, b)
			for k := 1; k < n; k++ {
				t := float64(k) / float64(n)
				dense = append(dense, []any{written(wrap(a.x + t*(b.x-a.x))), written(a.y + t*(b.y-a.y))})
			}
		}
		dense = append(dense, v)
	}
	return dense
}

// written rounds a number of degrees as it is stored, to a tenth of a millimetre, a hundredth of the tolerance.
func written(degrees float64) float64 { return math.Round(degrees*1e9) / 1e9 }

// wrap keeps a longitude within what may be written.
func wrap(x float64) float64 {
	if math.Abs(x) > 360 {
		return math.Remainder(x, 360)
	}
	return x
}

// degrees returns the numbers of a checked position.
func degrees(v any) point {
	list, _ := v.([]any)
	number := func(v any) float64 {
		n, _ := v.(json.Number)
		f, _ := n.Float64()
		return f
	}
	return point{number(list[0]), number(list[1])}
}

// pieces returns into how many pieces an edge must be cut so that none is too long.
func pieces(a, b point) int {
	return max(1, int(math.Ceil(longest(a, b)/maxEdgeM-1e-9)))
}

// longest returns an upper bound for the length of an edge that is straight in degrees, unless the edge is short.
func longest(a, b point) float64 {
	direct := geo.Distance(a.y, a.x, b.y, b.x)
	if direct < maxEdgeM/2 {
		return direct
	}
	// Along the latitude nearest to the equator a degree of longitude is longest.
	widest := 0.0
	if a.y*b.y > 0 {
		widest = min(math.Abs(a.y), math.Abs(b.y))
	}
	east, _ := geo.NewProjection(widest, 0).Scale()
	_, north := geo.NewProjection(max(math.Abs(a.y), math.Abs(b.y)), 0).Scale()
	return max(direct, math.Hypot((b.x-a.x)*east, (b.y-a.y)*north))
}
