package evaluate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// defaultPatience is many times what an evaluator without a backlog needs.
const defaultPatience = 5 * time.Second

// ErrBehind leaves the rest of a sweep to the next one.
var ErrBehind = errors.New("positions wait for the evaluator, and the sweep does not go ahead of it")

// backlog is what one sweep knows of the evaluator's backlog. Once the evaluator takes too long, the sweep takes it to be
// behind and does not wait for it again.
type backlog struct {
	*Evaluator
	behind bool
	undone int // looks that were left undone for it
}

func (b *backlog) err() error {
	if b.undone == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d times", ErrBehind, b.undone)
}

// passed waits until the evaluator has applied all that the stream holds at this moment. It returns false when that takes
// too long or cannot be known. Then the evaluator has more to do than the sweep.
func (b *backlog) passed(ctx context.Context) (bool, error) {
	if b.behind {
		b.undone++
		return false, nil
	}
	end, err := b.Bus.StreamState(ctx, stream.Tracking)
	if err != nil {
		b.Log.Warn("a sweep cannot tell how far positions are judged", "error", err)
		b.undone++
		return false, ctx.Err()
	}
	for until := time.Now().Add(b.Patience); ; {
		var f ordered.Frontier
		err := b.asWorker(ctx, func(w store.Work) (err error) {
			f, err = w.Frontier(ctx, stream.Tracking)
			return err
		})
		sameStream := f.Created.Equal(end.Created.Truncate(time.Microsecond))
		if err != nil || end.LastSeq == 0 || sameStream && f.Seq >= end.LastSeq {
			return err == nil, err
		}
		if time.Now().After(until) {
			b.behind = true
			b.undone++
			return false, nil
		}
		if !wait.For(ctx, 20*time.Millisecond) {
			return false, ctx.Err()
		}
	}
}

// ruleOut drops the positions that only seemed to be missed. The writer is mostly some milliseconds ahead of the evaluator,
// so at any time thousands of users have a position that is stored and not yet judged.
func (b *backlog) ruleOut(ctx context.Context, now time.Time, found map[string][]store.Candidate) error {
	var seen []rule.Who
	for _, list := range found {
		for _, c := range list {
			if c.Seen.After(c.LastAt) {
				seen = append(seen, c.Who)
			}
		}
	}
	if len(seen) == 0 {
		return nil
	}
	passed, err := b.passed(ctx)
	if err != nil {
		return err
	}
	judged := map[rule.Who]time.Time{}
	if passed {
		err = b.asWorker(ctx, func(w store.Work) (err error) {
			judged, err = w.LastJudged(ctx, seen)
			return err
		})
		if err != nil {
			return err
		}
	}
	for company, list := range found {
		for i := range list {
			if c := &list[i]; !passed || !c.Seen.After(judged[c.Who]) {
				c.Seen = time.Time{}
			}
		}
		found[company] = slices.DeleteFunc(list, func(c store.Candidate) bool { return c.Seen.IsZero() && !c.Known || b.needless(now, c) })
		if len(found[company]) == 0 {
			delete(found, company)
		}
	}
	return nil
}
