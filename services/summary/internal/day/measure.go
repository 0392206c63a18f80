package day

import (
	"fmt"
	"math"
	"time"

	"github.com/terreno/terreno/proto/track"
	"github.com/terreno/terreno/services/summary/internal/distance"
	"github.com/terreno/terreno/services/summary/internal/route"
)

// RouteErrorM is how far a stored route may be from the way that was measured.
const RouteErrorM = 5

// Algorithm is the version of what Measure does.
const Algorithm = distance.Algorithm

// Measure returns a day of a user with what its positions say. fixes are those of each device that people may see, and shifts those that
// touch the day: the device with which the user began one counts in it before others.
func Measure(w Window, user string, fixes map[string][]track.Fix, shifts []Shift) (*Day, error) {
	r := distance.Day(fixes, distance.Options{From: w.From.UnixMilli(), Until: w.Until.UnixMilli(), First: firsts(shifts), Ways: true})
	d := &Day{Window: w, User: user, Parts: []string{}, Detail: Detail{Trips: []Trip{}, Stops: []Stop{}, Gaps: []Gap{}}}
	d.Numbers = Numbers{
		DistanceM: tenth(r.DistanceM), MovingS: wholeS(r.MovingMS), StoppedS: wholeS(r.StoppedMS), GapM: tenth(r.GapM), GapS: wholeS(r.GapMS),
		MockM: tenth(r.MockM), Fixes: r.Fixes, LateFixes: r.LateFixes, Devices: r.Devices, Thinned: r.Thinned,
		MaxSpeed: cent(r.MaxSpeedMPS), AvgSpeed: cent(r.AvgMovingSpeedMPS), Trips: len(r.Trips), Stops: len(r.Stops),
	}
	if r.Fixes > 0 {
		first, last := instant(r.FirstAt), instant(r.LastAt)
		d.FirstAt, d.LastAt = &first, &last
	}
	for _, s := range r.Stops {
		d.Detail.Stops = append(d.Detail.Stops, Stop{FromAt: instant(s.From), UntilAt: instant(s.Until), Lat: degrees(s.Lat), Lon: degrees(s.Lon)})
	}
	for _, g := range r.Gaps {
		d.Detail.Gaps = append(d.Detail.Gaps, Gap{FromAt: instant(g.From), UntilAt: instant(g.Until), DistanceM: tenth(g.DistanceM)})
	}
	var points []track.Fix
	for _, t := range r.Trips {
		d.Detail.Trips = append(d.Detail.Trips, Trip{
			FromAt: instant(t.From.At), UntilAt: instant(t.Until.At), DistanceM: tenth(t.DistanceM), MaxSpeedMPS: cent(t.MaxSpeedMPS),
		})
		for _, p := range route.Simplify(t.Way, RouteErrorM) {
			f := track.Fix{RecordedAt: p.At}
			f.SetPlace(p.Lat, p.Lon)
			points = append(points, f)
		}
	}
	if points = track.Compact(points); len(points) > 0 {
		var err error
		if d.Route, _, err = track.Encode("", points); err != nil {
			return nil, fmt.Errorf("write a route: %w", err)
		}
	}
	return d, nil
}

func firsts(shifts []Shift) (all []distance.First) {
	for _, s := range shifts {
		if s.Device == "" {
			continue
		}
		f := distance.First{Device: s.Device, From: s.StartedAt.UnixMilli(), Until: math.MaxInt64}
		if s.EndedAt != nil {
			f.Until = s.EndedAt.UnixMilli()
		}
		all = append(all, f)
	}
	return all
}

// Ways returns the route of each trip of a stored route, of at most errorM metres from the way that was measured. shown says what of it
// people may see.
func Ways(body []byte, trips []Trip, shown *track.Shown, errorM float64) ([][]distance.Point, error) {
	var fixes []track.Fix
	if len(body) > 0 {
		var err error
		if _, fixes, err = track.Decode(nil, body); err != nil {
			return nil, fmt.Errorf("read a route: %w", err)
		}
	}
	ways := make([][]distance.Point, len(trips))
	for i, t := range trips {
		var way []distance.Point
		for _, f := range track.Between(fixes, t.FromAt.UnixMilli(), t.UntilAt.UnixMilli()+1) {
			if shown.Shows(f.RecordedAt) {
				lat, lon := f.Degrees()
				way = append(way, distance.Point{At: f.RecordedAt, Lat: lat, Lon: lon})
			}
		}
		if errorM > RouteErrorM {
			way = route.Simplify(way, errorM-RouteErrorM)
		}
		ways[i] = way
	}
	return ways, nil
}

func instant(ms int64) time.Time  { return time.UnixMilli(ms).UTC() }
func wholeS(ms int64) int         { return int((ms + 500) / 1000) }
func tenth(m float64) float64     { return math.Round(m*10) / 10 }
func cent(v float64) float64      { return math.Round(v*100) / 100 }
func degrees(deg float64) float64 { return math.Round(deg*1e6) / 1e6 }
