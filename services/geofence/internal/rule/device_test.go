package rule_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// together brings the fixes of several devices into the order in which they were taken.
func together(lists ...[]rule.Fix) []rule.Fix {
	all := slices.Concat(lists...)
	slices.SortStableFunc(all, func(a, b rule.Fix) int { return a.At.Compare(b.At) })
	return all
}

// every is a device that reports each so many seconds, from one second to another, at metres that may depend on the second.
func every(device string, step, from, to int, metres func(second int) float64) (fixes []rule.Fix) {
	for s := from; s <= to; s += step {
		fixes = append(fixes, by(device, at(s, metres(s))))
	}
	return fixes
}

func still(metres float64) func(int) float64 { return func(int) float64 { return metres } }

func walks(from, speed float64, start int) func(int) float64 {
	return func(second int) float64 { return from + speed*float64(max(0, second-start)) }
}

// A phone is left behind inside, and its user goes away with another one: whichever was heard first, the alert comes.
func TestAPhoneLeftBehindSilencesNobody(t *testing.T) {
	t.Parallel()
	for _, first := range []int{0, 1} {
		s := &rule.State{}
		events := play(s, set("k"), together(every("left", 20, 1-first, 1800, still(20)), every("carried", 20, first, 1800, walks(0, 1.4, 300)))...)
		if len(events) != 1 || events[0].Alert.Start.Device != "carried" || events[0].Alert.RaisedAt.After(noon.Add(13*time.Minute)) {
			t.Errorf("the one left behind is heard %d s after the other: %+v", 1-first, events)
		}
	}
}

// A phone lies at home, outside, and its user is at work inside with another one.
func TestAPhoneAtHomeRaisesNothing(t *testing.T) {
	t.Parallel()
	rounds := func(second int) float64 { return float64(second % 400) } // to the border and back to the middle
	s := &rule.State{}
	events := play(s, set("k"), together(every("carried", 20, 0, 7200, func(n int) float64 { return min(rounds(n), 190) }), every("home", 30, 5, 7200, still(4000)))...)
	if len(events) != 0 {
		t.Errorf("%+v", events)
	}
}

func TestAnotherDeviceCountsAfterFiveMinutesOfSilence(t *testing.T) {
	t.Parallel()
	for silent, raised := range map[int]int{299: 0, 300: 0, 301: 1} {
		s := &rule.State{}
		play(s, set("k"), by("a", at(0, 0)))
		events := play(s, set("k"), by("b", at(silent, 300)), by("a", at(silent+1, 0)), by("b", at(silent+60, 300)))
		if len(events) != raised {
			t.Errorf("after %d s: %+v", silent, events)
		}
	}
}

// Two phones report every 12 minutes, in turns. They do not take over from one another, so that one of them confirms.
func TestPhonesThatTakeTurnsAreJudgedByOne(t *testing.T) {
	t.Parallel()
	s := &rule.State{}
	events := play(s, set("k"), together(every("carried", 720, 0, 7200, still(20)), every("home", 720, 360, 7200, still(4000)))...)
	if len(events) != 0 || s.Status != rule.Inside {
		t.Errorf("one is inside and stays: %+v, status %v", events, s.Status)
	}
	s = &rule.State{}
	events = play(s, set("k"), together(every("left", 720, 0, 14400, still(20)), every("carried", 720, 360, 14400, walks(20, 1.4, 3600)))...)
	if len(events) != 1 || events[0].Alert.Start.Device != "carried" || s.Status != rule.Outside {
		t.Errorf("one goes away: %+v, status %v", events, s.Status)
	}
}

// A run goes on when another device takes over, by no more than what confirms: the user is where it was.
func TestARunSurvivesItsDevice(t *testing.T) {
	t.Parallel()
	s := &rule.State{}
	if events := play(s, set("k"), by("a", at(0, 270)), by("b", at(301, 280))); len(events) != 0 {
		t.Errorf("%+v", events)
	}
	if events := play(s, set("k"), by("b", at(320, 280))); len(events) != 1 || !events[0].Alert.Start.At.Equal(noon) {
		t.Errorf("%+v", events)
	}
}

func TestAFixThatDoesNotCountLeavesTheStateAlone(t *testing.T) {
	t.Parallel()
	s, _ := outside(t)
	before := *s
	play(s, set("k"), by("other", at(70, 0)), by("other", at(90, 0)), by("other", at(130, 0)))
	if s.Devices[0].ID != "" || s.Devices[1].ID != "other" {
		t.Errorf("%+v", s.Devices)
	}
	s.Devices = before.Devices
	if !reflect.DeepEqual(before, *s) {
		t.Errorf("%+v became %+v", before, *s)
	}
}

func TestDevicesAreBoundedAndAreStored(t *testing.T) {
	t.Parallel()
	s := &rule.State{}
	for i := range 100 {
		play(s, set("k"), by("first", at(2*i, 0)), by(fmt.Sprint("d", i), at(2*i+1, 0)))
	}
	if len(s.Devices) != 4 || s.Devices[0].ID != "first" || s.Devices[1].ID != "d99" {
		t.Errorf("%+v", s.Devices)
	}
	raw, err := json.Marshal(s.Devices)
	if err != nil {
		t.Fatal(err)
	}
	var back rule.Devices
	if err := json.Unmarshal(raw, &back); err != nil || !reflect.DeepEqual(back, s.Devices) {
		t.Errorf("%s came back as %+v (%v)", raw, back, err)
	}
}
