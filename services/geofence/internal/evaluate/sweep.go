package evaluate

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// The sweep, calcular-alertas-geocerca, judges by the rule that the evaluator uses. It adds what no position brings about:
//
//   - after an edit, other zones apply to users than those that their states were computed with: the old alert ends, and the
//     positions of the last minutes are judged by the new zones;
//   - a schedule is over and no position has come since: the alert ends with it;
//   - a position is stored and was not judged, because its message became a dead letter, its user's state could not be read,
//     or no zone applied when it came.
//
// One query over all companies finds the users whom this may concern (store.Candidates), what is known in memory rules most
// of them out (needs), and each of the others gets a visit (visit.go).
//
// The sweep never goes ahead of the evaluator: two positions that came in another order than they were recorded in mean
// something else then. So it does the last two only once it has seen the evaluator pass what the stream held (backlog.go).
// Handling a slot twice changes nothing: states that are current are left alone.

const (
	// pageSize is how many people a transaction judges.
	pageSize = 50
	// maxFixes of a user are read, the newest; each may lead to one event, and a transaction adds at most maxEvents.
	maxFixes = 900
	// recently bounds how far back positions are judged: what is older is no news.
	recently = 10 * time.Minute
	// maxCandidates bounds a sweep's memory, some tens of megabytes. The next sweep finds the rest.
	maxCandidates = 200_000
	// maxEdited is how many companies a sweep of all takes whose plan has another version. They are mostly none: an edit is heard.
	maxEdited = 1000
	// sweptTogether is how many companies the look at everyone takes at a time: an edit waits that long at most.
	sweptTogether = 200
	// pauseAfterFailure is how long a look waits that ended early.
	pauseAfterFailure = 5 * time.Second
)

// errTooManyCandidates leaves the rest of a sweep to the next one.
var errTooManyCandidates = fmt.Errorf("a sweep concerns more than %d users: the next one looks for the rest", maxCandidates)

// errUnfinished says that a sweep ended early. Whoever asked for some companies asks again: a change of teams is in no plan's
// version, by which the next sweep would find it.
var errUnfinished = errors.New("a sweep ended early")

func unfinished(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errUnfinished, err)
}

// SweepAll looks at everyone whom an edit, the end of a schedule or a missed position concerns. A company that fails does not
// hold up the others.
func (e *Evaluator) SweepAll(ctx context.Context) error {
	return e.sweep(ctx, nil)
}

// Sweep looks at everyone in some companies: something changed there by which people are judged. A company that fails does
// not hold up the others.
func (e *Evaluator) Sweep(ctx context.Context, companies ...string) error {
	if len(companies) == 0 {
		return nil
	}
	return e.sweep(ctx, companies)
}

// sweep looks at some companies, or at all when there are none. One runs at a time.
func (e *Evaluator) sweep(ctx context.Context, companies []string) error {
	select {
	case e.sweeping <- struct{}{}:
		defer func() { <-e.sweeping }()
	case <-ctx.Done():
		return ctx.Err()
	}
	now, b := e.Clock.Now(), &backlog{Evaluator: e}
	versions, err := e.planVersions(ctx, companies)
	if err != nil {
		return unfinished(err)
	}
	found, err := e.find(ctx, now, versions, companies == nil)
	switch {
	case errors.Is(err, errTooManyCandidates):
		for company := range versions {
			versions[company] = 0
		}
	case err != nil:
		return unfinished(err)
	}
	problems := []error{err}
	if err := b.ruleOut(ctx, now, found); err != nil {
		return unfinished(err)
	}
	for _, company := range slices.Sorted(maps.Keys(found)) {
		v := &visit{Evaluator: e, company: company, now: now, backlog: b}
		err := v.all(ctx, found[company])
		if err != nil {
			problems = append(problems, fmt.Errorf("sweep %s: %w", company, err))
		}
		if err != nil || v.skipped {
			versions[company] = 0 // the next sweep visits all of it again
		}
		if err != nil && (db.IsUnavailable(err) || ctx.Err() != nil) {
			return unfinished(errors.Join(problems...))
		}
	}
	return errors.Join(append(problems, unfinished(e.markSwept(ctx, versions)), b.err())...)
}

// planVersions returns the versions to which a sweep will bring the companies given, or some of those that an edit left behind.
// It waits for the transaction that judges at this moment, which may do so by an older plan: its states are then committed,
// and the sweep finds them.
func (e *Evaluator) planVersions(ctx context.Context, companies []string) (versions map[string]int64, err error) {
	err = e.asWorker(ctx, func(w store.Work) error {
		if err := w.Lock(ctx); err != nil {
			return err
		}
		if companies == nil {
			versions, err = w.Unswept(ctx, maxEdited)
		} else {
			versions, err = w.PlanVersions(ctx, companies)
		}
		return err
	})
	return versions, err
}

