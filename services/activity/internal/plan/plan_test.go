package plan_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/terreno/terreno/services/activity/internal/place"
	"github.com/terreno/terreno/services/activity/internal/plan"
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
	i, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func week(from, to string) (all []plan.Window) {
	for day := 1; day <= 7; day++ {
		all = append(all, plan.Window{Day: day, From: from, To: to})
	}
	return all
}

func TestWhatAPlanMayBe(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		field string
		plan  plan.Plan
	}{
		"nothing":                    {"", plan.Plan{}},
		"day and night":              {"", plan.Plan{Windows: append(week("06:00", "18:00"), week("18:00", "06:00")...)}},
		"until midnight":             {"", plan.Plan{Windows: week("16:00", "00:00")}},
		"another zone":               {"", plan.Plan{Zone: "America/Tijuana", Windows: week("08:00", "17:00")}},
		"no zone":                    {"zone", plan.Plan{Zone: "America/Macondo"}},
		"the machine's zone":         {"zone", plan.Plan{Zone: "Local"}},
		"a path":                     {"zone", plan.Plan{Zone: "../../etc/passwd"}},
		"the eighth day":             {"windows[0].day", plan.Plan{Windows: []plan.Window{{8, "08:00", "09:00"}}}},
		"no day":                     {"windows[0].day", plan.Plan{Windows: []plan.Window{{0, "08:00", "09:00"}}}},
		"nine":                       {"windows[0].from", plan.Plan{Windows: []plan.Window{{1, "9:00", "10:00"}}}},
		"24:00":                      {"windows[0].to", plan.Plan{Windows: []plan.Window{{1, "20:00", "24:00"}}}},
		"ends when it begins":        {"windows[1].to", plan.Plan{Windows: []plan.Window{{1, "08:00", "09:00"}, {2, "08:00", "08:00"}}}},
		"overlapping":                {"windows", plan.Plan{Windows: []plan.Window{{1, "12:00", "18:00"}, {1, "08:00", "12:01"}}}},
		"twice the same":             {"windows", plan.Plan{Windows: []plan.Window{{1, "12:00", "18:00"}, {1, "12:00", "18:00"}}}},
		"the night before":           {"windows", plan.Plan{Windows: []plan.Window{{1, "18:00", "06:00"}, {2, "05:00", "12:00"}}}},
		"the night of the last week": {"windows", plan.Plan{Windows: []plan.Window{{7, "18:00", "06:00"}, {1, "05:00", "12:00"}}}},
		"more than a day has":        {"windows", plan.Plan{Windows: make([]plan.Window, 57)}},
	} {
		p, err := c.plan.Clean()
		f, ok := errors.AsType[*place.FaultError](err)
		if c.field == "" && err != nil || c.field != "" && (!ok || f.Field != c.field) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && p.Windows == nil {
			t.Errorf("%s: no windows are null", name)
		}
	}
	p, err := plan.Plan{Windows: []plan.Window{{2, "08:00", "09:00"}, {1, "10:00", "11:00"}, {1, "08:00", "10:00"}}}.Clean()
	if got := fmt.Sprint(p.Windows); err != nil || got != "[Monday 08:00-10:00 Monday 10:00-11:00 Tuesday 08:00-09:00]" {
		t.Errorf("%s, %v", got, err)
	}
}

func TestWhatAHolidayMayBe(t *testing.T) {
	t.Parallel()
	for field, days := range map[string][]plan.Holiday{
		"holidays[0].date": {{"25 December", "Navidad"}},
		"holidays[1].date": {{"2026-12-25", "Navidad"}, {"2026-12-25", "Christmas"}},
		"holidays[0].name": {{"2026-12-25", " "}},
		"holidays":         make([]plan.Holiday, 501),
	} {
		_, err := plan.CleanHolidays(days)
		if f, ok := errors.AsType[*place.FaultError](err); !ok || f.Field != field {
			t.Errorf("%s: %v", field, err)
		}
	}
	days, err := plan.CleanHolidays([]plan.Holiday{{"2026-12-25", "Navidad"}, {"2026-01-01", "Año  Nuevo"}})
	if err != nil || fmt.Sprint(days) != "[{2026-01-01 Año Nuevo} {2026-12-25 Navidad}]" {
		t.Errorf("%v, %v", days, err)
	}
}

