package distance_test

import (
	"math"

	"github.com/terreno/terreno/pkg/geo"
	"github.com/terreno/terreno/proto/track"
)

// made builds a day step by step: where somebody is, each so many seconds.
type made struct {
	fixes   []track.Fix
	plane   geo.Projection
	x, y    float64
	at      int64 // s
	seconds int64
}

const morning = 1_788_000_000 // s

func begin(seconds int64) *made {
	m := &made{plane: geo.NewProjection(4.6534, -74.0836), at: morning, seconds: seconds}
	m.fix()
	return m
}

func (m *made) fix() {
	f := track.Fix{RecordedAt: m.at * 1000, ReceivedAt: m.at*1000 + 700}
	f.SetPlace(m.plane.LatLon(m.x, m.y))
	f.SetAccuracyM(8)
	m.fixes = append(m.fixes, f)
}

// stay lets time pass.
func (m *made) stay(seconds int64) *made {
	for until := m.at + seconds; m.at+m.seconds <= until; {
		m.at += m.seconds
		m.fix()
	}
	return m
}

// leave lets time pass without a fix.
func (m *made) leave(seconds int64) *made {
	m.at += seconds
	return m
}

// jump moves to the north without a fix.
func (m *made) jump(metres float64) *made {
	m.y += metres
	return m
}

// walk goes so many metres at a speed, to a bearing in degrees.
func (m *made) walk(metres, speed, bearing float64) *made {
	sin, cos := math.Sincos(bearing * math.Pi / 180)
	for gone := 0.0; gone < metres-1e-6; {
		step := min(speed*float64(m.seconds), metres-gone)
		m.x, m.y, gone = m.x+sin*step, m.y+cos*step, gone+step
		m.at += m.seconds
		m.fix()
	}
	return m
}

// patrol walks in a circle.
func (m *made) patrol(rounds, radius, speed float64) *made {
	turn := speed * float64(m.seconds) / radius
	cx, cy := m.x, m.y-radius
	for a := turn; a < rounds*2*math.Pi; a += turn {
		m.x, m.y = cx+radius*math.Sin(a), cy+radius*math.Cos(a)
		m.at += m.seconds
		m.fix()
	}
	return m
}
