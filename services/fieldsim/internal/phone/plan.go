// Package phone plans what a phone uploads and when, from the fixes that it records. It is pure: the same fixes, cadence,
// faults and seed give the same plan. So a test knows what to expect, and after a restart a phone continues the same day.
//
// A plan contains every fix at least once, and never sends a fix before the time at which it was recorded. Without faults
// it contains every fix exactly once, in the given order.
package phone

import (
	"math/rand/v2"
	"slices"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// MaxFixes is the most fixes in one upload. The server accepts up to 10,000.
const MaxFixes = 5000

// Cadence says when a phone with signal uploads: when it holds Fixes fixes, or when the oldest of them has waited for Every.
type Cadence struct {
	Fixes int // 1 to MaxFixes
	Every time.Duration
}

// Upload holds the fixes that a phone sends at an instant of domain time. Nobody may change the fixes, because plans share
// them.
type Upload struct {
	At    time.Time
	Fixes []trace.Fix
}

// Plan returns the uploads in the order in which the phone starts them. It takes the fixes in the given order. If a fix is
// older than the fix before it, the phone recorded it at its time but released it late.
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

// Sort sorts uploads by their time. Uploads of the same time keep their order.
func Sort(uploads []Upload) {
	slices.SortStableFunc(uploads, func(a, b Upload) int { return a.At.Compare(b.At) })
}

// collect returns the plan of a phone without faults.
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
