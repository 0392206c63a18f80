package distance

const (
	anchorM     = 24  // anchors are at least so far from one another
	apartSigmas = 1.2 // and so many times the sum of their standard deviations
	// Speeds are used in a move whose legs take so long on average. Faster ones are measured well by their places.
	speedLegMS = 10_000
	speedGapMS = 60_000
	// A leg by speed is held between these shares of the straight leg. It is no shorter than that leg without its noise.
	noiseSigmas           = 2
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
	noise    float64 // what the straight leg may be too long by
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
		if apart(f, &at) < max(anchorM, apartSigmas*(s.sigmaAt(&at)+s.sigmaAt(f))) {
			continue
		}
		legs = append(legs, s.leg(m, &at, f, from, i))
		at, from = *f, i+1
	}
	if apart(&m.end, &at) > 0 || len(legs) == 0 {
		legs = append(legs, s.leg(m, &at, &m.end, from, len(way)))
	}
	return legs
}

// sigmaAt returns the standard deviation of each axis of a fix.
func (s *stretch) sigmaAt(f *fix) float64 { return max(f.accuracy/perSigma, s.sigma) }

// leg measures the way from a to b, which are elements from-1 and until of the way of m.
func (s *stretch) leg(m *move, a, b *fix, from, until int) leg {
	l := leg{ms: b.at - a.at, straight: length(a, b), noise: noiseSigmas * (s.sigmaAt(a) + s.sigmaAt(b)), bySpeed: -1}
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
func trusted(found []stretch) bool {
	var bySpeed, straight float64
	for _, s := range found {
		for i := range s.moves {
			if !s.moves[i].slow() {
				continue
			}
			for _, l := range s.moves[i].legs {
				if l.bySpeed >= 0 {
					bySpeed += l.bySpeed
					straight += l.straight
				}
			}
		}
	}
	return bySpeed >= leastOfLegs*straight && bySpeed <= mostOfLegs*straight
}

// slow says whether the legs of a move take long.
func (m *move) slow() bool { return m.until-m.from >= speedLegMS*int64(len(m.legs)) }

// measure returns the length of a move and its highest speed.
func (m *move) measure(withSpeed bool, limit float64) (distance, fastest float64) {
	var part float64
	var ms int64
	withSpeed = withSpeed && m.slow()
	for _, l := range m.legs {
		d := l.straight
		if withSpeed && l.bySpeed >= 0 {
			d = max(leastOfLeg*d, d-l.noise, min(mostOfLeg*d, l.bySpeed))
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
