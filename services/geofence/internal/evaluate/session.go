package evaluate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// Directory tells geofence about companies, users and teams.
type Directory interface {
	Company(tenant string) (directory.Company, bool)
	User(tenant, id string) (directory.User, bool)
	Ready(ctx context.Context) error
}

// maxEvents is how many events one transaction may add. The outbox holds a lock for each alert until the commit, and the
// server has few locks.
const maxEvents = 1000

// errTooMany makes the caller halve what it hands in. No message that ingest makes leads to so many events.
var errTooMany = fmt.Errorf("more than %d alerts in one transaction", maxEvents)

// session judges people in one transaction. To write (finish), the session must hold the lock on the states and belong to a
// change.
type session struct {
	work   store.Work
	change *change.Change // nil where nothing is written
	dir    Directory
	plans  map[string]*plan.Plan
	// people are the users who can be judged; unreadable are those who cannot.
	people     map[rule.Who]*person
	unreadable []store.Unreadable
	counts     counts
}

// look begins a session that writes nothing, with the current plans of some companies.
func (e *Evaluator) look(ctx context.Context, tx *sqlx.Tx, companies []string) (*session, error) {
	w := store.Work{Tx: tx}
	plans, err := e.plans.current(ctx, w, companies)
	if err != nil {
		return nil, err
	}
	return &session{work: w, dir: e.Directory, plans: plans, people: map[rule.Who]*person{}}, nil
}

// judging begins a session that holds the lock on the states: no other transaction writes states meanwhile.
func (e *Evaluator) judging(ctx context.Context, ch *change.Change, companies []string) (*session, error) {
	if err := (store.Work{Tx: ch.Tx}).Lock(ctx); err != nil {
		return nil, err
	}
	s, err := e.look(ctx, ch.Tx, companies)
	if err != nil {
		return nil, err
	}
	s.change = ch
	return s, nil
}

var errUnreadableZone = errors.New("one of the user's zones cannot be read")

// person is a user who is judged: the state, the zones that apply, and the teams whose supervisors see the alerts.
type person struct {
	store.Person
	zones   *plan.Assignment
	teams   []string
	known   bool // there is a state
	changed bool
}

// counts is what a session did. The metrics add it once the transaction is committed.
type counts struct {
	fixes, hidden       int
	raised, late, ended int
}

// load reads the states of the people whose companies have zones. It leaves a user out of s.people if it cannot read the
// user's state or one of the user's zones. If such a user were judged as unknown, or by the other zones alone, a false alert
// could be raised, or an alert could end that is still in progress.
func (s *session) load(ctx context.Context, who []rule.Who) error {
	var judged []rule.Who
	for _, w := range who {
		of := s.plans[w.Company]
		if of == nil || s.people[w] != nil {
			continue
		}
		p := personOf(s.dir, of, w)
		if p.zones.Unreadable() {
			s.unreadable = append(s.unreadable, store.Unreadable{Who: w, Reason: errUnreadableZone})
			continue
		}
		s.people[w] = p
		judged = append(judged, w)
	}
	if len(judged) == 0 {
		return nil
	}
	states, odd, err := s.work.States(ctx, judged)
	if err != nil {
		return err
	}
	for _, found := range states {
		p := s.people[found.Who]
		p.Person, p.known = found, true
	}
	for _, u := range odd {
		delete(s.people, u.Who)
	}
	s.unreadable = append(s.unreadable, odd...)
	return nil
}

// personOf finds out what applies to a user. A team's zones apply to those who work in the team, not to those who watch it.
// A user who is no longer active has no zones.
func personOf(dir Directory, of *plan.Plan, who rule.Who) *person {
	p := &person{Person: store.Person{Who: who}}
	zone := time.UTC
	if c, ok := dir.Company(who.Company); ok && c.Zone != nil {
		zone = c.Zone
	}
	var working []string
	user, ok := dir.User(who.Company, who.User)
	if ok {
		p.teams = user.Teams
	}
	if user.Role == audience.RoleColaborador {
		working = user.Teams
	}
	if ok && !user.Active {
		of, working = plan.None, nil
	}
	p.zones = of.Of(who.User, working, zone)
	return p
}

// judge applies the rule to the fixes of one person, in their order.
func (s *session) judge(p *person, fixes []rule.Fix) error {
	for _, f := range fixes {
		set := p.zones.At(f.At)
		if set.Key == "" && p.Zones == "" {
			continue
		}
		last, devices := p.LastAt, p.Devices
		events := p.Step(p.Who, set, f)
		s.counts.fixes++
		p.changed = p.changed || !p.LastAt.Equal(last) || !slices.Equal(p.Devices, devices)
		if err := s.emit(p, events); err != nil {
			return err
		}
	}
	return nil
}

// emit adds events to the change.
func (s *session) emit(p *person, events []rule.Event) error {
	for _, e := range events {
		// Everyone who heard of an alert hears of its end, even if the user works in another team by then.
		teams := slices.Compact(slices.Sorted(slices.Values(slices.Concat(e.Alert.Teams, p.teams))))
		if p.Alert != nil && p.Alert.ID == e.Alert.ID {
			p.Alert.Teams = teams
		}
		if err := tell(s.change, p.Who, e, teams); err != nil {
			return err
		}
		s.counts.add(e)
	}
	if s.counts.events() > maxEvents {
		return errTooMany
	}
	return nil
}

func (c *counts) events() int { return c.raised + c.late + c.ended }

func (c *counts) add(e rule.Event) {
	switch {
	case !e.Ended.IsZero():
		c.ended++
	case e.Alert.Late:
		c.late++
	default:
		c.raised++
	}
}

// finish writes the states that changed.
func (s *session) finish(ctx context.Context) error {
	var changed []store.Person
	for _, p := range s.people {
		if p.changed {
			changed = append(changed, p.Person)
		}
	}
	return s.work.SetStates(ctx, changed)
}

// committed counts what a session did, and reports the users whom it could not judge.
func (e *Evaluator) committed(s *session) {
	e.metrics.count(s.counts)
	e.tellUnreadable(s.unreadable)
}

// tellUnreadable counts all users who cannot be judged, and logs one of them a minute.
func (e *Evaluator) tellUnreadable(list []store.Unreadable) {
	if len(list) == 0 {
		return
	}
	e.metrics.unreadable.Add(float64(len(list)))
	e.seldom.Do(func() {
		e.Log.Error("a user is not judged until what cannot be read is mended",
			"id_empresa", list[0].Company, "user_id", list[0].User, "error", list[0].Reason)
	})
}
