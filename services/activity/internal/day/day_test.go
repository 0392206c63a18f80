package day_test

import (
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/visit"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func at(t *testing.T, text string) time.Time {
	t.Helper()
	if text == "" {
		return time.Time{}
	}
	i, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func TestWhenAVisitIsClosed(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, from, until, opened, want string }{
		"in the day":              {"America/Bogota", "2026-03-09T08:00:00-05:00", "2026-03-09T10:00:00-05:00", "", "2026-03-09T22:00:00-05:00"},
		"until the close":         {"America/Bogota", "2026-03-09T00:00:00-05:00", "2026-03-09T22:00:00-05:00", "", "2026-03-09T22:00:00-05:00"},
		"a guard at night":        {"America/Bogota", "2026-03-09T18:00:00-05:00", "2026-03-10T06:00:00-05:00", "", "2026-03-10T08:00:00-05:00"},
		"after the close":         {"America/Bogota", "2026-03-09T22:00:00-05:00", "2026-03-09T23:00:00-05:00", "", "2026-03-10T22:00:00-05:00"},
		"a guard of a day":        {"America/Bogota", "2026-03-09T06:00:00-05:00", "2026-03-10T06:00:00-05:00", "", "2026-03-10T08:00:00-05:00"},
		"a week":                  {"America/Bogota", "2026-03-09T08:00:00-05:00", "2026-03-13T18:00:00-05:00", "", "2026-03-13T22:00:00-05:00"},
		"opened before the close": {"America/Bogota", "2026-03-09T08:00:00-05:00", "2026-03-09T10:00:00-05:00", "2026-03-09T21:00:00-05:00", "2026-03-09T22:00:00-05:00"},
		"opened at the close":     {"America/Bogota", "2026-03-09T08:00:00-05:00", "2026-03-09T10:00:00-05:00", "2026-03-09T22:00:00-05:00", "2026-03-10T22:00:00-05:00"},
		"opened days later":       {"America/Bogota", "2026-03-09T08:00:00-05:00", "2026-03-09T10:00:00-05:00", "2026-03-12T09:00:00-05:00", "2026-03-12T22:00:00-05:00"},
		// Clocks jump from 2 to 3 in New York, from midnight to 1 in Santiago, and by half an hour on Lord Howe.
		"New York, forward": {"America/New_York", "2026-03-07T18:00:00-05:00", "2026-03-08T06:00:00-04:00", "", "2026-03-08T08:00:00-04:00"},
		"New York, back":    {"America/New_York", "2026-11-01T08:00:00-05:00", "2026-11-01T09:00:00-05:00", "", "2026-11-01T22:00:00-05:00"},
		"Santiago, forward": {"America/Santiago", "2026-09-05T23:00:00-04:00", "2026-09-06T02:00:00-03:00", "", "2026-09-06T22:00:00-03:00"},
		"Lord Howe, back":   {"Australia/Lord_Howe", "2026-04-05T08:00:00+10:30", "2026-04-05T09:00:00+10:30", "", "2026-04-05T22:00:00+10:30"},
	} {
		days := day.Close{At: "22:00", Zone: zone(t, c.zone)}
		if got := days.Due(visit.Window{From: at(t, c.from), Until: at(t, c.until)}, at(t, c.opened)); !got.Equal(at(t, c.want)) {
			t.Errorf("%s: %v, want %s", name, got.In(days.Zone), c.want)
		}
	}
}

