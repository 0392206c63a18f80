package route_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/services/summary/internal/route"
)

var town = geo.NewProjection(4.6534, -74.0836)

// along is a line through places in metres east and north of the town's middle, with an error of the phone.
func along(r *rand.Rand, sigma float64, corners ...[2]float64) []route.Point {
	var out []route.Point
	at := int64(0)
	for i := 1; i < len(corners); i++ {
		a, b := corners[i-1], corners[i]
		n := int(math.Hypot(b[0]-a[0], b[1]-a[1])/80) + 1
		for k := range n + 1 {
			t := float64(k) / float64(n)
			var p route.Point
			p.Lat, p.Lon = town.LatLon(a[0]+t*(b[0]-a[0])+sigma*r.NormFloat64(), a[1]+t*(b[1]-a[1])+sigma*r.NormFloat64())
			at += 10_000
			p.At = at
			out = append(out, p)
		}
	}
	return out
}

func userDay(user string, day int64, lines ...[]route.Point) route.UserDay {
	return route.UserDay{User: user, Day: day, Lines: lines}
}

// nearest returns how near the lines come to a place, in metres, or infinity without lines.
func nearest(lines [][]route.Place, x, y float64) float64 {
	lat, lon := town.LatLon(x, y)
	least := math.Inf(1)
	for _, l := range lines {
		for i := 1; i < len(l); i++ {
			least = min(least, off(route.Point{Lat: lat, Lon: lon}, route.Point{Lat: l[i-1].Lat, Lon: l[i-1].Lon}, route.Point{Lat: l[i].Lat, Lon: l[i].Lon}))
		}
	}
	return least
}

var (
	home  = [2]float64{0, 0}
	shop  = [2]float64{2_000, 0}
	depot = [2]float64{2_000, 1_500}
)

func TestPatternHidesTheHomeOfOnePersonOnManyDays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 1))
	var days []route.UserDay
	for d := range int64(60) {
		days = append(days, userDay("ana", d, along(r, 5, home, shop, depot), along(r, 5, depot, shop, home)))
	}
	lines := route.Pattern(days)
	if d := nearest(lines, 1_000, 0); d > 15 {
		t.Errorf("the street between is %.0f m away", d)
	}
	if d := nearest(lines, home[0], home[1]); d < 200 {
		t.Errorf("the home shows: a line is %.0f m away", d)
	}
	// She has lunch at home, and her day ends elsewhere: it is still where other days of hers began.
	days = append(days, userDay("ana", 99, along(r, 5, depot, shop, home, shop, depot)))
	if d := nearest(route.Pattern(days), home[0], home[1]); d < 200 {
		t.Errorf("the home shows after a lunch: a line is %.0f m away", d)
	}
}

func TestPatternHidesTheHomeOfTwoPeople(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(2, 1))
	var days []route.UserDay
	for d := range int64(30) {
		for _, user := range []string{"ana", "beto"} {
			days = append(days, userDay(user, d, along(r, 5, home, shop, depot), along(r, 5, depot, shop, home)))
		}
		// Some days one of them begins elsewhere, and calls at home at noon.
		if d < 20 {
			days = append(days, userDay("beto", 100+d, along(r, 5, depot, shop, home, shop, depot)))
		}
	}
	lines := route.Pattern(days)
	if d := nearest(lines, home[0], home[1]); d < 200 {
		t.Errorf("a line is %.0f m from the home of two", d)
	}
	if d := nearest(lines, 1_000, 0); d > 15 {
		t.Errorf("the street between is %.0f m away", d)
	}
}

func TestPatternOfAColleagueWhoCalls(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 1))
	var days []route.UserDay
	for d := range int64(30) {
		days = append(days, userDay("ana", d, along(r, 5, home, shop, depot), along(r, 5, depot, shop, home)))
		days = append(days, userDay("ciro", d, along(r, 5, depot, shop, home, shop, depot)))
	}
	if d := nearest(route.Pattern(days), home[0], home[1]); d < 200 {
		t.Errorf("a line is %.0f m from her home", d)
	}
}

func TestPatternNeedsThreePeopleOrFiveDays(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(4, 1))
	way := func() []route.Point { return along(r, 3, home, shop, depot) }
	few := []route.UserDay{}
	for d := range int64(4) {
		few = append(few, userDay("ana", d, way()), userDay("beto", d, way()))
	}
	if lines := route.Pattern(few); len(lines) != 0 {
		t.Errorf("two people on four days: %v", lines)
	}
	if lines := route.Pattern(append(few, userDay("ana", 9, way()))); nearest(lines, 1_000, 0) > 15 || nearest(lines, home[0], home[1]) < 200 {
		t.Error("the fifth day does not show, or shows too much")
	}
	three := []route.UserDay{userDay("ana", 1, way()), userDay("beto", 1, way()), userDay("ciro", 1, way())}
	lines := route.Pattern(three)
	if nearest(lines, 1_000, 0) > 15 || nearest(lines, depot[0], depot[1]) > 60 {
		t.Error("the way of three people does not show to its end")
	}
	// Each of three has a home of their own, and they share the rest.
	var own []route.UserDay
	for d := range int64(30) {
		for i, user := range []string{"ana", "beto", "ciro"} {
			own = append(own, userDay(user, d, along(r, 3, [2]float64{float64(i) * 600, -900}, [2]float64{float64(i) * 600, 0}, shop, depot)))
		}
	}
	lines = route.Pattern(own)
	for i := range 3 {
		if d := nearest(lines, float64(i)*600, -900); d < 200 {
			t.Errorf("the home of person %d: a line is %.0f m away", i, d)
		}
	}
	if nearest(lines, 1_500, 0) > 15 || nearest(lines, depot[0], depot[1]) > 60 {
		t.Error("what three share does not show")
	}
	if lines := route.Pattern(nil); len(lines) != 0 {
		t.Error("no days make lines")
	}
}

