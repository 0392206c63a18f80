package plan

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var monday = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// disc is a zone of 100 m around a degree of longitude, with the company's parameters.
func disc(t testing.TB, id string, lon int, users, teams []string) Zone {
	t.Helper()
	radius := 100.0
	shape, err := zone.Parse(fmt.Appendf(nil, `{"type":"Point","coordinates":[%d,0]}`, lon), &radius, nil)
	if err != nil {
		t.Fatal(err)
	}
	return Zone{
		ID: id, ShapeVersion: 1, Shape: shape, BufferM: Defaults.BufferM, ConfirmFixes: Defaults.ConfirmFixes, ConfirmFor: Defaults.ConfirmFor,
		Users: users, Teams: teams,
	}
}

func list(ids ...string) []string { return ids }

func TestWhatIsAssignedToWhom(t *testing.T) {
	t.Parallel()
	p := New(7, Defaults, []Zone{
		disc(t, "b", 1, list("juan"), list("norte")), disc(t, "a", 2, nil, list("sur", "norte")), disc(t, "c", 3, list("ana"), nil), disc(t, "d", 4, nil, nil),
	})
	for _, c := range []struct {
		user  string
		teams []string
		want  []string
	}{
		{"juan", nil, list("b")},                      // by user
		{"eva", list("norte"), list("a", "b")},        // by team
		{"juan", list("norte"), list("a", "b")},       // by both: once
		{"ana", list("sur"), list("a", "c")},          // one each
		{"eva", list("norte", "sur"), list("a", "b")}, // by two teams: once
		{"eva", nil, nil},
		{"eva", list("oeste"), nil},
		{"norte", nil, nil}, // a team's id is no user's
		{"eva", list("juan", "ana"), nil},
	} {
		set := p.Of(c.user, c.teams, time.UTC).At(monday)
		if !slices.Equal(set.Zones, c.want) || (set.Key == "") != (len(c.want) == 0) {
			t.Errorf("%s of %v: %v, want %v", c.user, c.teams, set.Zones, c.want)
		}
		if len(c.want) == 0 && set.Why != rule.Unassigned || len(c.want) > 0 && set.Why != rule.ZonesChanged {
			t.Errorf("%s of %v: %s", c.user, c.teams, set.Why)
		}
	}
	if p.Version != 7 || p.Vertices() != 4 {
		t.Errorf("version %d, %d vertices", p.Version, p.Vertices())
	}
	// Where nobody works any more, as the evaluator asks about whoever is not active.
	if set := New(0, Defaults, nil).Of("juan", nil, time.UTC).At(monday); set.Key != "" || set.Why != rule.Unassigned {
		t.Errorf("%+v", set)
	}
}

func TestTheUnionIsWhatCounts(t *testing.T) {
	t.Parallel()
	p := New(1, Defaults, []Zone{disc(t, "a", 1, list("juan"), nil), disc(t, "b", 2, list("juan"), nil), disc(t, "c", 3, nil, nil)})
	set := p.Of("juan", nil, time.UTC).At(monday)
	for lon, want := range map[float64]zone.Side{1: zone.Inside, 2: zone.Inside, 3: zone.Outside} {
		if got := set.Area.Locate(0, lon, 10); got != want {
			t.Errorf("at %v: %v, want %v", lon, got, want)
		}
	}
}

