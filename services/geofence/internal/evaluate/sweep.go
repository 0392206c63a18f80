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
//   - after an edit, other zones apply than those that a state is about: an alert of before ends, and the positions of the
//     last minutes are judged by the new ones (edited.go);
//   - a schedule is over and no position has come since: the alert ends with it (edited.go);
//   - a position is stored and was not judged, because it became a dead letter or nothing applied to its user when it came
//     (missed.go).
//
// It never goes ahead of the evaluator: two positions that came in another order than they were recorded in mean something
// else then. So it does the last two only once it has seen the evaluator pass what the stream held. Handling a slot twice
// changes nothing: states that are current are left alone.

const (
	companiesPage = 500
	// pageSize is how many people a transaction judges.
	pageSize = 50
	// maxFixes of a user are read, the newest; of each can come one event, and a transaction tells at most maxEvents.
	maxFixes = 900
	// recently bounds how far back positions are judged, if the company's gap is longer: what is older is no news.
	recently = 10 * time.Minute
	// defaultPatience is many times what an evaluator needs that has no backlog.
	defaultPatience = 5 * time.Second
)

// SweepAll looks at every company that has zones. A company that fails does not hold up the others.
func (e *Evaluator) SweepAll(ctx context.Context) error {
	var problems []error
	var w wait
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
			if err := e.sweep(ctx, c, &w); err != nil {
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
	return errors.Join(append(problems, w.err(), ctx.Err())...)
}

// Sweep looks at one company.
func (e *Evaluator) Sweep(ctx context.Context, company string) error {
	return e.SweepSome(ctx, company)
}

// SweepSome looks at some companies. One that fails does not hold up the others.
func (e *Evaluator) SweepSome(ctx context.Context, companies ...string) error {
	var problems []error
	var w wait
	for _, c := range companies {
		if err := e.sweep(ctx, c, &w); err != nil {
			problems = append(problems, fmt.Errorf("sweep %s: %w", c, err))
		}
	}
	return errors.Join(append(problems, w.err())...)
}

func (e *Evaluator) sweep(ctx context.Context, company string, w *wait) error {
	s := &sweep{Evaluator: e, company: company, now: e.Clock.Now(), wait: w}
	if err := s.edited(ctx); err != nil {
		return err
	}
	return s.missed(ctx)
}

// wait is what companies that are swept together know of the evaluator: once it took too long it has a backlog, and none of
// them waits for it again.
type wait struct {
	behind bool
	undone int // looks that were left undone for it
}

// ErrBehind leaves the rest of a sweep to the next one.
var ErrBehind = errors.New("positions wait for the evaluator, and so does what a sweep would do with them")

func (w *wait) err() error {
	if w.undone == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d times", ErrBehind, w.undone)
}

// sweep is one look at one company.
type sweep struct {
	*Evaluator
	company string
	now     time.Time
	wait    *wait
	// evaluated is whether everything is judged that came before now; nil before it was asked.
	evaluated *bool
}

// page is some of a company's people, by user after one.
type page struct {
	after string
	size  int
}

// errAsk makes a page begin again once it is known whether the evaluator is behind: nobody waits for it in a transaction that
// holds it up.
var errAsk = errors.New("is the evaluator behind")

// pages calls do until it says that there is no more. It takes a page and returns the last user of it. A page of which too much
// would be told is halved.
func (s *sweep) pages(ctx context.Context, do func(ctx context.Context, p page) (last string, err error)) error {
	for p := (page{size: pageSize}); ; {
		last, err := do(ctx, p)
		switch {
		case errors.Is(err, errTooMany) && p.size > 1:
			p.size /= 2
		case errors.Is(err, errAsk):
			passed, err := s.passed(ctx)
			if err != nil {
				return err
			}
			s.evaluated = &passed
		case err != nil || last == "":
			return err
		default:
			p.after = last
		}
	}
}

// judging is a transaction that alone writes states.
func (s *sweep) judging(ctx context.Context, do func(j *session) error) error {
	var did counts
	err := s.looking(ctx, func(j *session) error {
		if err := do(j); err != nil {
			return err
		}
		did = j.counts
		return j.finish(ctx)
	}, store.Work.Lock)
	if err != nil {
		return err
	}
	s.metrics.count(did)
	if did.raised+did.late+did.ended > 0 {
		s.Wake()
	}
	return nil
}

// looking is a transaction that reads.
func (s *sweep) looking(ctx context.Context, do func(j *session) error, first ...func(store.Work, context.Context) error) error {
	return s.DB.AsWorker(ctx, func(tx *sqlx.Tx) (err error) {
		j := &session{work: store.Work{Tx: tx}, dir: s.Directory, people: map[rule.Who]*person{}}
		for _, f := range first {
			if err := f(j.work, ctx); err != nil {
				return err
			}
		}
		if j.plans, err = s.plans.current(ctx, j.work, []string{s.company}); err != nil {
			return err
		}
		return do(j)
	})
}

// recent returns what is stored of the last minutes: beyond the company's gap nothing is known of a user.
func (s *sweep) recent(ctx context.Context, j *session, people []*person) (map[string][]rule.Fix, error) {
	if len(people) == 0 {
		return nil, nil
	}
	users := make([]string, len(people))
	for i, p := range people {
		users[i] = p.User
	}
	fixes, err := j.work.Fixes(ctx, s.company, users, s.since(j), s.now, maxFixes)
	for user, list := range fixes {
		fixes[user] = slices.DeleteFunc(list, unsound)
	}
	return fixes, err
}

func (s *sweep) since(j *session) time.Time {
	gap := rule.Defaults.MaxGap
	if p := j.plans[s.company]; p != nil {
		gap = p.MaxGap()
	}
	return s.now.Add(-min(gap, recently))
}
