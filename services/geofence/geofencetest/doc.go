// Package geofencetest says by the words of the specification alone which alerts a stream of positions must lead to. It is a
// slow and obvious second implementation for tests: it shares no code with geofence, reads everything from the first message,
// and knows neither edits nor schedules.
//
// It is no part of the service, which exports Config, New and Schema. It is public since the end-to-end tests of
// services/terreno compare a whole installation with it.
//
// A position within Doubt of the border of a decision could be judged either way: Alerts reports it, and positions after which
// the area of a run is as near to what confirms it. A comparison that such a position can touch proves nothing, so tests leave
// those out before they send them (Doubtful), and fail when one is left.
package geofencetest

import "time"

// Doubt is how near a border a decision counts as open, in metres: more than two ways to measure differ, and less than
// anybody could notice.
const Doubt = 1.0

// Fix is a position; an accuracy of 0 is none. Mock is one that an app made up.
type Fix struct {
	At        time.Time
	Lat, Lon  float64
	AccuracyM float64
	Mock      bool
}

// Message is one of TRACKING.
type Message struct {
	Company, User, Device string
	ReceivedAt            time.Time
	Fixes                 []Fix
}

// Point is of a geometry, in degrees.
type Point struct{ Lon, Lat float64 }

// Zone is what applies to some users of a company. It is one of three: polygons, each an outer ring and holes; a circle
// around a point (Radius); a corridor along a line (Width is all of it, half on each side).
type Zone struct {
	Company, ID   string
	Users         []string
	Polygons      [][][]Point
	Line          []Point
	Radius, Width float64
	// Buffer is how far beyond it somebody is outside, in metres; 0 is 40.
	Buffer float64
}

// Alert is an event about one.
type Alert struct {
	Company, User, Event   string
	Started, Raised, Ended time.Time
	Late                   bool
	Zones                  string // ids, sorted, with a comma between
	Reason                 string
}
