package alert

import (
	"errors"

	"github.com/terreno/terreno/services/notifier/internal/escalate"
)

// Settings are what a company decides about its alerts.
type Settings struct {
	// UnresolvedDays says when the rule resolves an alert that nobody resolved: so many days after it was raised, in the
	// following night.
	UnresolvedDays int `db:"unresolved_days" json:"unresolved_days"`
	// Escalation holds the ladders that the company decided.
	Escalation escalate.Plans `db:"escalation" json:"escalation,omitempty"`
}

// Limits of Settings.UnresolvedDays.
const (
	MinUnresolvedDays = 7
	MaxUnresolvedDays = 3650
)

// ErrSettings says that a setting is beyond its limits.
var ErrSettings = errors.New("unresolved_days is beyond its limits")

// Check returns ErrSettings or escalate.ErrPlans if a setting is beyond its limits.
func (s Settings) Check() error {
	if s.UnresolvedDays < MinUnresolvedDays || s.UnresolvedDays > MaxUnresolvedDays {
		return ErrSettings
	}
	return s.Escalation.Check()
}
