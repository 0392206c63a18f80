package phone

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

var morning = time.Date(2026, 3, 2, 6, 0, 0, 0, time.UTC)

func at(minutes float64) time.Time {
	return morning.Add(time.Duration(minutes * float64(time.Minute)))
}

func fixesAt(minutes ...float64) []trace.Fix {
	var fixes []trace.Fix
	for i, m := range minutes {
		fixes = append(fixes, trace.Fix{RecordedAt: at(m), Lat: float64(i)})
	}
	return fixes
}

// plain converts a plan to minutes, so that a table of plans is readable.
func plain(uploads []Upload) [][]float64 {
	var rows [][]float64
	for _, u := range uploads {
		line := []float64{u.At.Sub(morning).Minutes()}
		for _, f := range u.Fixes {
			line = append(line, f.RecordedAt.Sub(morning).Minutes())
		}
		rows = append(rows, line)
	}
	return rows
}

func TestAPhoneWithSignalUploadsByCountAndByAge(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		cadence Cadence
		fixes   []trace.Fix
		want    [][]float64 // the minute of the upload, then those of its fixes
	}{
		"no fixes":             {Cadence{3, time.Hour}, nil, nil},
		"by count":             {Cadence{2, time.Hour}, fixesAt(0, 1, 2, 3, 4), [][]float64{{1, 0, 1}, {3, 2, 3}, {64, 4}}},
		"by age":               {Cadence{9, 5 * time.Minute}, fixesAt(0, 2, 4, 6, 20), [][]float64{{5, 0, 2, 4}, {11, 6}, {25, 20}}},
		"at exactly the age":   {Cadence{9, 5 * time.Minute}, fixesAt(0, 5), [][]float64{{5, 0}, {10, 5}}},
		"one by one":           {Cadence{1, time.Minute}, fixesAt(0, 0, 1), [][]float64{{0, 0}, {0, 0}, {1, 1}}},
		"older than the last":  {Cadence{3, time.Hour}, fixesAt(90, 10, 20, 95), [][]float64{{90, 90, 10, 20}, {155, 95}}},
		"hours back, then now": {Cadence{9, 5 * time.Minute}, fixesAt(300, 60, 61, 310), [][]float64{{305, 300, 60, 61}, {315, 310}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := plain(Plan(tc.fixes, tc.cadence, Faults{}, 1)); !reflect.DeepEqual(got, tc.want) {
				t.Errorf("%v, want %v", got, tc.want)
			}
		})
	}
}

// journey returns random fixes with repeats, disorder and gaps.
func journey(rng *rand.Rand) []trace.Fix {
	fixes := make([]trace.Fix, rng.IntN(400))
	now := morning
	for i := range fixes {
		now = now.Add(time.Duration(rng.Int64N(int64(4 * time.Minute))))
		recorded := now
		switch rng.IntN(20) {
		case 0:
			recorded = now.Add(-time.Duration(rng.Int64N(int64(12 * time.Hour))))
		case 1:
			now = now.Add(time.Duration(rng.Int64N(int64(6 * time.Hour))))
		}
		fixes[i] = trace.Fix{RecordedAt: recorded, Lat: rng.Float64(), Lon: rng.Float64()}
		if i > 0 && rng.IntN(30) == 0 {
			fixes[i] = fixes[i-1]
		}
	}
	return fixes
}

func randomCadence(rng *rand.Rand) Cadence {
	return Cadence{Fixes: 1 + rng.IntN(30), Every: time.Duration(1 + rng.Int64N(int64(20*time.Minute)))}
}

func randomFaults(rng *rand.Rand) Faults {
	rate := func() float64 { return max(0, rng.Float64()*1.4-0.2) } // It is also 0 and above 1.
	return Faults{
		Offline: rate() / 5, OfflineFor: time.Duration(rng.Int64N(int64(5 * time.Hour))),
		Late: rate(), LateBy: time.Duration(rng.Int64N(int64(time.Hour))),
		Swap: rate(), Repeat: rate(), Overlap: rate(),
	}
}

func count(uploads []Upload) map[trace.Fix]int {
	n := map[trace.Fix]int{}
	for _, u := range uploads {
		for _, f := range u.Fixes {
			n[f]++
		}
	}
	return n
}

func TestWithoutFaultsEveryFixIsSentOnceInOrder(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		fixes, cadence := journey(rng), randomCadence(rng)
		var sent []trace.Fix
		for _, u := range Plan(fixes, cadence, Faults{}, seed) {
			if len(u.Fixes) == 0 || len(u.Fixes) > cadence.Fixes {
				t.Fatalf("seed %d: an upload has %d fixes, the cadence is %+v", seed, len(u.Fixes), cadence)
			}
			sent = append(sent, u.Fixes...)
		}
		if !slices.Equal(sent, fixes) {
			t.Fatalf("seed %d: %d fixes sent, want the %d fixes of the trace in their order", seed, len(sent), len(fixes))
		}
	}
}

func TestWithFaultsNoFixIsLostAndNoneIsSentTooEarly(t *testing.T) {
	t.Parallel()
	for seed := range uint64(600) {
		rng := rand.New(rand.NewPCG(seed, 2))
		fixes, cadence, faults := journey(rng), randomCadence(rng), randomFaults(rng)
		kept := slices.Clone(fixes)
		plan := Plan(fixes, cadence, faults, seed)
		want, got := count([]Upload{{Fixes: fixes}}), count(plan)
		for fix, n := range want {
			if got[fix] < n {
				t.Fatalf("seed %d %+v: %d copies of %+v planned, want at least %d", seed, faults, got[fix], fix, n)
			}
		}
		if len(got) != len(want) {
			t.Fatalf("seed %d: %d different fixes planned, the trace has %d", seed, len(got), len(want))
		}
		for i, u := range plan {
			if len(u.Fixes) == 0 || len(u.Fixes) > MaxFixes+overlapFixes {
				t.Fatalf("seed %d: upload of %d fixes", seed, len(u.Fixes))
			}
			if i > 0 && u.At.Before(plan[i-1].At) {
				t.Fatalf("seed %d: upload %d comes before the previous one", seed, i)
			}
			for _, f := range u.Fixes {
				if f.RecordedAt.After(u.At) {
					t.Fatalf("seed %d %+v: a fix recorded at %v is in the upload of %v", seed, faults, f.RecordedAt, u.At)
				}
			}
		}
		if !slices.Equal(kept, fixes) {
			t.Fatalf("seed %d: planning changed the trace", seed)
		}
	}
}

func TestTheSameSeedGivesTheSamePlan(t *testing.T) {
	t.Parallel()
	different := 0
	for seed := range uint64(100) {
		rng := rand.New(rand.NewPCG(seed, 3))
		fixes, cadence, faults := journey(rng), randomCadence(rng), randomFaults(rng)
		plan := Plan(fixes, cadence, faults, seed)
		if !reflect.DeepEqual(plan, Plan(fixes, cadence, faults, seed)) {
			t.Fatalf("seed %d: the second plan is different", seed)
		}
		if !reflect.DeepEqual(plan, Plan(fixes, cadence, faults, seed+1)) {
			different++
		}
	}
	if different < 80 {
		t.Errorf("another seed gave another plan in only %d of 100 cases", different)
	}
}
