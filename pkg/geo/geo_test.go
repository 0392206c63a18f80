package geo_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"strings"
	"testing"

	"github.com/terreno/terreno/pkg/geo"
)

type line struct{ lat1, lon1, azi1, lat2, lon2, azi2, s12 float64 }

func lines(t *testing.T, path string, want int) []line {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []line
	for s := range strings.Lines(string(text)) {
		var l line
		if _, err := fmt.Sscan(s, &l.lat1, &l.lon1, &l.azi1, &l.lat2, &l.lon2, &l.azi2, &l.s12); err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		all = append(all, l)
	}
	if len(all) != want {
		t.Fatalf("%s has %d lines, want %d", path, len(all), want)
	}
	return all
}

func TestDistanceOfGeodTest(t *testing.T) {
	t.Parallel()
	for _, l := range lines(t, "testdata/geodtest.dat", 141) {
		// Lambert's formula degrades towards the antipode, as documented.
		share := 1.5e-6
		switch {
		case l.s12 > 19_800_000:
			share = 2e-3
		case l.s12 > 10_000_000:
			share = 5e-5
		}
		if got := geo.Distance(l.lat1, l.lon1, l.lat2, l.lon2); !(math.Abs(got-l.s12) <= share*l.s12+1e-6) {
			t.Errorf("%+v: got %.4f m, off by %.3g", l, got, (got-l.s12)/l.s12)
		}
	}
}

func TestDistanceOfShortLegs(t *testing.T) {
	t.Parallel()
	for _, l := range lines(t, "testdata/short.dat", 250) {
		limit := map[float64]float64{1: 2e-6, 30: 5e-5, 1000: 0.0015, 9990: 0.04, 40000: 0.06}[l.s12]
		if math.Abs(l.lat1) < 60 {
			limit = map[float64]float64{1: 1e-8, 30: 1e-8, 1000: 5e-6, 9990: 0.004, 40000: 0.06}[l.s12]
		}
		got := geo.Distance(l.lat1, l.lon1, l.lat2, l.lon2)
		if !(math.Abs(got-l.s12) <= limit) {
			t.Errorf("%+v: got %.9f m, off by %.3g m", l, got, got-l.s12)
		}
	}
}

func TestBearing(t *testing.T) {
	t.Parallel()
	for _, l := range append(lines(t, "testdata/short.dat", 250), lines(t, "testdata/geodtest.dat", 141)...) {
		limit := 1e-6
		switch {
		case l.s12 > 10_000_000:
			continue // Bearing promises nothing beyond 10,000 km.
		case l.s12 > 1_000_000:
			limit = 0.5
		case l.s12 > 10_000:
			limit = 0.01
		case l.s12 < 30:
			limit = 1e-5 // The coordinates in the file have too few digits for more.
		}
		got := geo.Bearing(l.lat1, l.lon1, l.lat2, l.lon2)
		if !(got >= 0 && got < 360 && math.Abs(math.Remainder(got-l.azi1, 360)) <= limit) {
			t.Errorf("%+v: got %.7f", l, got)
		}
	}
	for _, c := range []struct{ lat, lon, want float64 }{{1, 0, 0}, {0, 1, 90}, {-1, 0, 180}, {0, -1, 270}, {0, 0, 0}, {1, -1e-300, 0}} {
		if got := geo.Bearing(0, 0, c.lat, c.lon); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("to %v,%v: got %v, want %v", c.lat, c.lon, got, c.want)
		}
	}
}