// TestPatternAgainstCounting compares the lines with the cells as they follow from points each metre.
func TestPatternAgainstCounting(t *testing.T) {
	t.Parallel()
	const cell = 0.0005
	r := rand.New(rand.NewPCG(5, 1))
	for round := range 2 {
		var days []route.UserDay
		for user := range 4 {
			for d := range int64(3 + r.IntN(3)) {
				corners := [][2]float64{{float64(user) * 150, -500}}
				for range 6 {
					corners = append(corners, [2]float64{float64(r.IntN(5)) * 300, float64(r.IntN(5)) * 300})
				}
				days = append(days, userDay(fmt.Sprint(user), d, along(r, 6, corners...)))
			}
		}
		counted := map[[2]int]map[string]bool{}
		for _, d := range days {
			for _, l := range d.Lines {
				for i := 1; i < len(l); i++ {
					for k := range 120 {
						f := float64(k) / 120
						lat, lon := l[i-1].Lat+f*(l[i].Lat-l[i-1].Lat), l[i-1].Lon+f*(l[i].Lon-l[i-1].Lon)
						far := true // from where days begin and end
						for _, o := range days {
							first, last := o.Lines[0][0], o.Lines[0][len(o.Lines[0])-1]
							far = far && geo.Distance(lat, lon, first.Lat, first.Lon) > 199 && geo.Distance(lat, lon, last.Lat, last.Lon) > 199
						}
						for _, near := range [][2]float64{{0, 0}, {1e-5, 0}, {-1e-5, 0}, {0, 1e-5}, {0, -1e-5}} {
							c := [2]int{int(math.Floor((lat + near[0]) / cell)), int(math.Floor((lon + near[1]) / cell))}
							if counted[c] == nil {
								counted[c] = map[string]bool{}
							}
							counted[c]["user "+d.User] = true
							if far {
								counted[c][fmt.Sprint("day ", d.Day)] = true
							}
						}
					}
				}
			}
		}
		lines := route.Pattern(days)
		if len(lines) == 0 {
			t.Fatal("no lines")
		}
		for _, l := range lines {
			for i := 1; i < len(l); i++ {
				for k := range 201 {
					f := float64(k) / 200
					lat, lon := l[i-1].Lat+f*(l[i].Lat-l[i-1].Lat), l[i-1].Lon+f*(l[i].Lon-l[i-1].Lon)
					users, dates := 0, 0
					for who := range counted[[2]int{int(math.Floor(lat / cell)), int(math.Floor(lon / cell))}] {
						if who[0] == 'u' {
							users++
						} else {
							dates++
						}
					}
					if users < 3 && dates < 5 {
						t.Fatalf("round %d: a line is at %v,%v, where %d people passed, on %d days", round, lat, lon, users, dates)
					}
				}
			}
		}
	}
}

func TestPatternDoesNotDependOnTheOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 1))
	var days []route.UserDay
	for i := range 40 {
		line := along(r, 8, home, [2]float64{float64(r.IntN(4)) * 500, 500}, shop, depot)
		cut := r.IntN(len(line))
		days = append(days, userDay(fmt.Sprint(i%5), int64(i/5), line[:cut+1]), userDay(fmt.Sprint(i%5), int64(i/5), line[cut:]))
	}
	want := route.AppendGeoJSON(nil, route.Pattern(days))
	for range 10 {
		r.Shuffle(len(days), func(i, j int) { days[i], days[j] = days[j], days[i] })
		if got := route.AppendGeoJSON(nil, route.Pattern(days)); !bytes.Equal(got, want) {
			t.Fatal("the order changes the pattern")
		}
	}
	var parsed struct {
		Features []struct {
			Geometry struct {
				Type        string
				Coordinates [][2]float64
			}
		}
	}
	if err := json.Unmarshal(want, &parsed); err != nil || len(parsed.Features) == 0 {
		t.Fatalf("%d lines, %v", len(parsed.Features), err)
	}
	for _, f := range parsed.Features {
		if f.Geometry.Type != "LineString" || len(f.Geometry.Coordinates) < 2 || f.Geometry.Coordinates[0][0] > -74 || f.Geometry.Coordinates[0][1] > 5 {
			t.Fatalf("%+v", f)
		}
	}
}

