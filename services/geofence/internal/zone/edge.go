package zone

import (
	"cmp"
	"math"
	"slices"
)

// edge runs from a to b. index is the ring's position at which it begins.
type edge struct {
	a, b        point
	ring, index int
}

// edgesOf returns the edges between points, without those that have no length.
func edgesOf(points []point, ringIndex int) []edge {
	edges := make([]edge, 0, len(points))
	for i := 1; i < len(points); i++ {
		if points[i-1] != points[i] {
			edges = append(edges, edge{a: points[i-1], b: points[i], ring: ringIndex, index: i - 1})
		}
	}
	return edges
}

// closeSeam removes the cut of a multipolygon at the antimeridian. Where an even number of parts have an edge on the cut,
// that edge is not a border. Inside stays inside, since even-odd counts those pairs as nothing.
func closeSeam(edges []edge) []edge {
	type end struct {
		y    float64
		from edge
	}
	var ends []end
	rest := make([]edge, 0, len(edges))
	for _, e := range edges {
		if e.a.x == e.b.x && math.Abs(math.Remainder(e.a.x, 360)) == 180 {
			ends = append(ends, end{e.a.y, e}, end{e.b.y, e})
		} else {
			rest = append(rest, e)
		}
	}
	slices.SortFunc(ends, func(a, b end) int { return cmp.Compare(a.y, b.y) })
	for i := 0; i+1 < len(ends); i += 2 {
		low, high := ends[i], ends[i+1]
		if low.y < high.y {
			x := low.from.a.x
			rest = append(rest, edge{point{x, low.y}, point{x, high.y}, low.from.ring, low.from.index})
		}
	}
	return rest
}

// contact is how two edges meet.
type contact int8

const (
	none contact = iota
	// touch means that an end of one edge lies on the other.
	touch
	// clash means that the edges cross, or run on one another for more than the tolerance.
	clash
)

// sweep calls clashes for each two edges that clash, until clashes returns false. It also marks the rings that touch
// another ring. It goes along the longer side of the box. Only when the boxes of all edges meet does it test each pair: 50
// million tests for 10,000 vertices.
func sweep(edges []edge, whole box, rings []*ring, clashes func(e, f *edge) bool) {
	along := func(p point) float64 { return p.x }
	if whole.maxY-whole.minY > whole.maxX-whole.minX {
		along = func(p point) float64 { return p.y }
	}
	type span struct {
		from, to float64
		box      box
		edge     *edge
	}
	spans := make([]span, len(edges))
	for i := range edges {
		g := &edges[i]
		from, to := along(g.a), along(g.b)
		spans[i] = span{min(from, to), max(from, to), boxOf([]point{g.a, g.b}), g}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	for i := range spans {
		s := &spans[i]
		grown := s.box.grow(tolerance, tolerance)
		for j := i + 1; j < len(spans) && spans[j].from <= s.to+tolerance; j++ {
			if !grown.meets(spans[j].box) {
				continue
			}
			switch e, f := s.edge, spans[j].edge; meet(e, f) {
			case clash:
				if !clashes(e, f) {
					return
				}
			case touch:
				if e.ring != f.ring {
					rings[e.ring].touched, rings[f.ring].touched = true, true
				}
			}
		}
	}
}

func meet(e, f *edge) contact {
	c1, c2, apart := sides(e, f)
	if apart {
		return none
	}
	c3, c4, apart := sides(f, e)
	switch {
	case apart:
		return none
	case runsOn(e, f):
		return clash
	case nearEdge(e.a, f.a, f.b) || nearEdge(e.b, f.a, f.b) || nearEdge(f.a, e.a, e.b) || nearEdge(f.b, e.a, e.b):
		return touch
	case (c1 > 0) != (c2 > 0) && (c3 > 0) != (c4 > 0):
		return clash
	}
	return none
}

// sides says on which side of e the ends of f lie: above zero is left, below zero is right. The edges are apart when both
// ends are on one side by more than the tolerance.
func sides(e, f *edge) (a, b float64, apart bool) {
	a, b = cross(e.a, e.b, f.a), cross(e.a, e.b, f.b)
	near := tolerance * (math.Abs(e.b.x-e.a.x) + math.Abs(e.b.y-e.a.y))
	return a, b, a > near && b > near || a < -near && b < -near
}

// runsOn says whether two edges run on one another. The stretch over which they lie beside one another must be longer than
// the tolerance, and at both its ends they must be no farther apart than the tolerance.
func runsOn(e, f *edge) bool {
	ex, ey := e.b.x-e.a.x, e.b.y-e.a.y
	length := math.Hypot(ex, ey)
	ux, uy := ex/length, ey/length
	along := func(p point) float64 { return (p.x-e.a.x)*ux + (p.y-e.a.y)*uy }
	across := func(p point) float64 { return (p.y-e.a.y)*ux - (p.x-e.a.x)*uy }
	ta, tb := along(f.a), along(f.b)
	from, to := max(0, min(ta, tb)), min(length, max(ta, tb))
	if to-from <= tolerance {
		return false
	}
	sa, sb := across(f.a), across(f.b)
	apart := func(t float64) float64 { return math.Abs(sa + (t-ta)*(sb-sa)/(tb-ta)) }
	return apart(from) <= tolerance && apart(to) <= tolerance
}
