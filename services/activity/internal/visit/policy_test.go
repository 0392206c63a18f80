package visit

import (
	"errors"
	"testing"
)

func TestHowFarACheckInMayBe(t *testing.T) {
	t.Parallel()
	at := func(distance, accuracy float64) *Where { return &Where{DistanceM: &distance, AccuracyM: &accuracy} }
	radius := ptr(100.0)
	for name, c := range map[string]struct {
		policy string
		at     *Where
		radius *float64
		reason string
		beyond int // -2 is taken
	}{
		"noted":                      {PolicyNote, at(9000, 5), radius, "", -2},
		"at the site":                {PolicyRefuse, at(90, 5), radius, "", -2},
		"at the limit":               {PolicyRefuse, at(350, 50), radius, "", -2},
		"beyond it":                  {PolicyRefuse, at(352, 50), radius, "because", 202},
		"an accuracy of a city":      {PolicyRefuse, at(9000, 8000), radius, "", 8700},
		"without an accuracy":        {PolicyRefuse, &Where{DistanceM: ptr(301.5)}, radius, "", 201},
		"without a position":         {PolicyRefuse, nil, radius, "", -1},
		"a task without a site":      {PolicyRefuse, nil, nil, "", -2},
		"a reason is missing":        {PolicyReason, at(352, 50), radius, "", 202},
		"with a reason":              {PolicyReason, at(352, 50), radius, "the gate", -2},
		"a reason for no position":   {PolicyReason, nil, radius, "tunnel", -2},
		"no reason and no position":  {PolicyReason, nil, radius, "", -1},
		"near, so it needs no words": {PolicyReason, at(100, 0), radius, "", -2},
	} {
		err := Policy{c.policy, 200}.Judge(c.at, c.radius, c.reason)
		e, refused := errors.AsType[*TooFarError](err)
		if refused != (c.beyond > -2) || refused && (e.BeyondM != c.beyond || e.MaxM != 200 || e.Reason != (c.policy == PolicyReason)) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, wrong := range []Policy{{"", 1}, {"block", 1}, {PolicyNote, -1}, {PolicyNote, 100_001}} {
		if wrong.Check() == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}
