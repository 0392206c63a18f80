// Package api is the HTTP side of gateway: who is online, and what a company decides about that.
//
// A colaborador sees itself, a supervisor also the members of its teams, an admin all of the company, as the directory has them now. Nobody
// else is in a list. A 2xx for a change means that it is stored. Nothing here outlives its request.
package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/gateway/internal/presence"
	"github.com/terreno/terreno/services/gateway/internal/store"
)

// People is what the operations ask the directory.
type People interface {
	presence.People
	Ready(ctx context.Context) error
}

// Deps is what the operations need.
type Deps struct {
	Store    *store.Store
	Changes  *change.Changes
	People   People
	Presence *presence.Presence
}

type service struct{ Deps }

// Register adds the operations to an API.
func Register(a *httpx.API, d Deps) {
	s := &service{d}
	op := func(method, id, path, summary string, roles ...string) httpx.Operation {
		return httpx.Operation{ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"presence"}, Security: httpx.Roles(roles...), Refuse: problem}
	}
	list := op(http.MethodGet, "list-presence", "/v1/presence", "Who is online among those whom one may see")
	list.Description = "Online is about connections of devices, not about work: who is on shift and where is told elsewhere. The same comes over a socket, as usuario:presencia, usuario:online and usuario:offline."
	httpx.Handle(a, list, s.list)
	httpx.Handle(a, op(http.MethodGet, "get-presence-settings", "/v1/presence-settings", "What the company decided about presence"), s.settings)
	httpx.Handle(a, op(http.MethodPut, "set-presence-settings", "/v1/presence-settings", "Decide about presence", audience.RoleAdmin), s.setSettings)
}

// problem makes a problem of what the store refuses.
func problem(err error) error {
	if c, ok := errors.AsType[*store.SettingsConflictError](err); ok {
		return httpx.Problem(http.StatusConflict, "settings_changed", "Somebody changed the settings meanwhile. current is how they are now: repeat your change on them.",
			httpx.Current(PresenceSettings(c.Current)))
	}
	return err
}

type (
	listInput struct {
		httpx.Page
		User string `query:"user" maxLength:"64" doc:"only this user"`
	}
	// PresencePage is one page of people, by id.
	PresencePage struct {
		Users []presence.UserPresence `json:"users"`
		Next  string                  `json:"next,omitempty" doc:"cursor of the next page; left out at the end"`
	}
	listOutput struct{ Body PresencePage }
	place      struct {
		User string `json:"u"`
	}
)

// list reads the people from the directory and their states from memory, and only when the page's were last seen from the database.
func (s *service) list(ctx context.Context, who auth.Claims, in *listInput) (*listOutput, error) {
	after, err := httpx.DecodeCursor[place](in.Cursor)
	if err != nil {
		return nil, err
	}
	if err := s.People.Ready(ctx); err != nil {
		return nil, httpx.Unavailable(err)
	}
	ids := s.seen(who, in.User)
	at, found := slices.BinarySearch(ids, after.User)
	if found {
		at++
	}
	ids = ids[at:]
	page, next := httpx.Cut(ids[:min(len(ids), in.Limit+1)], in.Limit, func(last string) place { return place{last} })
	var seen map[string]time.Time
	if len(page) > 0 {
		if seen, err = s.Store.SeenOf(ctx, who.Company, page); err != nil {
			return nil, err
		}
	}
	return &listOutput{PresencePage{Users: s.Presence.Look(who.Company, page, seen), Next: next}}, nil
}

// seen returns the active users whom a viewer may see, or one of them, by id.
func (s *service) seen(who auth.Claims, only string) (ids []string) {
	viewer, ok := s.People.User(who.Company, who.Subject)
	if !ok || !viewer.Active {
		return nil
	}
	filter := visible.For(audience.Viewer{User: viewer.ID, Role: viewer.Role, Teams: viewer.Teams})
	of := audience.Audience{Users: []string{only}}
	switch {
	case only != "":
	case viewer.Role == audience.RoleColaborador:
		of.Users[0] = viewer.ID
	default:
		of = audience.Audience{Roles: []string{audience.RoleAdmin, audience.RoleSupervisor, audience.RoleColaborador}}
	}
	for _, u := range s.People.Members(who.Company, of) {
		if filter.Sees(u.ID, u.Teams) {
			ids = append(ids, u.ID)
		}
	}
	slices.SortFunc(ids, strings.Compare)
	return ids
}

// PresenceSettings are what a company decides about presence.
type PresenceSettings struct {
	Presence string `json:"presence" enum:"always,on_shift" doc:"whether people are seen online always, or only in their shifts: outside them they are shown as hidden, without when they were last seen. An open call for help counts as a shift. At first it is always"`
	Version  int64  `json:"version" minimum:"0" doc:"rises with every change. Send that of the settings that you saw: 409 with the current ones when it is another by now"`
}

type settingsBody struct{ Body PresenceSettings }

func (s *service) settings(ctx context.Context, who auth.Claims, _ *struct{}) (*settingsBody, error) {
	is, err := s.Store.Settings(ctx, who.Company)
	return &settingsBody{PresenceSettings(is)}, err
}

// setSettings is idempotent: repeated, it finds the settings as they should be.
func (s *service) setSettings(ctx context.Context, who auth.Claims, in *settingsBody) (*settingsBody, error) {
	is, changed := store.Settings{}, false
	err := s.Changes.In(ctx, who.Company, who.Subject, func(ch *change.Change) (err error) {
		is, err = s.Store.SetSettings(ctx, ch, store.Settings(in.Body))
		changed = err == nil
		return err
	})
	if err == nil && changed {
		s.Presence.SettingsChanged(who.Company)
	}
	return &settingsBody{PresenceSettings(is)}, err
}
