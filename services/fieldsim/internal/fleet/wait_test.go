package fleet

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/pkg/clock"
)

// counted is a clock that counts how often it is asked for the time. It is not safe for concurrent use.
type counted struct {
	*clock.Domain
	calls int
}

func (c *counted) Now() time.Time {
	c.calls++
	return c.Domain.Now()
}

func TestUntilSleepsByTheClocksSpeed(t *testing.T) {
	t.Parallel()
	begin := time.Date(2015, 6, 7, 14, 0, 0, 0, time.UTC)
	for _, tc := range []struct {
		speed float64
		wait  time.Duration // domain time
		took  time.Duration // wall time
		calls int           // how often the clock may be asked, at most
	}{
		{1, 10 * time.Second, 10 * time.Second, 11},
		{3600, 30 * time.Minute, 500 * time.Millisecond, 3},
		{3600, 2 * time.Hour, 2 * time.Second, 4},
		{10, time.Millisecond, minSleep, 3},
		{10, 0, 0, 1},
		{10, -time.Hour, 0, 1},
	} {
		synctest.Test(t, func(t *testing.T) {
			c := &counted{Domain: clock.NewDomain(begin, tc.speed)}
			began := time.Now()
			if err := until(t.Context(), c, begin.Add(tc.wait)); err != nil {
				t.Fatal(err)
			}
			if took := time.Since(began); took < tc.took || took > tc.took+minSleep || c.calls > tc.calls {
				t.Errorf("%v at speed %v took %v and %d questions for the time, want %v and at most %d", tc.wait, tc.speed, took, c.calls, tc.took, tc.calls)
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
			t.Errorf("no time left to wait and an ended context: %v", err)
		}
	})
}
