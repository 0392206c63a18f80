package zone_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// lattice is n zones of 40 vertices that do not touch, 3 km apart.
func lattice(b *testing.B, n int) (set *zone.Set, inside, free []pos) {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	plane := geo.NewProjection(-12, -77)
	side := 1
	for side*side < n {
		side++
	}
	members := make([]zone.Member, n)
	for i := range members {
		x, y := 3000*float64(i%side), 3000*float64(i/side)
		lat, lon := plane.LatLon(x, y)
		freeLat, freeLon := plane.LatLon(x+1500, y+1500)
		members[i] = zone.Member{Shape: parse(b, "Polygon", rings{star(r, lat, lon, 1200, 0.6, 1, 40)}), BufferM: 25}
		inside, free = append(inside, pos{lon, lat}), append(free, pos{freeLon, freeLat})
	}
	return zone.NewSet(members), inside, free
}

func BenchmarkLocate(b *testing.B) {
	for _, n := range []int{1, 50, 10_000} {
		set, inside, free := lattice(b, n)
		edge := make([]pos, 0, n)
		for _, p := range inside { // the southern end of a zone's box, beside it
			lat, lon := geo.NewProjection(p[1], p[0]).LatLon(500, -1000)
			edge = append(edge, pos{lon, lat})
		}
		for _, c := range []struct {
			name  string
			fixes []pos
		}{{"inside", inside}, {"beside", edge}, {"outside", free}} {
			b.Run(fmt.Sprintf("zones=%d/%s", n, c.name), func(b *testing.B) {
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					p := c.fixes[i*7919%len(c.fixes)]
					set.Locate(p[1], p[0], 15)
					i++
				}
			})
		}
	}
}

// BenchmarkLocateAmongTheLargest asks the most that one user's zones may weigh, all over one another.
func BenchmarkLocateAmongTheLargest(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	members := make([]zone.Member, 25)
	for i := range members {
		members[i] = zone.Member{Shape: parse(b, "Polygon", rings{star(r, -12, -77, 5000, 0.9, 1, 10_000)}), BufferM: 25}
	}
	set := zone.NewSet(members)
	for _, c := range []struct {
		name  string
		north float64
	}{{"inside", 1000}, {"beside", 5050}} { // in every box, north of every border
		lat, lon := geo.NewProjection(-12, -77).LatLon(0, c.north)
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set.Locate(lat, lon, 15)
			}
		})
	}
}

func BenchmarkNearest(b *testing.B) {
	for _, n := range []int{50, 10_000} {
		set, _, free := lattice(b, n)
		b.Run(fmt.Sprintf("zones=%d", n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				set.Nearest(free[0][1], free[0][0])
			}
		})
	}
}

func BenchmarkDistance(b *testing.B) {
	for _, n := range []int{10, 100, 1000, 10_000} {
		s := parse(b, "Polygon", rings{star(rand.New(rand.NewPCG(1, 1)), -12, -77, 5000, 0.9, 1, n)})
		for _, c := range []struct {
			name     string
			lat, lon float64
		}{{"inside", -12.01, -77.01}, {"middle", -12, -77}, {"outside", -12.05, -77.05}} {
			b.Run(fmt.Sprintf("vertices=%d/%s", n, c.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					s.Distance(c.lat, c.lon)
				}
			})
		}
	}
}

// BenchmarkParse reads and checks 10,000 vertices: as cities are, and shaped to make the checks as slow as they get.
func BenchmarkParse(b *testing.B) {
	r := rand.New(rand.NewPCG(1, 1))
	for name, g := range map[string][]byte{
		"star":      geometry(b, "Polygon", rings{star(r, -12, -77, 20_000, 0.9, 1, 10_000)}),
		"hole":      geometry(b, "Polygon", rings{star(r, -12, -77, 20_000, 0.9, 1, 5000), star(r, -12, -77, 20_000, 0.5, 0.6, 5000)}),
		"diagonals": geometry(b, "Polygon", rings{diagonals(9998)}),
		"slivers":   geometry(b, "MultiPolygon", slivers(3333)),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := zone.Parse(g, nil, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// diagonals is a comb whose teeth lie aslant, so that the boxes of all edges meet.
func diagonals(n int) []pos {
	const step = 1e-5
	ring := []pos{{0, 0}}
	for i := range n / 2 {
		x := step * float64(2*i+1)
		ring = append(ring, pos{x + 0.3, 0.3}, pos{x + step/2, 0})
	}
	return append(ring, pos{0.2, -0.1}, pos{0, 0})
}

// slivers are narrow triangles aslant beside one another.
func slivers(n int) []rings {
	parts := make([]rings, n)
	for i := range parts {
		x := 3e-6 * float64(i)
		parts[i] = rings{{{x, 0}, {x + 1.5e-6, 0}, {x + 0.2, 0.2}, {x, 0}}}
	}
	return parts
}
