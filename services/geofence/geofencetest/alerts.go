package geofencetest

import (
	"math"
	"slices"
	"strings"
	"time"
)

// What confirms a side, and the limits for accuracy, lateness and gaps.
const (
	confirmFixes = 2
	confirmFor   = time.Minute
	confirmArea  = 2500 // metres times seconds
	maxAccuracy  = 100
	maxAge       = 10 * time.Minute
	maxGap       = 10 * time.Minute
)

// areaDoubt is how much two ways to measure an area may differ, per second. So near to a border, two ways to measure a
// distance agree much better than Doubt says.
const areaDoubt = 0.05

// Doubted is a fix after which another measure could have decided otherwise.
type Doubted struct {
	Company, User string
	Fix
}

// user is what the specification remembers of one user.
type user struct {
	zones   []Zone
	names   string
	judged  bool
	last    time.Time
	status  side // near is unknown
	run     []step
	runOn   side
	devices devices
	open    *Alert
}

// step is a fix of a run, its depth on its side, and how much of the time before it counts.
type step struct {
	at     time.Time
	depth  float64
	counts time.Duration
}

// Alerts returns every event that the messages lead to, in order, and the fixes whose outcome is in doubt. It assumes that
// the same zones apply to each user all the time.
func Alerts(messages []Message, zones []Zone) (events []Alert, doubts []Doubted) {
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
			e, sure := p.judge(m, f)
			if !sure {
				doubts = append(doubts, Doubted{m.Company, m.User, f})
			}
			if e != nil {
				events = append(events, *e)
			}
		}
	}
	return events, doubts
}

// judge follows the specification sentence by sentence. sure is false when another measure could decide otherwise.
func (p *user) judge(m Message, f Fix) (event *Alert, sure bool) {
	at := locate(f, p.zones)
	if f.Mock || f.AccuracyM < 0 || f.AccuracyM > maxAccuracy {
		return nil, !at.doubtful
	}
	if p.judged && !f.At.After(p.last) {
		return nil, !at.doubtful
	}
	counts, switched, sureOfDevice := p.devices.count(m.Device, f, p.last)
	sure = !at.doubtful && sureOfDevice
	if !counts {
		return nil, sure
	}
	before := f.At.Sub(p.last)
	if p.judged && (before > maxGap || switched) {
		before = min(before, confirmFor)
		p.status = near
	}
	p.judged, p.last = true, f.At

	if at.side == near {
		p.run = nil
		return nil, sure
	}
	if len(p.run) > 0 && p.runOn != at.side {
		p.run = nil
	}
	p.run, p.runOn = append(p.run, step{f.At, at.depth, before}), at.side
	if p.status != at.side {
		confirmed, sureOfArea := confirms(p.run)
		sure = sure && sureOfArea
		if !confirmed {
			return nil, sure
		}
		p.status = at.side
	}
	began := p.run[0].at
	p.run = nil
	return p.settle(m, f, began), sure
}

// confirms says whether a run is enough to confirm a side, and whether that answer is sure.
func confirms(run []step) (enough, sure bool) {
	area, seconds := 0.0, 0.0
	for _, s := range run[1:] {
		area += s.depth * s.counts.Seconds()
		seconds += s.counts.Seconds()
	}
	if len(run) < confirmFixes || run[len(run)-1].at.Sub(run[0].at) < confirmFor {
		return false, true
	}
	return area >= confirmArea, math.Abs(area-confirmArea) > areaDoubt*seconds
}

// settle returns the event, if any, that follows once p is known to be on a side. began is when the run on that side began.
func (p *user) settle(m Message, f Fix, began time.Time) *Alert {
	late := m.ReceivedAt.Sub(f.At) > maxAge
	switch {
	case p.status == outside && p.open == nil:
		p.open = &Alert{Company: m.Company, User: m.User, Started: began, Raised: f.At, Late: late, Zones: p.names}
	case p.status == outside && p.open.Late && !late:
		p.open.Late, p.open.Raised = false, f.At
	case p.status == inside && p.open != nil:
		ended := *p.open
		ended.Event, ended.Ended, ended.Reason = "cerrada", began, "returned"
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