func TestDistanceIsAMetric(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for range 20_000 {
		lat, lon, reach := 178*r.Float64()-89, 360*r.Float64()-180, math.Pow(10, 4*r.Float64()-4)
		at := func() (float64, float64) {
			return max(-90, min(90, lat+reach*(r.Float64()-0.5))), lon + reach*(r.Float64()-0.5)
		}
		aLat, aLon := at()
		bLat, bLon := at()
		cLat, cLon := at()
		ab, bc, ac := geo.Distance(aLat, aLon, bLat, bLon), geo.Distance(bLat, bLon, cLat, cLon), geo.Distance(aLat, aLon, cLat, cLon)
		if ab < 0 || ab != geo.Distance(bLat, bLon, aLat, aLon) || geo.Distance(aLat, aLon, aLat, aLon) != 0 {
			t.Fatalf("%v,%v to %v,%v: not symmetric, or below zero", aLat, aLon, bLat, bLon)
		}
		if ac > (ab+bc)*(1+2e-5) { // The two formulas differ by at most this share.
			t.Fatalf("%v,%v via %v,%v to %v,%v: the direct leg %v is longer than %v", aLat, aLon, bLat, bLon, cLat, cLon, ac, ab+bc)
		}
		if d := geo.Distance(aLat, aLon+360, bLat, bLon-720); math.Abs(d-ab) > 1e-6*(1+ab/1000) {
			t.Fatalf("whole turns of longitude change the distance from %v to %v", ab, d)
		}
	}
}

func TestDistanceOfExtremes(t *testing.T) {
	t.Parallel()
	const quarter = 10_001_965.729 // equator to pole, GeographicLib
	for _, c := range []struct{ lat1, lon1, lat2, lon2, want, within float64 }{
		{0, 0, 90, 0, quarter, 20},
		{90, 0, -90, 77, 2 * quarter, 50},
		{90, 0, 90, 180, 0, 1e-6},
		{0, 0, 0, 180, 2 * quarter, 40_000}, // The worst case: the path over the pole is shorter than half the equator.
		{10, 179.9995, 10, -179.9995, 109.639, 0.01},
	} {
		if got := geo.Distance(c.lat1, c.lon1, c.lat2, c.lon2); !(math.Abs(got-c.want) <= c.within) {
			t.Errorf("%+v: got %v", c, got)
		}
	}
	r := rand.New(rand.NewPCG(8, 8))
	for range 20_000 { // Near the antipode, rounding can leave the domain of the arcsine.
		lat, lon := 180*r.Float64()-90, 360*r.Float64()-180
		if d := geo.Distance(lat, lon, -lat, lon+180); !(d > 19_960_000 && d < 20_040_000) {
			t.Fatalf("from %v,%v to the other side of the earth: %v", lat, lon, d)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1)} {
		if d, b := geo.Distance(0, bad, 1, 1), geo.Bearing(0, bad, 1, 1); !math.IsNaN(d) || !math.IsNaN(b) {
			t.Errorf("longitude %v gives %v and %v", bad, d, b)
		}
	}
}

func BenchmarkDistance(b *testing.B) {
	for _, c := range []struct {
		name string
		f    func(lat1, lon1, lat2, lon2 float64) float64
		leg  float64
	}{{"short", geo.Distance, 0.001}, {"long", geo.Distance, 1}, {"haversine", haversine, 0.001}} {
		b.Run(c.name, func(b *testing.B) {
			i, sum := 0.0, 0.0
			for b.Loop() {
				i++
				sum += c.f(-12, -77, -12+c.leg, -77+c.leg+i*1e-9)
			}
			if sum == 0 {
				b.Fatal("no distance")
			}
		})
	}
}

func BenchmarkBearing(b *testing.B) {
	i := 0.0
	for b.Loop() {
		i++
		geo.Bearing(-12, -77, -12.001, -77+i*1e-9)
	}
}

// haversine is the usual formula on a sphere, as a comparison.
func haversine(lat1, lon1, lat2, lon2 float64) float64 {
	const radians, meanRadiusM = math.Pi / 180, 6_371_008.8
	s1, s2 := math.Sin((lat2-lat1)*radians/2), math.Sin((lon2-lon1)*radians/2)
	return 2 * meanRadiusM * math.Asin(math.Sqrt(s1*s1+math.Cos(lat1*radians)*math.Cos(lat2*radians)*s2*s2))
}
