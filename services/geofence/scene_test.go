package geofence_test

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/geofence/geofencetest"
)

// scene is zones and everything that is uploaded, in stream order.
type scene struct {
	zones    []geofencetest.Zone
	messages []geofencetest.Message
	doubtful int // fixes left out
	fixes    int
}

var companies = []string{"acme", "globex"}

// places are the middles of zones: Bogotá, the antimeridian from both sides, far south, Oslo.
var places = []geofencetest.Point{{Lon: -74.08, Lat: 4.65}, {Lon: 179.999, Lat: -17.5}, {Lon: -179.998, Lat: 51.9}, {Lon: -70.9, Lat: -53.1}, {Lon: 10.75, Lat: 59.9}}

// wandering is a scene of random walks: users of the same ids in two companies, each with one to three zones around a place,
// sent in uploads that are late, shuffled, repeated and overlap.
func wandering(seed uint64, users, steps int) *scene {
	rng := rand.New(rand.NewPCG(seed, 77))
	s := &scene{}
	for _, company := range companies {
		for i := range users {
			at := places[rng.IntN(len(places))]
			user := fmt.Sprintf("u%d", i)
			var mine []geofencetest.Zone
			for n := range 1 + rng.IntN(3) {
				z := randomZone(rng, shift(at, rng.NormFloat64()*200*float64(n), rng.NormFloat64()*200*float64(n)))
				z.Company, z.ID, z.Users = company, fmt.Sprintf("z%d-%d", i, n), []string{user}
				mine = append(mine, z)
			}
			s.zones = append(s.zones, mine...)
			s.send(rng, company, user, "", s.sure(walk(rng, at, steps), mine))
			if rng.IntN(3) == 0 { // a second phone, which goes another way or lies about
				s.send(rng, company, user, "other", s.sure(walk(rng, at, steps/(1+rng.IntN(4))), mine))
			}
		}
	}
	s.sort()
	s.decide()
	return s
}

// decide leaves out the fixes after which a decision could be another one. Without them other fixes may decide, so that it
// begins anew until all is sure.
func (s *scene) decide() {
	for {
		_, doubts := geofencetest.Alerts(s.messages, s.zones)
		if len(doubts) == 0 {
			s.messages = slices.DeleteFunc(s.messages, func(m geofencetest.Message) bool { return len(m.Fixes) == 0 })
			return
		}
		doubted := map[geofencetest.Doubted]bool{}
		for _, d := range doubts {
			doubted[d] = true
		}
		for i, m := range s.messages {
			s.messages[i].Fixes = slices.DeleteFunc(slices.Clone(m.Fixes), func(f geofencetest.Fix) bool {
				return doubted[geofencetest.Doubted{Company: m.Company, User: m.User, Fix: f}]
			})
		}
		s.fixes, s.doubtful = s.fixes-len(doubted), s.doubtful+len(doubted)
	}
}

// sort brings messages into the order in which they came in.
func (s *scene) sort() {
	slices.SortStableFunc(s.messages, func(a, b geofencetest.Message) int {
		return cmp.Or(a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.Company, b.Company), cmp.Compare(a.User, b.User))
	})
}

// sure leaves out what could be judged either way. The fixes are as they are after their way through a message.
func (s *scene) sure(fixes []geofencetest.Fix, zones []geofencetest.Zone) (kept []geofencetest.Fix) {
	for _, f := range fixes {
		if f = f.Rounded(); geofencetest.Doubtful(f, zones) {
			s.doubtful++
		} else {
			kept = append(kept, f)
		}
	}
	s.fixes += len(kept)
	return kept
}

// send cuts a user's day into uploads. What is sent late is sent after later positions.
func (s *scene) send(rng *rand.Rand, company, user, device string, fixes []geofencetest.Fix) {
	silent := rng.IntN(2) == 0
	for i := 0; i < len(fixes); {
		n := min(1+rng.IntN(12), len(fixes)-i)
		from := i
		if rng.IntN(6) == 0 {
			from = max(0, i-rng.IntN(8)) // overlaps the one before
		}
		chunk := slices.Clone(fixes[from : i+n])
		i += n
		// A real trace is not in order. Ingest puts an upload in order, and leaves one of several of an instant.
		slices.SortStableFunc(chunk, func(a, b geofencetest.Fix) int { return a.At.Compare(b.At) })
		chunk = slices.CompactFunc(chunk, func(a, b geofencetest.Fix) bool { return a.At.Equal(b.At) })
		delay := []time.Duration{time.Second, 20 * time.Second, 2 * time.Minute, 9 * time.Minute, 15 * time.Minute, 2 * time.Hour}[min(rng.IntN(16), 5)]
		if rng.IntN(3) > 0 {
			delay = time.Second
		}
		if silent && i > len(fixes)-40 { // the phone was silent at last, and all of that is late
			delay = 15 * time.Minute
		}
		m := geofencetest.Message{Company: company, User: user, Device: device, ReceivedAt: chunk[len(chunk)-1].At.Add(delay).Truncate(time.Millisecond), Fixes: chunk}
		s.messages = append(s.messages, m)
		if rng.IntN(10) == 0 {
			m.ReceivedAt = m.ReceivedAt.Add(time.Duration(rng.IntN(600)) * time.Second)
			s.messages = append(s.messages, m)
		}
	}
}

