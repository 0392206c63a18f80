package distance

import (
	"math"

	"github.com/terreno/terreno/pkg/geo"
)

const (
	anchorM    = 15 // anchors are at least so far from one another
	speedLegMS = 10_000
	speedGapMS = 120_000
	// A leg by speed is held between these shares of the straight leg.
	leastOfLeg, mostOfLeg = 0.6, 1.6
	// All legs by speed together must be between these shares of the straight ones. Otherwise the phone's speeds are not to
	// be trusted: some report 0 always.
	leastOfLegs, mostOfLegs = 0.85, 1.6
	fastestMS               = 10_000 // the stretch over which the highest speed is a mean
)

// leg is the way from one anchor to the next.
type leg struct {
	ms       int64
	straight float64
	bySpeed  float64 // the integral of the speeds, or below 0 where they do not say
}

// straight returns the length of legs without their speeds.
func straight(legs []leg) (m float64) {
	for _, l := range legs {
		m += l.straight
	}
	return m
}

// legs measures a move from anchor to anchor. The start and the end are anchors.
func (s *stretch) legs(m *move) []leg {
	way := s.smooth(m)
	var legs []leg
	at, from := m.start, 0 // from is an index of way, one after that of at
	for i := range way {
		f := &way[i]
		if math.Hypot(f.x-at.x, f.y-at.y) < max(anchorM, s.radius(&at)+s.radius(f)) {
			continue
		}
		legs = append(legs, s.leg(m, &at, f, from, i))
		at, from = *f, i+1
	}
	if math.Hypot(m.end.x-at.x, m.end.y-at.y) > 0 || len(legs) == 0 {
		legs = append(legs, s.leg(m, &at, &m.end, from, len(way)))
	}
	return legs
}

func (s *stretch) radius(f *fix) float64 { return max(f.accuracy, perSigma*s.sigma) }

// leg measures the way from a to b, which are elements from-1 and until of the way of m.
func (s *stretch) leg(m *move, a, b *fix, from, until int) leg {
	aLat, aLon := s.plane.LatLon(a.x, a.y)
	bLat, bLon := s.plane.LatLon(b.x, b.y)
	l := leg{ms: b.at - a.at, straight: geo.Distance(aLat, aLon, bLat, bLon), bySpeed: -1}
	if l.ms < speedLegMS {
		return l
	}
	var sum float64
	for i := max(0, m.first+from-1); i < min(len(s.fixes)-1, m.first+until); i++ {
		f, g := &s.fixes[i], &s.fixes[i+1]
		if f.speed < 0 || g.speed < 0 || g.at-f.at > speedGapMS {
			return l
		}
		sum += (f.speed + g.speed) / 2 * float64(g.at-f.at) / 1000
	}
	l.bySpeed = sum
	return l
}

// trusted says whether the speeds of all moves agree with the places.
func trusted(found [][]move) bool {
	var bySpeed, straight float64
	for _, moves := range found {
		for i := range moves {
			for _, l := range moves[i].legs {
				if l.bySpeed >= 0 {
					bySpeed += l.bySpeed
					straight += l.straight
				}
			}
		}
	}
	return bySpeed >= leastOfLegs*straight && bySpeed <= mostOfLegs*straight
}

// measure returns the length of a move and its highest speed.
func (m *move) measure(withSpeed bool, limit float64) (distance, fastest float64) {
	var part float64
	var ms int64
	for _, l := range m.legs {
		d := l.straight
		if withSpeed && l.bySpeed >= 0 {
			d = max(leastOfLeg*d, min(mostOfLeg*d, l.bySpeed))
		}
		distance += d
		part += d
		if ms += l.ms; ms >= fastestMS {
			fastest = max(fastest, part/float64(ms)*1000)
			part, ms = 0, 0
		}
	}
	if took := m.until - m.from; fastest == 0 && took > 0 {
		fastest = distance / float64(took) * 1000
	}
	return distance, min(fastest, limit)
}
