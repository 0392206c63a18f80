package distance

import (
	"math"
	"slices"
)

// How far a phone's position wanders is measured in windows of wanderMS, one every wanderStepMS, that lead nowhere: the
// displacement from the mean of the first third to the mean of the last third is below the spread in the window.
const (
	wanderMS     = 600_000
	wanderStepMS = 150_000
	wanderFixes  = 6   // a window with fewer says nothing
	wanderLeast  = 4   // fewer windows say nothing
	wanderMostM  = 40  // nobody's phone wanders farther for a whole day
	wanderRaise  = 1.1 // a window of some minutes shows less than the whole spread
	perSigma     = 1.5 // the accuracy of two dimensions (68 %) over the standard deviation of one axis
	// Somebody who walks in a small circle leads nowhere either. Such a window is told apart by what the phone says: a mean
	// speed above strollMPS, or a spread of more than dishonest times the accuracy.
	strollMPS = 0.7
	dishonest = 4
)

// sums are running sums over fixes: element i of at is the sum over the fixes before i. Places are relative to x0, y0.
type sums struct {
	at     []sum
	x0, y0 float64
}

type sum struct{ x, y, squares, accuracy, speed, speeds float64 }

func sumsOf(fixes []fix) sums {
	s := sums{make([]sum, len(fixes)+1), fixes[0].x, fixes[0].y}
	var at sum
	for i := range fixes {
		f := &fixes[i]
		x, y := f.x-s.x0, f.y-s.y0
		at.x += x
		at.y += y
		at.squares += x*x + y*y
		at.accuracy += f.accuracy
		if f.speed >= 0 {
			at.speed += f.speed
			at.speeds++
		}
		s.at[i+1] = at
	}
	return s
}

// part returns the sums over the fixes from a up to b.
func (s sums) part(a, b int) sums { return sums{s.at[a : b+1], s.x0, s.y0} }

// mean returns the mean place of the fixes from a up to b, relative to x0, y0.
func (s sums) mean(a, b int) (x, y float64) {
	n := float64(b - a)
	return (s.at[b].x - s.at[a].x) / n, (s.at[b].y - s.at[a].y) / n
}

// accuracy returns the mean accuracy of the fixes from a up to b.
func (s sums) accuracy(a, b int) float64 { return (s.at[b].accuracy - s.at[a].accuracy) / float64(b-a) }

// spread2 returns the mean square distance of the fixes from a up to b from their mean.
func (s sums) spread2(a, b int) float64 {
	x, y := s.mean(a, b)
	return max(0, (s.at[b].squares-s.at[a].squares)/float64(b-a)-x*x-y*y)
}

// strolls says whether the phone reports, with each fix from a up to b, a speed, and on average that of somebody who goes somewhere.
func (s sums) strolls(a, b int) bool {
	n := s.at[b].speeds - s.at[a].speeds
	return int(n) == b-a && s.at[b].speed-s.at[a].speed > strollMPS*n
}

// window finds the parts of a stretch of time in a piece. Its instants must not decrease from call to call.
type window struct{ a, b, c, d int }

// move finds the window of a length that begins at an instant: its first third is a to b, its last third c to d, each up to but not
// including the latter.
func (w *window) move(piece []fix, from, length int64) {
	w.a = advance(piece, w.a, from)
	w.b = advance(piece, max(w.a, w.b), from+length/3)
	w.c = advance(piece, max(w.b, w.c), from+length-length/3)
	w.d = advance(piece, max(w.c, w.d), from+length+1)
}

func advance(piece []fix, i int, at int64) int {
	for i < len(piece) && piece[i].at < at {
		i++
	}
	return i
}

// thirds returns the square of the distance from the mean of the first third to that of the last. ok is false when one of them has no
// fix.
func (w *window) thirds(s sums) (d2 float64, ok bool) {
	if w.a == w.b || w.c == w.d {
		return 0, false
	}
	ax, ay := s.mean(w.a, w.b)
	bx, by := s.mean(w.c, w.d)
	return (bx-ax)*(bx-ax) + (by-ay)*(by-ay), true
}

// wander returns the standard deviation, of each axis in metres, of a phone's position while it leads nowhere, or 0 when the blocks
// do not show it.
func wander(blocks []block, all []sums) float64 {
	var found []float64
	for i, b := range blocks {
		var w window
		last := b.fixes[len(b.fixes)-1].at - wanderMS
		for from := b.fixes[0].at; from <= last; from += wanderStepMS {
			w.move(b.fixes, from, wanderMS)
			if sigma, ok := w.leadsNowhere(all[i]); ok {
				found = append(found, sigma)
			}
		}
	}
	if len(found) < wanderLeast {
		return 0
	}
	slices.Sort(found)
	return min(wanderMostM, wanderRaise*found[len(found)/2])
}

func (w *window) leadsNowhere(s sums) (sigma float64, ok bool) {
	d2, ok := w.thirds(s)
	if !ok || w.d-w.a < wanderFixes {
		return 0, false
	}
	spread2 := s.spread2(w.a, w.d)
	sigma = math.Sqrt(spread2 / 2)
	return sigma, d2 < spread2 && !s.strolls(w.a, w.d) && sigma <= dishonest*s.accuracy(w.a, w.d)
}
