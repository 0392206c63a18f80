package people

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/identity/internal/password"
)

// UserView is a user as clients read it.
type UserView struct {
	ID            string   `json:"id"`
	Name          string   `json:"name"`
	Email         string   `json:"email,omitempty"`
	Phone         string   `json:"phone,omitempty"`
	PayrollNumber string   `json:"payroll_number,omitempty"`
	Role          string   `json:"role" enum:"admin,supervisor,colaborador,platform_admin"`
	Active        bool     `json:"active"`
	Teams         []string `json:"teams" doc:"ids of the teams that a colaborador works in or a supervisor watches"`
	Version       int64    `json:"version" doc:"rises with every change"`
}

func viewUser(u User) UserView {
	return UserView{
		ID: u.ID, Name: u.Name, Email: u.Email, Phone: u.Phone, PayrollNumber: u.PayrollNumber, Role: u.Role, Active: u.Active,
		Teams: append([]string{}, u.Teams...), Version: u.Version,
	}
}

// Person holds the data of a new user.
type Person struct {
	ID            string   `json:"id,omitempty" maxLength:"64" doc:"made up when left out"`
	Name          string   `json:"name" maxLength:"800"`
	Email         string   `json:"email,omitempty" maxLength:"254"`
	Phone         string   `json:"phone,omitempty" maxLength:"64"`
	PayrollNumber string   `json:"payroll_number,omitempty" maxLength:"256"`
	Teams         []string `json:"teams,omitempty" maxItems:"50"`
	Password      string   `json:"password,omitempty" maxLength:"1024" doc:"without one the user cannot sign in until an admin sets it"`
}

type (
	// UserID is the user in the path.
	UserID struct {
		ID string `path:"id" maxLength:"64"`
	}
	userOutput struct{ Body UserView }
	// meView is the user who asks, and what everybody of a company may know of it: its name and its time zone.
	meView struct {
		UserView
		Company *companyView `json:"company,omitempty" doc:"absent for platform admins, who have none"`
	}
	meOutput struct{ Body meView }

	listUsersInput struct {
		httpx.Page
		Role   string `query:"role" enum:"admin,supervisor,colaborador"`
		Team   string `query:"team" maxLength:"64"`
		Active string `query:"active" enum:"true,false"`
		Text   string `query:"q" maxLength:"100" doc:"part of a name, e-mail address, phone or payroll number"`
	}
	listUsersOutput struct {
		Body struct {
			Users []UserView `json:"users"`
			Next  string     `json:"next,omitempty" doc:"cursor of the next page"`
		}
	}
	newUserInput struct {
		httpx.Keyed
		Body struct {
			Person
			Role string `json:"role" enum:"admin,supervisor,colaborador"`
		}
	}
	changeUserInput struct {
		UserID
		Body struct {
			Name          *string   `json:"name,omitempty" maxLength:"800"`
			Email         member    `json:"email,omitempty"`
			Phone         member    `json:"phone,omitempty"`
			PayrollNumber member    `json:"payroll_number,omitempty"`
			Role          *string   `json:"role,omitempty" enum:"admin,supervisor,colaborador"`
			Active        *bool     `json:"active,omitempty"`
			Teams         *[]string `json:"teams,omitempty" maxItems:"50"`
		}
	}
)

func (a *API) registerUsers(api *httpx.API) {
	handle(api, operation("users", "list-users", http.MethodGet, "/v1/users", "The users that you may see", companys), a.listUsers)
	handle(api, operation("users", "me", http.MethodGet, "/v1/users/me", "Yourself", anyone),
		func(ctx context.Context, who Reader, _ *struct{}) (*meOutput, error) { return a.me(ctx, who) })
	handle(api, operation("users", "get-user", http.MethodGet, "/v1/users/{id}", "One user that you may see", companys),
		func(ctx context.Context, who Reader, in *UserID) (*userOutput, error) { return a.user(ctx, who, in.ID) })
	handle(api, operation("users", "change-user", http.MethodPatch, "/v1/users/{id}", "Change a user", adminOnly), a.changeUser)
	handle(api, operation("users", "deactivate-user", http.MethodDelete, "/v1/users/{id}",
		"Deactivate a user: no session of it is good any more, its history stays", adminOnly), a.deactivateUser)
	create := operation("users", "create-user", http.MethodPost, "/v1/users", "Create a user", adminOnly)
	create.Status = http.StatusCreated
	handle(api, create, a.createUser)
}

