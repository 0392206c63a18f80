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

// sums are running sums over the fixes of a piece: element i is the sum over the fixes before i. Places are relative to the first.
type sums []sum

type sum struct{ x, y, squares, accuracy, speed, speeds float64 }

func sumsOf(piece []fix) sums {
	s := make(sums, len(piece)+1)
	x0, y0 := piece[0].x, piece[0].y
	for i := range piece {
		f, at := &piece[i], s[i]
		x, y := f.x-x0, f.y-y0
		at.x += x
		at.y += y
		at.squares += x*x + y*y
		at.accuracy += f.accuracy
		if f.speed >= 0 {
			at.speed += f.speed
			at.speeds++
		}
		s[i+1] = at
	}
	return s
}

// mean returns the mean place of the fixes from a up to b, relative to the first of the piece.
func (s sums) mean(a, b int) (x, y float64) {
	n := float64(b - a)
	return (s[b].x - s[a].x) / n, (s[b].y - s[a].y) / n
}

// accuracy returns the mean accuracy of the fixes from a up to b.
func (s sums) accuracy(a, b int) float64 { return (s[b].accuracy - s[a].accuracy) / float64(b-a) }

// spread returns the root mean square distance of the fixes from a up to b from their mean.
func (s sums) spread(a, b int) float64 {
	x, y := s.mean(a, b)
	return math.Sqrt(max(0, (s[b].squares-s[a].squares)/float64(b-a)-x*x-y*y))
}

// strolls says whether the phone reports, with each fix from a up to b, a speed, and on average that of somebody who goes somewhere.
func (s sums) strolls(a, b int) bool {
	n := s[b].speeds - s[a].speeds
	return int(n) == b-a && s[b].speed-s[a].speed > strollMPS*n
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

// thirds returns how far the mean of the last third is from that of the first. ok is false when one of them has no fix.
func (w *window) thirds(s sums) (d float64, ok bool) {
	if w.a == w.b || w.c == w.d {
		return 0, false
	}
	ax, ay := s.mean(w.a, w.b)
	bx, by := s.mean(w.c, w.d)
	return math.Hypot(bx-ax, by-ay), true
}

// wander returns the standard deviation, of each axis in metres, of a phone's position while it leads nowhere, or 0 when the pieces
// do not show it.
func wander(pieces [][]fix, all []sums) float64 {
	var found []float64
	for i, piece := range pieces {
		var w window
		last := piece[len(piece)-1].at - wanderMS
		for from := piece[0].at; from <= last; from += wanderStepMS {
			w.move(piece, from, wanderMS)
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
	d, ok := w.thirds(s)
	if !ok || w.d-w.a < wanderFixes {
		return 0, false
	}
	spread := s.spread(w.a, w.d)
	sigma = spread / math.Sqrt2
	return sigma, d < spread && !s.strolls(w.a, w.d) && sigma <= dishonest*s.accuracy(w.a, w.d)
}
