package up

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// A folder's data has its times already. So another start moves nothing, and whoever set it is told.
func TestAnotherClockStartDoesNotMoveAFolderThatHasATime(t *testing.T) {
	t.Parallel()
	dir := openDir(t)
	saved := time.Date(2016, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, c := range []struct {
		start string
		saved bool
		from  time.Time
		said  bool
	}{
		{demoStart, false, time.Date(2015, 6, 7, 17, 0, 0, 0, time.UTC), false},
		{"2020-01-02T03:04:05Z", false, time.Date(2020, 1, 2, 3, 4, 5, 0, time.UTC), false},
		{demoStart, true, saved, false},
		{"2020-01-02T03:04:05Z", true, saved, true},
		{"2014-01-02T03:04:05Z", true, saved, true},
	} {
		if c.saved {
			if err := dir.SaveClock(saved); err != nil {
				t.Fatal(err)
			}
		}
		config, _, err := Load([]string{"TERRENO_CLOCK_START=" + c.start, "TERRENO_CLOCK_SPEED=1"})
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		now := domainClock(config, dir, slog.New(slog.NewTextHandler(&out, nil))).Now()
		if now.Before(c.from) || now.After(c.from.Add(time.Hour)) {
			t.Errorf("start %s, saved %t: the time is %v", c.start, c.saved, now)
		}
		if said := strings.Contains(out.String(), "CLOCK_START"); said != c.said {
			t.Errorf("start %s, saved %t: the log says %q", c.start, c.saved, out.String())
		}
	}
}