func TestPatternAcrossTheAntimeridian(t *testing.T) {
	t.Parallel()
	var line []route.Point
	for i := range 60 {
		lon := 179.98 + float64(i)*0.001
		line = append(line, route.Point{At: int64(i), Lat: -17.0001, Lon: math.Remainder(lon, 360)})
	}
	days := []route.UserDay{userDay("a", 1, line), userDay("b", 1, line), userDay("c", 1, line)}
	for _, l := range route.Pattern(days) {
		for i, p := range l {
			if p.Lon < -180 || p.Lon > 180 || i > 0 && math.Abs(p.Lon-l[i-1].Lon) > 1 {
				t.Fatalf("a line goes from %v to %v", l[max(0, i-1)], p)
			}
		}
	}
	if len(route.Pattern(days)) == 0 {
		t.Error("no lines")
	}
}

func TestPatternIsBounded(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 1))
	var days []route.UserDay
	for i := range 20 {
		x, y := 10_000*r.Float64(), 10_000*r.Float64()
		corners := [][2]float64{{x, y}}
		for range 100 {
			x, y = x+400*r.Float64()-200, y+400*r.Float64()-200
			corners = append(corners, [2]float64{x, y})
		}
		line := along(r, 0, corners...)
		for _, user := range []string{"a", "b", "c"} {
			days = append(days, userDay(user, int64(i), line))
		}
	}
	all := len(route.AppendGeoJSON(nil, route.Pattern(days)))
	for _, limit := range []int{all - 1, all / 3, all / 20, 0} {
		if size := len(route.AppendGeoJSON(nil, route.PatternWithin(days, limit))); size > max(limit, 50) || size < limit/2 {
			t.Errorf("%d bytes, with a limit of %d; all are %d", size, limit, all)
		}
	}
	wild := []route.Point{{Lat: 90, Lon: 180}, {Lat: -90, Lon: -180}, {Lat: math.NaN(), Lon: 3}, {Lat: 89.99, Lon: 10}, {Lat: 89.99, Lon: -170}, {Lat: 1, Lon: math.Inf(1)}}
	for _, user := range []string{"a", "b", "c"} {
		days = append(days, userDay(user, 1, wild), userDay(user, 1, nil, wild[:1]))
	}
	route.Pattern(days)
}

func BenchmarkPattern(b *testing.B) {
	r := rand.New(rand.NewPCG(8, 1))
	var days []route.UserDay
	points := 0
	for user := range 50 {
		for d := range int64(20) {
			corners := [][2]float64{{float64(user) * 211, -900}}
			x, y := 0, 0
			for range 100 {
				x, y = max(0, min(60, x+r.IntN(9)-4)), max(0, min(60, y+r.IntN(9)-4))
				corners = append(corners, [2]float64{float64(x) * 120, corners[len(corners)-1][1]}, [2]float64{float64(x) * 120, float64(y) * 120})
			}
			line := route.Simplify(along(r, 6, corners...), 5)
			points += len(line)
			days = append(days, userDay(fmt.Sprint(user), d, line))
		}
	}
	b.ReportMetric(float64(points), "points")
	var size int
	for b.Loop() {
		size = len(route.AppendGeoJSON(nil, route.Pattern(days)))
	}
	b.ReportMetric(float64(size), "bytes")
}

func TestPatternCutsNoCorner(t *testing.T) {
	t.Parallel()
	const cell, lat0, lon0 = 0.0005, 4.65, -74.0
	// The means of the ways in three cells around a corner. The straight line from the first to the last one would pass through a
	// fourth cell, where nobody was.
	for _, c := range []struct {
		from  [2]float64
		means [3][2]float64
		to    [2]float64
	}{
		{[2]float64{-9, 0.935}, [3][2]float64{{0.84, 0.935}, {1.03, 0.985}, {1.03, 1.1}}, [2]float64{1.03, 10}}, // so close that they would become one place
		{[2]float64{0.70, -9}, [3][2]float64{{0.70, 0.72}, {1.02, 0.985}, {1.25, 1.30}}, [2]float64{10, 1.30}},  // so straight that the middle one would be left out
	} {
		way := [][2]float64{c.from}
		for _, m := range c.means {
			for i := range 60 {
				way = append(way, [2]float64{m[0] + 0.002*float64(i%2), m[1] + 0.002*float64(i%3)})
			}
		}
		var line []route.Point
		for i, p := range append(way, c.to) {
			line = append(line, route.Point{At: int64(i), Lat: lat0 + p[1]*cell, Lon: lon0 + p[0]*cell})
		}
		lines := route.Pattern([]route.UserDay{userDay("a", 1, line), userDay("b", 1, line), userDay("c", 1, line)})
		if len(lines) != 1 {
			t.Fatalf("%d lines", len(lines))
		}
		for i := 1; i < len(lines[0]); i++ {
			a, b := lines[0][i-1], lines[0][i]
			for k := range 101 {
				f := float64(k) / 100
				x, y := (a.Lon+f*(b.Lon-a.Lon)-lon0)/cell, (a.Lat+f*(b.Lat-a.Lat)-lat0)/cell
				if x < 1 && y > 1 {
					t.Fatalf("the line %v crosses the cell where nobody passed", lines[0])
				}
			}
		}
	}
}
