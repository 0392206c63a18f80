package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/proto/audience"
	terrenov1 "github.com/terreno/terreno/proto/terreno/v1"
	"github.com/terreno/terreno/services/geofence/internal/plan"
)

// EventEdited is NEWS on DIRECTORY: the plan of a company's zones has a new version.
const EventEdited = "zonas"

// Edit is a change of a company's zones.
type Edit struct {
	*change.Change
	// Plan is the version of the plan that the edit makes.
	Plan int64
}

// Edit runs fn while no other edit of the company runs, and tells everyone that the plan has a new version. An edit that
// ends with change.ErrNothing leaves no version and no news, and is no error.
func (z *Zones) Edit(ctx context.Context, company, by string, fn func(e *Edit) error) error {
	return z.changes.In(ctx, company, by, func(ch *change.Change) error {
		if _, err := ch.Tx.ExecContext(ctx, lockPlan, company); err != nil {
			return fmt.Errorf("wait for another edit: %w", err)
		}
		e, d := &Edit{Change: ch}, settingsOf(plan.Defaults)
		err := ch.Tx.GetContext(ctx, &e.Plan, raisePlan, company, d.ExitBufferM, d.ConfirmFixes, d.ConfirmS, d.MaxAccuracyM, d.MaxAgeS, d.MaxGapS)
		if err != nil {
			return fmt.Errorf("raise the plan's version: %w", err)
		}
		if err := fn(e); err != nil {
			return err
		}
		return ch.Emit("directorio", EventEdited, company, audience.Audience{}, &terrenov1.DirectoryZones{Id: company, Version: e.Plan})
	})
}

// Create adds a checked zone.
func (e *Edit) Create(ctx context.Context, z Zone) (Zone, error) {
	_, err := e.zone(ctx, z.ID)
	switch {
	case err == nil:
		return Zone{}, ErrIDTaken
	case !errors.Is(err, ErrNoZone):
		return Zone{}, err
	}
	if err := e.check(ctx, z); err != nil {
		return Zone{}, err
	}
	if err := e.exec(ctx, "add a zone", insertZone, e.Company, z.ID, z.Name, string(z.Geometry), z.RadiusM, z.WidthM, z.Vertices,
		z.ExitBufferM, z.ConfirmFixes, z.ConfirmS, string(z.Schedule), e.Plan, e.At, e.By); err != nil {
		return Zone{}, err
	}
	return e.written(ctx, "created", z.ID, nil)
}

// Replace writes a checked zone over the one with its id. z.Version is the version that the user edited, or 0 for any.
// Replace returns ErrChanged when the stored version is another by now.
func (e *Edit) Replace(ctx context.Context, z Zone) (Zone, error) {
	old, err := e.zone(ctx, z.ID)
	if err != nil {
		return Zone{}, err
	}
	if z.Version != 0 && z.Version != old.Version {
		return Zone{}, ErrChanged
	}
	if err := e.check(ctx, z); err != nil {
		return Zone{}, err
	}
	shape := old.ShapeVersion
	switch {
	case !sameShape(old, z):
		shape = e.Plan
	case old.Name == z.Name:
		return old, change.ErrNothing
	}
	if err := e.exec(ctx, "replace a zone", updateZone, e.Company, z.ID, z.Name, string(z.Geometry), z.RadiusM, z.WidthM, z.Vertices,
		z.ExitBufferM, z.ConfirmFixes, z.ConfirmS, string(z.Schedule), shape, e.At, e.By); err != nil {
		return Zone{}, err
	}
	return e.written(ctx, "changed", z.ID, &old)
}

// sameShape says whether the rule sees no difference between two zones. In that case nobody is judged anew.
func sameShape(a, b Zone) bool {
	same := func(a, b *float64) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
	sameInt := func(a, b *int) bool { return (a == nil) == (b == nil) && (a == nil || *a == *b) }
	return sameJSON(a.Geometry, b.Geometry) && sameJSON(a.Schedule, b.Schedule) && same(a.RadiusM, b.RadiusM) &&
		same(a.WidthM, b.WidthM) && same(a.ExitBufferM, b.ExitBufferM) && sameInt(a.ConfirmFixes, b.ConfirmFixes) && sameInt(a.ConfirmS, b.ConfirmS)
}

// sameJSON compares values and not text, because a browser sends 30.20000 back as 30.2.
func sameJSON(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && reflect.DeepEqual(x, y)
}

// Delete removes a zone and its assignments.
func (e *Edit) Delete(ctx context.Context, id string) error {
	old, err := e.zone(ctx, id)
	if err != nil {
		return err
	}
	if err := e.exec(ctx, "delete a zone", deleteZone, e.Company, id); err != nil {
		return err
	}
	return e.log("deleted", id, &old, nil)
}

