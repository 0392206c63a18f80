// Package api is the HTTP side of geofence: zones as GeoJSON Features, who they apply to, and a company's parameters.
//
// An admin edits, a supervisor sees every zone of the company, a colaborador those that apply to it. What is answered with
// 2xx is committed; the evaluator judges the next position by it, and within a second those who stand somewhere already.
// Nothing here outlives its request.
package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/clock"
	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/geofence/internal/store"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

type service struct {
	zones *store.Zones
	clock clock.Clock
}

// Register adds the operations to an API.
func Register(a *httpx.API, z *store.Zones, c clock.Clock) {
	s := &service{zones: z, clock: c}
	everyone, admins := httpx.Roles(), httpx.Roles(audience.RoleAdmin)
	add(a, http.MethodGet, "/v1/zones", "list-zones", "The zones that you may see, as a GeoJSON FeatureCollection, by name", everyone, s.list)
	add(a, http.MethodPost, "/v1/zones", "create-zone", "Create a zone from a GeoJSON Feature", admins, s.create)
	add(a, http.MethodGet, "/v1/zones/{id}", "get-zone", "One zone that you may see", everyone, s.get)
	add(a, http.MethodPut, "/v1/zones/{id}", "replace-zone", "Replace a zone; its assignments stay", admins, s.replace)
	add(a, http.MethodDelete, "/v1/zones/{id}", "delete-zone", "Delete a zone: alerts about it end", admins, s.remove)
	add(a, http.MethodPut, "/v1/zones/{id}/users", "assign-zone", "Set to which users and teams a zone applies", admins, s.assign)
	add(a, http.MethodGet, "/v1/zone-settings", "get-zone-settings", "By what the company's people are judged where a zone says nothing else", everyone, s.settings)
	add(a, http.MethodPut, "/v1/zone-settings", "set-zone-settings", "Set by what the company's people are judged", admins, s.setSettings)
}

// add registers an operation whose errors are turned into problems.
func add[I, O any](
	a *httpx.API, method, path, id, summary string, security []map[string][]string, fn func(ctx context.Context, who auth.Claims, in *I) (*O, error),
) {
	op := huma.Operation{OperationID: id, Method: method, Path: path, Summary: summary, Tags: []string{"zones"}, Security: security}
	if method == http.MethodPost {
		op.DefaultStatus = http.StatusCreated
	}
	huma.Register(a.Huma, op, func(ctx context.Context, in *I) (*O, error) {
		who, _ := auth.FromContext(ctx) // every operation of this package asks for a token
		out, err := fn(ctx, who, in)
		if err != nil {
			return nil, problem(err)
		}
		return out, nil
	})
}

// problems is the table from what is refused to HTTP.
var problems = []struct {
	err          error
	status       int
	code, detail string
}{
	{store.ErrNoZone, http.StatusNotFound, "zone_not_found", "There is no such zone, or you may not see it."},
	{store.ErrIDTaken, http.StatusConflict, "id_taken", "Another zone of the company has this id."},
	{store.ErrNameTaken, http.StatusConflict, "zone_name_taken", "Another zone of the company has this name."},
	{store.ErrChanged, http.StatusConflict, "zone_changed", "Somebody changed this zone meanwhile. Load it again and repeat your change."},
	{store.ErrTooMany, http.StatusConflict, "too_many_zones", fmt.Sprintf("A company may have %d zones. Delete some that you do not need.", store.MaxZones)},
	{
		store.ErrTooDetailed, http.StatusConflict, "zones_too_detailed",
		fmt.Sprintf("The company's zones may have %d vertices together. Simplify some.", store.MaxVertices),
	},
	{
		store.ErrTooAssigned, http.StatusConflict, "too_many_assignments",
		fmt.Sprintf("The company's zones may have %d assignments together. Assign teams in place of their people.", store.MaxAssignments),
	},
}

func problem(err error) error {
	if fault, ok := errors.AsType[*zone.Fault](err); ok {
		detail := strings.ToUpper(fault.Detail[:1]) + fault.Detail[1:]
		return httpx.Problem(http.StatusUnprocessableEntity, fault.Code, detail, httpx.Field(place(fault.Path), detail))
	}
	if unknown, ok := errors.AsType[*store.UnknownError](err); ok {
		code, detail := "user_not_found", "The company has no such user."
		if unknown.Kind == "teams" {
			code, detail = "team_not_found", "The company has no such team."
		}
		return httpx.Problem(http.StatusUnprocessableEntity, code, detail, httpx.Field(fmt.Sprintf("body.%s[%d]", unknown.Kind, unknown.Index), detail))
	}
	for _, p := range problems {
		if errors.Is(err, p.err) {
			return httpx.Problem(p.status, p.code, p.detail)
		}
	}
	return err
}

// place is where a request holds what package zone names by a path.
func place(path string) string {
	switch path {
	case "geometry":
		return "body.geometry"
	case "radius_m", "width_m":
		return "body.properties." + path
	}
	return "body.geometry." + path
}

// invalid refuses a part of the body.
func invalid(field, detail string) error {
	return httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", detail, httpx.Field("body."+field, detail))
}
