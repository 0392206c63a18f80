package phone

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// repeatWithin is how soon the second copy of a repeated upload follows: an app that lost the answer.
const repeatWithin = 5 * time.Minute

// overlapFixes is the most fixes that an upload sends again from the one before it: an app that did not note how far it
// had come.
const overlapFixes = 3

// Faults are what happens to a phone in the field. Each number is the probability, in [0, 1], that an upload meets it;
// the zero value is a perfect phone.
type Faults struct {
	// Offline begins a gap without signal, between a quarter of OfflineFor and OfflineFor long, whose fixes come in one
	// upload at its end.
	Offline    float64
	OfflineFor time.Duration
	// Late sends an upload up to LateBy later, possibly after younger ones.
	Late   float64
	LateBy time.Duration
	// Swap sends an upload right after the one that follows it.
	Swap float64
	// Repeat sends the same upload twice.
	Repeat float64
	// Overlap sends the last fixes of the upload before it again.
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
		// Not earlier than the second one's own time: its fixes do not exist before that.
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

// span is random in [1 ns, longest].
func span(longest time.Duration, rng *rand.Rand) time.Duration {
	return 1 + time.Duration(rng.Int64N(max(1, int64(longest))))
}
