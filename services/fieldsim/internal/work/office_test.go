package work_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/work"
)

func TestTheOfficePlansHoursThatFitTheDay(t *testing.T) {
	t.Parallel()
	members, midnight := demo(t)
	visits := work.Visits(members, midnight, 0)
	set := map[string][]byte{}
	for _, s := range work.Setup(visits, midnight) {
		raw, err := json.Marshal(s.Body)
		if err != nil {
			t.Fatal(err)
		}
		set[s.Path+" "+s.Key] = raw
	}
	for _, path := range []string{"/v1/shift-plans/company ", "/v1/shift-plans/team/sur "} {
		var plan struct{ Windows []work.Window }
		if err := json.Unmarshal(set[path], &plan); err != nil {
			t.Fatal(err)
		}
		// The phones work on each day, and the first day of the demo is a Sunday.
		late, days := 0, map[int]bool{}
		for _, w := range plan.Windows {
			days[w.Day] = true
		}
		if len(days) != 7 {
			t.Fatalf("%s: %d days", path, len(days))
		}
		first := plan.Windows[slices.IndexFunc(plan.Windows, func(w work.Window) bool { return w.Day == 7 })]
		for _, m := range members {
			if a := work.Actions(m, visits); len(a) == 0 || a[0].Due.Format("15:04") > first.From {
				late++
			}
		}
		if late == 0 || late > len(members)/2 {
			t.Errorf("%s: %d of %d come late", path, late, len(members))
		}
	}
	if !strings.Contains(string(set["/v1/holidays "]), `"2015-07-04"`) || !strings.Contains(string(set["/v1/activity-series demo-series-2"]), "UNTIL=20160607") || len(set) != 5 {
		t.Errorf("%s", set)
	}
	autumn, err := json.Marshal(work.Setup(nil, time.Date(2015, 9, 1, 0, 0, 0, 0, time.UTC)))
	if err != nil || !strings.Contains(string(autumn), `"2016-07-04"`) {
		t.Errorf("%s, %v", autumn, err)
	}
}

func TestEachPlaceHasAnAddressOfItsOwn(t *testing.T) {
	t.Parallel()
	members, midnight := demo(t)
	rows, err := csv.NewReader(bytes.NewReader(work.Places(work.Visits(members, midnight, 0)))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Index(rows[0], "address")
	known := map[string]bool{}
	for _, r := range rows[1:] {
		known[r[at]] = true
	}
	if known[""] || len(known) != len(rows)-1 {
		t.Errorf("%d addresses for %d places", len(known), len(rows)-1)
	}
}
