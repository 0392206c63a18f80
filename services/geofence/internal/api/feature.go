package api

import (
	"encoding/json"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/terreno/terreno/pkg/text"
	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/store"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// newZone is what a client writes.
type newZone struct {
	Type       string            `json:"type" enum:"Feature"`
	ID         zoneID            `json:"id,omitzero"`
	Geometry   geometry          `json:"geometry"`
	Properties newZoneProperties `json:"properties"`
}

type newZoneProperties struct {
	Name    string   `json:"name" maxLength:"200" doc:"unique in the company, whatever its case" example:"Centro"`
	RadiusM *float64 `json:"radius_m,omitempty" doc:"of a circle, 1 to 100,000 metres"`
	WidthM  *float64 `json:"width_m,omitempty" doc:"of a corridor, from one side to the other, 1 to 20,000 metres"`

	ExitBufferM  *float64      `json:"exit_buffer_m,omitempty" minimum:"1" maximum:"1000" doc:"how far outside the zone is still near it, metres; the company's when left out"`
	ConfirmFixes *int          `json:"confirm_fixes,omitempty" minimum:"1" maximum:"20" doc:"positions in a row that confirm a side; the company's when left out"`
	ConfirmS     *int          `json:"confirm_s,omitempty" minimum:"0" maximum:"3600" doc:"seconds that they span at least; the company's when left out"`
	Schedule     plan.Schedule `json:"schedule,omitempty" nullable:"false" maxItems:"21" doc:"when the zone applies, in the company's time; always when left out"`
	Version      int64         `json:"version,omitempty" doc:"of the zone that was edited: a replacement is refused when it is another by now"`
}

// Resolve adds an explanation to the schema's refusal of a FeatureCollection.
func (f *newZone) Resolve(huma.Context) []error {
	if f.Type != "FeatureCollection" {
		return nil
	}
	return []error{&huma.ErrorDetail{
		Location: "body.type", Message: "This is a FeatureCollection. Send one of its features, an object with type Feature, geometry and properties, in each request.",
	}}
}

// maxName is checked here too. Whatever a schema lets through, what is stored must be small enough to be sent on.
const maxName = plan.MaxName

// zone checks what the client wrote and makes a zone of it.
func (f newZone) zone(id string) (z store.Zone, warned []zoneWarning, err error) {
	p := f.Properties
	name, err := text.Line(p.Name, maxName)
	if err != nil {
		return z, nil, invalid("properties.name", "The name "+err.Error()+".")
	}
	z = store.Zone{
		ID: id, Name: name, RadiusM: p.RadiusM, WidthM: p.WidthM, ExitBufferM: p.ExitBufferM,
		ConfirmFixes: p.ConfirmFixes, ConfirmS: p.ConfirmS, Version: p.Version,
	}
	schedule, err := json.Marshal(append(plan.Schedule{}, p.Schedule...))
	if err != nil {
		return z, nil, err
	}
	z.Schedule = schedule
	draft, err := zone.NewDraft(f.Geometry.RawMessage, p.RadiusM, p.WidthM)
	if err != nil {
		return z, nil, err
	}
	z.Vertices, z.Geometry = draft.Shape.Vertices(), draft.Geometry
	return z, warnings(draft), fits(z.Geometry, z.Vertices)
}

// feature is a zone as clients read it.
type zoneFeature struct {
	Type       string         `json:"type" enum:"Feature"`
	ID         string         `json:"id"`
	Geometry   geometry       `json:"geometry"`
	Properties zoneProperties `json:"properties"`
	Warnings   []zoneWarning  `json:"warnings,omitempty" nullable:"false" doc:"of the zone that was just written: what was changed in it, and what may not work as expected"`
}

type zoneProperties struct {
	Name         string        `json:"name"`
	RadiusM      *float64      `json:"radius_m,omitempty" doc:"of a circle alone"`
	WidthM       *float64      `json:"width_m,omitempty" doc:"of a corridor alone"`
	ExitBufferM  *float64      `json:"exit_buffer_m,omitempty" doc:"left out where the company's setting holds"`
	ConfirmFixes *int          `json:"confirm_fixes,omitempty" doc:"left out where the company's setting holds"`
	ConfirmS     *int          `json:"confirm_s,omitempty" doc:"left out where the company's setting holds"`
	Schedule     plan.Schedule `json:"schedule,omitempty" nullable:"false" doc:"left out where the zone always applies"`
	Users        []string      `json:"users" nullable:"false" doc:"to whom it applies"`
	Teams        []string      `json:"teams" nullable:"false" doc:"teams to whose colaboradores it applies"`
	Version      int64         `json:"version" doc:"rises with every change"`
	CreatedAt    time.Time     `json:"created_at"`
	UpdatedAt    time.Time     `json:"updated_at"`
	UpdatedBy    string        `json:"updated_by" doc:"the user who changed it last"`
}

func featureOf(z store.Zone) (zoneFeature, error) {
	f := zoneFeature{Type: "Feature", ID: z.ID, Geometry: geometry{z.Geometry}, Properties: zoneProperties{
		Name: z.Name, RadiusM: z.RadiusM, WidthM: z.WidthM, ExitBufferM: z.ExitBufferM, ConfirmFixes: z.ConfirmFixes, ConfirmS: z.ConfirmS,
		Users: append([]string{}, z.Users...), Teams: append([]string{}, z.Teams...), Version: z.Version,
		CreatedAt: z.CreatedAt.UTC(), UpdatedAt: z.UpdatedAt.UTC(), UpdatedBy: z.UpdatedBy,
	}}
	return f, json.Unmarshal(z.Schedule, &f.Properties.Schedule)
}
