package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/inactivity/internal/hours"
	"github.com/terreno/terreno/services/inactivity/internal/store"
)

// WorkWindow is a time of work on some days of the week.
type WorkWindow struct {
	Days  []int  `json:"days" nullable:"false" minItems:"1" maxItems:"7" doc:"on which it begins: 1 for Monday to 7 for Sunday"`
	From  string `json:"from" maxLength:"5" example:"08:00" doc:"local time of the company"`
	Until string `json:"until" maxLength:"5" example:"17:00" doc:"on the next day when it is not after from"`
}

// NewInactivitySettings are decided together.
type NewInactivitySettings struct {
	SilenceAfterS  int          `json:"silence_after_s" minimum:"300" maximum:"86400" doc:"how long somebody may send no position before an alert, seconds; at first 1800"`
	Expected       string       `json:"expected" enum:"auto,shifts,hours,always" doc:"when people are expected to report. auto: in their shifts if the company had one in the last 30 days, else in hours if there are any here or in the company's settings, else always. With hours and always only whoever has reported in the last 30 days is expected. A company that tracks people only in their shifts expects nobody outside them, whatever is said here"`
	Hours          []WorkWindow `json:"hours,omitempty" maxItems:"50" doc:"weekly hours of work. Without any, a team or a user has those of the company"`
	MovementAfterS int          `json:"movement_after_s,omitempty" minimum:"0" maximum:"7200" doc:"how long somebody may stay at one spot before an alert, seconds: 0 for never, else at least 300"`
	LowBatteryPct  *int         `json:"low_battery_pct,omitempty" minimum:"0" maximum:"50" doc:"at which charge of a phone that does not charge there is an alert, percent: 0 for never; at first 15. Left out or null, what holds goes on"`
	Version        int64        `json:"version" minimum:"0" doc:"of the settings that you saw, 0 if there were none: 409 with the current ones when it is another by now"`
}

// InactivitySettings are what holds.
type InactivitySettings struct {
	Scope          string              `json:"scope" enum:"user,team,company,default" doc:"whose settings these are: for a user its own, else of its teams those that wait longest, else the company's, else what holds while nobody has decided"`
	ID             string              `json:"id,omitempty" doc:"of that user, team or company; absent while nobody has decided"`
	SilenceAfterS  int                 `json:"silence_after_s"`
	Expected       string              `json:"expected" enum:"auto,shifts,hours,always"`
	Hours          []WorkWindow        `json:"hours" nullable:"false"`
	MovementAfterS int                 `json:"movement_after_s"`
	LowBatteryPct  int                 `json:"low_battery_pct"`
	Version        int64               `json:"version" doc:"of what was decided for exactly whom you asked; 0 if nothing was: then what scope and id name holds"`
	UpdatedAt      *clientjson.Instant `json:"updated_at,omitempty"`
	UpdatedBy      string              `json:"updated_by,omitempty" doc:"id of a user"`
}

type (
	// TeamID is in the address.
	TeamID struct {
		ID string `path:"id" maxLength:"64" doc:"id of a team"`
	}
	settingsOutput struct{ Body InactivitySettings }
	setInput       struct{ Body NewInactivitySettings }
	setTeamInput   struct {
		TeamID
		Body NewInactivitySettings
	}
	setUserInput struct {
		UserID
		Body NewInactivitySettings
	}
)

