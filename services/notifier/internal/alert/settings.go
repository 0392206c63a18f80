package alert

import (
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"fmt"
	"maps"
	"slices"

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

// Version tells settings apart by what holds: two that say the same have the same.
func (s Settings) Version() string {
	all := s.Escalation.All()
	sum := sha256.New()
	_, _ = fmt.Fprintln(sum, s.UnresolvedDays)
	for _, kind := range slices.Sorted(maps.Keys(all)) {
		_, _ = fmt.Fprintf(sum, "%q %v\n", kind, all[kind]) // %v writes no difference between lists that are empty and that are not there.
	}
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum.Sum(nil)[:10])
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
