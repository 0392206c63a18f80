package schedule

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/wait"
)

const (
	// timersAtOnce is how many due timers one poll returns at most.
	timersAtOnce = 256
	// timersOfOne is how many of them may belong to one company while other companies have due timers too.
	timersOfOne = 16
	// leastPause keeps a timer that waits for something else from being tried without a pause.
	leastPause  = time.Second
	mostBackoff = 30 * time.Second
)

// Run polls for due timers until ctx ends. Then the contexts of running effects end, and the effects are rolled back.
func (t *Timers) Run(ctx context.Context) error {
	backoff := t.deps.Options.Every
	var measured, pruned time.Time
	for ctx.Err() == nil {
		more, err := t.tick(ctx, measureEvery)
		if err == nil && time.Since(measured) >= measureEvery {
			measured = time.Now()
			err = t.measure(ctx)
		}
		if err == nil && time.Since(pruned) >= pruneEvery {
			pruned = time.Now()
			err = t.prune(ctx)
		}
		pause := t.deps.Options.Every
		switch {
		case err == nil && more: // A long backlog: tick returned only so that the metrics show it shrinking.
			pause, backoff = 0, t.deps.Options.Every
		case err == nil:
			backoff = pause
		case ctx.Err() == nil:
			t.deps.Log.Warn("timers wait", "error", err, "retry_in", backoff)
			pause, backoff = backoff, min(2*backoff, mostBackoff)
		}
		wait.For(ctx, wait.Jitter(pause))
	}
	return nil
}

// Ready returns nil while the timers are polled.
func (t *Timers) Ready(context.Context) error {
	return fresh("timers", t.polled.Load(), t.deps.Options.Every)
}

// Tick runs the due timers. It returns when none is due, or when other processes hold all that are due.
func (t *Timers) Tick(ctx context.Context) error {
	for {
		if more, err := t.tick(ctx, measureEvery); err != nil || !more {
			return err
		}
	}
}

// tick is Tick for a limited wall time. more says that due timers are left.
func (t *Timers) tick(ctx context.Context, most time.Duration) (more bool, err error) {
	for began := time.Now(); ctx.Err() == nil; {
		turns, err := t.poll(ctx)
		if err != nil {
			return false, err
		}
		t.polled.Store(time.Now().UnixNano())
		if len(turns) == 0 {
			return false, nil
		}
		taken, err := t.round(ctx, turns)
		if err != nil || taken == 0 {
			return false, err
		}
		if time.Since(began) >= most {
			return true, nil
		}
	}
	return false, ctx.Err()
}

// poll returns the companies that have due timers, once for each timer, in an order in which no company waits for the
// backlog of another. Its first query is cheap, and is enough when there is no backlog. With a backlog, each company
// first gets its turns, and the companies with more timers get the rest.
func (t *Timers) poll(ctx context.Context) (turns []string, err error) {
	err = t.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) error {
		now := t.deps.Clock.Now()
		oldest, err := dueTimers(ctx, tx, t.deps.Schema, t.names, now, timersAtOnce)
		if err != nil || len(oldest) < timersAtOnce {
			turns = inTurn(oldest)
			return err
		}
		turns, err = dueTimersInTurn(ctx, tx, t.deps.Schema, t.names, now, timersAtOnce, timersOfOne)
		turns = append(turns, oldest[min(len(turns), len(oldest)):]...)
		return err
	})
	return turns, err
}

// inTurn puts the first turn of each company before any second turn, and so on.
func inTurn(companies []string) []string {
	turn := make(map[string]int, len(companies))
	rounds := [][]string{}
	for _, c := range companies {
		if turn[c] == len(rounds) {
			rounds = append(rounds, nil)
		}
		rounds[turn[c]] = append(rounds[turn[c]], c)
		turn[c]++
	}
	return slices.Concat(rounds...)
}

// round gives each turn to a worker, with Options.Concurrency workers at once. It returns how many timers they took. It
// ends early when the database is away. It also ends after Options.Every of wall time, so that a timer that came due
// meanwhile has its turn before the rest of a backlog. But each company gets its first turn: the next round begins with the
// same companies, and would keep the others waiting while effects are slow.
func (t *Timers) round(ctx context.Context, turns []string) (taken int, err error) {
	work := make(chan string)
	var running sync.WaitGroup
	var count atomic.Int64
	var once sync.Once
	away, stop := context.WithCancel(ctx)
	defer stop()
	for range min(t.deps.Options.Concurrency, len(turns)) {
		running.Go(func() {
			for company := range work {
				took, e := t.turn(ctx, company)
				if took {
					count.Add(1)
				}
				if e != nil {
					once.Do(func() { err = e })
					stop()
					continue
				}
				t.polled.Store(time.Now().UnixNano())
			}
		})
	}
	began, hadOne := time.Now(), map[string]bool{}
	for _, company := range turns { // The first turns come before all second ones.
		if away.Err() != nil || hadOne[company] && time.Since(began) >= t.deps.Options.Every {
			break
		}
		hadOne[company] = true
		select {
		case work <- company:
		case <-away.Done():
		}
	}
	close(work)
	running.Wait()
	return int(count.Load()), err
}

