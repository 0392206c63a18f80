package hours_test

import (
	"testing"
	"time"

	"github.com/terreno/terreno/services/inactivity/internal/hours"
)

func TestSince(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Bogota")
	if err != nil {
		t.Fatal(err)
	}
	week := hours.Week{
		{Days: []int{1, 2, 3, 4, 5}, From: "08:00", Until: "12:00"}, {Days: []int{1}, From: "12:00", Until: "17:00"}, {Days: []int{5}, From: "22:00", Until: "06:00"},
	}
	for at, want := range map[string]string{
		"2026-03-09T08:00": "2026-03-09T08:00", "2026-03-09T07:59": "", "2026-03-09T16:59": "2026-03-09T08:00", "2026-03-09T17:00": "", // a Monday
		"2026-03-10T12:00": "", "2026-03-13T23:00": "2026-03-13T22:00", "2026-03-14T05:59": "2026-03-13T22:00", "2026-03-14T06:00": "", "2026-03-15T09:00": "",
	} {
		is, err := time.ParseInLocation("2006-01-02T15:04", at, zone)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if since, ok := week.Since(is, zone); ok {
			got = since.In(zone).Format("2006-01-02T15:04")
		}
		if got != want {
			t.Errorf("at %s: %q, want %q", at, got, want)
		}
	}
	all := hours.Week{{Days: []int{1, 2, 3, 4, 5, 6, 7}, From: "00:00", Until: "00:00"}}
	now := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	if since, ok := all.Since(now, time.UTC); !ok || !since.IsZero() || all.Check() != nil || week.Check() != nil {
		t.Error("always is no time of work")
	}
	for _, bad := range []hours.Week{{{Days: []int{0}, From: "08:00", Until: "09:00"}}, {{Days: []int{1}, From: "8:00", Until: "09:00"}}, {{Days: []int{1}, From: "08:00", Until: "24:00"}}, {{From: "08:00", Until: "09:00"}}, make(hours.Week, 51)} {
		if bad.Check() == nil {
			t.Errorf("%v is taken", bad)
		}
	}
}
