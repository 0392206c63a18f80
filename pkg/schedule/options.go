package schedule

import "time"

// Options are in wall time. The zero value is fine.
type Options struct {
	// Every is the time between two ticks; 2 s when zero, 20 s of a domain clock at ten times real speed.
	Every time.Duration
	// Concurrency is how many runs a replica has in hand at once; 2 when zero, which leaves a pool of four connections room.
	Concurrency int
	// Lease is how long a run stays with a process that does not answer; 1 minute when zero. It is extended at each third.
	Lease time.Duration
	// Attempts in all; 3 when zero.
	Attempts int
	// Pause before the second attempt, and six times as long before the third; 10 s when zero, none when negative.
	Pause time.Duration
}

func (o Options) withDefaults() Options {
	if o.Every <= 0 {
		o.Every = 2 * time.Second
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 2
	}
	if o.Lease <= 0 {
		o.Lease = time.Minute
	}
	if o.Attempts <= 0 {
		o.Attempts = 3
	}
	if o.Pause == 0 {
		o.Pause = 10 * time.Second
	}
	o.Pause = max(0, o.Pause)
	return o
}

// pauseAfter an attempt, counted from 1.
func (o Options) pauseAfter(attempt int) time.Duration {
	p := o.Pause
	for range min(attempt-1, 3) {
		p *= 6
	}
	return p
}
