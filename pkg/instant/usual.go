package instant

import "time"

// Usual reads an instant in the form in which nearly all phones write it: with a capital T, a capital Z or an offset such as
// -05:00, and no second 60. ok is false for every other text, and Parse then says more. What it reads, Parse reads alike. It
// allocates nothing.
func Usual(s []byte) (at time.Time, ok bool) {
	const shortest = len("2026-03-08T14:05:09Z")
	if len(s) < shortest || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' {
		return time.Time{}, false
	}
	year, month, day := 100*pair(s)+pair(s[2:]), time.Month(pair(s[5:])), pair(s[8:])
	hour, minute, second := pair(s[11:]), pair(s[14:]), pair(s[17:])
	if year < 0 || month < 1 || month > 12 || day < 1 || day > 28 && day > daysIn(year, month) ||
		hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59 {
		return time.Time{}, false
	}
	nanos, rest := 0, s[shortest-1:]
	if rest[0] == '.' {
		n, scale := 1, int(100*time.Millisecond)
		for ; n < len(rest) && '0' <= rest[n] && rest[n] <= '9'; n++ {
			nanos += int(rest[n]-'0') * scale
			scale /= 10
		}
		if n == 1 {
			return time.Time{}, false
		}
		rest = rest[n:]
	}
	east, ok := usualOffset(rest)
	if !ok {
		return time.Time{}, false
	}
	return time.Date(year, month, day, hour, minute, second, nanos, time.UTC).Add(-east), true
}

func usualOffset(s []byte) (east time.Duration, ok bool) {
	if len(s) == 1 && s[0] == 'Z' {
		return 0, true
	}
	if len(s) != len("+00:00") || s[0] != '+' && s[0] != '-' || s[3] != ':' {
		return 0, false
	}
	hours, minutes := pair(s[1:]), pair(s[4:])
	if hours < 0 || hours > 23 || minutes < 0 || minutes > 59 {
		return 0, false
	}
	east = time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute
	if s[0] == '-' {
		east = -east
	}
	return east, true
}

// pair reads two digits. What is no digit gives a number so far below zero that it stays there.
func pair(s []byte) int {
	tens, ones := s[0]-'0', s[1]-'0'
	if tens > 9 || ones > 9 {
		return -100_000
	}
	return 10*int(tens) + int(ones)
}
