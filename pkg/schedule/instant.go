package schedule

import (
	"fmt"
	"regexp"
	"time"
)

var local = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d)$`)

// IsLocalTime says whether a text is a local time such as 22:00.
func IsLocalTime(s string) bool { return local.MatchString(s) }

// Instant returns when a local date and time, 2006-01-02 and 15:04, occurs in a time zone: the first instant at which the
// local clock shows that time or a later one. So a time that the clocks skip becomes the first instant after the jump,
// and a time that occurs twice becomes the first of the two. Nothing else computes this, because Go's time.Date and
// PostgreSQL disagree in both cases.
func Instant(date, at string, loc *time.Location) (time.Time, error) {
	d, err := parseDay(date)
	if err != nil {
		return time.Time{}, err
	}
	if !IsLocalTime(at) {
		return time.Time{}, fmt.Errorf("read %q as a local time: it must look like 22:00", at)
	}
	return instant(d, at, loc), nil
}

// furthest is more than the offset of any time zone from UTC has ever been.
const furthest = 24 * time.Hour

// instant goes through the periods in which the zone has one offset. It starts well before the local time, and stops at
// the first period in which the clock shows the local time or a later one.
func instant(d day, at string, loc *time.Location) time.Time {
	wanted := d.midnight().Add(minutes(at))
	t := wanted.Add(-furthest)
	for {
		_, offset := t.In(loc).Zone()
		_, end := t.In(loc).ZoneBounds()
		found := wanted.Add(-time.Duration(offset) * time.Second)
		if found.Before(t) { // The clocks jumped over the local time: take the beginning of the period.
			found = t
		}
		if end.IsZero() || found.Before(end) {
			return found.UTC()
		}
		t = end
	}
}

// minutes returns the duration from midnight to a local time that was checked before.
func minutes(at string) time.Duration {
	digit := func(i int) int { return int(at[i] - '0') }
	return time.Duration((digit(0)*10+digit(1))*60+digit(3)*10+digit(4)) * time.Minute
}

// day is a date, in days since 1970-01-01.
type day int

func parseDay(text string) (day, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("read %q as a date: it must look like 2026-03-08", text)
	}
	return dayOf(t), nil
}

// dayOf returns the date in the time zone of t.
func dayOf(t time.Time) day {
	y, m, d := t.Date()
	return day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// midnight returns when the day begins in UTC.
func (d day) midnight() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func (d day) String() string { return d.midnight().Format(time.DateOnly) }

// zoneOf returns a company's time zone, or UTC if it is not known.
func zoneOf(loc *time.Location) *time.Location {
	if loc == nil {
		return time.UTC
	}
	return loc
}
