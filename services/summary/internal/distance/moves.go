package distance

import (
	"github.com/terreno/terreno/pkg/geo"
)

const (
	leastMoveM   = 30 // a displacement below says nothing
	windowSigmas = 6  // the displacement in a window that noise does not reach
	legSigmas    = 7  // and that of a single leg
	denseMS      = 180_000 / 3
	besideMS     = 5 * 60_000 // of the stay beside a move, that much is averaged
	edgeMS       = 60_000     // of a move, that much may still belong to the stay
	edgeM        = 15
	edgeSigmas   = 2
	noMoveM      = 40
)

// windowsMS are the lengths of the windows in which a displacement is looked for.
var windowsMS = [...]int64{30_000, 60_000, 180_000}

// stretch is a piece between two gaps, with its sums and the wander of its phone.
type stretch struct {
	fixes []fix
	sums  sums
	sigma float64
	plane geo.Projection
	moves []move
}

// move is a way between two stays. The fixes from first to last belong to it, and start and end are where the stays beside it
// are: fixes first-1 and last+1, or fixes first and last themselves where no stay is. When first > last, it has no fix of its own.
type move struct {
	first, last int
	start, end  fix
	from, until int64
	legs        []leg
}

// sigmaOf returns the standard deviation of each axis of the fixes from a up to b.
func (s *stretch) sigmaOf(a, b int) float64 { return max(s.sums.accuracy(a, b)/perSigma, s.sigma) }

// moving says of each leg (i to i+1) whether it is part of a move.
func (s *stretch) moving() []bool {
	n := len(s.fixes)
	fixes := make([]bool, n)
	for _, length := range windowsMS {
		s.look(fixes, length)
	}
	legs := make([]bool, n-1)
	for i := range legs {
		a, b := &s.fixes[i], &s.fixes[i+1]
		if b.at-a.at <= denseMS {
			legs[i] = fixes[i] && fixes[i+1]
			continue
		}
		legs[i] = apart(a, b) > max(leastMoveM, legSigmas*s.sigmaOf(i, i+2))
	}
	return legs
}

// look marks the fixes around which a window of a length leads somewhere. Near an end of the stretch the window lies within it.
func (s *stretch) look(moves []bool, length int64) {
	first, last := s.fixes[0].at, s.fixes[len(s.fixes)-1].at
	if last-first < length {
		return
	}
	var w window
	for i := range s.fixes {
		if moves[i] {
			continue
		}
		w.move(s.fixes, max(first, min(last-length, s.fixes[i].at-length/2)), length)
		d2, ok := w.thirds(s.sums)
		if !ok || d2 <= leastMoveM*leastMoveM {
			continue
		}
		least := windowSigmas * s.sigmaOf(w.a, w.d)
		moves[i] = d2 > least*least
	}
}

// find returns the moves of a stretch, in order. It leaves out what is too short to be one.
func (s *stretch) find() []move {
	if len(s.fixes) < 2 {
		return nil
	}
	var found []move
	legs := s.moving()
	stayFrom := 0
	for i := 0; i < len(legs); {
		if !legs[i] {
			i++
			continue
		}
		j := i
		for j < len(legs) && legs[j] {
			j++
		}
		stayUntil := j
		for stayUntil < len(legs) && !legs[stayUntil] {
			stayUntil++
		}
		m := s.move(stayFrom, i, j, stayUntil)
		if m.legs = s.legs(&m); straight(m.legs) >= noMoveM && m.until > m.from {
			found = append(found, m)
		}
		stayFrom, i = j, stayUntil
	}
	return found
}

// move makes the move from fix i to fix j, between the stay from fix before to i and the one from j to fix after.
func (s *stretch) move(before, i, j, after int) move {
	m := move{first: i, last: j, start: s.fixes[i], end: s.fixes[j]}
	// The two moves beside a short stay share its time.
	middle := func(a, b int) int64 { return (s.fixes[a].at + s.fixes[b].at) / 2 }
	if before < i {
		at, within := s.beside(before, i, true)
		for k := i; k <= j && s.fixes[k].at-s.fixes[i].at <= edgeMS; k++ {
			if near(&s.fixes[k], &at, within) {
				m.first = k + 1
			}
		}
		m.start = at
		m.start.at = s.fixes[m.first-1].at
		if m.first == i {
			m.start.at = max(m.start.at, middle(before, i))
		}
	}
	if after > j {
		at, within := s.beside(j, after, false)
		for k := j; k >= m.first && s.fixes[j].at-s.fixes[k].at <= edgeMS; k-- {
			if near(&s.fixes[k], &at, within) {
				m.last = k - 1
			}
		}
		m.end = at
		m.end.at = s.fixes[m.last+1].at
		if m.last == j {
			m.end.at = min(m.end.at, middle(j, after))
		}
	}
	m.from, m.until = m.start.at, m.end.at
	return m
}

func near(f, at *fix, within float64) bool { return apart(f, at) <= within }

// beside returns the mean of the part of the stay from fix a to b that is next to the move: its end before a move, its beginning
// after one. within is how far from there a fix still belongs to the stay.
func (s *stretch) beside(a, b int, end bool) (at fix, within float64) {
	if b-a > 1 { // The fixes at its ends may be of the moves.
		a, b = a+1, b-1
	}
	if end {
		for s.fixes[b].at-s.fixes[a].at > besideMS {
			a++
		}
	} else {
		for s.fixes[b].at-s.fixes[a].at > besideMS {
			b--
		}
	}
	return s.meanOf(a, b+1), max(edgeM, edgeSigmas*s.sigmaOf(a, b+1))
}

// meanOf returns the mean of the fixes from a up to b, with their mean accuracy.
func (s *stretch) meanOf(a, b int) fix {
	x, y := s.sums.mean(a, b)
	at := fix{x: s.sums.x0 + x, y: s.sums.y0 + y, accuracy: s.sums.accuracy(a, b), speed: -1}
	at.lat, at.lon = s.plane.LatLon(at.x, at.y)
	return at
}
