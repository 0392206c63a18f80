package work_test

import (
	"bytes"
	"encoding/csv"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/trace"
	"github.com/terreno/terreno/services/fieldsim/internal/work"
)

func demo(t *testing.T) (members []work.Member, midnight time.Time) {
	t.Helper()
	tr, err := trace.Load("austin-2015-06-07")
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range tr.Vehicles {
		members = append(members, work.Member{Login: "campo" + string(rune('a'+i%26)) + v.ID, Device: "sim-" + v.ID, Fixes: v.InTime()})
	}
	return members, tr.Midnight
}

func TestAWorkerIsWhereItReportsItsArrival(t *testing.T) {
	t.Parallel()
	members, midnight := demo(t)
	const shift = 3 * 24 * time.Hour
	visits := work.Visits(members, midnight.Add(shift), shift)
	if len(visits) < 100 {
		t.Fatalf("%d visits", len(visits))
	}
	arrivals := 0
	for _, m := range members {
		fixes := trace.Shift(m.Fixes, shift)
		for _, a := range work.Actions(m, visits) {
			if !strings.HasSuffix(a.Path, "/check-in") {
				continue
			}
			arrivals++
			report, found := a.Body.(work.Report), false
			for _, f := range fixes {
				found = found || f.Lat == *report.Lat && f.Lon == *report.Lon && f.RecordedAt.Sub(report.OccurredAt).Abs() < 8*time.Minute
			}
			if !found {
				t.Fatalf("%s arrives at %v where it never was", m.Login, report.OccurredAt)
			}
		}
	}
	if arrivals < 90 || arrivals == len(visits) {
		t.Errorf("%d arrivals at %d visits: most, and not all", arrivals, len(visits))
	}
}

func TestADayIsTheSameEachTimeAndNothingIsReportedBeforeItHappens(t *testing.T) {
	t.Parallel()
	members, midnight := demo(t)
	visits := work.Visits(members, midnight, 0)
	keys, forgotOut, forgotEnd, late := map[string]bool{}, 0, 0, 0
	for _, m := range members {
		actions := work.Actions(m, visits)
		if !reflect.DeepEqual(actions, work.Actions(m, work.Visits(members, midnight, 0))) {
			t.Fatalf("%s has two different days", m.Login)
		}
		count := map[string]int{}
		for i, a := range actions {
			report := a.Body.(work.Report)
			if a.Due.Before(report.OccurredAt) || i > 0 && a.Due.Before(actions[i-1].Due) {
				t.Fatalf("%s: %s is sent at %v and happened at %v", m.Login, a.Path, a.Due, report.OccurredAt)
			}
			if keys[a.Key] {
				t.Fatalf("the key %s twice", a.Key)
			}
			keys[a.Key] = true
			count[a.Path[strings.LastIndexByte(a.Path, '/')+1:]]++
			if a.Due.After(report.OccurredAt) {
				late++
			}
		}
		forgotOut += count["check-in"] - count["check-out"]
		forgotEnd += count["start"] - count["end"]
		if count["start"] > 1 || count["pause"] != count["resume"] {
			t.Fatalf("%s: %v", m.Login, count)
		}
	}
	if forgotOut == 0 || forgotEnd == 0 || late == 0 {
		t.Errorf("%d check-outs and %d ends of shifts are forgotten, %d reports are late: the demo shows none", forgotOut, forgotEnd, late)
	}
}

func TestPlacesAreATable(t *testing.T) {
	t.Parallel()
	members, midnight := demo(t)
	visits := work.Visits(members, midnight, 0)
	rows, err := csv.NewReader(bytes.NewReader(work.Places(visits))).ReadAll()
	if err != nil || len(rows) != len(visits)+1 {
		t.Fatalf("%d rows for %d visits: %v", len(rows), len(visits), err)
	}
	names := map[string]bool{}
	for _, r := range rows[1:] {
		names[r[1]] = true
	}
	if len(names) != len(visits) {
		t.Errorf("%d names for %d places", len(names), len(visits))
	}
	if work.Actions(work.Member{Login: "nobody"}, visits) != nil {
		t.Error("somebody without visits reports something")
	}
}
