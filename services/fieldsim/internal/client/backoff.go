package client

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// retryAfterMax bounds what a server may ask for: a phone asks again after a quarter of an hour whatever it was told.
const retryAfterMax = 15 * time.Minute

// retryAfter reads the header's two forms, seconds and an HTTP date; anything else is 0.
func retryAfter(value string, now time.Time) time.Duration {
	if seconds, err := strconv.ParseUint(value, 10, 64); err == nil {
		return time.Duration(min(seconds, uint64(retryAfterMax/time.Second))) * time.Second
	}
	at, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	return min(max(0, at.Sub(now)), retryAfterMax)
}

// backoff is the wait after the nth failure in a row, n from 0: full jitter below a doubling ceiling, on top of what the
// server asked for, so that a crowd that was sent away together does not return together.
func (c *Client) backoff(n int, err error) time.Duration {
	ceiling := c.o.BackoffMax
	if n < 20 {
		ceiling = min(ceiling, c.o.BackoffFirst<<n)
	}
	wait := rand.N(ceiling + 1)
	if e, ok := errors.AsType[*statusError](err); ok {
		wait += e.retryAfter
	}
	return wait
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
