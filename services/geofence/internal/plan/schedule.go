package plan

import (
	"fmt"
	"time"
)

// Schedule is when a zone applies, in the company's local time. Empty is always.
type Schedule []Window

// Window is a time of day on some days of the week. To at or before From is on the next day; equal ones are 24 hours.
type Window struct {
	Days []string `json:"days" nullable:"false" minItems:"1" maxItems:"7" enum:"mon,tue,wed,thu,fri,sat,sun" doc:"on which it begins"`
	From string   `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"00:00 to 23:59" example:"08:00"`
	To   string   `json:"to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" doc:"the first minute that is not in it; on the next day when it is not after from" example:"18:00"`
}

const (
	day  = 24 * 60
	week = 7 * day
)

var days = map[string]int{"sun": 0, "mon": 1, "tue": 2, "wed": 3, "thu": 4, "fri": 5, "sat": 6}

// Check says what is wrong with a schedule.
func (s Schedule) Check() error {
	for i, w := range s {
		for _, d := range w.Days {
			if _, ok := days[d]; !ok {
				return fmt.Errorf("schedule[%d]: %q is not a day: write mon, tue, wed, thu, fri, sat or sun", i, d)
			}
		}
		for _, t := range []string{w.From, w.To} {
			if _, err := minuteOfDay(t); err != nil {
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

func minuteOfDay(text string) (int, error) {
	t, err := time.Parse("15:04", text)
	return t.Hour()*60 + t.Minute(), err
}

// minuteOfWeek goes by the local clock: in the hour that a change to summer time leaves out nothing begins or ends, and in
// the one that comes twice a window is in force twice.
func minuteOfWeek(local time.Time) int {
	return int(local.Weekday())*day + local.Hour()*60 + local.Minute()
}