func TestTheWindowOfADay(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, at, date, from, until, end string }{
		"Bogotá":            {"America/Bogota", "22:00", "2026-03-09", "2026-03-09T05:00:00Z", "2026-03-10T03:00:00Z", "2026-03-10T05:00:00Z"},
		"Santiago, forward": {"America/Santiago", "20:30", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-06T23:30:00Z", "2026-09-07T03:00:00Z"},
		"New York, back":    {"America/New_York", "22:00", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T03:00:00Z", "2026-11-02T05:00:00Z"},
	} {
		days := day.Close{At: c.at, Zone: zone(t, c.zone)}
		w, err := days.Window(c.date)
		if err != nil || !w.From.Equal(at(t, c.from)) || !w.Until.Equal(at(t, c.until)) {
			t.Errorf("%s: %v %v", name, w, err)
		}
		if from, until, err := day.Bounds(c.date, days.Zone); err != nil || !from.Equal(at(t, c.from)) || !until.Equal(at(t, c.end)) {
			t.Errorf("%s: %v %v %v", name, from, until, err)
		}
		if days.Cuts(w) || !days.Due(w, time.Time{}).Equal(w.Until) {
			t.Errorf("%s: the close of the day does not end it: %v", name, days.Due(w, time.Time{}))
		}
	}
	for _, wrong := range []string{"", "2026-02-30", "9 March", "2026-3-9"} {
		if _, err := (day.Close{At: "22:00", Zone: time.UTC}).Window(wrong); err == nil {
			t.Errorf("%q is a date", wrong)
		}
	}
}

func TestWhenACompanyMayClose(t *testing.T) {
	t.Parallel()
	for at, ok := range map[string]bool{"22:00": true, "12:00": true, "23:59": true, "11:59": false, "24:00": false, "": false, "9:00": false, "22:00:00": false} {
		if err := (day.Close{At: at}).Check(); (err == nil) != ok {
			t.Errorf("%q: %v", at, err)
		}
	}
}

func TestACloseMoves(t *testing.T) {
	t.Parallel()
	bogota := func(clock string) time.Time { return at(t, "2026-03-"+clock+":00-05:00") }
	for name, c := range map[string]struct{ close, from, until, due, old, now, want string }{
		"later":                 {"23:00", "09T08:00", "09T10:00", "09T23:00", "09T22:00", "09T12:00", "09T23:00"},
		"earlier":               {"20:00", "09T08:00", "09T10:00", "09T20:00", "09T22:00", "09T12:00", "09T20:00"},
		"it has passed":         {"20:00", "09T08:00", "09T10:00", "09T20:00", "09T22:00", "09T21:00", "09T22:00"},
		"opened again, earlier": {"20:00", "09T08:00", "09T10:00", "07T20:00", "09T22:00", "09T12:00", "09T20:00"},
		"opened again, later":   {"23:00", "09T08:00", "09T10:00", "07T23:00", "09T22:00", "09T12:00", "09T23:00"},
		"a day, earlier":        {"20:00", "09T00:00", "09T22:00", "10T00:00", "09T22:00", "09T12:00", "09T22:00"},
		"a day, later":          {"23:00", "09T00:00", "09T22:00", "09T23:00", "09T22:00", "09T12:00", "09T23:00"},
	} {
		days := day.Close{At: c.close, Zone: zone(t, "America/Bogota")}
		if got := days.Moved(visit.Window{From: bogota(c.from), Until: bogota(c.until)}, bogota(c.due), bogota(c.old), bogota(c.now)); !got.Equal(bogota(c.want)) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestTheWindowBetweenTwoTimes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, date, from, until, begins, ends string }{
		"a morning":                  {"America/Bogota", "2026-03-09", "08:00", "10:00", "2026-03-09T08:00:00-05:00", "2026-03-09T10:00:00-05:00"},
		"a night":                    {"America/Bogota", "2026-12-31", "18:00", "06:00", "2026-12-31T18:00:00-05:00", "2027-01-01T06:00:00-05:00"},
		"a whole day":                {"America/Bogota", "2026-03-09", "08:00", "08:00", "2026-03-09T08:00:00-05:00", "2026-03-10T08:00:00-05:00"},
		"New York, a night forward":  {"America/New_York", "2026-03-07", "22:00", "06:00", "2026-03-07T22:00:00-05:00", "2026-03-08T06:00:00-04:00"},
		"New York, into the gap":     {"America/New_York", "2026-03-08", "02:30", "04:00", "2026-03-08T03:00:00-04:00", "2026-03-08T04:00:00-04:00"},
		"New York, out of the gap":   {"America/New_York", "2026-03-08", "01:00", "02:30", "2026-03-08T01:00:00-05:00", "2026-03-08T03:00:00-04:00"},
		"New York, within the gap":   {"America/New_York", "2026-03-08", "02:15", "02:45", "2026-03-08T03:00:00-04:00", "2026-03-08T03:30:00-04:00"},
		"New York, an hour twice":    {"America/New_York", "2026-11-01", "01:30", "02:30", "2026-11-01T01:30:00-04:00", "2026-11-01T02:30:00-05:00"},
		"New York, within the hour":  {"America/New_York", "2026-11-01", "01:15", "01:45", "2026-11-01T01:15:00-04:00", "2026-11-01T01:45:00-04:00"},
		"Santiago, no midnight":      {"America/Santiago", "2026-09-06", "00:15", "00:45", "2026-09-06T01:00:00-03:00", "2026-09-06T01:30:00-03:00"},
		"Santiago, the night before": {"America/Santiago", "2026-09-05", "20:00", "00:30", "2026-09-05T20:00:00-04:00", "2026-09-06T01:00:00-03:00"},
		"Santiago, 23:30 twice":      {"America/Santiago", "2026-04-04", "23:30", "01:00", "2026-04-04T23:30:00-03:00", "2026-04-05T01:00:00-04:00"},
		"Lord Howe, forward":         {"Australia/Lord_Howe", "2026-10-04", "02:10", "02:20", "2026-10-04T02:30:00+11:00", "2026-10-04T02:40:00+11:00"},
		"Lord Howe, back":            {"Australia/Lord_Howe", "2026-04-05", "01:45", "02:15", "2026-04-05T01:45:00+11:00", "2026-04-05T02:15:00+10:30"},
	} {
		w, err := day.Close{At: "22:00", Zone: zone(t, c.zone)}.Times(c.date, c.from, c.until)
		if err != nil || !w.From.Equal(at(t, c.begins)) || !w.Until.Equal(at(t, c.ends)) {
			t.Errorf("%s: %v to %v, %v", name, w.From, w.Until, err)
		}
	}
	for _, wrong := range [][3]string{{"2026-02-30", "08:00", "09:00"}, {"2026-03-09", "8:00", "09:00"}, {"2026-03-09", "08:00", "24:00"}} {
		if _, err := (day.Close{At: "22:00", Zone: time.UTC}).Times(wrong[0], wrong[1], wrong[2]); err == nil {
			t.Errorf("%v was taken", wrong)
		}
	}
}
