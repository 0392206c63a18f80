package api

import (
	"context"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

// zoneSettings are a company's parameters. A client writes all of them together.
type zoneSettings struct {
	ExitBufferM  float64 `json:"exit_buffer_m" minimum:"1" maximum:"1000" doc:"how far outside a zone a position is still near it, metres; one and a half times the position's own accuracy counts when that is more"`
	ConfirmFixes int     `json:"confirm_fixes" minimum:"1" maximum:"20" doc:"positions in a row that confirm that somebody is outside, or back"`
	ConfirmS     int     `json:"confirm_s" minimum:"0" maximum:"3600" doc:"seconds that they span at least; they also gather 2,500 metre seconds beyond the border and its buffer, or with less than 60 s in proportion less"`
	MaxAccuracyM float64 `json:"max_accuracy_m" minimum:"10" maximum:"100" doc:"a position that is less accurate is not judged, metres"`
	MaxAgeS      int     `json:"max_age_s" minimum:"60" maximum:"86400" doc:"what was received later than this after its recording raises no live alert"`
	MaxGapS      int     `json:"max_gap_s" minimum:"60" maximum:"86400" doc:"of a longer time between two positions only confirm_s counts, and what was confirmed before is confirmed anew"`
}

type settingsBody struct{ Body zoneSettings }

func (s *service) settings(ctx context.Context, who auth.Claims, _ *struct{}) (*settingsBody, error) {
	p, err := s.zones.Settings(ctx, who.Company)
	return &settingsBody{zoneSettings{
		ExitBufferM: p.BufferM, ConfirmFixes: p.ConfirmFixes, ConfirmS: int(p.ConfirmFor / time.Second), MaxAccuracyM: p.MaxAccuracyM,
		MaxAgeS: int(p.MaxAge / time.Second), MaxGapS: int(p.MaxGap / time.Second),
	}}, err
}

func (s *service) setSettings(ctx context.Context, who auth.Claims, in *settingsBody) (*settingsBody, error) {
	b := in.Body
	p := plan.Settings{BufferM: b.ExitBufferM, Params: rule.Params{
		ConfirmFixes: b.ConfirmFixes, ConfirmFor: time.Duration(b.ConfirmS) * time.Second, MaxAccuracyM: b.MaxAccuracyM,
		MaxAge: time.Duration(b.MaxAgeS) * time.Second, MaxGap: time.Duration(b.MaxGapS) * time.Second,
	}}
	return in, s.edit(ctx, who, func(e *store.Edit) error { return e.SetSettings(ctx, p) })
}
