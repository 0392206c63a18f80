package schedule_test

import (
	"testing"
	"time"

	"github.com/terreno/terreno/pkg/pgtest"
	"github.com/terreno/terreno/pkg/schedule"
)

func TestInstant(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ zone, date, at, want string }{
		{"UTC", "2026-03-08", "22:00", "2026-03-08T22:00:00Z"},
		{"America/Mexico_City", "2026-03-08", "23:59", "2026-03-09T05:59:00Z"},
		{"Pacific/Kiritimati", "2026-03-08", "00:00", "2026-03-07T10:00:00Z"},
		{"Pacific/Pago_Pago", "2026-03-08", "23:59", "2026-03-09T10:59:00Z"},
		// The clocks skip 02:00 to 03:00 on one day; 01:00 to 02:00 occurs twice on another.
		{"America/New_York", "2026-03-08", "01:59", "2026-03-08T06:59:00Z"},
		{"America/New_York", "2026-03-08", "02:30", "2026-03-08T07:00:00Z"},
		{"America/New_York", "2026-03-08", "03:00", "2026-03-08T07:00:00Z"},
		{"America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z"},
		{"America/New_York", "2026-11-01", "02:00", "2026-11-01T07:00:00Z"},
		// The clocks skip midnight itself; the last hour before midnight occurs twice.
		{"America/Santiago", "2026-09-06", "00:00", "2026-09-06T04:00:00Z"},
		{"America/Santiago", "2026-09-06", "00:30", "2026-09-06T04:00:00Z"},
		{"America/Santiago", "2026-04-04", "23:30", "2026-04-05T02:30:00Z"},
		// The clocks move by half an hour.
		{"Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z"},
		{"Australia/Lord_Howe", "2026-04-05", "01:45", "2026-04-04T14:45:00Z"},
		// The clocks skip a whole day.
		{"Pacific/Apia", "2011-12-30", "22:00", "2011-12-30T10:00:00Z"},
		{"Pacific/Apia", "2011-12-31", "00:00", "2011-12-30T10:00:00Z"},
	} {
		got, err := schedule.Instant(tc.date, tc.at, zone(tc.zone))
		if err != nil || got.Format(time.RFC3339) != tc.want {
			t.Errorf("%s %s in %s: %v, %v, want %s", tc.date, tc.at, tc.zone, got, err, tc.want)
		}
	}
	for _, bad := range [][2]string{{"2026-02-30", "22:00"}, {"", "22:00"}, {"2026-03-08", "24:00"}, {"2026-03-08", "2:00"}, {"08/03/2026", "22:00"}} {
		if got, err := schedule.Instant(bad[0], bad[1], mexico); err == nil {
			t.Errorf("%q: %v", bad, got)
		}
	}
}

// TestInstantInEveryZone compares Instant with a walk along the minutes of a day: the first minute at which the zone's
// clock shows the time or a later one. It does this for each day on which a zone's offset changes, and for a few other
// days.
func TestInstantInEveryZone(t *testing.T) {
	t.Parallel()
	var zones []string
	if err := pgtest.New(t).Admin(t).Select(&zones, `SELECT name FROM pg_timezone_names WHERE name ~ '^[A-Z][a-z]+/' ORDER BY name`); err != nil {
		t.Fatal(err)
	}
	checked, changes := 0, 0
	for _, name := range zones {
		loc, err := time.LoadLocation(name)
		if err != nil {
			continue // PostgreSQL knows some names that Go does not.
		}
		for d := at("2026-01-01T00:00:00Z"); d.Year() == 2026; d = d.AddDate(0, 0, 1) {
			changed := offset(d.AddDate(0, 0, -1), loc) != offset(d.AddDate(0, 0, 2), loc)
			if changed {
				changes++
			}
			if changed || d.YearDay()%120 == 1 {
				checkDay(t, d, name, loc)
				checked++
			}
		}
	}
	if len(zones) < 300 || changes < 200 {
		t.Errorf("only %d zones, %d days of a change of %d", len(zones), changes, checked)
	}
}

func offset(t time.Time, loc *time.Location) int64 {
	_, seconds := t.In(loc).Zone()
	return int64(seconds)
}

func checkDay(t *testing.T, midnight time.Time, name string, loc *time.Location) {
	t.Helper()
	shown := func(u int64) int64 { return u + offset(time.Unix(u, 0), loc) }
	var first [1440]int64
	next := 0
	begin := midnight.Unix()
	for u := begin - 26*3600; next < 1440; u += 60 {
		for next < 1440 && shown(u) >= begin+int64(next)*60 {
			first[next] = u
			next++
		}
	}
	for minute, want := range first {
		at := time.Unix(int64(minute)*60, 0).UTC().Format("15:04")
		got, err := schedule.Instant(midnight.Format(time.DateOnly), at, loc)
		if err != nil || got.Unix() != want {
			t.Fatalf("%s %s in %s: %v, %v, want %v", midnight.Format(time.DateOnly), at, name, got, err, time.Unix(want, 0).UTC())
		}
	}
}

// FuzzInstant checks any text from a client. Instant refuses it, or returns an instant at which the zone's clock shows
// that time, or a time at most a day later if the clocks jumped.
func FuzzInstant(f *testing.F) {
	for _, seed := range [][2]string{{"2026-03-08", "02:30"}, {"2011-12-30", "22:00"}, {"0000-01-01", "00:00"}, {"9999-12-31", "23:59"}, {"2026-03-08", "2:30"}} {
		f.Add(seed[0], seed[1], 0)
	}
	zones := []*time.Location{newYork, tokyo, time.UTC, zone("Pacific/Apia"), zone("Africa/Monrovia")}
	f.Fuzz(func(t *testing.T, date, clock string, z int) {
		loc := zones[uint(z)%uint(len(zones))]
		got, err := schedule.Instant(date, clock, loc)
		if err != nil {
			return
		}
		wanted, err := time.Parse("2006-01-02 15:04", date+" "+clock)
		if err != nil {
			t.Fatalf("%q %q is taken: %v", date, clock, err)
		}
		shown := got.Unix() + offset(got, loc)
		if late := shown - wanted.Unix(); late < 0 || late > 24*3600 {
			t.Errorf("%s %s in %s: %v shows %d s more", date, clock, loc, got, late)
		}
	})
}
