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

// The sweep, calcular-alertas-geocerca, judges by the same rule as the evaluator. It adds three cases that no new position
// triggers:
//
//   - After an edit, other zones apply to users than those that their states were computed with. The sweep ends the old
//     alert, and judges the positions of the last minutes by the new zones.
//   - A schedule has ended and no position has come since. The sweep ends the alert with the schedule.
//   - A position is stored but was not judged, because its message became a dead letter, its user's state could not be read,
//     or no zone applied when it came.
//
// One query over all companies finds the users who may be concerned (store.Candidates). What is known in memory rules most
// of them out (needs). Each of the others gets a visit (visit.go).
//
// The sweep never goes ahead of the evaluator, because positions that are judged in another order than they were recorded in
// give another result. So the sweep handles the last two cases only once it has seen the evaluator pass what the stream held
// (backlog.go). Handling a slot twice changes nothing, because the sweep leaves current states alone.

const (
	// pageSize is how many people a transaction judges.
	pageSize = 50
	// maxFixes is how many positions of a user are read, the newest ones. Each may lead to one event, and a transaction adds at
	// most maxEvents.
	maxFixes = 900
	// recently bounds how far back positions are judged: an older one is no news.
	recently = 10 * time.Minute
	// maxCandidates bounds a sweep's memory to some tens of megabytes. The next sweep finds the rest.
	maxCandidates = 200_000
	// maxEdited is how many companies with a new version of their plan one sweep of all companies takes. There are mostly none,
	// because the evaluator hears of edits.
	maxEdited = 1000
	// sweptTogether is how many companies the look at everyone takes at a time. An edit waits at most for that many.
	sweptTogether = 200
	// pauseAfterFailure is how long a sweep that ended early waits before it tries again.
	pauseAfterFailure = 5 * time.Second
)

// errTooManyCandidates leaves the rest of a sweep to the next one.
var errTooManyCandidates = fmt.Errorf("a sweep concerns more than %d users: the next one looks for the rest", maxCandidates)

// errUnfinished says that a sweep ended early. A caller that asked for some companies must ask again. The next sweep would
// not find a change of teams, because no plan's version shows it.
var errUnfinished = errors.New("a sweep ended early")

func unfinished(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%w: %w", errUnfinished, err)
}

// SweepAll looks at everyone who is concerned by an edit, the end of a schedule or a missed position. A company that fails
// does not hold up the others.
func (e *Evaluator) SweepAll(ctx context.Context) error {
	return e.sweep(ctx, nil)
}

// Sweep looks at everyone in some companies, because something changed there by which people are judged. A company that
// fails does not hold up the others.
func (e *Evaluator) Sweep(ctx context.Context, companies ...string) error {
	if len(companies) == 0 {
		return nil
	}
	return e.sweep(ctx, companies)
}

// sweep looks at some companies, or at all when companies is nil. One sweep runs at a time.
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

// planVersions returns the plan versions to which a sweep will bring the given companies, or some of the companies that an
// edit left behind. It first waits for the transaction that is judging at this moment, which may use an older plan. That
// transaction's states are then committed, and the sweep finds them.
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

// find returns the users whom the sweep has to visit, by company. It takes everyone in the companies of versions. If all is
// set, it adds the users of other companies who are concerned by a position or a schedule. It drops the users whom the plans
// in memory rule out.
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

// needless says that a candidate needs nothing, by the plan in memory. It returns false when no current plan is in memory.
func (e *Evaluator) needless(now time.Time, c store.Candidate) bool {
	of := e.plans.held(c.Company)
	return of != nil && of.Version == c.Plan && candidate(e.Directory, of, c).needs(now, c.Seen) == nothing
}

// sweepEveryone looks at all companies, some at a time. A process that takes over does so once, because no plan's version
// shows a change of teams that its predecessor heard of. If a page of companies could not be looked at, sweepEveryone tries
// that page again. The next sweep does what is left of the others.
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

// What the sweep may have to do for a user.
type need int

const (
	nothing need = iota
	// missed: a position is stored but was not judged.
	missed
	// over: the schedule of the zones has ended, and an alert about them is still in progress.
	over
	// edited: the zones that apply are not those that the state was computed with.
	edited
)

// needs says what the sweep has to do for a user. seen is when the user's newest recent position was recorded, or zero for
// none. If a schedule has ended and there is no alert, the user needs nothing: the next position finds out what applies.
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

// setAt returns the set that applies now. If the user's last position was recorded later than now, setAt uses that time,
// because phones may be some minutes ahead.
func (p *person) setAt(now time.Time) *rule.Set { return p.zones.At(p.instant(now)) }

func (p *person) instant(now time.Time) time.Time {
	if p.LastAt.After(now) {
		return p.LastAt
	}
	return now
}

// onlyTimePassed says that the state was computed with the zones that applied at its last position, so no edit came in
// between.
func (p *person) onlyTimePassed() bool {
	return p.zones.At(p.LastAt.Add(time.Millisecond)).Key == p.Zones
}
