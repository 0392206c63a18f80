package track_test

import (
	"math/rand/v2"
	"reflect"
	"testing"

	"github.com/terreno/terreno/proto/track"
)

// Of more fixes than a Way may hold, the same evenly spread ones are kept, in whatever order and parts they were added, and repeated.
func TestALimitKeepsTheSameFixes(t *testing.T) {
	t.Parallel()
	const begin, end, most = 1_000_000, 9_000_000, 5000
	r := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // a test
	shown := track.ShownIn(track.Span{From: 0, Until: 5_000_000}, track.Span{From: 6_000_000, Until: 12_000_000})
	devices := map[string][]track.Fix{}
	for _, device := range []string{"a", "b", "c"} {
		for range 20_000 {
			f := track.Fix{RecordedAt: r.Int64N(10_000_000), ReceivedAt: r.Int64N(3)}
			f.SetPlace(float64(r.IntN(1000))/1e6, 2)
			devices[device] = append(devices[device], f)
		}
	}
	type kept struct {
		device string
		fix    track.Fix
	}
	read := func(limit, part int) (all []kept, thinned bool) {
		var bodies [][]byte
		for device, fixes := range devices {
			fixes = append([]track.Fix{}, fixes...)
			r.Shuffle(len(fixes), func(i, j int) { fixes[i], fixes[j] = fixes[j], fixes[i] })
			for len(fixes) > 0 {
				n := min(len(fixes), part)
				body, _, err := track.Encode(device, track.Compact(append([]track.Fix{}, fixes[:n]...)))
				if err != nil {
					t.Fatal(err)
				}
				if bodies = append(bodies, body); r.IntN(4) == 0 {
					bodies = append(bodies, body)
				}
				fixes = fixes[n:]
			}
		}
		r.Shuffle(len(bodies), func(i, j int) { bodies[i], bodies[j] = bodies[j], bodies[i] })
		var way track.Way
		way.Show(shown)
		way.Limit(limit, begin, end)
		for _, body := range bodies {
			if err := way.Add(body); err != nil {
				t.Fatal(err)
			}
			if way.Len() > max(2*limit, 6) {
				t.Fatalf("%d fixes in memory", way.Len())
			}
		}
		thinned = way.Thinned()
		way.Between(begin, end, func(device string, f *track.Fix) bool {
			all = append(all, kept{device, *f})
			return true
		})
		return all, thinned
	}
	want, thinned := read(most, 20_000)
	if !thinned || len(want) > most || len(want) < most/4 {
		t.Fatalf("%d fixes are kept, thinned %v", len(want), thinned)
	}
	for _, part := range []int{97, 1000, 7777} {
		if got, _ := read(most, part); !reflect.DeepEqual(got, want) {
			t.Errorf("in parts of %d other fixes are kept: %d, want %d", part, len(got), len(want))
		}
	}
	if all, thinned := read(100_000, 5000); thinned || len(all) < 40_000 {
		t.Errorf("%d fixes below the limit, thinned %v", len(all), thinned)
	}
	// More devices than fixes may be kept: each keeps a fix or two.
	if few, thinned := read(2, 5000); !thinned || len(few) > 6 {
		t.Errorf("%d fixes, thinned %v", len(few), thinned)
	}
}
