package schedule

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/jmoiron/sqlx"
)

// ErrLeaseLost is the cause (context.Cause) of a run's context that ended because another process may have the run by
// now.
var ErrLeaseLost = errors.New("the lease was lost")

// workers holds the runs that are in progress during one tick, at most Options.Concurrency.
type workers struct {
	s *Scheduler
	// Only the tick uses these: the number of runs in progress, the daily job that is first in turn, and the time of the
	// last poll.
	busy, turn int
	polled     time.Time

	ended chan struct{}
	stop  func()
	wg    sync.WaitGroup

	mu     sync.Mutex
	leases map[handle]*lease
}

// lease is the lease of a run in progress.
type lease struct {
	renewed time.Time // when the statement was sent that last extended the lease
	cancel  context.CancelCauseFunc
}

func newWorkers(s *Scheduler) *workers {
	ctx, stop := context.WithCancel(context.Background())
	w := &workers{s: s, ended: make(chan struct{}, s.deps.Options.Concurrency), stop: stop, leases: map[handle]*lease{}}
	w.wg.Go(func() { w.heartbeat(ctx) })
	return w
}

// close ends the heartbeat. By then no run is in progress.
func (w *workers) close() {
	w.stop()
	w.wg.Wait()
}

// wait returns when a run has ended, or after the duration most.
func (w *workers) wait(most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-timer.C:
		return
	case <-w.ended:
		w.busy--
	}
	for {
		select {
		case <-w.ended:
			w.busy--
		default:
			return
		}
	}
}

// round polls the schedule, unless it has just done so, and gives every free worker a run.
func (w *workers) round(ctx context.Context) error {
	if now := time.Now(); now.Sub(w.polled) >= w.s.deps.Options.Every {
		if err := w.s.poll(ctx); err != nil {
			return err
		}
		w.polled = now
	}
	return w.claim(ctx)
}

// claim claims as many runs as there are free workers, and starts them. Interval jobs come first, because they are few
// and short, while a daily job may have thousands of runs.
func (w *workers) claim(ctx context.Context) error {
	for _, j := range w.order() {
		free := w.s.deps.Options.Concurrency - w.busy
		if free == 0 {
			return nil
		}
		began, now := time.Now(), w.s.deps.Clock.Now()
		owner := w.s.owner + "/" + strconv.FormatInt(w.s.claims.Add(1), 10)
		var runs []claimed
		err := w.s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) (err error) {
			runs, err = claimRuns(ctx, tx, j, free, owner, w.s.deps.Options, now)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range runs {
			w.busy++
			w.begin(ctx, j, r, began)
		}
	}
	return nil
}

func (w *workers) order() (jobs []Job) {
	var daily []Job
	for _, j := range w.s.jobs {
		if j.daily() {
			daily = append(daily, j)
		} else {
			jobs = append(jobs, j)
		}
	}
	if len(daily) > 0 {
		w.turn++
		first := w.turn % len(daily)
		daily = slices.Concat(daily[first:], daily[:first])
	}
	return append(jobs, daily...)
}

// begin runs a handler in its own goroutine.
func (w *workers) begin(ctx context.Context, j Job, r claimed, renewed time.Time) {
	if r.Late {
		w.s.metrics.late.WithLabelValues(j.Name).Inc()
	}
	run, cancel := context.WithCancelCause(ctx)
	w.mu.Lock()
	w.leases[r.handle()] = &lease{renewed, cancel}
	w.mu.Unlock()
	w.wg.Go(func() {
		err := w.s.call(run, j, r)
		if err != nil && errors.Is(context.Cause(run), ErrLeaseLost) {
			w.s.lost(r)
		} else { // Record what was done, unless another process has claimed the run.
			w.s.record(ctx, j, r, err)
		}
		w.mu.Lock()
		delete(w.leases, r.handle())
		w.mu.Unlock()
		cancel(nil)
		w.ended <- struct{}{}
	})
}

// heartbeat extends the leases of the runs in progress after each third of a lease, even while the process stops.
func (w *workers) heartbeat(ctx context.Context) {
	tick := time.NewTicker(w.s.deps.Options.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			w.beat(ctx)
		}
	}
}

func (w *workers) beat(ctx context.Context) {
	w.mu.Lock()
	handles := slices.Collect(maps.Keys(w.leases))
	w.mu.Unlock()
	if len(handles) == 0 {
		return
	}
	sent, length := time.Now(), w.s.deps.Options.Lease
	ctx, cancel := context.WithTimeout(ctx, length/3)
	defer cancel()
	var kept []handle
	err := w.s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) (err error) {
		kept, err = extendLeases(ctx, tx, handles, length)
		return err
	})
	if err != nil && ctx.Err() == nil {
		w.s.deps.Log.Warn("leases not extended", "error", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, h := range handles {
		held, ok := w.leases[h]
		switch {
		case !ok: // The run has ended meanwhile.
		case err == nil && slices.Contains(kept, h):
			held.renewed = sent
		case err == nil || time.Since(held.renewed) >= length*2/3: // The lease would lapse before the next beat.
			held.cancel(ErrLeaseLost)
		}
	}
}
