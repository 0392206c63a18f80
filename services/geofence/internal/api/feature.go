package api

import (
	"bytes"
	"encoding/json"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/google/uuid"

	"github.com/terreno/terreno/proto/subject"
	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/store"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// geometry is a GeoJSON geometry as it came.
type geometry struct{ json.RawMessage }

// Schema describes it to clients; package zone checks it, since it says where the fault is.
func (geometry) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{
		Description: "GeoJSON geometry, longitude first: Polygon (with holes) or MultiPolygon; Point with properties.radius_m, a circle; LineString with properties.width_m, a corridor",
	}
}

// newFeature is what a client writes.
type newFeature struct {
	Type       string        `json:"type" enum:"Feature"`
	ID         string        `json:"id,omitempty" maxLength:"64" doc:"made up when left out"`
	Geometry   geometry      `json:"geometry"`
	Properties newProperties `json:"properties"`
}

type newProperties struct {
	Name    string   `json:"name" maxLength:"200"`
	RadiusM *float64 `json:"radius_m,omitempty" doc:"of a circle, metres"`
	WidthM  *float64 `json:"width_m,omitempty" doc:"of a corridor, from one side to the other, metres"`

	ExitBufferM  *float64      `json:"exit_buffer_m,omitempty" minimum:"1" maximum:"1000" doc:"how far outside the zone is still near it; the company's when left out"`
	ConfirmFixes *int          `json:"confirm_fixes,omitempty" minimum:"1" maximum:"20" doc:"positions in a row that confirm a side; the company's when left out"`
	ConfirmS     *int          `json:"confirm_s,omitempty" minimum:"0" maximum:"3600" doc:"seconds that they span at least; the company's when left out"`
	Schedule     plan.Schedule `json:"schedule,omitempty" maxItems:"21" doc:"when the zone applies, in the company's time; always when left out"`
	Version      int64         `json:"version,omitempty" doc:"of the zone that was edited: a replacement is refused when it is another by now"`
}

// zone checks what was written.
func (f newFeature) zone(id string) (store.Zone, error) {
	p := f.Properties
	z := store.Zone{
		ID: id, Name: strings.TrimSpace(p.Name), RadiusM: p.RadiusM, WidthM: p.WidthM, ExitBufferM: p.ExitBufferM,
		ConfirmFixes: p.ConfirmFixes, ConfirmS: p.ConfirmS, Version: p.Version,
	}
	if z.Name == "" {
		return store.Zone{}, invalid("properties.name", "Give the zone a name.")
	}
	if err := p.Schedule.Check(); err != nil {
		return store.Zone{}, invalid("properties.schedule", err.Error())
	}
	schedule, err := json.Marshal(append(plan.Schedule{}, p.Schedule...))
	if err != nil {
		return store.Zone{}, err
	}
	z.Schedule = schedule
	shape, err := zone.Parse(f.Geometry.RawMessage, p.RadiusM, p.WidthM)
	if err != nil {
		return store.Zone{}, err
	}
	z.Vertices = shape.Vertices()
	var line bytes.Buffer
	if err := json.Compact(&line, f.Geometry.RawMessage); err != nil {
		return store.Zone{}, err
	}
	z.Geometry = line.Bytes()
	return z, nil
}

// newID is the client's, checked, or one of ours.
func newID(chosen string) (string, error) {
	if chosen == "" {
		id, err := uuid.NewV7()
		return id.String(), err
	}
	if err := subject.CheckID(chosen); err != nil {
		return "", invalid("id", "An id is 1 to 64 characters of A-Z, a-z, 0-9, _ and -.")
	}
	return chosen, nil
}

// feature is a zone as clients read it.
type feature struct {
	Type       string     `json:"type" enum:"Feature"`
	ID         string     `json:"id"`
	Geometry   geometry   `json:"geometry"`
	Properties properties `json:"properties"`
}

type properties struct {
	Name         string        `json:"name"`
	RadiusM      *float64      `json:"radius_m,omitempty"`
	WidthM       *float64      `json:"width_m,omitempty"`
	ExitBufferM  *float64      `json:"exit_buffer_m,omitempty"`
	ConfirmFixes *int          `json:"confirm_fixes,omitempty"`
	ConfirmS     *int          `json:"confirm_s,omitempty"`
	Schedule     plan.Schedule `json:"schedule,omitempty"`
	Users        []string      `json:"users" doc:"to whom it applies"`
	Teams        []string      `json:"teams" doc:"teams to whose colaboradores it applies"`
	Version      int64         `json:"version" doc:"rises with every change"`
	CreatedAt    time.Time     `json:"created_at"`
	UpdatedAt    time.Time     `json:"updated_at"`
	UpdatedBy    string        `json:"updated_by"`
}

func featureOf(z store.Zone) (feature, error) {
	f := feature{Type: "Feature", ID: z.ID, Geometry: geometry{z.Geometry}, Properties: properties{
		Name: z.Name, RadiusM: z.RadiusM, WidthM: z.WidthM, ExitBufferM: z.ExitBufferM, ConfirmFixes: z.ConfirmFixes, ConfirmS: z.ConfirmS,
		Users: append([]string{}, z.Users...), Teams: append([]string{}, z.Teams...), Version: z.Version,
		CreatedAt: z.CreatedAt.UTC(), UpdatedAt: z.UpdatedAt.UTC(), UpdatedBy: z.UpdatedBy,
	}}
	return f, json.Unmarshal(z.Schedule, &f.Properties.Schedule)
}
