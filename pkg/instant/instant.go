// Package instant reads the instants that clients write. It is the one reader for bodies and for addresses. time.Parse takes
// what RFC 3339 forbids, such as hours of one digit and a comma, and refuses small letters, which the RFC allows. The package
// is pure.
package instant

import (
	"regexp"
	"time"
)

// Wanted says what an instant has to be. It ends a sentence that begins with the field's name.
const Wanted = "must be an RFC 3339 instant with its zone, such as 2026-03-08T14:05:09Z"

// These constants say what is wrong with an instant, as Wanted does.
const (
	noZone    = "has no zone: end it with Z, or with an offset such as -05:00"
	comma     = "has a comma before the fraction of its second: write a point"
	twoDigits = "must have two digits in each of its month, day, hour, minute and second, such as 2026-03-08T09:05:09Z"
	noSuchDay = "names a day or a time of day that does not exist"
	noOffset  = "has an offset beyond 23:59"
	noColon   = "has an offset without a colon or without minutes: write it such as -05:00"
	noT       = "has something else than a T between its date and its time of day, such as 2026-03-08T14:05:09Z"
	noLeap    = "has the second 60, which only the last minute of a month in UTC can have"
)

// Parse reads RFC 3339. T and Z may be small letters. Each part must have all its digits, and a point must
// precede the fraction. The second 60 is read as the second after it where a leap second can be, at the end of a month in
// UTC. wrong is empty, or says why the text cannot be
// read. It ends a sentence that begins with the field's name.
func Parse(s string) (at time.Time, wrong string) {
	const shortest = len("2026-03-08T14:05:09")
	if len(s) < shortest || s[4] != '-' || s[7] != '-' || s[10]|0x20 != 't' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, misformed(s)
	}
	var parts [6]int
	for i, span := range [...][2]int{{0, 4}, {5, 7}, {8, 10}, {11, 13}, {14, 16}, {17, 19}} {
		n, ok := digits(s[span[0]:span[1]])
		if !ok {
			return time.Time{}, misformed(s)
		}
		parts[i] = n
	}
	nanos, rest, wrong := fraction(s[shortest:])
	if wrong != "" {
		return time.Time{}, wrong
	}
	zone, wrong := offset(rest)
	if wrong != "" {
		return time.Time{}, wrong
	}
	year, month, day, hour, minute, second := parts[0], time.Month(parts[1]), parts[2], parts[3], parts[4], parts[5]
	if month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, noSuchDay
	}
	at = time.Date(year, month, day, hour, minute, second, nanos, time.UTC).Add(-zone)
	if second == 60 && (at.Day() != 1 || at.Hour() != 0 || at.Minute() != 0) {
		return time.Time{}, noLeap
	}
	return at, ""
}

// misformed names the common mistakes, a part with a single digit and a missing T. It returns Wanted for every other.
func misformed(s string) string {
	if len(s) > 8 {
		if _, err := time.Parse("2006-1-2T15:4:5Z07:00", s); err == nil {
			return twoDigits
		}
	}
	const date = len("2026-03-08")
	if len(s) > date && (s[date] == ' ' || s[date] == '_') {
		if _, wrong := Parse(s[:date] + "T" + s[date+1:]); wrong == "" {
			return noT
		}
	}
	return Wanted
}

// fraction reads the fraction of a second, which may be missing.
func fraction(s string) (nanos int, rest, wrong string) {
	switch {
	case s == "":
		return 0, "", noZone
	case s[0] == ',':
		return 0, "", comma
	case s[0] != '.':
		return 0, s, ""
	}
	n, scale := 1, int(100*time.Millisecond)
	for ; n < len(s) && '0' <= s[n] && s[n] <= '9'; n++ {
		nanos += int(s[n]-'0') * scale
		scale /= 10
	}
	if n == 1 {
		return 0, "", Wanted
	}
	return nanos, s[n:], ""
}

var withoutColon = regexp.MustCompile(`^[+-][0-9]{2}([0-9]{2})?$`)

func offset(s string) (east time.Duration, wrong string) {
	switch {
	case s == "":
		return 0, noZone
	case s == "Z", s == "z":
		return 0, ""
	case withoutColon.MatchString(s):
		return 0, noColon
	case len(s) != len("+00:00") || s[0] != '+' && s[0] != '-' || s[3] != ':':
		return 0, Wanted
	}
	hours, okHours := digits(s[1:3])
	minutes, okMinutes := digits(s[4:6])
	switch {
	case !okHours || !okMinutes:
		return 0, Wanted
	case hours > 23 || minutes > 59:
		return 0, noOffset
	}
	east = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if s[0] == '-' {
		east = -east
	}
	return east, ""
}

func digits(s string) (n int, ok bool) {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = 10*n + int(s[i]-'0')
	}
	return n, true
}

func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
