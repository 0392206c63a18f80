package rule_test

import (
	"math"
	"testing"
	"time"

	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

var noon = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

var juan = rule.Who{Company: "acme", User: "juan"}

const metre = 1.0 / 111_195 // degrees of latitude

// disc is a round zone of 200 m on a flat earth whose middle is at 0, 0: an Area that a test can reckon with.
type disc struct{ buffer float64 }

func (d disc) Nearest(lat, lon float64) (int, float64) { return 0, math.Hypot(lat, lon)/metre - 200 }

func (d disc) Locate(lat, lon, margin float64) zone.Side {
	_, m := d.Nearest(lat, lon)
	return sideAt(m, max(d.buffer, margin))
}

func (d disc) Depth(lat, lon, margin float64) float64 {
	_, m := d.Nearest(lat, lon)
	return depthAt(m, max(d.buffer, margin))
}

func sideAt(m, buffer float64) zone.Side {
	switch {
	case m <= 0:
		return zone.Inside
	case m > buffer:
		return zone.Outside
	}
	return zone.Near
}

func depthAt(m, buffer float64) float64 { return min(max(-m, m-buffer, 0), zone.MaxDepthM) }

func set(key string) *rule.Set {
	return &rule.Set{Key: key, Zones: []string{"z1"}, Area: disc{rule.DefaultBufferM}, Params: rule.Defaults, Why: rule.ZonesChanged}
}

// at is a fix so many seconds after noon and metres from the middle, received at once.
func at(seconds int, metres float64) rule.Fix {
	t := noon.Add(time.Duration(seconds) * time.Second)
	return rule.Fix{At: t, ReceivedAt: t, Lat: metres * metre, AccuracyM: 10}
}

func received(f rule.Fix, after time.Duration) rule.Fix {
	f.ReceivedAt = f.At.Add(after)
	return f
}

func mock(f rule.Fix) rule.Fix {
	f.Mock = true
	return f
}

// by is the fix of one of several devices.
func by(device string, f rule.Fix) rule.Fix {
	f.Device = device
	return f
}

func accurate(f rule.Fix, m float64) rule.Fix {
	f.AccuracyM = m
	return f
}

// play steps through fixes under one set and returns all events.
func play(s *rule.State, set *rule.Set, fixes ...rule.Fix) (events []rule.Event) {
	for _, f := range fixes {
		events = append(events, s.Step(juan, set, f)...)
	}
	return events
}

// outside is a state with a live alert, raised by fixes at 0, 30 and 60 s.
func outside(t *testing.T) (*rule.State, rule.Alert) {
	t.Helper()
	s := &rule.State{}
	events := play(s, set("k"), at(0, 300), at(30, 310), at(60, 320))
	if len(events) != 1 || events[0].Alert.Late || !events[0].Ended.IsZero() || s.Status != rule.Outside {
		t.Fatalf("no alert: %+v %+v", events, s)
	}
	return s, events[0].Alert
}
