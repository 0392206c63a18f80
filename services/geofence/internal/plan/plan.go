// Package plan says which zones apply to whom and when. It compiles a company's zones, assignments and parameters from what
// the store holds at one version. It is pure, except that a plan remembers the sets that it has built. A Plan is safe for
// concurrent use. It is replaced, never changed.
package plan

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// Zone is one zone as it is stored.
type Zone struct {
	ID string
	// ShapeVersion changes when the rule sees a change of the zone: geometry, schedule or parameters, but not the name.
	ShapeVersion int64
	Shape        *zone.Shape
	Schedule     Schedule
	// Unreadable says that nobody to whom the zone is assigned can be judged. The zone has no Shape and no Schedule.
	Unreadable bool
	// The zone's own parameters or, where it sets none, the company's.
	BufferM      float64
	ConfirmFixes int
	ConfirmFor   time.Duration
	// The ids of those to whom the zone is assigned.
	Users, Teams []string
}

// Settings are a company's parameters.
type Settings struct {
	BufferM float64
	rule.Params
}

// Defaults are the parameters of a company that sets none.
var Defaults = Settings{BufferM: rule.DefaultBufferM, Params: rule.Defaults}

// Plan is all of a company's zones at one version.
type Plan struct {
	Version  int64
	settings Settings
	zones    []Zone   // by id
	spans    [][]span // their schedules
	byUser   map[string][]int
	byTeam   map[string][]int
	vertices int

	mu      sync.Mutex
	sets    map[string]*rule.Set // by key
	members int                  // of all sets
	// The zones assigned to people with the same assignments, and how many zones all these lists hold.
	assigned map[string]*assigned
	listed   int
}

// assigned holds the zones of some people. always is the set that applies when none of the zones has a schedule.
type assigned struct {
	zones      []int
	unreadable bool
	scheduled  bool
	always     *rule.Set
}

// maxMembers bounds the sets that a plan remembers, to some tens of megabytes, and the lists of zones. Beyond the bound, the
// plan forgets them and makes them again.
const maxMembers = 100_000

// New compiles zones into a plan.
func New(version int64, settings Settings, zones []Zone) *Plan {
	p := &Plan{
		Version: version, settings: settings, zones: slices.Clone(zones),
		byUser: map[string][]int{}, byTeam: map[string][]int{}, sets: map[string]*rule.Set{},
		assigned: map[string]*assigned{},
	}
	slices.SortFunc(p.zones, func(a, b Zone) int { return cmp.Compare(a.ID, b.ID) })
	for i, z := range p.zones {
		p.spans = append(p.spans, z.Schedule.spans())
		for _, u := range z.Users {
			p.byUser[u] = append(p.byUser[u], i)
		}
		for _, t := range z.Teams {
			p.byTeam[t] = append(p.byTeam[t], i)
		}
		if !z.Unreadable {
			p.vertices += z.Shape.Vertices()
		}
	}
	return p
}

// None is the plan without zones.
var None = New(0, Defaults, nil)

// Shape returns a zone's shape if the plan has the zone at that version, so that it need not be compiled again. p may be
// nil.
func (p *Plan) Shape(id string, version int64) *zone.Shape {
	if p == nil {
		return nil
	}
	i, found := slices.BinarySearchFunc(p.zones, id, func(z Zone, id string) int { return cmp.Compare(z.ID, id) })
	if !found || p.zones[i].ShapeVersion != version {
		return nil
	}
	return p.zones[i].Shape
}

// Vertices returns how many vertices all the plan's zones have: it measures how much memory the plan takes.
func (p *Plan) Vertices() int { return p.vertices }

