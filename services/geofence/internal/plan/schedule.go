package plan

import (
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
)

// Schedule is when a zone applies, in the company's local time. Empty is always.
type Schedule []Window

// Window is a time of day on some days of the week. To at or before From is on the next day; equal ones are a whole day, and a To of 24:00 is the end of the day.
type Window struct {
	Days []string `json:"days" nullable:"false" minItems:"1" maxItems:"7" enum:"mon,tue,wed,thu,fri,sat,sun" doc:"on which it begins"`
	From string   `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"00:00 to 23:59" example:"08:00"`
	To   string   `json:"to" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" doc:"the first minute that is not in it; on the next day when it is not after from; 24:00 is the end of the day" example:"18:00"`
}

const (
	day  = 24 * 60
	week = 7 * day
)

var days = map[string]int{"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}

// Check says what is wrong with a schedule.
func (s Schedule) Check() error {
	if len(s) > maxWindows {
		return fmt.Errorf("schedule: %d windows are more than %d", len(s), maxWindows)
	}
	for i, w := range s {
		for _, d := range w.Days {
			if _, ok := days[d]; !ok {
				return fmt.Errorf("schedule[%d]: %q is not a day: write mon, tue, wed, thu, fri, sat or sun", i, d)
			}
		}
		for _, t := range []string{w.From, w.To} {
			if _, err := minuteOfDay(t); err != nil && (t != endOfDay || t == w.From) {
				return fmt.Errorf("schedule[%d]: %q is not a time of day such as 08:00", i, t)
			}
		}
		if len(w.Days) == 0 {
			return fmt.Errorf("schedule[%d]: name the days", i)
		}
	}
	return nil
}

// span is a part of the week in minutes from Sunday's midnight; one may run beyond the week's end.
type span struct{ start, length int }

// spans is a checked schedule for the machine.
func (s Schedule) spans() (list []span) {
	for _, w := range s {
		from, _ := minuteOfDay(w.From)
		to, _ := minuteOfDay(w.To)
		length := to - from
		if length <= 0 {
			length += day
		}
		for _, d := range w.Days {
			list = append(list, span{days[d]*day + from, length})
		}
	}
	return list
}

// includes says whether one of the spans holds a minute of the week; no span at all is always.
func includes(spans []span, minute int) bool {
	for _, s := range spans {
		if (minute-s.start+week)%week < s.length {
			return true
		}
	}
	return len(spans) == 0
}

// endOfDay may be written where a window ends.
const endOfDay = "24:00"

func minuteOfDay(text string) (int, error) {
	if text == endOfDay {
		return day, errors.New("the end of a day")
	}
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err
}

func minuteOfWeek(local time.Time) int {
	return int(local.Weekday())*day + local.Hour()*60 + local.Minute()
}

// afterChange is how long after a change of the clocks a window may be in force that began before it.
const afterChange = 48 * time.Hour

// inForce says whether one of the spans is in force at an instant; no span at all is always. Begin and end are the instants that
// schedule.Instant says: of a time that the clocks leave out the first after it, of one that comes twice the first. Without a
// change of the clocks in the days before, the local clock tells the same.
func inForce(spans []span, t time.Time, at *time.Location) bool {
	local := t.In(at)
	if changed, _ := local.ZoneBounds(); changed.IsZero() || t.Sub(changed) > afterChange {
		return includes(spans, minuteOfWeek(local))
	}
	y, m, d := local.Date()
	for back := range 2 {
		date := time.Date(y, m, d-back, 0, 0, 0, 0, time.UTC)
		for _, s := range spans {
			if s.start/day == int(date.Weekday()) && !t.Before(instant(date, s.start%day, at)) && t.Before(instant(date, s.start%day+s.length, at)) {
				return true
			}
		}
	}
	return len(spans) == 0
}

// instant is when so many minutes after a date's midnight are on the local clock.
func instant(date time.Time, minute int, at *time.Location) time.Time {
	date = date.AddDate(0, 0, minute/day)
	found, err := schedule.Instant(date.Format(time.DateOnly), fmt.Sprintf("%02d:%02d", minute%day/60, minute%60), at)
	if err != nil { // both are well formed
		return date
	}
	return found
}
