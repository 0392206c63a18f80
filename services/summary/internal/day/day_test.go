package day_test

import (
	"testing"
	"time"

	"github.com/terreno/terreno/services/summary/internal/day"
)

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t.UTC()
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func TestPlan(t *testing.T) {
	t.Parallel()
	bogota := func(date, from, until string) day.Window {
		return day.Window{Date: date, Zone: "America/Bogota", From: at(from), Until: at(until)}
	}
	before := bogota("2026-03-08", "2026-03-08T05:00:00Z", "2026-03-09T05:00:00Z")
	after := bogota("2026-03-10", "2026-03-10T05:00:00Z", "2026-03-11T05:00:00Z")
	for name, c := range map[string]struct {
		zone        string
		closed      []day.Window
		from, until string
	}{
		"alone":                       {"America/Bogota", nil, "2026-03-09T05:00:00Z", "2026-03-10T05:00:00Z"},
		"after a move to the west":    {"Pacific/Honolulu", []day.Window{before}, "2026-03-09T05:00:00Z", "2026-03-10T10:00:00Z"},
		"after a move to the east":    {"Europe/Madrid", []day.Window{before}, "2026-03-09T05:00:00Z", "2026-03-09T23:00:00Z"},
		"before a date that is there": {"Pacific/Honolulu", []day.Window{after}, "2026-03-09T10:00:00Z", "2026-03-10T05:00:00Z"},
		"between two":                 {"Europe/Madrid", []day.Window{before, after}, "2026-03-09T05:00:00Z", "2026-03-10T05:00:00Z"},
		"two dates after another": {
			"Pacific/Kiritimati", []day.Window{bogota("2026-03-07", "2026-03-07T05:00:00Z", "2026-03-08T05:00:00Z")}, "2026-03-08T10:00:00Z", "2026-03-09T10:00:00Z",
		},
		"across the date line": {
			"Pacific/Kiritimati",
			[]day.Window{{Date: "2026-03-08", Zone: "Pacific/Pago_Pago", From: at("2026-03-08T11:00:00Z"), Until: at("2026-03-09T11:00:00Z")}},
			"2026-03-09T11:00:00Z", "2026-03-09T11:00:00Z",
		},
		"23 hours": {"Europe/Berlin", nil, "2026-03-08T23:00:00Z", "2026-03-09T23:00:00Z"},
	} {
		w, err := day.Plan("2026-03-09", zone(t, c.zone), c.closed)
		if err != nil || !w.From.Equal(at(c.from)) || !w.Until.Equal(at(c.until)) || w.Zone != c.zone {
			t.Errorf("%s: %v, %v", name, w, err)
		}
	}
	if w, err := day.Plan("2026-10-25", zone(t, "Europe/Berlin"), nil); err != nil || w.Until.Sub(w.From) != 25*time.Hour {
		t.Errorf("%v, %v", w, err)
	}
	if _, err := day.Plan("2026-02-30", time.UTC, nil); err == nil {
		t.Error("there is no such date")
	}
}

func TestWork(t *testing.T) {
	t.Parallel()
	end := at("2026-03-09T20:00:00Z")
	ended := func(text string) *time.Time { e := at(text); return &e }
	d := day.Day{Window: day.Window{From: at("2026-03-09T00:00:00Z"), Until: at("2026-03-10T00:00:00Z")}}
	d.Work([]day.Visit{{"b", "completada"}, {"a", "incompleta"}, {"c", "en_sitio"}, {"d", "cancelada"}}, []day.Shift{
		{ID: "night", StartedAt: at("2026-03-08T22:00:00Z"), EndedAt: ended("2026-03-09T02:00:00Z"), Pauses: []day.Pause{
			{at("2026-03-08T23:30:00Z"), at("2026-03-09T00:30:00Z")},
		}},
		{ID: "lasts", StartedAt: at("2026-03-09T18:00:00Z"), Pauses: []day.Pause{{From: at("2026-03-09T19:30:00Z")}}},
	}, end)
	if d.VisitsDone != 1 || d.VisitsNot != 1 || d.VisitsOpen != 1 || d.PauseS != 3600 || d.ShiftS != 3*3600 {
		t.Errorf("%+v", d.Numbers)
	}
}

func TestName(t *testing.T) {
	t.Parallel()
	d := day.Day{Detail: day.Detail{
		Stops: []day.Stop{
			{FromAt: at("2026-03-09T08:00:00Z"), UntilAt: at("2026-03-09T09:00:00Z"), Lat: 4.65, Lon: -74.1},
			{FromAt: at("2026-03-09T10:00:00Z"), UntilAt: at("2026-03-09T11:00:00Z"), Lat: 4.70, Lon: -74.1},
		},
		Trips: []day.Trip{{FromAt: at("2026-03-09T09:00:00Z"), UntilAt: at("2026-03-09T10:00:00Z")}},
	}}
	d.Name([]day.Place{
		{Stop: 0, ID: "far", Name: "Far", Lat: 4.651, Lon: -74.1, RadiusM: 50},
		{Stop: 0, ID: "wide", Name: "Wide", Lat: 4.651, Lon: -74.1, RadiusM: 500},
		{Stop: 0, ID: "near", Name: "Near", Lat: 4.6501, Lon: -74.1, RadiusM: 10},
		{Stop: 1, ID: "none", Name: "None", Lat: 4.71, Lon: -74.1, RadiusM: 100},
		{Stop: 7, ID: "wrong"},
	})
	if d.Detail.Stops[0].PlaceID != "near" || d.Detail.Stops[1].Place != "" || d.Detail.Trips[0].FromPlace != "Near" || d.Detail.Trips[0].ToPlaceID != "" {
		t.Errorf("%+v", d.Detail)
	}
}
