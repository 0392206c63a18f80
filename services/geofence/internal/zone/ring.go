package zone

import "math"

// tolerance is the least size, in degrees, that a mistake must have to be refused: about 1 cm, the last digit of common
// GeoJSON.
const tolerance = 1e-7

type side int8

const (
	outside side = iota - 1
	border
	inside
)

// classify says on which side of the ring a point is; the border is as wide as the tolerance.
func (r ring) classify(p point) side {
	if !r.box.grow(tolerance, tolerance).has(p.x, p.y) {
		return outside
	}
	s := outside
	for i := 1; i < len(r.at); i++ {
		a, b := r.at[i-1], r.at[i]
		if p.y < min(a.y, b.y)-tolerance || p.y > max(a.y, b.y)+tolerance || p.x > max(a.x, b.x)+tolerance {
			continue // the ray to the east does not come near it
		}
		if nearEdge(p, a, b) {
			return border
		}
		if (a.y > p.y) != (b.y > p.y) && p.x < a.x+(p.y-a.y)*(b.x-a.x)/(b.y-a.y) {
			s = -s
		}
	}
	return s
}

// classify says on which side of the part a point is. Inside a part means inside its shell and in none of its holes.
func (p part) classify(q point) side {
	s := p[0].classify(q)
	for _, h := range p[1:] {
		if s == inside {
			s = -h.classify(q)
		}
	}
	return s
}

// find looks for a vertex of the ring that is on the side want of something. Where both ends of an edge are on that
// something's border, find also tries the middle of the edge. It returns the index of the vertex, or of the edge's first
// vertex. A ring that touches no other ring lies on one side as a whole, since no edges cross, so one vertex decides. A
// ring that touches another may go through it in a vertex.
func (r ring) find(want side, classify func(point) side) (index int, found bool) {
	points := r.at
	if !r.touched {
		points = points[:1]
	}
	wasBorder := false
	for i, p := range points {
		s := classify(p)
		if s == want {
			return i, true
		}
		if s == border && wasBorder {
			before := points[i-1]
			if classify(point{(before.x + p.x) / 2, (before.y + p.y) / 2}) == want {
				return i - 1, true
			}
		}
		wasBorder = s == border
	}
	return 0, false
}

// flat says whether all points lie on one line, or all in one place.
func flat(points []point) bool {
	a := points[0]
	far, most := a, 0.0
	for _, p := range points {
		if d := math.Hypot(p.x-a.x, p.y-a.y); d > most {
			far, most = p, d
		}
	}
	for _, p := range points {
		if math.Abs(cross(a, far, p)) > tolerance*most {
			return false
		}
	}
	return true
}

// cross is twice the area of the triangle o, a, b: above zero when b lies to the left of the way from o to a.
func cross(o, a, b point) float64 { return (a.x-o.x)*(b.y-o.y) - (a.y-o.y)*(b.x-o.x) }

// nearEdge tells whether a point is within the tolerance of an edge.
func nearEdge(p, a, b point) bool {
	const near = tolerance * tolerance
	px, py, dx, dy := p.x-a.x, p.y-a.y, b.x-a.x, b.y-a.y
	along, length2 := px*dx+py*dy, dx*dx+dy*dy
	switch {
	case along <= 0:
		return px*px+py*py <= near
	case along >= length2:
		return (px-dx)*(px-dx)+(py-dy)*(py-dy) <= near
	}
	c := px*dy - py*dx
	return c*c <= near*length2
}
