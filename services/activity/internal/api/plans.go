package api

import (
	"context"
	"fmt"
	"net/http"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clientjson"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity/internal/plan"
	"github.com/terreno/terreno/services/activity/internal/store"
)

// PlanWindow is planned work on one day of each week.
type PlanWindow struct {
	Day  int    `json:"day" minimum:"1" maximum:"7" doc:"of the week, on which it begins: 1 is Monday, 7 is Sunday"`
	From string `json:"from" maxLength:"5" doc:"local time" example:"18:00"`
	To   string `json:"to" maxLength:"5" doc:"local time; if it is not after from, it is on the next day" example:"06:00"`
}

// NewShiftPlan is a week of work as a client writes it.
type NewShiftPlan struct {
	Zone       string       `json:"zone,omitempty" maxLength:"64" doc:"IANA time zone of the windows; the company's when left out" example:"America/Tijuana"`
	OnHolidays bool         `json:"on_holidays,omitempty" doc:"holidays are days like others"`
	Windows    []PlanWindow `json:"windows" nullable:"false" maxItems:"56" doc:"they do not overlap. None: nothing is planned"`
	Version    int64        `json:"version" minimum:"0" doc:"of the plan that you saw, 0 if it had none: 409 with the current plan when it is another by now"`
}

// ShiftPlan is the week of work of a company, a team or a user.
type ShiftPlan struct {
	Scope      string              `json:"scope" enum:"company,team,user"`
	ID         string              `json:"id" doc:"of the team or the user; empty for the company"`
	Name       string              `json:"name,omitempty" doc:"of the team or the user; in lists"`
	Exists     bool                `json:"exists" doc:"false: the plan of the user's teams holds, else the company's, else none"`
	Zone       string              `json:"zone" doc:"empty for the company's"`
	OnHolidays bool                `json:"on_holidays"`
	Windows    []PlanWindow        `json:"windows" doc:"from Monday to Sunday"`
	Version    int64               `json:"version" doc:"0: there never was one"`
	UpdatedAt  *clientjson.Instant `json:"updated_at,omitempty"`
	UpdatedBy  string              `json:"updated_by,omitempty" doc:"id of a user"`
}

type (
	// ShiftPlanID is in the address.
	ShiftPlanID struct {
		ID string `path:"id" maxLength:"64"`
	}
	shiftPlanOutput struct{ Body ShiftPlan }
	putPlanInput    struct{ Body NewShiftPlan }
	putPlanOfInput  struct {
		ShiftPlanID
		Body NewShiftPlan
	}
	// ShiftPlanVersion is in the address.
	ShiftPlanVersion struct {
		Version int64 `query:"version" required:"true" minimum:"0" doc:"of the plan that you saw"`
	}
	removePlanOfInput struct {
		ShiftPlanID
		ShiftPlanVersion
	}
	shiftPlansInput struct{ httpx.Page }
	// ShiftPlanList is a page of plans.
	ShiftPlanList struct {
		Plans []ShiftPlan `json:"plans"`
		Next  string      `json:"next,omitempty" doc:"cursor of the next page; absent on the last page"`
	}
	shiftPlansOutput struct{ Body ShiftPlanList }
)

