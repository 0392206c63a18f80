package visit

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

var (
	dawn   = time.Date(2026, 3, 9, 11, 0, 0, 0, time.UTC)
	window = Window{dawn.Add(time.Hour), dawn.Add(10 * time.Hour)}
	plan   = Plan{At: dawn, Window: window, Worker: "ana"}
	night  = dawn.Add(16 * time.Hour) // 22:00 in Bogotá
)

// act is something that Ana did so many minutes after dawn.
func act(kind Kind, minutes int) Action {
	at := dawn.Add(time.Duration(minutes) * time.Minute)
	return Action{Key: fmt.Sprint(kind, minutes), Kind: kind, At: at, Received: at, By: "ana"}
}

func office(a Action) Action {
	a.By, a.Office = "sara", true
	return a
}

func (a Action) because(reason string) Action { a.Reason = reason; return a }

func (a Action) worker(w string) Action { a.Worker = w; return a }

func (a Action) team(id string) Action { a.Team = id; return a }

func (a Action) corrects(b Action, at time.Time) Action {
	a.Corrects, a.At = b.Key, at
	return a
}

func closing() Action { return Action{Key: "close", Kind: Close, At: night, Received: night} }

func TestFold(t *testing.T) {
	in, out := act(CheckIn, 70), act(CheckOut, 130)
	stranger := act(CheckIn, 75)
	stranger.By = "beto"
	for name, c := range map[string]struct {
		actions []Action
		state   State
		worker  string
		reason  string
		rules   []Rule
	}{
		"nothing":                         {nil, Pending, "ana", "", nil},
		"the whole way":                   {[]Action{act(Accept, 1), act(SetOut, 60), in, out}, Completed, "ana", "", []Rule{"", "", "", ""}},
		"a check-in skips what is before": {[]Action{in}, OnSite, "ana", "", []Rule{""}},
		"accepted too late":               {[]Action{in, act(Accept, 71), act(SetOut, 72)}, OnSite, "ana", "", []Rule{"", RuleBehind, RuleBehind}},
		"two phones":                      {[]Action{in, act(CheckIn, 71), out, act(CheckOut, 131)}, Completed, "ana", "", []Rule{"", RuleRepeated, "", RuleEnded}},
		"a check-out alone":               {[]Action{out}, Pending, "ana", "", []Rule{RuleNoCheckIn}},
		"in and out in one second":        {[]Action{act(CheckOut, 70), in}, Completed, "ana", "", []Rule{"", ""}},
		"could not":                       {[]Action{act(Fail, 70).because("cerrado")}, Incomplete, "ana", "cerrado", []Rule{""}},
		"cancelled":                       {[]Action{office(act(Cancel, 5)).because("cliente"), in}, Cancelled, "ana", "cliente", []Rule{"", RuleEnded}},
		"closed":                          {[]Action{in, closing()}, Incomplete, "ana", ReasonClose, []Rule{"", ""}},
		"out before the close":            {[]Action{in, closing(), out}, Completed, "ana", "", []Rule{"", "", RuleEnded}},
		"out after the close":             {[]Action{in, closing(), act(CheckOut, 1000)}, Incomplete, "ana", ReasonClose, []Rule{"", "", RuleEnded}},
		"closed too early":                {[]Action{{Key: "c", Kind: Close, At: dawn.Add(2 * time.Hour)}}, Pending, "ana", "", []Rule{RuleNotYetDue}},
		"given to another":                {[]Action{office(act(Assign, 60)).worker("beto"), in, stranger}, OnSite, "beto", "", []Rule{"", RuleNotAssigned, ""}},
		"given to the same":               {[]Action{act(Accept, 1), office(act(Assign, 60)).worker("ana")}, Accepted, "ana", "", []Rule{"", RuleRepeated}},
		"given to another team":           {[]Action{in, office(act(Assign, 80)).worker("ana").team("sur")}, OnSite, "ana", "", []Rule{"", ""}},
		"given to the same team":          {[]Action{office(act(Assign, 80)).worker("ana").team("sur"), office(act(Assign, 81)).worker("ana").team("sur")}, Pending, "ana", "", []Rule{"", RuleRepeated}},
		"taken from who is there":         {[]Action{in, office(act(Assign, 80)).worker("beto")}, Pending, "beto", "", []Rule{"", ""}},
		"somebody else's":                 {[]Action{stranger}, Pending, "ana", "", []Rule{RuleNotAssigned}},
		"the office for the worker":       {[]Action{office(in), office(out)}, Completed, "ana", "", []Rule{"", ""}},
		"opened again":                    {[]Action{in, out, office(act(Reopen, 200)), act(CheckIn, 210)}, OnSite, "ana", "", []Rule{"", "", "", ""}},
		"not ended":                       {[]Action{office(act(Reopen, 20))}, Pending, "ana", "", []Rule{RuleNotEnded}},
		"corrected":                       {[]Action{in, out, office(act(Correct, 300)).corrects(out, dawn.Add(140*time.Minute))}, Completed, "ana", "", []Rule{"", RuleCorrected, ""}},
		"corrected to nothing":            {[]Action{in, office(act(Correct, 300)).corrects(act(Note, 1), dawn)}, OnSite, "ana", "", []Rule{RuleNothingToCorrect, ""}},
		"somebody else's note":            {[]Action{{Key: "n", Kind: Note, At: in.At, By: "beto"}, {Key: "p", Kind: TakePhoto, At: in.At, By: "beto"}, {Key: "o", Kind: Object, At: in.At, By: "beto"}}, Pending, "ana", "", []Rule{RuleNotAssigned, RuleNotAssigned, ""}},
		"the office's note":               {[]Action{{Key: "n", Kind: Note, At: in.At, By: "sol", Office: true}}, Pending, "ana", "", []Rule{""}},
		"a note":                          {[]Action{act(Note, 5), closing(), act(Note, 1001)}, Incomplete, "ana", ReasonClose, []Rule{"", "", ""}},
		"a photo":                         {[]Action{act(TakePhoto, 5), in, act(TakePhoto, 71), closing(), act(TakePhoto, 1001)}, Incomplete, "ana", ReasonClose, []Rule{"", "", "", "", ""}},
	} {
		v, log := Fold(plan, c.actions)
		var rules []Rule
		for _, e := range log {
			rules = append(rules, e.Rule)
		}
		if v.State != c.state || v.Worker != c.worker || v.Reason != c.reason || !slices.Equal(rules, c.rules) {
			t.Errorf("%s: %s %s %q %q, want %s %s %q %q", name, v.State, v.Worker, v.Reason, rules, c.state, c.worker, c.reason, c.rules)
		}
		if (v.Out != nil) != (v.State == Completed) || v.State == OnSite && v.In == nil {
			t.Errorf("%s: in %v, out %v", name, v.In, v.Out)
		}
	}
}

