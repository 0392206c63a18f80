package zone_test

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// want is what Locate promises, by asking every member.
func want(members []zone.Member, lat, lon, marginM float64) zone.Side {
	side := zone.Outside
	for _, m := range members {
		if m.Shape.Contains(lat, lon) {
			return zone.Inside
		}
		if m.Shape.Distance(lat, lon) <= max(m.BufferM, marginM) {
			side = zone.Near
		}
	}
	return side
}

// wantDepth is what Depth promises, by asking every member.
func wantDepth(members []zone.Member, lat, lon, marginM float64) float64 {
	within, beyond := 0.0, math.Inf(1)
	for _, m := range members {
		d := m.Shape.Distance(lat, lon)
		within, beyond = max(within, -d), min(beyond, d-max(m.BufferM, marginM))
	}
	if within > 0 {
		return min(100, within)
	}
	return min(100, max(0, beyond))
}

// mixed are zones of all kinds around a place; about half of the area is free.
func mixed(t testing.TB, r *rand.Rand, lat, lon float64, n int) []zone.Member {
	members := make([]zone.Member, n)
	across := math.Sqrt(float64(n)) * 0.03
	for i := range members {
		cLat, cLon := lat+across*(r.Float64()-0.5), lon+across*(r.Float64()-0.5)/math.Cos(lat*math.Pi/180)
		var s *zone.Shape
		switch i % 4 {
		case 0:
			s = parse(t, "Polygon", holed(r, cLat, cLon, 1000, 12))
		case 1:
			s = parse(t, "MultiPolygon", []rings{{star(r, cLat, cLon, 1000, 0.5, 1, 12)}, {star(r, cLat+0.03, cLon, 1000, 0.5, 1, 9)}})
		case 2:
			s = circle(t, cLat, cLon, 20+1000*r.Float64())
		case 3:
			s = corridor(t, 10+100*r.Float64(), star(r, cLat, cLon, 1500, 0.5, 1, 5))
		}
		members[i] = zone.Member{Shape: s, BufferM: 500 * r.Float64() * float64(r.IntN(2))}
	}
	return members
}

func TestSetIsItsMembers(t *testing.T) {
	t.Parallel()
	for i, p := range places {
		for _, n := range []int{1, 3, 50, 400} {
			r := rand.New(rand.NewPCG(uint64(i), uint64(n)))
			members := mixed(t, r, p.lat, p.lon, n)
			set := zone.NewSet(members)
			seen := map[zone.Side]int{}
			for range 100 {
				across := math.Sqrt(float64(n))*0.03 + 0.02
				lat, lon := p.lat+across*(r.Float64()-0.5), p.lon+across*(r.Float64()-0.5)/math.Cos(p.lat*math.Pi/180)
				margin := 150 * r.Float64()
				turned := lon + 360*float64(r.IntN(3)-1)
				got := set.Locate(lat, turned, margin)
				if w := want(members, lat, lon, margin); got != w {
					t.Fatalf("%v,%v of %d members to %v m: %d, want %d", lat, lon, n, margin, got, w)
				}
				if d, w := set.Depth(lat, turned, margin), wantDepth(members, lat, lon, margin); math.Abs(d-w) > 1e-6 || (d == 0) != (got == zone.Near) {
					t.Fatalf("%v,%v of %d members to %v m: depth %v, want %v, on side %d", lat, lon, n, margin, d, w, got)
				}
				seen[got]++
			}
			if n > 3 && len(seen) != 3 {
				t.Errorf("%d members at %v: only %v", n, p, seen)
			}
			nearestIsTheLeast(t, set, members, p.lat, p.lon)
		}
	}
}

func nearestIsTheLeast(t *testing.T, set *zone.Set, members []zone.Member, lat, lon float64) {
	t.Helper()
	member, d := set.Nearest(lat, lon)
	if members[member].Shape.Distance(lat, lon) != d {
		t.Errorf("%v m is not the distance to member %d", d, member)
	}
	for i, m := range members {
		if o := m.Shape.Distance(lat, lon); o < d {
			t.Errorf("member %d is at %v m, nearer than %v", i, o, d)
		}
	}
}

func TestLocateAtTheEdgeOfTheBuffer(t *testing.T) {
	t.Parallel()
	// 111.32 m a 0.001 degrees east, at the equator; the circle reaches to 0.0009 degrees.
	for _, c := range []struct {
		bufferM, marginM, lon float64
		want                  zone.Side
	}{
		{25, 5, 0.00089, zone.Inside},
		{25, 5, 0.00091, zone.Near},
		{25, 5, 0.00112, zone.Near},
		{25, 5, 0.00113, zone.Outside},
		{25, 40, 0.00125, zone.Near},
		{25, 40, 0.00127, zone.Outside},
		{25, 1e9, 0.00224, zone.Near}, // 150 m is the most that counts
		{25, 1e9, 0.00226, zone.Outside},
		{0, 0, 0.00091, zone.Outside},
		{0, 0, 0, zone.Inside},
		{-5, -5, 0.00091, zone.Outside},
		{5000, 5, 0.045, zone.Near},
		{5000, 5, 0.046, zone.Outside},
	} {
		set := zone.NewSet([]zone.Member{{Shape: circle(t, 0, 0, 100.19), BufferM: c.bufferM}})
		if got := set.Locate(0, c.lon, c.marginM); got != c.want {
			t.Errorf("%+v: got %d", c, got)
		}
	}
}

func TestBuffersWithoutBounds(t *testing.T) {
	t.Parallel()
	far := zone.NewSet([]zone.Member{{Shape: circle(t, 84.9, 179, 100_000), BufferM: 1e9}})
	for _, q := range []pos{{0, 0}, {179, -89}, {-1, 90}, {-180, 84}} {
		if side := far.Locate(q[1], q[0], 5); side == zone.Outside {
			t.Errorf("%v is outside of a buffer around the earth", q)
		}
	}
	over := zone.NewSet([]zone.Member{{Shape: circle(t, 84.9, 179, 100_000), BufferM: 500_000}})
	if side := over.Locate(89.9, -1, 5); side != zone.Near {
		t.Errorf("480 km over the pole: side %d", side)
	}
	if side := over.Locate(89.5, -1, 5); side != zone.Outside {
		t.Errorf("525 km over the pole: side %d", side)
	}
}

func TestEmptySet(t *testing.T) {
	t.Parallel()
	set := zone.NewSet(nil)
	if side := set.Locate(1, 1, 5); side != zone.Outside {
		t.Errorf("side %d", side)
	}
	if d := set.Depth(1, 1, 5); d != zone.MaxDepthM {
		t.Errorf("%v m deep", d)
	}
	if member, d := set.Nearest(1, 1); member != -1 || !math.IsInf(d, 1) {
		t.Errorf("member %d at %v", member, d)
	}
}

func TestSetIsSafeForManyAtOnce(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(8, 8))
	members := mixed(t, r, 0, 180, 300)
	set := zone.NewSet(members)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(i), 9))
			for range 100 {
				lat, lon := 0.5*r.Float64()-0.25, 180+0.5*r.Float64()-0.25
				if got, w := set.Locate(lat, lon, 20), want(members, lat, lon, 20); got != w {
					t.Errorf("%v,%v: %d, want %d", lat, lon, got, w)
				}
			}
		})
	}
	wg.Wait()
}
