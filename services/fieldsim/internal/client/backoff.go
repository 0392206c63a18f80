package client

import (
	"errors"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// retryAfterMax limits the server's Retry-After. A phone tries again after a quarter of an hour even if the server asks for
// more.
const retryAfterMax = 15 * time.Minute

// retryAfter reads both forms of the header: seconds and an HTTP date. For any other value it returns 0.
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

// backoff returns the wait after failure n in a row, counted from 0. It is the server's Retry-After plus full jitter below a
// ceiling that doubles each time. Without the jitter, all phones that the server rejected together would come back together.
func (c *Client) backoff(n int, err error) time.Duration {
	ceiling := c.o.BackoffMax
	if n < 20 {
		ceiling = min(ceiling, c.o.BackoffFirst<<n)
	}
	delay := rand.N(ceiling + 1)
	if e, ok := errors.AsType[*statusError](err); ok {
		delay += e.retryAfter
	}
	return delay
}
