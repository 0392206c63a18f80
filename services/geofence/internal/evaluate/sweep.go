package evaluate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// The sweep, calcular-alertas-geocerca, judges by the rule that the evaluator uses. It adds what no position brings about:
//
//   - other zones apply than those that a state is about, after an edit or the end of a schedule: an alert of before ends, and
//     the positions of the last minutes are judged by the new ones;
//   - a position that is stored and that the evaluator did not judge, because it became a dead letter there.
//
// Handling a slot twice changes nothing: states that are current are left alone.

const (
	companiesPage = 500
	// pageSize is how many people a transaction judges; at one position a second that is some ten thousand positions.
	pageSize = 50
	maxFixes = 50_000
	// missedAfter is for how long the evaluator may be behind before the sweep goes ahead of it, domain time.
	missedAfter = time.Minute
)

// SweepAll looks at every company that has zones. A company that fails does not hold up the others.
func (e *Evaluator) SweepAll(ctx context.Context) error {
	var problems []error
	for after := ""; ctx.Err() == nil; {
		var page []string
		err := e.DB.AsWorker(ctx, func(tx *sqlx.Tx) (err error) {
			page, err = store.Work{Tx: tx}.Companies(ctx, after, companiesPage)
			return err
		})
		if err != nil {
			return err
		}
		for _, c := range page {
			if err := e.Sweep(ctx, c); err != nil {
				problems = append(problems, fmt.Errorf("sweep %s: %w", c, err))
				if len(problems) == companiesPage { // something is wrong with more than a company
					return errors.Join(problems...)
				}
			}
		}
		if len(page) < companiesPage {
			break
		}
		after = page[len(page)-1]
	}
	return errors.Join(append(problems, ctx.Err())...)
}

// Sweep looks at one company.
func (e *Evaluator) Sweep(ctx context.Context, company string) error {
	s := &sweep{Evaluator: e, company: company, now: e.Clock.Now()}
	if err := s.pages(ctx, s.edited); err != nil {
		return err
	}
	return s.pages(ctx, s.missed)
}

type sweep struct {
	*Evaluator
	company string
	now     time.Time
}

// pages calls step in a transaction of its own until it says that there is no more. Step takes and returns the last user that
// it saw.
func (s *sweep) pages(ctx context.Context, step func(ctx context.Context, j *session, after string) (last string, err error)) error {
	for after := ""; ; {
		var last string
		var did counts
		err := s.DB.AsWorker(ctx, func(tx *sqlx.Tx) error {
			j := &session{work: store.Work{Tx: tx}, dir: s.Directory, people: map[rule.Who]*person{}}
			err := j.work.Lock(ctx)
			if err != nil {
				return err
			}
			if j.plans, err = s.plans.current(ctx, j.work, []string{s.company}); err != nil {
				return err
			}
			if last, err = step(ctx, j, after); err != nil {
				return err
			}
			did = j.counts
			return j.finish(ctx)
		})
		if err != nil {
			return err
		}
		s.metrics.count(did)
		if did.raised+did.late+did.ended > 0 {
			s.Wake()
		}
		if last == "" {
			return nil
		}
		after = last
	}
}

// edited judges those anew to whom other zones apply than their state is about.
func (s *sweep) edited(ctx context.Context, j *session, after string) (last string, err error) {
	page, err := j.work.Page(ctx, s.company, after, pageSize)
	if err != nil {
		return "", err
	}
	var anew []*person
	var gone []string
	for _, is := range page {
		p := j.add(is)
		set := p.zones.At(s.now)
		if set.Key == p.Zones {
			continue
		}
		if err := j.tell(p, p.Rebase(set, s.now)); err != nil {
			return "", err
		}
		p.changed = set.Key != ""
		if p.changed {
			anew = append(anew, p)
		} else {
			gone = append(gone, p.User)
		}
	}
	if err := j.work.Forget(ctx, s.company, gone); err != nil {
		return "", err
	}
	if err := s.judgeAnew(ctx, j, anew); err != nil || len(page) < pageSize {
		return "", err
	}
	return page[len(page)-1].User, nil
}

// judgeAnew lets recent positions count again, by the zones that apply now. Those to which others applied when they were
// recorded had their judgement.
func (s *sweep) judgeAnew(ctx context.Context, j *session, people []*person) error {
	fixes, err := s.recent(ctx, j, people)
	if err != nil {
		return err
	}
	for _, p := range people {
		last, key := p.LastAt, p.Zones
		p.LastAt = time.Time{}
		apply := slices.DeleteFunc(fixes[p.User], func(f rule.Fix) bool { return p.zones.At(f.At).Key != key })
		if err := j.judge(p, apply); err != nil {
			return err
		}
		if p.LastAt.Before(last) {
			p.LastAt = last
		}
	}
	return nil
}

// missed judges those of whom a newer position is stored than was judged, since a while.
func (s *sweep) missed(ctx context.Context, j *session, after string) (last string, err error) {
	if j.plans[s.company] == nil {
		return "", nil
	}
	page, err := j.work.Recent(ctx, s.company, s.now.Add(-s.plansGap(j)), s.now.Add(-missedAfter), after, pageSize)
	if err != nil {
		return "", err
	}
	who := make([]rule.Who, len(page))
	for i, l := range page {
		who[i] = rule.Who{Company: s.company, User: l.User}
	}
	if err := j.load(ctx, who); err != nil {
		return "", err
	}
	var behind []*person
	for i, l := range page {
		p := j.people[who[i]]
		if l.At.After(p.LastAt) && (p.known || p.zones.At(s.now).Key != "") {
			behind = append(behind, p)
		}
	}
	fixes, err := s.recent(ctx, j, behind)
	if err != nil {
		return "", err
	}
	for _, p := range behind {
		if err := j.judge(p, fixes[p.User]); err != nil {
			return "", err
		}
	}
	if len(page) < pageSize {
		return "", nil
	}
	return page[len(page)-1].User, nil
}

// recent returns what is stored of the last minutes.
func (s *sweep) recent(ctx context.Context, j *session, people []*person) (map[string][]rule.Fix, error) {
	if len(people) == 0 {
		return nil, nil
	}
	users := make([]string, len(people))
	for i, p := range people {
		users[i] = p.User
	}
	return j.work.Fixes(ctx, s.company, users, s.now.Add(-s.plansGap(j)), s.now, maxFixes)
}

// plansGap is how far back a position is recent: beyond it nothing is known of a user.
func (s *sweep) plansGap(j *session) time.Duration {
	if p := j.plans[s.company]; p != nil {
		return p.MaxGap()
	}
	return rule.Defaults.MaxGap
}
