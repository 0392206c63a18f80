// Package demo holds the zones of the demo company, whose fleet is a day of Austin's buses. The demo shows how some of the
// buses leave their zones and come back.
package demo

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/directory"
	"github.com/terreno/terreno/pkg/wait"
	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/store"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

// Company is the demo company, which identity makes.
const Company = "demo"

//go:embed zones.json
var raw []byte

// Zones returns the demo's zones with their assignments.
func Zones() ([]store.Zone, error) {
	var written []struct {
		ID, Name string
		Geometry json.RawMessage
		RadiusM  *float64 `json:"radius_m"`
		WidthM   *float64 `json:"width_m"`
		Schedule plan.Schedule
		Users    []string
	}
	if err := json.Unmarshal(raw, &written); err != nil {
		return nil, fmt.Errorf("read the demo's zones: %w", err)
	}
	zones := make([]store.Zone, len(written))
	for i, w := range written {
		shape, err := zone.Parse(w.Geometry, w.RadiusM, w.WidthM)
		if err != nil {
			return nil, fmt.Errorf("read the demo's zone %s: %w", w.ID, err)
		}
		schedule, err := json.Marshal(append(plan.Schedule{}, w.Schedule...))
		if err != nil {
			return nil, fmt.Errorf("write the schedule of the demo's zone %s: %w", w.ID, err)
		}
		zones[i] = store.Zone{
			ID: w.ID, Name: w.Name, Geometry: w.Geometry, RadiusM: w.RadiusM, WidthM: w.WidthM, Vertices: shape.Vertices(),
			Schedule: schedule, Users: w.Users,
		}
	}
	return zones, nil
}

// Plant makes the demo's zones once the demo's people exist, unless the company already had zones. Then it waits for ctx to
// end, as a runner does. When replicas start together, the zones are still made only once.
func Plant(ctx context.Context, to *store.Zones, d *directory.Directory, log *slog.Logger) error {
	zones, err := Zones()
	if err != nil {
		return err
	}
	for {
		if _, there := d.User(Company, lastUser); there {
			err := plant(ctx, to, zones)
			if err == nil {
				<-ctx.Done()
				return nil
			}
			log.Warn("the demo's zones are not made yet", "error", err)
		}
		if !wait.For(ctx, time.Second) {
			return nil
		}
	}
}

// lastUser is the last of the demo's people that identity makes.
const lastUser = "campo40"

func plant(ctx context.Context, to *store.Zones, zones []store.Zone) error {
	return to.Edit(ctx, Company, "demo", func(e *store.Edit) error {
		if e.Plan > 1 {
			return change.ErrNothing // the company had zones before
		}
		for _, z := range zones {
			if _, err := e.Create(ctx, z); err != nil {
				return err
			}
			if _, err := e.Assign(ctx, z.ID, z.Users, nil); err != nil {
				return err
			}
		}
		return nil
	})
}
