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

// account is for one login: after 5 failures 5 s, 10 s, ... 15 min. Success resets it; otherwise a failure is forgotten
// after an hour.
var account = Limit{Free: 5, Base: 5 * time.Second, Max: 15 * time.Minute, Leak: time.Hour}

// address is for one client address, against trying one password on many logins. A whole office or a telephone
// company's gateway may share an address: more attempts are free and they leak fast. Success gives back its own attempt
// and no more, or one valid account would buy any number of guesses.
var address = Limit{Free: 30, Base: 5 * time.Second, Max: 15 * time.Minute, Leak: 30 * time.Second}

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
	delay := min(float64(l.Max), float64(l.Base)*math.Exp2(over))
	return max(0, time.Duration(delay)-now.Sub(c.At))
}

// Count adds an attempt made now.
func (l Limit) Count(c Counter, now time.Time) Counter {
	return Counter{Level: l.level(c, now) + 1, At: now}
}

// Refund takes back one attempt.
func (l Limit) Refund(c Counter, now time.Time) Counter {
	return Counter{Level: max(0, l.level(c, now)-1), At: now}
}

func (l Limit) level(c Counter, now time.Time) float64 {
	past := max(0, now.Sub(c.At))
	return max(0, c.Level-past.Seconds()/l.Leak.Seconds())
}
