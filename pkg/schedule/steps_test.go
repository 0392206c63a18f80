package schedule_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/schedule"
)

// The clock jumps ten days ahead, and somebody sets it right. From then on jobs run in their own time. What ran on the way
// does not run again, and what was skipped stays recorded.
func TestAClockThatWasAheadAndIsSetBack(t *testing.T) {
	t.Parallel()
	w := setup(t, "2026-03-01T12:02:00Z", directory.Company{ID: "acme", Zone: mexico})
	s := w.scheduler(t, schedule.Options{}, w.daily(), w.interval())
	tick(t, s)
	w.to(t, s, "2026-03-11T12:01:00Z")
	ahead := []string{
		"acme 2026-03-03 skipped missed 2 (too long ago to catch up with)", "acme 2026-03-04 done late", "acme 2026-03-05 done late",
		"acme 2026-03-06 done late", "acme 2026-03-07 done late", "acme 2026-03-08 done late", "acme 2026-03-09 done late",
		"acme 2026-03-10 done late", "* 2026-03-11T12:00:00Z done missed 4799",
	}
	same(t, "ahead", w.rows(t), ahead...)
	for _, now := range []string{
		"2026-03-01T12:02:30Z", "2026-03-01T12:03:00Z", "2026-03-01T12:06:00Z", "2026-03-02T04:00:00Z", "2026-03-03T04:00:00Z",
		"2026-03-04T04:00:00Z", "2026-03-11T04:00:00Z", "2026-03-11T12:00:00Z", "2026-03-11T12:03:00Z", "2026-03-12T04:00:00Z",
	} {
		w.to(t, s, now)
	}
	same(t, "dates", slices.DeleteFunc(w.rows(t), func(row string) bool { return row[0] == '*' }), slices.Concat(
		[]string{"acme 2026-03-01 done", "acme 2026-03-02 done"}, ahead[:8], []string{"acme 2026-03-11 done"})...)
	same(t, "sweeps", slices.DeleteFunc(w.log.slots(), func(slot string) bool { return slot[0] != '*' }), "* 2026-03-11T12:00:00Z",
		"* 2026-03-01T12:03:00Z", "* 2026-03-01T12:06:00Z", "* 2026-03-02T04:00:00Z", "* 2026-03-03T04:00:00Z",
		"* 2026-03-04T04:00:00Z", "* 2026-03-11T04:00:00Z", "* 2026-03-11T12:03:00Z", "* 2026-03-12T04:00:00Z")
}

// steps are the instants that a clock shows that somebody moves about, by days and in both directions.
func steps(seed uint64, from time.Time, n int) (all []time.Time) {
	random := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // a test that can be repeated
	now := from
	for range n {
		now = now.Add(time.Duration(random.Int64N(int64(14*24*time.Hour))) - 6*24*time.Hour)
		if now.Before(from) {
			now = from
		}
		all = append(all, now)
	}
	return all
}

// However the clock steps, no slot runs twice, and each slot until the latest instant that was shown is either run or
// recorded as missed.
func TestNoStepOfTheClockRunsASlotTwiceOrLosesOne(t *testing.T) {
	t.Parallel()
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			const start = "2026-03-01T12:00:00Z"
			w := setup(t, start, directory.Company{ID: "acme", Zone: mexico}, directory.Company{ID: "beta", Zone: tokyo})
			jobs := []schedule.Job{w.daily(), w.interval()}
			jobs[0].CatchUp, jobs[1].Every = 3, time.Hour
			replicas := []*schedule.Scheduler{w.scheduler(t, schedule.Options{}, jobs...), w.scheduler(t, schedule.Options{}, jobs...)}
			tick(t, replicas[0])
			latest := at(start)
			for i, now := range steps(seed, latest, 40) {
				w.clock.Set(now)
				tick(t, replicas[i%2])
				if now.After(latest) {
					latest = now
				}
			}
			times := map[string]int{}
			for _, slot := range w.log.slots() {
				if times[slot]++; times[slot] > 1 {
					t.Errorf("%s was run %d times", slot, times[slot])
				}
			}
			recorded := w.recorded(t, times)
			for hour := at(start).Add(time.Hour); !hour.After(latest); hour = hour.Add(time.Hour) {
				if slot := "* " + hour.Format(time.RFC3339); !recorded[slot] {
					t.Errorf("%s is lost", slot)
				}
			}
			for company, zone := range map[string]*time.Location{"acme": mexico, "beta": tokyo} {
				for day := at("2026-03-01T00:00:00Z"); ; day = day.AddDate(0, 0, 1) {
					date := day.Format(time.DateOnly)
					due, err := schedule.Instant(date, "22:00", zone)
					if err != nil {
						t.Fatal(err)
					}
					if due.After(latest) {
						break
					}
					if slot := company + " " + date; !recorded[slot] {
						t.Errorf("%s is lost", slot)
					}
				}
			}
		})
	}
}

