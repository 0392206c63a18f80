package api

import (
	"context"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
)

// Silence is somebody from whom no position comes, or who does not move.
type Silence struct {
	UserID    string   `json:"user_id"`
	Kind      string   `json:"kind" enum:"inactividad,sin_movimiento"`
	Since     instant  `json:"since" doc:"from when it counts"`
	LastFixAt *instant `json:"last_fix_at,omitempty" doc:"when the last position was recorded that people may see; absent if there was never one"`
	Cause     string   `json:"cause,omitempty" enum:"unknown,battery_empty,permission_withdrawn,permission_reduced,location_off,app_closed,battery_saver,airplane_mode" doc:"the likeliest cause, as far as the phone said"`
	CauseAt   *instant `json:"cause_at,omitempty" doc:"when the phone said so; absent if that was outside the shifts of somebody who is tracked in them only"`
	Battery   *float32 `json:"battery,omitempty" doc:"last charge that is known, 0 to 1"`
	AlertID   string   `json:"alert_id"`
}

// SystemTrouble is something that is wrong with the system, and no fault of the people.
type SystemTrouble struct {
	Cause    string  `json:"cause" enum:"shared_silence,storage_behind"`
	Since    instant `json:"since"`
	People   int     `json:"people" doc:"how many are silent"`
	PeopleOf int     `json:"people_of" doc:"of how many who were reporting"`
	Scope    string  `json:"scope" enum:"company,installation"`
}

// SilenceList is who is silent now.
type SilenceList struct {
	Silences []Silence      `json:"silences" nullable:"false" doc:"of the people whom you may see, oldest first, at most 5000"`
	System   *SystemTrouble `json:"system" doc:"for admins; null if nothing is wrong"`
}

type silencesOutput struct{ Body SilenceList }

func (s *service) registerSilences(a *httpx.API) {
	httpx.Handle(a, httpx.Operation{
		ID: "list-silences", Method: http.MethodGet, Path: "/v1/silences", Summary: "Who is silent or does not move now, and why", Tags: []string{"inactivity"},
		Security: httpx.Roles(), Refuse: problem,
	}, s.silences)
}

func (s *service) silences(ctx context.Context, who auth.Claims, _ *struct{}) (*silencesOutput, error) {
	list, system, err := s.store.Open(ctx, who)
	if err != nil {
		return nil, err
	}
	out := &silencesOutput{SilenceList{Silences: []Silence{}}}
	for _, o := range list {
		out.Body.Silences = append(out.Body.Silences, Silence{
			UserID: o.User, Kind: o.Kind, Since: clientjson.At(o.Since), LastFixAt: clientjson.Maybe(o.Why.LastFixAt),
			Cause: o.Why.Cause, CauseAt: clientjson.Maybe(o.Why.CauseAt), Battery: o.Why.Battery, AlertID: o.AlertID,
		})
	}
	if system != nil && who.Role == audience.RoleAdmin {
		out.Body.System = &SystemTrouble{Cause: system.Cause, Since: clientjson.At(system.Since), People: system.People, PeopleOf: system.PeopleOf, Scope: system.Scope}
	}
	return out, nil
}
