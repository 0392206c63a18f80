package distance_test

import (
	"fmt"
	"testing"

	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/summary/internal/distance"
)

func one(fixes []track.Fix) distance.Report {
	return distance.Day(map[string][]track.Fix{"phone": fixes}, distance.Options{})
}

var cases = []noise{{0, 0, 5, 1, true}, {0, 0, 0, 1, true}, {10, 60, 15, 1, true}, {20, 60, 30, 1, true}, {10, 60, 5, 1, true}, {5, 0, 7.5, 1, true}, {0, 0, 5, 1, false}, {10, 60, 15, 1, false}, {20, 60, 10, 1, true}, {10, 120, 5, 1, true}}

func TestTable(t *testing.T) {
	fmt.Printf("%-10s clean5  none  10/60  20/60  10/60u  white5  clean+sp 10/60+sp 20/60u 10/120u\n", "")
	for _, c := range []struct {
		name string
		s    int64
	}{{"bike-a", 1}, {"bike-b", 1}, {"bike-c", 1}, {"run-a", 1}, {"drive", 1}, {"ski", 1}, {"walk", 1}, {"run-a", 10}, {"run-b", 10}, {"hike", 10}, {"walk", 10}, {"bike-a", 10}, {"bike-b", 10}, {"bike-c", 10}, {"bike-a", 30}, {"bike-b", 30}, {"run-b", 30}, {"hike", 30}, {"bike-a", 60}, {"bike-b", 60}, {"run-b", 60}, {"hike", 60}} {
		d := day(t, c.name)
		s := d.every(c.s)
		fmt.Printf("%-7s %2d", c.name, c.s)
		for _, n := range cases {
			sum, worst := 0.0, 0.0
			for seed := range uint64(4) {
				n.seed = seed + 1
				e := 100 * (one(n.add(s.fixes)).DistanceM/d.driven() - 1)
				sum += e / 4
				if e*e > worst*worst {
					worst = e
				}
			}
			fmt.Printf("  %+5.1f(%+.1f)", sum, worst)
		}
		fmt.Println()
	}
	for _, s := range []int64{1, 10, 60} {
		for _, n := range []noise{{5, 60, 7.5, 0, true}, {5, 60, 2.5, 0, true}, {10, 60, 15, 0, true}, {10, 60, 5, 0, true}, {20, 60, 30, 0, true}, {20, 60, 10, 0, true}, {20, 60, 0, 0, true}, {5, 120, 2.5, 0, true}, {10, 120, 15, 0, true}, {10, 120, 5, 0, true}, {20, 120, 30, 0, true}, {20, 120, 10, 0, true}} {
			sum, worst := 0.0, 0.0
			for seed := range uint64(24) {
				n.seed = seed + 1
				m := one(n.add(still(8, s))).DistanceM
				sum += m / 24
				worst = max(worst, m)
			}
			fmt.Printf("still %2d s %v: %.1f (%.0f)\n", s, n, sum, worst)
		}
	}
}
