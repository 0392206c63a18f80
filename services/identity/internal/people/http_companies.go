package people

import (
	"context"
	"net/http"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
)

type companyView struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Zone     string `json:"zone" doc:"IANA time zone in which its day begins and ends"`
	Status   string `json:"status" enum:"active,suspended"`
	Tracking string `json:"tracking" enum:"always,on_shift"`
	Version  int64  `json:"version" doc:"rises with every change"`
	// Only the answer to a creation has it.
	Admin *UserView `json:"admin,omitempty"`
}

func viewCompany(c Company) companyView {
	return companyView{ID: c.ID, Name: c.Name, Zone: c.Zone, Status: c.Status, Tracking: c.Tracking, Version: c.Version}
}

type (
	// CompanyID is the company in the path.
	CompanyID struct {
		ID string `path:"id" maxLength:"64"`
	}
	companyOutput struct{ Body companyView }

	listCompaniesInput  struct{ httpx.Page }
	listCompaniesOutput struct {
		Body struct {
			Companies []companyView `json:"companies"`
			Next      string        `json:"next,omitempty" doc:"cursor of the next page"`
		}
	}
	newCompanyInput struct {
		httpx.Keyed
		Body struct {
			ID       string  `json:"id" maxLength:"64" doc:"id_empresa: 1 to 64 of A-Z a-z 0-9 _ -; it can never be changed"`
			Name     string  `json:"name" maxLength:"800"`
			Zone     string  `json:"zone" maxLength:"64" example:"America/Mexico_City"`
			Tracking string  `json:"tracking,omitempty" enum:"always,on_shift" default:"always"`
			Admin    *Person `json:"admin,omitempty" doc:"its first admin"`
		}
	}
	changeCompanyInput struct {
		CompanyID
		Body struct {
			Name     *string `json:"name,omitempty" maxLength:"800"`
			Zone     *string `json:"zone,omitempty" maxLength:"64"`
			Tracking *string `json:"tracking,omitempty" enum:"always,on_shift"`
		}
	}
	newAdminInput struct {
		CompanyID
		httpx.Keyed
		Body Person
	}
)

func (a *API) registerCompanies(api *httpx.API) {
	op := func(id, method, path, summary string) httpx.Operation {
		return operation("companies", id, method, path, summary, platform)
	}
	handle(api, op("list-companies", http.MethodGet, "/v1/companies", "All companies"), a.listCompanies)
	create := op("create-company", http.MethodPost, "/v1/companies", "Create a company")
	create.Status = http.StatusCreated
	handle(api, create, a.createCompany)
	handle(api, op("get-company", http.MethodGet, "/v1/companies/{id}", "One company"),
		func(ctx context.Context, _ Reader, in *CompanyID) (*companyOutput, error) {
			c, err := a.Store.Company(ctx, in.ID)
			return &companyOutput{viewCompany(c)}, err
		})
	handle(api, op("change-company", http.MethodPatch, "/v1/companies/{id}", "Change a company"),
		func(ctx context.Context, who Reader, in *changeCompanyInput) (*companyOutput, error) {
			return a.changeCompany(ctx, who, in.ID, func(c Company) (Company, error) {
				return c.With(CompanyChange{Name: in.Body.Name, Zone: in.Body.Zone, Tracking: in.Body.Tracking})
			})
		})
	handle(api, op("suspend-company", http.MethodPost, "/v1/companies/{id}/suspend", "Suspend a company: nobody of it gets in"),
		a.setStatus(StatusSuspended))
	handle(api, op("resume-company", http.MethodPost, "/v1/companies/{id}/resume", "Let a suspended company in again"),
		a.setStatus(StatusActive))
	admin := op("create-admin", http.MethodPost, "/v1/companies/{id}/admins", "Create an admin of a company")
	admin.Status = http.StatusCreated
	handle(api, admin, a.createAdmin)
}

func (a *API) listCompanies(ctx context.Context, _ Reader, in *listCompaniesInput) (*listCompaniesOutput, error) {
	p, err := page(in.Page)
	if err != nil {
		return nil, err
	}
	companies, err := a.Store.Companies(ctx, p)
	if err != nil {
		return nil, err
	}
	out := &listCompaniesOutput{}
	companies, out.Body.Next = httpx.Cut(companies, in.Limit, func(c Company) Mark { return Mark{c.Name, c.ID} })
	out.Body.Companies = []companyView{}
	for _, c := range companies {
		out.Body.Companies = append(out.Body.Companies, viewCompany(c))
	}
	return out, nil
}

func (a *API) createCompany(ctx context.Context, who Reader, in *newCompanyInput) (*httpx.Answer[companyView], error) {
	b := &in.Body
	company, err := Company{ID: b.ID, Name: b.Name, Zone: b.Zone, Status: StatusActive, Tracking: b.Tracking}.checked()
	if err != nil {
		return nil, err
	}
	var admin *User
	if b.Admin != nil {
		u, err := a.newUser(ctx, b.ID, audience.RoleAdmin, *b.Admin)
		if err != nil {
			return nil, within("admin", err)
		}
		admin, b.Admin.Password = &u, ""
	}
	who.Company = b.ID
	return create(ctx, a, who, in.Keyed, "create-company", in.Body, func(ctx context.Context, ch *change.Change) (companyView, error) {
		added, err := addCompany(ctx, ch, company)
		view := viewCompany(added)
		if err != nil || admin == nil {
			return view, err
		}
		u, err := addUser(ctx, ch, *admin)
		first := viewUser(u)
		view.Admin = &first
		return view, within("admin", err)
	})
}

func (a *API) createAdmin(ctx context.Context, who Reader, in *newAdminInput) (*httpx.Answer[UserView], error) {
	if _, err := a.Store.Company(ctx, in.ID); err != nil {
		return nil, err
	}
	u, err := a.newUser(ctx, in.ID, audience.RoleAdmin, in.Body)
	if err != nil {
		return nil, err
	}
	who.Company, in.Body.Password = in.ID, ""
	return create(ctx, a, who, in.Keyed, "create-admin", in.Body, func(ctx context.Context, ch *change.Change) (UserView, error) {
		added, err := addUser(ctx, ch, u)
		return viewUser(added), err
	})
}

func (a *API) changeCompany(ctx context.Context, who Reader, id string, edit func(Company) (Company, error)) (*companyOutput, error) {
	c, err := a.Store.ChangeCompany(ctx, who, id, edit)
	return &companyOutput{viewCompany(c)}, err
}

func (a *API) setStatus(status string) func(context.Context, Reader, *CompanyID) (*companyOutput, error) {
	return func(ctx context.Context, who Reader, in *CompanyID) (*companyOutput, error) {
		return a.changeCompany(ctx, who, in.ID, func(c Company) (Company, error) {
			c.Status = status
			return c, nil
		})
	}
}
