package rule_test

import (
	"encoding/json"
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/terreno/terreno/services/geofence/internal/rule"
)

func TestOutsideIsConfirmedByARunOfAMinuteThatGoesFarEnough(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fixes  []rule.Fix
		raised int
	}{
		"two, a minute apart":       {[]rule.Fix{at(0, 300), at(60, 300)}, 1},
		"two, too close":            {[]rule.Fix{at(0, 300), at(59, 300)}, 0},
		"many, too close":           {[]rule.Fix{at(0, 300), at(10, 300), at(20, 300), at(30, 300)}, 0},
		"one":                       {[]rule.Fix{at(0, 300)}, 0},
		"one inside between":        {[]rule.Fix{at(0, 300), at(30, 100), at(60, 300)}, 0},
		"one near between":          {[]rule.Fix{at(0, 300), at(30, 230), at(60, 300)}, 0},
		"within the buffer":         {[]rule.Fix{at(0, 239), at(600, 239), at(1200, 239)}, 0},
		"beyond the buffer":         {[]rule.Fix{at(0, 241), at(60, 282)}, 1},
		"an area too small":         {[]rule.Fix{at(0, 300), at(60, 281)}, 0},
		"that area in time":         {[]rule.Fix{at(0, 300), at(60, 281), at(62, 281)}, 1},
		"a step is capped":          {[]rule.Fix{at(0, 241), at(50, 241), at(70, 9000)}, 0},
		"the cap is 100 m":          {[]rule.Fix{at(0, 241), at(50, 241), at(75, 9000)}, 1},
		"a run begins anew":         {[]rule.Fix{at(0, 300), at(50, 300), at(60, 230), at(70, 300), at(90, 300)}, 0},
		"within its accuracy":       {[]rule.Fix{accurate(at(0, 319), 80), accurate(at(600, 319), 80)}, 0},
		"beyond its accuracy":       {[]rule.Fix{accurate(at(0, 321), 80), accurate(at(60, 362), 80)}, 1},
		"accuracy at the limit":     {[]rule.Fix{accurate(at(0, 900), 100), accurate(at(60, 900), 100)}, 1},
		"accuracy beyond the limit": {[]rule.Fix{accurate(at(0, 900), 100.1), accurate(at(60, 900), 100.1)}, 0},
		"accuracy not usable":       {[]rule.Fix{accurate(at(0, 9000), math.MaxFloat32), accurate(at(60, 9000), math.MaxFloat32)}, 0},
		"accuracy below zero":       {[]rule.Fix{accurate(at(0, 9000), -1), accurate(at(60, 9000), -1), accurate(at(120, 9000), math.Inf(-1))}, 0},
		"accuracy not reported":     {[]rule.Fix{accurate(at(0, 241), 0), accurate(at(60, 282), 0)}, 1},
		"a gap between":             {[]rule.Fix{at(0, 300), at(601, 300)}, 1},
		"a gap of a day":            {[]rule.Fix{at(0, 300), at(86400, 300)}, 1},
		"little area in a gap":      {[]rule.Fix{at(0, 270), at(601, 270)}, 0},
		"gaps gather it":            {[]rule.Fix{at(0, 270), at(601, 270), at(1202, 270)}, 1},
		"the longest that is none":  {[]rule.Fix{at(0, 300), at(600, 246)}, 1},
		"inside before the gap":     {[]rule.Fix{at(0, 300), at(30, 100), at(700, 300)}, 0},
		"stays outside":             {[]rule.Fix{at(0, 300), at(60, 300), at(120, 300), at(180, 300)}, 1},
		"an inaccurate one between": {[]rule.Fix{at(0, 300), accurate(at(30, 0), 500), at(60, 300)}, 1},
		"made up":                   {[]rule.Fix{mock(at(0, 300)), mock(at(60, 300)), mock(at(120, 300))}, 0},
		"a made up one between":     {[]rule.Fix{at(0, 300), mock(at(30, 0)), at(60, 300)}, 1},
	} {
		s := &rule.State{}
		if events := play(s, set("k"), tc.fixes...); len(events) != tc.raised {
			t.Errorf("%s: %+v", name, events)
		}
	}
}

// What a company or a zone sets counts: the area goes with a time below a minute, and does not grow with a longer one.
func TestWhatConfirmsIsASetting(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		params func(*rule.Params)
		fixes  []rule.Fix
		raised int
	}{
		"at once":            {func(p *rule.Params) { p.ConfirmFixes, p.ConfirmFor = 1, 0 }, []rule.Fix{at(0, 241)}, 1},
		"three":              {func(p *rule.Params) { p.ConfirmFixes = 3 }, []rule.Fix{at(0, 300), at(90, 300)}, 0},
		"half a minute":      {func(p *rule.Params) { p.ConfirmFor = 30 * time.Second }, []rule.Fix{at(0, 300), at(30, 282)}, 1},
		"half a minute less": {func(p *rule.Params) { p.ConfirmFor = 30 * time.Second }, []rule.Fix{at(0, 300), at(30, 281)}, 0},
		"five minutes":       {func(p *rule.Params) { p.ConfirmFor = 5 * time.Minute }, []rule.Fix{at(0, 300), at(299, 300)}, 0},
		"as much area":       {func(p *rule.Params) { p.ConfirmFor = 5 * time.Minute }, []rule.Fix{at(0, 300), at(300, 249)}, 1},
		"an hour over a gap": {func(p *rule.Params) { p.ConfirmFor = time.Hour }, []rule.Fix{at(0, 300), at(3600, 244)}, 0},
	} {
		s, k := &rule.State{}, set("k")
		tc.params(&k.Params)
		if events := play(s, k, tc.fixes...); len(events) != tc.raised {
			t.Errorf("%s: %+v", name, events)
		}
	}
}

