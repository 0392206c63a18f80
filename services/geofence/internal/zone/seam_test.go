package zone_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/terreno/terreno/services/geofence/internal/zone"
)

func TestWritingsOfTheAntimeridian(t *testing.T) {
	t.Parallel()
	// The same square, 0.2 degrees wide: short way round, running past 180 or -180, and cut at 180 as RFC 7946 asks.
	for name, c := range map[string]struct {
		kind string
		at   any
	}{
		"179 and -179":     {"Polygon", rings{{{179.9, 0}, {-179.9, 0}, {-179.9, 0.2}, {179.9, 0.2}, {179.9, 0}}}},
		"-179 and 179":     {"Polygon", rings{{{-179.9, 0}, {-179.9, 0.2}, {179.9, 0.2}, {179.9, 0}, {-179.9, 0}}}},
		"179 and 181":      {"Polygon", rings{{{179.9, 0}, {180.1, 0}, {180.1, 0.2}, {179.9, 0.2}, {179.9, 0}}}},
		"-181 and -179":    {"Polygon", rings{{{-180.1, 0}, {-179.9, 0}, {-179.9, 0.2}, {-180.1, 0.2}, {-180.1, 0}}}},
		"closed by a turn": {"Polygon", rings{{{180, 0}, {-179.9, 0}, {-179.9, 0.2}, {179.9, 0.2}, {179.9, 0}, {-180, 0}}}},
		"cut": {"MultiPolygon", []rings{
			{{{179.9, 0}, {180, 0}, {180, 0.2}, {179.9, 0.2}, {179.9, 0}}},
			{{{-180, 0}, {-179.9, 0}, {-179.9, 0.2}, {-180, 0.2}, {-180, 0}}},
		}},
		"cut, with a position more on one side": {"MultiPolygon", []rings{
			{{{-180, 0.2}, {-180, 0}, {-179.9, 0}, {-179.9, 0.2}, {-180, 0.2}}},
			{{{180, 0}, {180, 0.07}, {180, 0.2}, {179.9, 0.2}, {179.9, 0}, {180, 0}}},
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := parse(t, c.kind, c.at)
			for _, q := range []struct {
				lat, lon, want float64
			}{
				{0.1, 180, -11_057.4},
				{0.1, -180, -11_057.4},
				{0.1, 540, -11_057.4},
				{0.05, 179.99, -5528.7},
				{0.05, -179.99, -5528.7},
				{0.1, 179.95, -5566},
				{0.1, -179.95, -5566},
				{0.1, 179.85, 5566},
				{0.1, -179.85, 5566},
				{-0.01, 180, 1105.7},
				{0.1, 0, 20_000_000},
			} {
				if d := s.Distance(q.lat, q.lon); math.Abs(d-q.want) > 0.002*math.Abs(q.want) || s.Contains(q.lat, q.lon) != (q.want < 0) {
					t.Errorf("%v,%v: %v m, want %v", q.lat, q.lon, d, q.want)
				}
			}
		})
	}
}

func TestOfTheCutOnlyWhatBothHaveIsNoBorder(t *testing.T) {
	t.Parallel()
	s := parse(t, "MultiPolygon", []rings{
		{{{179.9, 0}, {180, 0}, {180, 0.2}, {179.9, 0.2}, {179.9, 0}}},
		{{{-180, 0}, {-179.9, 0}, {-179.9, 0.1}, {-180, 0.1}, {-180, 0}}},
	})
	if d := s.Distance(0.15, 179.99); math.Abs(d+1113.2) > 1 {
		t.Errorf("beside the rest of the cut: %v m", d)
	}
	if d := s.Distance(0.05, 179.99); math.Abs(d+5528.7) > 5 {
		t.Errorf("beside what is no border: %v m", d)
	}
	half := parse(t, "Polygon", rings{{{179.9, 0}, {180, 0}, {180, 0.1}, {180, 0.2}, {179.9, 0.2}, {179.9, 0}}})
	if d := half.Distance(0.1, 179.99); math.Abs(d+1113.2) > 1 || half.Contains(0.1, -179.99) {
		t.Errorf("a border on the antimeridian: %v m", d)
	}
}

func TestSetOfLongitudesFarPast180(t *testing.T) {
	t.Parallel()
	line := []pos{{360, 70}}
	for i := 1; i <= 178; i++ {
		line = append(line, pos{float64(i), 70})
	}
	set := zone.NewSet([]zone.Member{{Shape: corridor(t, 20_000, line), BufferM: 100_000}})
	for lon, want := range map[float64]zone.Side{0: zone.Inside, 177: zone.Inside, 179: zone.Near, -179.9: zone.Near, -1: zone.Near, -4: zone.Outside, -90: zone.Outside} {
		if side := set.Locate(70, lon, 5); side != want {
			t.Errorf("at %v: side %d, want %d", lon, side, want)
		}
	}
}

// A polygon and what it becomes when it is cut are the same zone.
func TestCutPolygonsAreWhatTheyWere(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(9, 9))
	for range 200 {
		lat := 120*r.Float64() - 60
		west, east := 179.99+0.005*r.Float64(), 180.005+0.005*r.Float64()
		y := []float64{lat, lat + 0.01*r.Float64(), lat + 0.02, lat + 0.02 + 0.01*r.Float64()}
		low, high := (y[0]+y[1])/2, (y[2]+y[3])/2
		whole := parse(t, "Polygon", rings{{{west, y[0]}, {180, low}, {east, y[1]}, {east, y[3]}, {180, high}, {west, y[2]}, {west, y[0]}}})
		cut := parse(t, "MultiPolygon", []rings{
			{{{west, y[0]}, {180, low}, {180, high}, {west, y[2]}, {west, y[0]}}},
			{{{-180, low}, {east - 360, y[1]}, {east - 360, y[3]}, {-180, high}, {-180, low}}},
		})
		for range 50 {
			qLat, qLon := lat+0.05*r.Float64()-0.01, 179.98+0.04*r.Float64()
			if a, b := whole.Distance(qLat, qLon), cut.Distance(qLat, qLon-360); math.Abs(a-b) > 1e-6 {
				t.Fatalf("%v,%v: %v m and %v m", qLat, qLon, a, b)
			}
		}
	}
}
