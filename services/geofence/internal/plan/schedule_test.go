package plan

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"
)

func location(t *testing.T, name string) *time.Location {
	t.Helper()
	at, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func window(days, from, to string) Window { return Window{strings.Fields(days), from, to} }

func TestWhenAWindowIsInForce(t *testing.T) {
	t.Parallel()
	const (
		utc, york, howe, santiago = "UTC", "America/New_York", "Australia/Lord_Howe", "America/Santiago"
		everyDay                  = "mon tue wed thu fri sat sun"
	)
	for _, c := range []struct {
		what    string
		window  Window
		zone    string
		in, out string // instants
	}{
		{"a working day", window("mon tue", "08:00", "18:00"), utc, "2026-03-09T08:00:00Z 2026-03-09T17:59:59Z 2026-03-10T12:00:00Z", "2026-03-09T07:59:59Z 2026-03-09T18:00:00Z 2026-03-11T12:00:00Z 2026-03-08T12:00:00Z"},
		{"the company's clock", window("mon", "08:00", "18:00"), york, "2026-03-09T12:00:00Z 2026-03-09T21:59:59Z", "2026-03-09T11:59:59Z 2026-03-09T22:00:00Z"},
		{"over Saturday's midnight", window("sat", "22:00", "06:00"), utc, "2026-03-14T22:00:00Z 2026-03-14T23:59:59Z 2026-03-15T00:00:00Z 2026-03-15T05:59:59Z", "2026-03-14T21:59:59Z 2026-03-15T06:00:00Z 2026-03-14T05:00:00Z 2026-03-15T22:00:00Z"},
		{"over Sunday's midnight", window("sun", "23:59", "00:01"), utc, "2026-03-15T23:59:00Z 2026-03-16T00:00:59Z", "2026-03-15T00:00:00Z 2026-03-16T00:01:00Z 2026-03-15T23:58:59Z"},
		{"a whole day", window("mon", "00:00", "00:00"), utc, "2026-03-09T00:00:00Z 2026-03-09T23:59:59Z", "2026-03-08T23:59:59Z 2026-03-10T00:00:00Z"},
		{"noon to noon", window("sat", "12:00", "12:00"), utc, "2026-03-14T12:00:00Z 2026-03-15T11:59:59Z", "2026-03-14T11:59:59Z 2026-03-15T12:00:00Z"},
		{"every day and night", window(everyDay, "05:00", "05:00"), utc, "2026-03-09T04:59:59Z 2026-03-09T05:00:00Z 2026-03-15T23:59:59Z", ""},
		{"in what is left out, York", window("sun", "02:00", "03:00"), york, "", "2026-03-08T06:59:59Z 2026-03-08T07:00:00Z"},
		{"from what is left out, York", window("sun", "02:30", "04:00"), york, "2026-03-08T07:00:00Z 2026-03-08T07:59:59Z", "2026-03-08T06:59:59Z 2026-03-08T08:00:00Z"},
		{"a night that is short, York", window("sat", "22:00", "06:00"), york, "2026-03-08T03:00:00Z 2026-03-08T09:59:59Z", "2026-03-08T02:59:59Z 2026-03-08T10:00:00Z"},
		{"in what comes twice, York", window("sun", "01:00", "02:00"), york, "2026-11-01T05:00:00Z 2026-11-01T05:59:59Z 2026-11-01T06:00:00Z 2026-11-01T06:59:59Z", "2026-11-01T04:59:59Z 2026-11-01T07:00:00Z"},
		{"half of what comes twice, York", window("sun", "00:00", "01:30"), york, "2026-11-01T05:29:59Z", "2026-11-01T05:30:00Z 2026-11-01T06:29:59Z 2026-11-01T06:30:00Z"},
		{"a night that is long, York", window("sat", "22:00", "02:00"), york, "2026-11-01T02:00:00Z 2026-11-01T06:59:59Z", "2026-11-01T01:59:59Z 2026-11-01T07:00:00Z"},
		{"in the half hour left out, Howe", window("sun", "02:00", "02:30"), howe, "", "2026-10-03T15:29:59Z 2026-10-03T15:30:00Z"},
		{"from the half hour left out, Howe", window("sun", "02:15", "03:00"), howe, "2026-10-03T15:30:00Z 2026-10-03T15:59:59Z", "2026-10-03T15:29:59Z 2026-10-03T16:00:00Z"},
		{"in the half hour twice, Howe", window("sun", "01:30", "02:00"), howe, "2026-04-04T14:30:00Z 2026-04-04T15:00:00Z 2026-04-04T15:29:59Z", "2026-04-04T14:29:59Z 2026-04-04T15:30:00Z"},
		{"half of the half hour twice, Howe", window("sun", "01:30", "01:45"), howe, "2026-04-04T14:30:00Z 2026-04-04T14:44:59Z", "2026-04-04T14:45:00Z 2026-04-04T15:00:00Z 2026-04-04T15:10:00Z"},
		{"from midnight, which is left out, Santiago", window("sun", "00:00", "06:00"), santiago, "2026-09-06T04:00:00Z 2026-09-06T08:59:59Z", "2026-09-06T03:59:59Z 2026-09-06T09:00:00Z"},
		{"to midnight, which is left out, Santiago", window("sat", "20:00", "24:00"), santiago, "2026-09-06T00:00:00Z 2026-09-06T03:59:59Z", "2026-09-05T23:59:59Z 2026-09-06T04:00:00Z"},
		{"an hour before midnight, which comes twice, Santiago", window("sat", "23:00", "23:30"), santiago, "2026-04-05T02:00:00Z 2026-04-05T02:29:59Z", "2026-04-05T02:30:00Z 2026-04-05T03:00:00Z 2026-04-05T03:29:59Z"},
		{"to the midnight after, Santiago", window("sat", "23:30", "24:00"), santiago, "2026-04-05T02:30:00Z 2026-04-05T03:15:00Z 2026-04-05T03:59:59Z", "2026-04-05T02:29:59Z 2026-04-05T04:00:00Z"},
		{"to the end of the day", window("mon", "18:00", "24:00"), utc, "2026-03-09T18:00:00Z 2026-03-09T23:59:59Z", "2026-03-09T17:59:59Z 2026-03-10T00:00:00Z"},
		{"a day to its end", window("mon", "00:00", "24:00"), utc, "2026-03-09T00:00:00Z 2026-03-09T23:59:59Z", "2026-03-08T23:59:59Z 2026-03-10T00:00:00Z"},
	} {
		spans, at := Schedule{c.window}.spans(), location(t, c.zone)
		for instants, want := range map[string]bool{c.in: true, c.out: false} {
			for _, text := range strings.Fields(instants) {
				instant, err := time.Parse(time.RFC3339, text)
				if err != nil {
					t.Fatal(err)
				}
				if inForce(spans, instant, at) != want {
					t.Errorf("%s at %s: want %v", c.what, text, want)
				}
			}
		}
	}
}

// Against the plain reading of a window: it begins on one of its days and ends on that one or the next.
func TestSchedulesAgainstTheirPlainReading(t *testing.T) {
	t.Parallel()
	names := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var s Schedule
		for range r.IntN(4) {
			w := Window{From: clock(r.IntN(day)), To: clock(r.IntN(day))}
			if r.IntN(4) == 0 {
				w.To = w.From
			}
			for _, d := range r.Perm(7)[:1+r.IntN(3)] {
				w.Days = append(w.Days, names[d])
			}
			s = append(s, w)
		}
		if err := s.Check(); err != nil {
			t.Fatal(err)
		}
		spans := s.spans()
		for minute := range week {
			today, yesterday, now := names[minute/day], names[(minute/day+6)%7], clock(minute%day)
			want := len(s) == 0
			for _, w := range s {
				for _, d := range w.Days {
					overnight := w.To <= w.From
					want = want || d == today && now >= w.From && (overnight || now < w.To) || d == yesterday && overnight && now < w.To
				}
			}
			if got := includes(spans, minute); got != want {
				t.Fatalf("%v on %s at %s: %v, want %v", s, today, now, got, want)
			}
		}
	}
}

func clock(minute int) string {
	return time.Date(2026, 1, 1, 0, minute, 0, 0, time.UTC).Format("15:04")
}

func TestABadScheduleIsNamed(t *testing.T) {
	t.Parallel()
	for want, s := range map[string]Schedule{
		"schedule[1]: \"lunes\" is not a day":    {window("mon", "08:00", "18:00"), window("mon lunes", "08:00", "18:00")},
		"schedule[0]: \"24:00\" is not a time":   {window("mon", "24:00", "08:00")},
		"schedule[0]: \"24:01\" is not a time":   {window("mon", "08:00", "24:01")},
		"schedule: 22 windows":                   slices.Repeat(Schedule{window("mon", "08:00", "18:00")}, 22),
		"schedule[0]: \"\" is not a time of day": {window("mon", "", "18:00")},
		"schedule[0]: name the days":             {window("", "08:00", "18:00")},
	} {
		if err := s.Check(); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v: %v, want %s", s, err, want)
		}
	}
	if err := (Schedule{}).Check(); err != nil {
		t.Error(err)
	}
}