func TestThePlannedWorkOfDays(t *testing.T) {
	t.Parallel()
	night, office := plan.Plan{Windows: week("22:00", "06:00")}, plan.Plan{Windows: []plan.Window{{1, "08:00", "12:00"}, {1, "14:00", "18:00"}, {2, "08:00", "12:00"}}}
	always := plan.Plan{Windows: office.Windows, OnHolidays: true}
	for name, c := range map[string]struct {
		zone, from, until string
		plans             []plan.Plan
		holidays          string
		want              string // in the company's zone
	}{
		"a week":      {"America/Bogota", "2026-03-09T00:00:00-05:00", "2026-03-16T00:00:00-05:00", []plan.Plan{office}, "", "9 08:00-12:00, 9 14:00-18:00, 10 08:00-12:00"},
		"nobody's":    {"America/Bogota", "2026-03-09T00:00:00-05:00", "2026-03-16T00:00:00-05:00", nil, "", ""},
		"a holiday":   {"America/Bogota", "2026-03-09T00:00:00-05:00", "2026-03-16T00:00:00-05:00", []plan.Plan{office}, "2026-03-09", "10 08:00-12:00"},
		"works on it": {"America/Bogota", "2026-03-09T00:00:00-05:00", "2026-03-10T00:00:00-05:00", []plan.Plan{always}, "2026-03-09", "9 08:00-12:00, 9 14:00-18:00"},
		// A night belongs to the day on which it begins.
		"a night":             {"America/Bogota", "2026-03-10T05:59:00-05:00", "2026-03-10T22:00:00-05:00", []plan.Plan{night}, "", "9 22:00-06:00"},
		"a night's end":       {"America/Bogota", "2026-03-10T06:00:00-05:00", "2026-03-10T22:00:01-05:00", []plan.Plan{night}, "", "10 22:00-06:00"},
		"into a holiday":      {"America/Bogota", "2026-03-09T12:00:00-05:00", "2026-03-11T12:00:00-05:00", []plan.Plan{night}, "2026-03-10", "9 22:00-06:00"},
		"two teams":           {"America/Bogota", "2026-03-09T00:00:00-05:00", "2026-03-10T00:00:00-05:00", []plan.Plan{office, {Windows: []plan.Window{{1, "17:00", "20:00"}}}}, "", "9 08:00-12:00, 9 14:00-20:00"},
		"another zone":        {"America/Mexico_City", "2026-03-09T00:00:00-06:00", "2026-03-10T00:00:00-06:00", []plan.Plan{{Zone: "America/Tijuana", Windows: []plan.Window{{1, "08:00", "12:00"}}}}, "", "9 09:00-13:00"},
		"New York, forward":   {"America/New_York", "2026-03-08T00:00:00-05:00", "2026-03-08T12:00:00-04:00", []plan.Plan{night}, "", "7 22:00-06:00 7h0m0s"},
		"New York, back":      {"America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-01T12:00:00-05:00", []plan.Plan{night}, "", "31 22:00-06:00 9h0m0s"},
		"New York, twice":     {"America/New_York", "2026-11-01T00:00:00-04:00", "2026-11-01T12:00:00-05:00", []plan.Plan{{Windows: week("01:30", "03:00")}}, "", "1 01:30-03:00 2h30m0s"},
		"New York, skipped":   {"America/New_York", "2026-03-08T00:00:00-05:00", "2026-03-08T12:00:00-04:00", []plan.Plan{{Windows: week("02:15", "02:45")}}, "", ""},
		"Santiago, forward":   {"America/Santiago", "2026-09-06T01:00:00-03:00", "2026-09-06T12:00:00-03:00", []plan.Plan{{Windows: week("00:00", "08:00")}}, "", "6 01:00-08:00 7h0m0s"},
		"Santiago, back":      {"America/Santiago", "2026-04-04T12:00:00-03:00", "2026-04-05T12:00:00-04:00", []plan.Plan{night}, "", "4 22:00-06:00 9h0m0s"},
		"Lord Howe, forward":  {"Australia/Lord_Howe", "2026-10-04T00:00:00+10:30", "2026-10-04T12:00:00+11:00", []plan.Plan{night}, "", "3 22:00-06:00 7h30m0s"},
		"Lord Howe, back":     {"Australia/Lord_Howe", "2026-04-05T00:00:00+11:00", "2026-04-05T12:00:00+10:30", []plan.Plan{night}, "", "4 22:00-06:00 8h30m0s"},
		"Lord Howe, halfhour": {"Australia/Lord_Howe", "2026-10-04T00:00:00+10:30", "2026-10-04T12:00:00+11:00", []plan.Plan{{Windows: week("02:15", "03:00")}}, "", "4 02:30-03:00 30m0s"},
	} {
		w := plan.Week{Plans: c.plans, Zone: zone(t, c.zone), Holidays: map[string]bool{c.holidays: c.holidays != ""}}
		var got []string
		for _, s := range w.Spans(at(t, c.from), at(t, c.until)) {
			text := fmt.Sprintf("%d %s-%s", at(t, s.Day+"T00:00:00Z").Day(), s.From.In(w.Zone).Format("15:04"), s.Until.In(w.Zone).Format("15:04"))
			if strings.Count(c.want, " ") > 1 && strings.HasSuffix(c.want, "s") {
				text += " " + s.Until.Sub(s.From).String()
			}
			got = append(got, text)
		}
		if text := strings.Join(got, ", "); text != c.want && !strings.HasPrefix(text, c.want+",") {
			t.Errorf("%s: %s, want %s", name, text, c.want)
		}
	}
}

