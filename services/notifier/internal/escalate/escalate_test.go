package escalate_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/notifier/internal/escalate"
)

var noon = time.Date(2026, 3, 8, 12, 0, 0, 0, time.UTC)

// people are two supervisors, of whom sol is of the user's team, and two admins.
func people() []escalate.Person {
	return []escalate.Person{
		{ID: "sol", Role: "supervisor", OfTeam: true}, {ID: "luz", Role: "supervisor"}, {ID: "boss", Role: "admin"}, {ID: "jefa", Role: "admin", OfTeam: true},
	}
}

func ids(told []escalate.Person) string {
	var list []string
	for _, p := range told {
		list = append(list, p.ID)
	}
	return strings.Join(list, " ")
}

func TestTheLadderOfAPanic(t *testing.T) {
	t.Parallel()
	l := escalate.Default(wire.TypePanic)
	later := noon.Add(time.Hour)
	for n, want := range map[int]struct {
		told string
		hook bool
		due  time.Time
	}{
		1: {"sol", false, noon}, 2: {"sol luz", false, noon.Add(time.Minute)}, 3: {"boss jefa", true, noon.Add(3 * time.Minute)},
		4: {"sol luz boss jefa", true, later.Add(5 * time.Minute)}, 15: {"sol luz boss jefa", true, later.Add(5 * time.Minute)},
	} {
		s, again, ok := l.Step(n)
		if got := ids(s.People(people(), "ana")); !ok || got != want.told || s.Webhook != want.hook || again != max(0, n-3) {
			t.Errorf("step %d tells %q, webhook %v, again %d", n, got, s.Webhook, again)
		}
		if due := l.Due(n, noon, later); due == nil || !due.Equal(want.due) {
			t.Errorf("step %d is due %v, want %v", n, due, want.due)
		}
	}
	for _, n := range []int{0, 16} {
		if _, _, ok := l.Step(n); ok || l.Due(n, noon, noon) != nil {
			t.Errorf("there is a step %d", n)
		}
	}
}

func TestWhoIsToldWhenAGroupIsEmpty(t *testing.T) {
	t.Parallel()
	step := escalate.Default(wire.TypePanic).Steps[0]
	nobodys := people()
	nobodys[0].OfTeam, nobodys[3].OfTeam = false, false
	for name, c := range map[string]struct {
		all  []escalate.Person
		user string
		want string
	}{
		"on no team":                {nobodys, "ana", "boss jefa"},
		"the supervisor itself":     {people(), "sol", "boss jefa"},
		"no admin":                  {nobodys[:2], "ana", "sol luz"},
		"the only admin calls":      {nobodys[2:3], "boss", ""},
		"nobody":                    {nil, "ana", ""},
		"an admin who is of a team": {people()[3:], "ana", "jefa"},
	} {
		if got := ids(step.People(c.all, c.user)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
	if got := (escalate.Step{Webhook: true}).People(people(), "ana"); got != nil {
		t.Errorf("a step for webhooks tells %v", got)
	}
}

func TestWhoCanBeReached(t *testing.T) {
	t.Parallel()
	l := escalate.Default(wire.TypePanic)
	with := func(id string) []escalate.Person {
		all := people()
		all[slices.IndexFunc(all, func(p escalate.Person) bool { return p.ID == id })].Device = true
		return all
	}
	for name, c := range map[string]struct {
		all  []escalate.Person
		hook bool
		want bool
	}{
		"no device": {people(), false, false}, "a webhook": {people(), true, true}, "only a webhook": {nil, true, true},
		"the last to be told": {with("jefa"), false, true}, "the first": {with("sol"), false, true}, "nobody": {nil, false, false},
	} {
		if got := l.Reaches(1, c.all, "ana", c.hook); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if l.Reaches(1, with("sol")[:1], "sol", false) {
		t.Error("a device of the person who calls counts")
	}
}

func TestWhatACompanyMayDecide(t *testing.T) {
	t.Parallel()
	tell := []string{"admins"}
	ladder := func(steps ...escalate.Step) escalate.Ladder { return escalate.Ladder{Steps: steps} }
	good := map[string]escalate.Plans{
		"nothing": {}, "the defaults": escalate.Plans{}.All(), "silence": {"outside_zone": {}},
		"a day":           {"outside_zone": ladder(escalate.Step{AfterS: 86_400, Webhook: true})},
		"of some":         {"inactividad": ladder(escalate.Step{Tell: []string{"supervisors", "admins"}})},
		"a minute":        {"panico": ladder(escalate.Step{AfterS: 60, Tell: tell})},
		"repeats for all": {"outside_zone": {Steps: []escalate.Step{{Tell: tell}}, RepeatS: 60, RepeatLimit: 12}},
	}
	for name, p := range good {
		if err := p.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	var steps []escalate.Step
	for i := range 10 {
		steps = append(steps, escalate.Step{AfterS: i, Tell: tell})
	}
	for name, p := range map[string]escalate.Plans{
		"no panic":               {"panico": {}},
		"a late panic":           {"panico": ladder(escalate.Step{AfterS: 61, Tell: tell})},
		"a panic for hooks":      {"panico": ladder(escalate.Step{Webhook: true})},
		"backwards":              {"outside_zone": ladder(escalate.Step{AfterS: 60, Tell: tell}, escalate.Step{AfterS: 60, Tell: tell})},
		"before":                 {"outside_zone": ladder(escalate.Step{AfterS: -1, Tell: tell})},
		"too late":               {"outside_zone": ladder(escalate.Step{AfterS: 86_401, Tell: tell})},
		"nobody":                 {"outside_zone": ladder(escalate.Step{})},
		"somebody else":          {"outside_zone": ladder(escalate.Step{Tell: []string{"police"}})},
		"twice":                  {"outside_zone": ladder(escalate.Step{Tell: []string{"admins", "admins"}})},
		"repeats without a time": {"outside_zone": {Steps: steps[:1], RepeatLimit: 1}}, "a time without repeats": {"outside_zone": {Steps: steps[:1], RepeatS: 60}},
		"too fast": {"outside_zone": {Steps: steps[:1], RepeatS: 59, RepeatLimit: 1}}, "too often": {"outside_zone": {Steps: steps[:1], RepeatS: 60, RepeatLimit: 13}},
		"less than never": {"outside_zone": {Steps: steps[:1], RepeatS: 60, RepeatLimit: -1}},
		"many steps":      {"outside_zone": {Steps: steps}}, "no type": {"a b": {}}, "another type": {"panic": ladder(escalate.Step{Tell: tell})},
	} {
		if err := p.Check(); !errors.Is(err, escalate.ErrPlans) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
