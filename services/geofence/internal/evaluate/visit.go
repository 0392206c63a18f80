package evaluate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// visit is a sweep's look at one company.
type visit struct {
	*Evaluator
	company string
	now     time.Time
	backlog *backlog
	// skipped says that at least one user could not be judged.
	skipped bool
}

// all brings candidates up to date, a page at a time. If one user fails, all passes over that user and continues with the
// others.
func (v *visit) all(ctx context.Context, list []store.Candidate) error {
	list, err := v.ruleOut(ctx, list)
	if err != nil {
		return err
	}
	var problems []error
	for page := range slices.Chunk(list, pageSize) {
		if err := v.halve(ctx, page, &problems); err != nil {
			return err
		}
	}
	if len(problems) > 0 {
		v.skipped = true
		return fmt.Errorf("%d users cannot be judged, the first: %w", len(problems), problems[0])
	}
	return nil
}

// halve brings a page up to date. If the page fails with an error that will not pass, halve tries each half again, until the
// user at fault stands alone.
func (v *visit) halve(ctx context.Context, page []store.Candidate, problems *[]error) error {
	err := v.bring(ctx, page)
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil || db.MayPass(err):
		return err
	case len(page) == 1:
		*problems = append(*problems, fmt.Errorf("user %s: %w", page[0].User, err))
		return nil
	}
	for _, half := range [][]store.Candidate{page[:len(page)/2], page[len(page)/2:]} {
		if err := v.halve(ctx, half, problems); err != nil {
			return err
		}
	}
	return nil
}

// ruleOut keeps the candidates who need something by the company's plan. It loads the plan unless it is in memory.
func (v *visit) ruleOut(ctx context.Context, list []store.Candidate) ([]store.Candidate, error) {
	var of *plan.Plan
	err := v.asWorker(ctx, func(w store.Work) error {
		plans, err := v.plans.current(ctx, w, []string{v.company})
		of = plans[v.company]
		return err
	})
	if err != nil || of == nil {
		return nil, err
	}
	return slices.DeleteFunc(list, func(c store.Candidate) bool {
		return candidate(v.Directory, of, c).needs(v.now, c.Seen) == nothing
	}), nil
}

// candidate builds the person that needs looks at. Of an alert it knows only that there is one.
func candidate(dir Directory, of *plan.Plan, c store.Candidate) *person {
	p := personOf(dir, of, c.Who)
	p.Zones, p.LastAt, p.known = c.Zones, c.LastAt, c.Known
	if c.Alerted {
		p.Alert = &rule.Alert{}
	}
	return p
}

// bring brings some users up to date. First it reads what is stored about them. Then it asks how far the stream goes and
// waits until the evaluator has passed that point. Then it judges. By this order, if it read a position that is newer than
// its user's last one, the evaluator will never judge that position.
func (v *visit) bring(ctx context.Context, list []store.Candidate) error {
	who, fixes, after, err := v.read(ctx, list)
	if err != nil || len(who) == 0 {
		return err
	}
	passed := true
	if after {
		if passed, err = v.backlog.passed(ctx); err != nil {
			return err
		}
	}
	return v.judge(ctx, who, fixes, passed)
}

// read returns the candidates who need something, and their positions of the last minutes. after says that some of the work
// must wait for the evaluator.
func (v *visit) read(ctx context.Context, list []store.Candidate) (who []rule.Who, fixes map[string][]rule.Fix, after bool, err error) {
	err = v.DB.AsWorkerFor(ctx, v.company, func(tx *sqlx.Tx) error {
		s, err := v.look(ctx, tx, []string{v.company})
		if err != nil {
			return err
		}
		if err := s.load(ctx, whoOf(list)); err != nil {
			return err
		}
		v.skipped = v.skipped || len(s.unreadable) > 0
		v.tellUnreadable(s.unreadable)
		var read []string
		onlySeen := map[rule.Who]bool{}
		for _, c := range list {
			p := s.people[c.Who]
			if p == nil {
				continue
			}
			switch what := p.needs(v.now, c.Seen); {
			case what == nothing:
				continue
			case what != edited || p.setAt(v.now).Key != "":
				read, after = append(read, c.User), true
			}
			who = append(who, c.Who)
			onlySeen[c.Who] = p.needs(v.now, time.Time{}) == nothing
		}
		if len(read) == 0 {
			return nil
		}
		shown, err := v.shownOf(ctx, tx, v.company, read, v.now.Add(-recently), v.now.Add(time.Millisecond))
		if err != nil {
			return err
		}
		if fixes, err = s.work.Fixes(ctx, v.company, read, v.now.Add(-recently), v.now, maxFixes, shown); err != nil {
			return err
		}
		for user, list := range fixes {
			fixes[user] = slices.DeleteFunc(list, unsound)
		}
		who = slices.DeleteFunc(who, func(is rule.Who) bool { return onlySeen[is] && !s.people[is].uses(fixes[is.User]) })
		return nil
	})
	return who, fixes, after, err
}

