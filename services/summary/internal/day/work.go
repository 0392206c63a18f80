package day

import (
	"math"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/proto/activity"
)

// Visit is a visit or a task of the user whose time began on the day.
type Visit struct {
	ID    string `db:"id"`
	State string `db:"state"`
}

// Shift is a shift of the user that touches the day. EndedAt is nil while it lasts.
type Shift struct {
	ID        string
	StartedAt time.Time
	EndedAt   *time.Time
	Pauses    []Pause
	// Device is what the user began it with, empty if nobody knows.
	Device string
}

// Pause is a part of a shift. Until is the year 1 while it lasts.
type Pause struct{ From, Until time.Time }

// Place is one of the company's places that is near a stop, the number Stop of those of the day.
type Place struct {
	Stop    int     `db:"stop"`
	ID      string  `db:"id"`
	Name    string  `db:"name"`
	Lat     float64 `db:"lat"`
	Lon     float64 `db:"lon"`
	RadiusM float64 `db:"radius_m"`
}

// PlaceNearM is how far from a place with a small radius a stop may be and still be at it: the noise of positions between houses.
const PlaceNearM = 75

// PlaceFarM is how far away from a stop a place can be and still be the stop's.
const PlaceFarM = 2000

// Work adds what the user did to the day. end is when shifts are counted that last.
func (d *Day) Work(visits []Visit, shifts []Shift, end time.Time) {
	for _, v := range visits {
		switch v.State {
		case activity.Completed:
			d.VisitsDone++
		case activity.Incomplete:
			d.VisitsNot++
		case activity.Cancelled:
		default:
			d.VisitsOpen++
		}
		d.Parts = append(d.Parts, v.ID)
	}
	var worked, paused time.Duration
	for _, s := range shifts {
		d.Parts = append(d.Parts, s.ID)
		until := end
		if s.EndedAt != nil {
			until = *s.EndedAt
		}
		var rest time.Duration
		for _, p := range s.Pauses {
			stop := p.Until
			if stop.Before(p.From) {
				stop = until
			}
			rest += d.within(p.From, earlier(stop, until))
		}
		worked += d.within(s.StartedAt, until) - rest
		paused += rest
	}
	d.ShiftS, d.PauseS = seconds(worked), seconds(paused)
	slices.Sort(d.Parts)
	d.Parts = slices.Compact(d.Parts)
}

// within returns how much of a time lies in the day.
func (w Window) within(from, until time.Time) time.Duration {
	if from.Before(w.From) {
		from = w.From
	}
	return max(0, earlier(until, w.Until).Sub(from))
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func seconds(d time.Duration) int { return int(d.Round(time.Second) / time.Second) }

// Name names the stops, each by the nearest place that it is at, and the ends of the trips by the stops.
func (d *Day) Name(places []Place) {
	best := map[int]float64{}
	for _, p := range places {
		if p.Stop < 0 || p.Stop >= len(d.Detail.Stops) {
			continue
		}
		s := &d.Detail.Stops[p.Stop]
		far := geo.Distance(s.Lat, s.Lon, p.Lat, p.Lon)
		known, named := best[p.Stop]
		if far > min(max(p.RadiusM, PlaceNearM), PlaceFarM) || named && (far > known || far == known && p.ID > s.PlaceID) {
			continue
		}
		best[p.Stop], s.PlaceID, s.Place = far, p.ID, p.Name
	}
	for i := range d.Detail.Trips {
		t := &d.Detail.Trips[i]
		for _, s := range d.Detail.Stops {
			if !s.UntilAt.After(t.FromAt) {
				t.FromPlaceID, t.FromPlace = s.PlaceID, s.Place
			}
			if !s.FromAt.Before(t.UntilAt) {
				t.ToPlaceID, t.ToPlace = s.PlaceID, s.Place
				break
			}
		}
	}
}

// DegreesNorth returns how many degrees of latitude a length is, rounded up.
func DegreesNorth(m float64) float64 { return m / 110_000 }

// DegreesEast returns how many degrees of longitude a length is at a latitude, rounded up. Near a pole it is all of them.
func DegreesEast(lat, m float64) float64 {
	return min(360, m/110_000/max(1e-6, math.Cos(lat*math.Pi/180)))
}