func (s *service) registerPlans(a *httpx.API) {
	op := func(method, path, id, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"shifts"}, Security: httpx.Roles(roles...), Refuse: problem}
	}
	httpx.Handle(a, op(http.MethodGet, "/v1/shift-plans", "list-shift-plans", "The plans of work that you may see: the company's, your teams' and their users'"), s.plans)
	company := store.PlanScope{Kind: store.ScopeCompany}
	const why = ". Of the plans of a user, its teams and the company, the narrowest holds. Of several teams, all do"
	httpx.Handle(a, op(http.MethodGet, "/v1/shift-plans/company", "get-company-shift-plan", "When the company works"+why),
		func(ctx context.Context, who auth.Claims, _ *struct{}) (*shiftPlanOutput, error) {
			return s.plan(ctx, who, company)
		})
	httpx.Handle(a, op(http.MethodPut, "/v1/shift-plans/company", "set-company-shift-plan", "Plan when the company works", audience.RoleAdmin),
		func(ctx context.Context, who auth.Claims, in *putPlanInput) (*shiftPlanOutput, error) {
			return s.putPlan(ctx, who, company, in.Body)
		})
	httpx.Handle(a, op(http.MethodDelete, "/v1/shift-plans/company", "remove-company-shift-plan", "Remove the company's plan: whoever has no other has none", audience.RoleAdmin),
		func(ctx context.Context, who auth.Claims, in *ShiftPlanVersion) (*shiftPlanOutput, error) {
			return s.setPlan(ctx, who, company, nil, in.Version)
		})
	for _, kind := range []string{store.ScopeTeam, store.ScopeUser} {
		path := "/v1/shift-plans/" + kind + "/{id}"
		httpx.Handle(a, op(http.MethodGet, path, "get-"+kind+"-shift-plan", "The plan of a "+kind+why),
			func(ctx context.Context, who auth.Claims, in *ShiftPlanID) (*shiftPlanOutput, error) {
				return s.plan(ctx, who, store.PlanScope{Kind: kind, ID: in.ID})
			})
		httpx.Handle(a, op(http.MethodPut, path, "set-"+kind+"-shift-plan", "Plan when a "+kind+" works", office...),
			func(ctx context.Context, who auth.Claims, in *putPlanOfInput) (*shiftPlanOutput, error) {
				return s.putPlan(ctx, who, store.PlanScope{Kind: kind, ID: in.ID}, in.Body)
			})
		httpx.Handle(a, op(http.MethodDelete, path, "remove-"+kind+"-shift-plan", "Remove the plan of a "+kind+": the wider one holds again", office...),
			func(ctx context.Context, who auth.Claims, in *removePlanOfInput) (*shiftPlanOutput, error) {
				return s.setPlan(ctx, who, store.PlanScope{Kind: kind, ID: in.ID}, nil, in.Version)
			})
	}
	httpx.Handle(a, op(http.MethodGet, "/v1/shift-plans/of/{id}", "get-planned-work", "When a user is planned to work in a period, as instants"), s.planned)
	httpx.Handle(a, op(http.MethodGet, "/v1/holidays", "get-holidays", "The company's holidays: nobody is planned to work on them whose plan does not say so"), s.holidays)
	httpx.Handle(a, op(http.MethodPut, "/v1/holidays", "set-holidays", "Replace the company's holidays", audience.RoleAdmin), s.setHolidays)
}

func planOf(p store.ShiftPlan) ShiftPlan {
	view := ShiftPlan{
		Scope: p.Kind, ID: p.ID, Name: p.Name, Exists: !p.Removed, Zone: p.Zone, OnHolidays: p.OnHolidays, Windows: []PlanWindow{},
		Version: p.Version, UpdatedAt: maybe(p.UpdatedAt), UpdatedBy: p.UpdatedBy,
	}
	for _, w := range p.Windows {
		view.Windows = append(view.Windows, PlanWindow(w))
	}
	return view
}

func (s *service) plan(ctx context.Context, who auth.Claims, scope store.PlanScope) (*shiftPlanOutput, error) {
	p, err := s.store.Plan(ctx, who, scope)
	return &shiftPlanOutput{planOf(p)}, err
}

func (s *service) plans(ctx context.Context, who auth.Claims, in *shiftPlansInput) (*shiftPlansOutput, error) {
	after, err := httpx.DecodeCursor[store.PlanScope](in.Cursor)
	if err != nil {
		return nil, err
	}
	rows, err := s.store.Plans(ctx, who, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &shiftPlansOutput{}
	rows, out.Body.Next = httpx.Cut(rows, in.Limit, func(last store.ShiftPlan) store.PlanScope { return last.PlanScope })
	out.Body.Plans = make([]ShiftPlan, len(rows))
	for i, p := range rows {
		out.Body.Plans[i] = planOf(p)
	}
	return out, nil
}

func (s *service) putPlan(ctx context.Context, who auth.Claims, scope store.PlanScope, b NewShiftPlan) (*shiftPlanOutput, error) {
	wanted := plan.Plan{Zone: b.Zone, OnHolidays: b.OnHolidays}
	for _, w := range b.Windows {
		wanted.Windows = append(wanted.Windows, plan.Window(w))
	}
	wanted, err := wanted.Clean()
	if err != nil {
		return nil, faultAt("body.", err)
	}
	return s.setPlan(ctx, who, scope, &wanted, b.Version)
}

// setPlan is idempotent by the version: repeated, it finds the plan as it should be and changes nothing.
func (s *service) setPlan(ctx context.Context, who auth.Claims, scope store.PlanScope, wanted *plan.Plan, version int64) (*shiftPlanOutput, error) {
	out := &shiftPlanOutput{}
	return out, s.changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) error {
		p, err := s.store.SetPlan(ctx, ch, who, scope, wanted, version)
		out.Body = planOf(p)
		return err
	})
}

func planChanged(e *store.PlanConflictError) error {
	return httpx.Problem(http.StatusConflict, "shift_plan_changed",
		fmt.Sprintf("User %s changed this plan meanwhile, at %s. current is how it is now: repeat your change on it.", e.Current.UpdatedBy, e.Current.UpdatedAt.UTC().Format(changedAt)),
		httpx.Current(planOf(e.Current)))
}
