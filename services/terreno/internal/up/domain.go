package up

import (
	"context"
	"log/slog"
	"time"

	"github.com/terreno/terreno/pkg/app"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/services/terreno/internal/datadir"
)

// domainClock is the machine's clock, unless the configuration begins domain time elsewhere: then it goes on where the
// data folder says that it stood.
func domainClock(c Config, dir *datadir.Dir) clock.Clock {
	if c.clockStart.IsZero() && c.ClockSpeed == 1 {
		return clock.Wall()
	}
	start := c.clockStart
	if at, ok := dir.Clock(); ok {
		start = at
	}
	if start.IsZero() {
		start = time.Now()
	}
	return clock.NewDomain(start, c.ClockSpeed)
}

// keepClock saves where domain time stands each second, so that a power cut sets it back by one at most.
func keepClock(c clock.Clock, dir *datadir.Dir, log *slog.Logger) app.Runner {
	return app.Runner{Name: "domain clock", Run: func(ctx context.Context) error {
		if c == clock.Wall() {
			<-ctx.Done()
			return nil
		}
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for {
			// A full disk is no reason to stop: what is lost is where the demo stood.
			if err := dir.SaveClock(c.Now()); err != nil {
				log.Error("domain clock is not kept", "error", err)
			}
			select {
			case <-ctx.Done():
				return dir.SaveClock(c.Now())
			case <-tick.C:
			}
		}
	}}
}