func TestTheKeyChangesWithZonesAndShapesAndNothingElse(t *testing.T) {
	t.Parallel()
	key := func(settings Settings, change func(z []Zone) []Zone) string {
		zones := []Zone{disc(t, "a", 1, list("juan"), nil), disc(t, "b", 2, list("juan"), list("norte")), disc(t, "c", 3, list("ana"), nil)}
		return New(1, settings, change(zones)).Of("juan", list("norte"), time.UTC).At(monday).Key
	}
	same := key(Defaults, func(z []Zone) []Zone { return z })
	patient := Defaults
	patient.ConfirmFor = time.Hour
	for what, got := range map[string]string{
		"another order":       key(Defaults, func(z []Zone) []Zone { slices.Reverse(z); return z }),
		"another's zone":      key(Defaults, func(z []Zone) []Zone { z[2].ShapeVersion = 9; return z }),
		"another zone":        key(Defaults, func(z []Zone) []Zone { return append(z, disc(t, "d", 4, list("ana"), nil)) }),
		"by team in place":    key(Defaults, func(z []Zone) []Zone { z[0].Users, z[0].Teams = nil, list("norte"); return z }),
		"the company's":       key(patient, func(z []Zone) []Zone { return z }),
		"of other people too": key(Defaults, func(z []Zone) []Zone { z[0].Users = list("ana", "juan", "eva"); return z }),
	} {
		if got != same {
			t.Errorf("%s: the key changed", what)
		}
	}
	seen := map[string]string{same: "the first"}
	for what, got := range map[string]string{
		"a shape":         key(Defaults, func(z []Zone) []Zone { z[0].ShapeVersion = 2; return z }),
		"the other shape": key(Defaults, func(z []Zone) []Zone { z[1].ShapeVersion = 2; return z }),
		"one less":        key(Defaults, func(z []Zone) []Zone { z[0].Users = nil; return z }),
		"one more":        key(Defaults, func(z []Zone) []Zone { z[2].Teams = list("norte"); return z }),
		"another id":      key(Defaults, func(z []Zone) []Zone { z[0].ID = "ab"; return z }),
		"none":            key(Defaults, func([]Zone) []Zone { return nil }),
	} {
		if before, ok := seen[got]; ok {
			t.Errorf("%s has the key of %s", what, before)
		}
		seen[got] = what
	}
}

func TestTheMostPatientZoneWins(t *testing.T) {
	t.Parallel()
	quick, slow, plain := disc(t, "quick", 1, list("juan", "ana"), nil), disc(t, "slow", 2, list("juan"), nil), disc(t, "plain", 3, list("eva"), nil)
	quick.ConfirmFixes, quick.ConfirmFor, quick.BufferM = 1, 0, 1
	slow.ConfirmFixes, slow.ConfirmFor = 1, time.Hour
	settings := Defaults
	settings.MaxAccuracyM, settings.MaxAge = 50, time.Hour
	p := New(1, settings, []Zone{quick, slow, plain})
	for user, want := range map[string]rule.Params{
		"ana":  {ConfirmFixes: 1, ConfirmFor: 0},
		"juan": {ConfirmFixes: 1, ConfirmFor: time.Hour},
		"eva":  {ConfirmFixes: Defaults.ConfirmFixes, ConfirmFor: Defaults.ConfirmFor},
	} {
		want.MaxAccuracyM, want.MaxAge, want.MaxGap = 50, time.Hour, Defaults.MaxGap
		if got := p.Of(user, nil, time.UTC).At(monday).Params; got != want {
			t.Errorf("%s: %+v, want %+v", user, got, want)
		}
	}
	// 5 m outside: beyond the buffer of one zone, within that of the other.
	for user, want := range map[string]zone.Side{"ana": zone.Outside, "eva": zone.Near} {
		lon := map[string]float64{"ana": 1, "eva": 3}[user] + 105/111_319.5
		if got := p.Of(user, nil, time.UTC).At(monday).Area.Locate(0, lon, 2); got != want {
			t.Errorf("%s: %v, want %v", user, got, want)
		}
	}
}

func TestASetFollowsTheSchedule(t *testing.T) {
	t.Parallel()
	always, byDay := disc(t, "always", 1, list("juan"), nil), disc(t, "day", 2, list("juan", "ana"), nil)
	byDay.Schedule = Schedule{window("mon", "08:00", "18:00")}
	bogota := location(t, "America/Bogota") // five hours behind
	p := New(1, Defaults, []Zone{always, byDay})
	juan, ana := p.Of("juan", nil, bogota), p.Of("ana", nil, bogota)
	for _, c := range []struct {
		hour int
		juan []string
		ana  []string
	}{{12, list("always"), nil}, {13, list("always", "day"), list("day")}, {22, list("always", "day"), list("day")}, {23, list("always"), nil}, {13, list("always", "day"), list("day")}} {
		at := time.Date(2026, 3, 9, c.hour, 0, 0, 0, time.UTC)
		if a, j := ana.At(at), juan.At(at); !slices.Equal(j.Zones, c.juan) || !slices.Equal(a.Zones, c.ana) || (c.ana == nil && (a.Why != rule.ScheduleEnded || a.Key != "")) {
			t.Errorf("at %d: juan %v, ana %v (%s)", c.hour, j.Zones, a.Zones, a.Why)
		}
	}
}

