// Package work keeps days up to date: it takes tracking's marks, hears of visits and shifts, closes dates, and computes what waits.
//
// Everything it does may be repeated and done by any number of replicas at once. A day that cannot be computed is put off, longer each
// time, and stops nothing but itself; its error stands in summary.pending. While the database is away, everything waits. Run starts the
// workers and ends when they have ended.
package work

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/summary/internal/day"
	"github.com/terreno/terreno/services/summary/internal/store"
)

const (
	// By is who changes days.
	By = "resumen"
	// idle is how long a worker rests when nothing is due.
	idle = time.Second
	// marksEvery is how long marks gather: whoever reports all day is marked again with each upload, and those of a date that is not closed
	// are only thrown away.
	marksEvery = 5 * time.Second
	// marksAtOnce is how many marks one transaction takes. Whoever stores positions of one of these days waits for its end.
	marksAtOnce = 100
	// firstPause is how long a day waits after it could not be computed. Each time it waits twice as long, up to lastPause.
	firstPause, lastPause = 5 * time.Second, time.Hour
	// outdatedAtOnce bounds how many days of an older algorithm wait at once. With outdatedEvery it is the pace of a recompute.
	outdatedAtOnce = 500
	outdatedEvery  = time.Minute
	watchEvery     = 15 * time.Second
)

// Work keeps days up to date.
type Work struct {
	store   *store.Store
	clock   clock.Clock
	log     *slog.Logger
	workers int
	metrics metrics
}

// New makes the work. It does nothing until Run.
func New(s *store.Store, c clock.Clock, log *slog.Logger, reg prometheus.Registerer, workers int) *Work {
	return &Work{store: s, clock: c, log: log, workers: workers, metrics: newMetrics(reg)}
}

// Run computes days until ctx ends.
func (w *Work) Run(ctx context.Context) error {
	var all sync.WaitGroup
	for range w.workers {
		all.Go(func() { w.repeat(ctx, idle, "compute a day", w.next) })
	}
	all.Go(func() { w.repeat(ctx, marksEvery, "take the days that changed", w.marks) })
	all.Go(func() { w.repeat(ctx, outdatedEvery, "look for days of an older algorithm", w.outdated) })
	all.Go(func() { w.repeat(ctx, watchEvery, "look at the queue", w.watch) })
	all.Wait()
	return nil
}

// repeat does something until it finds nothing to do, rests, and begins again.
func (w *Work) repeat(ctx context.Context, rest time.Duration, what string, do func(ctx context.Context) (more bool, err error)) {
	for ctx.Err() == nil {
		more, err := do(ctx)
		if err != nil && ctx.Err() == nil {
			w.log.Warn("work on days failed", "what", what, "error", err)
		}
		if !more && !wait.For(ctx, wait.Jitter(rest)) {
			return
		}
	}
}

func (w *Work) next(ctx context.Context) (more bool, err error) {
	outcome, err := w.store.Next(ctx, By)
	poison, ok := errors.AsType[*store.PoisonError](err)
	switch {
	case ok && ctx.Err() == nil:
		// Also when the database was out of time: a day that takes too long must not come first again.
		w.metrics.days.WithLabelValues("failed").Inc()
		pause := min(firstPause<<min(poison.Attempts, 16), lastPause)
		return false, errors.Join(err, w.store.Fail(ctx, poison.Pending, poison.Err.Error(), pause))
	case err != nil:
		return false, err
	case outcome == store.Nothing:
		return false, nil
	}
	w.metrics.days.WithLabelValues(outcome).Inc()
	return true, nil
}

func (w *Work) marks(ctx context.Context) (more bool, err error) {
	taken, final, err := w.store.TakeMarks(ctx, marksAtOnce, w.clock.Now())
	w.metrics.marks.WithLabelValues("taken").Add(float64(taken))
	w.metrics.marks.WithLabelValues("final").Add(float64(final))
	return taken == marksAtOnce, err
}

func (w *Work) outdated(ctx context.Context) (more bool, err error) {
	n, err := w.store.QueueOutdated(ctx, day.Algorithm, outdatedAtOnce, w.clock.Now())
	if n > 0 {
		w.log.Info("days of an older algorithm are computed again", "days", n)
	}
	return false, err
}

func (w *Work) watch(ctx context.Context) (more bool, err error) {
	q, err := w.store.Queue(ctx)
	if err == nil {
		w.metrics.waiting.Set(float64(q.Waiting))
		w.metrics.failing.Set(float64(q.Failing))
		w.metrics.oldest.Set(q.OldestS)
	}
	return false, err
}
