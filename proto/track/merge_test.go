package track_test

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/terreno/terreno/proto/track"
)

type key struct {
	at     int64
	device string
}

// In whatever order, parts and repetitions tracks come, and however often some of them were merged before, the way reads as a
// plain map would: of each device and instant the fix that was received first.
func TestAWayReadsTheSameInWhateverPartsItCame(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 5))
	for range 200 {
		want, tracks := randomTracks(t, r)
		r.Shuffle(len(tracks), func(i, j int) { tracks[i], tracks[j] = tracks[j], tracks[i] })
		for range r.IntN(4) {
			tracks = mergeSome(t, r, tracks)
		}
		var way track.Way
		for _, body := range tracks {
			if err := way.Add(body); err != nil {
				t.Fatal(err)
			}
		}
		keys := slices.SortedFunc(maps.Keys(want), func(a, b key) int {
			return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.device, b.device))
		})
		way.Between(-1<<60, 1<<60, func(device string, f *track.Fix) bool {
			if len(keys) == 0 || keys[0] != (key{f.RecordedAt, device}) || want[keys[0]] != *f {
				t.Fatalf("read %s %+v, want %+v", device, *f, keys[:min(1, len(keys))])
			}
			keys = keys[1:]
			return true
		})
		if len(keys) > 0 {
			t.Fatalf("%d fixes are missing", len(keys))
		}
	}
}

func randomTracks(t *testing.T, r *rand.Rand) (want map[key]track.Fix, tracks [][]byte) {
	want = map[key]track.Fix{}
	for range 1 + r.IntN(12) {
		device := []string{"", "a", "b"}[r.IntN(3)]
		received := r.Int64N(5)
		fixes := make([]track.Fix, 1+r.IntN(20))
		at := r.Int64N(40)
		for i := range fixes {
			at += 1 + r.Int64N(3)
			fixes[i] = track.Fix{RecordedAt: at, ReceivedAt: received, Lat: int32(r.IntN(2)), Lon: int32(r.IntN(2))}
		}
		for range 1 + r.IntN(2) {
			tracks = append(tracks, encode(t, device, fixes))
		}
		for _, f := range fixes {
			k := key{f.RecordedAt, device}
			if old, there := want[k]; !there || before(f, old) {
				want[k] = f
			}
		}
	}
	return want, tracks
}

func before(a, b track.Fix) bool {
	return cmp.Or(cmp.Compare(a.ReceivedAt, b.ReceivedAt), cmp.Compare(a.Lat, b.Lat), cmp.Compare(a.Lon, b.Lon)) < 0
}

// mergeSome replaces some tracks by what they hold together, cut at some instant.
func mergeSome(t *testing.T, r *rand.Rand, tracks [][]byte) [][]byte {
	n := r.IntN(len(tracks) + 1)
	var way track.Way
	for _, body := range tracks[:n] {
		if err := way.Add(body); err != nil {
			t.Fatal(err)
		}
	}
	merged := slices.Clone(tracks[n:])
	_ = way.Devices(func(device string, fixes []track.Fix) error {
		cut := r.Int64N(60)
		for _, part := range [][]track.Fix{track.Between(fixes, 0, cut), track.Between(fixes, cut, 1<<60)} {
			if len(part) > 0 {
				merged = append(merged, encode(t, device, part))
			}
		}
		return nil
	})
	return merged
}

func TestBetween(t *testing.T) {
	t.Parallel()
	fixes := []track.Fix{{RecordedAt: 1}, {RecordedAt: 3}, {RecordedAt: 5}}
	for _, c := range []struct {
		from, to int64
		want     int
	}{{0, 9, 3}, {1, 5, 2}, {2, 3, 0}, {3, 4, 1}, {6, 9, 0}, {4, 2, 0}} {
		if got := track.Between(fixes, c.from, c.to); len(got) != c.want {
			t.Errorf("from %d to %d: %d fixes, want %d", c.from, c.to, len(got), c.want)
		}
	}
}

// walk is an hour of a walking phone that reports everything.
func walk(n int) []track.Fix {
	r := rand.New(rand.NewPCG(8, 9))
	fixes := make([]track.Fix, n)
	lat, lon, at := -12.05, -77.04, int64(1_770_000_000_000)
	for i := range fixes {
		f := &fixes[i]
		at += 10_000 + r.Int64N(400) - 200
		lat, lon = lat+r.NormFloat64()*1e-4, lon+r.NormFloat64()*1e-4
		f.RecordedAt, f.ReceivedAt, f.Activity = at, 1_770_000_900_000, "walking"
		f.SetPlace(lat, lon)
		f.SetAccuracyM(5 + r.Float64()*10)
		f.SetSpeedMPS(1 + r.Float64())
		f.SetBearingDeg(r.Float64() * 360)
		f.SetAltitudeM(100 + r.NormFloat64())
		f.SetBattery(0.9 - float64(i)*1e-4)
		f.SetCharging(false)
	}
	return fixes
}

func TestDecodingAllocatesNothingForAFix(t *testing.T) {
	var dst []track.Fix
	allocs := func(n int) float64 {
		body := encode(t, "d", walk(n))
		return testing.AllocsPerRun(20, func() {
			var err error
			if _, dst, err = track.Decode(dst[:0], body); err != nil {
				t.Fatal(err)
			}
		})
	}
	if few, many := allocs(10), allocs(500); many > few {
		t.Errorf("%v allocations for 500 fixes, %v for 10", many, few)
	}
}

func BenchmarkDecode(b *testing.B) {
	body := encode(b, "d", walk(500))
	dst := make([]track.Fix, 0, 500)
	b.ReportMetric(float64(len(body))/500, "B/fix")
	b.ReportAllocs()
	for b.Loop() {
		var err error
		if _, dst, err = track.Decode(dst[:0], body); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/fix")
	b.ReportMetric(float64(len(body))/500, "B/fix")
}

func BenchmarkEncode(b *testing.B) {
	fixes := walk(500)
	for b.Loop() {
		encode(b, "d", fixes)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/500, "ns/fix")
}
