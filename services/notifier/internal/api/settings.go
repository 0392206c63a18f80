package api

import (
	"context"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/alert"
	"github.com/terreno/terreno/services/notifier/internal/escalate"
)

// AlertSettings are what a company decides about its alerts. A client writes all of them together.
type AlertSettings struct {
	UnresolvedDays int    `json:"unresolved_days" minimum:"7" maximum:"3650" doc:"an alert that nobody resolved within so many days of being raised is resolved by rule, in the following night at 02:30 of the company"`
	Version        string `json:"version,omitempty" maxLength:"64" doc:"of the settings that you saw: 409 with the current ones when it is another by now. Left out, whatever holds is written over"`
	// Escalation may be left out by clients that do not know it.
	Escalation *map[string]Ladder `json:"escalation,omitempty" doc:"who is told of an alert, by its type: panico, outside_zone, inactividad, sin_movimiento, bateria_baja, sistema or another one. Left out it stays as it is. A type that is left out has the installation's ladder"`
}

// Ladder is how people are told of alerts of a type until somebody acknowledges.
type Ladder struct {
	Steps       []Step `json:"steps" maxItems:"9" doc:"each tells people who were not told yet. Without steps nobody is told. A panic has a first step within 60 seconds"`
	RepeatS     int    `json:"repeat_s" minimum:"0" maximum:"3600" doc:"after the last step everybody is told again every so many seconds, at least 60; 0 for never"`
	RepeatLimit int    `json:"repeat_limit" minimum:"0" maximum:"12" doc:"how often everybody is told again"`
}

// Step is one step of a ladder.
type Step struct {
	AfterS  int      `json:"after_s" minimum:"0" maximum:"86400" doc:"when it is due, in seconds after the alert was stored"`
	Tell    []string `json:"tell" enum:"team_supervisors,supervisors,admins" doc:"groups; if nobody is in them, the admins are told, or else all supervisors"`
	Webhook bool     `json:"webhook" doc:"webhooks for alerta.escalada are called"`
}

type settingsBody struct{ Body AlertSettings }

func (s *service) settings(ctx context.Context, who auth.Claims, _ *struct{}) (*settingsBody, error) {
	is, err := s.store.Settings(ctx, who.Company)
	return &settingsBody{settingsView(is)}, err
}

func (s *service) setSettings(ctx context.Context, who auth.Claims, in *settingsBody) (*settingsBody, error) {
	var now alert.Settings
	err := s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) (err error) {
		now, err = s.store.SetSettings(ctx, ch, settingsOf(in.Body), in.Body.Version)
		return err
	})
	return &settingsBody{settingsView(now)}, err
}

func settingsOf(b AlertSettings) alert.Settings {
	is := alert.Settings{UnresolvedDays: b.UnresolvedDays}
	if b.Escalation == nil {
		return is
	}
	is.Escalation = escalate.Plans{}
	for kind, l := range *b.Escalation {
		steps := make([]escalate.Step, len(l.Steps))
		for i, s := range l.Steps {
			steps[i] = escalate.Step(s)
		}
		is.Escalation[kind] = escalate.Ladder{Steps: steps, RepeatS: l.RepeatS, RepeatLimit: l.RepeatLimit}
	}
	return is
}

func settingsView(is alert.Settings) AlertSettings {
	ladders := map[string]Ladder{}
	for kind, l := range is.Escalation.All() {
		steps := make([]Step, len(l.Steps))
		for i, s := range l.Steps {
			steps[i] = Step(s)
			steps[i].Tell = append([]string{}, s.Tell...)
		}
		ladders[kind] = Ladder{Steps: steps, RepeatS: l.RepeatS, RepeatLimit: l.RepeatLimit}
	}
	return AlertSettings{UnresolvedDays: is.UnresolvedDays, Escalation: &ladders, Version: is.Version()}
}
