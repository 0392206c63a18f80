package rule_test

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// edge is a zone whose straight border runs along the equator; north of it is outside.
type edge struct{}

func (edge) Nearest(lat, _ float64) (int, float64) { return 0, lat / metre }

func (edge) Locate(lat, _, accuracy float64) zone.Side {
	switch m := lat / metre; {
	case m <= 0:
		return zone.Inside
	case m > max(rule.DefaultBufferM, accuracy):
		return zone.Outside
	}
	return zone.Near
}

// standing is 8 hours of somebody who stands still at so many metres from the border (negative: inside): a fix each 10 s whose
// error is a first-order autoregressive process with a time constant of 30 s, as satellite positions wander.
func standing(rng *rand.Rand, sigma, metres float64) []rule.Fix {
	const step = 10 * time.Second
	phi := math.Exp(-step.Seconds() / 30)
	wander := rng.NormFloat64() * sigma
	fixes := make([]rule.Fix, 8*360)
	for i := range fixes {
		t := noon.Add(time.Duration(i) * step)
		fixes[i] = rule.Fix{At: t, ReceivedAt: t, Lat: (metres + wander) * metre, AccuracyM: 1.5 * sigma}
		wander = phi*wander + math.Sqrt(1-phi*phi)*sigma*rng.NormFloat64()
	}
	return fixes
}

// TestNoise: false alerts in 8 hours, on average, of somebody who stands still. The bounds are what was measured beforehand
// with another implementation, with room for chance; the rule of 0.5 for 10 m of noise on the border is the promise.
func TestNoise(t *testing.T) {
	t.Parallel()
	at := &rule.Set{Key: "k", Zones: []string{"z"}, Area: edge{}, Params: rule.Defaults}
	for _, tc := range []struct{ sigma, metres, most float64 }{
		{5, -30, 0}, {5, -10, 0}, {5, 0, 0.1}, {10, -30, 0}, {10, -10, 0.1}, {10, 0, 0.5}, {20, -30, 0.1}, {20, -10, 0.6}, {20, 0, 2},
	} {
		const days = 200
		rng := rand.New(rand.NewPCG(uint64(tc.sigma), uint64(-tc.metres)))
		raised, naive := 0, 0
		for range days {
			s := &rule.State{}
			wasIn := true
			for _, f := range standing(rng, tc.sigma, tc.metres) {
				for _, e := range s.Step(juan, at, f) {
					if e.Ended.IsZero() {
						raised++
					}
				}
				in := f.Lat <= 0
				if wasIn && !in {
					naive++
				}
				wasIn = in
			}
		}
		if got := float64(raised) / days; got > tc.most {
			t.Errorf("noise %v m at %v m: %v false alerts in 8 h, want at most %v", tc.sigma, tc.metres, got, tc.most)
		}
		// The same days by plain enter and exit: else quiet days would pass for a good rule.
		if got := float64(naive) / days; tc.metres == 0 && got < 200 {
			t.Errorf("noise %v m on the border: only %v naive alerts, the simulation is too quiet", tc.sigma, got)
		}
	}
}

// TestWhoLeavesIsFound: on foot or in a car, from 100 m inside, with 10 m of noise.
func TestWhoLeavesIsFound(t *testing.T) {
	t.Parallel()
	at := &rule.Set{Key: "k", Zones: []string{"z"}, Area: edge{}, Params: rule.Defaults}
	rng := rand.New(rand.NewPCG(7, 7))
	for _, tc := range []struct {
		speed float64
		most  time.Duration // after the border was crossed, on average
	}{{1.4, 110 * time.Second}, {14, 90 * time.Second}} {
		var sum time.Duration
		const walks = 200
		for range walks {
			s := &rule.State{}
			raised := time.Time{}
			for i, f := range standing(rng, 10, 0) {
				f.Lat += (float64(i)*10*tc.speed - 100) * metre
				if events := s.Step(juan, at, f); len(events) > 0 {
					raised = f.At
					break
				}
			}
			if raised.IsZero() {
				t.Fatal("somebody who left was not found")
			}
			sum += raised.Sub(noon) - time.Duration(100/tc.speed*float64(time.Second))
		}
		if mean := sum / walks; mean > tc.most {
			t.Errorf("at %v m/s found %v after the border, want %v", tc.speed, mean, tc.most)
		}
	}
}
