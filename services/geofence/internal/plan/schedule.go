package plan

import (
	"errors"
	"fmt"
	"time"

	"github.com/terreno/terreno/pkg/schedule"
)

// Schedule is when a zone applies, in the company's local time. An empty Schedule means always.
type Schedule []Window

// Window is a time of day on some days of the week. If To is at or before From, it is on the next day. So equal times make a
// whole day. A To of 24:00 is the end of the day.
type Window struct {
	Days []string `json:"days" nullable:"false" minItems:"1" maxItems:"7" enum:"mon,tue,wed,thu,fri,sat,sun" doc:"on which it begins"`
	From string   `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" patternDescription:"a time of day such as 08:00" doc:"00:00 to 23:59" example:"08:00"`
	To   string   `json:"to" pattern:"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$" patternDescription:"a time of day such as 18:00, or 24:00" doc:"the first minute that is not in it; on the next day when it is not after from; 24:00 is the end of the day" example:"18:00"`
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

// span is a part of the week, in minutes from midnight at the start of Sunday. A span may run beyond the end of the week.
type span struct{ start, length int }

// spans converts a checked schedule to spans.
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

// includes says whether one of the spans contains a minute of the week. No spans means always.
func includes(spans []span, minute int) bool {
	for _, s := range spans {
		if (minute-s.start+week)%week < s.length {
			return true
		}
	}
	return len(spans) == 0
}

// endOfDay may be written only where a window ends.
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

// afterChange is how long after a change of the clocks a window that began before it may still be in force.
const afterChange = 48 * time.Hour

// inForce says whether one of the spans is in force at an instant. No spans means always. A span begins and ends at the
// instants that schedule.Instant returns: a time that the clocks skip becomes the first instant after the jump, and a time
// that occurs twice becomes the first of the two. If the clocks did not change in the days before, the local clock gives the
// same answer.
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

// instant returns when the local clock shows the time that is minute minutes after a date's midnight.
func instant(date time.Time, minute int, at *time.Location) time.Time {
	date = date.AddDate(0, 0, minute/day)
	found, err := schedule.Instant(date.Format(time.DateOnly), fmt.Sprintf("%02d:%02d", minute%day/60, minute%60), at)
	if err != nil { // both are well formed
		return date
	}
	return found
}
