package distance_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/summary/internal/distance"
)

// randomDay is a day of up to three phones: stays, walks, rides, gaps, jumps, mock and vague fixes.
func randomDay(r *rand.Rand) map[string][]track.Fix {
	day := map[string][]track.Fix{}
	for i := range 1 + r.IntN(3) {
		m := begin([]int64{1, 5, 10, 30, 60, 300}[r.IntN(6)])
		m.leave(int64(r.IntN(7_200)))
		for len(m.fixes) < 200+r.IntN(1_200) {
			switch r.IntN(6) {
			case 0:
				m.leave(int64(r.IntN(4_000)))
			case 1:
				m.jump(float64(r.IntN(9_000)))
			case 2:
				m.walk(100+900*r.Float64(), 1+r.Float64(), 360*r.Float64())
			case 3:
				m.walk(5_000*r.Float64(), 5+15*r.Float64(), 360*r.Float64())
			default:
				m.stay(int64(r.IntN(3_000)))
			}
		}
		fixes := noise{sigma: 15 * r.Float64(), tau: 60, accuracy: 15, seed: r.Uint64(), silent: r.IntN(2) == 0}.add(m.fixes)
		for k := range fixes {
			switch r.IntN(100) {
			case 0:
				fixes[k].Flags |= track.Mock
			case 1:
				fixes[k].SetAccuracyM(1_000)
			case 2:
				fixes[k].Lat += 90_000
			case 3:
				fixes[k].ReceivedAt += 3_600_000
			}
			if k > 0 && r.IntN(100) == 0 { // two fixes at one instant
				fixes[k].RecordedAt = fixes[k-1].RecordedAt
			}
			if r.IntN(3) > 0 {
				fixes[k].SetSpeedMPS(2 * r.Float64())
			}
		}
		day[string(rune('a'+i))] = fixes
	}
	return day
}

// mixed returns the same fixes in another order, some of them again.
func mixed(r *rand.Rand, day map[string][]track.Fix) map[string][]track.Fix {
	out := map[string][]track.Fix{}
	for device, fixes := range day {
		again := slices.Clone(fixes)
		for range len(fixes) / 3 {
			again = append(again, fixes[r.IntN(len(fixes))])
		}
		r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
		out[device] = again
	}
	return out
}

// shifts are up to four times in which one of the phones counts first, or one that sends nothing.
func shifts(r *rand.Rand) (first []distance.First) {
	at := int64(morning * 1000)
	for range r.IntN(5) {
		f := distance.First{Device: string(rune('a' + r.IntN(4))), From: at + r.Int64N(7_200_000)}
		f.Until = f.From + r.Int64N(14_400_000)
		at = f.Until
		first = append(first, f)
	}
	return first
}

func TestReportDependsOnTheSetOfFixesAlone(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(12, 1))
	for range 50 {
		day := randomDay(r)
		before := mixed(r, day)
		given := map[string][]track.Fix{}
		for device, fixes := range before {
			given[device] = slices.Clone(fixes)
		}
		o := distance.Options{Ways: true, First: shifts(r)}
		want := distance.Day(day, o)
		if got := distance.Day(before, o); !reflect.DeepEqual(got, want) {
			t.Fatalf("the order changes the report:\n%+v\n%+v", got, want)
		}
		if !reflect.DeepEqual(given, before) {
			t.Fatal("the fixes of the caller changed")
		}
		// What the stored tracks are merged to is the same set.
		var way track.Way
		for device, fixes := range before {
			for part := range slices.Chunk(fixes, 97) {
				body, _, err := track.Encode(device, track.Compact(slices.Clone(part)))
				if err != nil {
					t.Fatal(err)
				}
				if err := way.Add(body); err != nil {
					t.Fatal(err)
				}
			}
		}
		merged := map[string][]track.Fix{}
		way.Between(math.MinInt64, math.MaxInt64, func(device string, f *track.Fix) bool {
			merged[device] = append(merged[device], *f)
			return true
		})
		if got := distance.Day(merged, o); !reflect.DeepEqual(got, want) {
			t.Fatalf("the parts change the report:\n%+v\n%+v", got, want)
		}
		sound(t, want)
	}
}

