package distance

import (
	"math"
	"strings"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/proto/track"
)

const (
	worstM         = 100 // a fix with a worse accuracy counts nowhere
	unknownM       = 25  // the accuracy of a fix that has none
	gapMS          = 30 * 60 * 1000
	gapM           = 5_000
	outliers       = 3 // as many fixes in a row beyond the limit of speed are where the phone is
	onFootMPS      = 15
	vehicleMPS     = 40
	fasterThanFeet = 7 // m/s: a runner is slower for a minute
)

// fix is a reading in a plane in metres.
type fix struct {
	at       int64 // ms
	x, y     float64
	accuracy float64
	speed    float64 // m/s, or below 0 without one
	lat, lon float64
}

func tooVague(f *track.Fix) bool { return accuracy(f) > worstM }

// accuracy returns the radius in metres that holds the true place with 68 % probability.
func accuracy(f *track.Fix) float64 {
	if m, ok := f.AccuracyM(); ok && m > 0 {
		return m
	}
	return unknownM
}

// limit chooses the speed that the person does not exceed, in m/s. It is that of a vehicle, unless the fixes show
// somebody on foot: there are three successive legs of 20 to 120 s in which the person does not get on faster than 7 m/s, there
// are none in which the person does, and no three fixes call themselves driven or ridden.
func limit(all []reading) float64 {
	onWheels, slow := 0, false
	var legs [outliers + 1]*track.Fix // the last fixes with 20 to 120 s between them
	n := 0
	for _, r := range all {
		if wheels(r.fix.Activity) {
			if onWheels++; onWheels >= outliers {
				return vehicleMPS
			}
		}
		if n > 0 {
			dt := r.fix.RecordedAt - legs[n-1].RecordedAt
			if dt < 20_000 {
				continue
			}
			if dt > 120_000 {
				n = 0
			}
		}
		if n == len(legs) {
			copy(legs[:], legs[1:])
			n--
		}
		legs[n] = r.fix
		if n++; n < len(legs) {
			continue
		}
		if fast(legs[:]) {
			return vehicleMPS
		}
		slow = true
	}
	if slow {
		return onFootMPS
	}
	return vehicleMPS
}

// fast says whether somebody got on faster than feet: in each leg and over all of them, so that no fix that jumps away and back does.
func fast(at []*track.Fix) bool {
	for i := 1; i < len(at); i++ {
		if !faster(at[i-1], at[i]) {
			return false
		}
	}
	return faster(at[0], at[len(at)-1])
}

func faster(a, b *track.Fix) bool {
	aLat, aLon := a.Degrees()
	bLat, bLon := b.Degrees()
	return geo.Distance(aLat, aLon, bLat, bLon) > fasterThanFeet*float64(b.RecordedAt-a.RecordedAt)/1000
}

// wheels says whether an activity, in the words of Android, iOS and the apps we read, is one of a vehicle.
func wheels(activity string) bool {
	if activity == "" {
		return false
	}
	a := strings.ToLower(activity)
	for _, word := range [...]string{"vehicle", "automotive", "driving", "bicycle", "cycling", "car", "bus", "train", "motorcycle"} {
		if a == word || a == "in_"+word || a == "on_"+word {
			return true
		}
	}
	return false
}

// block is what a device recorded without a gap. Before the fixes at cuts the phone jumped.
type block struct {
	fixes []fix
	cuts  []int
}

// clean places the readings in a plane, drops those that nobody could reach in time, and finds the gaps and the jumps.
func (m *measurer) clean(all []reading) (blocks []block) {
	lat0, lon0 := all[0].fix.Degrees()
	m.plane = geo.NewProjection(max(-89.9, min(89.9, lat0)), lon0)
	kept := make([]fix, 0, len(all))
	var cuts []int
	var away fix // the last of the skipped
	from, skipped := 0, 0
	for i := range all {
		kept = append(kept, fix{})
		n := len(kept) - 1
		f := &kept[n]
		m.read(f, all[i].fix)
		if n > 0 {
			last := &kept[n-1]
			d, allowed := apart(last, f), m.reach(last, f)
			gap, jumped := f.at-last.at > gapMS || d > gapM, d > allowed
			if jumped && f.at-last.at <= gapMS {
				if skipped > 0 && apart(&away, f) > m.reach(&away, f) {
					skipped = 0
				}
				skipped, away = skipped+1, *f
				if skipped < outliers {
					kept = kept[:n]
					continue
				}
			}
			if gap {
				blocks = append(blocks, block{kept[from:n:n], cuts})
				from, cuts = n, nil
			} else if jumped {
				cuts = append(cuts, n-from)
			}
		}
		skipped = 0
	}
	return append(blocks, block{kept[from:], cuts})
}

// reach returns how far b can be from a if both are off by their accuracy.
func (m *measurer) reach(a, b *fix) float64 {
	return m.options.MaxSpeedMPS*float64(b.at-a.at)/1000 + a.accuracy + b.accuracy
}

// read makes f of what the device recorded.
func (m *measurer) read(f *fix, r *track.Fix) {
	f.at, f.accuracy, f.speed = r.RecordedAt, accuracy(r), -1
	f.lat, f.lon = r.Degrees()
	f.x, f.y = m.plane.XY(f.lat, f.lon)
	if v, ok := r.SpeedMPS(); ok {
		f.speed = v
	}
}

// apart returns the distance of two fixes in the plane.
func apart(a, b *fix) float64 {
	x, y := a.x-b.x, a.y-b.y
	return math.Sqrt(x*x + y*y) // math.Hypot would take thrice the time, for numbers that no plane has
}

// length returns the distance of two fixes along the ellipsoid.
func length(a, b *fix) float64 { return geo.Distance(a.lat, a.lon, b.lat, b.lon) }

func (f *fix) point() Point { return Point{At: f.at, Lat: f.lat, Lon: f.lon} }
