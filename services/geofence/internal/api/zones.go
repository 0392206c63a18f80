package api

import (
	"context"
	"net/http"
	"slices"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/geofence/internal/store"
)

type (
	// ZoneID is in the address.
	ZoneID struct {
		ID string `path:"id" maxLength:"64"`
	}
	zoneOutput struct{ Body zoneFeature }

	listInput struct {
		httpx.Page
		User string `query:"user" maxLength:"64" doc:"only zones that are assigned to this user itself; for admins and supervisors"`
		Team string `query:"team" maxLength:"64" doc:"only zones that are assigned to this team; for admins and supervisors"`
	}
	listOutput struct{ Body zoneList }
	zoneList   struct {
		Type     string        `json:"type" enum:"FeatureCollection"`
		Features []zoneFeature `json:"features" nullable:"false" doc:"fewer than limit where they are large"`
		Next     string        `json:"next,omitempty" doc:"cursor of the next page; left out on the last one"`
	}
	createInput struct {
		httpx.Keyed
		Body newZone
	}
	replaceInput struct {
		ZoneID
		Body newZone
	}
	assignInput struct {
		ZoneID
		Body zoneAssignment
	}
	zoneAssignment struct {
		Users []string `json:"users,omitempty" nullable:"false" maxItems:"1000" doc:"ids of all users to whom it applies; nobody when only teams are sent"`
		Teams []string `json:"teams,omitempty" nullable:"false" maxItems:"100" doc:"ids of all teams to whose colaboradores it applies; none when only users are sent"`
	}
)

// viewer limits which zones somebody sees: a colaborador sees the zones that apply to them, the other roles see all.
func viewer(who auth.Claims) store.Viewer {
	if who.Role != audience.RoleColaborador {
		return store.Viewer{}
	}
	return store.Viewer{User: who.Subject, Teams: who.Teams}
}

// refuseFilters refuses a request that uses any of the filters, given as names and values.
func refuseFilters(filters ...string) error {
	for filter := range slices.Chunk(filters, 2) {
		if filter[1] != "" {
			return httpx.FilterForbidden(filter[0], "Your role may not filter by "+filter[0]+": the list holds the zones that apply to you.")
		}
	}
	return nil
}

func (s *service) list(ctx context.Context, who auth.Claims, in *listInput) (*listOutput, error) {
	after, err := httpx.DecodeCursor[store.Mark](in.Cursor)
	if err != nil {
		return nil, err
	}
	which := store.Filter{Viewer: viewer(who), User: in.User, Team: in.Team}
	if which.Viewer.User != "" {
		// A colaborador may not know to whom else a zone is assigned.
		if err := refuseFilters("user", in.User, "team", in.Team); err != nil {
			return nil, err
		}
	}
	zones, next, err := s.zones.List(ctx, who.Company, which, after, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	if next != nil {
		out.Body.Next = httpx.EncodeCursor(*next)
	}
	out.Body.Type, out.Body.Features = "FeatureCollection", []zoneFeature{}
	for _, z := range zones {
		f, err := featureOf(which.Viewer.Narrow(z))
		if err != nil {
			return nil, err
		}
		out.Body.Features = append(out.Body.Features, f)
	}
	return out, nil
}

func (s *service) get(ctx context.Context, who auth.Claims, in *ZoneID) (*zoneOutput, error) {
	z, err := s.zones.Zone(ctx, who.Company, in.ID)
	if err == nil && !viewer(who).Applies(z) {
		err = store.ErrNoZone
	}
	return answer(viewer(who).Narrow(z), err)
}

func answer(z store.Zone, err error) (*zoneOutput, error) {
	if err != nil {
		return nil, err
	}
	f, err := featureOf(z)
	return &zoneOutput{f}, err
}

func (s *service) create(ctx context.Context, who auth.Claims, in *createInput) (out *httpx.Answer[zoneFeature], err error) {
	id, err := newID(in.Body.ID.text())
	if err != nil {
		return nil, err
	}
	z, warned, err := in.Body.zone(id)
	if err != nil {
		return nil, err
	}
	err = s.edit(ctx, who, func(e *store.Edit) error {
		var replayed bool
		out, replayed, err = change.Once(e.Change, in.Keyed, "create-zone", in.Body, http.StatusCreated, func() (zoneFeature, error) {
			created, err := e.Create(ctx, z)
			if err != nil {
				return zoneFeature{}, err
			}
			f, err := featureOf(created)
			f.Warnings = warned
			return f, err
		})
		if err == nil && replayed {
			return change.ErrNothing
		}
		return err
	})
	return out, err
}

func (s *service) edit(ctx context.Context, who auth.Claims, fn func(e *store.Edit) error) error {
	return s.zones.Edit(ctx, who.Company, who.Subject, fn)
}

func (s *service) replace(ctx context.Context, who auth.Claims, in *replaceInput) (*zoneOutput, error) {
	if id := in.Body.ID.text(); id != "" && id != in.ID {
		return nil, invalid("id", "The id in the body is not the one in the address. A zone's id cannot be changed.")
	}
	z, warned, err := in.Body.zone(in.ID)
	if err != nil {
		return nil, err
	}
	err = s.edit(ctx, who, func(e *store.Edit) error {
		z, err = e.Replace(ctx, z)
		return err
	})
	out, err := answer(z, err)
	if err != nil {
		return nil, err
	}
	out.Body.Warnings = warned
	return out, nil
}

func (s *service) remove(ctx context.Context, who auth.Claims, in *ZoneID) (*struct{}, error) {
	return nil, s.edit(ctx, who, func(e *store.Edit) error { return e.Delete(ctx, in.ID) })
}

func (s *service) assign(ctx context.Context, who auth.Claims, in *assignInput) (*zoneOutput, error) {
	// A client that misspells a member does not mean to take the zone from everybody.
	if in.Body.Users == nil && in.Body.Teams == nil {
		return nil, invalid("users", "Send users, teams or both: the ids of all to whom the zone applies, [] for nobody.")
	}
	var z store.Zone
	err := s.edit(ctx, who, func(e *store.Edit) (err error) {
		z, err = e.Assign(ctx, in.ID, in.Body.Users, in.Body.Teams)
		return err
	})
	return answer(z, err)
}
