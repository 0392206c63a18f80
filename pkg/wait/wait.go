// Package wait holds the two things that every loop of Terreno does between two tries: it waits until its context ends,
// and it spreads its delay, so that replicas that failed together do not come back together.
package wait

import (
	"context"
	"math/rand/v2"
	"time"
)

// For waits for d. It returns false when ctx ended first.
func For(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// Jitter returns a random duration from half of d to d.
func Jitter(d time.Duration) time.Duration {
	if d < 2 {
		return d
	}
	return d/2 + rand.N(d/2)
}
