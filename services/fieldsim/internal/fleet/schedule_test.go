package fleet

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

func upTo(s *schedule, end time.Time) []phone.Upload {
	var all []phone.Upload
	for {
		u := s.next()
		if !u.At.Before(end) {
			return all
		}
		all = append(all, u)
	}
}

func dayFleet(t *testing.T, faults phone.Faults) *Fleet {
	t.Helper()
	return New(Options{
		Trace: load(t, "austin-2015-06-07"), Logins: logins(40), Seed: 9,
		Cadence: phone.Cadence{Fixes: 20, Every: time.Minute}, Faults: faults,
	})
}

func TestTheTraceBeginsAgainEachDay(t *testing.T) {
	t.Parallel()
	f := dayFleet(t, phone.Faults{})
	m := f.members()[0]
	const days = 3
	midnight := f.o.Trace.Midnight
	begin := midnight.AddDate(11, 0, 0) // Any later day will do.
	begin = begin.Add(-begin.Sub(midnight) % (24 * time.Hour))
	var sent []trace.Fix
	for _, u := range upTo(f.newSchedule(m, begin), begin.AddDate(0, 0, days).Add(time.Minute)) {
		sent = append(sent, u.Fixes...)
	}
	fixes := m.vehicle.InTime()
	if len(sent) != days*len(fixes) {
		t.Fatalf("%d fixes in %d days, want %d each day", len(sent), days, len(fixes))
	}
	for i, got := range sent {
		want := fixes[i%len(fixes)]
		want.RecordedAt = want.RecordedAt.Add(begin.Sub(midnight) + time.Duration(i/len(fixes))*24*time.Hour)
		if got != want {
			t.Fatalf("fix %d is %+v, want %+v", i, got, want)
		}
	}
}

// aroundTheClock returns a fleet whose vehicle records a fix every two minutes, also at night. So there are fixes around each
// midnight.
func aroundTheClock(t *testing.T, faults phone.Faults) *Fleet {
	t.Helper()
	var rows strings.Builder
	rows.WriteString("vehicle_id,timestamp,speed,latitude,longitude\n")
	for minute := 1; minute < 24*60; minute += 2 {
		fmt.Fprintf(&rows, "a,2026-03-02T%02d:%02d:00-05:00,0,1,%d\n", minute/60, minute%60, minute)
	}
	tr, err := trace.Read(strings.NewReader(rows.String()))
	if err != nil {
		t.Fatal(err)
	}
	return New(Options{Trace: tr, Logins: logins(10), Seed: 9, Cadence: phone.Cadence{Fixes: 20, Every: 3 * time.Minute}, Faults: faults})
}

func TestNoFixIsLostAroundMidnight(t *testing.T) {
	t.Parallel()
	f := aroundTheClock(t, everyFault)
	for _, m := range f.members() {
		s := f.newSchedule(m, f.o.Trace.Midnight)
		sent := map[trace.Fix]bool{}
		var last time.Time
		for _, u := range upTo(s, f.o.Trace.Midnight.AddDate(0, 0, 4)) {
			if u.At.Before(last) {
				t.Fatalf("%s: %v comes after %v", m.login, u.At, last)
			}
			last = u.At
			for _, fix := range u.Fixes {
				sent[fix] = true
			}
		}
		for day := range 3 {
			for _, fix := range trace.Shift(m.vehicle.Fixes, time.Duration(day)*24*time.Hour) {
				if !sent[fix] {
					t.Fatalf("%s, day %d: no upload contains %+v", m.login, day, fix)
				}
			}
		}
	}
}

func TestAfterARestartAPhoneContinuesTheSameDay(t *testing.T) {
	t.Parallel()
	f := aroundTheClock(t, everyFault)
	midnight := f.o.Trace.Midnight // Some starts are on days before the trace's day.
	end := midnight.AddDate(0, 0, 2)
	rng := rand.New(rand.NewPCG(1, 1))
	kept, yesterday := 0, 0
	for _, m := range f.members() {
		whole := upTo(f.newSchedule(m, midnight.AddDate(0, 0, -4)), end)
		starts := []time.Time{midnight, midnight.AddDate(0, 0, -2).Add(time.Minute), midnight.AddDate(0, 0, 1).Add(time.Minute)}
		for range 5 {
			starts = append(starts, midnight.Add(time.Duration(rng.Int64N(int64(3*24*time.Hour)))-2*24*time.Hour))
		}
		for _, now := range starts {
			var want []phone.Upload
			for _, u := range whole {
				if !u.At.Before(now) {
					want = append(want, u)
				}
			}
			got := upTo(f.newSchedule(m, now), end)
			same := func(a, b phone.Upload) bool { return a.At.Equal(b.At) && slices.Equal(a.Fixes, b.Fixes) }
			if !slices.EqualFunc(got, want, same) {
				t.Fatalf("%s, started at %v: %d uploads, want the remaining %d", m.login, now, len(got), len(want))
			}
			if now.Sub(got[0].Fixes[0].RecordedAt) > 30*time.Minute && len(got[0].Fixes) > 10 {
				kept++
				if now.Sub(midnight)%(24*time.Hour) == time.Minute {
					yesterday++
				}
			}
		}
	}
	if kept == 0 || yesterday == 0 {
		t.Errorf("only %d restarts, %d of them after midnight, happened while the phone had no signal: the test proves nothing", kept, yesterday)
	}
}

func TestTheClockMayBeBeforeTheTrace(t *testing.T) {
	t.Parallel()
	f := dayFleet(t, phone.Faults{})
	m := f.members()[0]
	for _, before := range []time.Duration{time.Nanosecond, 24 * time.Hour, 25 * time.Hour, 20 * 365 * 24 * time.Hour} {
		now := f.o.Trace.Midnight.Add(-before)
		first := f.newSchedule(m, now).next()
		if wait := first.At.Sub(now); wait < 0 || wait > 24*time.Hour {
			t.Errorf("%v before the trace's day: the first upload is due in %v, want at most a day", before, wait)
		}
	}
}
