package api

import (
	"context"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/notifier/internal/alert"
)

// AlertSettings are what a company decides about its alerts. A client writes all of them together.
type AlertSettings struct {
	UnresolvedDays int `json:"unresolved_days" minimum:"7" maximum:"3650" doc:"an alert that nobody resolved within so many days of being raised is resolved by rule, in the following night at 02:30 of the company"`
}

type settingsBody struct{ Body AlertSettings }

func (s *service) settings(ctx context.Context, who auth.Claims, _ *struct{}) (*settingsBody, error) {
	is, err := s.store.Settings(ctx, who.Company)
	return &settingsBody{AlertSettings(is)}, err
}

func (s *service) setSettings(ctx context.Context, who auth.Claims, in *settingsBody) (*settingsBody, error) {
	return in, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		return s.store.SetSettings(ctx, ch, alert.Settings(in.Body))
	})
}
