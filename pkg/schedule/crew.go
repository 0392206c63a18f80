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

// ErrLeaseLost is the cause (context.Cause) of a run's context that ended because the run may be another process's by now.
var ErrLeaseLost = errors.New("the lease was lost")

// crew is the runs in hand during one tick.
type crew struct {
	s *Scheduler
	// Of the tick's own goroutine: how many runs are in hand, which daily job is asked first, when the schedule was looked at.
	busy, turn int
	looked     time.Time

	ended chan struct{}
	stop  func()
	wg    sync.WaitGroup

	mu   sync.Mutex
	held map[handle]*hold
}

// hold is a run in hand.
type hold struct {
	renewed time.Time // when the statement was sent that last extended the lease
	cancel  context.CancelCauseFunc
}

func newCrew(s *Scheduler) *crew {
	ctx, stop := context.WithCancel(context.Background())
	c := &crew{s: s, ended: make(chan struct{}, s.deps.Options.Concurrency), stop: stop, held: map[handle]*hold{}}
	c.wg.Go(func() { c.heartbeat(ctx) })
	return c
}

// dismiss ends the heartbeat; no run is in hand any more.
func (c *crew) dismiss() {
	c.stop()
	c.wg.Wait()
}

// wait returns when a run has ended, or after a while.
func (c *crew) wait(most time.Duration) {
	timer := time.NewTimer(most)
	defer timer.Stop()
	select {
	case <-timer.C:
		return
	case <-c.ended:
		c.busy--
	}
	for {
		select {
		case <-c.ended:
			c.busy--
		default:
			return
		}
	}
}

// round looks at the schedule, unless it has just done so, and gives every free hand a run.
func (c *crew) round(ctx context.Context) error {
	if now := time.Now(); now.Sub(c.looked) >= c.s.deps.Options.Every {
		if err := c.s.look(ctx); err != nil {
			return err
		}
		c.looked = now
	}
	return c.hire(ctx)
}

// hire claims as many runs as there are free hands and begins them. Interval jobs come first: they are few and soon over,
// while a daily job may have thousands.
func (c *crew) hire(ctx context.Context) error {
	for _, j := range c.order() {
		free := c.s.deps.Options.Concurrency - c.busy
		if free == 0 {
			return nil
		}
		began, now := time.Now(), c.s.deps.Clock.Now()
		owner := c.s.owner + "/" + strconv.FormatInt(c.s.claims.Add(1), 10)
		var runs []claimed
		err := c.s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) (err error) {
			runs, err = claimRuns(ctx, tx, j, free, owner, c.s.deps.Options, now)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range runs {
			c.busy++
			c.begin(ctx, j, r, began)
		}
	}
	return nil
}

func (c *crew) order() (jobs []Job) {
	var daily []Job
	for _, j := range c.s.jobs {
		if j.daily() {
			daily = append(daily, j)
		} else {
			jobs = append(jobs, j)
		}
	}
	if len(daily) > 0 {
		c.turn++
		first := c.turn % len(daily)
		daily = slices.Concat(daily[first:], daily[:first])
	}
	return append(jobs, daily...)
}

// begin runs a handler in a goroutine of its own.
func (c *crew) begin(ctx context.Context, j Job, r claimed, renewed time.Time) {
	if r.Late {
		c.s.metrics.late.WithLabelValues(j.Name).Inc()
	}
	run, cancel := context.WithCancelCause(ctx)
	c.mu.Lock()
	c.held[r.handle()] = &hold{renewed, cancel}
	c.mu.Unlock()
	c.wg.Go(func() {
		err := c.s.call(run, j, r)
		if err != nil && errors.Is(context.Cause(run), ErrLeaseLost) {
			c.s.lost(r)
		} else { // what was done is recorded if nobody else has taken it on
			c.s.record(ctx, j, r, err)
		}
		c.mu.Lock()
		delete(c.held, r.handle())
		c.mu.Unlock()
		cancel(nil)
		c.ended <- struct{}{}
	})
}

// heartbeat extends the leases of what is in hand at each third of a lease, also while the process drains.
func (c *crew) heartbeat(ctx context.Context) {
	tick := time.NewTicker(c.s.deps.Options.Lease / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			c.beat(ctx)
		}
	}
}

func (c *crew) beat(ctx context.Context) {
	c.mu.Lock()
	handles := slices.Collect(maps.Keys(c.held))
	c.mu.Unlock()
	if len(handles) == 0 {
		return
	}
	sent, lease := time.Now(), c.s.deps.Options.Lease
	ctx, cancel := context.WithTimeout(ctx, lease/3)
	defer cancel()
	var kept []handle
	err := c.s.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) (err error) {
		kept, err = extendLeases(ctx, tx, handles, lease)
		return err
	})
	if err != nil && ctx.Err() == nil {
		c.s.deps.Log.Warn("leases not extended", "error", err)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, h := range handles {
		held, ok := c.held[h]
		switch {
		case !ok: // ended meanwhile
		case err == nil && slices.Contains(kept, h):
			held.renewed = sent
		case err == nil || time.Since(held.renewed) >= lease*2/3: // it would lapse before the next beat
			held.cancel(ErrLeaseLost)
		}
	}
}
