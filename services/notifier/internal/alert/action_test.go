package alert_test

import (
	"errors"
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
		"shown":                {[]alert.Action{{What: alert.WhatDelivered, By: "sol", At: first}, {What: alert.WhatDelivered, By: "leo", At: second}}, wire.StatusNew, []bool{true, false}},
		"on the way":           {[]alert.Action{acknowledge, {What: alert.WhatEnRoute, By: "sol", At: second}, {What: alert.WhatEnRoute, By: "leo", At: second}}, wire.StatusAcknowledged, []bool{true, true, false}},
		"on the way at once":   {[]alert.Action{{What: alert.WhatEnRoute, By: "eva", At: first, Note: "voy"}, {What: alert.WhatAcknowledged, By: "leo", At: second}}, wire.StatusAcknowledged, []bool{true, false}},
		"false alarm":          {[]alert.Action{{What: alert.WhatFalseAlarm, By: "sol", At: second, Note: "todo bien"}, {What: alert.WhatResolved, By: "leo", At: second}}, wire.StatusResolved, []bool{true, false}},
		"shown too late":       {[]alert.Action{resolve, {What: alert.WhatDelivered, By: "leo", At: second}, {What: alert.WhatEnRoute, By: "leo", At: second}}, wire.StatusResolved, []bool{true, false, false}},
	} {
		h := alert.Handling{Status: wire.StatusNew, Escalation: alert.Escalation{Step: 1, NextAt: &second, Unreachable: true}}
		for i, a := range c.actions {
			after, log := h.Act(a)
			if changed := len(log) > 0; changed != c.done[i] || !changed && after != h || changed && log[len(log)-1].What != a.What {
				t.Errorf("%s: step %d logs %v", name, i, log)
			}
			h = after
		}
		if waits := h.NextAt != nil; waits != (h.Status == wire.StatusNew) || (h.Resolution == alert.ResolvedFalseAlarm) != (name == "false alarm") {
			t.Errorf("%s: %+v", name, h)
		}
		if h.Status != c.want {
			t.Errorf("%s: %s, want %s", name, h.Status, c.want)
		}
		for _, by := range []string{h.AcknowledgedBy, h.ResolvedBy, h.DeliveredTo, h.EnRouteBy} {
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

func TestWhoMayDoWhat(t *testing.T) {
	t.Parallel()
	cry := alert.Alert{Facts: alert.Facts{Type: wire.TypePanic, User: "ana"}, Handling: alert.Handling{Status: wire.StatusNew}}
	taken, zone := cry, cry
	taken.Status, zone.Type = wire.StatusAcknowledged, wire.TypeOutsideZone
	for name, c := range map[string]struct {
		alert   alert.Alert
		what    string
		by      string
		watches bool
		want    error
	}{
		"somebody else resolves":         {cry, alert.WhatResolved, "sol", true, nil},
		"somebody else calls it off":     {taken, alert.WhatFalseAlarm, "sol", true, nil},
		"a colleague":                    {cry, alert.WhatFalseAlarm, "eva", false, alert.ErrNotTheirs},
		"the person calls it off":        {cry, alert.WhatFalseAlarm, "ana", false, nil},
		"a supervisor calls its own off": {cry, alert.WhatFalseAlarm, "ana", true, nil},
		"too late":                       {taken, alert.WhatFalseAlarm, "ana", true, alert.ErrTaken},
		"resolves its own":               {cry, alert.WhatResolved, "ana", true, alert.ErrOwnPanic},
		"takes care of itself":           {cry, alert.WhatAcknowledged, "ana", true, alert.ErrOwnPanic},
		"shows it to itself":             {cry, alert.WhatDelivered, "ana", true, alert.ErrOwnPanic},
		"a worker resolves":              {cry, alert.WhatResolved, "ana", false, alert.ErrNotTheirs},
		"another type":                   {zone, alert.WhatFalseAlarm, "ana", false, alert.ErrNotTheirs},
		"a supervisor's own zone":        {zone, alert.WhatResolved, "ana", true, nil},
	} {
		if err := c.alert.May(alert.Action{What: c.what, By: c.by}, c.watches); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestALogIsInTheOrderOfThings(t *testing.T) {
	t.Parallel()
	want := []alert.Entry{
		{What: alert.WhatLate, At: began},
		{What: alert.WhatRaised, At: began},
		{What: "step_1", At: began},
		{What: "step_2", At: began},
		{What: "step_10", At: began},
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
