// Package escalate holds the rules of telling people about an alert until somebody takes care of it: a ladder of steps for each type of
// alert, whom each step tells, and when the next one is due. It does no I/O, and takes the time as an argument.
//
// A step tells people who were not told yet. After the last step all of them are told again, at most as often as the ladder says. The
// ladder of a panic cannot be empty.
package escalate

import (
	"slices"
	"time"

	wire "github.com/terreno/terreno/proto/alert"
	"github.com/terreno/terreno/proto/audience"
)

// Groups of people that a step tells. Nobody is told of an alert about themselves.
const (
	// TeamSupervisors are the supervisors of the teams of the alert's user.
	TeamSupervisors = "team_supervisors"
	// Supervisors are all supervisors of the company.
	Supervisors = "supervisors"
	Admins      = "admins"
)

// Step is one step of a ladder.
type Step struct {
	// AfterS is when it is due, in seconds after the alert was stored.
	AfterS int `json:"after_s"`
	// Tell are groups. They are empty in a step that only calls webhooks.
	Tell    []string `json:"tell"`
	Webhook bool     `json:"webhook"`
}

// Ladder is how people are told of alerts of a type. Without steps nobody is told.
type Ladder struct {
	Steps []Step `json:"steps"`
	// RepeatS is how many seconds after the last step everybody is told again, and RepeatLimit how often. Both are 0 for never.
	RepeatS     int `json:"repeat_s"`
	RepeatLimit int `json:"repeat_limit"`
}

// Default returns the ladder of a type of alerts for a company that decided nothing about it.
func Default(kind string) Ladder {
	switch kind {
	case wire.TypePanic:
		return Ladder{
			Steps: []Step{
				{Tell: []string{TeamSupervisors}}, {AfterS: 60, Tell: []string{Supervisors}}, {AfterS: 180, Tell: []string{Admins}, Webhook: true},
			},
			RepeatS: 300, RepeatLimit: 12,
		}
	case wire.TypeSystem:
		return Ladder{Steps: []Step{{Tell: []string{Admins}}}}
	default:
		return Ladder{Steps: []Step{{Tell: []string{TeamSupervisors}}}}
	}
}

// Step returns the step with a number, of which the first is 1. The steps after the last one of the ladder tell everybody again. again is
// 0 for a step that tells only who was not told yet, and otherwise counts them.
func (l Ladder) Step(n int) (s Step, again int, ok bool) {
	switch {
	case n < 1 || len(l.Steps) == 0:
		return Step{}, 0, false
	case n <= len(l.Steps):
		return l.Steps[n-1], 0, true
	case l.RepeatS == 0 || n > len(l.Steps)+l.RepeatLimit:
		return Step{}, 0, false
	}
	for _, each := range l.Steps {
		s.Webhook = s.Webhook || each.Webhook
		for _, group := range each.Tell {
			if !slices.Contains(s.Tell, group) {
				s.Tell = append(s.Tell, group)
			}
		}
	}
	return s, n - len(l.Steps), true
}

// After returns how long after an alert a step comes if nothing is late.
func (l Ladder) After(n int) time.Duration {
	s, again, ok := l.Step(n)
	if !ok {
		return 0
	}
	if again > 0 {
		s.AfterS = l.Steps[len(l.Steps)-1].AfterS + again*l.RepeatS
	}
	return time.Duration(s.AfterS) * time.Second
}

// Insists says that further steps or repetitions follow until somebody acknowledges.
func (l Ladder) Insists() bool { return len(l.Steps) > 1 || l.RepeatS > 0 }

// Due returns when a step is due of an alert that was stored at an instant; nil if there is no such step. A step whose instant has passed
// is due at once, so that an outage delays it and skips nobody. A repetition always waits RepeatS from now, so
// that an outage is not made up for by ten messages at once.
func (l Ladder) Due(n int, stored, now time.Time) *time.Time {
	s, again, ok := l.Step(n)
	if !ok {
		return nil
	}
	at := stored.Add(time.Duration(s.AfterS) * time.Second)
	if again > 0 {
		at = now.Add(time.Duration(l.RepeatS) * time.Second)
	}
	return &at
}

// Person is somebody who may be told of an alert: an active supervisor or admin of the company.
type Person struct {
	ID   string `db:"id"`
	Role string `db:"role"`
	// OfTeam says that the person shares a team with the alert's user.
	OfTeam bool `db:"of_team"`
	// Device says that the person has a device that takes pushes.
	Device bool `db:"device"`
}

// People returns whom a step tells of an alert about a user. A step that finds nobody in its groups tells the admins at once, and all
// supervisors if there are no others: so also of somebody who is on no team.
func (s Step) People(all []Person, user string) (told []Person) {
	if len(s.Tell) == 0 {
		return nil
	}
	for _, groups := range [][]string{s.Tell, {Admins}, {Supervisors}} {
		for _, p := range all {
			if p.ID != user && slices.ContainsFunc(groups, p.isOne) {
				told = append(told, p)
			}
		}
		if len(told) > 0 {
			break
		}
	}
	return told
}

func (p Person) isOne(group string) bool {
	switch group {
	case TeamSupervisors:
		return p.Role == audience.RoleSupervisor && p.OfTeam
	case Supervisors:
		return p.Role == audience.RoleSupervisor
	case Admins:
		return p.Role == audience.RoleAdmin
	}
	return false
}

// Reaches says whether any step from a number on can reach anybody: a person with a device, or a webhook if the company has one.
func (l Ladder) Reaches(from int, all []Person, user string, hook bool) bool {
	for n := from; ; n++ {
		s, _, ok := l.Step(n)
		if !ok {
			return false
		}
		if s.Webhook && hook || slices.ContainsFunc(s.People(all, user), func(p Person) bool { return p.Device }) {
			return true
		}
	}
}
