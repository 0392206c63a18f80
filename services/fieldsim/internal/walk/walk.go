// Package walk makes the positions of people who move through a city, with the noise of a phone's receiver. A person stays
// within some hundred metres of a place of their own and sometimes drives. It is pure: the same seed gives the same
// positions. Fixes of a trace (package trace) are a real day, but of few vehicles and without most of the fields; these are
// for load, with every field that a phone sends.
package walk

import (
	"math"
	"math/rand/v2"
)

// The centre of the city, around which people have their places.
const (
	CentreLat = 4.65
	CentreLon = -74.08
	// spreadM is the standard deviation of the distance between the places and the centre, in metres.
	spreadM = 1200
	// metresADegree is the length of a degree of latitude; near the equator a degree of longitude is as long.
	metresADegree = 111_320
)

// Fix is a position as a phone reports it. Numbers are metres, metres a second and degrees; Battery is 0 to 1.
type Fix struct {
	AtMS                                                          int64 // milliseconds since 1970-01-01T00:00:00Z
	Lat, Lon, AccuracyM, AltitudeM, SpeedMPS, BearingDeg, Battery float64
	Charging                                                      bool
	Activity                                                      string
}

// Walker is one person. It is not safe for concurrent use.
type Walker struct {
	rng *rand.Rand
	// x and y are metres east and north of the person's place, homeX and homeY of that place from the centre.
	homeX, homeY, x, y float64
	speed, bearing     float64
	altitude, battery  float64
	driving            bool
}

// New returns a person. Another seed is another person.
func New(seed uint64) *Walker {
	rng := rand.New(rand.NewPCG(seed, 0x63616d696e6f))
	return &Walker{
		rng: rng, homeX: rng.NormFloat64() * spreadM, homeY: rng.NormFloat64() * spreadM,
		bearing: rng.Float64() * 360, altitude: 2550 + rng.NormFloat64()*20, battery: 0.2 + rng.Float64()*0.8,
	}
}

// Next moves the person for some seconds and returns their position at the end.
func (w *Walker) Next(atMS int64, seconds float64) Fix {
	if w.rng.IntN(60) == 0 {
		w.driving = !w.driving
	}
	pace, activity := 1.3, "walking"
	if w.driving {
		pace, activity = 8, "in_vehicle"
	}
	w.speed = math.Abs(0.8*w.speed + 0.2*pace + w.rng.NormFloat64()*pace/5)
	// The person turns a little, and the more towards their own place the further away it is.
	w.bearing += w.rng.NormFloat64() * 20
	if away := math.Hypot(w.x, w.y); away > 600 {
		w.bearing = math.Atan2(-w.x, -w.y)*180/math.Pi + w.rng.NormFloat64()*20
	}
	w.bearing = math.Mod(w.bearing+720, 360)
	sin, cos := math.Sincos(w.bearing * math.Pi / 180)
	w.x, w.y = w.x+w.speed*seconds*sin, w.y+w.speed*seconds*cos
	w.battery = max(0.01, w.battery-seconds/36_000)
	accuracy := 4 + 6*w.rng.ExpFloat64()
	noise := accuracy / metresADegree / 2
	return Fix{
		AtMS: atMS, Activity: activity,
		Lat:       CentreLat + (w.homeY+w.y)/metresADegree + w.rng.NormFloat64()*noise,
		Lon:       CentreLon + (w.homeX+w.x)/metresADegree + w.rng.NormFloat64()*noise,
		AccuracyM: min(accuracy, 95), AltitudeM: w.altitude + w.rng.NormFloat64()*3,
		SpeedMPS: w.speed, BearingDeg: w.bearing, Battery: w.battery,
	}
}
