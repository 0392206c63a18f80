package fleet

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/clock"
)

// A domain clock tells the time and wakes nobody. Its speed says how long to sleep, but it may be set by hand, so a phone
// never sleeps longer than longestNap.
const (
	shortestNap = 5 * time.Millisecond
	longestNap  = time.Second
)

// until blocks until the clock shows at.
func until(ctx context.Context, clk clock.Clock, at time.Time) error {
	speed := 1.0
	if c, ok := clk.(interface{ Speed() float64 }); ok && c.Speed() > 0 {
		speed = c.Speed()
	}
	for {
		left := at.Sub(clk.Now())
		if left <= 0 {
			return ctx.Err()
		}
		nap := time.Duration(float64(left) / speed)
		if err := pause(ctx, min(max(nap, shortestNap), longestNap)); err != nil {
			return err
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
