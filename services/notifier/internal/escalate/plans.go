package escalate

import (
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	wire "github.com/terreno/terreno/proto/alert"
)

// Limits of what a company decides.
const (
	MaxSteps      = 9
	MaxAfterS     = 86_400
	MinRepeatS    = 60
	MaxRepeatS    = 3600
	MaxRepeats    = 12
	maxFirstPanic = 60
)

// ErrPlans says that an escalation cannot be what a company decides. It is a FaultError.
var ErrPlans = errors.New("escalation")

// FaultError says what is wrong with an escalation, and where.
type FaultError struct {
	// At is the field within the escalation, such as panico.steps[1].after_s; empty if it is the whole.
	At string
	// Why follows the field in a sentence.
	Why string
}

func (f *FaultError) Error() string { return strings.TrimPrefix(f.At+": "+f.Why, ": ") }

// Is says that every fault is ErrPlans.
func (f *FaultError) Is(target error) bool { return target == ErrPlans }

func fault(at, why string, args ...any) *FaultError {
	return &FaultError{at, fmt.Sprintf(why, args...)}
}

// Plans are the ladders that a company decided, by type of alert. The database holds them as JSON.
type Plans map[string]Ladder

// Of returns what holds for a type.
func (p Plans) Of(kind string) Ladder {
	if l, ok := p[kind]; ok {
		return l
	}
	return Default(kind)
}

// Known are the types of alerts that a company decides about: those that are raised.
var Known = []string{wire.TypePanic, wire.TypeOutsideZone, wire.TypeInactivity, wire.TypeNoMovement, wire.TypeLowBattery, wire.TypeSystem}

// All returns what holds for each type.
func (p Plans) All() Plans {
	all := Plans{}
	for _, kind := range Known {
		all[kind] = Default(kind)
	}
	maps.Copy(all, p)
	return all
}

// Own returns the ladders that differ from the defaults: what a company really decided.
func (p Plans) Own() Plans {
	own := Plans{}
	for kind, l := range p {
		if !reflect.DeepEqual(l, Default(kind)) {
			own[kind] = l
		}
	}
	return own
}

// Check returns a FaultError if a ladder is beyond its limits.
func (p Plans) Check() error {
	for _, kind := range slices.Sorted(maps.Keys(p)) {
		if !slices.Contains(Known, kind) {
			return fault("", "%.64q is no type of alerts; the types are %s", kind, strings.Join(Known, ", "))
		}
		if f := p[kind].check(kind); f != nil {
			return fault(kind+"."+f.At, "%s", f.Why)
		}
	}
	return nil
}

func (l Ladder) check(kind string) *FaultError {
	if len(l.Steps) > MaxSteps {
		return fault("steps", "at most %d steps", MaxSteps)
	}
	for i, s := range l.Steps {
		at := fmt.Sprintf("steps[%d].", i)
		if f := s.check(); f != nil {
			return fault(at+f.At, "%s", f.Why)
		}
		if i > 0 && s.AfterS <= l.Steps[i-1].AfterS {
			return fault(at+"after_s", "must grow from step to step")
		}
	}
	switch repeats := l.RepeatLimit != 0; {
	case repeats != (l.RepeatS != 0):
		return fault("repeat_s", "repeat_s and repeat_limit are both 0 or neither")
	case repeats && (l.RepeatS < MinRepeatS || l.RepeatS > MaxRepeatS || l.RepeatLimit < 0 || l.RepeatLimit > MaxRepeats):
		return fault("repeat_s", "repeat_s is from %d to %d, and repeat_limit at most %d", MinRepeatS, MaxRepeatS, MaxRepeats)
	case kind == wire.TypePanic && (len(l.Steps) == 0 || l.Steps[0].AfterS > maxFirstPanic || len(l.Steps[0].Tell) == 0):
		return fault("steps", "the first step of a panic tells people within %d seconds", maxFirstPanic)
	}
	return nil
}

func (s Step) check() *FaultError {
	if s.AfterS < 0 || s.AfterS > MaxAfterS {
		return fault("after_s", "after_s is from 0 to %d", MaxAfterS)
	}
	if len(s.Tell) == 0 && !s.Webhook {
		return fault("tell", "it tells nobody")
	}
	for i, group := range s.Tell {
		if group != TeamSupervisors && group != Supervisors && group != Admins || slices.Contains(s.Tell[:i], group) {
			return fault("tell", "tell names each of %s, %s and %s at most once", TeamSupervisors, Supervisors, Admins)
		}
	}
	return nil
}

// Scan implements sql.Scanner.
func (p *Plans) Scan(from any) error {
	raw, ok := from.([]byte)
	if !ok {
		return fmt.Errorf("an escalation is a %T", from)
	}
	*p = nil
	return json.Unmarshal(raw, p)
}

// Value implements driver.Valuer.
func (p Plans) Value() (driver.Value, error) {
	if p == nil {
		return "{}", nil
	}
	raw, err := json.Marshal(p)
	return string(raw), err
}
