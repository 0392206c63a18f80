package api

import (
	"context"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity/internal/day"
	"github.com/terreno/terreno/services/activity/internal/store"
)

// ActivitySettings are what a company decides about its visits. A client writes all of them together.
type ActivitySettings struct {
	CheckInPolicy string `json:"check_in_policy" enum:"note,reason,refuse" doc:"of a check-in beyond check_in_max_m: note it, take it only with a reason, or refuse it"`
	CheckInMaxM   int    `json:"check_in_max_m" minimum:"0" maximum:"100000" doc:"how far from the edge of the site a check-in may be, metres. The accuracy, up to 200 m of it, counts in the worker's favour"`
	CloseAt       string `json:"close_at" maxLength:"5" doc:"when the day is closed, local time from 12:00 to 23:59; a team may have another. What is open and not yet due moves with it within some minutes, but what is planned until the close of a day keeps it when the new one is earlier" example:"22:00"`
	Tracking      string `json:"tracking,omitempty" enum:"always,on_shift" doc:"when people are tracked; unchanged when left out. With on_shift nobody sees a position that was recorded outside every known shift of its user, a pause being part of its shift. A shift that becomes known later shows what lies in it. What was received since then and is still outside 48 hours later is deleted. At first it is always"`
	Version       int64  `json:"version" minimum:"0" doc:"rises with every change. Send that of the settings that you saw: 409 with the current ones when it is another by now"`
}

type settingsBody struct{ Body ActivitySettings }

// NewTeamClose is when the day of a team is closed.
type NewTeamClose struct {
	CloseAt string `json:"close_at" maxLength:"5" doc:"local time from 12:00 to 23:59; empty to close with the company. The close of a visit is that of its team, else of its worker's teams the latest, else the company's" example:"20:00"`
}

type (
	// TeamClose is a team that decided otherwise than its company.
	TeamClose struct {
		TeamID  string `json:"team_id"`
		Name    string `json:"name"`
		CloseAt string `json:"close_at"`
	}
	// TeamCloses are all of them.
	TeamCloses struct {
		Teams []TeamClose `json:"teams"`
	}
	teamClosesOutput  struct{ Body TeamCloses }
	setTeamCloseInput struct {
		ShiftPlanID
		Body NewTeamClose
	}
	teamCloseOutput struct{ Body NewTeamClose }
)

func (s *service) registerSettings(a *httpx.API) {
	op := func(method, id, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{ID: id, Method: method, Path: "/v1/activity-settings", Summary: summary, Tags: []string{"activities"}, Security: httpx.Roles(roles...), Refuse: problem}
	}
	teams := op(http.MethodGet, "list-team-closes", "The teams whose day is closed at another time than the company's")
	teams.Path += "/teams"
	httpx.Handle(a, teams, s.teamCloses)
	team := op(http.MethodPut, "set-team-close", "Decide when the day of a team is closed", audience.RoleAdmin)
	team.Path += "/teams/{id}"
	httpx.Handle(a, team, s.setTeamClose)
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
		return nil, wrongClose()
	}
	var is store.Settings
	err := s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) (err error) {
		is, err = s.store.SetSettings(ctx, ch, wanted)
		return err
	})
	return &settingsBody{ActivitySettings(is)}, err
}

func settingsChanged(e *store.SettingsConflictError) error {
	return httpx.Problem(http.StatusConflict, "settings_changed", "Somebody changed the settings meanwhile. current is how they are now: repeat your change on them.",
		httpx.Current(ActivitySettings(e.Current)))
}

func wrongClose() error {
	return httpx.Invalid("body.close_at", "The day is closed at a local time from 12:00 to 23:59, such as 22:00.")
}

func (s *service) teamCloses(ctx context.Context, who auth.Claims, _ *struct{}) (*teamClosesOutput, error) {
	list, err := s.store.TeamCloses(ctx, who.Company)
	out := &teamClosesOutput{TeamCloses{Teams: []TeamClose{}}}
	for _, t := range list {
		out.Body.Teams = append(out.Body.Teams, TeamClose{TeamID: t.Team, Name: t.Name, CloseAt: t.CloseAt})
	}
	return out, err
}

// setTeamClose is idempotent: repeated, it finds the close as it should be.
func (s *service) setTeamClose(ctx context.Context, who auth.Claims, in *setTeamCloseInput) (*teamCloseOutput, error) {
	if at := in.Body.CloseAt; at != "" && (day.Close{At: at}).Check() != nil {
		return nil, wrongClose()
	}
	return &teamCloseOutput{in.Body}, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		return s.store.SetTeamClose(ctx, ch, who, in.ID, in.Body.CloseAt)
	})
}
