package series

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/terreno/terreno/services/activity/internal/day"
)

func TestDue(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	closing := day.Close{At: "22:00", Zone: zone}
	dates := []string{"2026-08-24", "2026-08-31", "2026-09-06", "2026-09-07", "2026-09-14", "2026-09-21"}
	for name, c := range map[string]struct{ now, after, made, until, next string }{
		"at first":               {"2026-08-23T12:00:00-04:00", "", "2026-08-24 2026-08-31 2026-09-06", "2026-09-06", "2026-08-24T00:00:00-04:00"},
		"nothing yet":            {"2026-08-23T23:59:59-04:00", "2026-09-06", "", "2026-09-06", "2026-08-24T00:00:00-04:00"},
		"two weeks ahead":        {"2026-08-24T00:00:00-04:00", "2026-09-06", "2026-09-07", "2026-09-07", "2026-08-31T00:00:00-04:00"},
		"the window still lasts": {"2026-08-24T09:59:59-04:00", "", "2026-08-24 2026-08-31 2026-09-06 2026-09-07", "2026-09-07", "2026-08-31T00:00:00-04:00"},
		"the window has ended":   {"2026-08-24T10:00:00-04:00", "", "2026-08-31 2026-09-06 2026-09-07", "2026-09-07", "2026-08-31T00:00:00-04:00"},
		"after an outage":        {"2026-09-06T12:00:00-03:00", "2026-08-24", "2026-09-07 2026-09-14", "2026-09-14", "2026-09-07T00:00:00-03:00"},
		"a day without midnight": {"2026-09-06T01:00:00-03:00", "2026-09-07", "2026-09-14", "2026-09-14", "2026-09-07T00:00:00-03:00"},
		"all are made":           {"2026-09-10T12:00:00-03:00", "2026-09-14", "2026-09-21", "2026-09-21", ""},
		"all have passed":        {"2026-12-01T12:00:00-03:00", "2026-09-14", "", "2026-09-21", ""},
	} {
		p, err := Due(dates, c.after, Times{"08:00", "10:00"}, closing, instant(t, c.now))
		var made []string
		for _, v := range p.Visits {
			made = append(made, v.Date)
		}
		next := ""
		if p.Next != nil {
			next = p.Next.In(zone).Format(time.RFC3339)
		}
		if got := strings.Join(made, " "); err != nil || got != c.made || p.Until != c.until || next != c.next {
			t.Errorf("%s: %q until %s, next %s, %v", name, got, p.Until, next, err)
		}
	}
	whole, err := Due([]string{"2026-09-06"}, "", Times{}, closing, instant(t, "2026-09-01T12:00:00-04:00"))
	if w := whole.Visits[0].Window; err != nil || !w.From.Equal(instant(t, "2026-09-06T01:00:00-03:00")) || !w.Until.Equal(instant(t, "2026-09-06T22:00:00-03:00")) {
		t.Errorf("%v, %v", w, err)
	}
}

func instant(t *testing.T, text string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, text)
	if err != nil {
		t.Fatal(err)
	}
	return at
}
