package remind

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/notifier/internal/notice"
)

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(t *testing.T, s string) time.Time {
	t.Helper()
	is, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return is
}

// without returns an id whose company has no offset.
func without(t *testing.T) string {
	t.Helper()
	for i := range 1000 {
		if id := fmt.Sprint("c", i); Offset(id) == 0 {
			return id
		}
	}
	t.Fatal("every company has an offset")
	return ""
}

// Whatever the clocks do, each date has its reminder once, in one of the windows that follow each other.
func TestEachDateOnceInEveryZone(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"America/Bogota", "America/New_York", "Europe/Berlin", "America/Santiago", "Australia/Lord_Howe", "Asia/Beirut", "Pacific/Apia", "Asia/Kolkata", "Pacific/Chatham", "UTC"} {
		for _, company := range []string{"acme"} {
			c := Company{company, zone(t, name), Defaults()}
			seen := map[string]int{}
			begin := at(t, "2026-02-20T00:00:00Z")
			for due := begin; due.Before(begin.AddDate(0, 2, 0)); due = due.Add(Every) {
				days, err := NewDays(Window{due.Add(-Every), due}).Due(c)
				if err != nil {
					t.Fatal(err)
				}
				for _, d := range days {
					seen[d.Kind+" "+d.Date]++
					if l := d.Until.Sub(d.From); l < 22*time.Hour || l > 26*time.Hour {
						t.Errorf("%s %s: a day of %v", name, d.Date, l)
					}
					local := due.In(c.Zone).Add(-Offset(company))
					if hm := local.Format("15:04"); d.Kind == notice.KindTomorrow && hm != "18:00" || d.Kind == notice.KindPendingTasks && hm != "09:00" {
						t.Errorf("%s: %s of %s at %s", name, d.Kind, d.Date, hm)
					}
				}
			}
			if len(seen) < 2*58 || len(seen) > 2*60 {
				t.Errorf("%s: %d reminders in two months", name, len(seen))
			}
			for k, n := range seen {
				if n != 1 {
					t.Errorf("%s: %s %d times", name, k, n)
				}
			}
		}
	}
}

// The clocks of New York go forward on 2026-03-08, and that day has 23 hours.
func TestTomorrowIsALocalDay(t *testing.T) {
	t.Parallel()
	c := Company{without(t), zone(t, "America/New_York"), Defaults()}
	days, err := NewDays(Window{at(t, "2026-03-07T22:55:00Z"), at(t, "2026-03-07T23:00:00Z")}).Due(c)
	if err != nil || len(days) != 1 {
		t.Fatal(days, err)
	}
	d := days[0]
	if d.Kind != notice.KindTomorrow || d.Date != "2026-03-07" || !d.From.Equal(at(t, "2026-03-08T05:00:00Z")) || !d.Until.Equal(at(t, "2026-03-09T04:00:00Z")) || !d.Useful.Equal(d.From) {
		t.Errorf("%+v", d)
	}
	if n := d.Notice("ana", 3); n.User != "ana" || n.Once != "2026-03-07" || n.Args["count"] != "3" || n.Urgent {
		t.Errorf("%+v", n)
	}
	if m, err := NewDays(Window{}).Midnight(c, at(t, "2026-03-09T03:59:00Z")); err != nil || !m.Equal(at(t, "2026-03-08T05:00:00Z")) {
		t.Errorf("midnight %v %v", m, err)
	}
}

// After an outage a run looks at all that came due meanwhile, for two days at most.
func TestWindows(t *testing.T) {
	t.Parallel()
	due := at(t, "2026-03-08T12:00:00Z")
	for before, want := range map[time.Duration]time.Duration{0: Every, 5 * time.Minute: 5 * time.Minute, 7 * time.Hour: 7 * time.Hour, 100 * time.Hour: mostBehind} {
		var was time.Time
		if before > 0 {
			was = due.Add(-before)
		}
		w := Since(was, due)
		if got := w.To.Sub(w.From); got != want || !w.To.Equal(due) {
			t.Errorf("after %v: %v", before, got)
		}
	}
	w := Window{due.Add(-Every), due}
	if w.Has(w.From) || !w.Has(w.To) || w.Has(w.To.Add(1)) || !w.Has(w.From.Add(1)) {
		t.Error("the ends of a window")
	}
	days, err := NewDays(Since(due.Add(-48*time.Hour), due)).Due(Company{without(t), time.UTC, Defaults()})
	var got []string
	for _, d := range days {
		got = append(got, d.Kind[9:]+" "+d.Date[8:])
	}
	if want := "tomorrow 06, tomorrow 07, pending 07, pending 08"; err != nil || strings.Join(got, ", ") != want {
		t.Errorf("two days of outage: %v %v", got, err)
	}
}

func TestCompaniesAreSpread(t *testing.T) {
	t.Parallel()
	n := map[time.Duration]int{}
	for i := range 20_000 {
		n[Offset(fmt.Sprint("empresa-", i))]++
	}
	for o, companies := range n {
		if companies < 3000 || companies > 5000 || o%Every != 0 {
			t.Errorf("%d companies at %v", companies, o)
		}
	}
	if len(n) != 5 {
		t.Errorf("offsets %v", n)
	}
}