// walk goes about a place: mostly within 500 m, stopping, crossing borders, with accuracies of all kinds and gaps.
func walk(rng *rand.Rand, at geofencetest.Point, steps int) (fixes []geofencetest.Fix) {
	t := noon.Add(time.Duration(rng.IntN(600_000)) * time.Millisecond)
	x, y := rng.NormFloat64()*200, rng.NormFloat64()*200
	toX, toY, speed := x, y, 0.0
	for range steps {
		step := time.Duration(5+rng.IntN(50)) * time.Second
		if rng.IntN(60) == 0 {
			step = time.Duration(4+rng.IntN(12)) * time.Minute
		}
		t = t.Add(step + time.Duration(rng.IntN(1000))*time.Millisecond)
		if rng.IntN(8) == 0 {
			toX, toY, speed = rng.NormFloat64()*350, rng.NormFloat64()*350, []float64{0, 1.4, 8}[rng.IntN(3)]
		}
		if d := math.Hypot(toX-x, toY-y); d > 0 {
			go1 := math.Min(1, speed*step.Seconds()/d)
			x, y = x+(toX-x)*go1, y+(toY-y)*go1
		}
		p := shift(at, x+rng.NormFloat64()*6, y+rng.NormFloat64()*6)
		accuracy := []float32{0, 4, 8.5, 12, 30, 60, 99, 140, -1}[rng.IntN(9)]
		if rng.IntN(3) > 0 {
			accuracy = 10
		}
		fixes = append(fixes, geofencetest.Fix{At: t, Lat: p.Lat, Lon: p.Lon, AccuracyM: float64(accuracy), Mock: rng.IntN(40) == 0})
	}
	return fixes
}

// shift goes so many metres east and north, roughly.
func shift(p geofencetest.Point, east, north float64) geofencetest.Point {
	lon := p.Lon + east/(111_320*math.Cos(p.Lat*math.Pi/180))
	return geofencetest.Point{Lon: math.Remainder(lon, 360), Lat: p.Lat + north/110_574}
}

func squareAround(at geofencetest.Point, half float64, clockwise bool) []geofencetest.Point {
	ring := []geofencetest.Point{shift(at, -half, -half), shift(at, half, -half), shift(at, half*1.3, half), shift(at, -half, half*0.8)}
	if clockwise {
		slices.Reverse(ring)
	}
	return append(ring, ring[0])
}

func randomZone(rng *rand.Rand, at geofencetest.Point) geofencetest.Zone {
	z := geofencetest.Zone{}
	if rng.IntN(4) == 0 {
		z.Buffer = float64(10 + rng.IntN(90))
	}
	half := 120 + rng.Float64()*200
	switch rng.IntN(4) {
	case 0:
		z.Polygons = [][][]geofencetest.Point{{squareAround(at, half, false), squareAround(at, half*0.4, true)}}
	case 1:
		z.Polygons = [][][]geofencetest.Point{{squareAround(shift(at, -half, 0), half*0.6, false)}, {squareAround(shift(at, half, 0), half*0.6, false)}}
	case 2:
		z.Line, z.Radius = []geofencetest.Point{at}, half
	default:
		z.Width = 40 + rng.Float64()*150
		for i := range 4 {
			z.Line = append(z.Line, shift(at, float64(i-1)*180, rng.NormFloat64()*100))
		}
	}
	return z
}

// feature is a zone as it is sent to the API.
func feature(z geofencetest.Zone) map[string]any {
	properties := map[string]any{"name": z.ID}
	if z.Buffer > 0 {
		properties["exit_buffer_m"] = z.Buffer
	}
	geometry := map[string]any{}
	switch {
	case z.Radius > 0:
		properties["radius_m"] = z.Radius
		geometry["type"], geometry["coordinates"] = "Point", positions(z.Line)[0]
	case z.Width > 0:
		properties["width_m"] = z.Width
		geometry["type"], geometry["coordinates"] = "LineString", positions(z.Line)
	default:
		var polygons [][][][]float64
		for _, polygon := range z.Polygons {
			var rings [][][]float64
			for _, ring := range polygon {
				rings = append(rings, positions(ring))
			}
			polygons = append(polygons, rings)
		}
		geometry["type"], geometry["coordinates"] = "MultiPolygon", polygons
	}
	return map[string]any{"type": "Feature", "id": z.ID, "geometry": geometry, "properties": properties}
}

func positions(line []geofencetest.Point) (list [][]float64) {
	for _, p := range line {
		list = append(list, []float64{p.Lon, p.Lat})
	}
	return list
}

// people makes the scene's users known; before a replica starts, so that its directory has them at once.
func (w *world) people(t *testing.T, s *scene) {
	t.Helper()
	known := map[string]bool{}
	for _, z := range s.zones {
		for _, u := range z.Users {
			if !known[z.Company+u] {
				known[z.Company+u] = true
				w.user(t, z.Company, u, audience.RoleColaborador)
			}
		}
	}
}

// draw makes the scene's zones.
func (w *world) draw(t *testing.T, s *scene) {
	t.Helper()
	for _, z := range s.zones {
		w.zone(t, z.Company, feature(z), z.Users...)
	}
}

// play publishes the scene's messages in their order, and calls between after each; nil does nothing.
func (w *world) play(t *testing.T, s *scene, between func(i int, m geofencetest.Message)) {
	t.Helper()
	for i, m := range s.messages {
		body, err := m.Body()
		if err != nil {
			t.Fatal(err)
		}
		w.publish(t, m.Company, m.User, body)
		if between != nil {
			between(i, m)
		}
	}
}
