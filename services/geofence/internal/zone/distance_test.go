package zone_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/terreno/terreno/pkg/geo"
)

// Legs that Karney's algorithm made; pkg/geo/testdata/CREDIT.md says how.
var karney = []struct{ lat1, lon1, lat2, lon2, m float64 }{
	{36.530042355041, 179.999900000000, 36.530232676586486, -179.999862091374894, 30},
	{51.445327790040, 150.250000000000, 51.436447685061360, 150.252224034702181, 1000},
	{30.631462858022, 28.250000000000, 30.544085481316607, 28.224536423143356, 9990},
	{6.881737316430, -93.750000000000, 6.520410936065000, -93.733597418783589, 40000},
	{-1.158225349646, 179.250000000000, -1.158436307610093, 179.250169496960041, 30},
	{-20.384036078251, 66.250000000000, -20.381546703345162, 66.240791676818688, 1000},
	{-0.000290941474, 179.999900000000, 0.084051234734317, 179.967730237319643, 9990},
	{-0.002416688110, -177.750000000000, 0.304314214297345, -177.559508063093290, 40000},
	{66.423849982907, 95.250000000000, 66.424011885575439, 95.250536601825246, 30},
	{82.363482125305, -26.750000000000, 82.361039175814810, -26.685189387660685, 1000},
}

func TestCircleAgainstKarney(t *testing.T) {
	t.Parallel()
	for _, k := range karney {
		off := 1e-5 * k.m
		if !circle(t, k.lat1, k.lon1, k.m+off).Contains(k.lat2, k.lon2) || circle(t, k.lat1, k.lon1, k.m-off).Contains(k.lat2, k.lon2) {
			t.Errorf("%+v: the border is elsewhere", k)
		}
		if d := circle(t, k.lat1, k.lon1, 10).Distance(k.lat2, k.lon2); math.Abs(d-(k.m-10)) > off {
			t.Errorf("%+v: %v m from a circle of 10 m", k, d)
		}
	}
	if d := circle(t, 1, 1, 10).Distance(1, 1); d != -10 {
		t.Errorf("in the centre: %v", d)
	}
}

func TestCorridorByTrying(t *testing.T) {
	t.Parallel()
	for i, p := range places {
		r := rand.New(rand.NewPCG(uint64(i), 4))
		for range 20 {
			line := []pos{{p.lon, p.lat}}
			for range 1 + r.IntN(30) {
				end := line[len(line)-1]
				lat, lon := geo.NewProjection(end[1], end[0]).LatLon(800*r.NormFloat64(), 800*r.NormFloat64())
				line = append(line, pos{lon, lat})
			}
			width := 1 + 1000*r.Float64()
			s := corridor(t, width, line)
			for range 50 {
				lat, lon := ask(r, p.lat, p.lon, 5000, rings{line})
				d, want := s.Distance(lat, lon), toEdges(lat, lon, line)-width/2
				if math.Abs(d-want) > 0.001*math.Abs(want+width/2)+0.001 || s.Contains(lat, lon) != (d < 0) {
					t.Fatalf("%v,%v: %v m from a corridor of %v m, want %v", lat, lon, d, width, want)
				}
			}
		}
	}
}

// A region of 600 km with edges of 10 km: near its border distances hold, far away they may be long.
func TestDistanceOfLargeZones(t *testing.T) {
	t.Parallel()
	for _, lat := range []float64{-12, 45, 60, 75} {
		t.Run(fmt.Sprint(lat), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(5, 5))
			ring := star(r, lat, 179, 300_000, 0.97, 1, 200)
			s := parse(t, "Polygon", rings{ring})
			for _, c := range []struct{ wayM, share float64 }{{5_000, 0.001}, {20_000, 0.001}, {100_000, 0.01}, {300_000, 0.1}} {
				for range 50 {
					v, turn := ring[r.IntN(len(ring)-1)], 2*math.Pi*r.Float64()
					qLat, qLon := geo.NewProjection(v[1], v[0]).LatLon(c.wayM*math.Sin(turn), c.wayM*math.Cos(turn))
					if math.Abs(qLat) > 84 {
						continue
					}
					d, want := math.Abs(s.Distance(qLat, qLon)), toEdges(qLat, qLon, ring)
					if d < want-0.001 || d > want*(1+c.share)+0.001 {
						t.Errorf("within %v m at %v,%v: %v m, want %v, %.3f %% off", c.wayM, qLat, qLon, d, want, 100*(d-want)/want)
					}
				}
			}
		})
	}
}

func TestDistanceIsContinuous(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(6, 6))
	part := holed(r, -12.1, -77, 2000, 40)
	s := parse(t, "Polygon", part)
	for range 20_000 {
		lat, lon := ask(r, -12.1, -77, 3000, part)
		lat2, lon2 := geo.NewProjection(lat, lon).LatLon(r.NormFloat64(), r.NormFloat64())
		step := geo.Distance(lat, lon, lat2, lon2)
		if a, b := s.Distance(lat, lon), s.Distance(lat2, lon2); math.Abs(a-b) > step*1.001+1e-6 {
			t.Fatalf("%v,%v: a step of %v m changes %v m to %v m", lat, lon, step, a, b)
		}
	}
}