// A phone that stands still reports rarely, and every gap is longer than what tells much.
func TestPhonesThatReportSeldomAreJudged(t *testing.T) {
	t.Parallel()
	s := &rule.State{}
	raised := play(s, set("k"), at(0, 1300), at(660, 1300), at(1320, 1300), at(1980, 1300))
	if len(raised) != 1 || !raised[0].Alert.Start.At.Equal(noon) || raised[0].Alert.Late {
		t.Fatalf("%+v", raised)
	}
	ended := play(s, set("k"), at(2640, 50), at(3300, 50), at(3960, 50))
	if len(ended) != 1 || ended[0].Alert.ID != raised[0].Alert.ID || !ended[0].Ended.Equal(noon.Add(2640*time.Second)) {
		t.Errorf("%+v", ended)
	}
}

func TestAnAlertSaysHowItBegan(t *testing.T) {
	t.Parallel()
	_, a := outside(t)
	if !a.Start.At.Equal(noon) || a.DistanceM < 99 || a.DistanceM > 101 || !a.RaisedAt.Equal(noon.Add(time.Minute)) ||
		!reflect.DeepEqual(a.Zones, []string{"z1"}) || len(a.ID) != 24 {
		t.Errorf("%+v", a)
	}
}

func TestBackInsideIsConfirmedLikewise(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		fixes []rule.Fix
		ended int // seconds after noon, 0 for not
	}{
		"two, a minute apart": {[]rule.Fix{at(100, 100), at(160, 100)}, 100},
		"too close":           {[]rule.Fix{at(100, 100), at(150, 100)}, 0},
		"near is not back":    {[]rule.Fix{at(100, 210), at(160, 210), at(220, 210)}, 0},
		"near between":        {[]rule.Fix{at(100, 100), at(130, 210), at(160, 100)}, 0},
		"outside between":     {[]rule.Fix{at(100, 100), at(130, 300), at(160, 100)}, 0},
		"on the border":       {[]rule.Fix{at(100, 199.9), at(160, 199.9)}, 0},
		"deep enough":         {[]rule.Fix{at(100, 199.9), at(160, 158)}, 100},
		"not deep enough":     {[]rule.Fix{at(100, 100), at(160, 159)}, 0},
		"in time":             {[]rule.Fix{at(100, 180), at(150, 180), at(230, 180)}, 100},
		"after a gap":         {[]rule.Fix{at(2000, 100), at(2060, 100)}, 2000},
		"over a gap":          {[]rule.Fix{at(2000, 100), at(2700, 100)}, 2000},
	} {
		s, a := outside(t)
		events := play(s, set("k"), tc.fixes...)
		switch {
		case tc.ended == 0 && (len(events) != 0 || s.Alert == nil):
			t.Errorf("%s: %+v", name, events)
		case tc.ended != 0 && (len(events) != 1 || !events[0].Ended.Equal(noon.Add(time.Duration(tc.ended)*time.Second)) ||
			events[0].Reason != rule.Returned || events[0].Alert.ID != a.ID || s.Alert != nil):
			t.Errorf("%s: %+v", name, events)
		}
	}
}

func TestAGapDoesNotRaiseASecondAlert(t *testing.T) {
	t.Parallel()
	s, a := outside(t)
	if events := play(s, set("k"), at(5000, 300), at(5060, 300), at(5120, 300)); len(events) != 0 || s.Alert == nil || s.Alert.ID != a.ID {
		t.Errorf("%+v, alert %+v", events, s.Alert)
	}
}

func TestWhatIsNotNewerChangesNothing(t *testing.T) {
	t.Parallel()
	s, _ := outside(t)
	before := *s
	if events := play(s, set("k"), at(60, 0), at(59, 0), at(0, 0), at(-1000, 0)); len(events) != 0 || !reflect.DeepEqual(before, *s) {
		t.Errorf("%+v: %+v became %+v", events, before, *s)
	}
}

func TestLatePositionsRaiseNoLiveAlert(t *testing.T) {
	t.Parallel()
	s := &rule.State{}
	events := play(s, set("k"), received(at(0, 300), 3*time.Hour), received(at(60, 300), 3*time.Hour), received(at(120, 300), 3*time.Hour))
	if len(events) != 1 || !events[0].Alert.Late {
		t.Fatalf("%+v", events)
	}
	late := events[0].Alert
	events = play(s, set("k"), received(at(200, 100), 3*time.Hour), received(at(260, 100), 3*time.Hour))
	if len(events) != 1 || events[0].Alert.ID != late.ID || !events[0].Alert.Late || events[0].Ended.IsZero() {
		t.Errorf("back: %+v", events)
	}
}

