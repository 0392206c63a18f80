package up

import (
	"context"
	"log/slog"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

// domainClock returns the machine's clock, unless the configuration sets a start or a speed for domain time. In that case
// the clock continues from the time that was last saved in the data folder, if there is one. A start that is set later does
// not move the clock: the data has its times already.
func domainClock(c Config, dir *datadir.Dir, log *slog.Logger) clock.Clock {
	if c.clockStart.IsZero() && c.ClockSpeed == 1 {
		return clock.Wall()
	}
	start := c.clockStart
	if at, ok := dir.Clock(); ok {
		if c.ClockStart != "" && c.ClockStart != demoStart {
			log.Warn("TERRENO_CLOCK_START is for a new data folder only: the domain time of this folder goes on from where it was",
				"now", at.UTC().Format(time.RFC3339), "data", dir.Path(""))
		}
		start = at
	}
	if start.IsZero() {
		start = time.Now()
	}
	return clock.NewDomain(start, c.ClockSpeed)
}

// keepClock saves the domain time each second of wall time, so that a power cut sets it back by at most one such second.
func keepClock(c clock.Clock, dir *datadir.Dir, log *slog.Logger) app.Runner {
	return app.Runner{Name: "domain clock", Run: func(ctx context.Context) error {
		if c == clock.Wall() {
			<-ctx.Done()
			return nil
		}
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			// A failure, such as a full disk, is no reason to stop: only the time of the demo would be lost.
			if err := dir.SaveClock(c.Now()); err != nil {
				log.Error("the domain time cannot be saved", "error", err)
			}
			select {
			case <-ctx.Done():
				return dir.SaveClock(c.Now())
			case <-tick.C:
			}
		}
	}}
}
