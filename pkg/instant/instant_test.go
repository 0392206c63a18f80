package instant

import (
	"testing"
	"time"
)

func TestInstantsAreRFC3339(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]string{
		"2026-03-08T14:05:09Z":               "2026-03-08T14:05:09Z",
		"2026-03-08t14:05:09z":               "2026-03-08T14:05:09Z",
		"2026-03-08T14:05:09.25-05:00":       "2026-03-08T19:05:09.25Z",
		"2026-03-08T14:05:09.1234567891234Z": "2026-03-08T14:05:09.123456789Z",
		"2026-03-08T14:05:09-00:00":          "2026-03-08T14:05:09Z",
		"2026-03-08T00:05:09+23:59":          "2026-03-07T00:06:09Z",
		"2024-02-29T23:59:59Z":               "2024-02-29T23:59:59Z",
		"2016-12-31T23:59:60Z":               "2017-01-01T00:00:00Z",
		"2016-12-31T18:59:60.5-05:00":        "2017-01-01T00:00:00.5Z",
		"0000-01-01T00:00:00Z":               "0000-01-01T00:00:00Z",
		"2026-03-08T4:05:09Z":                twoDigits,
		"2026-3-8T14:05:09Z":                 twoDigits,
		"2026-03-08T14:05:9-05:00":           twoDigits,
		"2026-03-08T14:05:09,250Z":           comma,
		"2026-03-08T14:05:09":                noZone,
		"2026-03-08T14:05:09.25":             noZone,
		"2026-03-08T14:05:09+24:00":          noOffset,
		"2026-03-08T14:05:09+05:60":          noOffset,
		"2026-02-29T14:05:09Z":               noSuchDay,
		"2026-13-01T14:05:09Z":               noSuchDay,
		"2026-00-01T14:05:09Z":               noSuchDay,
		"2026-03-00T14:05:09Z":               noSuchDay,
		"2026-03-08T24:00:00Z":               noSuchDay,
		"2026-03-08T14:60:00Z":               noSuchDay,
		"2026-03-08T14:05:61Z":               noSuchDay,
		"2026-04-30T23:59:60Z":               "2026-05-01T00:00:00Z",
		"2026-03-08T14:05:60Z":               noLeap,
		"2026-03-08T23:59:60Z":               noLeap,
		"2016-12-31T23:59:60-05:00":          noLeap,
		"2026-03-08 14:05:09Z":               noT,
		"2026-03-08_14:05:09-05:00":          noT,
		"2026-03-08 14:05:09":                Wanted,
		"2026-03-08T14:05Z":                  Wanted,
		"2026-03-08":                         Wanted,
		"2026-03-08T14:05:09.Z":              Wanted,
		"2026-03-08T14:05:09+0500":           noColon,
		"2026-03-08T14:05:09+05":             noColon,
		"2026-03-08T14:05:09+050":            Wanted,
		"2026-03-08T14:05:09Zulu":            Wanted,
		"2026-03-08T14:05:09+ab:cd":          Wanted,
		"٢٠٢٦-03-08T14:05:09Z":               Wanted,
		"1772978400":                         Wanted,
		"ayer":                               Wanted,
		"":                                   Wanted,
	} {
		at, wrong := Parse(s)
		if got := at.Format(time.RFC3339Nano); wrong == "" && got != want || wrong != "" && wrong != want {
			t.Errorf("%s: %s, %q, want %s", s, got, wrong, want)
		}
	}
}

// time.Parse takes more than the RFC; what both take is the same instant, and what is printed is read.
func FuzzInstant(f *testing.F) {
	for _, s := range []string{"2026-03-08T14:05:09.25-05:00", "2016-12-31t23:59:60z", "2026-03-08T4:05:09,1Z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		at, wrong := Parse(s)
		if theirs, err := time.Parse(time.RFC3339Nano, s); err == nil && wrong == "" && !theirs.Equal(at) {
			t.Fatalf("%q is %v, time.Parse says %v", s, at, theirs)
		}
		if wrong == "" && at.Year() >= 0 && at.Year() <= 9999 {
			if again, wrong := Parse(at.Format(time.RFC3339Nano)); wrong != "" || !again.Equal(at) {
				t.Fatalf("%q is %v, read again %v %s", s, at, again, wrong)
			}
		}
	})
}