// Whatever the plans, the zone and the period: the spans are in order, do not overlap, and are those of the whole year that overlap the
// period. None lasts longer than its window and a change of the clocks.
func TestSpansOfAnyPlan(t *testing.T) {
	t.Parallel()
	year := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	found := 0
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 5))
		w := plan.Week{Zone: zone(t, []string{"America/New_York", "America/Santiago", "Australia/Lord_Howe", "America/Bogota"}[r.IntN(4)]), Holidays: map[string]bool{"2026-04-05": true}}
		var windows []plan.Window
		for range 12 {
			clock := func() string { return fmt.Sprintf("%02d:%02d", r.IntN(24), 15*r.IntN(4)) }
			windows = append(windows, plan.Window{Day: 1 + r.IntN(7), From: clock(), To: clock()})
			if p, err := (plan.Plan{Windows: windows, OnHolidays: seed%2 == 0}).Clean(); err == nil {
				w.Plans = []plan.Plan{p}
			} else {
				windows = windows[:len(windows)-1]
			}
		}
		if seed%3 == 0 { // The worker is in two teams.
			w.Plans = append(w.Plans, plan.Plan{OnHolidays: seed%2 == 0, Windows: []plan.Window{{Day: 1 + r.IntN(7), From: "21:00", To: "09:00"}}})
		}
		all := w.Spans(year, year.AddDate(1, 0, 0))
		for i, s := range all {
			if i > 0 && s.From.Before(all[i-1].Until) || !s.From.Before(s.Until) || s.Until.Sub(s.From) > 49*time.Hour || s.Day == "2026-04-05" && seed%2 == 1 {
				t.Fatalf("seed %d: %v", seed, s)
			}
		}
		for range 20 {
			from := year.Add(time.Duration(r.IntN(300*24*60)) * time.Minute)
			until := from.Add(time.Duration(1+r.IntN(10*24*60)) * time.Minute)
			var want []plan.Span
			for _, s := range all {
				if s.From.Before(until) && s.Until.After(from) {
					want = append(want, s)
				}
			}
			if got := w.Spans(from, until); !slices.Equal(got, want) {
				t.Fatalf("seed %d: from %v until %v\n%v\nwant %v", seed, from, until, got, want)
			}
			found += len(want)
		}
	}
	if found < 1000 {
		t.Errorf("only %d spans: the plans are too poor", found)
	}
}

func TestThePlannedEndOfAShift(t *testing.T) {
	t.Parallel()
	bogota := func(clock string) time.Time { return at(t, "2026-03-"+clock+":00-05:00") }
	split := append(week("08:00", "12:00"), week("14:00", "18:00")...)
	for name, c := range map[string]struct {
		windows      []plan.Window
		start, close string
		want         string
	}{
		"nothing planned":            {nil, "09T08:00", "09T22:00", ""},
		"a day":                      {week("08:00", "17:00"), "09T07:55", "09T22:00", "09T17:00"},
		"a day in two parts":         {split, "09T08:00", "09T22:00", "09T18:00"},
		"its second part":            {split, "09T14:05", "09T22:00", "09T18:00"},
		"after the plan":             {week("08:00", "17:00"), "09T17:00", "09T22:00", ""},
		"an hour late":               {week("08:00", "17:00"), "09T16:59", "09T22:00", "09T17:00"},
		"a guard":                    {week("18:00", "06:00"), "09T18:00", "09T22:00", "10T06:00"},
		"a night that begins at ten": {week("22:00", "06:00"), "09T21:45", "09T22:00", "10T06:00"},
		"a night that begins later":  {week("23:00", "06:00"), "09T21:45", "09T22:00", "10T06:00"},
		"three hours before a night": {week("23:00", "06:00"), "09T20:00", "09T22:00", ""},
		"a night that began late":    {week("22:00", "06:00"), "09T22:10", "10T22:00", "10T06:00"},
		"of many nights its own":     {week("20:00", "06:00"), "09T22:10", "10T22:00", "10T06:00"},
		"after midnight":             {week("20:00", "06:00"), "10T00:30", "10T22:00", "10T06:00"},
		"day and night":              {append(week("06:00", "18:00"), week("18:00", "06:00")...), "09T06:00", "09T22:00", "10T06:00"},
	} {
		w := plan.Week{Plans: []plan.Plan{{Windows: c.windows}}, Zone: zone(t, "America/Bogota")}
		got := w.WorkOf(bogota(c.start), bogota(c.close)).Until
		if c.want == "" && !got.IsZero() || c.want != "" && !got.Equal(bogota(c.want)) {
			t.Errorf("%s: %v, want %s", name, got.In(w.Zone), c.want)
		}
	}
}
