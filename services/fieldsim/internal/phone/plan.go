// Package phone says what a phone uploads and when, given the fixes it records. It is pure: the same fixes, cadence,
// faults and seed give the same plan, so that a test knows what to expect and a restart goes on with the same day.
//
// A plan carries every fix at least once, exactly once and in the order given when there are no faults, and never a fix
// before the moment at which it was recorded.
package phone

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// MaxFixes is the most that one upload carries; the server takes 10,000.
const MaxFixes = 5000

// Cadence is when a phone with signal uploads: when it has so many fixes, or when the oldest has waited so long.
type Cadence struct {
	Fixes int // 1 to MaxFixes
	Every time.Duration
}

// Upload is what a phone posts at an instant of domain time. Its fixes are not to be changed: plans share them.
type Upload struct {
	At    time.Time
	Fixes []trace.Fix
}

// Plan returns the uploads in the order in which the phone starts them. The fixes are taken in the order given: one that
// is older than its predecessor was recorded in time and came out of the phone late.
func Plan(fixes []trace.Fix, c Cadence, f Faults, seed uint64) []Upload {
	rng := rand.New(rand.NewPCG(seed, 0x74657272656e6f))
	uploads := collect(fixes, c)
	uploads = f.goOffline(uploads, rng)
	uploads = f.overlap(uploads, rng)
	uploads = f.swap(uploads, rng)
	uploads = f.delay(uploads, rng)
	uploads = f.repeat(uploads, rng)
	Sort(uploads)
	return uploads
}

// Sort orders uploads by their instant; those of the same instant keep their order.
func Sort(uploads []Upload) {
	slices.SortStableFunc(uploads, func(a, b Upload) int { return a.At.Compare(b.At) })
}

// collect is the phone that nothing happens to.
func collect(fixes []trace.Fix, c Cadence) []Upload {
	var uploads []Upload
	var opened, now time.Time
	begin := 0
	flush := func(end int, at time.Time) {
		if begin < end {
			uploads = append(uploads, Upload{At: at, Fixes: fixes[begin:end:end]})
			begin = end
		}
	}
	for i, fix := range fixes {
		if fix.RecordedAt.After(now) {
			now = fix.RecordedAt
		}
		if now.Sub(opened) >= c.Every {
			flush(i, opened.Add(c.Every))
		}
		if begin == i {
			opened = now
		}
		if i+1-begin >= c.Fixes {
			flush(i+1, now)
		}
	}
	flush(len(fixes), opened.Add(c.Every))
	return uploads
}
