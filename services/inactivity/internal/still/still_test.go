package still_test

import (
	"testing"
	"time"

	"github.com/terreno/terreno/services/inactivity/internal/still"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// walk makes positions a minute apart, so many metres north of each other, from minute first to last.
func walk(first, last int, step, accuracy, lon float64) (list []still.Fix) {
	for m := first; m <= last; m++ {
		list = append(list, still.Fix{At: noon.Add(time.Duration(m) * time.Minute), Lat: 4.6 + float64(m-first)*step/110_574, Lon: lon, AccuracyM: accuracy})
	}
	return list
}

func TestAt(t *testing.T) {
	t.Parallel()
	east := walk(0, 15, 0, 5, 179.9999)
	for i := range east {
		if i%2 == 0 {
			east[i].Lon = -179.9999
		}
	}
	for name, c := range map[string]struct {
		fixes []still.Fix
		want  bool
	}{
		"at one spot":         {walk(0, 15, 0, 5, -74), true},
		"100 m in all":        {walk(0, 15, 6.6, 5, -74), true},
		"more than 100 m":     {walk(0, 15, 6.8, 5, -74), false},
		"120 m, not accurate": {walk(0, 15, 8, 40, -74), true},
		"it walks":            {walk(0, 15, 80, 5, -74), false},
		"no position":         {nil, false},
		"begins late":         {walk(4, 15, 0, 5, -74), false},
		"ends early":          {walk(0, 11, 0, 5, -74), false},
		"has a gap":           {append(walk(0, 5, 0, 5, -74), walk(10, 15, 0, 5, -74)...), false},
		"at the antimeridian": {east, true},
		"one far from all":    {append(walk(0, 14, 0, 5, -74), walk(15, 15, 0, 5, -74.01)...), false},
	} {
		if spot, since, ok := still.At(c.fixes, noon, noon.Add(15*time.Minute)); ok != c.want || ok && (!since.Equal(noon) || spot.Lat < 4.5 || spot.RadiusM < 50) {
			t.Errorf("%s: %v %v %v", name, spot, since, ok)
		}
	}
}

func TestMoved(t *testing.T) {
	t.Parallel()
	outlier := walk(0, 5, 0, 5, -74)
	outlier[2].Lat += 1
	for name, c := range map[string]struct {
		fixes []still.Fix
		want  int
	}{"stays": {walk(0, 5, 0, 5, -74), -1}, "an outlier": {outlier, -1}, "walks": {walk(0, 5, 40, 5, -74), 2}, "nothing": {nil, -1}} {
		at, moved := still.Moved(c.fixes, 4.6, -74)
		if moved != (c.want >= 0) || moved && !at.Equal(noon.Add(time.Duration(c.want)*time.Minute)) {
			t.Errorf("%s: %v %v", name, at, moved)
		}
	}
}
