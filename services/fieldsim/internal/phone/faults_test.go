package phone

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// everyMinute returns n fixes, one each minute.
func everyMinute(n int) []trace.Fix {
	minutes := make([]float64, n)
	for i := range minutes {
		minutes[i] = float64(i)
	}
	return fixesAt(minutes...)
}

var single = Cadence{Fixes: 1, Every: time.Minute}

func TestAfterAGapAPhoneSendsOneBigUpload(t *testing.T) {
	t.Parallel()
	plan := Plan(everyMinute(600), single, Faults{Offline: 0.02, OfflineFor: 2 * time.Hour}, 7)
	var big, longest int
	for _, u := range plan {
		if len(u.Fixes) == 1 {
			continue
		}
		big++
		longest = max(longest, len(u.Fixes))
		newest := u.Fixes[len(u.Fixes)-1].RecordedAt
		if wait := u.At.Sub(u.Fixes[0].RecordedAt); wait < 30*time.Minute || wait > 2*time.Hour+time.Minute {
			t.Errorf("the gap lasts %v, want between 30 minutes and 2 hours", wait)
		}
		if u.At.Sub(newest) > time.Minute {
			t.Errorf("the newest fix of the gap is %v old: the phone stopped recording during the gap", u.At.Sub(newest))
		}
	}
	if big < 2 || longest < 30 {
		t.Errorf("%d gaps, the longest has %d fixes", big, longest)
	}
}

func TestAGapWithMoreFixesThanAnUploadIsSplit(t *testing.T) {
	t.Parallel()
	fixes := make([]trace.Fix, 2*MaxFixes+10)
	for i := range fixes {
		fixes[i].RecordedAt = morning.Add(time.Duration(i) * time.Second)
	}
	plan := Plan(fixes, single, Faults{Offline: 1, OfflineFor: 48 * time.Hour}, 1)
	var sizes []int
	for _, u := range plan {
		sizes = append(sizes, len(u.Fixes))
	}
	if !slices.Equal(sizes, []int{MaxFixes, MaxFixes, 10}) {
		t.Errorf("uploads of %v fixes", sizes)
	}
}

func TestSwapSendsTheLaterUploadFirst(t *testing.T) {
	t.Parallel()
	got := plain(Plan(everyMinute(5), single, Faults{Swap: 1}, 1))
	want := [][]float64{{1, 1}, {1, 0}, {3, 3}, {3, 2}, {4, 4}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestLateUploadsArriveAfterLaterOnes(t *testing.T) {
	t.Parallel()
	plan := Plan(everyMinute(300), single, Faults{Late: 0.2, LateBy: 20 * time.Minute}, 3)
	var late, overtaken int
	for i, u := range plan {
		wait := u.At.Sub(u.Fixes[0].RecordedAt)
		if wait > 0 {
			late++
		}
		if wait > 20*time.Minute {
			t.Errorf("late by %v", wait)
		}
		if i > 0 && u.Fixes[0].RecordedAt.Before(plan[i-1].Fixes[0].RecordedAt) {
			overtaken++
		}
	}
	if len(plan) != 300 || late < 30 || late > 90 || overtaken == 0 {
		t.Errorf("%d uploads, %d late, %d overtaken", len(plan), late, overtaken)
	}
}

func TestRepeatSendsTheSameUploadAgain(t *testing.T) {
	t.Parallel()
	plan := Plan(everyMinute(100), single, Faults{Repeat: 1}, 3)
	if len(plan) != 200 {
		t.Fatalf("%d uploads, want each of 100 twice", len(plan))
	}
	for fix, n := range count(plan) {
		if n != 2 {
			t.Errorf("%d copies of %+v", n, fix)
		}
	}
	for _, u := range plan {
		if wait := u.At.Sub(u.Fixes[0].RecordedAt); wait > repeatWithin {
			t.Errorf("repeated after %v", wait)
		}
	}
}

func TestOverlapSendsTheLastFixesAgain(t *testing.T) {
	t.Parallel()
	plan := Plan(everyMinute(30), Cadence{Fixes: 10, Every: time.Hour}, Faults{Overlap: 1}, 1)
	if len(plan) != 3 || len(plan[0].Fixes) != 10 {
		t.Fatalf("plan %v", plain(plan))
	}
	for i, u := range plan[1:] {
		again := len(u.Fixes) - 10
		before := plan[i].Fixes
		if again < 1 || again > overlapFixes || !slices.Equal(u.Fixes[:again], before[len(before)-again:]) {
			t.Errorf("upload %d begins with %d fixes of the previous upload: %v", i+1, again, plain(plan))
		}
	}
}