// uses says whether one of the fixes would change the state. Mock positions, and positions from a device that does not
// count, may be newer than the last fix that was judged and still change nothing. uses alters the state, so the caller must
// not use it afterwards.
func (p *person) uses(fixes []rule.Fix) bool {
	for _, f := range fixes {
		last, devices := p.LastAt, p.Devices
		p.Step(p.Who, p.zones.At(f.At), f)
		if !p.LastAt.Equal(last) || !slices.Equal(p.Devices, devices) {
			return true
		}
	}
	return false
}

func whoOf(list []store.Candidate) []rule.Who {
	who := make([]rule.Who, len(list))
	for i, c := range list {
		who[i] = c.Who
	}
	return who
}

// judge runs the transaction that writes; no other transaction writes states meanwhile.
func (v *visit) judge(ctx context.Context, who []rule.Who, fixes map[string][]rule.Fix, passed bool) error {
	var s *session
	err := v.Changes.AsWorker(ctx, serviceName, func(ch *change.Change) (err error) {
		if s, err = v.judging(ctx, ch, []string{v.company}); err != nil {
			return err
		}
		if err := s.load(ctx, who); err != nil {
			return err
		}
		for _, is := range who {
			if p := s.people[is]; p != nil {
				if err := v.update(s, p, fixes[is.User], passed); err != nil {
					return err
				}
			}
		}
		return s.finish(ctx)
	})
	if err == nil {
		v.committed(s)
	}
	return err
}

// update does what a user needs. While the evaluator has not passed what the stream held, update only ends what an edit
// ended. The evaluator itself judges the waiting positions by the new zones.
func (v *visit) update(s *session, p *person, fixes []rule.Fix, passed bool) error {
	switch p.needs(v.now, time.Time{}) {
	case edited:
		p.changed = true
		if err := s.emit(p, p.Rebase(p.setAt(v.now), p.instant(v.now))); err != nil {
			return err
		}
		if passed {
			if err := s.judgeAnew(p, fixes); err != nil {
				return err
			}
		}
	case over:
		if passed {
			if err := s.endOfSchedule(p, v.now); err != nil {
				return err
			}
		}
	}
	if !passed {
		return nil
	}
	return s.judge(p, fixes)
}

// judgeAnew judges positions again, by the zones that apply now, if other zones were used before. It leaves out a position
// that was recorded when other zones than these applied: that position has had its judgement. The rule passes over what it
// has heard of several devices before, so judgeAnew hands it the positions of the device that counts, as if it were alone.
func (s *session) judgeAnew(p *person, fixes []rule.Fix) error {
	last, key, devices := p.LastAt, p.Zones, p.Devices
	several := len(devices) > 1
	apply := slices.DeleteFunc(slices.Clone(fixes), func(f rule.Fix) bool {
		return p.zones.At(f.At).Key != key || several && (f.Device != devices[0].ID || f.At.After(last))
	})
	p.LastAt = time.Time{}
	if several {
		p.Devices = devices[:1]
	}
	err := s.judge(p, apply)
	if several {
		p.Devices = devices
	}
	if p.LastAt.Before(last) {
		p.LastAt = last
	}
	return err
}

// endOfSchedule ends an alert when the schedule of its zones ends. Positions that were recorded before that end and arrive
// later are passed over, or they would raise the alert again.
func (s *session) endOfSchedule(p *person, now time.Time) error {
	end := p.endOfZones(now)
	p.changed = true
	err := s.emit(p, p.Rebase(p.setAt(now), end))
	if before := end.Add(-time.Millisecond); before.After(p.LastAt) {
		p.LastAt = before
	}
	return err
}

// endOfZones returns when the zones of the state ceased to apply, at most a day back. It steps by minutes, because schedules
// begin and end on a minute.
func (p *person) endOfZones(now time.Time) time.Time {
	end := now
	earliest := now.Add(-24 * time.Hour)
	for t := now.Truncate(time.Minute); t.After(p.LastAt) && t.After(earliest) && p.zones.At(t).Key != p.Zones; t = t.Add(-time.Minute) {
		end = t
	}
	return end
}
