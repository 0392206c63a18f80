package people

import (
	"context"
	"net/http"

	"github.com/google/uuid"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
)

type teamView struct {
	ID    string   `json:"id"`
	Name  string   `json:"name"`
	Users []string `json:"users" doc:"ids of its members, supervisors included"`
}

func viewTeam(t Team) teamView { return teamView{t.ID, t.Name, append([]string{}, t.Users...)} }

type (
	// TeamID is the team in the path.
	TeamID struct {
		ID string `path:"id" maxLength:"64"`
	}
	teamOutput struct{ Body teamView }

	listTeamsInput  struct{ httpx.Page }
	listTeamsOutput struct {
		Body struct {
			Teams []teamView `json:"teams"`
			Next  string     `json:"next,omitempty" doc:"cursor of the next page"`
		}
	}
	newTeamInput struct {
		httpx.Keyed
		Body struct {
			ID   string `json:"id,omitempty" maxLength:"64" doc:"made up when left out"`
			Name string `json:"name" maxLength:"800"`
		}
	}
	changeTeamInput struct {
		TeamID
		Body struct {
			Name string `json:"name" maxLength:"800"`
		}
	}
	membersInput struct {
		TeamID
		Body struct {
			Users []string `json:"users" maxItems:"1000" doc:"ids of all its members"`
		}
	}
)

func (a *API) registerTeams(api *httpx.API) {
	handle(api, operation("teams", "list-teams", http.MethodGet, "/v1/teams", "The teams that you may see", companys), a.listTeams)
	create := operation("teams", "create-team", http.MethodPost, "/v1/teams", "Create a team", adminOnly)
	create.Status = http.StatusCreated
	handle(api, create, a.createTeam)
	handle(api, operation("teams", "rename-team", http.MethodPatch, "/v1/teams/{id}", "Rename a team", adminOnly), a.renameTeam)
	handle(api, operation("teams", "delete-team", http.MethodDelete, "/v1/teams/{id}", "Delete a team; its members stay", adminOnly),
		func(ctx context.Context, who Reader, in *TeamID) (*struct{}, error) {
			return nil, a.Store.DeleteTeam(ctx, who, in.ID)
		})
	members := operation("teams", "set-members", http.MethodPut, "/v1/teams/{id}/members", "Set who is in a team", adminOnly)
	handle(api, members, a.setMembers)
}

func (a *API) listTeams(ctx context.Context, who Reader, in *listTeamsInput) (*listTeamsOutput, error) {
	p, err := page(in.Page)
	if err != nil {
		return nil, err
	}
	teams, err := a.Store.Teams(ctx, who, p)
	if err != nil {
		return nil, err
	}
	out := &listTeamsOutput{}
	teams, out.Body.Next = httpx.Cut(teams, in.Limit, func(t Team) Mark { return Mark{t.Name, t.ID} })
	out.Body.Teams = []teamView{}
	for _, t := range teams {
		out.Body.Teams = append(out.Body.Teams, viewTeam(t))
	}
	return out, nil
}

func (a *API) createTeam(ctx context.Context, who Reader, in *newTeamInput) (*httpx.Answer[teamView], error) {
	t := Team{ID: in.Body.ID}
	if t.ID == "" {
		id, err := uuid.NewV7()
		if err != nil {
			return nil, err
		}
		t.ID = id.String()
	}
	if err := checkID(t.ID); err != nil {
		return nil, err
	}
	var err error
	if t.Name, err = checkName("name", in.Body.Name); err != nil {
		return nil, err
	}
	return create(ctx, a, who, in.Keyed, "create-team", in.Body, func(ctx context.Context, ch *change.Change) (teamView, error) {
		added, err := addTeam(ctx, ch, t)
		return viewTeam(added), err
	})
}

func (a *API) renameTeam(ctx context.Context, who Reader, in *changeTeamInput) (*teamOutput, error) {
	name, err := checkName("name", in.Body.Name)
	if err != nil {
		return nil, err
	}
	t, err := a.Store.RenameTeam(ctx, who, in.ID, name)
	return &teamOutput{viewTeam(t)}, err
}

func (a *API) setMembers(ctx context.Context, who Reader, in *membersInput) (*teamOutput, error) {
	t, err := a.Store.SetMembers(ctx, who, in.ID, in.Body.Users)
	return &teamOutput{viewTeam(t)}, err
}
