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
}

func newShape(kind string, vertices int, reachM float64, edges []edge) *Shape {
	n := len(edges)
	flat := make([]float64, 4*n)
	s := &Shape{kind: kind, vertices: vertices, reachM: reachM, ax: flat[:n], ay: flat[n : 2*n], bx: flat[2*n : 3*n], by: flat[3*n:]}
	s.box = boxOf([]point{edges[0].a})
	for i, e := range edges {
		s.ax[i], s.ay[i], s.bx[i], s.by[i] = e.a.x, e.a.y, e.b.x, e.b.y
		s.box = s.box.with(boxOf([]point{e.a, e.b}))
	}
	s.middle = (s.box.minX + s.box.maxX) / 2
	return s
}

// Kind is polygon, multipolygon, circle or corridor.
func (s *Shape) Kind() string { return s.kind }

// Vertices is how many the zone was sent with; the repetition that closes a ring does not count. A circle has one.
func (s *Shape) Vertices() int { return s.vertices }

// Contains tells whether a position is inside. Of a position on the border either may be said.
func (s *Shape) Contains(lat, lon float64) bool {
	x := unwrap(lon, s.middle)
	if s.reachM > 0 {
		return s.edgeM(lat, x) < s.reachM
	}
	return s.covers(lat, x)
}

// Distance is how far a position is from the border in metres, negative inside.
func (s *Shape) Distance(lat, lon float64) float64 {
	x := unwrap(lon, s.middle)
	d := s.edgeM(lat, x) - s.reachM
	if s.reachM == 0 && s.covers(lat, x) {
		return -d
	}
	return d
}

// covers is even-odd over all edges: how many of them a ray to the east meets.
func (s *Shape) covers(lat, x float64) bool {
	if !s.box.has(x, lat) {
		return false
	}
	odd := false
	ax, ay, bx, by := s.ax, s.ay[:len(s.ax)], s.bx[:len(s.ax)], s.by[:len(s.ax)]
	for i := range ax {
		if (ay[i] > lat) != (by[i] > lat) && x < ax[i]+(lat-ay[i])*(bx[i]-ax[i])/(by[i]-ay[i]) {
			odd = !odd
		}
	}
	return odd
}

// edgeM is the length of the way to the nearest place of an edge: found in the plane at the position, measured on the
// ellipsoid.
func (s *Shape) edgeM(lat, x float64) float64 {
	east, north := geo.NewProjection(lat, x).Scale()
	ax, ay, bx, by := s.ax, s.ay[:len(s.ax)], s.bx[:len(s.ax)], s.by[:len(s.ax)]
	least, nearX, nearY := math.Inf(1), ax[0], ay[0]
	for i := range ax {
		px, py := (ax[i]-x)*east, (ay[i]-lat)*north
		dx, dy := (bx[i]-ax[i])*east, (by[i]-ay[i])*north
		along, length2 := -(px*dx + py*dy), dx*dx+dy*dy
		switch {
		case along <= 0:
			if d := px*px + py*py; d < least {
				least, nearX, nearY = d, ax[i], ay[i]
			}
		case along >= length2:
			if d := (px+dx)*(px+dx) + (py+dy)*(py+dy); d < least {
				least, nearX, nearY = d, bx[i], by[i]
			}
		default:
			// The distance to the line is |c| / length; few edges get as far as the division.
			if c := px*dy - py*dx; c*c < least*length2 {
				t := along / length2
				least, nearX, nearY = c*c/length2, ax[i]+t*(bx[i]-ax[i]), ay[i]+t*(by[i]-ay[i])
			}
		}
	}
	return geo.Distance(lat, x, nearY, nearX)
}
