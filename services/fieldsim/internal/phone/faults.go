package phone

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// repeatWithin is the longest time between an upload and its repeat. A real app repeats an upload when it lost the response.
const repeatWithin = 5 * time.Minute

// overlapFixes is the most fixes of the previous upload that an upload sends again. A real app does this when it did not
// record which fixes it had sent.
const overlapFixes = 3

// Faults are the faults of phones in the field. Each number is the probability, in [0, 1], that the fault happens to an
// upload. The zero value is a phone without faults.
type Faults struct {
	// Offline begins a gap without signal. The gap lasts between a quarter of OfflineFor and OfflineFor. At its end the
	// phone sends the fixes of the gap in one upload.
	Offline    float64
	OfflineFor time.Duration
	// Late delays an upload by at most LateBy, so that later uploads may arrive before it.
	Late   float64
	LateBy time.Duration
	// Swap exchanges an upload with the next one.
	Swap float64
	// Repeat sends an upload twice.
	Repeat float64
	// Overlap sends the last fixes of the previous upload again.
	Overlap float64
}

func (f Faults) goOffline(uploads []Upload, rng *rand.Rand) []Upload {
	var out []Upload
	for i := 0; i < len(uploads); {
		gap := f.OfflineFor/4 + span(f.OfflineFor*3/4, rng)
		if rng.Float64() >= f.Offline {
			out = append(out, uploads[i])
			i++
			continue
		}
		back := uploads[i].At.Add(gap)
		var kept []trace.Fix
		for first := i; i == first || i < len(uploads) && uploads[i].At.Before(back); i++ {
			kept = append(kept, uploads[i].Fixes...)
		}
		for part := range slices.Chunk(kept, MaxFixes) {
			out = append(out, Upload{At: back, Fixes: part})
		}
	}
	return out
}

func (f Faults) overlap(uploads []Upload, rng *rand.Rand) []Upload {
	out := slices.Clone(uploads)
	for i := 1; i < len(uploads); i++ {
		n := 1 + rng.IntN(overlapFixes)
		if rng.Float64() >= f.Overlap {
			continue
		}
		before := uploads[i-1].Fixes
		out[i].Fixes = slices.Concat(before[max(0, len(before)-n):], uploads[i].Fixes)
	}
	return out
}

func (f Faults) swap(uploads []Upload, rng *rand.Rand) []Upload {
	for i := 0; i+1 < len(uploads); i++ {
		if rng.Float64() >= f.Swap {
			continue
		}
		// Both are sent at the time of the second upload, because its fixes do not exist before that time.
		first, second := uploads[i], uploads[i+1]
		first.At = second.At
		uploads[i], uploads[i+1] = second, first
		i++
	}
	return uploads
}

func (f Faults) delay(uploads []Upload, rng *rand.Rand) []Upload {
	for i := range uploads {
		d := span(f.LateBy, rng)
		if rng.Float64() < f.Late {
			uploads[i].At = uploads[i].At.Add(d)
		}
	}
	return uploads
}

func (f Faults) repeat(uploads []Upload, rng *rand.Rand) []Upload {
	for _, u := range uploads {
		d := span(repeatWithin, rng)
		if rng.Float64() < f.Repeat {
			uploads = append(uploads, Upload{At: u.At.Add(d), Fixes: u.Fixes})
		}
	}
	return uploads
}

// span returns a random duration from 1 ns to longest.
func span(longest time.Duration, rng *rand.Rand) time.Duration {
	return 1 + time.Duration(rng.Int64N(max(1, int64(longest))))
}
