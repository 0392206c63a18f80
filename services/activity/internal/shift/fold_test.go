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
		"a close for other work": {[]Action{act(Start, 0), act(End, 8), act(Start, 10), closing(16, 7)}, "0-8 worked 8, 10-46 forced worked 36", []Rule{"", "", "", RuleNoShift}},
		"nobody ends it":         {[]Action{act(Start, 0), act(Pause, 35), act(Start, 40)}, "0-36 forced worked 35, 40- worked 8", []Rule{"", "", ""}},
	} {
		all, log := Fold(c.actions, nil, after(48))
		if c.shifts == "0- paused worked 4" {
			all, log = Fold(c.actions, nil, after(6))
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

// random returns actions of all kinds, received up to so many hours after they happened.
func random(r *rand.Rand, late int) (actions []Action) {
	kinds := []Kind{Start, Start, Pause, Resume, End, End, Close, Correct, Object}
	for i := range 1 + r.IntN(18) {
		a := act(kinds[r.IntN(len(kinds))], float64(r.IntN(60)))
		a.Key, a.Ends, a.Office = fmt.Sprint(i), a.At.Add(-time.Duration(r.IntN(10))*time.Hour), r.IntN(3) == 0
		a.Received = a.At.Add(time.Duration(r.IntN(late)) * time.Hour)
		if i > 0 && (a.Kind == Correct || a.Kind == Object) {
			a.Corrects = fmt.Sprint(r.IntN(i))
		}
		actions = append(actions, a)
	}
	return actions
}

// Any order and any repetition of a set of actions makes the same shifts and the same log, also with corrections and approved hours,
// and shifts do not overlap.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	most, corrected, objected, ruled := 0, 0, 0, map[Rule]int{}
	for seed := range uint64(6000) {
		r := rand.New(rand.NewPCG(seed, 2))
		actions := random(r, 20)
		var locks []Lock
		for range r.IntN(3) {
			from := float64(r.IntN(60))
			locks = append(locks, Lock{after(from), after(from + float64(r.IntN(30))), after(from + float64(r.IntN(30)))})
		}
		now := after(70)
		all, log := Fold(actions, locks, now)
		most = max(most, len(all))
		again := append(slices.Clone(actions), actions[r.IntN(len(actions))])
		for range 4 {
			r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
			r.Shuffle(len(locks), func(i, j int) { locks[i], locks[j] = locks[j], locks[i] })
			if b, other := Fold(again, locks, now); !reflect.DeepEqual(all, b) || !reflect.DeepEqual(log, other) {
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
			if s.Corrected {
				corrected++
			}
			if s.Objected {
				objected++
			}
		}
		for _, e := range log {
			ruled[e.Rule]++
		}
	}
	if most < 4 || corrected < 100 || objected < 100 || len(ruled) != 7 {
		t.Errorf("at most %d shifts, %d corrected, %d objected, rules %v: the actions are too poor", most, corrected, objected, ruled)
	}
}

// Whatever arrives after the hours of a time were approved, the shifts that began in it stay as they were.
func TestApprovedHoursStay(t *testing.T) {
	kept := 0
	for seed := range uint64(6000) {
		r := rand.New(rand.NewPCG(seed, 3))
		actions, now := random(r, 60), after(200)
		since := after(30 + float64(r.IntN(60)))
		var early []Action
		for _, a := range actions {
			if !a.Received.After(since) {
				early = append(early, a)
			}
		}
		from := after(float64(r.IntN(50)))
		until := from.Add(time.Duration(1+r.IntN(30)) * time.Hour)
		within := func(all []Shift) (list []Shift) {
			for _, s := range all {
				if !s.Start.Before(from) && s.Start.Before(until) {
					s.Objected = false // objections come in any time
					list = append(list, s)
				}
			}
			return list
		}
		before, log := Fold(early, nil, now)
		lock, err := LockOf(before, log, from, until, since)
		if err != nil {
			continue
		}
		if approved, _ := Fold(early, []Lock{lock}, now); !reflect.DeepEqual(within(before), within(approved)) {
			t.Fatalf("seed %d: the lock changes\n%+v to\n%+v", seed, within(before), within(approved))
		}
		// A shift may come to light before the lock begins, in a part of the time that an earlier shift had filled.
		after, _ := Fold(actions, []Lock{lock}, now)
		after = slices.DeleteFunc(after, func(s Shift) bool { return s.Start.Before(lock.From) })
		if !reflect.DeepEqual(within(before), within(after)) {
			t.Fatalf("seed %d: %+v became\n%+v\nlock %v", seed, within(before), within(after), lock)
		}
		kept += len(within(before))
	}
	if kept < 300 {
		t.Errorf("only %d shifts were approved: the actions are too poor", kept)
	}
}

func TestCorrections(t *testing.T) {
	fix := func(of Action, key string, hours, made float64) Action {
		return Action{Key: key, Kind: Correct, Corrects: of.Key, At: after(hours), Received: after(made), By: "sara", Office: true}
	}
	start, pause, resume, end := act(Start, 0), act(Pause, 4), act(Resume, 5), act(End, 9)
	object := Action{Key: "no", Kind: Object, Corrects: start.Key, At: after(30), Received: after(30), By: "ana"}
	day := []Action{start, pause, resume, end}
	lock := []Lock{{after(-5), after(15), after(20)}}
	for name, c := range map[string]struct {
		actions        []Action
		locks          []Lock
		shifts         string
		changed, stood bool
	}{
		"a start":                  {append(slices.Clone(day), fix(start, "c", 1, 25)), nil, "1-9 worked 7", true, false},
		"an end":                   {append(slices.Clone(day), fix(end, "c", 10, 25)), nil, "0-10 worked 9", true, false},
		"a pause":                  {append(slices.Clone(day), fix(pause, "c", 4.5, 25), fix(resume, "d", 6.5, 25)), nil, "0-9 worked 7", true, false},
		"twice":                    {append(slices.Clone(day), fix(end, "c", 10, 26), fix(end, "d", 11, 25)), nil, "0-10 worked 9", true, false},
		"nothing":                  {append(slices.Clone(day), fix(closing(1, 1), "c", 10, 25)), nil, "0-9 worked 8", false, false},
		"a correction":             {append(slices.Clone(day), fix(end, "c", 10, 25), fix(Action{Key: "c"}, "d", 11, 26)), nil, "0-10 worked 9", true, false},
		"a close":                  {[]Action{start, closing(16, 7), fix(closing(16, 7), "c", 8, 25)}, nil, "0-8 worked 8", true, false},
		"an objection":             {append(slices.Clone(day), fix(end, "c", 10, 25), object), nil, "0-10 worked 9", true, true},
		"an answer":                {append(slices.Clone(day), fix(end, "c", 10, 25), object, fix(end, "d", 9, 31)), nil, "0-9 worked 8", true, false},
		"after the approval":       {append(slices.Clone(day), fix(end, "c", 10, 25)), lock, "0-9 worked 8", false, false},
		"out of what was approved": {append(slices.Clone(day), fix(end, "c", 16, 25)), lock, "0-9 worked 8", false, false},
		"before it":                {append(slices.Clone(day), fix(end, "c", 10, 20)), lock, "0-10 worked 9", true, false},
	} {
		all, _ := Fold(c.actions, c.locks, after(48))
		if got := words(all, after(48)); got != c.shifts || all[0].Corrected != c.changed || all[0].Objected != c.stood || all[0].ID != start.Key {
			t.Errorf("%s: %s %+v, want %s", name, got, all, c.shifts)
		}
	}
}

func TestHolds(t *testing.T) {
	all, _ := Fold([]Action{act(Start, 1), act(Pause, 2), act(End, 3), act(Start, 5)}, nil, after(6))
	for hours, want := range map[float64]bool{0.5: false, 1: true, 2.5: true, 3: false, 4: false, 5: true, 30: true} {
		if got := all[0].Holds(after(hours)) || all[1].Holds(after(hours)); got != want {
			t.Errorf("%v h: %v", hours, got)
		}
	}
}
