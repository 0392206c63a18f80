// Package plan knows when somebody is planned to work. It is pure: no clock, no database.
//
// A plan is a week of windows in local time. Instant times come from pkg/schedule alone, so a window on a day on which the clocks
// change begins and ends when people's clocks say so.
package plan

import (
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/activity/internal/place"
)

// Limits of plans.
const (
	// MaxWindows is how many windows a week has: eight a day.
	MaxWindows = 56
	// MaxHolidays is how many holidays a company keeps.
	MaxHolidays = 500
	// MaxHolidayName is in characters.
	MaxHolidayName = 100
	// Early is how long before its planned work a shift may begin and still be for that work.
	Early = 2 * time.Hour

	dayMinutes, weekMinutes = 24 * 60, 7 * 24 * 60
)

// Window is planned work on one day of each week.
type Window struct {
	// Day is the day of the week on which it begins: 1 is Monday, 7 is Sunday.
	Day int `json:"day"`
	// From and To are local times, such as 08:00. A To that is not after From is on the next day.
	From string `json:"from"`
	To   string `json:"to"`
}

// Plan is a week of work.
type Plan struct {
	// Zone is an IANA time zone, empty for the company's.
	Zone string `json:"zone"`
	// OnHolidays says that holidays are days like others.
	OnHolidays bool     `json:"on_holidays"`
	Windows    []Window `json:"windows"`
}

// Holiday is a date on which nobody is planned to work whose plan does not say so.
type Holiday struct {
	Date string `json:"date"`
	Name string `json:"name"`
}

// zoneName leaves out names that only some machines have, such as Local, localtime and right/UTC.
var zoneName = regexp.MustCompile(`^(UTC|(Africa|America|Antarctica|Arctic|Asia|Atlantic|Australia|Etc|Europe|Indian|Pacific)(/[A-Za-z0-9_+-]+){1,2})$`)

// Clean returns the plan as it is stored, with its windows in order, or a *place.FaultError.
func (p Plan) Clean() (Plan, error) {
	if p.Zone != "" {
		if _, err := time.LoadLocation(p.Zone); err != nil || !zoneName.MatchString(p.Zone) {
			return p, &place.FaultError{Field: "zone", Detail: "must be a name of the IANA time zone database, such as America/Bogota, or be left out"}
		}
	}
	if len(p.Windows) > MaxWindows {
		return p, &place.FaultError{Field: "windows", Detail: fmt.Sprintf("must hold at most %d windows", MaxWindows)}
	}
	for i, w := range p.Windows {
		field := fmt.Sprintf("windows[%d]", i)
		switch {
		case w.Day < 1 || w.Day > 7:
			return p, &place.FaultError{Field: field + ".day", Detail: "must be 1 (Monday) to 7 (Sunday)"}
		case !schedule.IsLocalTime(w.From):
			return p, &place.FaultError{Field: field + ".from", Detail: "must be a local time such as 08:00"}
		case !schedule.IsLocalTime(w.To):
			return p, &place.FaultError{Field: field + ".to", Detail: "must be a local time such as 17:30; 00:00 is the midnight after the window"}
		case w.From == w.To:
			return p, &place.FaultError{Field: field + ".to", Detail: "must not be from: write a day and a night as two windows"}
		}
	}
	p.Windows = slices.Clone(p.Windows)
	slices.SortStableFunc(p.Windows, func(a, b Window) int { return a.start() - b.start() })
	for i, w := range p.Windows {
		next := p.Windows[(i+1)%len(p.Windows)]
		start := next.start()
		if i+1 == len(p.Windows) {
			start += weekMinutes // the first of the week that follows
		}
		if w.start()+w.length() > start {
			return p, &place.FaultError{Field: "windows", Detail: fmt.Sprintf("must not overlap, as %s and %s do", w, next)}
		}
	}
	if p.Windows == nil {
		p.Windows = []Window{}
	}
	return p, nil
}

// start is when the window begins, in minutes of its week.
func (w Window) start() int { return (w.Day-1)*dayMinutes + minutes(w.From) }

// length is in minutes of a day without a change of the clocks.
func (w Window) length() int {
	n := minutes(w.To) - minutes(w.From)
	if n <= 0 {
		n += dayMinutes
	}
	return n
}

// String writes the window with the English name of its day.
func (w Window) String() string { return fmt.Sprintf("%s %s-%s", time.Weekday(w.Day%7), w.From, w.To) }

// minutes reads a local time.
func minutes(at string) int {
	return (int(at[0]-'0')*10+int(at[1]-'0'))*60 + int(at[3]-'0')*10 + int(at[4]-'0')
}

