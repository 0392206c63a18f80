package throttle

import (
	"math"
	"time"
)

// Limit slows down whoever keeps failing. Every attempt counts before its password is checked, so that many at once do
// not slip through; the attempts of the last while are a level that leaks away with time. From Free upwards the next
// attempt waits, twice as long every time, up to Max.
type Limit struct {
	Free float64
	Base time.Duration
	Max  time.Duration
	// Leak is the time in which the level falls by one.
	Leak time.Duration
}

// The numbers that the guarantees in identity's doc.go follow from.
var (
	// here is for one login from one place: after 5 failures 5 s, 10 s, ... 15 min. Success resets it; otherwise a failure
	// is forgotten after an hour.
	here = Limit{Free: 5, Base: 5 * time.Second, Max: 15 * time.Minute, Leak: time.Hour}
	// around is for one login from an IPv6 /48.
	around = Limit{Free: 10, Base: 5 * time.Second, Max: 15 * time.Minute, Leak: time.Hour}
	// everywhere is for one login from all places where it is not at home. One place alone, which here slows down to 15
	// attempts in the first hour and then 4, never exhausts it: that takes many places at once.
	everywhere = Limit{Free: 30, Base: 5 * time.Second, Max: 15 * time.Minute, Leak: 4 * time.Minute}

	// address is for all logins from one place, against trying one password on many. A whole office or a telephone
	// company's gateway may share a place: many attempts are free, they leak fast and nobody waits for more than a minute.
	// Success gives back its own attempt and no more, or one valid account would buy any number of guesses.
	address = Limit{Free: 100, Base: time.Second, Max: time.Minute, Leak: 12 * time.Second}
	// network is the same for an IPv6 /48.
	network = Limit{Free: 300, Base: time.Second, Max: time.Minute, Leak: 4 * time.Second}
)

// clockSpread is how far the clocks of two replicas may be apart.
const clockSpread = time.Minute

// Counter is what is kept of past attempts: the level at the last of them.
type Counter struct {
	Level float64
	At    time.Time
}

// Wait is how long the next attempt has to wait from now; 0 means that it may go ahead.
func (l Limit) Wait(c Counter, now time.Time) time.Duration {
	// Rounded, since a little has always leaked away.
	over := math.Round(c.Level) - l.Free
	if over < 0 {
		return 0
	}
	past := now.Sub(c.At)
	if past < -clockSpread {
		return 0 // the clock was put back since: nobody knows how long ago it was
	}
	delay := min(float64(l.Max), float64(l.Base)*math.Exp2(over))
	return max(0, time.Duration(delay)-max(0, past))
}

// Count adds an attempt made now.
func (l Limit) Count(c Counter, now time.Time) Counter {
	return Counter{Level: l.level(c, now) + 1, At: now}
}

// Refund takes back one attempt.
func (l Limit) Refund(c Counter, now time.Time) Counter {
	return Counter{Level: max(0, l.level(c, now)-1), At: now}
}

// Forgotten is when a counter is as if it had never been.
func (l Limit) Forgotten(c Counter) time.Time {
	return c.At.Add(time.Duration(c.Level * float64(l.Leak)))
}

func (l Limit) level(c Counter, now time.Time) float64 {
	past := max(0, now.Sub(c.At))
	return max(0, c.Level-past.Seconds()/l.Leak.Seconds())
}
