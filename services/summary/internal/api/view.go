package api

import (
	"time"

	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/store"
)

// Summary is what a day of a user came to: the same that a socket gets.
type Summary struct {
	UserID            string              `json:"user_id"`
	Date              string              `json:"date" example:"2026-03-09" doc:"the local date"`
	Zone              string              `json:"zone" doc:"the time zone in which it is one"`
	From              clientjson.Instant  `json:"from"`
	Until             clientjson.Instant  `json:"until"`
	State             string              `json:"state" enum:"preliminary,closed,final,failed" doc:"preliminary: the date is not closed, or the day waits to be stored; closed; final: what comes now is too late to change it; failed: the day cannot be computed, error says so, and the numbers are 0"`
	Error             string              `json:"error,omitempty" doc:"summary_failed when the state is failed"`
	DayS              int                 `json:"day_s" doc:"how long the day is: 23 or 25 hours when the clocks change"`
	ComputedAt        clientjson.Instant  `json:"computed_at"`
	Algorithm         int                 `json:"algorithm" doc:"the version of the algorithm"`
	Version           int                 `json:"version" doc:"rises each time that the day came to something else; 0 while it is preliminary"`
	DistanceM         float64             `json:"distance_m" doc:"metres travelled, without gaps and without positions that an app made up"`
	MovingS           int                 `json:"moving_s"`
	StoppedS          int                 `json:"stopped_s"`
	GapM              float64             `json:"gap_m" doc:"straight lines over times without positions"`
	GapS              int                 `json:"gap_s"`
	MockM             float64             `json:"mock_m" doc:"metres of positions that an app made up"`
	Fixes             int                 `json:"fixes"`
	LateFixes         int                 `json:"late_fixes" doc:"positions that came more than ten minutes after they were recorded"`
	Devices           int                 `json:"devices"`
	FirstAt           *clientjson.Instant `json:"first_at,omitempty"`
	LastAt            *clientjson.Instant `json:"last_at,omitempty"`
	MaxSpeedMPS       float64             `json:"max_speed_mps"`
	AvgMovingSpeedMPS float64             `json:"avg_moving_speed_mps"`
	Trips             int                 `json:"trips"`
	Stops             int                 `json:"stops"`
	VisitsDone        int                 `json:"visits_done" doc:"visits and tasks whose time began on this day"`
	VisitsNotDone     int                 `json:"visits_not_done"`
	VisitsOpen        int                 `json:"visits_open"`
	ShiftS            int                 `json:"shift_s" doc:"seconds on shift, without pauses"`
	PauseS            int                 `json:"pause_s"`
	Thinned           bool                `json:"thinned" doc:"there were more positions than are measured: evenly spread ones were, and fixes may be less than there were"`
	Hidden            bool                `json:"hidden" doc:"since the day was computed, the company hides what lies outside shifts. The numbers that come from positions are 0 until it is computed again, and stay so if the positions are gone"`
}

// SummaryTrip is a part of a day in which the user moved.
type SummaryTrip struct {
	FromAt      clientjson.Instant `json:"from_at"`
	UntilAt     clientjson.Instant `json:"until_at"`
	DistanceM   float64            `json:"distance_m"`
	MaxSpeedMPS float64            `json:"max_speed_mps"`
	FromPlaceID string             `json:"from_place_id" doc:"empty if it began at no known place"`
	FromPlace   string             `json:"from_place"`
	ToPlaceID   string             `json:"to_place_id"`
	ToPlace     string             `json:"to_place"`
}

// SummaryStop is a part of a day in which the user stood still.
type SummaryStop struct {
	FromAt  clientjson.Instant `json:"from_at"`
	UntilAt clientjson.Instant `json:"until_at"`
	Lat     float64            `json:"lat"`
	Lon     float64            `json:"lon"`
	PlaceID string             `json:"place_id" doc:"empty if it is no known place"`
	Place   string             `json:"place"`
}

// SummaryGap is a time without positions.
type SummaryGap struct {
	FromAt    clientjson.Instant `json:"from_at"`
	UntilAt   clientjson.Instant `json:"until_at"`
	DistanceM float64            `json:"distance_m" doc:"the straight line over it"`
}

// SummaryDetail is a summary with its parts.
type SummaryDetail struct {
	Summary
	TripList []SummaryTrip `json:"trip_list"`
	StopList []SummaryStop `json:"stop_list"`
	GapList  []SummaryGap  `json:"gap_list"`
}

// viewOf returns a day as clients see it. A day without a version is preliminary.
func (s *service) viewOf(d *store.Stored) Summary {
	state := day.Preliminary
	if d.Version > 0 {
		state = day.Window{Until: d.Until}.State(s.clock.Now(), s.store.Late())
	}
	return Summary{
		UserID: d.User, Date: d.Date, Zone: d.Zone, From: clientjson.At(d.From), Until: clientjson.At(d.Until), State: state,
		DayS: int(d.Until.Sub(d.From) / time.Second), ComputedAt: clientjson.At(d.ComputedAt), Algorithm: d.Algorithm, Version: d.Version,
		DistanceM: d.DistanceM, MovingS: d.MovingS, StoppedS: d.StoppedS, GapM: d.GapM, GapS: d.GapS, MockM: d.MockM, Fixes: d.Fixes,
		LateFixes: d.LateFixes, Devices: d.Devices, FirstAt: clientjson.Maybe(d.FirstAt), LastAt: clientjson.Maybe(d.LastAt),
		MaxSpeedMPS: d.MaxSpeed, AvgMovingSpeedMPS: d.AvgSpeed, Trips: d.Trips, Stops: d.Stops, VisitsDone: d.VisitsDone,
		VisitsNotDone: d.VisitsNot, VisitsOpen: d.VisitsOpen, ShiftS: d.ShiftS, PauseS: d.PauseS,
		Thinned: d.Thinned, Hidden: d.Hidden,
	}
}

// failed stands for a day that cannot be computed.
func (s *service) failed(user string, w day.Window) Summary {
	is := s.viewOf(&store.Stored{User: user, Date: w.Date, Zone: w.Zone, From: w.From, Until: w.Until, ComputedAt: s.clock.Now(), Algorithm: day.Algorithm})
	is.State, is.Error = day.Failed, "summary_failed"
	return is
}

func (s *service) detailOf(d *store.Whole) SummaryDetail {
	out := SummaryDetail{
		Summary: s.viewOf(&d.Stored), TripList: []SummaryTrip{}, StopList: []SummaryStop{}, GapList: []SummaryGap{},
	}
	for _, t := range d.Detail.Trips {
		out.TripList = append(out.TripList, SummaryTrip{
			clientjson.At(t.FromAt), clientjson.At(t.UntilAt), t.DistanceM, t.MaxSpeedMPS, t.FromPlaceID, t.FromPlace, t.ToPlaceID, t.ToPlace,
		})
	}
	for _, p := range d.Detail.Stops {
		out.StopList = append(out.StopList, SummaryStop{clientjson.At(p.FromAt), clientjson.At(p.UntilAt), p.Lat, p.Lon, p.PlaceID, p.Place})
	}
	for _, g := range d.Detail.Gaps {
		out.GapList = append(out.GapList, SummaryGap{clientjson.At(g.FromAt), clientjson.At(g.UntilAt), g.DistanceM})
	}
	return out
}
