package schedule

import (
	"fmt"
	"regexp"
	"time"
)

var local = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d)$`)

// Instant is when a local date and time, 2006-01-02 and 15:04, comes in a zone: the first instant at which the local clock
// shows that time or a later one. So a time that the clocks jump over is the first instant after the jump, and one that
// comes twice is the first of the two. It is the one place where this is computed: Go's time.Date and PostgreSQL disagree
// on both.
func Instant(date, at string, loc *time.Location) (time.Time, error) {
	d, err := parseDay(date)
	if err != nil {
		return time.Time{}, err
	}
	if !local.MatchString(at) {
		return time.Time{}, fmt.Errorf("read %q as a local time: it must look like 22:00", at)
	}
	return instant(d, at, loc), nil
}

// furthest is more than any zone has ever been from UTC.
const furthest = 24 * time.Hour

// instant walks along the zone's stretches of one offset each, from well before the local time to the first one in which
// it, or a later time, is shown.
func instant(d day, at string, loc *time.Location) time.Time {
	wanted := d.midnight().Add(minutes(at))
	t := wanted.Add(-furthest)
	for {
		_, offset := t.In(loc).Zone()
		_, end := t.In(loc).ZoneBounds()
		found := wanted.Add(-time.Duration(offset) * time.Second)
		if found.Before(t) { // the stretch begins later than that: the clocks jumped
			found = t
		}
		if end.IsZero() || found.Before(end) {
			return found.UTC()
		}
		t = end
	}
}

// minutes after midnight of a checked local time.
func minutes(at string) time.Duration {
	digit := func(i int) int { return int(at[i] - '0') }
	return time.Duration((digit(0)*10+digit(1))*60+digit(3)*10+digit(4)) * time.Minute
}

// day is a date, as days since 1970-01-01.
type day int

func parseDay(text string) (day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("read %q as a date: it must look like 2026-03-08", text)
	}
	return dayOf(t), nil
}

// dayOf is the date that an instant's own zone shows.
func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// midnight is where the day begins in UTC.
func (d day) midnight() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func (d day) String() string { return d.midnight().Format(time.DateOnly) }

// zoneOf is a company's zone, UTC when it is not known.
func zoneOf(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}
