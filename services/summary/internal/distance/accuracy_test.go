package distance_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/summary/internal/distance"
)

// one reports on the fixes of one phone.
func one(fixes []track.Fix) distance.Report {
	return distance.Day(map[string][]track.Fix{"phone": fixes}, distance.Options{})
}

const seeds = 5

// off returns the mean error over the seeds and the largest one, in percent of what the odometer says.
func off(d recorded, seconds int64, n noise) (mean, worst float64) {
	sampled := d.every(seconds).fixes
	for seed := range uint64(seeds) {
		n.seed = seed + 1
		e := 100 * (one(n.add(sampled)).DistanceM/d.driven() - 1)
		mean += e / seeds
		if math.Abs(e) > math.Abs(worst) {
			worst = e
		}
	}
	return mean, worst
}

// The phones of the aims: without an error, with one that wanders by 10 m, and with one that wanders and whose accuracy is
// understated threefold. The accuracy that holds 68 % in two dimensions is 1.5 sigma.
var phones = []noise{
	{accuracy: 5, silent: true},
	{sigma: 10, tau: 60, accuracy: 15, silent: true},
	{sigma: 10, tau: 60, accuracy: 5, silent: true},
	{sigma: 10, tau: 120, accuracy: 5, silent: true},
	{sigma: 5, accuracy: 7.5, silent: true},
}

func TestVehicleAtOneSecondIsWithinOnePercent(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"bike-a", "bike-b", "bike-c"} {
		d := day(t, name)
		for _, n := range phones {
			if mean, worst := off(d, 1, n); math.Abs(worst) > 1 {
				t.Errorf("%s %+v: %+.2f %%, at worst %+.2f %%", name, n, mean, worst)
			}
		}
	}
}

func TestOnFootAtTenSecondsIsWithinThreePercent(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"run-a", "run-b"} {
		d := day(t, name)
		for _, n := range phones {
			if mean, worst := off(d, 10, n); math.Abs(mean) > 3 || math.Abs(worst) > 3.5 {
				t.Errorf("%s %+v: %+.2f %%, at worst %+.2f %%", name, n, mean, worst)
			}
			n.silent, n.speed = false, 0.3
			if mean, worst := off(d, 10, n); math.Abs(worst) > 3 {
				t.Errorf("%s %+v: %+.2f %%, at worst %+.2f %%", name, n, mean, worst)
			}
		}
	}
}

// The figures of other days, and of slower sampling, are what they are. They only must not become worse.
func TestOtherDays(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		seconds int64
		// The largest error in percent without and with the speeds that the phone reports.
		silent, speaking float64
	}{
		{"hike", 10, 4, 3},
		{"walk", 10, 8, 5.5},
		{"drive", 1, 1, 1},
		{"ski", 1, 8, 8},
		{"bike-a", 10, 1, 1},
		{"bike-b", 10, 1, 1.5},
		{"bike-c", 10, 1, 1},
		{"bike-a", 30, 3, 3},
		{"run-b", 30, 3, 4},
		{"hike", 30, 6, 3},
		{"bike-a", 60, 5, 4},
		{"run-b", 60, 4, 7},
		{"hike", 60, 8, 5},
	} {
		d := day(t, c.name)
		line := fmt.Sprintf("%s, %d s:", c.name, c.seconds)
		for _, n := range phones[:3] {
			for _, silent := range []bool{true, false} {
				n.silent, n.speed = silent, 0.3
				mean, worst := off(d, c.seconds, n)
				line += fmt.Sprintf(" %+.1f (%+.1f)", mean, worst)
				if limit := map[bool]float64{true: c.silent, false: c.speaking}[silent]; math.Abs(mean) > limit {
					t.Errorf("%s, %d s, %+v: %+.2f %%, more than %v", c.name, c.seconds, n, mean, limit)
				}
			}
		}
		t.Log(line)
	}
}

