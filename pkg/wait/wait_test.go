package wait_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/terreno/terreno/pkg/wait"
)

func TestForEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		if !wait.For(ctx, time.Second) || time.Since(began) != time.Second {
			t.Errorf("waited %v for a second", time.Since(began))
		}
		if wait.For(ctx, time.Hour) || time.Since(began) != time.Minute {
			t.Errorf("a wait of an hour ended after %v, its context after a minute", time.Since(began))
		}
	})
}

func TestJitterStaysBetweenHalfAndAll(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{0, 1, 2, 3, time.Second} {
		for range 100 {
			if j := wait.Jitter(d); j < d/2 || j > d {
				t.Errorf("jitter of %d is %d", d, j)
			}
		}
	}
}