func (e *Evaluator) markSwept(ctx context.Context, versions map[string]int64) error {
	if len(versions) == 0 {
		return nil
	}
	return e.asWorker(ctx, func(w store.Work) error { return w.MarkSwept(ctx, versions) })
}

func (e *Evaluator) asWorker(ctx context.Context, fn func(w store.Work) error) error {
	return e.DB.AsWorker(ctx, func(tx *sqlx.Tx) error { return fn(store.Work{Tx: tx}) })
}

// find returns whom the sweep has to visit, by company: of some companies everyone, and if all is set also of the others
// whom a position or a schedule concerns. Whom the plans in memory rule out is not kept.
func (e *Evaluator) find(ctx context.Context, now time.Time, versions map[string]int64, all bool) (map[string][]store.Candidate, error) {
	found, kept := map[string][]store.Candidate{}, 0
	companies := slices.Collect(maps.Keys(versions))
	if len(companies) == 0 && !all {
		return found, nil
	}
	err := e.asWorker(ctx, func(w store.Work) error {
		search := w.CandidatesOf
		if all {
			search = w.Candidates
		}
		return search(ctx, now.Add(-recently), companies, func(c store.Candidate) error {
			if e.needless(now, c) {
				return nil
			}
			if kept++; kept > maxCandidates {
				return errTooManyCandidates
			}
			found[c.Company] = append(found[c.Company], c)
			return nil
		})
	})
	return found, err
}

// needless says that a candidate needs nothing, by the plan in memory. Without a current one there it says no.
func (e *Evaluator) needless(now time.Time, c store.Candidate) bool {
	of := e.plans.held(c.Company)
	return of != nil && of.Version == c.Plan && candidate(e.Directory, of, c).needs(now, c.Seen) == nothing
}

// sweepEveryone looks at all companies, some at a time. Whoever takes over does so once: a change of teams that its predecessor
// heard of is in no plan's version. It looks again at companies that it could not look at; the next sweep does what is left of the
// others.
func (e *Evaluator) sweepEveryone(ctx context.Context) {
	for after := ""; ctx.Err() == nil; {
		var page []string
		err := e.asWorker(ctx, func(w store.Work) (err error) {
			page, err = w.Companies(ctx, after, sweptTogether)
			return err
		})
		if err = unfinished(err); err == nil {
			err = e.Sweep(ctx, page...)
		}
		if err != nil && ctx.Err() == nil {
			e.Log.Warn("the look at everyone is not complete", "error", err)
		}
		switch {
		case errors.Is(err, errUnfinished):
			wait.For(ctx, wait.Jitter(pauseAfterFailure))
		case len(page) < sweptTogether:
			return
		default:
			after = page[len(page)-1]
		}
	}
}

// What a user may need of the sweep.
type need int

const (
	nothing need = iota
	// missed: a position is stored that was not judged.
	missed
	// over: the schedule of the zones is over, and an alert about them goes on.
	over
	// edited: other zones apply than those that the state was computed with.
	edited
)

// needs says what the sweep has to do for a user whose newest recent position was recorded at seen, zero for none. A schedule
// that is over without an alert needs nothing: the next position finds out what applies.
func (p *person) needs(now, seen time.Time) need {
	if p.zones.Unreadable() {
		return nothing // the mended zone is another version of the plan
	}
	set := p.setAt(now)
	switch {
	case p.known && set.Key != p.Zones && !p.onlyTimePassed():
		return edited
	case p.known && set.Key != p.Zones && p.Alert != nil:
		return over
	case seen.After(p.LastAt) && (p.Zones != "" || p.zones.At(seen).Key != ""):
		return missed
	}
	return nothing
}

// setAt is what applies now, or at the user's last position if that was recorded later: phones may be some minutes ahead.
func (p *person) setAt(now time.Time) *rule.Set { return p.zones.At(p.instant(now)) }

func (p *person) instant(now time.Time) time.Time {
	if p.LastAt.After(now) {
		return p.LastAt
	}
	return now
}

// onlyTimePassed says that the state was computed with what applied at its last position, so that no edit came between.
func (p *person) onlyTimePassed() bool {
	return p.zones.At(p.LastAt.Add(time.Millisecond)).Key == p.Zones
}
