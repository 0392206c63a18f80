package export

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/clientjson"
)

func instantOf(t time.Time) clientjson.Instant { return clientjson.At(t) }

func TestCut(t *testing.T) {
	t.Parallel()
	p := func(lon, lat float64, at int64) point { return point{lon, lat, at} }
	for name, c := range map[string]struct {
		line []point
		want [][]point
	}{
		"one point":           {[]point{p(180, 1, 0)}, [][]point{{p(180, 1, 0)}}},
		"no crossing":         {[]point{p(179, 1, 0), p(180, 1, 1)}, [][]point{{p(179, 1, 0), p(180, 1, 1)}}},
		"half the Earth":      {[]point{p(-90, 1, 0), p(90, 1, 1)}, [][]point{{p(-90, 1, 0), p(90, 1, 1)}}},
		"eastward":            {[]point{p(179, 10, 0), p(-179, 20, 100)}, [][]point{{p(179, 10, 0), p(180, 15, 50)}, {p(-180, 15, 50), p(-179, 20, 100)}}},
		"westward":            {[]point{p(-179, 10, 0), p(178, 40, 300)}, [][]point{{p(-179, 10, 0), p(-180, 20, 100)}, {p(180, 20, 100), p(178, 40, 300)}}},
		"there and back":      {[]point{p(179, 0, 0), p(-179, 0, 2), p(179, 0, 4)}, [][]point{{p(179, 0, 0), p(180, 0, 1)}, {p(-180, 0, 1), p(-179, 0, 2), p(-180, 0, 3)}, {p(180, 0, 3), p(179, 0, 4)}}},
		"from the meridian":   {[]point{p(180, 1, 0), p(-179, 2, 1)}, [][]point{{p(-180, 1, 0), p(-179, 2, 1)}}},
		"to the meridian":     {[]point{p(179, 1, 0), p(-180, 2, 1)}, [][]point{{p(179, 1, 0), p(180, 2, 1)}}},
		"over a point on it":  {[]point{p(179, 1, 0), p(180, 2, 1), p(-179, 3, 2)}, [][]point{{p(179, 1, 0), p(180, 2, 1)}, {p(-180, 2, 1), p(-179, 3, 2)}}},
		"both names of it":    {[]point{p(180, 1, 0), p(-180, 1, 1)}, [][]point{{p(-180, 1, 0), p(-180, 1, 1)}}},
		"along it, all names": {[]point{p(180, 1, 0), p(-180, 2, 1), p(180, 3, 2)}, nil},
	} {
		got := cut(c.line)
		if c.want != nil && !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if len(got) == 0 || len(got[0]) == 0 {
			t.Errorf("%s: %v", name, got)
		}
	}
}

// No part goes from one side of the map to the other, and all points are there, in order, with edges between them alone.
func TestCutKeepsAllPoints(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		line := make([]point, 1+r.IntN(12))
		for i := range line {
			line[i] = point{math.Remainder(180+float64(r.IntN(9)-4)/2*r.Float64(), 360), r.Float64(), int64(i) * 1000}
		}
		var all []point
		for _, part := range cut(line) {
			for i, p := range part {
				if math.Abs(p.lon) > 180 || i > 0 && (math.Abs(p.lon-part[i-1].lon) > 180 || p.at < part[i-1].at) {
					t.Fatalf("%v is cut into %v", line, cut(line))
				}
			}
			all = append(all, part...)
		}
		next := 0
		for _, p := range all {
			if next < len(line) && p.at == line[next].at && p.lat == line[next].lat {
				next++
			} else if math.Abs(p.lon) != 180 {
				t.Fatalf("%v is cut into %v", line, cut(line))
			}
		}
		if next != len(line) {
			t.Fatalf("%v is cut into %v", line, cut(line))
		}
	}
}
