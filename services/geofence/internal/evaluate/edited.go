package evaluate

import (
	"context"
	"slices"
	"time"

	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// edited brings up to date those to whom other zones apply than their state is about. It looks first: mostly there is nobody,
// and the evaluator need not wait.
func (s *sweep) edited(ctx context.Context) error {
	return s.pages(ctx, func(ctx context.Context, p page) (last string, err error) {
		var anybody bool
		err = s.looking(ctx, func(j *session) error {
			states, err := j.work.Page(ctx, s.company, p.after, p.size)
			for _, is := range states {
				person := j.add(is)
				anybody = anybody || s.setOf(person).Key != person.Zones
			}
			last = p.lastOf(states)
			return err
		})
		if err != nil || !anybody {
			return last, err
		}
		err = s.judging(ctx, func(j *session) error {
			last, err = s.editedPage(ctx, j, p)
			return err
		})
		return last, err
	})
}

// lastOf is the last user of a full page; empty when there are no more.
func (p page) lastOf(states []store.Person) string {
	if len(states) < p.size {
		return ""
	}
	return states[len(states)-1].User
}

// at is now, or when the user's last position was recorded: phones may be some minutes ahead.
func (s *sweep) at(p *person) time.Time {
	if p.LastAt.After(s.now) {
		return p.LastAt
	}
	return s.now
}

func (s *sweep) setOf(p *person) *rule.Set { return p.zones.At(s.at(p)) }

func (s *sweep) editedPage(ctx context.Context, j *session, of page) (last string, err error) {
	states, err := j.work.Page(ctx, s.company, of.after, of.size)
	if err != nil {
		return "", err
	}
	var anew []*person
	for _, is := range states {
		p := j.add(is)
		p.known = true
		set := s.setOf(p)
		switch {
		case set.Key == p.Zones:
		case p.onlyTimePassed():
			if err := s.endOfSchedule(j, p); err != nil {
				return "", err
			}
		default:
			p.changed = true
			if err := j.tell(p, p.Rebase(set, s.at(p))); err != nil {
				return "", err
			}
			if set.Key != "" {
				anew = append(anew, p)
			}
		}
	}
	return of.lastOf(states), s.judgeAnew(ctx, j, anew)
}

// onlyTimePassed says that the state is about what applied at its last position, so that no edit came between.
func (p *person) onlyTimePassed() bool {
	return p.zones.At(p.LastAt.Add(time.Millisecond)).Key == p.Zones
}

// endOfSchedule ends an alert with the schedule of its zones, unless positions wait that were recorded before. Where there is
// no alert there is nothing to do: the next position finds out what applies. Positions of before the end that come later are
// past, else they would raise it again.
func (s *sweep) endOfSchedule(j *session, p *person) error {
	switch {
	case p.Alert == nil:
		return nil
	case s.evaluated == nil:
		return errAsk
	case !*s.evaluated:
		return nil
	}
	begun := s.begun(p)
	p.changed = true
	err := j.tell(p, p.Rebase(s.setOf(p), begun))
	if past := begun.Add(-time.Millisecond); past.After(p.LastAt) {
		p.LastAt = past
	}
	return err
}

// begun is since when other zones apply than those of the state, at most a day back: windows begin and end with a minute.
func (s *sweep) begun(p *person) time.Time {
	since := s.now
	earliest := s.now.Add(-24 * time.Hour)
	for t := s.now.Truncate(time.Minute); t.After(p.LastAt) && t.After(earliest) && p.zones.At(t).Key != p.Zones; t = t.Add(-time.Minute) {
		since = t
	}
	return since
}

// judgeAnew lets recent positions count again, by the zones that apply now. Those to which others applied when they were
// recorded had their judgement. While the evaluator is behind there is nothing to do: it judges what waits by the new zones
// itself, and to go ahead of it would make that past.
func (s *sweep) judgeAnew(ctx context.Context, j *session, people []*person) error {
	switch {
	case len(people) == 0:
		return nil
	case s.evaluated == nil:
		return errAsk
	case !*s.evaluated:
		return nil
	}
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