// Of returns the zones assigned to a user, directly or through the teams in which the user works. at is the company's time
// zone.
func (p *Plan) Of(user string, teams []string, at *time.Location) *Assignment {
	// The members of a team of a thousand share one list, which may have ten thousand zones.
	key := "\x00" + strings.Join(teams, "\x00")
	if len(p.byUser[user]) > 0 {
		key = user + key
	}
	p.mu.Lock()
	found := p.assigned[key]
	p.mu.Unlock()
	if found == nil {
		found = p.assign(user, teams)
		p.mu.Lock()
		if p.listed += len(found.zones) + 1; p.listed > maxMembers {
			clear(p.assigned)
			p.listed = len(found.zones) + 1
		}
		p.assigned[key] = found
		p.mu.Unlock()
	}
	return &Assignment{plan: p, at: at, assigned: found}
}

func (p *Plan) assign(user string, teams []string) *assigned {
	mine := slices.Clone(p.byUser[user])
	for _, t := range teams {
		mine = append(mine, p.byTeam[t]...)
	}
	slices.Sort(mine)
	a := &assigned{zones: slices.Compact(mine)}
	for _, i := range a.zones {
		a.scheduled = a.scheduled || len(p.spans[i]) > 0
		a.unreadable = a.unreadable || p.zones[i].Unreadable
	}
	if !a.scheduled && !a.unreadable {
		a.always = p.set(a.zones, rule.Unassigned)
	}
	return a
}

// Assignment holds the zones of one user. Only one goroutine may use it.
type Assignment struct {
	*assigned
	plan *Plan
	at   *time.Location
	// The set that At returned last, the minute for which it did, and the zones in the set.
	last   *rule.Set
	minute int64
	active []int
}

// Unreadable says that one of the zones cannot be read. Nobody knows then where the user should be, and At must not be
// called.
func (a *Assignment) Unreadable() bool { return a.unreadable }

// At returns the set that applies at an instant. It never returns nil. A set with an empty Key has no zones.
func (a *Assignment) At(t time.Time) *rule.Set {
	if !a.scheduled {
		return a.always
	}
	minute := t.Unix() / 60 // clocks change on a minute, and windows begin and end with one
	if a.last != nil && minute == a.minute {
		return a.last
	}
	active := make([]int, 0, len(a.zones))
	for _, i := range a.zones {
		if inForce(a.plan.spans[i], t, a.at) {
			active = append(active, i)
		}
	}
	if a.last == nil || !slices.Equal(active, a.active) {
		a.last, a.active = a.plan.set(active, rule.ScheduleEnded), active
	}
	a.minute = minute
	return a.last
}

// set returns the compiled union of some zones. empty is the reason that the set gives when there are no zones.
func (p *Plan) set(zones []int, empty rule.Reason) *rule.Set {
	if len(zones) == 0 {
		return &rule.Set{Why: empty}
	}
	key := p.key(zones)
	p.mu.Lock()
	defer p.mu.Unlock()
	if s, ok := p.sets[key]; ok {
		return s
	}
	if p.members += len(zones); p.members > maxMembers {
		clear(p.sets)
		p.members = len(zones)
	}
	s := p.build(key, zones)
	p.sets[key] = s
	return s
}

func (p *Plan) build(key string, zones []int) *rule.Set {
	s := &rule.Set{Key: key, Params: p.settings.Params, Why: rule.ZonesChanged}
	members := make([]zone.Member, len(zones))
	confirmFixes, confirmFor := 0, time.Duration(0)
	for i, n := range zones {
		z := p.zones[n]
		s.Zones = append(s.Zones, z.ID)
		members[i] = zone.Member{Shape: z.Shape, BufferM: z.BufferM}
		// When there are several zones, the largest values apply, so the most patient zone wins.
		confirmFixes, confirmFor = max(confirmFixes, z.ConfirmFixes), max(confirmFor, z.ConfirmFor)
	}
	s.Params.ConfirmFixes, s.Params.ConfirmFor = confirmFixes, confirmFor
	s.Area = zone.NewSet(members)
	return s
}

// key returns a text that tells sets apart by their zones and the versions of those zones' shapes.
func (p *Plan) key(zones []int) string {
	h := fnv.New128a()
	for _, n := range zones {
		_, _ = fmt.Fprintf(h, "%s\x00", p.zones[n].ID)
		_ = binary.Write(h, binary.BigEndian, p.zones[n].ShapeVersion)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))
}
