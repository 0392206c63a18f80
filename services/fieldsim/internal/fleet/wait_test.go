package fleet

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/pkg/clock"
)

// looked counts how often somebody looks at a clock. Not for concurrent use.
type looked struct {
	*clock.Domain
	times int
}

func (c *looked) Now() time.Time {
	c.times++
	return c.Domain.Now()
}

func TestUntilSleepsByTheClocksSpeed(t *testing.T) {
	t.Parallel()
	begin := time.Date(2015, 6, 7, 14, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		speed float64
		wait  time.Duration // domain
		took  time.Duration // wall
		looks int
	}{
		{1, 10 * time.Second, 10 * time.Second, 11},
		{3600, 30 * time.Minute, 500 * time.Millisecond, 3},
		{3600, 2 * time.Hour, 2 * time.Second, 4},
		{10, time.Millisecond, shortestNap, 3},
		{10, 0, 0, 1},
		{10, -time.Hour, 0, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := &looked{Domain: clock.NewDomain(begin, tc.speed)}
			began := time.Now()
			if err := until(t.Context(), c, begin.Add(tc.wait)); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < tc.took || took > tc.took+shortestNap || c.times > tc.looks {
				t.Errorf("%v at speed %v took %v and %d looks, want %v and %d", tc.wait, tc.speed, took, c.times, tc.took, tc.looks)
			}
		})
	}
}

func TestUntilEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
		defer cancel()
		stopped := clock.NewManual(time.Date(2015, 6, 7, 14, 0, 0, 0, time.UTC))
		began := time.Now()
		if err := until(ctx, stopped, stopped.Now().Add(time.Second)); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != 90*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
		if err := until(ctx, stopped, stopped.Now()); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("nothing to wait for and the end reached: %v", err)
		}
	})
}