// Assign makes a zone apply to users and teams, and to nobody else. *UnknownError names one that is not in the company.
func (e *Edit) Assign(ctx context.Context, id string, users, teams []string) (Zone, error) {
	old, err := e.zone(ctx, id)
	if err != nil {
		return Zone{}, err
	}
	if sameIDs(old.Users, users) && sameIDs(old.Teams, teams) {
		return old, change.ErrNothing
	}
	for _, a := range []struct {
		kind, known, clear, add string
		ids                     []string
	}{{"users", knownUsers, clearUsers, addUsers, users}, {"teams", knownTeams, clearTeams, addTeams, teams}} {
		ids := pq.Array(append([]string{}, a.ids...))
		var known []string
		if err := e.Tx.SelectContext(ctx, &known, a.known, ids); err != nil {
			return Zone{}, fmt.Errorf("look for %s: %w", a.kind, err)
		}
		if i := slices.IndexFunc(a.ids, func(id string) bool { return !slices.Contains(known, id) }); i >= 0 {
			return Zone{}, &UnknownError{a.kind, i}
		}
		for _, statement := range []string{a.clear, a.add} {
			if err := e.exec(ctx, "assign a zone to "+a.kind, statement, e.Company, id, ids); err != nil {
				return Zone{}, err
			}
		}
	}
	var n int
	if err := e.Tx.GetContext(ctx, &n, assignments, e.Company); err != nil {
		return Zone{}, fmt.Errorf("count assignments: %w", err)
	}
	if n > MaxAssignments {
		return Zone{}, ErrTooAssigned
	}
	if err := e.exec(ctx, "note an assignment", touchZone, e.Company, id, e.At, e.By); err != nil {
		return Zone{}, err
	}
	return e.written(ctx, "assigned", id, &old)
}

// sameIDs compares a sorted list of ids with one in any order.
func sameIDs(sorted, ids []string) bool {
	return slices.Equal(sorted, slices.Compact(slices.Sorted(slices.Values(ids))))
}

// SetSettings writes the company's parameters.
func (e *Edit) SetSettings(ctx context.Context, p plan.Settings) error {
	if err := p.Check(); err != nil {
		return err
	}
	s := settingsOf(p)
	var old settings
	if err := e.Tx.GetContext(ctx, &old, selectSettings, e.Company); err != nil {
		return fmt.Errorf("read settings: %w", err)
	}
	if s.Version = old.Version; s == old && e.Plan > 1 {
		return change.ErrNothing
	}
	if err := e.exec(ctx, "write settings", updateSettings, e.Company, s.ExitBufferM, s.ConfirmFixes, s.ConfirmS, s.MaxAccuracyM, s.MaxAgeS, s.MaxGapS); err != nil {
		return err
	}
	return e.Log(change.Logged{What: "zone_settings.changed", Entity: "zone_settings", Before: old, After: s})
}

// check checks a zone's limits and that its name is free, and holds the company to what it may have.
func (e *Edit) check(ctx context.Context, z Zone) error {
	if err := plan.CheckOwn(z.Name, z.ExitBufferM, z.ConfirmFixes, z.ConfirmS); err != nil {
		return err
	}
	var when plan.Schedule
	if err := json.Unmarshal(z.Schedule, &when); err != nil {
		return fmt.Errorf("read a schedule: %w", err)
	}
	if err := when.Check(); err != nil {
		return &plan.LimitError{Field: "schedule", Detail: "Send what can be read: " + err.Error() + "."}
	}
	var n int
	if err := e.Tx.GetContext(ctx, &n, sameNames, e.Company, z.ID, z.Name); err != nil {
		return fmt.Errorf("look for the name: %w", err)
	}
	if n > 0 {
		return ErrNameTaken
	}
	var others struct{ Zones, Vertices int }
	if err := e.Tx.GetContext(ctx, &others, size, e.Company, z.ID); err != nil {
		return fmt.Errorf("count zones: %w", err)
	}
	switch {
	case others.Zones >= MaxZones:
		return ErrTooMany
	case others.Vertices+z.Vertices > MaxVertices:
		return ErrTooDetailed
	}
	return nil
}

func (e *Edit) zone(ctx context.Context, id string) (Zone, error) {
	return readZone(ctx, e.Tx, e.Company, id)
}

func (e *Edit) exec(ctx context.Context, what, query string, args ...any) error {
	if _, err := e.Tx.ExecContext(ctx, query, args...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}
