// Package changelog shows the log of who changed what. Each service writes its own log, in the transaction of the change
// (pkg/change), and publishes it. This package joins all of them into one list for a company's admins.
package changelog

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/db"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
)

// API is the HTTP side of the log.
type API struct{ DB *db.DB }

type (
	changeView struct {
		ID      string          `json:"id"`
		At      time.Time       `json:"at"`
		By      string          `json:"by" doc:"a user's id; platform/ and an id: an admin of the platform; system/ and a name: Terreno itself"`
		Address string          `json:"address,omitempty" doc:"where the request came from; absent when nobody asked"`
		What    string          `json:"what" example:"user.changed"`
		Entity  string          `json:"entity" example:"user/ana"`
		Company string          `json:"company,omitempty" doc:"for platform admins"`
		Before  json.RawMessage `json:"before,omitempty" doc:"absent when there was nothing; {\"omitted_bytes\":n} when it is longer than is kept"`
		After   json.RawMessage `json:"after,omitempty" doc:"absent when there is nothing any more"`
	}
	listChangesInput struct {
		httpx.Page
		From    time.Time `query:"from" doc:"made at or after"`
		To      time.Time `query:"to" doc:"made before"`
		Entity  string    `query:"entity" maxLength:"200" doc:"a kind of thing, or one thing" example:"user/ana"`
		By      string    `query:"by" maxLength:"200" doc:"who made it"`
		Company string    `query:"company" maxLength:"64" doc:"for platform admins, of what they did in this company"`
	}
	listChangesOutput struct {
		Body struct {
			Changes []changeView `json:"changes" doc:"the newest first"`
			Next    string       `json:"next,omitempty" doc:"cursor of the next page"`
		}
	}
)

// Register adds the operation to the API.
func (a *API) Register(api *httpx.API) {
	httpx.Handle(api, httpx.Operation{
		ID: "list-changes", Method: http.MethodGet, Path: "/v1/changes", Summary: "Who changed what, when and from where",
		Description: "An admin reads the company's log: users, roles, teams, passwords, sessions, zones, settings, the company itself. " +
			"A platform admin reads what platform admins did.",
		Tags: []string{"changes"}, Security: httpx.Roles(audience.RoleAdmin, audience.RolePlatformAdmin),
	}, a.list)
}

func (a *API) list(ctx context.Context, who auth.Claims, in *listChangesInput) (*listChangesOutput, error) {
	after, err := httpx.DecodeCursor[place](in.Cursor)
	if err != nil {
		return nil, err
	}
	if in.Company != "" && who.Company != change.Platform {
		return nil, httpx.FilterForbidden("company", "Only a platform admin may name a company. You see the log of your own.")
	}
	from, to, err := httpx.Period(in.From, in.To)
	if err != nil {
		return nil, err
	}
	rows, err := a.read(ctx, who.Company, in.Company, filter{from, to, in.Entity, in.By}, after, in.Limit+1)
	if err != nil {
		return nil, err
	}
	out := &listChangesOutput{}
	rows, out.Body.Next = httpx.Cut(rows, in.Limit, func(last row) place { return place{&last.At, last.Source, last.ID} })
	out.Body.Changes = make([]changeView, len(rows))
	for i, r := range rows {
		v := changeView{
			ID: fmt.Sprintf("%s-%d", r.Source, r.ID), At: r.At.UTC(), By: r.By, Address: r.Address, What: r.What, Entity: r.Entity,
			Before: r.Before, After: r.After,
		}
		if who.Company == change.Platform {
			v.Company = r.Company
		}
		out.Body.Changes[i] = v
	}
	return out, nil
}
