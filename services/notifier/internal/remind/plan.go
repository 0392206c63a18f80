package remind

import (
	"slices"
	"time"
)

const (
	// afterPlan is how long after the end of planned work a shift that is still open was probably forgotten.
	afterPlan = time.Hour
	// early is how long before its planned work a shift may begin and still be for that work, as in activity.
	early = 2 * time.Hour
	// longestBreak is the longest pause within planned work. Work that goes on after it is the same work: who is paused between a morning and
	// an afternoon has not forgotten to end the shift.
	longestBreak = 4 * time.Hour
	// longestWork is how long planned work is at most. Beyond that somebody is always planned, as on three teams around the clock, and the
	// plan says nothing about when a shift should end.
	longestWork = 18 * time.Hour
	// LongestShift is longer than a shift can last until it is closed.
	LongestShift = 36 * time.Hour
)

// Kinds of scopes of plans.
const (
	scopeUser    = "user"
	scopeTeam    = "team"
	scopeCompany = "company"
)

// Scope is whom a plan is for: a user, a team, or with an empty ID the company.
type Scope struct{ Kind, ID string }

// PlanWindow is planned work on one day of each week, in local time; day 1 is Monday. A To that is not after From is on the next day.
type PlanWindow struct {
	Day  int    `json:"day"`
	From string `json:"from"`
	To   string `json:"to"`
}

// Plan is a week of work. Zone is empty for the company's.
type Plan struct {
	Zone    string
	Windows []PlanWindow
}

// Plans are those of a company.
type Plans map[Scope]Plan

// Of returns the scopes of the plans that hold for a user: its own, else those of its teams, else the company's.
func (ps Plans) Of(user string, teams []string) (held []Scope) {
	if s := (Scope{scopeUser, user}); ps.has(s) {
		return []Scope{s}
	}
	for _, t := range teams {
		if s := (Scope{scopeTeam, t}); ps.has(s) {
			held = append(held, s)
		}
	}
	if s := (Scope{scopeCompany, ""}); len(held) == 0 && ps.has(s) {
		held = append(held, s)
	}
	return held
}

func (ps Plans) has(s Scope) bool {
	_, ok := ps[s]
	return ok
}

// span is planned work.
type span struct{ from, until time.Time }

// Ends is the planned work of a company around a window, for shifts that may have begun with it.
type Ends struct {
	// Any says that some planned work ended an hour before an instant of the window. Else nobody has to be asked.
	Any    bool
	window Window
	spans  map[Scope][]span
}

// Ends returns the planned work of a company around the window. Holidays are days like others: who works on one is reminded as on other
// days.
func (d *Days) Ends(c Company, plans Plans) (Ends, error) {
	ends := Ends{window: d.window, spans: map[Scope][]span{}}
	for scope, p := range plans {
		at := c
		if p.Zone != "" {
			if zone, err := time.LoadLocation(p.Zone); err == nil {
				at.Zone = zone
			}
		}
		// Work that ends on a date began on it or on the day before.
		first, last := d.window.From.Add(-LongestShift).In(at.Zone).AddDate(0, 0, -1), d.window.To.Add(longestBreak).In(at.Zone)
		for day := civil(first); !day.After(civil(last)); day = day.AddDate(0, 0, 1) {
			for _, w := range p.Windows {
				if w.Day%7 != int(day.Weekday()) {
					continue
				}
				s, err := d.span(at, day, w)
				if err != nil {
					return ends, err
				}
				ends.spans[scope] = append(ends.spans[scope], s)
				ends.Any = ends.Any || d.window.Has(s.until.Add(afterPlan))
			}
		}
	}
	return ends, nil
}

func (d *Days) span(c Company, day time.Time, w PlanWindow) (s span, err error) {
	date, ends := day.Format(time.DateOnly), day.Format(time.DateOnly)
	if w.To <= w.From {
		ends = day.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	if s.from, err = d.instant(c, date, w.From); err != nil {
		return s, err
	}
	s.until, err = d.instant(c, ends, w.To)
	return s, err
}

// Due returns when the reminder of a shift came due that began at an instant and for whose user these plans hold: it began for work that
// ended, not after it.
func (e Ends) Due(scopes []Scope, began time.Time) (due time.Time, ok bool) {
	for _, s := range e.work(scopes) {
		if !began.Before(s.from.Add(-early)) && began.Before(s.until) {
			due = s.until.Add(afterPlan)
			return due, e.window.Has(due)
		}
	}
	return time.Time{}, false
}

// Planned says that a shift that began at one instant and lasts at another has planned work in it, so that the plan says when to ask.
func (e Ends) Planned(scopes []Scope, began, lasts time.Time) bool {
	return slices.ContainsFunc(e.work(scopes), func(s span) bool { return s.from.Before(lasts) && began.Before(s.until) })
}

// work returns planned work. Work of several plans, and before and after a break, is one.
func (e Ends) work(scopes []Scope) (joined []span) {
	var all []span
	for _, scope := range scopes {
		all = append(all, e.spans[scope]...)
	}
	slices.SortFunc(all, func(a, b span) int { return a.from.Compare(b.from) })
	for _, s := range all {
		if n := len(joined); n > 0 && !s.from.After(joined[n-1].until.Add(longestBreak)) {
			if s.until.After(joined[n-1].until) {
				joined[n-1].until = s.until
			}
			continue
		}
		joined = append(joined, s)
	}
	return slices.DeleteFunc(joined, func(s span) bool { return s.until.Sub(s.from) > longestWork })
}
