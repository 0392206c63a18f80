package geofencetest

import (
	"slices"
	"strings"
	"time"
)

// What is confirmed by how much, and when something is late or forgotten.
const (
	confirmFixes = 2
	confirmFor   = time.Minute
	maxAccuracy  = 100
	maxAge       = 10 * time.Minute
	maxGap       = 10 * time.Minute
)

// user is what the specification remembers of one.
type user struct {
	zones  []Zone
	names  string
	judged bool
	last   time.Time
	status side // near is unknown
	run    []time.Time
	runOn  side
	open   *Alert
}

// Alerts returns every event that messages lead to, in their order, given what applies to each user all the time; and the
// fixes that it is in doubt about.
func Alerts(messages []Message, zones []Zone) (events []Alert, doubts []Fix) {
	people := map[[2]string]*user{}
	for _, z := range zones {
		for _, id := range z.Users {
			p := people[[2]string{z.Company, id}]
			if p == nil {
				p = &user{}
				people[[2]string{z.Company, id}] = p
			}
			p.zones = append(p.zones, z)
		}
	}
	for _, p := range people {
		var ids []string
		for _, z := range p.zones {
			ids = append(ids, z.ID)
		}
		slices.Sort(ids)
		p.names = strings.Join(ids, ",")
	}
	for _, m := range messages {
		p := people[[2]string{m.Company, m.User}]
		if p == nil {
			continue // No zones apply.
		}
		for _, f := range m.Fixes {
			if _, doubtful := sideOf(f, p.zones); doubtful {
				doubts = append(doubts, f)
			}
			if e := p.judge(m, f); e != nil {
				events = append(events, *e)
			}
		}
	}
	return events, doubts
}

// judge is one sentence of the specification after the other.
func (p *user) judge(m Message, f Fix) *Alert {
	if f.AccuracyM > maxAccuracy {
		return nil
	}
	if p.judged && !f.At.After(p.last) {
		return nil
	}
	if p.judged && f.At.Sub(p.last) > maxGap {
		p.status, p.run = near, nil
	}
	p.judged, p.last = true, f.At

	at, _ := sideOf(f, p.zones)
	if at == near {
		p.run = nil
		return nil
	}
	if len(p.run) > 0 && p.runOn != at {
		p.run = nil
	}
	p.run, p.runOn = append(p.run, f.At), at
	if len(p.run) >= confirmFixes && f.At.Sub(p.run[0]) >= confirmFor {
		p.status = at
	}
	if p.status != at {
		return nil
	}
	late := m.ReceivedAt.Sub(f.At) > maxAge
	switch {
	case at == outside && p.open == nil:
		p.open = &Alert{Company: m.Company, User: m.User, Started: p.run[0], Raised: f.At, Late: late, Zones: p.names}
	case at == outside && p.open.Late && !late:
		p.open.Late, p.open.Raised = false, f.At
	case at == inside && p.open != nil:
		ended := *p.open
		ended.Event, ended.Ended, ended.Reason = "cerrada", p.run[0], "returned"
		p.open = nil
		return &ended
	default:
		return nil
	}
	told := *p.open
	told.Event = "nueva"
	if late {
		told.Event = "tardia"
	}
	return &told
}
