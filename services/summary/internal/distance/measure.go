package distance

import "github.com/terreno/terreno/pkg/geo"

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
	pieces := m.clean(all)
	stretches := make([]stretch, len(pieces))
	running := make([]sums, len(pieces))
	for i := range pieces {
		running[i] = sumsOf(pieces[i])
	}
	sigma := wander(pieces, running)
	m.report.WanderM = max(m.report.WanderM, sigma)
	found := make([][]move, len(pieces))
	for i := range pieces {
		stretches[i] = stretch{fixes: pieces[i], sums: running[i], sigma: sigma, plane: m.plane}
		found[i] = stretches[i].moves()
	}
	withSpeed := trusted(found)
	for i := range stretches {
		m.gap(&stretches[i].fixes[0], i > 0)
		m.stretch(&stretches[i], found[i], withSpeed)
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
		g.DistanceM = geo.Distance(m.last.lat, m.last.lon, next.lat, next.lon)
	}
	m.report.GapM += g.DistanceM
	m.report.GapMS += g.Until - g.From
	m.report.Gaps = append(m.report.Gaps, g)
}

// stretch adds the moves and the stays of a stretch.
func (m *measurer) stretch(s *stretch, moves []move, withSpeed bool) {
	m.report.Counted += len(s.fixes)
	stayFrom, k := s.fixes[0].at, 0
	for i := range moves {
		k = m.stay(s, k, stayFrom, moves[i].from)
		m.move(s, &moves[i], withSpeed)
		stayFrom = moves[i].until
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
	lat, lon := s.plane.LatLon(at.x, at.y)
	m.report.Stops = append(m.report.Stops, Stop{From: from, Until: until, Lat: lat, Lon: lon})
	return k
}

// move adds a move to the trip that is under way, or begins one.
func (m *measurer) move(s *stretch, v *move, withSpeed bool) {
	distance, fastest := v.measure(withSpeed, m.options.MaxSpeedMPS)
	m.report.DistanceM += distance
	m.report.MovingMS += v.until - v.from
	m.report.MaxSpeedMPS = max(m.report.MaxSpeedMPS, fastest)
	if m.trip == nil {
		m.trip = &Trip{From: s.point(&v.start)}
	}
	t := m.trip
	t.Until = s.point(&v.end)
	t.DistanceM += distance
	t.MovingMS += v.until - v.from
	t.MaxSpeedMPS = max(t.MaxSpeedMPS, fastest)
	if !m.options.Ways {
		return
	}
	t.Way = appendLater(t.Way, s.point(&v.start))
	for i := v.first; i <= v.last; i++ {
		f := &s.fixes[i]
		t.Way = appendLater(t.Way, Point{At: f.at, Lat: f.lat, Lon: f.lon})
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

func (s *stretch) point(f *fix) Point {
	lat, lon := s.plane.LatLon(f.x, f.y)
	return Point{At: f.at, Lat: lat, Lon: lon}
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
