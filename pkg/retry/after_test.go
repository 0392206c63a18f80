package retry_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/retry"
)

// A date in Retry-After is by the server's clock, whatever time it is here.
func TestADateIsByTheServersClock(t *testing.T) {
	t.Parallel()
	for _, skew := range []time.Duration{-5 * time.Hour, 0, 5 * time.Hour} {
		now := time.Now().Add(skew)
		h := http.Header{"Date": {now.UTC().Format(http.TimeFormat)}, "Retry-After": {now.Add(30 * time.Second).UTC().Format(http.TimeFormat)}}
		if got := retry.After(h); got != 30*time.Second {
			t.Errorf("clock wrong by %v: wait %v", skew, got)
		}
	}
	h := http.Header{"Date": {"nonsense"}, "Retry-After": {time.Now().Add(time.Minute).UTC().Format(http.TimeFormat)}}
	if got := retry.After(h); got < 50*time.Second || got > time.Minute {
		t.Errorf("without the server's time: wait %v", got)
	}
}
