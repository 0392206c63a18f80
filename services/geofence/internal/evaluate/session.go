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

// maxEvents is what one transaction may tell: the outbox holds a lock for each alert until the commit, and the server's are
// few.
const maxEvents = 1000

// errTooMany makes the runner halve the batch; no message of ingest's leads to so many.
var errTooMany = fmt.Errorf("more than %d alerts in one transaction", maxEvents)

// session judges people in one transaction that holds the states' lock.
type session struct {
	work   store.Work
	dir    Directory
	plans  map[string]*plan.Plan
	people map[rule.Who]*person
	events []outbox.Message
	counts counts
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

// load reads the states of people of companies that have zones.
func (s *session) load(ctx context.Context, who []rule.Who) error {
	s.people = make(map[rule.Who]*person, len(who))
	var judged []rule.Who
	for _, w := range who {
		if s.plans[w.Company] == nil || s.people[w] != nil {
			continue
		}
		s.add(store.Person{Who: w})
		judged = append(judged, w)
	}
	states, err := s.work.States(ctx, judged)
	if err != nil {
		return err
	}
	for _, found := range states {
		p := s.people[found.Who]
		p.Person, p.known = found, true
	}
	return nil
}

// add finds out what applies to somebody. A team's zones are for those who work in it, not for those who watch it; who is
// not active any more has none.
func (s *session) add(is store.Person) *person {
	p := &person{Person: is}
	zone := time.UTC
	if c, ok := s.dir.Company(is.Company); ok && c.Zone != nil {
		zone = c.Zone
	}
	var working []string
	user, ok := s.dir.User(is.Company, is.User)
	if ok {
		p.teams = user.Teams
	}
	if user.Role == audience.RoleColaborador {
		working = user.Teams
	}
	of := s.plans[is.Company]
	if of == nil || ok && !user.Active {
		of, working = plan.New(0, plan.Defaults, nil), nil
	}
	p.zones = of.Of(is.User, working, zone)
	s.people[is.Who] = p
	return p
}

// judge lets the rule judge fixes of one person, in their order.
func (s *session) judge(p *person, fixes []rule.Fix) error {
	for _, f := range fixes {
		set := p.zones.At(f.At)
		if set.Key == "" && p.Zones == "" {
			continue
		}
		last, zones := p.LastAt, p.Zones
		events := p.Step(p.Who, set, f)
		s.counts.fixes++
		if p.Zones == "" && zones != "" {
			// Nothing applies from here on: positions of before that come later are past, else they would begin again what
			// has ended.
			p.LastAt = f.At
		}
		p.changed = p.changed || !p.LastAt.Equal(last)
		if err := s.tell(p, events); err != nil {
			return err
		}
	}
	return nil
}

// tell puts events among those that the transaction publishes.
func (s *session) tell(p *person, events []rule.Event) error {
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
