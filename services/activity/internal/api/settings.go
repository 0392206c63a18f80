package api

import (
	"context"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity/internal/store"
)

// ActivitySettings are what a company decides about its visits. A client writes all of them together.
type ActivitySettings struct {
	CheckInPolicy string `json:"check_in_policy" enum:"note,reason,refuse" doc:"of a check-in beyond check_in_max_m: note it, take it only with a reason, or refuse it"`
	CheckInMaxM   int    `json:"check_in_max_m" minimum:"0" maximum:"100000" doc:"how far from the edge of the site a check-in may be, metres. The accuracy, up to 200 m of it, counts in the worker's favour"`
	CloseAt       string `json:"close_at" maxLength:"5" doc:"when the day is closed, local time from 12:00 to 23:59. What is planned already keeps its close" example:"22:00"`
	Tracking      string `json:"tracking,omitempty" enum:"always,on_shift" doc:"when people are tracked; unchanged when left out. With on_shift nobody sees a position that was recorded outside every known shift of its user, a pause being part of its shift. A shift that becomes known later shows what lies in it. What was received since then and is still outside 48 hours later is deleted. At first it is always"`
}

type settingsBody struct{ Body ActivitySettings }

func (s *service) registerSettings(a *httpx.API) {
	op := func(method, id, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{ID: id, Method: method, Path: "/v1/activity-settings", Summary: summary, Tags: []string{"activities"}, Security: httpx.Roles(roles...)}
	}
	httpx.Handle(a, op(http.MethodGet, "get-activity-settings", "What the company decided about its visits"), s.settings)
	httpx.Handle(a, op(http.MethodPut, "set-activity-settings", "Decide about the company's visits", audience.RoleAdmin), s.setSettings)
}

func (s *service) settings(ctx context.Context, who auth.Claims, _ *struct{}) (*settingsBody, error) {
	is, err := s.store.Settings(ctx, who.Company)
	return &settingsBody{ActivitySettings(is)}, err
}

func (s *service) setSettings(ctx context.Context, who auth.Claims, in *settingsBody) (*settingsBody, error) {
	wanted := store.Settings(in.Body)
	if wanted.Check() != nil { // The schema has checked everything else.
		return nil, invalid("body.close_at", "The day is closed at a local time from 12:00 to 23:59, such as 22:00.")
	}
	var is store.Settings
	err := s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) (err error) {
		is, err = s.store.SetSettings(ctx, ch, wanted)
		return err
	})
	return &settingsBody{ActivitySettings(is)}, err
}
