package shifts

import (
	"testing"
	"time"

	"google.golang.org/protobuf/types/known/timestamppb"

	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/proto/activity"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
)

// After a load the messages of the time of the load are heard once more. An earlier one does not bring back a shift that was withdrawn,
// and a withdrawal that is heard again changes nothing.
func TestAWithdrawnShiftStaysWithdrawn(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	hides := &company{version: 1, sure: true, users: map[string][]shift{}}
	b := New(nil, nil, clock.NewManual(noon), nil)
	b.loaded, b.companies = true, map[string]*company{"acme": hides}
	begun := &terrenov1.Activity{Id: "s1", Tipo: activity.Shift, Version: 1, UserId: "ana", From: timestamppb.New(noon.Add(-time.Hour))}
	gone := activity.Withdrawn(&terrenov1.Activity{Id: "s1", Tipo: activity.Shift, Version: 2}, "ana")
	want := func(want Verdict, changes bool, m *terrenov1.Activity) {
		t.Helper()
		if changed := b.take(b.companies, news{company: "acme", shift: m}); changed != changes {
			t.Errorf("changed: %t", changed)
		}
		for _, at := range []time.Time{noon, noon.Add(-time.Minute)} {
			if got := b.Judge("acme", "ana", at); got != want {
				t.Errorf("at %v: %v, want %v", at, got, want)
			}
		}
	}
	want(Show, true, begun)
	want(Hide, true, gone)
	want(Hide, false, begun)
	want(Hide, false, gone)
	other := &terrenov1.Activity{Id: "s2", Tipo: activity.Shift, Version: 3, UserId: "ana", From: timestamppb.New(noon.Add(-time.Minute))}
	want(Show, true, other)
	want(Show, false, begun)
}
