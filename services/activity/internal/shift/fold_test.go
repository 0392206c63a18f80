package shift

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

var dawn = time.Date(2026, 3, 9, 11, 0, 0, 0, time.UTC)

func after(hours float64) time.Time { return dawn.Add(time.Duration(hours * float64(time.Hour))) }

func act(kind Kind, hours float64) Action {
	return Action{Key: fmt.Sprint(kind, hours), Kind: kind, At: after(hours), Received: after(hours), By: "ana"}
}

func closing(hours, ends float64) Action {
	return Action{Key: "close", Kind: Close, At: after(hours), Ends: after(ends)}
}

func TestFold(t *testing.T) {
	for name, c := range map[string]struct {
		actions []Action
		shifts  string
		rules   []Rule
	}{
		"nothing":                {nil, "", nil},
		"a day":                  {[]Action{act(Start, 0), act(Pause, 4), act(Resume, 5), act(End, 9)}, "0-9 worked 8", []Rule{"", "", "", ""}},
		"it lasts":               {[]Action{act(Start, 0), act(Pause, 4)}, "0- paused worked 4", []Rule{"", ""}},
		"two phones":             {[]Action{act(Start, 0), act(Start, 0.1), act(End, 9), act(End, 9.1)}, "0-9 worked 9", []Rule{"", RuleRepeated, "", RuleNoShift}},
		"two shifts":             {[]Action{act(Start, 0), act(End, 4), act(Start, 4), act(End, 9)}, "0-4 worked 4, 4-9 worked 5", []Rule{"", "", "", ""}},
		"paused twice":           {[]Action{act(Start, 0), act(Resume, 1), act(Pause, 2), act(Pause, 3), act(End, 4)}, "0-4 worked 2", []Rule{"", RuleNoPause, "", RuleRepeated, ""}},
		"without a start":        {[]Action{act(Pause, 1), act(End, 2)}, "", []Rule{RuleNoShift, RuleNoShift}},
		"closed":                 {[]Action{act(Start, 0), act(Pause, 8), closing(16, 7)}, "0-7 forced worked 7", []Rule{"", "", ""}},
		"longer than planned":    {[]Action{act(Start, 0), closing(16, 7), act(End, 8)}, "0-8 worked 8", []Rule{"", "", RuleNoShift}},
		"after the close":        {[]Action{act(Start, 0), closing(16, 7), act(End, 17)}, "0-7 forced worked 7", []Rule{"", "", RuleNoShift}},
		"closed before it began": {[]Action{act(Start, 10), closing(16, 7)}, "10-10 forced worked 0", []Rule{"", ""}},
		"nobody ends it":         {[]Action{act(Start, 0), act(Pause, 35), act(Start, 40)}, "0-36 forced worked 35, 40- worked 8", []Rule{"", "", ""}},
	} {
		all, log := Fold(c.actions, after(48))
		if c.shifts == "0- paused worked 4" {
			all, log = Fold(c.actions, after(6))
		}
		var rules []Rule
		for _, e := range log {
			rules = append(rules, e.Rule)
		}
		if got := words(all, after(48)); got != c.shifts || !slices.Equal(rules, c.rules) {
			t.Errorf("%s: %s %q, want %s %q", name, got, rules, c.shifts, c.rules)
		}
	}
}

func words(all []Shift, now time.Time) (text string) {
	hours := func(d time.Duration) string { return fmt.Sprint(d.Hours()) }
	for i, s := range all {
		if i > 0 {
			text += ", "
		}
		text += hours(s.Start.Sub(dawn)) + "-"
		if !s.Open() {
			text += hours(s.End.Sub(dawn))
		}
		if s.Paused() {
			text += " paused"
		}
		if s.Forced {
			text += " forced"
		}
		text += " worked " + hours(s.Worked(now))
	}
	return text
}

// Any order and any repetition of a set of actions makes the same shifts and the same log, and shifts do not overlap.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	kinds := []Kind{Start, Start, Pause, Resume, End, Close}
	most := 0
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 2))
		var actions []Action
		for i := range 1 + r.IntN(16) {
			a := act(kinds[r.IntN(len(kinds))], float64(r.IntN(60)))
			a.Key, a.Ends = fmt.Sprint(i), a.At.Add(-time.Duration(r.IntN(10))*time.Hour)
			actions = append(actions, a)
		}
		now := after(70)
		all, log := Fold(actions, now)
		most = max(most, len(all))
		again := append(slices.Clone(actions), actions[r.IntN(len(actions))])
		for range 4 {
			r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
			if b, other := Fold(again, now); !reflect.DeepEqual(all, b) || !reflect.DeepEqual(log, other) {
				t.Fatalf("seed %d:\n%+v\n%+v", seed, all, b)
			}
		}
		for i, s := range all {
			if i > 0 && (all[i-1].Open() || s.Start.Before(all[i-1].End)) || !s.Open() && s.End.Before(s.Start) {
				t.Fatalf("seed %d: %+v", seed, all)
			}
			for j, p := range s.Pauses {
				if p.From.Before(s.Start) || j > 0 && p.From.Before(s.Pauses[j-1].Until) || !p.Until.IsZero() && !s.Open() && p.Until.After(s.End) {
					t.Fatalf("seed %d: %+v", seed, s)
				}
			}
		}
	}
	if most < 4 {
		t.Errorf("at most %d shifts: the actions are too poor", most)
	}
}

func TestHolds(t *testing.T) {
	all, _ := Fold([]Action{act(Start, 1), act(Pause, 2), act(End, 3), act(Start, 5)}, after(6))
	for hours, want := range map[float64]bool{0.5: false, 1: true, 2.5: true, 3: false, 4: false, 5: true, 30: true} {
		if got := all[0].Holds(after(hours)) || all[1].Holds(after(hours)); got != want {
			t.Errorf("%v h: %v", hours, got)
		}
	}
}
