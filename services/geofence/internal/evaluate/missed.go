package evaluate

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/bus/ordered"
	"github.com/terreno/terreno/proto/stream"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// missed judges what is stored of the last minutes and what the evaluator went past without judging it. First it is seen what
// is stored, then how far the stream goes, and then that the evaluator has been there: whatever was seen and is newer than
// its user's last position will never be judged by the evaluator.
func (s *sweep) missed(ctx context.Context) error {
	return s.pages(ctx, func(ctx context.Context, p page) (last string, err error) {
		var seen map[string][]rule.Fix
		err = s.looking(ctx, func(j *session) error {
			last, seen, err = s.unjudged(ctx, j, p)
			return err
		})
		if err != nil || len(seen) == 0 {
			return last, err
		}
		passed, err := s.passed(ctx)
		if err != nil || !passed {
			return "", err // The next sweep looks again.
		}
		return last, s.judging(ctx, func(j *session) error { return s.catchUp(ctx, j, seen) })
	})
}

// unjudged returns what is stored of those users of a page of whom a position is newer than the last one that was judged.
func (s *sweep) unjudged(ctx context.Context, j *session, of page) (last string, seen map[string][]rule.Fix, err error) {
	if j.plans[s.company] == nil {
		return "", nil, nil
	}
	latest, err := j.work.Recent(ctx, s.company, s.since(j), of.after, of.size)
	if err != nil {
		return "", nil, err
	}
	who := make([]rule.Who, len(latest))
	for i, l := range latest {
		who[i] = rule.Who{Company: s.company, User: l.User}
	}
	if err := j.load(ctx, who); err != nil {
		return "", nil, err
	}
	var behind []*person
	for i, l := range latest {
		if p := j.people[who[i]]; l.At.After(p.LastAt) && p.concerns(l.At) {
			behind = append(behind, p)
		}
	}
	if seen, err = s.recent(ctx, j, behind); err != nil || len(latest) < of.size {
		return "", seen, err
	}
	return latest[len(latest)-1].User, seen, nil
}

// concerns says whether a position of an instant may matter: zones apply, or did until then.
func (p *person) concerns(at time.Time) bool { return p.Zones != "" || p.zones.At(at).Key != "" }

func (s *sweep) catchUp(ctx context.Context, j *session, seen map[string][]rule.Fix) error {
	who := make([]rule.Who, 0, len(seen))
	for user := range seen {
		who = append(who, rule.Who{Company: s.company, User: user})
	}
	if err := j.load(ctx, who); err != nil {
		return err
	}
	for _, p := range j.people {
		if err := j.judge(p, seen[p.User]); err != nil {
			return err
		}
	}
	return nil
}

// passed waits until the evaluator has applied all that the stream holds at this moment. It is false when that takes too long,
// or cannot be known: then the evaluator has more to do than we.
func (s *sweep) passed(ctx context.Context) (bool, error) {
	end, err := s.Bus.StreamState(ctx, stream.Tracking)
	if err != nil {
		s.Log.Warn("a sweep cannot tell how far positions are judged", "error", err)
		s.wait.undone++
		return false, ctx.Err()
	}
	until := time.Now().Add(s.Patience)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var f ordered.Frontier
		err := s.DB.AsWorker(ctx, func(tx *sqlx.Tx) (err error) {
			f, err = store.Work{Tx: tx}.Frontier(ctx, stream.Tracking)
			return err
		})
		sameStream := f.Created.Equal(end.Created.Truncate(time.Microsecond))
		if err != nil || end.LastSeq == 0 || sameStream && f.Seq >= end.LastSeq {
			return err == nil, err
		}
		if s.wait.behind || time.Now().After(until) {
			s.wait.behind = true
			s.wait.undone++
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-tick.C:
		}
	}
}
