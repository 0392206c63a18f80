package schedule

import "time"

// Options are in wall time. The zero value is valid.
type Options struct {
	// Every is the time between two ticks; zero means 2 s. With a domain clock at ten times real speed, 2 s are 20 s of
	// domain time.
	Every time.Duration
	// Concurrency is how many runs a replica has in progress at once; zero means 2, which leaves room in a pool of four
	// connections.
	Concurrency int
	// Lease is how long a run stays with a process that does not answer; zero means 1 minute. The process extends it
	// after each third.
	Lease time.Duration
	// Attempts is the total number of attempts; zero means 3.
	Attempts int
	// Pause is the wait before the second attempt; zero means 10 s, and a negative value means none. The wait before the
	// third is six times as long.
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

// pauseAfter returns the wait after an attempt. The first attempt is number 1.
func (o Options) pauseAfter(attempt int) time.Duration {
	p := o.Pause
	for range min(attempt-1, 3) {
		p *= 6
	}
	return p
}
