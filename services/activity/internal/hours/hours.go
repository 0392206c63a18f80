// Package hours sums what somebody was planned to work and did work, a day at a time. It is pure: no clock, no database.
//
// A shift and planned work belong to the local day on which they begin: a guard's night is one line, and no shift is split.
package hours

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"time"

	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/plan"
	"github.com/terreno/terreno/services/activity/internal/shift"
)

// Day is what was planned and done on a local date. Times are in seconds.
type Day struct {
	Date    string `json:"day"`
	Planned int    `json:"planned_s"`
	// Worked is without pauses. Of a shift that lasts it is the time up to now.
	Worked int `json:"worked_s"`
	Paused int `json:"paused_s"`
	Shifts int `json:"shifts"`
	// How many of the shifts were closed, changed by the office, or are objected to, and whether one lasts.
	Forced    int  `json:"forced"`
	Corrected int  `json:"corrected"`
	Objected  int  `json:"objected"`
	Open      bool `json:"open"`
}

// Empty says that nothing was planned and nobody worked.
func (d Day) Empty() bool { return d.Planned == 0 && d.Shifts == 0 }

// Period is some local days, both included.
type Period struct {
	Zone     *time.Location
	From, To string
	// Begin and End are the period as instants, [Begin, End).
	Begin, End time.Time
}

// Of reads a period of at most so many days. The error says what is wrong with it.
func Of(from, to string, zone *time.Location, most int) (p Period, err error) {
	p = Period{Zone: zone, From: from, To: to}
	if p.Begin, _, err = day.Bounds(from, zone); err != nil {
		return p, err
	}
	if _, p.End, err = day.Bounds(to, zone); err != nil {
		return p, err
	}
	switch n := len(p.dates()); {
	case n == 0:
		return p, fmt.Errorf("%s comes before %s", to, from)
	case n > most:
		return p, fmt.Errorf("it has more than %d days", most)
	}
	return p, nil
}

// Days is how many days the period has.
func (p Period) Days() int { return len(p.dates()) }

func (p Period) dates() (dates []string) {
	d, _ := time.Parse(time.DateOnly, p.From)
	last, _ := time.Parse(time.DateOnly, p.To)
	for ; !d.After(last) && len(dates) < 400; d = d.AddDate(0, 0, 1) {
		dates = append(dates, d.Format(time.DateOnly))
	}
	return dates
}

// Sum returns a line for each day of a period. shifts are those that began in it.
func Sum(p Period, week plan.Week, shifts []shift.Shift, now time.Time) []Day {
	days, at := []Day{}, map[string]int{}
	for i, date := range p.dates() {
		days, at[date] = append(days, Day{Date: date}), i
	}
	seconds := func(d time.Duration) int { return int(d / time.Second) }
	for _, s := range week.Spans(p.Begin, p.End) {
		// A plan in another zone has its own dates: what counts here is the company's.
		if i, ok := at[day.Of(s.From, p.Zone)]; ok {
			days[i].Planned += seconds(s.Until.Sub(s.From))
		}
	}
	for _, s := range shifts {
		i, ok := at[day.Of(s.Start, p.Zone)]
		if !ok {
			continue
		}
		d, end := &days[i], s.End
		if s.Open() {
			d.Open, end = true, now
		}
		worked := seconds(s.Worked(now))
		d.Shifts++
		d.Worked += worked
		d.Paused += max(0, seconds(end.Sub(s.Start))-worked)
		d.Forced += one(s.Forced)
		d.Corrected += one(s.Corrected)
		d.Objected += one(s.Objected)
	}
	return days
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}

// Version names what somebody saw of a user's days: other sums have another version.
func Version(user string, days []Day) string {
	raw, _ := json.Marshal(days) // numbers and dates
	sum := sha256.Sum256(append([]byte(user+" "), raw...))
	return base64.RawURLEncoding.EncodeToString(sum[:15])
}