func TestMovedWindowsAreClosedLater(t *testing.T) {
	move := office(act(Reschedule, 30))
	move.Window = Window{window.From.AddDate(0, 0, 1), window.Until.AddDate(0, 0, 1)}
	v, log := Fold(plan, []Action{move, closing()})
	if v.State != Pending || v.Window != move.Window || log[1].Rule != RuleNotYetDue {
		t.Errorf("%+v %+v", v, log)
	}
}

// The last correction that was made counts, whatever it says and whenever it arrives.
func TestTheLastCorrectionCounts(t *testing.T) {
	in := act(CheckIn, 70)
	first := office(act(Correct, 300)).corrects(in, dawn.Add(90*time.Minute))
	second := office(act(Correct, 301)).corrects(in, dawn.Add(80*time.Minute))
	for _, actions := range [][]Action{{in, first, second}, {second, first, in}} {
		v, _ := Fold(plan, actions)
		if v.State != OnSite || v.In.Key != second.Key || !v.Since.Equal(second.At) {
			t.Errorf("%+v", v)
		}
	}
}

// Any order and any repetition of a set of actions makes the same visit and the same log.
func TestTheOrderOfArrivalDoesNotMatter(t *testing.T) {
	kinds := []Kind{Assign, Reschedule, Accept, SetOut, CheckIn, CheckOut, Fail, Cancel, Reopen, Close, Correct, Note, TakePhoto, Object}
	reached := map[State]int{}
	for seed := range uint64(3000) {
		r := rand.New(rand.NewPCG(seed, 1))
		var actions []Action
		for i := range 1 + r.IntN(14) {
			a := act(kinds[r.IntN(len(kinds))], r.IntN(12)*100)
			a.Key, a.Received = fmt.Sprint(i), dawn.Add(time.Duration(r.IntN(20))*time.Hour)
			a.By, a.Office = []string{"ana", "ana", "beto"}[r.IntN(3)], r.IntN(4) == 0
			a.Team = []string{"", "sur"}[r.IntN(2)]
			a.Worker, a.Reason, a.Corrects = []string{"ana", "beto", ""}[r.IntN(3)], fmt.Sprint(i), fmt.Sprint(r.IntN(14))
			a.Window = Window{a.At, a.At.Add(time.Hour)}
			actions = append(actions, a)
		}
		v, log := Fold(plan, actions)
		reached[v.State]++
		again := slices.Clone(actions)
		for range r.IntN(5) {
			again = append(again, actions[r.IntN(len(actions))])
		}
		for range 4 {
			r.Shuffle(len(again), func(i, j int) { again[i], again[j] = again[j], again[i] })
			if w, other := Fold(plan, again); !reflect.DeepEqual(v, w) || !reflect.DeepEqual(log, other) {
				t.Fatalf("seed %d:\n%+v\n%+v\n%+v\n%+v", seed, v, w, log, other)
			}
		}
		for i, e := range log {
			if e.Rule != "" && e.From != e.To || i > 0 && log[i-1].To != e.From || i == len(log)-1 && e.To != v.State {
				t.Fatalf("seed %d: the log does not lead from state to state: %+v", seed, log)
			}
		}
	}
	if len(reached) != 7 {
		t.Errorf("not every state was reached: %v", reached)
	}
}

// The table names each state or leaves it to a rule; an ended visit changes by nothing but Reopen.
func TestTransitions(t *testing.T) {
	for kind := range transitions {
		if !kind.Known() {
			t.Errorf("%s has no place among the steps", kind)
		}
		for _, s := range []State{Completed, Incomplete, Cancelled} {
			if o := next(s, kind); kind != Reopen && o.rule != RuleEnded || kind == Reopen && o.to != Pending {
				t.Errorf("%s of %s: %+v", kind, s, o)
			}
		}
		for _, s := range []State{Pending, Accepted, OnTheWay, OnSite} {
			if _, named := transitions[kind][s]; !named && kind != Reopen {
				t.Errorf("%s of %s is not in the table", kind, s)
			}
		}
	}
}

func BenchmarkFold(b *testing.B) {
	actions := []Action{closing(), act(CheckOut, 130), act(CheckIn, 70), act(SetOut, 60), act(Accept, 1), act(Note, 90)}
	for b.Loop() {
		if v, _ := Fold(plan, actions); v.State != Completed {
			b.Fatal(v)
		}
	}
}
