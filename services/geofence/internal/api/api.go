// Package api is the HTTP side of geofence: zones as GeoJSON Features, who they apply to, and a company's parameters.
//
// An admin edits zones, a supervisor sees every zone of the company, and a colaborador sees the zones that apply to them.
// What is answered with 2xx is committed. The evaluator judges the next position by it, and within a second also those
// users who already stand somewhere. Nothing here outlives its request.
package api

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/terreno/terreno/pkg/httpx"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/store"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

type service struct{ zones *store.Zones }

// Register adds the operations to an API.
func Register(a *httpx.API, z *store.Zones) {
	s := &service{zones: z}
	everyone, admins := httpx.Roles(), httpx.Roles(audience.RoleAdmin)
	op := func(method, path, id, summary string, security []map[string][]string) httpx.Operation {
		return httpx.Operation{
			ID: id, Method: method, Path: path, Summary: summary, Tags: []string{"zones"}, Security: security, Refuse: problem,
		}
	}
	create := op(http.MethodPost, "/v1/zones", "create-zone", "Create a zone from a GeoJSON Feature", admins)
	create.Status = http.StatusCreated
	httpx.Handle(a, create, s.create)
	httpx.Handle(a, op(http.MethodGet, "/v1/zones", "list-zones", "The zones that you may see, as a GeoJSON FeatureCollection, by name", everyone), s.list)
	httpx.Handle(a, op(http.MethodGet, "/v1/zones/{id}", "get-zone", "One zone that you may see", everyone), s.get)
	httpx.Handle(a, op(http.MethodPut, "/v1/zones/{id}", "replace-zone", "Replace a zone; its assignments stay", admins), s.replace)
	httpx.Handle(a, op(http.MethodDelete, "/v1/zones/{id}", "delete-zone", "Delete a zone: alerts about it end", admins), s.remove)
	httpx.Handle(a, op(http.MethodPut, "/v1/zones/{id}/users", "assign-zone", "Set to which users and teams a zone applies", admins), s.assign)
	httpx.Handle(a, op(http.MethodGet, "/v1/zones/{id}/people", "list-zone-people",
		"To whom of those whom you may see a zone applies, and who of them is outside now, by name", everyone), s.people)
	httpx.Handle(a, op(http.MethodGet, "/v1/zone-settings", "get-zone-settings",
		"By what the company's people are judged where a zone says nothing else", everyone), s.settings)
	httpx.Handle(a, op(http.MethodPut, "/v1/zone-settings", "set-zone-settings", "Set by what the company's people are judged", admins), s.setSettings)
}

// refusals maps what the store refuses to HTTP answers.
var refusals = httpx.Refusals{
	{Err: store.ErrNoZone, Status: http.StatusNotFound, Code: "zone_not_found", Detail: "There is no such zone, or you may not see it."},
	{Err: store.ErrIDTaken, Status: http.StatusConflict, Code: "id_taken", Detail: "Another zone of the company has this id."},
	{Err: store.ErrNameTaken, Status: http.StatusConflict, Code: "zone_name_taken", Detail: "Another zone of the company has this name."},
	{Err: store.ErrChanged, Status: http.StatusConflict, Code: "zone_changed", Detail: "Somebody changed this zone meanwhile. Load it again and repeat your change."},
	{Err: store.ErrTooMany, Status: http.StatusConflict, Code: "too_many_zones", Detail: fmt.Sprintf("A company may have %d zones. Delete some that you do not need.", store.MaxZones)},
	{
		Err: store.ErrTooDetailed, Status: http.StatusConflict, Code: "zones_too_detailed",
		Detail: fmt.Sprintf("The company's zones may have %d vertices together. Simplify some.", store.MaxVertices),
	},
	{
		Err: store.ErrTooAssigned, Status: http.StatusConflict, Code: "too_many_assignments",
		Detail: fmt.Sprintf("The company's zones may have %d assignments together. Assign teams in place of their people.", store.MaxAssignments),
	},
}

func problem(err error) error {
	if faults, ok := errors.AsType[zone.Faults](err); ok {
		fields := make([]httpx.Option, len(faults))
		for i, f := range faults {
			fields[i] = httpx.Field(place(f.Path), sentence(f.Detail))
		}
		return httpx.Problem(http.StatusUnprocessableEntity, faults[0].Code, sentence(faults[0].Detail), fields...)
	}
	if limit, ok := errors.AsType[*plan.LimitError](err); ok {
		return httpx.Problem(http.StatusUnprocessableEntity, "validation_failed", limit.Detail, httpx.Field("body", limit.Error()))
	}
	if unknown, ok := errors.AsType[*store.UnknownError](err); ok {
		code, detail := "user_not_found", "The company has no such user."
		if unknown.Kind == "teams" {
			code, detail = "team_not_found", "The company has no such team."
		}
		return httpx.Problem(http.StatusUnprocessableEntity, code, detail, httpx.Field(fmt.Sprintf("body.%s[%d]", unknown.Kind, unknown.Index), detail))
	}
	return refusals.Problem(err)
}

func sentence(detail string) string { return strings.ToUpper(detail[:1]) + detail[1:] }

// place translates a path that package zone reports into the path of the request.
func place(path string) string {
	switch path {
	case "geometry":
		return "body.geometry"
	case "radius_m", "width_m":
		return "body.properties." + path
	}
	return "body.geometry." + path
}

// invalid returns the problem that refuses a part of the body.
func invalid(field, detail string) error {
	return httpx.Invalid("body."+field, detail)
}
