package jobs

import (
	"context"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/schedule"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/proto/subject"
)

// API is the HTTP side of the jobs.
type API struct {
	DB      *db.DB
	Changes *change.Changes
	// Clock is domain time.
	Clock clock.Clock
}

type (
	jobView struct {
		Name      string     `json:"name"`
		Service   string     `json:"service" doc:"who runs it"`
		About     string     `json:"about"`
		EveryS    int64      `json:"every_s,omitempty" doc:"seconds between two runs, of a job for all companies"`
		At        string     `json:"at,omitempty" example:"22:00" doc:"local time of each company, of a daily job"`
		NextDueAt *time.Time `json:"next_due_at,omitempty"`
		Last      *runView   `json:"last_run,omitempty"`
	}
	runView struct {
		Job         string     `json:"job"`
		Company     string     `json:"company,omitempty" doc:"absent: the run was for all companies"`
		Slot        string     `json:"slot" doc:"the local date, or the instant, that it was for"`
		DueAt       time.Time  `json:"due_at"`
		State       string     `json:"state" enum:"due,running,done,failed,skipped"`
		Late        bool       `json:"late,omitempty" doc:"began well after it was due"`
		Missed      int        `json:"missed,omitempty" doc:"slots before this one that were passed over"`
		Attempts    int        `json:"attempts"`
		StartedAt   *time.Time `json:"started_at,omitempty"`
		FinishedAt  *time.Time `json:"finished_at,omitempty"`
		Error       string     `json:"error,omitempty" doc:"why it failed or was skipped"`
		RequestedBy string     `json:"requested_by,omitempty" doc:"who asked for it; absent: its time came"`
	}

	// CompanyQuery narrows what is shown.
	CompanyQuery struct {
		Company string `query:"company" maxLength:"64" doc:"what concerns this company; for platform admins"`
	}
	listInput  struct{ CompanyQuery }
	listOutput struct {
		Body struct {
			Jobs []jobView `json:"jobs"`
		}
	}
	// Worker is the part of the address that names the job.
	Worker struct {
		Worker string `path:"worker" maxLength:"64"`
	}
	runsInput struct {
		Worker
		CompanyQuery
		httpx.Page
		State string `query:"state" enum:"due,running,done,failed,skipped"`
	}
	runsOutput struct {
		Body struct {
			Runs []runView `json:"runs" doc:"the newest first"`
			Next string    `json:"next,omitempty" doc:"cursor of the next page"`
		}
	}
	requestInput struct {
		Worker
		httpx.Keyed
		Body struct {
			Date    string `json:"date,omitempty" maxLength:"10" example:"2026-03-08" doc:"of a daily job; left out: the last date whose time has come"`
			Company string `json:"company,omitempty" maxLength:"64" doc:"for platform admins; left out: all companies"`
		}
	}
)

// Register adds the operations to the API.
func (a *API) Register(api *httpx.API) {
	op := func(id, method, path, summary string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"jobs"},
			Security: httpx.Roles(audience.RoleAdmin, audience.RolePlatformAdmin),
		}
	}
	httpx.Handle(api, op("list-jobs", http.MethodGet, "/v1/jobs", "The scheduled jobs, what comes next and what was last"), a.list)
	httpx.Handle(api, op("list-job-runs", http.MethodGet, "/v1/jobs/{worker}/runs", "Runs of a job"), a.runs)
	request := op("run-job", http.MethodPost, "/v1/jobs/{worker}/run", "Run a job now, or again for a past date")
	request.Status = http.StatusAccepted
	httpx.Handle(api, request, a.request)
}

func (a *API) list(ctx context.Context, claims auth.Claims, in *listInput) (*listOutput, error) {
	who, err := asking(claims, in.Company)
	if err != nil {
		return nil, err
	}
	all, err := schedule.Jobs(ctx, a.DB, who.company)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Jobs = []jobView{}
	for _, i := range all {
		v := jobView{
			Name: i.Name, Service: i.Service, About: i.About, EveryS: int64(i.Every / time.Second), At: i.At, NextDueAt: instant(i.NextDueAt),
		}
		if i.Last != nil {
			last := who.view(*i.Last)
			v.Last = &last
		}
		out.Body.Jobs = append(out.Body.Jobs, v)
	}
	return out, nil
}

func (a *API) runs(ctx context.Context, claims auth.Claims, in *runsInput) (*runsOutput, error) {
	who, err := asking(claims, in.Company)
	if err != nil {
		return nil, err
	}
	after, err := httpx.DecodeCursor[schedule.Mark](in.Cursor)
	if err != nil {
		return nil, err
	}
	all, err := schedule.Runs(ctx, a.DB, schedule.Filter{
		Job: in.Worker.Worker, Company: who.company, State: in.State, Limit: in.Limit + 1, After: after,
	})
	if err != nil {
		return nil, problem(err)
	}
	out := &runsOutput{}
	all, out.Body.Next = httpx.Cut(all, in.Limit, schedule.RunInfo.Mark)
	out.Body.Runs = []runView{}
	for _, r := range all {
		out.Body.Runs = append(out.Body.Runs, who.view(r))
	}
	return out, nil
}

func (a *API) request(ctx context.Context, claims auth.Claims, in *requestInput) (*httpx.Answer[runView], error) {
	who, err := asking(claims, in.Body.Company)
	if err != nil {
		return nil, err
	}
	ask := schedule.Ask{Job: in.Worker.Worker, Scope: who.company, Date: in.Body.Date, By: who.principal(), Now: a.Clock.Now()}
	if who.company == "" {
		ask.Scope = schedule.All
	}
	out, err := a.ask(ctx, who, in.Keyed, ask)
	if err != nil {
		return nil, problem(err)
	}
	return out, nil
}

// reader is the caller, as the verified token names them.
type reader struct {
	id       string
	platform bool
	// company is the company whose jobs the caller asks for. Only a platform admin may leave it empty, which means
	// everything.
	company string
}

// asking returns who asks and about which company. A company's admin may name only their own company. The refusal does
// not tell them whether another company exists.
func asking(c auth.Claims, company string) (reader, error) {
	r := reader{id: c.Subject, platform: c.Role == audience.RolePlatformAdmin, company: company}
	if r.platform && company != "" && subject.CheckTenant(company) != nil {
		return r, problem(errNoCompany)
	}
	if r.platform {
		return r, nil
	}
	r.company = c.Company
	if r.company == "" || company != "" && company != c.Company {
		return r, httpx.Problem(http.StatusForbidden, "forbidden", "You may see and run jobs for your own company alone. Leave company out.")
	}
	return r, nil
}

// principal returns the name under which the caller acts. It keeps a platform admin, who acts in a company, apart from a
// user of that company with the same id.
func (r reader) principal() string {
	if r.platform {
		return "platform/" + r.id
	}
	return r.id
}

// view is a run as the reader may see it.
func (r reader) view(i schedule.RunInfo) runView {
	v := runView{
		Job: i.Job, Company: i.Scope, Slot: i.Slot, DueAt: i.DueAt, State: i.State, Late: i.Late, Missed: i.Missed, Attempts: i.Attempts,
		StartedAt: instant(i.StartedAt), FinishedAt: instant(i.FinishedAt), Error: i.Error, RequestedBy: i.RequestedBy,
	}
	if i.Scope == schedule.All {
		v.Company = ""
		if !r.platform { // the text may name other companies
			v.Error, v.RequestedBy = "", ""
		}
	}
	return v
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
