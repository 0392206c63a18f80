package zone_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/golang/geo/s1"
	"github.com/golang/geo/s2"

	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// places are where the oracle is asked: the equator, cities, far north and south, both sides of the antimeridian.
var places = []struct{ lat, lon float64 }{
	{0, 0}, {-12.1, -77}, {19.4, -99.1}, {60, 25}, {-54.8, -68.3}, {84, 10}, {10, 179.995}, {60, -179.99}, {-17, 180}, {0, -180},
}

// oracle is golang/geo/s2, whose edges are the shortest ways on a sphere.
type oracle struct {
	polygon *s2.Polygon
	edges   *s2.EdgeQuery
}

func newOracle(parts ...rings) oracle {
	var loops []*s2.Loop
	for _, p := range parts {
		for _, ring := range p {
			var points []s2.Point
			for _, c := range ring[:len(ring)-1] {
				points = append(points, s2.PointFromLatLng(s2.LatLngFromDegrees(c[1], c[0])))
			}
			l := s2.LoopFromPoints(points)
			l.Normalize()
			loops = append(loops, l)
		}
	}
	p := s2.PolygonFromLoops(loops)
	index := s2.NewShapeIndex()
	index.Add(p)
	return oracle{p, s2.NewClosestEdgeQuery(index, s2.NewClosestEdgeQueryOptions().IncludeInteriors(false))}
}

func (o oracle) contains(lat, lon float64) bool {
	return o.polygon.ContainsPoint(s2.PointFromLatLng(s2.LatLngFromDegrees(lat, lon)))
}

// distance is as exact as a sphere is: to 0.6 %.
func (o oracle) distance(lat, lon float64) float64 {
	target := s2.NewMinDistanceToPointTarget(s2.PointFromLatLng(s2.LatLngFromDegrees(lat, lon)))
	return float64(s1.ChordAngle(o.edges.Distance(target)).Angle()) * 6_371_008.8
}

// agree asks both about positions around a zone whose edges are shorter than 2 km. They may differ within 20 cm of the
// border, up to 60 degrees, and 2 m at 84: straight in longitude and latitude is not the shortest way.
func agree(t *testing.T, r *rand.Rand, s *zone.Shape, parts []rings, lat, lon, wayM float64, asks int) {
	t.Helper()
	o := newOracle(parts...)
	sure := 0.2
	if math.Abs(lat) > 60.1 {
		sure = 2
	}
	var all rings
	for _, p := range parts {
		all = append(all, p...)
	}
	for range asks {
		qLat, qLon := ask(r, lat, lon, wayM, all)
		d, spherical := s.Distance(qLat, qLon), o.distance(qLat, qLon)
		if (d < 0) != s.Contains(qLat, qLon) {
			t.Fatalf("%v,%v: distance %v, contains %v", qLat, qLon, d, d >= 0)
		}
		if math.Abs(d) > sure && (d < 0) != o.contains(qLat, qLon) {
			t.Fatalf("%v,%v is %v m from the border, s2 says inside is %v", qLat, qLon, d, d >= 0)
		}
		if math.Abs(math.Abs(d)-spherical) > max(0.01*spherical, 0.5+sure) {
			t.Fatalf("%v,%v is %v m from the border, s2 says %v", qLat, qLon, d, spherical)
		}
		if exact := toEdges(qLat, qLon, all...); math.Abs(math.Abs(d)-exact) > 0.001*exact+0.001 {
			t.Fatalf("%v,%v is %v m from the border, by trying %v", qLat, qLon, d, exact)
		}
	}
}

func TestPolygonsAgainstS2(t *testing.T) {
	t.Parallel()
	for i, p := range places {
		r := rand.New(rand.NewPCG(uint64(i), 1))
		for range 5 {
			part := holed(r, p.lat, p.lon, 2000, 12+r.IntN(60))
			agree(t, r, parse(t, "Polygon", part), []rings{part}, p.lat, p.lon, 3000, 60)
		}
	}
}

func TestMultiPolygonsAgainstS2(t *testing.T) {
	t.Parallel()
	for i, p := range places {
		r := rand.New(rand.NewPCG(uint64(i), 2))
		scale := math.Cos(p.lat * math.Pi / 180)
		for range 5 {
			var parts []rings
			for j := range 4 {
				parts = append(parts, holed(r, p.lat+0.04*float64(j%2), p.lon+0.04/scale*float64(j/2), 2000, 12+r.IntN(20)))
			}
			agree(t, r, parse(t, "MultiPolygon", parts), parts, p.lat, p.lon, 7000, 60)
		}
	}
}

// FuzzPolygonAgainstS2 looks for a polygon and a position on which s2 and we differ.
func FuzzPolygonAgainstS2(f *testing.F) {
	for i, p := range places {
		f.Add(uint64(i), p.lat, p.lon, uint8(12+i))
	}
	f.Fuzz(func(t *testing.T, seed uint64, lat, lon float64, corners uint8) {
		if !(math.Abs(lat) < 84 && math.Abs(lon) <= 180) || corners < 12 {
			return
		}
		r := rand.New(rand.NewPCG(seed, 3))
		part := holed(r, lat, lon, 2000, int(corners))
		agree(t, r, parse(t, "Polygon", part), []rings{part}, lat, lon, 3000, 20)
	})
}
