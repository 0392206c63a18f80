package geo_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/terreno/terreno/pkg/geo"
)

func TestProjectionRoundTrip(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		lat0, lon0 := 170*r.Float64()-85, 720*r.Float64()-360
		p := geo.NewProjection(lat0, lon0)
		x, y := 40_000*r.Float64()-20_000, 40_000*r.Float64()-20_000
		lat, lon := p.LatLon(x, y)
		if lon < -180 || lon >= 180 {
			t.Fatalf("longitude %v", lon)
		}
		if gotX, gotY := p.XY(lat, lon); math.Hypot(gotX-x, gotY-y) > 1e-6 {
			t.Fatalf("at %v,%v: %v,%v became %v,%v", lat0, lon0, x, y, gotX, gotY)
		}
	}
}

func TestProjectionKeepsLengthsFromItsOrigin(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		lat0, lon0 := 170*r.Float64()-85, 360*r.Float64()-180
		p := geo.NewProjection(lat0, lon0)
		way, turn := 10_000*r.Float64(), 2*math.Pi*r.Float64()
		x, y := way*math.Sin(turn), way*math.Cos(turn)
		lat, lon := p.LatLon(x, y)
		// The documented limit, and a margin for the terms of second order at every latitude.
		share := way/6_371_000*math.Abs(math.Tan(lat0*math.Pi/180))/4 + 2e-5
		if math.Abs(lat0) > 60 {
			share *= 1.1
		}
		if d := geo.Distance(lat0, lon0, lat, lon); math.Abs(d-way) > share*way+1e-6 {
			t.Fatalf("at %v,%v: %v m became %v", lat0, lon0, way, d)
		}
	}
}

func TestProjectionPointsEastAndNorth(t *testing.T) {
	t.Parallel()
	p := geo.NewProjection(10, 179.9995)
	if x, y := p.XY(10, -179.9995); math.Abs(x-109.639) > 0.01 || y != 0 {
		t.Errorf("across the antimeridian: %v,%v", x, y)
	}
	if x, y := p.XY(10.001, 179.9995); x != 0 || math.Abs(y-110.611) > 0.01 {
		t.Errorf("north: %v,%v", x, y)
	}
	if _, lon := geo.NewProjection(0, 179).LatLon(0, 0); lon != 179 {
		t.Errorf("origin is at %v", lon)
	}
	if _, lon := geo.NewProjection(0, 180).LatLon(0, 0); lon != -180 {
		t.Errorf("180 became %v", lon)
	}
	if east, north := geo.NewProjection(0, 0).Scale(); math.Abs(east-111_319.491) > 0.001 || math.Abs(north-110_574.276) > 0.001 {
		t.Errorf("a degree at the equator is %v by %v m", east, north)
	}
}
