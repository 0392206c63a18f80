package remind

import "time"

const (
	// afterPlan is how long after the end of planned work a shift that is still open was probably forgotten.
	afterPlan = time.Hour
	// early is how long before its planned work a shift may begin and still be for that work, as in activity.
	early = 2 * time.Hour
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

// Ends is the planned work of a company of which a reminder came due.
type Ends map[Scope][]span

// Ends returns the planned work that ended an hour before an instant of the window. Holidays are days like others: who works on one is
// reminded as on other days.
func (d *Days) Ends(c Company, plans Plans) (Ends, error) {
	ends := Ends{}
	for scope, p := range plans {
		at := c
		if p.Zone != "" {
			if zone, err := time.LoadLocation(p.Zone); err == nil {
				at.Zone = zone
			}
		}
		// Work that ends on a date began on it or on the day before.
		first, last := d.window.From.Add(-afterPlan).In(at.Zone).AddDate(0, 0, -1), d.window.To.In(at.Zone)
		for day := civil(first); !day.After(civil(last)); day = day.AddDate(0, 0, 1) {
			for _, w := range p.Windows {
				if w.Day%7 != int(day.Weekday()) {
					continue
				}
				s, err := d.span(at, day, w)
				if err != nil {
					return nil, err
				}
				if d.window.Has(s.until.Add(afterPlan)) {
					ends[scope] = append(ends[scope], s)
				}
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
	for _, scope := range scopes {
		for _, s := range e[scope] {
			if !began.Before(s.from.Add(-early)) && began.Before(s.until) {
				return s.until.Add(afterPlan), true
			}
		}
	}
	return time.Time{}, false
}
