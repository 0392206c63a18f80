package evaluate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/outbox"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// Directory is what geofence asks of who is who.
type Directory interface {
	Company(tenant string) (directory.Company, bool)
	User(tenant, id string) (directory.User, bool)
	Ready(ctx context.Context) error
}

// maxEvents is how many events one transaction may add: the outbox holds a lock for each alert until the commit, and the
// server has few.
const maxEvents = 1000

// errTooMany makes the caller halve what it hands in; no message that ingest makes leads to so many.
var errTooMany = fmt.Errorf("more than %d alerts in one transaction", maxEvents)

// session judges people in one transaction. To write (finish) it must hold the states' lock.
type session struct {
	work  store.Work
	dir   Directory
	plans map[string]*plan.Plan
	// people are those who can be judged, unreadable the others.
	people     map[rule.Who]*person
	unreadable []store.Unreadable
	events     []outbox.Message
	counts     counts
}

// session begins one in a transaction, with the plans that some companies have now.
func (e *Evaluator) session(ctx context.Context, w store.Work, companies []string) (*session, error) {
	plans, err := e.plans.current(ctx, w, companies)
	if err != nil {
		return nil, err
	}
	return &session{work: w, dir: e.Directory, plans: plans, people: map[rule.Who]*person{}}, nil
}

// person is somebody who is judged: what is known, what applies, and who may see what comes of it.
type person struct {
	store.Person
	zones   *plan.Assignment
	teams   []string
	known   bool // there is a state
	changed bool
}

// counts is what a session did, for the metrics once it is committed.
type counts struct {
	fixes               int
	raised, late, ended int
}

// load reads the states of people of companies that have zones. Whoever's state cannot be read is not among s.people
// afterwards: judged as unknown, they could be told of an alert a second time, or never of its end.
func (s *session) load(ctx context.Context, who []rule.Who) error {
	var judged []rule.Who
	for _, w := range who {
		if of := s.plans[w.Company]; of != nil && s.people[w] == nil {
			s.people[w] = personOf(s.dir, of, w)
			judged = append(judged, w)
		}
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

// personOf finds out what applies to somebody. A team's zones are for those who work in it, not for those who watch it; who is
// not active any more has none.
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

// judge lets the rule judge fixes of one person, in their order.
func (s *session) judge(p *person, fixes []rule.Fix) error {
	for _, f := range fixes {
		set := p.zones.At(f.At)
		if set.Key == "" && p.Zones == "" {
			continue
		}
		last := p.LastAt
		events := p.Step(p.Who, set, f)
		s.counts.fixes++
		p.changed = p.changed || !p.LastAt.Equal(last)
		if err := s.emit(p, events); err != nil {
			return err
		}
	}
	return nil
}

// emit puts events among those that the transaction publishes.
func (s *session) emit(p *person, events []rule.Event) error {
	for _, e := range events {
		// Who heard of an alert hears of its end, also when the user works in another team by then.
		teams := slices.Compact(slices.Sorted(slices.Values(slices.Concat(e.Alert.Teams, p.teams))))
		if p.Alert != nil && p.Alert.ID == e.Alert.ID {
			p.Alert.Teams = teams
		}
		m, err := message(p.Who, e, teams)
		if err != nil {
			return fmt.Errorf("%w: %w", store.ErrUnfit, err)
		}
		s.events = append(s.events, m)
		s.counts.add(e)
	}
	if len(s.events) > maxEvents {
		return errTooMany
	}
	return nil
}

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

// finish writes the states that changed, and the events last: they hold locks until the commit.
func (s *session) finish(ctx context.Context) error {
	var changed []store.Person
	for _, p := range s.people {
		if p.changed {
			changed = append(changed, p.Person)
		}
	}
	if err := s.work.SetStates(ctx, changed); err != nil {
		return err
	}
	return outbox.Add(ctx, s.work.Tx, store.Schema, s.events...)
}

// committed counts what a session did, tells of the people whom it could not judge, and wakes the outbox's relay.
func (e *Evaluator) committed(s *session) {
	e.metrics.count(s.counts)
	e.tellUnreadable(s.unreadable)
	if len(s.events) > 0 {
		e.Wake()
	}
}

// tellUnreadable counts them all; the log hears of one a minute.
func (e *Evaluator) tellUnreadable(list []store.Unreadable) {
	if len(list) == 0 {
		return
	}
	e.metrics.unreadable.Add(float64(len(list)))
	e.seldom.Do(func() {
		e.Log.Error("a user's state cannot be read: the user is not judged until it is mended",
			"id_empresa", list[0].Company, "user_id", list[0].User, "error", list[0].Reason)
	})
}
