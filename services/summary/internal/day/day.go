// Package day says what a user's day came to: it computes it from positions, visits and shifts, and knows when a date begins and ends in
// a company. The package is pure: the result depends on what it is given alone, and not on the order in which that was stored.
package day

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"
)

// Layout is how a date is written.
const Layout = time.DateOnly

// States of a day.
const (
	Preliminary = "preliminary"
	Closed      = "closed"
	Final       = "final"
	Failed      = "failed" // only for whoever asks: it is not stored
)

// Window is the time of a date in a company: from From up to, and not including, Until.
type Window struct {
	Date        string
	Zone        string
	From, Until time.Time
}

// State returns the state of a closed date. late is how long after its end a date still changes.
func (w Window) State(now time.Time, late time.Duration) string {
	if now.Before(w.Until.Add(late)) {
		return Closed
	}
	return Final
}

// Numbers are what a day comes to.
type Numbers struct {
	DistanceM  float64    `db:"distance_m"`
	MovingS    int        `db:"moving_s"`
	StoppedS   int        `db:"stopped_s"`
	GapM       float64    `db:"gap_m"`
	GapS       int        `db:"gap_s"`
	MockM      float64    `db:"mock_m"`
	Fixes      int        `db:"fixes"`
	LateFixes  int        `db:"late_fixes"`
	Devices    int        `db:"devices"`
	Thinned    bool       `db:"thinned"`
	FirstAt    *time.Time `db:"first_at"`
	LastAt     *time.Time `db:"last_at"`
	MaxSpeed   float64    `db:"max_speed_mps"`
	AvgSpeed   float64    `db:"avg_moving_speed_mps"`
	Trips      int        `db:"trips"`
	Stops      int        `db:"stops"`
	VisitsDone int        `db:"visits_done"`
	VisitsNot  int        `db:"visits_not_done"`
	VisitsOpen int        `db:"visits_open"`
	ShiftS     int        `db:"shift_s"`
	PauseS     int        `db:"pause_s"`
}

// WithoutPositions leaves what the user's visits and shifts came to.
func (n *Numbers) WithoutPositions() {
	*n = Numbers{VisitsDone: n.VisitsDone, VisitsNot: n.VisitsNot, VisitsOpen: n.VisitsOpen, ShiftS: n.ShiftS, PauseS: n.PauseS}
}

// Trip is a part of the day in which the user moved. The places are those of the stops before and after it.
type Trip struct {
	FromAt      time.Time `json:"from_at"`
	UntilAt     time.Time `json:"until_at"`
	DistanceM   float64   `json:"distance_m"`
	MaxSpeedMPS float64   `json:"max_speed_mps"`
	FromPlaceID string    `json:"from_place_id"`
	FromPlace   string    `json:"from_place"`
	ToPlaceID   string    `json:"to_place_id"`
	ToPlace     string    `json:"to_place"`
}

// Stop is a part of the day in which the user stood still.
type Stop struct {
	FromAt  time.Time `json:"from_at"`
	UntilAt time.Time `json:"until_at"`
	Lat     float64   `json:"lat"`
	Lon     float64   `json:"lon"`
	PlaceID string    `json:"place_id"`
	Place   string    `json:"place"`
}

// Gap is a time without positions.
type Gap struct {
	FromAt    time.Time `json:"from_at"`
	UntilAt   time.Time `json:"until_at"`
	DistanceM float64   `json:"distance_m"`
}

// Detail are the parts of a day.
type Detail struct {
	Trips []Trip `json:"trips"`
	Stops []Stop `json:"stops"`
	Gaps  []Gap  `json:"gaps"`
}

// Day is a user's day.
type Day struct {
	Window
	User string
	// Parts are the ids of the visits and shifts that are counted.
	Parts []string
	Numbers
	Detail Detail
	// Route is the simplified route as a track (proto/track). It is empty if there is none.
	Route []byte
}

// Empty says that there is nothing to tell of the day.
func (d *Day) Empty() bool {
	return d.Fixes == 0 && len(d.Parts) == 0
}

// Hash returns a hash of all that was computed.
func (d *Day) Hash(algorithm int) ([]byte, error) {
	raw, err := json.Marshal(struct {
		Algorithm int
		Day       *Day
	}{algorithm, d})
	if err != nil {
		return nil, fmt.Errorf("hash a day: %w", err)
	}
	sum := sha256.Sum256(raw)
	return sum[:], nil
}
