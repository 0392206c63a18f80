package fleet

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/wait"
)

// A domain clock has no timers. A phone computes its sleep from the speed of the clock. But somebody may set the clock by
// hand, so a phone never sleeps longer than maxSleep before it reads the clock again.
const (
	minSleep = 5 * time.Millisecond
	maxSleep = time.Second
)

// until blocks until the clock shows at. It returns the error of ctx if ctx ends first.
func until(ctx context.Context, clk clock.Clock, at time.Time) error {
	speed := clock.SpeedOf(clk)
	for {
		left := at.Sub(clk.Now())
		if left <= 0 {
			return ctx.Err()
		}
		sleep := time.Duration(float64(left) / speed)
		if !wait.For(ctx, min(max(sleep, minSleep), maxSleep)) {
			return ctx.Err()
		}
	}
}
