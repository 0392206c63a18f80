package cause_test

import (
	"testing"
	"time"

	"github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/services/inactivity/internal/cause"
)

var ten = time.Date(2026, 3, 9, 10, 0, 0, 0, time.UTC)

func at(minute int) time.Time { return ten.Add(time.Duration(minute) * time.Minute) }

func says(kind, value string, minute int) cause.State {
	return cause.State{Device: "d", Kind: kind, Value: value, At: at(minute)}
}

func charge(level, before float32, charging bool, minute int) cause.State {
	s := cause.State{Device: "d", Kind: cause.Battery, At: at(minute), Level: &level, Charging: charging}
	if before >= 0 {
		s.Before = &before
	}
	return s
}

// What a phone could tell only afterwards: the silence lasted from ten to eleven.
func TestLikeliestOfASilenceThatIsOver(t *testing.T) {
	t.Parallel()
	type states = []cause.State
	for name, c := range map[string]struct {
		states states
		until  int
		want   string
	}{
		"aeroplane mode ended":      {states{says(cause.Airplane, "off", 59)}, 60, alert.CauseAirplaneMode},
		"it ended before":           {states{says(cause.Airplane, "off", -1)}, 60, alert.CauseUnknown},
		"it ended afterwards":       {states{says(cause.Airplane, "off", 61)}, 60, alert.CauseUnknown},
		"the silence lasts":         {states{says(cause.Airplane, "off", 20)}, 0, alert.CauseUnknown},
		"closed in the silence":     {states{says(cause.App, "closed", 5)}, 60, alert.CauseAppClosed},
		"closed after the silence":  {states{says(cause.App, "closed", 61)}, 60, alert.CauseUnknown},
		"a flat battery, told late": {states{charge(0.02, 0.05, false, 3)}, 60, alert.CauseBatteryEmpty},
	} {
		e := cause.Evidence{States: c.states, Device: "d", Contact: at(0), After: 30 * time.Minute}
		if c.until > 0 {
			e.Until = at(c.until)
		}
		if got := cause.Likeliest(e); got.Code != c.want {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

// What a phone said while nobody may see where it was counts if it lasts, but nobody hears when.
func TestLikeliestOfWhatNobodyMaySee(t *testing.T) {
	t.Parallel()
	hidden := func(s cause.State) cause.State { s.Hidden = true; return s }
	for name, c := range map[string]struct {
		state cause.State
		until int
		want  string
	}{
		"what stops positions": {hidden(says(cause.Permission, "denied", -5)), 0, alert.CausePermissionWithdrawn},
		"what makes them rare": {hidden(says(cause.Saver, "on", -500)), 0, alert.CauseBatterySaver},
		"aeroplane mode ended": {hidden(says(cause.Airplane, "off", 59)), 60, alert.CauseAirplaneMode},
		"a charge":             {hidden(charge(0.02, 0.05, false, 1)), 0, alert.CauseUnknown},
	} {
		e := cause.Evidence{States: []cause.State{c.state}, Device: "d", Contact: at(0), After: 30 * time.Minute}
		if c.until > 0 {
			e.Until = at(c.until)
		}
		if got := cause.Likeliest(e); got.Code != c.want || got.At != nil || got.Battery != nil {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}

// The last contact is at ten, and a silence of 30 minutes is allowed.
func TestLikeliest(t *testing.T) {
	t.Parallel()
	level := func(v float32) *float32 { return &v }
	type states = []cause.State
	for name, c := range map[string]struct {
		states  states
		battery *float32
		want    string
		minute  int
	}{
		"nothing known":           {nil, nil, alert.CauseUnknown, 0},
		"all is well":             {states{says(cause.Permission, "always", -60), says(cause.Services, "on", -60), says(cause.App, "opened", -60)}, level(0.8), alert.CauseUnknown, 0},
		"permission withdrawn":    {states{says(cause.Permission, "denied", 2)}, level(0.8), alert.CausePermissionWithdrawn, 2},
		"just before the contact": {states{says(cause.Permission, "denied", -2)}, nil, alert.CausePermissionWithdrawn, -2},
		"positions came since":    {states{says(cause.Permission, "denied", -31)}, nil, alert.CauseUnknown, 0},
		"location off":            {states{says(cause.Services, "off", 1), says(cause.App, "closed", 2)}, nil, alert.CauseLocationOff, 1},
		"app closed":              {states{says(cause.App, "closed", 2), says(cause.Airplane, "on", 3), charge(0.02, 0.03, false, 1)}, nil, alert.CauseAppClosed, 2},
		"opened again":            {states{says(cause.App, "opened", 2)}, nil, alert.CauseUnknown, 0},
		"aeroplane mode":          {states{says(cause.Airplane, "on", 3), charge(0.02, 0.03, false, 1)}, nil, alert.CauseAirplaneMode, 3},
		"battery empty":           {states{charge(0.05, -1, false, 1), says(cause.Permission, "while_in_use", -500)}, nil, alert.CauseBatteryEmpty, 1},
		"battery falls":           {states{charge(0.15, 0.2, false, 1)}, nil, alert.CauseBatteryEmpty, 1},
		"battery low and steady":  {states{charge(0.15, 0.15, false, 1)}, nil, alert.CauseUnknown, 0},
		"battery charges":         {states{charge(0.03, 0.02, true, 1)}, nil, alert.CauseUnknown, 0},
		"battery long ago":        {states{charge(0.03, 0.04, false, -40)}, nil, alert.CauseUnknown, 0},
		"position's battery":      {nil, level(0.04), alert.CauseBatteryEmpty, 0},
		"position's falls":        {states{charge(0.2, -1, false, -20)}, level(0.12), alert.CauseBatteryEmpty, 0},
		"position's is low":       {nil, level(0.12), alert.CauseUnknown, 0},
		"permission reduced":      {states{says(cause.Permission, "while_in_use", -500), says(cause.Saver, "on", 1)}, nil, alert.CausePermissionReduced, -500},
		"accuracy reduced":        {states{says(cause.Accuracy, "reduced", -500)}, nil, alert.CausePermissionReduced, -500},
		"battery saver":           {states{says(cause.Saver, "on", -500)}, nil, alert.CauseBatterySaver, -500},
		"another phone":           {states{says(cause.Permission, "always", -500), {Device: "old", Kind: cause.Permission, Value: "denied", At: at(5)}}, nil, alert.CauseUnknown, 0},
		"only another phone":      {states{{Device: "old", Kind: cause.Permission, Value: "denied", At: at(5)}}, nil, alert.CausePermissionWithdrawn, 5},
	} {
		got := cause.Likeliest(cause.Evidence{States: c.states, Device: "d", Contact: at(0), Battery: c.battery, After: 30 * time.Minute})
		if got.Code != c.want || got.At != nil && !got.At.Equal(at(c.minute)) || got.At == nil && c.want != alert.CauseUnknown {
			t.Errorf("%s: %+v, want %s", name, got, c.want)
		}
	}
}
