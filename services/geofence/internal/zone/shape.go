package zone

import (
	"math"

	"github.com/terreno/terreno/pkg/geo"
)

// Shape is the compiled geometry of a zone. It never changes.
type Shape struct {
	kind     string
	vertices int
	// reachM is how far the zone goes beyond its edges: the radius of a circle, half the width of a corridor, 0 for an area.
	reachM float64
	// box holds the edges, and middle is the longitude of its centre.
	box    box
	middle float64
	// The edges, from a to b in degrees, unwrapped.
	ax, ay, bx, by []float64
	// blocks are the boxes of consecutive edges, blockEdges to each, so that most edges need no look.
	blocks []box
}

const blockEdges = 32

func newShape(kind string, vertices int, reachM float64, edges []edge) *Shape {
	n := len(edges)
	flat := make([]float64, 4*n)
	s := &Shape{kind: kind, vertices: vertices, reachM: reachM, ax: flat[:n], ay: flat[n : 2*n], bx: flat[2*n : 3*n], by: flat[3*n:]}
	for i, e := range edges {
		s.ax[i], s.ay[i], s.bx[i], s.by[i] = e.a.x, e.a.y, e.b.x, e.b.y
		b := boxOf([]point{e.a, e.b})
		if i%blockEdges == 0 {
			s.blocks = append(s.blocks, b)
		}
		last := &s.blocks[len(s.blocks)-1]
		*last = last.with(b)
	}
	s.box = s.blocks[0]
	for _, b := range s.blocks {
		s.box = s.box.with(b)
	}
	s.middle = (s.box.minX + s.box.maxX) / 2
	return s
}

// Kind is polygon, multipolygon, circle or corridor.
func (s *Shape) Kind() string { return s.kind }

// Vertices returns how many vertices the zone was sent with. The repetition that closes a ring does not count. A circle has
// one.
func (s *Shape) Vertices() int { return s.vertices }

// Contains says whether a position is inside. For a position on the border it may say either.
func (s *Shape) Contains(lat, lon float64) bool {
	x := unwrap(lon, s.middle)
	if s.reachM > 0 {
		return s.edgeM(lat, x) < s.reachM
	}
	return s.covers(lat, x)
}

// Distance returns how far a position is from the border in metres, negative inside.
func (s *Shape) Distance(lat, lon float64) float64 {
	x := unwrap(lon, s.middle)
	d := s.edgeM(lat, x) - s.reachM
	if s.reachM == 0 && s.covers(lat, x) {
		return -d
	}
	return d
}

// covers applies the even-odd rule to all edges: it says whether a ray to the east meets an odd number of them.
func (s *Shape) covers(lat, x float64) bool {
	if !s.box.has(x, lat) {
		return false
	}
	odd := false
	for k, b := range s.blocks {
		if b.minY <= lat && lat <= b.maxY && x <= b.maxX {
			odd = odd != s.oddIn(k, lat, x)
		}
	}
	return odd
}

// of returns the edges of a block.
func (s *Shape) of(block int) (ax, ay, bx, by []float64) {
	from := block * blockEdges
	to := min(from+blockEdges, len(s.ax))
	return s.ax[from:to], s.ay[from:to], s.bx[from:to], s.by[from:to]
}

func (s *Shape) oddIn(block int, lat, x float64) bool {
	ax, ay, bx, by := s.of(block)
	odd := false
	for i := range ax {
		if (ay[i] > lat) != (by[i] > lat) && x < ax[i]+(lat-ay[i])*(bx[i]-ax[i])/(by[i]-ay[i]) {
			odd = !odd
		}
	}
	return odd
}

// edgeM returns the distance to the nearest place of an edge. It finds the place in the plane at the position, and measures
// the distance on the ellipsoid.
func (s *Shape) edgeM(lat, x float64) float64 {
	n := nearest{lat: lat, x: x, distance2: math.Inf(1)}
	n.east, n.north = geo.NewProjection(lat, x).Scale()
	// The block whose box is nearest comes first. The distance to its edges lets most of the other blocks be passed over.
	first, least := 0, math.Inf(1)
	if len(s.blocks) > 1 {
		for k, b := range s.blocks {
			if d := n.atLeast(b); d < least {
				first, least = k, d
			}
		}
	}
	n.look(s.of(first))
	for k, b := range s.blocks {
		if k != first && n.atLeast(b) < n.distance2 {
			n.look(s.of(k))
		}
	}
	return geo.Distance(lat, x, n.placeY, n.placeX)
}

// nearest is the place nearest to a position, in the plane, on the edges looked at so far.
type nearest struct {
	lat, x, east, north       float64
	distance2, placeX, placeY float64
}

// atLeast returns the squared distance to a box. Nothing in the box is nearer.
func (n *nearest) atLeast(b box) float64 {
	dx, dy := max(b.minX-n.x, 0, n.x-b.maxX)*n.east, max(b.minY-n.lat, 0, n.lat-b.maxY)*n.north
	return dx*dx + dy*dy
}

func (n *nearest) look(ax, ay, bx, by []float64) {
	ay, bx, by = ay[:len(ax)], bx[:len(ax)], by[:len(ax)]
	for i := range ax {
		px, py := (ax[i]-n.x)*n.east, (ay[i]-n.lat)*n.north
		dx, dy := (bx[i]-ax[i])*n.east, (by[i]-ay[i])*n.north
		along, length2 := -(px*dx + py*dy), dx*dx+dy*dy
		switch {
		case along <= 0:
			if d := px*px + py*py; d < n.distance2 {
				n.distance2, n.placeX, n.placeY = d, ax[i], ay[i]
			}
		case along >= length2:
			if d := (px+dx)*(px+dx) + (py+dy)*(py+dy); d < n.distance2 {
				n.distance2, n.placeX, n.placeY = d, bx[i], by[i]
			}
		default:
			// The distance to the line is |c| / length; few edges get as far as the division.
			if c := px*dy - py*dx; c*c < n.distance2*length2 {
				t := along / length2
				n.distance2, n.placeX, n.placeY = c*c/length2, ax[i]+t*(bx[i]-ax[i]), ay[i]+t*(by[i]-ay[i])
			}
		}
	}
}
