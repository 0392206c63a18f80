// Package clock hands time to whoever decides by it. Terreno has two: wall time for timeouts, tokens and locks, and
// domain time for what happens in the field (received_at, a fix's age, "today", schedules). In production they are the
// same; `terreno up` may start domain time on the demo's day and run it faster, so that the night's jobs run there too.
package clock

import (
	"sync"
	"time"
)

// Clock tells an instant, in UTC.
type Clock interface {
	Now() time.Time
}

// Wall is the machine's clock.
func Wall() Clock { return wall{} }

type wall struct{}

func (wall) Now() time.Time { return time.Now().UTC() }

// Domain runs from a chosen instant at a chosen speed. It is safe for concurrent use.
type Domain struct {
	base    time.Time
	started time.Time
	speed   float64
}

// NewDomain starts a clock that shows start now and then runs speed times as fast as wall time. A speed of 1 or less
// than 0 is real speed.
func NewDomain(start time.Time, speed float64) *Domain {
	if speed <= 0 {
		speed = 1
	}
	return &Domain{base: start.UTC(), started: time.Now(), speed: speed}
}

// Now is domain time. It never goes back, since it follows the monotonic clock.
func (d *Domain) Now() time.Time {
	return d.base.Add(time.Duration(float64(time.Since(d.started)) * d.speed))
}

// Speed is how many domain seconds pass in a wall second.
func (d *Domain) Speed() float64 { return d.speed }

// Manual is a clock that a test moves by hand. It is safe for concurrent use.
type Manual struct {
	mu  sync.Mutex
	now time.Time
}

// NewManual starts a clock that stands still at an instant.
func NewManual(at time.Time) *Manual { return &Manual{now: at.UTC()} }

// Now is the instant at which the clock stands.
func (m *Manual) Now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.now
}

// Set moves the clock to an instant, back as well.
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