func (a *API) listUsers(ctx context.Context, who Reader, in *listUsersInput) (*listUsersOutput, error) {
	p, err := page(in.Page)
	if err != nil {
		return nil, err
	}
	f := Filter{Role: in.Role, Team: in.Team, Text: text.Clean(in.Text)}
	if in.Active != "" {
		active := in.Active == "true"
		f.Active = &active
	}
	users, err := a.Store.Users(ctx, who, f, p)
	if err != nil {
		return nil, err
	}
	out := &listUsersOutput{}
	users, out.Body.Next = httpx.Cut(users, in.Limit, func(u User) Mark { return Mark{u.Name, u.ID} })
	out.Body.Users = []UserView{}
	for _, u := range users {
		out.Body.Users = append(out.Body.Users, viewUser(u))
	}
	return out, nil
}

func (a *API) user(ctx context.Context, who Reader, id string) (*userOutput, error) {
	u, err := a.Store.User(ctx, who, id)
	return &userOutput{viewUser(u)}, err
}

func (a *API) me(ctx context.Context, who Reader) (*meOutput, error) {
	u, err := a.Store.User(ctx, who, who.ID)
	if err != nil {
		return nil, err
	}
	out := &meOutput{meView{UserView: viewUser(u)}}
	if who.Company == change.Platform {
		return out, nil
	}
	c, err := a.Store.Company(ctx, who.Company)
	if err != nil {
		return nil, err
	}
	view := viewCompany(c)
	out.Body.Company = &view
	return out, nil
}

func (a *API) createUser(ctx context.Context, who Reader, in *newUserInput) (*httpx.Answer[UserView], error) {
	u, err := a.newUser(ctx, who.Company, in.Body.Role, in.Body.Person)
	if err != nil {
		return nil, err
	}
	in.Body.Password = "" // the hash of a request is kept, and a short secret could be guessed from it
	return create(ctx, a, who, in.Keyed, "create-user", in.Body, func(ctx context.Context, ch *change.Change) (UserView, error) {
		added, err := addUser(ctx, ch, u)
		return viewUser(added), err
	})
}

// newUser checks the data of a user and hashes the password. It runs outside the transaction because hashing takes too long.
func (a *API) newUser(ctx context.Context, company, role string, p Person) (User, error) {
	if p.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return User{}, err
		}
		p.ID = id.String()
	}
	if err := checkID(p.ID); err != nil {
		return User{}, err
	}
	u, err := User{
		Company: company, ID: p.ID, Name: p.Name, Email: p.Email, Phone: p.Phone, PayrollNumber: p.PayrollNumber, Role: role, Active: true,
	}.With(Change{Teams: &p.Teams})
	if err != nil || p.Password == "" {
		return u, err
	}
	u.PasswordHash, err = a.hash(ctx, u, p.Password)
	return u, err
}

func (a *API) hash(ctx context.Context, u User, chosen string) (string, error) {
	if err := password.Check(chosen, u.Email, u.Phone, u.PayrollNumber); err != nil {
		return "", &RefusalError{CodePasswordWeak, err.Error(), "password"}
	}
	return a.Passwords.Hash(ctx, u.Company, chosen)
}

func (a *API) changeUser(ctx context.Context, who Reader, in *changeUserInput) (*userOutput, error) {
	b := in.Body
	u, err := a.Store.ChangeUser(ctx, who, in.ID, func(u User) (User, error) {
		return u.With(Change{
			Name: b.Name, Email: b.Email.change(), Phone: b.Phone.change(), PayrollNumber: b.PayrollNumber.change(),
			Role: b.Role, Active: b.Active, Teams: b.Teams,
		})
	})
	return &userOutput{viewUser(u)}, err
}

func (a *API) deactivateUser(ctx context.Context, who Reader, in *UserID) (*struct{}, error) {
	_, err := a.Store.ChangeUser(ctx, who, in.ID, func(u User) (User, error) {
		u.Active = false
		return u, nil
	})
	return nil, err
}
