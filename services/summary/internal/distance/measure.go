package distance

import (
	"slices"

	"github.com/terreno/terreno/pkg/geo"
)

// stopMS is the least time of a stop. A shorter stay is a halt of a trip.
const stopMS = 3 * 60_000

// measurer collects the report of a day, device by device.
type measurer struct {
	report  *Report
	options Options
	plane   geo.Projection
	last    *fix // the last fix so far
	trip    *Trip
}

// device measures what one device recorded while it counted.
func (m *measurer) device(all []reading) {
	blocks := m.clean(all)
	running := make([]sums, len(blocks))
	for i, b := range blocks {
		running[i] = sumsOf(b.fixes)
	}
	sigma := wander(blocks, running)
	m.report.WanderM = max(m.report.WanderM, sigma)
	var stretches []stretch
	for i, b := range blocks {
		from := 0
		for _, cut := range append(b.cuts, len(b.fixes)) {
			s := stretch{fixes: b.fixes[from:cut], sums: running[i].part(from, cut), sigma: sigma, plane: m.plane}
			s.moves = s.find()
			stretches = append(stretches, s)
			from = cut
		}
	}
	withSpeed := trusted(stretches)
	for i := range stretches {
		m.gap(&stretches[i].fixes[0], i > 0)
		m.stretch(&stretches[i], withSpeed)
	}
}

// gap records the time from the last fix to the next one, if there was one. Between two devices it has no length.
func (m *measurer) gap(next *fix, sameDevice bool) {
	if m.last == nil {
		return
	}
	m.endTrip()
	g := Gap{From: m.last.at, Until: next.at}
	if sameDevice {
		g.DistanceM = length(m.last, next)
	}
	m.report.GapM += g.DistanceM
	m.report.GapMS += g.Until - g.From
	m.report.Gaps = append(m.report.Gaps, g)
}

// stretch adds the moves and the stays of a stretch.
func (m *measurer) stretch(s *stretch, withSpeed bool) {
	m.report.Counted += len(s.fixes)
	stayFrom, k := s.fixes[0].at, 0
	for i := range s.moves {
		v := &s.moves[i]
		k = m.stay(s, k, stayFrom, v.from)
		m.move(s, v, withSpeed)
		stayFrom = v.until
	}
	m.last = &s.fixes[len(s.fixes)-1]
	m.stay(s, k, stayFrom, m.last.at)
}

// stay adds a stay. Its fixes begin at index k or later; it returns where they end.
func (m *measurer) stay(s *stretch, k int, from, until int64) int {
	m.report.StoppedMS += until - from
	k = advance(s.fixes, k, from)
	end := advance(s.fixes, k, until+1)
	if until-from < stopMS || end == k {
		return k
	}
	m.endTrip()
	at := s.meanOf(k, end)
	m.report.Stops = append(m.report.Stops, Stop{From: from, Until: until, Lat: at.lat, Lon: at.lon})
	return k
}

// move adds a move to the trip that is under way, or begins one.
func (m *measurer) move(s *stretch, v *move, withSpeed bool) {
	distance, fastest := v.measure(withSpeed, m.options.MaxSpeedMPS)
	m.report.DistanceM += distance
	m.report.MovingMS += v.until - v.from
	m.report.MaxSpeedMPS = max(m.report.MaxSpeedMPS, fastest)
	if m.trip == nil {
		m.trip = &Trip{From: v.start.point()}
	}
	t := m.trip
	t.Until = v.end.point()
	t.DistanceM += distance
	t.MovingMS += v.until - v.from
	t.MaxSpeedMPS = max(t.MaxSpeedMPS, fastest)
	if !m.options.Ways {
		return
	}
	t.Way = slices.Grow(t.Way, v.last-v.first+3)
	t.Way = appendLater(t.Way, v.start.point())
	for i := v.first; i <= v.last; i++ {
		t.Way = appendLater(t.Way, s.fixes[i].point())
	}
	t.Way = appendLater(t.Way, t.Until)
}

// appendLater appends a point that is later than the last one.
func appendLater(way []Point, p Point) []Point {
	if n := len(way); n > 0 && way[n-1].At >= p.At {
		return way
	}
	return append(way, p)
}

func (m *measurer) endTrip() {
	if m.trip != nil {
		m.report.Trips = append(m.report.Trips, *m.trip)
		m.trip = nil
	}
}

// close ends the report.
func (m *measurer) close() {
	m.endTrip()
	if m.report.MovingMS > 0 {
		m.report.AvgMovingSpeedMPS = m.report.DistanceM / float64(m.report.MovingMS) * 1000
	}
}
