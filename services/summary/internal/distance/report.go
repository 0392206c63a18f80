package distance

import "github.com/terreno/terreno/proto/track"

// Algorithm is the version of what Day does. It changes whenever the same fixes may give another report.
const Algorithm = 2

// MaxFixes is how many fixes of a day Day measures. Of more it takes evenly spread ones, and says so (Report.Thinned).
const MaxFixes = track.MaxFixes

// Options of a day. The zero value takes all fixes and chooses the limit of speed.
type Options struct {
	// Fixes recorded before From, or at Until or later, do not belong to the day: ms since 1970-01-01T00:00:00Z. Both zero
	// means no bounds.
	From, Until int64
	// MaxSpeedMPS is the speed that nobody exceeds, in m/s. At 0 the day's fixes choose: 15 when they show somebody on foot,
	// 40 otherwise (see limit).
	MaxSpeedMPS float64
	// First are the devices that count before others, and when. They must be in the order of time and must not overlap.
	First []First
	// Ways asks for the points of each trip (Trip.Way).
	Ways bool
}

// First is a device that counts before others from From up to Until, in ms: the person began to work with it.
type First struct {
	Device      string
	From, Until int64
}

// Report says what a day came to. Instants are in ms since 1970-01-01T00:00:00Z, spans in ms, lengths in metres along the
// WGS 84 ellipsoid, speeds in m/s. MovingMS, StoppedMS and GapMS together are the time from the first to the last fix that
// counted.
type Report struct {
	DistanceM                  float64
	MovingMS, StoppedMS, GapMS int64
	GapM                       float64 // the straight lines of Gaps
	MockM                      float64 // the distance of the fixes that the phone calls mock, which count nowhere else
	// Fixes is how many different fixes the day has, mock and bad ones included. LateFixes of them were received more than
	// 10 min after they were recorded. Devices is how many devices took them.
	Fixes, LateFixes, Devices int
	// Counted is how many fixes the distance rests on. Thinned: there were too many, and only a part was read.
	Counted int
	Thinned bool
	// FirstAt and LastAt are when the first and the last of Fixes were recorded; 0 without fixes.
	FirstAt, LastAt int64
	// MaxSpeedMPS is the highest mean speed of a stretch of 10 s or more; AvgMovingSpeedMPS is DistanceM over MovingMS.
	MaxSpeedMPS, AvgMovingSpeedMPS float64
	// WanderM is the standard deviation, of each axis, of the positions of the phone while it led nowhere: 0 when the day
	// did not show it. Of several devices it is the largest.
	WanderM float64

	// Trips, Stops and Gaps are each in the order of time.
	Trips []Trip
	Stops []Stop
	Gaps  []Gap
}

// Point is a place at an instant: degrees on WGS 84, ms since 1970-01-01T00:00:00Z.
type Point struct {
	At       int64
	Lat, Lon float64
}

// Trip is the way between two stops, or between a stop and a gap. It may hold halts shorter than a stop.
type Trip struct {
	From, Until Point
	DistanceM   float64
	MovingMS    int64
	MaxSpeedMPS float64
	// Way holds the fixes that counted, in order, with From and Until at its ends. It is nil unless Options.Ways is set.
	Way []Point
}

// Stop is a stay of 3 min or more. Lat and Lon are the mean of its fixes, in degrees.
type Stop struct {
	From, Until int64
	Lat, Lon    float64
}

// Gap is a time without fixes that a move could be measured by: more than 30 min, more than 5 km, a jump that is faster than
// the limit, or the change to another device. DistanceM is the straight line across it, and 0 when the device changed.
type Gap struct {
	From, Until int64
	DistanceM   float64
}
