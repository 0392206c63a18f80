package work

import (
	"fmt"
	"slices"
	"time"

	"github.com/terreno/terreno/services/fieldsim/internal/phone"
	"github.com/terreno/terreno/services/fieldsim/internal/trace"
)

// Story is a silence of one phone, at the same time of each day. Each phone of the first few has another one, so that whoever looks at
// the alerts of silence finds one of each sort.
type Story struct {
	// From and Until are times of the day.
	from, until time.Duration
	// keeps says that the phone records positions all along and sends them at the end: it had no network. Otherwise there are none.
	keeps bool
	// dead says that the phone does nothing meanwhile, and that what its user does then is never reported.
	dead   bool
	states []state
}

// state is what a phone says of itself at a time of the day, as POST /v1/device-state takes it.
type state struct {
	at       time.Duration
	kind     string
	value    string
	level    *float64
	charging *bool
}

// stories are those of the members with these numbers.
var stories = map[int]*Story{
	// It breaks, and nobody knows why.
	3: {from: 12*time.Hour + 8*time.Minute, until: 24 * time.Hour, dead: true},
	// It is in a place without network.
	6: {from: 12*time.Hour + 14*time.Minute, until: 13*time.Hour + 5*time.Minute, keeps: true},
	// Its battery is empty, after the pause at noon.
	9: {from: 12*time.Hour + 44*time.Minute, until: 16 * time.Hour, dead: true, states: []state{
		battery(12*time.Hour+18*time.Minute, 0.08), battery(12*time.Hour+30*time.Minute, 0.05), battery(12*time.Hour+42*time.Minute, 0.03),
		{at: 16 * time.Hour, kind: "battery", level: number(0.4), charging: yes},
	}},
	// Its user withdraws the permission to locate it, and gives it back.
	12: {from: 12*time.Hour + 22*time.Minute, until: 14*time.Hour + 2*time.Minute, states: []state{
		{at: 12*time.Hour + 22*time.Minute, kind: "location_permission", value: "denied"},
		{at: 14*time.Hour + 2*time.Minute, kind: "location_permission", value: "always"},
	}},
}

var yes, no = flag(true), flag(false)

func flag(v bool) *bool         { return &v }
func number(v float64) *float64 { return &v }

func battery(at time.Duration, level float64) state {
	return state{at: at, kind: "battery", level: &level, charging: no}
}

// StoryOf returns the story of a member by its number, nil for most.
func StoryOf(i int) *Story { return stories[i] }

// Fixes takes the silence out of the fixes of a day that begins at midnight. kept is what the phone sends when the silence ends, if
// anything.
func (s *Story) Fixes(fixes []trace.Fix, midnight time.Time) (sent []trace.Fix, kept []phone.Upload) {
	if s == nil {
		return fixes, nil
	}
	from, until := midnight.Add(s.from), midnight.Add(s.until)
	var silent []trace.Fix
	for _, f := range fixes {
		if f.RecordedAt.Before(from) || !f.RecordedAt.Before(until) {
			sent = append(sent, f)
		} else {
			silent = append(silent, f)
		}
	}
	if s.keeps && len(silent) > 0 {
		for part := range slices.Chunk(silent, phone.MaxFixes) {
			kept = append(kept, phone.Upload{At: until, Fixes: part})
		}
	}
	return sent, kept
}

// Uploads lets a phone send at the beginning of its silence what was due in it, and nothing in the silence.
func (s *Story) Uploads(uploads []phone.Upload, midnight time.Time) []phone.Upload {
	if s == nil {
		return uploads
	}
	from, until := midnight.Add(s.from), midnight.Add(s.until)
	for i, u := range uploads {
		if u.At.After(from) && u.At.Before(until) {
			uploads[i].At = from
		}
	}
	phone.Sort(uploads)
	return uploads
}

// Actions changes what the phone reports on a day that begins at midnight, and adds what it says of itself. A phone without network
// reports at the end of the silence.
func (s *Story) Actions(m Member, actions []Action, midnight time.Time) []Action {
	if s == nil {
		return actions
	}
	from, until := midnight.Add(s.from), midnight.Add(s.until)
	var all []Action
	for _, a := range actions {
		if in := !a.Due.Before(from) && a.Due.Before(until); in && s.dead {
			continue
		} else if in && s.keeps {
			a.Due = until.Add(time.Minute) // after the positions
		}
		all = append(all, a)
	}
	for i, is := range s.states {
		at := midnight.Add(is.at)
		all = append(all, Action{
			Due: at, Path: "/v1/device-state", Key: fmt.Sprintf("demo-%s-%s-state-%d", midnight.Format("20060102"), m.Login, i),
			Body: states{m.Device, []stateAt{{at, is.kind, is.value, is.level, is.charging}}},
		})
	}
	slices.SortStableFunc(all, func(a, b Action) int { return a.Due.Compare(b.Due) })
	return all
}

type states struct {
	DeviceID string    `json:"device_id"`
	States   []stateAt `json:"states"`
}

type stateAt struct {
	OccurredAt time.Time `json:"occurred_at"`
	Kind       string    `json:"kind"`
	Value      string    `json:"value,omitempty"`
	Level      *float64  `json:"level,omitempty"`
	Charging   *bool     `json:"charging,omitempty"`
}
