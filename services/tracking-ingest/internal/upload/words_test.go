package upload

import (
	"testing"
	"time"
)

func TestDurationsInWords(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		90 * 24 * time.Hour: "90 days", 36 * time.Hour: "36 hours", 48*time.Hour - 1: "47 hours", 121 * time.Second: "2 minutes",
		119 * time.Second: "119 seconds", 1500 * time.Millisecond: "1 second", 0: "1 second",
	} {
		if got := inWords(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}
