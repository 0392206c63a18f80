package evaluate

import (
	"context"
	"slices"
	"time"

	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// edited brings up to date those to whom other zones apply than their state is about.
func (s *sweep) edited(ctx context.Context) error {
	return s.pages(ctx, func(ctx context.Context, p page) (last string, err error) {
		err = s.judging(ctx, func(j *session) error {
			last, err = s.editedPage(ctx, j, p)
			return err
		})
		return last, err
	})
}

func (s *sweep) editedPage(ctx context.Context, j *session, of page) (last string, err error) {
	states, err := j.work.Page(ctx, s.company, of.after, of.size)
	if err != nil {
		return "", err
	}
	var anew []*person
	for _, is := range states {
		p := j.add(is)
		p.known = true
		set := p.zones.At(s.now)
		switch {
		case set.Key == p.Zones:
		case p.onlyTimePassed():
			if err := s.endOfSchedule(j, p); err != nil {
				return "", err
			}
		default:
			p.changed = true
			if err := j.tell(p, p.Rebase(set, s.now)); err != nil {
				return "", err
			}
			if set.Key != "" {
				anew = append(anew, p)
			}
		}
	}
	if err := s.judgeAnew(ctx, j, anew); err != nil || len(states) < of.size {
		return "", err
	}
	return states[len(states)-1].User, nil
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
	err := j.tell(p, p.Rebase(p.zones.At(s.now), begun))
	if past := begun.Add(-time.Millisecond); past.After(p.LastAt) {
		p.LastAt = past
	}
	return err
}

// begun is since when other zones apply than those of the state, at most a week back: windows begin and end with a minute.
func (s *sweep) begun(p *person) time.Time {
	since := s.now
	earliest := s.now.Add(-7 * 24 * time.Hour)
	for t := s.now.Truncate(time.Minute); t.After(p.LastAt) && t.After(earliest) && p.zones.At(t).Key != p.Zones; t = t.Add(-time.Minute) {
		since = t
	}
	return since
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
