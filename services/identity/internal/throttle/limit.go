package throttle

import (
	"math"
	"time"
)

// Limit slows down a client that keeps failing. Every attempt counts before its password is checked, so that many
// attempts at once do not slip through. Recent attempts add up to a level, which leaks away with time. When the level
// reaches Free, the next attempt has to wait. The wait starts at Base and doubles with every attempt, up to Max.
type Limit struct {
	Free float64
	Base time.Duration
	Max  time.Duration
	// Leak is how long the level takes to fall by one.
	Leak time.Duration
}

// The guarantees in identity's doc.go follow from these numbers.
var (
	// here limits one login from one place. After 5 failures the waits are 5 s, 10 s, ... 15 min. Success resets it;
	// otherwise a failure is forgotten after an hour.
	here = Limit{Free: 5, Base: 5 * time.Second, Max: 15 * time.Minute, Leak: time.Hour}
	// around limits one login from an IPv6 /48.
	around = Limit{Free: 10, Base: 5 * time.Second, Max: 15 * time.Minute, Leak: time.Hour}
	// everywhere limits one login from all places where it is not at home. A single place never exhausts it, because the
	// limit here allows that place only 15 attempts in the first hour and 4 in each later hour. An attacker needs many
	// places at once to exhaust it.
	everywhere = Limit{Free: 30, Base: 5 * time.Second, Max: 15 * time.Minute, Leak: 4 * time.Minute}

	// address limits all logins from one place, against an attacker who tries one password on many logins. A whole
	// office or a telephone company's gateway may share a place. So many attempts are free, they leak fast, and nobody
	// waits for more than a minute. Success takes back only its own attempt; otherwise one valid account would buy any
	// number of guesses.
	address = Limit{Free: 100, Base: time.Second, Max: time.Minute, Leak: 12 * time.Second}
	// network is the same limit for an IPv6 /48.
	network = Limit{Free: 300, Base: time.Second, Max: time.Minute, Leak: 4 * time.Second}
)

// clockSpread is how far apart the clocks of two replicas may be.
const clockSpread = time.Minute

// Counter is the record of past attempts: the level right after the last attempt, and its time.
type Counter struct {
	Level float64
	At    time.Time
}

// Wait is how long the next attempt has to wait from now; 0 means that it may go ahead.
func (l Limit) Wait(c Counter, now time.Time) time.Duration {
	// The level is rounded, because a little of it has always leaked away between attempts.
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

// Forgotten returns the time from which a counter has no effect any more.
func (l Limit) Forgotten(c Counter) time.Time {
	return c.At.Add(time.Duration(c.Level * float64(l.Leak)))
}

func (l Limit) level(c Counter, now time.Time) float64 {
	past := max(0, now.Sub(c.At))
	return max(0, c.Level-past.Seconds()/l.Leak.Seconds())
}
