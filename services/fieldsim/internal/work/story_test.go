package work_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/work"
)

// A phone that falls silent records nothing in that time, or sends it all afterwards; what its user does fits that.
func TestEachSilenceIsOfItsSort(t *testing.T) {
	t.Parallel()
	members, midnight := demo(t)
	visits := work.Visits(members, midnight, 0)
	sorts := map[string]int{}
	for i, m := range members {
		s := work.StoryOf(i)
		if s == nil {
			continue
		}
		before := work.Actions(m, visits)
		actions := s.Actions(m, before, midnight)
		sent, kept := s.Fixes(m.Fixes, midnight)
		n := len(sent)
		var longest time.Duration
		for j := 1; j < len(sent); j++ {
			longest = max(longest, sent[j].RecordedAt.Sub(sent[j-1].RecordedAt))
		}
		for _, u := range kept {
			n += len(u.Fixes)
			for _, f := range u.Fixes {
				if f.RecordedAt.After(u.At) {
					t.Errorf("%s sends at %v what it records at %v", m.Login, u.At, f.RecordedAt)
				}
			}
		}
		// from is when the last position before the silence was recorded, and until when the first after it.
		var from, until time.Time
		for j := 1; j < len(sent); j++ {
			if a, b := sent[j-1].RecordedAt, sent[j].RecordedAt; b.Sub(a) > until.Sub(from) {
				from, until = a, b
			}
		}
		if last := sent[len(sent)-1].RecordedAt; last.Before(midnight.Add(13 * time.Hour)) {
			from, until = last, midnight.Add(24*time.Hour)
		}
		for j, u := range s.Uploads(phone.Plan(sent, phone.Cadence{Fixes: 20, Every: time.Minute}, phone.Faults{Late: 1, LateBy: 20 * time.Minute}, 1), midnight) {
			if u.At.After(from.Add(5*time.Minute)) && u.At.Before(until) {
				t.Errorf("%s sends upload %d at %v, in its silence from %v to %v", m.Login, j, u.At, from, until)
			}
		}
		var states []string
		for j, a := range actions {
			if j > 0 && a.Due.Before(actions[j-1].Due) {
				t.Errorf("%s: %s is out of order", m.Login, a.Path)
			}
			if a.Path == "/v1/device-state" {
				raw, err := json.Marshal(a.Body)
				if err != nil {
					t.Fatal(err)
				}
				states = append(states, string(raw))
			}
		}
		all := strings.Join(states, "")
		switch {
		case len(kept) > 0:
			sorts["no network"]++
			if n != len(m.Fixes) || len(actions) != len(before) {
				t.Errorf("%s loses something without network", m.Login)
			}
		case strings.Contains(all, `"level":0.03,"charging":false`):
			sorts["battery"]++
			for _, a := range actions {
				if a.Due.After(midnight.Add(12*time.Hour+44*time.Minute)) && a.Due.Before(midnight.Add(16*time.Hour)) {
					t.Errorf("%s does %s at %v with an empty battery", m.Login, a.Path, a.Due)
				}
			}
		case strings.Contains(all, `"kind":"location_permission","value":"denied"`) && strings.Contains(all, `"value":"always"`):
			sorts["permission"]++
		case len(states) == 0 && len(actions) < len(before):
			sorts["broken"]++
			continue // it never comes back
		}
		if longest < 40*time.Minute {
			t.Errorf("%s is silent for %v only", m.Login, longest)
		}
	}
	for _, sort := range []string{"no network", "battery", "permission", "broken"} {
		if sorts[sort] != 1 {
			t.Errorf("%d phones are silent because of %s: %v", sorts[sort], sort, sorts)
		}
	}
}
