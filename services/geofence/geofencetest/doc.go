// Package geofencetest derives from the words of the specification alone which alerts a stream of positions must lead to.
// It is a slow and obvious second implementation for tests. It shares no code with geofence, reads everything from the
// first message, and knows neither edits nor schedules.
//
// It is not part of the service, which exports Config, New and Schema. It is public because the end-to-end tests of
// services/terreno compare a whole installation with it.
//
// A position within Doubt of the border of a decision could be judged either way, and Alerts reports it. Alerts also
// reports a position after which the area of a run is similarly near to the area that confirms it. A comparison proves
// nothing if such a position can affect it. Tests therefore remove those positions before they send them (Doubtful), and
// fail when one is left.
package geofencetest

import "time"

// Doubt is how near to a border a decision counts as open, in metres. It is more than two ways to measure differ, and less
// than anybody could notice.
const Doubt = 1.0

// Fix is a position. An accuracy of 0 means that none was reported, and one below 0 that it cannot be read. Mock says that
// an app made the position up.
type Fix struct {
	At        time.Time
	Lat, Lon  float64
	AccuracyM float64
	Mock      bool
}

// Message is one message of TRACKING.
type Message struct {
	Company, User, Device string
	ReceivedAt            time.Time
	Fixes                 []Fix
}

// Point is a point of a geometry, in degrees.
type Point struct{ Lon, Lat float64 }

// Zone applies to some users of a company. It has one of three shapes: polygons, each an outer ring and holes; a circle
// around a point (Radius); or a corridor along a line (Width is the whole width, half on each side).
type Zone struct {
	Company, ID   string
	Users         []string
	Polygons      [][][]Point
	Line          []Point
	Radius, Width float64
	// Buffer is how far beyond the zone somebody must be to count as outside, in metres. 0 means 40.
	Buffer float64
}

// Alert is an event about one alert.
type Alert struct {
	Company, User, Event   string
	Started, Raised, Ended time.Time
	Late                   bool
	Zones                  string // ids, sorted, with a comma between
	Reason                 string
}