func (s *service) registerSettings(a *httpx.API) {
	op := func(method, path, id, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{ID: id, Method: method, Path: "/v1/inactivity-settings" + path, Summary: summary, Tags: []string{"inactivity"}, Security: httpx.Roles(roles...), Refuse: problem}
	}
	admin, supervisor := audience.RoleAdmin, audience.RoleSupervisor
	httpx.Handle(a, op(http.MethodGet, "", "get-inactivity-settings", "When the company is told that somebody is silent"), func(ctx context.Context, who auth.Claims, _ *struct{}) (*settingsOutput, error) {
		return s.settings(ctx, who, store.OfCompany, who.Company)
	})
	httpx.Handle(a, op(http.MethodPut, "", "set-inactivity-settings", "Decide when the company is told that somebody is silent", admin), func(ctx context.Context, who auth.Claims, in *setInput) (*settingsOutput, error) {
		return s.setSettings(ctx, who, store.OfCompany, who.Company, in.Body)
	})
	httpx.Handle(a, op(http.MethodGet, "/teams/{id}", "get-team-inactivity-settings", "What holds for a team, and whose settings these are", admin, supervisor), func(ctx context.Context, who auth.Claims, in *TeamID) (*settingsOutput, error) {
		return s.settings(ctx, who, store.OfTeam, in.ID)
	})
	team := op(http.MethodPut, "/teams/{id}", "set-team-inactivity-settings", "Decide for the members of a team", admin)
	team.Description = "They hold for its members in place of the company's. Of several teams of a user those hold that wait longest."
	httpx.Handle(a, team, func(ctx context.Context, who auth.Claims, in *setTeamInput) (*settingsOutput, error) {
		return s.setSettings(ctx, who, store.OfTeam, in.ID, in.Body)
	})
	httpx.Handle(a, op(http.MethodDelete, "/teams/{id}", "delete-team-inactivity-settings", "Let the company's settings hold for a team", admin), func(ctx context.Context, who auth.Claims, in *TeamID) (*struct{}, error) {
		return s.dropSettings(ctx, who, store.OfTeam, in.ID)
	})
	httpx.Handle(a, op(http.MethodGet, "/users/{id}", "get-user-inactivity-settings", "What holds for a user, and whose settings these are", admin, supervisor), func(ctx context.Context, who auth.Claims, in *UserID) (*settingsOutput, error) {
		return s.settings(ctx, who, store.OfUser, in.ID)
	})
	httpx.Handle(a, op(http.MethodPut, "/users/{id}", "set-user-inactivity-settings", "Decide for a user, whatever its teams and its company decided", admin), func(ctx context.Context, who auth.Claims, in *setUserInput) (*settingsOutput, error) {
		return s.setSettings(ctx, who, store.OfUser, in.ID, in.Body)
	})
	httpx.Handle(a, op(http.MethodDelete, "/users/{id}", "delete-user-inactivity-settings", "Let the settings of its teams or its company hold for a user", admin), func(ctx context.Context, who auth.Claims, in *UserID) (*struct{}, error) {
		return s.dropSettings(ctx, who, store.OfUser, in.ID)
	})
}

func settingsOf(is store.Setting) InactivitySettings {
	view := InactivitySettings{
		Scope: is.Scope, ID: is.ID, SilenceAfterS: is.SilenceAfterS, Expected: is.Expected, Hours: []WorkWindow{}, MovementAfterS: is.MovementAfterS, LowBatteryPct: is.LowBatteryPct, Version: is.Version,
		UpdatedAt: clientjson.Maybe(is.UpdatedAt), UpdatedBy: is.UpdatedBy,
	}
	for _, w := range is.Hours {
		view.Hours = append(view.Hours, WorkWindow(w))
	}
	return view
}

func (s *service) settings(ctx context.Context, who auth.Claims, scope, id string) (*settingsOutput, error) {
	is, err := s.store.Setting(ctx, who, scope, id)
	return &settingsOutput{settingsOf(is)}, err
}

// setSettings is idempotent by the version: repeated, it finds the settings as they should be and changes nothing.
func (s *service) setSettings(ctx context.Context, who auth.Claims, scope, id string, wanted NewInactivitySettings) (*settingsOutput, error) {
	is := store.Setting{SilenceAfterS: wanted.SilenceAfterS, Expected: wanted.Expected, Hours: hours.Week{}, MovementAfterS: wanted.MovementAfterS, LowBatteryPct: store.AsItIs, Version: wanted.Version}
	if wanted.LowBatteryPct != nil {
		is.LowBatteryPct = *wanted.LowBatteryPct
	}
	for _, w := range wanted.Hours {
		is.Hours = append(is.Hours, hours.Window(w))
	}
	switch err := is.Hours.Check(); {
	case err != nil:
		return nil, httpx.Faulty("body.hours", err.Error())
	case is.Expected == "hours" && len(is.Hours) == 0:
		return nil, httpx.Faulty("body.hours", "must hold at least one window when expected is hours")
	case is.MovementAfterS > 0 && is.MovementAfterS < 300:
		return nil, httpx.Faulty("body.movement_after_s", "must be 0, or 300 to 7200")
	}
	out := &settingsOutput{}
	return out, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		now, err := s.store.SetSetting(ctx, ch, who, scope, id, is)
		out.Body = settingsOf(now)
		return err
	})
}

func (s *service) dropSettings(ctx context.Context, who auth.Claims, scope, id string) (*struct{}, error) {
	return &struct{}{}, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		return s.store.DropSetting(ctx, ch, who, scope, id)
	})
}

func asConflict(err error) (*store.ConflictError, bool) {
	return errors.AsType[*store.ConflictError](err)
}