// sound checks what holds for every report.
func sound(t *testing.T, r distance.Report) {
	t.Helper()
	var moved, gap float64
	var moving, gapMS int64
	at := r.FirstAt
	for _, trip := range r.Trips {
		if trip.From.At < at || trip.Until.At <= trip.From.At || !(trip.DistanceM >= 0) || trip.MovingMS > trip.Until.At-trip.From.At || trip.MaxSpeedMPS > 40 {
			t.Fatalf("trip %+v", trip)
		}
		for i := 1; i < len(trip.Way); i++ {
			if trip.Way[i].At <= trip.Way[i-1].At {
				t.Fatalf("the way goes back in time: %+v", trip.Way[i])
			}
		}
		at = trip.Until.At
		moved += trip.DistanceM
		moving += trip.MovingMS
	}
	at = r.FirstAt
	for _, stop := range r.Stops {
		if stop.From < at || stop.Until-stop.From < 180_000 || math.IsNaN(stop.Lat) || math.IsNaN(stop.Lon) {
			t.Fatalf("stop %+v", stop)
		}
		at = stop.Until
	}
	at = r.FirstAt
	for _, g := range r.Gaps {
		if g.From < at || g.Until <= g.From || !(g.DistanceM >= 0) {
			t.Fatalf("gap %+v", g)
		}
		at = g.Until
		gap += g.DistanceM
		gapMS += g.Until - g.From
	}
	if math.Abs(moved-r.DistanceM) > 1e-6*(1+moved) || moving != r.MovingMS || math.Abs(gap-r.GapM) > 1e-6*(1+gap) || gapMS != r.GapMS {
		t.Fatalf("the parts do not make the whole: %+v", r)
	}
	if total := r.MovingMS + r.StoppedMS + r.GapMS; r.MovingMS < 0 || r.StoppedMS < 0 || total > r.LastAt-r.FirstAt {
		t.Fatalf("%d ms of %d to %d", total, r.FirstAt, r.LastAt)
	}
	if r.Counted > r.Fixes || r.LateFixes > r.Fixes || !(r.MaxSpeedMPS >= 0 && r.MaxSpeedMPS <= 40) || !(r.AvgMovingSpeedMPS >= 0) || !(r.WanderM >= 0 && r.WanderM <= 40) || !(r.MockM >= 0) {
		t.Fatalf("%+v", r)
	}
}

// FuzzDay reads fixes of 12 bytes: how much later, how far, how exact, how fast, of which phone.
func FuzzDay(f *testing.F) {
	f.Add([]byte{})
	f.Add(make([]byte, 12*40))
	r := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		seed := make([]byte, 12*60)
		for i := range seed {
			seed[i] = byte(r.Uint32())
		}
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		day := map[string][]track.Fix{}
		at, lat, lon := int64(morning*1000), int64(0), int64(0)
		for ; len(data) >= 12; data = data[12:] {
			step := int64(binary.LittleEndian.Uint16(data)) << (data[10] >> 3 & 15)
			if data[10]&1 == 1 {
				step = -step
			}
			at += step
			lat = max(-900_000_000, min(900_000_000, lat+int64(int16(binary.LittleEndian.Uint16(data[2:])))<<(data[11]&15)))
			lon = (lon+int64(int16(binary.LittleEndian.Uint16(data[4:])))<<(data[11]>>4)+1_800_000_000)%3_600_000_000 - 1_800_000_000
			if lon < -1_800_000_000 {
				lon += 3_600_000_000
			}
			x := track.Fix{RecordedAt: at, ReceivedAt: at + step, Lat: int32(lat), Lon: int32(lon), Accuracy: uint32(data[6]) * 6, Speed: uint32(data[7]) * 30}
			x.Flags = track.Flags(data[8]) & (track.HasAccuracy | track.AccuracyUnusable | track.HasSpeed)
			if data[9]&7 == 0 {
				x.Flags |= track.Mock
			}
			device := string(rune('a' + data[9]>>6))
			day[device] = append(day[device], x)
		}
		o := distance.Options{Ways: true, First: []distance.First{{Device: "a", From: morning * 1000, Until: at}, {Device: "b", From: max(at, morning*1000), Until: math.MaxInt64}}}
		got := distance.Day(day, o)
		sound(t, got)
		for _, fixes := range day {
			slices.Reverse(fixes)
		}
		if again := distance.Day(day, o); !reflect.DeepEqual(again, got) {
			t.Fatalf("reversed: %+v\n%+v", again, got)
		}
	})
}
