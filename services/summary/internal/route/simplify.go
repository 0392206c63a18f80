package route

import (
	"math"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/services/summary/internal/distance"
)

// Point is a place at an instant.
type Point = distance.Point

// blockPoints bounds the time of Simplify: Douglas and Peucker's method is quadratic at worst, and a block is simplified by itself. The
// price is one point more each so many.
const blockPoints = 512

// Simplify returns the points that a line needs so that none of the others is farther than errorM metres from it: each lies so
// near the segment that passes it in time. The points come in order. The first and the last one stay, and the points that
// stay keep their instants. With an errorM of 0 or less all stay.
//
// It is Douglas and Peucker's method (Cartographica 10(2), 1973) with the distance to the segment, in blocks: it takes a time
// in proportion to the number of points even at worst. A line may cross the antimeridian; the longitudes stay as they are.
func Simplify(points []Point, errorM float64) []Point {
	if len(points) < 3 || !(errorM > 0) {
		return append([]Point(nil), points...)
	}
	l := planar(points)
	kept := []Point{points[0]}
	for from := 0; from < len(points)-1; from += blockPoints {
		until := min(from+blockPoints, len(points)-1)
		for _, i := range l.reduce(from, until, errorM, nil) {
			kept = append(kept, points[i])
		}
	}
	return kept
}

// line is a line whose longitudes make no jump at the antimeridian. east and north are the lengths of a degree at each point.
type line struct{ lat, lon, east, north []float64 }

func planar(points []Point) line {
	n := len(points)
	room := make([]float64, 4*n)
	l := line{room[:n], room[n : 2*n], room[2*n : 3*n], room[3*n:]}
	lon := points[0].Lon
	for i, p := range points {
		lon += math.Remainder(p.Lon-lon, 360)
		l.lat[i], l.lon[i] = p.Lat, lon
		l.east[i], l.north[i] = geo.NewProjection(max(-89.9, min(89.9, p.Lat)), 0).Scale()
	}
	return l
}

// off returns the square of the distance from point i to the segment from point a to point b.
func (l *line) off(i, a, b int) float64 {
	ax, ay := (l.lon[a]-l.lon[i])*l.east[i], (l.lat[a]-l.lat[i])*l.north[i]
	dx, dy := (l.lon[b]-l.lon[a])*l.east[i], (l.lat[b]-l.lat[a])*l.north[i]
	if d2 := dx*dx + dy*dy; d2 > 0 {
		t := max(0, min(1, -(ax*dx+ay*dy)/d2))
		ax, ay = ax+t*dx, ay+t*dy
	}
	return ax*ax + ay*ay
}

// reduce returns the points after from that are needed, in order; the last one is until. A segment that may not be drawn is split too.
func (l *line) reduce(from, until int, errorM float64, may func(a, b int) bool) []int {
	var kept []int
	open := []int{until} // where the segments end that are still to be looked at, the next one last
	for a := from; len(open) > 0; {
		b := open[len(open)-1]
		worst, at := errorM*errorM, -1
		for i := a + 1; i < b; i++ {
			if d := l.off(i, a, b); !(d <= worst) {
				worst, at = d, i
			}
		}
		if at < 0 && b-a > 1 && may != nil && !may(a, b) {
			at = (a + b) / 2
		}
		if at >= 0 {
			open = append(open, at)
			continue
		}
		kept = append(kept, b)
		a, open = b, open[:len(open)-1]
	}
	return kept
}
