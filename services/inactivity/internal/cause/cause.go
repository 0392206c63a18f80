// Package cause says why somebody most likely fell silent, from what the phone said of itself. It does no I/O.
//
// Of several reasons the strongest counts: a permission that was withdrawn, location that is off, the app that was closed, aeroplane
// mode, an empty battery, a permission that was reduced, battery saver. What stops positions cannot be older than the newest position
// by more than the time that the setting allows: positions were recorded after it. What only makes them rare counts as long as it lasts. Of
// aeroplane mode a phone can tell only when it has ended: once a silence is over, an end within it says that it was on.
//
// What a phone said while nobody may see where it was (State.Hidden) counts if it still lasts, but not when it began. A charge of then
// does not count.
package cause

import (
	"time"

	"github.com/terreno/terreno/proto/alert"
)

// Kinds of states.
const (
	Permission = "location_permission"
	Accuracy   = "location_accuracy"
	Services   = "location_services"
	Saver      = "battery_saver"
	App        = "app"
	Airplane   = "airplane_mode"
	Battery    = "battery"
	Mock       = "mock_provider"
	Versions   = "versions"
)

// values are what each kind may say; nil for kinds that say something else.
var values = map[string][]string{
	Permission: {"always", "while_in_use", "denied"}, Accuracy: {"precise", "reduced"}, Services: {"on", "off"}, Saver: {"on", "off"},
	App: {"opened", "closed"}, Airplane: {"on", "off"}, Mock: {"on", "off"}, Battery: nil, Versions: nil,
}

// Values returns what a kind may say, nothing for kinds with a content of their own. ok is false for a kind that nobody knows.
func Values(kind string) (list []string, ok bool) {
	list, ok = values[kind]
	return list, ok
}

// State is the newest that a device said of a kind.
type State struct {
	Device, Kind, Value string
	At                  time.Time
	// Level is the charge, 0 to 1, and Charging whether it is being charged, of Battery. Before is the charge that the device said before.
	Level, Before *float32
	Charging      bool
	// Hidden says that nobody may hear of that instant.
	Hidden bool
}

// told is when the phone said so, as far as anybody may know.
func (s State) told() *time.Time {
	if s.Hidden {
		return nil
	}
	return &s.At
}

// Evidence is what is known of somebody who fell silent.
type Evidence struct {
	States []State
	// Device is the one of the newest position; empty if there is none.
	Device string
	// Contact is when it was recorded; Battery is the charge then.
	Contact time.Time
	Battery *float32
	After   time.Duration
	// Until is when the silence was over, zero while it lasts. What happened later does not count.
	Until time.Time
}

// Cause is the likeliest one, and what it rests on.
type Cause struct {
	Code string
	// At is when the phone said so; nil if it did not, or if nobody may know.
	At *time.Time
	// Battery is the last charge that is known.
	Battery *float32
}

const (
	empty = 0.05
	low   = 0.15
)

// rule is a value of a kind that stands for a cause. stops says that no position comes with it.
type rule struct {
	kind, value, code string
	stops             bool
}

var strong = []rule{
	{Permission, "denied", alert.CausePermissionWithdrawn, true}, {Services, "off", alert.CauseLocationOff, true}, {App, "closed", alert.CauseAppClosed, true}, {Airplane, "on", alert.CauseAirplaneMode, true},
}

var weak = []rule{
	{Permission, "while_in_use", alert.CausePermissionReduced, false}, {Accuracy, "reduced", alert.CausePermissionReduced, false}, {Saver, "on", alert.CauseBatterySaver, false},
}

// Likeliest returns the likeliest cause.
func Likeliest(e Evidence) Cause {
	states := e.relevant()
	battery, at, isEmpty := e.battery(states)
	if found := e.first(strong, states, battery); found != nil {
		return *found
	}
	if s, ok := states[Airplane]; ok && s.Value == "off" && !e.Until.IsZero() && s.At.After(e.Contact) {
		return Cause{Code: alert.CauseAirplaneMode, At: s.told(), Battery: battery}
	}
	if isEmpty {
		return Cause{Code: alert.CauseBatteryEmpty, At: at, Battery: battery}
	}
	if found := e.first(weak, states, battery); found != nil {
		return *found
	}
	return Cause{Code: alert.CauseUnknown, Battery: battery}
}

// relevant returns the newest state of each kind, of the device that was heard of last if it said anything.
func (e Evidence) relevant() map[string]State {
	own := false
	for _, s := range e.States {
		own = own || s.Device == e.Device
	}
	newest := map[string]State{}
	for _, s := range e.States {
		if !e.Until.IsZero() && s.At.After(e.Until) || s.Hidden && s.Kind == Battery {
			continue
		}
		if has, ok := newest[s.Kind]; (!own || s.Device == e.Device) && (!ok || s.At.After(has.At)) {
			newest[s.Kind] = s
		}
	}
	return newest
}

// recent says that positions which came later do not contradict what was said then.
func (e Evidence) recent(at time.Time) bool { return !at.Before(e.Contact.Add(-e.After)) }

func (e Evidence) first(rules []rule, states map[string]State, battery *float32) *Cause {
	for _, r := range rules {
		if s, ok := states[r.kind]; ok && s.Value == r.value && (!r.stops || e.recent(s.At)) {
			return &Cause{Code: r.code, At: s.told(), Battery: battery}
		}
	}
	return nil
}

// battery returns the newest charge that is known and when the phone said it, and whether it is so low that the phone may be dead.
func (e Evidence) battery(states map[string]State) (level *float32, at *time.Time, isEmpty bool) {
	s, said := states[Battery]
	said = said && s.Level != nil
	if !said || e.Battery != nil && s.At.Before(e.Contact) {
		// The position is the newer of the two. What the phone said before tells whether the charge falls.
		level = e.Battery
		if level == nil {
			return nil, nil, false
		}
		falling := said && e.recent(s.At) && *level < *s.Level
		at = &e.Contact
		charging := said && e.recent(s.At) && s.Charging && *level >= *s.Level
		return level, at, !charging && (*level <= empty || *level <= low && falling)
	}
	falling := s.Before != nil && *s.Level < *s.Before || e.Battery != nil && *s.Level < *e.Battery
	return s.Level, &s.At, e.recent(s.At) && !s.Charging && (*s.Level <= empty || *s.Level <= low && falling)
}