// turn takes the oldest due timer of a company that no other process holds, and runs its effect, in one transaction. It
// returns an error only for a failure that concerns all timers.
func (t *Timers) turn(ctx context.Context, company string) (took bool, err error) {
	var r timerRow
	nothing := false
	err = t.deps.Changes.AsWorkerFor(ctx, company, "timers", func(ch *change.Change) error {
		var found bool
		if r, found, err = claimTimer(ctx, ch.Tx, t.deps.Schema, company, t.names, t.deps.Clock.Now()); err != nil {
			return err
		}
		if !found {
			return change.ErrNothing
		}
		ch.By = r.Kind
		if err := t.call(ctx, ch, r); err != nil {
			nothing = errors.Is(err, change.ErrNothing)
			return err
		}
		return finishTimer(ctx, ch.Tx, t.deps.Schema, r)
	})
	if nothing && err == nil { // The effect was rolled back and the timer is still there. One that was set again stays.
		err = t.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) error { return finishTimer(ctx, tx, t.deps.Schema, r) })
	}
	switch {
	case r.Kind == "": // No timer was left, or the query failed.
		return false, err
	case err == nil:
		t.metrics.ended(r.Kind, resultDone)
		return true, nil
	case ctx.Err() != nil:
		return true, nil
	}
	return true, t.record(ctx, r, err)
}

// call runs the effect within its timeout and turns a panic into an error.
func (t *Timers) call(ctx context.Context, ch *change.Change, r timerRow) (err error) {
	k := t.kinds[r.Kind]
	timed, done := context.WithTimeout(ctx, k.Timeout)
	defer done()
	defer func() {
		if p := recover(); p != nil {
			t.deps.Log.Error("timer panicked", "kind", r.Kind, "company", r.Company, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	err = k.Do(timed, ch, Timer{Key: r.Key, DueAt: r.DueAt.UTC(), Payload: r.Payload, Attempt: r.Attempts + 1})
	if err != nil && ctx.Err() == nil && timed.Err() != nil {
		return fmt.Errorf("%w within %v: %w", errTimedOut, k.Timeout, err)
	}
	return err
}

// errTimedOut counts as an attempt, whatever the effect waited for. It also counts if the timeout broke the effect's
// connection.
var errTimedOut = errors.New("not done")

// record writes why an effect failed. It needs a transaction of its own, because that of the effect was rolled back. A
// row that was set again meanwhile stays as it is. record returns an error only for a failure that concerns all timers.
func (t *Timers) record(ctx context.Context, r timerRow, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordWithin)
	defer cancel()
	result, pause := resultRetried, t.deps.Options.pauseAfter(r.Attempts+1)
	timedOut := errors.Is(why, errTimedOut)
	switch {
	case !timedOut && (db.MayPass(why) || errors.Is(why, bus.ErrUnavailable)):
		result, pause = resultPostponed, max(t.deps.Options.Pause, leastPause)
	case r.Attempts+1 >= t.deps.Options.Attempts:
		result = resultFailed
	}
	err := t.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) error {
		return putBackTimer(ctx, tx, t.deps.Schema, r, result, pause, reason(why))
	})
	log := t.deps.Log.With("kind", r.Kind, "company", r.Company, "attempt", r.Attempts+1)
	if result == resultFailed && err == nil {
		log.Error("timer failed and was put aside", "error", why)
	} else {
		log.Warn("timer will be tried again", "result", result, "retry_in", pause, "error", why)
	}
	t.metrics.ended(r.Kind, result)
	if err != nil {
		return err
	}
	if !timedOut && db.IsUnavailable(why) {
		return why
	}
	return nil
}

func (t *Timers) measure(ctx context.Context) error {
	return t.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) error {
		l, err := measureTimers(ctx, tx, t.deps.Schema)
		if err == nil {
			t.metrics.show(l, t.deps.Clock.Now())
		}
		return err
	})
}

// prune removes timers that failed long ago.
func (t *Timers) prune(ctx context.Context) error {
	for before := t.deps.Clock.Now().Add(-keep); ; {
		var n int64
		err := t.deps.DB.AsWorker(ctx, func(tx *sqlx.Tx) (err error) {
			n, err = pruneTimers(ctx, tx, t.deps.Schema, before, pruneBatch)
			return err
		})
		if err != nil || n < pruneBatch {
			return err
		}
	}
}