// After a gap one fix is not enough to say that somebody is still outside.
func TestALateAlertIsConfirmedAnewAfterAGap(t *testing.T) {
	t.Parallel()
	s := &rule.State{}
	late := play(s, set("k"), received(at(0, 300), time.Hour), received(at(60, 300), time.Hour))
	events := play(s, set("k"), at(5000, 300))
	if len(events) != 0 {
		t.Errorf("%+v", events)
	}
	events = play(s, set("k"), at(5060, 300))
	if len(events) != 1 || events[0].Alert.Late || events[0].Alert.ID != late[0].Alert.ID {
		t.Errorf("%+v", events)
	}
}

func TestALateAlertThatGoesOnIsRaisedAgain(t *testing.T) {
	t.Parallel()
	s := &rule.State{}
	late := play(s, set("k"), received(at(0, 300), time.Hour), received(at(60, 300), time.Hour))
	events := play(s, set("k"), received(at(120, 300), 11*time.Minute), received(at(180, 300), 10*time.Minute), at(240, 300))
	if len(events) != 1 || events[0].Alert.Late || events[0].Alert.ID != late[0].Alert.ID || !events[0].Alert.RaisedAt.Equal(noon.Add(3*time.Minute)) {
		t.Errorf("%+v", events)
	}
}

func TestOtherZonesEndAnAlertAndAreJudgedAnew(t *testing.T) {
	t.Parallel()
	s, a := outside(t)
	events := play(s, set("other"), at(90, 300), at(120, 300))
	if len(events) != 1 || events[0].Alert.ID != a.ID || events[0].Reason != rule.ZonesChanged || !events[0].Ended.Equal(noon.Add(90*time.Second)) {
		t.Fatalf("%+v", events)
	}
	events = play(s, set("other"), at(150, 300))
	if len(events) != 1 || events[0].Alert.ID == a.ID || !events[0].Alert.Start.At.Equal(noon.Add(90*time.Second)) {
		t.Errorf("%+v", events)
	}
}

func TestZonesThatAreGivenBackBeginAnew(t *testing.T) {
	t.Parallel()
	s, a := outside(t)
	s.Rebase(&rule.Set{Why: rule.Unassigned}, noon.Add(100*time.Second))
	s.Rebase(set("k"), noon.Add(110*time.Second))
	s.LastAt = time.Time{} // the sweep judges recent positions again
	events := play(s, set("k"), at(0, 300), at(30, 310), at(60, 320))
	if len(events) != 1 || !events[0].Alert.Start.At.Equal(a.Start.At) || events[0].Alert.ID == a.ID {
		t.Errorf("%+v brings back %s", events, a.ID)
	}
}

func TestWithoutZonesNobodyIsJudged(t *testing.T) {
	t.Parallel()
	s, a := outside(t)
	none := &rule.Set{Why: rule.Unassigned}
	events := play(s, none, at(90, 300), at(150, 300), at(210, 900))
	if len(events) != 1 || events[0].Alert.ID != a.ID || events[0].Reason != rule.Unassigned || s.Zones != "" {
		t.Errorf("%+v %+v", events, s)
	}
}

func TestAnAlertNeverEndsBeforeItBegan(t *testing.T) {
	t.Parallel()
	s, a := outside(t)
	if events := s.Rebase(set("other"), noon.Add(-time.Hour)); len(events) != 1 || events[0].Ended.Before(a.Start.At) {
		t.Errorf("%+v", events)
	}
}

func TestIDsTellEpisodesApart(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, who := range []rule.Who{juan, {Company: "acme", User: "ana"}, {Company: "globex", User: "juan"}, {Company: "acmej", User: "uan"}} {
		for _, key := range []string{"k", "other"} {
			for _, second := range []int{0, 1} {
				s := &rule.State{}
				var events []rule.Event
				for _, f := range []rule.Fix{at(second, 300), at(second+60, 300)} {
					events = append(events, s.Step(who, set(key), f)...)
				}
				if len(events) != 1 || seen[events[0].Alert.ID] {
					t.Errorf("%v %s %d: %+v", who, key, second, events)
				}
				seen[events[0].Alert.ID] = true
			}
		}
	}
}

// A state is stored between any two fixes.
func TestAStateSurvivesItsStorage(t *testing.T) {
	t.Parallel()
	s, _ := outside(t)
	play(s, set("k"), at(100, 100), at(110, 100))
	for _, v := range []any{s.Run, s.Alert} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		back := reflect.New(reflect.TypeOf(v).Elem())
		if err := json.Unmarshal(raw, back.Interface()); err != nil || !reflect.DeepEqual(back.Interface(), v) {
			t.Errorf("%s came back as %+v (%v)", raw, back.Elem(), err)
		}
	}
}
