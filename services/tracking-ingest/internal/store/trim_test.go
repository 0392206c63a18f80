package store

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/proto/track"
)

// A user may post any number of tracks that begin together. A page keeps what it needs of them, those of equal instants included.
func TestAPageKeepsWhatItNeeds(t *testing.T) {
	t.Parallel()
	way := func() *track.Way {
		var way track.Way
		for d := range 7 {
			for from := range int64(3) {
				fixes := make([]track.Fix, 500)
				for i := range fixes {
					fixes[i] = track.Fix{RecordedAt: from + 3*int64(i) + int64(d%2), ReceivedAt: from}
				}
				body, _, err := track.Encode(fmt.Sprint("d", d), fixes)
				if err != nil {
					t.Fatal(err)
				}
				if err := way.Add(body); err != nil {
					t.Fatal(err)
				}
			}
		}
		return &way
	}
	at := func(ms int64) time.Time { return time.UnixMilli(ms) }
	for _, r := range []Range{
		{To: at(9000)},
		{To: at(9000), Device: "d3"},
		{To: at(9000), After: at(100), AfterDevice: "d6"},
		{To: at(9000), After: at(100), AfterDevice: "d2", Device: "d4"},
		{To: at(120), After: at(100)},
	} {
		from := at(100)
		first := func(way *track.Way, n int) (page []string) {
			way.Between(from.UnixMilli(), r.To.UnixMilli(), func(device string, f *track.Fix) bool {
				if r.wants(device, f) {
					page = append(page, fmt.Sprint(device, f.RecordedAt, f.ReceivedAt))
				}
				return len(page) < n
			})
			return page
		}
		for _, need := range []int{1, 2, 30, 100_000} {
			all, kept := way(), way()
			r.trim(kept, from, need)
			if want, got := first(all, need), first(kept, need); !slices.Equal(got, want) {
				t.Errorf("%+v: a page of %d has %d positions, want %d", r, need, len(got), len(want))
			}
			// Of each device, what comes at the last instant and before it.
			if n := kept.Len(); need == 2 && n > 50 {
				t.Errorf("%+v: %d fixes are kept for a page of 2", r, n)
			}
		}
	}
}
