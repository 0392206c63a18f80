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
	hides := &company{version: 1, hides: true, sure: true, users: map[string][]shift{}}
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

// A company that hides nothing has its shifts kept for who asked for them, and everything of it is shown. What it decides later holds at once.
func TestAlsoKeepsShiftsOfWhoHidesNothing(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	b := New(nil, nil, clock.NewManual(noon), nil)
	b.Also(func() []string { return []string{"acme"} })
	if _, known := b.OnShift("acme", "ana", noon); known {
		t.Error("it knows before it is loaded")
	}
	b.loaded, b.companies = true, map[string]*company{"acme": {sure: true, users: map[string][]shift{}}}
	is := func(want Verdict, on, known bool) {
		t.Helper()
		if got := b.Judge("acme", "ana", noon); got != want {
			t.Errorf("judged %v, want %v", got, want)
		}
		if gotOn, gotKnown := b.OnShift("acme", "ana", noon); gotOn != on || gotKnown != known {
			t.Errorf("on shift %v, known %v", gotOn, gotKnown)
		}
		if _, ok := b.Of("acme", "ana"); !ok || b.Hides("acme") != (want == Hide) {
			t.Error("Of or Hides says otherwise")
		}
	}
	is(Show, false, true)
	track := func(mode string, version int32) {
		b.take(b.companies, news{company: "acme", tracking: &terrenov1.ActivityTracking{Tracking: mode, Version: version}})
	}
	track(activity.TrackOnShift, 1)
	is(Hide, false, true)
	track(activity.TrackAlways, 2)
	is(Show, false, true)
	b.take(b.companies, news{company: "acme", shift: &terrenov1.Activity{Id: "s1", Tipo: activity.Shift, Version: 1, UserId: "ana", From: timestamppb.New(noon.Add(-time.Hour))}})
	is(Show, true, true)
	if _, known := b.OnShift("beta", "ana", noon); known {
		t.Error("it knows of a company that nobody asked for")
	}
}

// A shift that was begun by a clock that is ahead turns twice: when it begins, and when it ends or lapses.
func TestNextTurn(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
	b := New(nil, nil, clock.NewManual(noon), nil)
	b.loaded, b.companies = true, map[string]*company{"acme": {sure: true, users: map[string][]shift{}}}
	begins, ends := noon.Add(time.Minute), noon.Add(2*time.Minute)
	is := &terrenov1.Activity{Id: "s1", Tipo: activity.Shift, Version: 1, UserId: "ana", From: timestamppb.New(begins)}
	for _, until := range []time.Time{begins.Add(longest), ends} {
		b.take(b.companies, news{company: "acme", shift: is})
		for after, want := range map[time.Time]time.Time{noon: begins, begins: until, until: {}} {
			if got := b.NextTurn("acme", "ana", after); !got.Equal(want) {
				t.Errorf("after %v it turns at %v, want %v", after, got, want)
			}
		}
		is.Version, is.Until = 2, timestamppb.New(ends)
	}
	if !b.NextTurn("acme", "leo", noon).IsZero() || !b.NextTurn("beta", "ana", noon).IsZero() {
		t.Error("somebody without a shift turns")
	}
}
