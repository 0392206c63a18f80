package plan_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/terreno/terreno/services/geofence/internal/plan"
)

// refused fails the test unless the error names the member that is beyond its limit; "" is for none.
func refused(t *testing.T, what string, err error, field string) {
	t.Helper()
	limit, ok := errors.AsType[*plan.LimitError](err)
	if ok && limit.Field == field && strings.HasSuffix(limit.Detail, ".") || err == nil && field == "" {
		return
	}
	t.Errorf("%s: %v, want %q to be refused", what, err, field)
}

// The limits hold where zones and settings are written, whatever a schema lets through.
func TestLimitsOfSettings(t *testing.T) {
	t.Parallel()
	refused(t, "defaults", plan.Defaults.Check(), "")
	for field, values := range map[string][]func(*plan.Settings){
		"exit_buffer_m": {
			func(s *plan.Settings) { s.BufferM = 0.9 }, func(s *plan.Settings) { s.BufferM = 1000.1 },
			func(s *plan.Settings) { s.BufferM = math.NaN() }, func(s *plan.Settings) { s.BufferM = math.Inf(1) },
		},
		"confirm_fixes":  {func(s *plan.Settings) { s.ConfirmFixes = 0 }, func(s *plan.Settings) { s.ConfirmFixes = 21 }},
		"confirm_s":      {func(s *plan.Settings) { s.ConfirmFor = -time.Second }, func(s *plan.Settings) { s.ConfirmFor = 3601 * time.Second }},
		"max_accuracy_m": {func(s *plan.Settings) { s.MaxAccuracyM = 9 }, func(s *plan.Settings) { s.MaxAccuracyM = 1e9 }},
		"max_age_s":      {func(s *plan.Settings) { s.MaxAge = 0 }, func(s *plan.Settings) { s.MaxAge = 25 * time.Hour }},
		"max_gap_s":      {func(s *plan.Settings) { s.MaxGap = 0 }, func(s *plan.Settings) { s.MaxGap = 25 * time.Hour }},
	} {
		for _, change := range values {
			s := plan.Defaults
			change(&s)
			refused(t, field, s.Check(), field)
		}
	}
}

func TestLimitsOfAZone(t *testing.T) {
	t.Parallel()
	number := func(n int) *int { return &n }
	huge, least, most := 1e9, 1.0, 1000.0
	for what, c := range map[string]struct {
		name         string
		buffer       *float64
		fixes, spans *int
		field        string
	}{
		"nothing of its own":   {name: "Centro"},
		"the least":            {strings.Repeat("ñ", plan.MaxName), &least, number(1), number(0), ""},
		"the most":             {"Centro", &most, number(20), number(3600), ""},
		"no name":              {field: "name"},
		"a long name":          {name: strings.Repeat("ñ", plan.MaxName+1), field: "name"},
		"a huge buffer":        {name: "Centro", buffer: &huge, field: "exit_buffer_m"},
		"many fixes":           {name: "Centro", fixes: number(1000), field: "confirm_fixes"},
		"a day":                {name: "Centro", spans: number(100_000), field: "confirm_s"},
		"more than a Duration": {name: "Centro", spans: number(math.MaxInt64), field: "confirm_s"},
		"less than nothing":    {name: "Centro", spans: number(-1), field: "confirm_s"},
	} {
		refused(t, what, plan.CheckOwn(c.name, c.buffer, c.fixes, c.spans), c.field)
	}
}
