package route_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/services/summary/internal/route"
)

// way is a random way of n points from a place.
func way(r *rand.Rand, n int, lat, lon float64) []route.Point {
	points := make([]route.Point, n)
	x, y, turn, at := 0.0, 0.0, 2*math.Pi*r.Float64(), int64(1_788_000_000_000)
	plane := geo.NewProjection(lat, lon)
	for i := range points {
		turn += 0.4 * r.NormFloat64()
		step := []float64{0, 2, 15, 15, 150, 2_000}[r.IntN(6)]
		x, y, at = x+step*math.Sin(turn), y+step*math.Cos(turn), at+10_000
		points[i].Lat, points[i].Lon = plane.LatLon(x+3*r.NormFloat64(), y+3*r.NormFloat64())
		points[i].At = at
	}
	return points
}

// off returns the distance from p to the segment from a to b, by a search that shares nothing with Simplify.
func off(p, a, b route.Point) float64 {
	at := func(t float64) float64 {
		return geo.Distance(p.Lat, p.Lon, a.Lat+t*(b.Lat-a.Lat), a.Lon+t*math.Remainder(b.Lon-a.Lon, 360))
	}
	low, high := 0.0, 1.0
	for range 40 {
		third := (high - low) / 3
		if at(low+third) < at(high-third) {
			high -= third
		} else {
			low += third
		}
	}
	return min(at(0), at(1), at((low+high)/2))
}

func TestSimplifyKeepsItsError(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 12))
	for range 15 {
		points := way(r, 2+r.IntN(1_300), 160*r.Float64()-80, []float64{-74, 179.99, -179.99, 13}[r.IntN(4)])
		for _, errorM := range []float64{5, 20, 100} {
			line := route.Simplify(points, errorM)
			if line[0] != points[0] || line[len(line)-1] != points[len(points)-1] {
				t.Fatal("an end is missing")
			}
			k := 0
			for _, p := range points {
				if p == line[k] {
					k++
					if k == len(line) {
						break
					}
					continue
				}
				if k == 0 || p.At >= line[k].At {
					t.Fatal("a point of the line is none of the way")
				}
				if d := off(p, line[k-1], line[k]); d > errorM*1.001+0.01 {
					t.Fatalf("a point is %.3f m off, with an error of %v m", d, errorM)
				}
			}
			if k != len(line) {
				t.Fatal("the line has points that the way has not")
			}
		}
	}
}

func TestSimplifyLeavesOutWhatItCan(t *testing.T) {
	t.Parallel()
	plane := geo.NewProjection(52.5, 13.4)
	var points []route.Point
	for i := range 400 {
		x, y := float64(i)*10, 0.0
		if i > 200 {
			x, y = 2_000, float64(i-200)*10
		}
		lat, lon := plane.LatLon(x, y+math.Mod(float64(i), 3))
		points = append(points, route.Point{At: int64(i), Lat: lat, Lon: lon})
	}
	if line := route.Simplify(points, 5); len(line) != 3 || line[1].At < 199 || line[1].At > 201 {
		t.Errorf("a corner became %+v", line)
	}
	if all := route.Simplify(points, 0); len(all) != len(points) {
		t.Errorf("without an error %d points", len(all))
	}
	for n := range 3 {
		if len(route.Simplify(points[:n], 20)) != n {
			t.Errorf("%d points do not stay", n)
		}
	}
	back := append(points[:200:200], points[50]) // Whoever turns back has been at the far end.
	if line := route.Simplify(back, 20); len(line) != 3 {
		t.Errorf("a way back became %+v", line)
	}
	same := make([]route.Point, 5_000)
	if line := route.Simplify(same, 5); len(line) > 12 {
		t.Errorf("one place became %d", len(line))
	}
}

// worst is a way that makes Douglas and Peucker's method quadratic: each point is farther from the rest than the one after it.
func worst(n int) []route.Point {
	points := make([]route.Point, n)
	for i := range points {
		points[i] = route.Point{At: int64(i), Lat: 1 + float64(i)*1e-6, Lon: 0.5 * float64(i%2) * float64(n-i) / float64(n)}
	}
	return points
}

func TestSimplifyOfTheWorstWay(t *testing.T) {
	t.Parallel()
	if n := len(route.Simplify(worst(50_000), 5)); n < 40_000 {
		t.Errorf("%d points stay", n)
	}
}

func BenchmarkSimplify(b *testing.B) {
	for name, points := range map[string][]route.Point{
		"day8640":     way(rand.New(rand.NewPCG(1, 1)), 8_640, 4.6, -74),
		"way100000":   way(rand.New(rand.NewPCG(1, 1)), 100_000, 4.6, -74),
		"worst100000": worst(100_000),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				route.Simplify(points, 20)
			}
		})
	}
}
