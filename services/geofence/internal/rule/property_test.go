package rule_test

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/terreno/terreno/services/geofence/internal/rule"
)

// Whatever comes: an alert ends before another is raised, ends once, only a late one is raised again, and then not late; and a
// repeat of anything that came before changes nothing.
func TestEpisodesAreWellFormed(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 1))
		sets := []*rule.Set{set("a"), set("a"), set("a"), set("b"), {Why: rule.Unassigned}}
		s := &rule.State{}
		var open *rule.Alert
		seen := map[string]bool{}
		var came []rule.Fix
		second, metres, in := 0, 0.0, sets[0]
		for range 400 {
			second += rng.IntN(40)
			if rng.IntN(60) == 0 {
				second += 1000
			}
			if rng.IntN(25) == 0 {
				metres = rng.Float64() * 400
			}
			if rng.IntN(80) == 0 {
				in = sets[rng.IntN(len(sets))]
			}
			f := received(accurate(at(second, metres), rng.Float64()*110), time.Duration(rng.IntN(3))*8*time.Minute)
			if rng.IntN(4) == 0 {
				f.Device = string(rune('a' + rng.IntN(6)))
			}
			f.Mock = rng.IntN(30) == 0
			came = append(came, f)
			for _, e := range s.Step(juan, in, f) {
				open = follow(t, seed, open, e, seen)
			}
			before := *s
			if again := came[rng.IntN(len(came))]; !again.At.After(s.LastAt) && (len(s.Step(juan, in, again)) > 0 || !reflect.DeepEqual(before, *s)) {
				t.Fatalf("seed %d: a repeat of %v changed something", seed, again.At)
			}
		}
		if (open == nil) != (s.Alert == nil) {
			t.Errorf("seed %d: told %+v, the state has %+v", seed, open, s.Alert)
		}
	}
}

func follow(t *testing.T, seed uint64, open *rule.Alert, e rule.Event, seen map[string]bool) *rule.Alert {
	t.Helper()
	switch {
	case !e.Ended.IsZero():
		if open == nil || open.ID != e.Alert.ID || e.Ended.Before(e.Alert.Start.At) || e.Reason == "" {
			t.Fatalf("seed %d: ended %+v while open is %+v", seed, e, open)
		}
		return nil
	case open != nil:
		if !open.Late || e.Alert.Late || open.ID != e.Alert.ID {
			t.Fatalf("seed %d: raised %+v over %+v", seed, e.Alert, open)
		}
	case seen[e.Alert.ID]:
		t.Fatalf("seed %d: %s was raised before", seed, e.Alert.ID)
	}
	seen[e.Alert.ID] = true
	return &e.Alert
}