func TestSettings(t *testing.T) {
	t.Parallel()
	if err := Defaults().Check(); err != nil {
		t.Error(err)
	}
	for field, change := range map[string]func(*Settings){
		"first_visit_after_min": func(s *Settings) { s.FirstVisitAfterMin = 4 }, "shift_open_after_h": func(s *Settings) { s.ShiftOpenAfterH = 25 },
		"tomorrow_at": func(s *Settings) { s.TomorrowAt = "22:01" }, "pending_at": func(s *Settings) { s.PendingAt = "9:00" },
	} {
		s := Defaults()
		change(&s)
		if err := s.Check(); !errors.Is(err, ErrSettings) || !strings.Contains(err.Error(), field) {
			t.Errorf("%s: %v", field, err)
		}
	}
	off := Company{without(t), time.UTC, Settings{TomorrowAt: "18:00", PendingAt: "09:00"}}
	if days, err := NewDays(Window{at(t, "2026-03-07T00:00:00Z"), at(t, "2026-03-08T00:00:00Z")}).Due(off); err != nil || len(days) != 0 {
		t.Errorf("what is off: %v %v", days, err)
	}
}

// The narrowest plan holds; work over midnight ends on the next date; and a shift that began after the work is none of that work.
func TestPlannedWorkThatIsOver(t *testing.T) {
	t.Parallel()
	plans := Plans{
		{scopeCompany, ""}:   {Windows: []PlanWindow{{1, "08:00", "17:00"}}},
		{scopeTeam, "norte"}: {Windows: []PlanWindow{{7, "22:00", "06:00"}}},
		{scopeUser, "ana"}:   {Zone: "America/Bogota", Windows: []PlanWindow{{1, "08:00", "12:00"}}},
	}
	c := Company{"acme", zone(t, "America/Lima"), Defaults()} // both five hours behind UTC
	for due, want := range map[string]string{                 // 2026-03-09 is a Monday
		"2026-03-09T23:00:00Z": "eva", "2026-03-09T12:00:00Z": "leo", "2026-03-09T18:00:00Z": "ana", "2026-03-10T23:00:00Z": "", "2026-03-09T22:00:00Z": "",
	} {
		to := at(t, due)
		ends, err := NewDays(Window{to.Add(-Every), to}).Ends(c, plans)
		if err != nil {
			t.Fatal(err)
		}
		var told []string
		for user, teams := range map[string][]string{"ana": {"norte"}, "leo": {"norte", "sur"}, "eva": {"sur"}} {
			began := to.Add(-4 * time.Hour)
			if at, ok := ends.Due(plans.Of(user, teams), began); ok {
				told = append(told, user)
				if !at.Equal(to) {
					t.Errorf("%s is due at %s, not %s", user, at, to)
				}
			}
			if _, ok := ends.Due(plans.Of(user, teams), to.Add(-30*time.Minute)); ok {
				t.Errorf("%s is told of a shift that began after the work", user)
			}
			if _, ok := ends.Due(plans.Of(user, teams), to.Add(-20*time.Hour)); ok {
				t.Errorf("%s is told of a shift of the day before", user)
			}
		}
		if got := strings.Join(told, " "); got != want {
			t.Errorf("%s: told %q, want %q", due, got, want)
		}
	}
	if got := (Plans{}).Of("ana", []string{"norte"}); len(got) != 0 {
		t.Errorf("without plans %v", got)
	}
}

// A break is no end of the work, the plans of all teams of somebody count together, and a shift beside the plan is not for it.
func TestWorkThatGoesOnIsNotOver(t *testing.T) {
	t.Parallel()
	plans := Plans{
		{scopeUser, "ana"}: {Windows: []PlanWindow{{1, "08:00", "12:00"}, {1, "14:00", "18:00"}}},
		{scopeTeam, "am"}:  {Windows: []PlanWindow{{1, "06:00", "14:00"}}},
		{scopeTeam, "mid"}: {Windows: []PlanWindow{{1, "09:00", "17:00"}}},
	}
	for day := 1; day <= 7; day++ {
		for team, w := range map[string][2]string{"r1": {"06:00", "14:00"}, "r2": {"14:00", "22:00"}, "r3": {"22:00", "06:00"}} {
			s := Scope{scopeTeam, team}
			plans[s] = Plan{Windows: append(plans[s].Windows, PlanWindow{day, w[0], w[1]})}
		}
	}
	c := Company{"acme", time.UTC, Defaults()}
	monday := at(t, "2026-03-09T00:00:00Z")
	for _, w := range []struct {
		user, teams, began, due string
		planned                 bool
	}{
		{"ana", "", "07:50", "19:00", true},
		{"ana", "", "13:10", "19:00", true},
		{"eva", "am mid", "06:00", "18:00", true},
		{"leo", "am", "06:00", "15:00", true},
		{"leo", "am", "15:30", "", false},
		{"leo", "am", "03:00", "", true},
		{"pia", "r1 r2 r3", "06:00", "", false},
		{"pia", "r1", "06:00", "15:00", true},
		{"gil", "", "08:00", "", false},
		{"ana", "", "19:30", "", false},
	} {
		clock := at(t, "2026-03-09T"+w.began+":00Z")
		scopes := plans.Of(w.user, strings.Fields(w.teams))
		var due []string
		for to := monday; to.Before(monday.Add(36 * time.Hour)); to = to.Add(time.Hour) {
			ends, err := NewDays(Window{to.Add(-time.Hour), to}).Ends(c, plans)
			if err != nil {
				t.Fatal(err)
			}
			if d, ok := ends.Due(scopes, clock); ok {
				due = append(due, d.Format("15:04"))
			}
			if got := ends.Planned(scopes, clock, clock.Add(10*time.Hour)); got != w.planned && to.After(clock) {
				t.Errorf("%+v at %s: planned %v", w, to, got)
			}
		}
		if got := strings.Join(due, " "); got != w.due {
			t.Errorf("%+v: due %q", w, got)
		}
	}
}
