// Package clock gives the current time to code whose decisions depend on it. Terreno has two clocks. Wall time is for
// timeouts, tokens and locks. Domain time is for events in the field: received_at, the age of a fix, "today", schedules.
// In production the two are the same. `terreno up` can start domain time on the day of the demo and run it faster, so
// that the nightly jobs run in the demo too.
package clock

import (
	"sync"
	"time"
)

// Clock returns the current time, in UTC.
type Clock interface {
	Now() time.Time
}

// Wall returns the machine's clock.
func Wall() Clock { return wall{} }

type wall struct{}

func (wall) Now() time.Time { return time.Now().UTC() }

// Domain is a clock that starts at a chosen instant and runs at a chosen speed. It is safe for concurrent use.
type Domain struct {
	base    time.Time
	started time.Time
	speed   float64
}

// NewDomain returns a clock that shows start at this moment and then runs speed times as fast as wall time. A speed of 0
// or less counts as 1.
func NewDomain(start time.Time, speed float64) *Domain {
	if speed <= 0 {
		speed = 1
	}
	return &Domain{base: start.UTC(), started: time.Now(), speed: speed}
}

// Now returns domain time. It never goes back, because it follows the monotonic clock.
func (d *Domain) Now() time.Time {
	return d.base.Add(time.Duration(float64(time.Since(d.started)) * d.speed))
}

// Speed returns how many domain seconds pass in one wall second.
func (d *Domain) Speed() float64 { return d.speed }

// SpeedOf returns how many seconds pass on a clock in one wall second.
func SpeedOf(c Clock) float64 {
	if fast, ok := c.(interface{ Speed() float64 }); ok && fast.Speed() > 0 {
		return fast.Speed()
	}
	return 1
}

// Manual is a clock that a test moves by hand. It is safe for concurrent use.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual returns a clock that stands still at an instant.
func NewManual(at time.Time) *Manual { return &Manual{now: at.UTC()} }

// Now returns the instant that Set or Advance chose last.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Set moves the clock to an instant, which may be earlier than the current one.
func (m *Manual) Set(at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = at.UTC()
}

// Advance moves the clock forward and returns the new instant.
func (m *Manual) Advance(d time.Duration) time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.now = m.now.Add(d)
	return m.now
}
