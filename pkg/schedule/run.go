package schedule

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/go-co-op/gocron/v2"
)

// Run ticks until ctx ends. Then it cancels the contexts of the running handlers and waits for them.
func (s *Scheduler) Run(ctx context.Context) error {
	ticker, err := gocron.NewScheduler(gocron.WithLocation(time.UTC), gocron.WithStopTimeout(longestStop))
	if err != nil {
		return fmt.Errorf("make the ticker: %w", err)
	}
	poll := func() {
		if err := s.Tick(ctx); err != nil && ctx.Err() == nil {
			level := slog.LevelWarn
			if errors.Is(err, errNoCompanies) { // as at each start; the directory itself says what keeps it
				level = slog.LevelDebug
			}
			s.deps.Log.Log(ctx, level, "schedule not polled", "error", err)
		}
	}
	if _, err := ticker.NewJob(gocron.DurationJob(s.deps.Options.Every), gocron.NewTask(poll),
		gocron.WithSingletonMode(gocron.LimitModeReschedule), gocron.WithStartAt(gocron.WithStartImmediately())); err != nil {
		return errors.Join(fmt.Errorf("set up the ticker: %w", err), ticker.Shutdown())
	}
	ticker.Start()
	<-ctx.Done()
	if err := ticker.Shutdown(); err != nil {
		return fmt.Errorf("stop the ticker: %w", err)
	}
	return nil
}

// longestStop is longer than a process gets to stop, so the process decides.
const longestStop = 10 * time.Minute

// Ready returns nil while the schedule is polled.
func (s *Scheduler) Ready(context.Context) error {
	return fresh("the schedule", s.polled.Load(), s.deps.Options.Every)
}

// fresh returns an error when the last successful poll of what is too long ago. polled is its wall time in Unix
// nanoseconds.
func fresh(what string, polled int64, every time.Duration) error {
	if polled == 0 {
		return fmt.Errorf("%s not polled yet", what)
	}
	if age := time.Since(time.Unix(0, polled)); age > 10*every+30*time.Second {
		return fmt.Errorf("%s last polled %v ago", what, age.Round(time.Second))
	}
	return nil
}