func TestSetsAreSharedAndBounded(t *testing.T) {
	t.Parallel()
	const zones = 400
	var all []Zone
	for i := range zones {
		all = append(all, disc(t, fmt.Sprintf("z%03d", i), i%180, list("u1", "u2"), list(fmt.Sprintf("t%d", i))))
	}
	p := New(1, Defaults, all)
	one := p.Of("u1", nil, time.UTC)
	if one.At(monday) != p.Of("u2", list("t7"), time.UTC).At(monday) || one.At(monday) != one.At(monday.Add(time.Hour)) {
		t.Error("the same zones are compiled twice")
	}
	// People of many teams, no two of the same ones: more than is remembered.
	teams := make([]string, zones)
	for i := range teams {
		teams[i] = fmt.Sprintf("t%d", i)
	}
	for i := range 2 * maxMembers / zones {
		mine := slices.Delete(slices.Clone(teams), i%zones, i%zones+1)
		if i >= zones {
			mine = slices.Delete(mine, 0, 1)
		}
		if set := p.Of("eva", mine, time.UTC).At(monday); len(set.Zones) != len(mine) {
			t.Fatalf("%d zones, want %d", len(set.Zones), len(mine))
		}
		members := 0
		for _, s := range p.sets {
			members += len(s.Zones)
		}
		if members != p.members || members > maxMembers {
			t.Fatalf("%d members are remembered, %d are counted", members, p.members)
		}
	}
	if len(p.sets) == 0 || one.At(monday).Key != p.Of("u1", nil, time.UTC).At(monday).Key {
		t.Error("what is forgotten is built otherwise")
	}
}

func TestAPlanIsForManyAtOnce(t *testing.T) {
	t.Parallel()
	var all []Zone
	for i := range 50 {
		z := disc(t, fmt.Sprintf("z%02d", i), i, list(fmt.Sprintf("u%d", i%7)), list(fmt.Sprintf("t%d", i%5)))
		if i%3 == 0 {
			z.Schedule = Schedule{window("mon", "08:00", "18:00")}
		}
		all = append(all, z)
	}
	p := New(1, Defaults, all)
	keys := make([]map[string]bool, 8)
	var wg sync.WaitGroup
	for g := range keys {
		keys[g] = map[string]bool{}
		wg.Go(func() {
			for i := range 500 {
				a := p.Of(fmt.Sprintf("u%d", i%7), list(fmt.Sprintf("t%d", i%5)), time.UTC)
				set := a.At(monday.Add(time.Duration(i%2) * 8 * time.Hour))
				set.Area.Locate(0, float64(i%50), 10)
				keys[g][fmt.Sprint(i%70, set.Key)] = true
			}
		})
	}
	wg.Wait()
	for _, k := range keys {
		if len(k) != 70 || len(k) != len(keys[0]) {
			t.Errorf("%d answers to 70 questions", len(k))
		}
	}
}

// What was compiled once is taken over as long as it is the same shape.
func TestShapesOfThePlanBefore(t *testing.T) {
	t.Parallel()
	a, b := disc(t, "a", 1, nil, nil), disc(t, "b", 2, nil, nil)
	b.ShapeVersion = 5
	p := New(7, Defaults, []Zone{b, a})
	for _, c := range []struct {
		id      string
		version int64
		want    *zone.Shape
	}{{"a", 1, a.Shape}, {"b", 5, b.Shape}, {"b", 6, nil}, {"a", 0, nil}, {"c", 1, nil}} {
		if got := p.Shape(c.id, c.version); got != c.want {
			t.Errorf("%s at %d: %p, want %p", c.id, c.version, got, c.want)
		}
	}
	if (*Plan)(nil).Shape("a", 1) != nil {
		t.Error("no plan has a shape")
	}
}
