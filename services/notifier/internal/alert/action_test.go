package alert_test

import (
	"slices"
	"testing"
	"time"

	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

func TestWhatMayBeDoneInWhichState(t *testing.T) {
	t.Parallel()
	first, second := began.Add(time.Minute+123456*time.Nanosecond), began.Add(2*time.Minute)
	acknowledge := alert.Action{What: alert.WhatAcknowledged, By: "eva", At: first, Note: "voy"}
	resolve := alert.Action{What: alert.WhatResolved, By: "sol", At: second, Note: "todo bien"}
	for name, c := range map[string]struct {
		actions []alert.Action
		want    string
		done    []bool
	}{
		"acknowledge":          {[]alert.Action{acknowledge}, wire.StatusAcknowledged, []bool{true}},
		"acknowledge twice":    {[]alert.Action{acknowledge, {What: alert.WhatAcknowledged, By: "leo", At: second}}, wire.StatusAcknowledged, []bool{true, false}},
		"acknowledge, resolve": {[]alert.Action{acknowledge, resolve}, wire.StatusResolved, []bool{true, true}},
		"resolve at once":      {[]alert.Action{resolve}, wire.StatusResolved, []bool{true}},
		"resolve twice":        {[]alert.Action{resolve, {What: alert.WhatResolved, By: "leo", At: second}}, wire.StatusResolved, []bool{true, false}},
		"too late":             {[]alert.Action{resolve, acknowledge}, wire.StatusResolved, []bool{true, false}},
		"something else":       {[]alert.Action{{What: "closed", By: "leo", At: first}}, wire.StatusNew, []bool{false}},
	} {
		h := alert.Handling{Status: wire.StatusNew}
		for i, a := range c.actions {
			after, changed := h.Act(a)
			if changed != c.done[i] || !changed && after != h {
				t.Errorf("%s: step %d changed %v", name, i, changed)
			}
			h = after
		}
		if h.Status != c.want {
			t.Errorf("%s: %s, want %s", name, h.Status, c.want)
		}
		for _, by := range []string{h.AcknowledgedBy, h.ResolvedBy} {
			if by == "leo" {
				t.Errorf("%s: who came second stands", name)
			}
		}
		if h.ResolvedBy != "" && (h.ResolvedNote != "todo bien" || !h.ResolvedAt.Equal(second)) {
			t.Errorf("%s: %+v", name, h)
		}
		if h.AcknowledgedBy != "" && (h.AcknowledgedNote != "voy" || !h.AcknowledgedAt.Equal(began.Add(time.Minute))) {
			t.Errorf("%s: %+v, want whole milliseconds", name, h)
		}
	}
}

func TestALogIsInTheOrderOfThings(t *testing.T) {
	t.Parallel()
	want := []alert.Entry{
		{What: alert.WhatLate, At: began},
		{What: alert.WhatRaised, At: began},
		{What: alert.WhatAcknowledged, At: began},
		{What: alert.WhatResolved, At: began},
		{What: alert.WhatClosed, At: began.Add(time.Millisecond)},
	}
	got := slices.Clone(want)
	slices.Reverse(got)
	alert.SortEntries(got)
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}