func TestPhoneLyingStillDoesNotTravel(t *testing.T) {
	t.Parallel()
	for _, seconds := range []int64{1, 10, 60} {
		fixes := still(8, seconds)
		for _, sigma := range []float64{5, 10, 20} {
			for _, tau := range []float64{0, 60, 120} {
				for _, accuracy := range []float64{1.5 * sigma, sigma / 2, 0} {
					for seed := range map[int64]uint64{1: 1, 10: 4, 60: 8}[seconds] {
						n := noise{sigma: sigma, tau: tau, accuracy: accuracy, seed: seed + 1, silent: true}
						if r := one(n.add(fixes)); r.DistanceM >= 50 || tau > 0 && r.StoppedMS < 8*3_600_000-300_000 {
							t.Errorf("every %d s, %+v: %.0f m in %d s, stopped %d s", seconds, n, r.DistanceM, r.MovingMS/1000, r.StoppedMS/1000)
						}
					}
				}
			}
		}
	}
}

func TestVisitsAreStopsAndWalksAreTrips(t *testing.T) {
	t.Parallel()
	for _, seconds := range []int64{1, 10, 30} {
		for _, n := range []noise{{accuracy: 5}, {sigma: 10, tau: 60, accuracy: 15}, {sigma: 10, tau: 60, accuracy: 5}, {sigma: 20, tau: 60, accuracy: 10}} {
			n.seed, n.silent = 3, true
			m := begin(seconds)
			for i := range 7 {
				m.stay(3_000).walk(500, 1.3, float64(i*77))
			}
			r := one(n.add(m.stay(3_000).fixes))
			if len(r.Trips) != 7 || len(r.Stops) != 8 || math.Abs(r.DistanceM-3_500) > 0.1*3_500 {
				t.Errorf("every %d s, %+v: %d trips, %d stops, %.0f m", seconds, n, len(r.Trips), len(r.Stops), r.DistanceM)
			}
		}
	}
}

func TestSpeedsOfThePhone(t *testing.T) {
	t.Parallel()
	d := day(t, "run-b").every(30)
	said := func(speed func(v float64) float64) float64 {
		fixes := noise{accuracy: 5}.add(d.fixes)
		for i := range fixes {
			v, _ := fixes[i].SpeedMPS()
			fixes[i].SetSpeedMPS(speed(v))
		}
		return one(fixes).DistanceM
	}
	silent := one(noise{accuracy: 5, silent: true}.add(d.fixes)).DistanceM
	if with := said(func(v float64) float64 { return v }); with == silent {
		t.Error("the speeds do not count")
	}
	for name, speed := range map[string]func(float64) float64{
		"always 0": func(float64) float64 { return 0 },
		"in km/h":  func(v float64) float64 { return 3.6 * v },
	} {
		if with := said(speed); with != silent {
			t.Errorf("a phone that reports speeds that are %s: %.0f m instead of %.0f", name, with, silent)
		}
	}
	// A car that stands at one fix and goes 30 m/s at the next was not slower than the straight line.
	m := begin(10).stay(600)
	from := len(m.fixes)
	m.walk(6_000, 30, 0).stay(600)
	for i := range m.fixes {
		m.fixes[i].SetSpeedMPS(0)
		if i >= from && i < from+20 {
			m.fixes[i].SetSpeedMPS(30)
		}
	}
	if r := one(m.fixes); r.DistanceM < 5_940 || r.DistanceM > 6_150 {
		t.Errorf("6 km with speeds: %.0f m", r.DistanceM)
	}
}

// Somebody who walks in small circles leads nowhere, like a phone that wanders. The speeds tell them apart.
func TestPatrolIsNoWander(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		radius, least float64
		silent        bool
	}{{20, 0.75, false}, {40, 0.85, false}, {100, 0.95, true}} {
		m := begin(10).stay(1_800).patrol(10_000/(2*math.Pi*c.radius), c.radius, 1.2).stay(1_800)
		for i := 181; i < len(m.fixes)-180; i++ {
			m.fixes[i].SetSpeedMPS(1.2)
		}
		r := one(noise{sigma: 5, tau: 60, accuracy: 7.5, seed: 1, silent: c.silent}.add(m.fixes))
		if r.DistanceM < c.least*10_000 || r.DistanceM > 11_000 {
			t.Errorf("%.0f m of 10,000 at a radius of %v m", r.DistanceM, c.radius)
		}
	}
}