// recorded returns the slots that were run, and those that a row records as skipped or missed.
func (w *world) recorded(t *testing.T, ran map[string]int) map[string]bool {
	t.Helper()
	all := map[string]bool{}
	for slot := range maps.Keys(ran) {
		all[slot] = true
	}
	var rows []struct {
		Scope, Slot, State string
		Missed             int
	}
	if err := w.admin.Select(&rows, `SELECT scope, slot, state, missed FROM platform.job_run`); err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		layout, back := time.DateOnly, func(at time.Time, n int) time.Time { return at.AddDate(0, 0, -n) }
		if r.Scope == schedule.All {
			layout, back = time.RFC3339, func(at time.Time, n int) time.Time { return at.Add(time.Duration(-n) * time.Hour) }
		}
		slot, err := time.Parse(layout, r.Slot)
		if err != nil {
			t.Fatal(err)
		}
		if r.State == schedule.StateSkipped {
			all[r.Scope+" "+r.Slot] = true
		}
		for n := range r.Missed {
			all[r.Scope+" "+back(slot, n+1).Format(layout)] = true
		}
	}
	return all
}

// However the clock steps, a timer fires once: at the first poll at which the clock shows its time or a later one.
func TestNoStepOfTheClockFiresATimerTwiceOrEarlyOrLosesIt(t *testing.T) {
	t.Parallel()
	w := newTower(t)
	start := w.clock.Now()
	w.during = func(_ context.Context, _ *change.Change, r schedule.Timer) error {
		if now := w.clock.Now(); now.Before(r.DueAt) {
			t.Errorf("%s is due at %s and fired at %s", r.Key, r.DueAt, now)
		}
		return nil
	}
	due := map[string]time.Time{}
	for i := range 60 {
		key := fmt.Sprint("k", i)
		due[key] = start.Add(time.Duration(i) * 17 * time.Hour)
		w.set(t, "acme", key, due[key].Format(time.RFC3339))
	}
	replicas := []*schedule.Timers{w.timers, w.replica(t, prometheus.NewRegistry(), w.clock, schedule.Options{})}
	latest := start
	for i, now := range append(steps(1, start, 40), start.Add(60*24*time.Hour)) {
		w.clock.Set(now)
		if err := replicas[i%2].Tick(t.Context()); err != nil {
			t.Fatal(err)
		}
		if now.After(latest) {
			latest = now
		}
		fired := map[string]int{}
		for _, r := range w.fired {
			fired[r.Key]++
		}
		for key, at := range due {
			if want := !at.After(latest); fired[key] > 1 || want != (fired[key] == 1) {
				t.Fatalf("%s, due at %s, fired %d times; the clock has shown %s", key, at, fired[key], latest)
			}
		}
	}
	if rows := w.rows(t); w.rings(t) != 60 || len(rows) > 0 {
		t.Errorf("%d effects; left %s", w.rings(t), strings.Join(rows, ", "))
	}
}
