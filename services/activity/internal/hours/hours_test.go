package hours_test

import (
	"fmt"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/terreno/terreno/services/activity/internal/hours"
	"github.com/terreno/terreno/services/activity/internal/plan"
	"github.com/terreno/terreno/services/activity/internal/shift"
)

func TestTheSumsOfDays(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	at := func(text string) time.Time {
		i, err := time.ParseInLocation("2006-01-02T15:04", "2026-03-"+text, zone)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	var night []plan.Window
	for d := 1; d <= 7; d++ {
		night = append(night, plan.Window{Day: d, From: "22:00", To: "06:00"})
	}
	week := plan.Week{Plans: []plan.Plan{{Windows: night}}, Zone: zone, Holidays: map[string]bool{"2026-03-09": true}}
	p, err := hours.Of("2026-03-07", "2026-03-10", zone, 4)
	if err != nil {
		t.Fatal(err)
	}
	shifts := []shift.Shift{
		{Start: at("07T22:00"), End: at("08T06:00"), Pauses: []shift.Span{{From: at("07T23:00"), Until: at("07T23:30")}}, Corrected: true, Objected: true}, // the clocks jump
		{Start: at("08T21:50"), End: at("09T06:00"), Forced: true},
		{Start: at("10T08:00")},
		{Start: at("06T08:00"), End: at("06T09:00")},
	}
	days := hours.Sum(p, week, shifts, at("10T09:30"))
	if got := fmt.Sprint(days); got != "[{2026-03-07 25200 23400 1800 1 0 1 1 false} {2026-03-08 28800 29400 0 1 1 0 0 false} {2026-03-09 0 0 0 0 0 0 0 false} {2026-03-10 28800 5400 0 1 0 0 0 true}]" {
		t.Error(got)
	}
	if !days[2].Empty() || days[3].Empty() {
		t.Error("which day is empty?")
	}
	other := append([]hours.Day{}, days...)
	other[1].Worked++
	if v := hours.Version("ana", days); v == hours.Version("ana", other) || v == hours.Version("beto", days) || v != hours.Version("ana", days) {
		t.Error("the version does not tell them apart")
	}
	for _, wrong := range [][2]string{{"2026-03-10", "2026-03-09"}, {"2026-03-01", "2026-03-05"}, {"2026-02-30", "2026-03-05"}, {"2026-03-01", ""}, {"0001-01-01", "9999-12-31"}} {
		if _, err := hours.Of(wrong[0], wrong[1], zone, 4); err == nil {
			t.Errorf("%v is a period", wrong)
		}
	}
}