// CleanHolidays returns holidays as they are stored, in order, or a *place.FaultError.
func CleanHolidays(days []Holiday) ([]Holiday, error) {
	if len(days) > MaxHolidays {
		return nil, &place.FaultError{Field: "holidays", Detail: fmt.Sprintf("must hold at most %d dates", MaxHolidays)}
	}
	clean := []Holiday{}
	for i, d := range days {
		field := fmt.Sprintf("holidays[%d]", i)
		date, err := time.Parse(time.DateOnly, d.Date)
		if err != nil || date.Year() < 2000 || date.Year() > 2100 {
			return nil, &place.FaultError{Field: field + ".date", Detail: "must be a date such as 2026-12-25"}
		}
		if d.Name, err = text.Line(d.Name, MaxHolidayName); err != nil {
			return nil, &place.FaultError{Field: field + ".name", Detail: err.Error()}
		}
		if slices.ContainsFunc(clean, func(h Holiday) bool { return h.Date == d.Date }) {
			return nil, &place.FaultError{Field: field + ".date", Detail: "is there twice"}
		}
		clean = append(clean, d)
	}
	slices.SortFunc(clean, func(a, b Holiday) int {
		if a.Date < b.Date {
			return -1
		}
		return 1
	})
	return clean, nil
}

// Span is planned work, [From, Until).
type Span struct {
	From, Until time.Time
	// Day is the local date on which it begins: the day to which all of it belongs.
	Day string
}

// Week is what is planned for somebody.
type Week struct {
	// Plans are the plans that hold. Usually there is one, and with several the person is planned when any of them says so.
	Plans []Plan
	// Holidays are the company's, by date. Zone is the company's.
	Holidays map[string]bool
	Zone     *time.Location
}

// Spans returns the planned work that overlaps [from, until), ascending and whole. Work of different plans that overlaps is one. What
// the clocks jump over is not there.
func (w Week) Spans(from, until time.Time) []Span {
	spans := []Span{}
	for _, p := range w.Plans {
		zone := p.zone(w.Zone)
		last := until.In(zone).AddDate(0, 0, 2).Format(time.DateOnly)
		// Work that began on the day before may last, and clocks that jump over midnight can bring it to the next date.
		for d := from.In(zone).AddDate(0, 0, -2); d.Format(time.DateOnly) <= last; d = d.AddDate(0, 0, 1) {
			date := d.Format(time.DateOnly)
			if w.Holidays[date] && !p.OnHolidays {
				continue
			}
			for _, win := range p.Windows {
				if win.Day%7 != int(d.Weekday()) {
					continue
				}
				if s, ok := win.on(d, zone); ok {
					spans = append(spans, s)
				}
			}
		}
	}
	// What lies outside may be one with what overlaps.
	return slices.DeleteFunc(merged(spans), func(s Span) bool { return !s.From.Before(until) || !s.Until.After(from) })
}

func (p Plan) zone(company *time.Location) *time.Location {
	if p.Zone != "" {
		if zone, err := time.LoadLocation(p.Zone); err == nil {
			return zone
		}
	}
	return company
}

// on returns the window on a date. ok is false if the clocks jump over all of it.
func (w Window) on(d time.Time, zone *time.Location) (s Span, ok bool) {
	s.Day = d.Format(time.DateOnly)
	ends := s.Day
	if w.To <= w.From {
		ends = d.AddDate(0, 0, 1).Format(time.DateOnly)
	}
	var err error
	if s.From, err = schedule.Instant(s.Day, w.From, zone); err != nil { // Clean refuses such a window.
		return s, false
	}
	s.Until, err = schedule.Instant(ends, w.To, zone)
	return s, err == nil && s.From.Before(s.Until)
}

func merged(spans []Span) []Span {
	slices.SortStableFunc(spans, func(a, b Span) int { return a.From.Compare(b.From) })
	all := spans[:0]
	for _, s := range spans {
		if n := len(all); n > 0 && s.From.Before(all[n-1].Until) {
			if s.Until.After(all[n-1].Until) {
				all[n-1].Until = s.Until
			}
			continue
		}
		all = append(all, s)
	}
	return all
}

// WorkOf returns the planned work that a shift is for, zero if nothing is planned for it. The shift began at start, and closes is the
// close of its day. It is for the first work in this time, and for what follows on the same day of the plan. A shift that begins up to
// two hours early is for the work that follows, also if that begins after the close.
func (w Week) WorkOf(start, closes time.Time) (work Span) {
	latest := closes
	if t := start.Add(Early + time.Millisecond); t.After(latest) {
		latest = t
	}
	for _, s := range w.Spans(start, latest) {
		if work.Day == "" {
			work = s
		} else if s.Day == work.Day {
			work.Until = s.Until
		}
	}
	return work
}
