package watch

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	wire "github.com/terreno/terreno/proto/alert"
)

// alertData is what a line says of an alert.
type alertData struct {
	ID, Type, Cause, Scope, Status string
	User                           string    `json:"user_id"`
	StartedAt                      time.Time `json:"started_at"`
	DistanceM                      float64   `json:"distance_m"`
	Zones                          []string
	People                         int
	PeopleOf                       int       `json:"people_of"`
	EndedAt                        time.Time `json:"ended_at"`
	Reason                         string    `json:"end_reason"`
	Step                           int       `json:"escalation_step"`
	NextAt                         time.Time `json:"next_step_at"`
	Seen                           string    `json:"delivered_to"`
	EnRoute                        string    `json:"en_route_by"`
	Unreachable                    bool
	Resolution                     string
}

func alert(data []byte) string {
	var a alertData
	if json.Unmarshal(data, &a) != nil {
		return string(data)
	}
	what := a.what()
	if what == "" {
		return string(data)
	}
	who := a.User
	if who == "" {
		who = "-"
	}
	text := fmt.Sprintf("%-10s %s", who, what)
	if !a.EndedAt.IsZero() {
		text += fmt.Sprintf("; %s after %v", words(a.Reason), a.EndedAt.Sub(a.StartedAt).Round(time.Second))
	}
	if a.Status != "" {
		text += "; " + a.Status
	}
	if a.Resolution != "" {
		text += ", " + words(a.Resolution)
	}
	return text + "  " + a.ID
}

// what says what happened, and "" of a type that it does not know.
func (a alertData) what() string {
	since := a.StartedAt.Format(instant)
	switch a.Type {
	case wire.TypeOutsideZone:
		return fmt.Sprintf("outside %s since %s, %.0f m", strings.Join(a.Zones, ", "), since, a.DistanceM)
	case wire.TypePanic:
		return "calls for help since " + since + a.told()
	case wire.TypeInactivity:
		return "silent since " + since + a.because()
	case wire.TypeNoMovement:
		return "does not move since " + since
	case wire.TypeLowBattery:
		return "low battery since " + since
	case wire.TypeSystem:
		return fmt.Sprintf("%s since %s, %d of %d people of the %s", words(a.Cause), since, a.People, a.PeopleOf, a.Scope)
	}
	return ""
}

// told says how far the escalation of a call for help is.
func (a alertData) told() (text string) {
	if a.Step > 0 {
		text = fmt.Sprintf("; told %d times", a.Step)
	}
	if !a.NextAt.IsZero() {
		text += ", next at " + a.NextAt.Format(time.TimeOnly)
	}
	if a.Unreachable {
		text += "; nobody can be reached"
	}
	if a.Seen != "" {
		text += "; seen by " + a.Seen
	}
	if a.EnRoute != "" {
		text += "; " + a.EnRoute + " is on the way"
	}
	return text
}

func (a alertData) because() string {
	if a.Cause == "" {
		return ""
	}
	return ", " + words(a.Cause)
}

// words writes a code of the API as words.
func words(code string) string { return strings.ReplaceAll(code, "_", " ") }
