package upload

import (
	"fmt"
	"time"
)

// inWords writes a duration for people: 90 days, 36 hours, 2 minutes. It uses the largest unit of which there are at
// least two. It rounds down, but to no less than a second.
func inWords(d time.Duration) string {
	for _, unit := range [...]struct {
		of   time.Duration
		name string
	}{{24 * time.Hour, "days"}, {time.Hour, "hours"}, {time.Minute, "minutes"}, {time.Second, "seconds"}} {
		if d >= 2*unit.of {
			return fmt.Sprintf("%d %s", d/unit.of, unit.name)
		}
	}
	return "1 second"
}
