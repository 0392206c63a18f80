package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"

	"github.com/terreno/terreno/services/geofence/internal/plan"
	"github.com/terreno/terreno/services/geofence/internal/rule"
	"github.com/terreno/terreno/services/geofence/internal/zone"
)

const (
	planVersions    = `SELECT id_empresa, version FROM geofence.plan WHERE id_empresa = ANY($1)`
	selectSettings  = `SELECT version, exit_buffer_m, confirm_fixes, confirm_s, max_accuracy_m, max_age_s, max_gap_s FROM geofence.plan WHERE id_empresa = $1`
	selectPlanZones = `SELECT z.id, z.geometry, z.radius_m, z.width_m, coalesce(z.exit_buffer_m, p.exit_buffer_m) AS exit_buffer_m,
    coalesce(z.confirm_fixes, p.confirm_fixes) AS confirm_fixes, coalesce(z.confirm_s, p.confirm_s) AS confirm_s, z.schedule, z.shape_version,
    ARRAY(SELECT u.user_id FROM geofence.zone_user u WHERE u.id_empresa = z.id_empresa AND u.zone_id = z.id) AS users,
    ARRAY(SELECT t.team_id FROM geofence.zone_team t WHERE t.id_empresa = z.id_empresa AND t.zone_id = z.id) AS teams
FROM geofence.plan p JOIN geofence.zone z USING (id_empresa) WHERE p.id_empresa = $1 ORDER BY z.id`
)

// PlanVersions returns the versions of the plans of those companies that have one.
func (w Work) PlanVersions(ctx context.Context, companies []string) (map[string]int64, error) {
	return w.versions(ctx, planVersions, pq.Array(companies))
}

func (w Work) versions(ctx context.Context, query string, args ...any) (map[string]int64, error) {
	rows, err := w.Tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("read versions of plans: %w", err)
	}
	defer func() { _ = rows.Close() }()
	versions := map[string]int64{}
	for rows.Next() {
		var company string
		var version int64
		if err := rows.Scan(&company, &version); err != nil {
			return nil, fmt.Errorf("read a version of a plan: %w", err)
		}
		versions[company] = version
	}
	return versions, rows.Err()
}

// settings holds a company's parameters as they are stored.
type settings struct {
	Version      int64   `db:"version" json:"-"`
	ExitBufferM  float64 `db:"exit_buffer_m" json:"exit_buffer_m"`
	ConfirmFixes int     `db:"confirm_fixes" json:"confirm_fixes"`
	ConfirmS     int     `db:"confirm_s" json:"confirm_s"`
	MaxAccuracyM float64 `db:"max_accuracy_m" json:"max_accuracy_m"`
	MaxAgeS      int     `db:"max_age_s" json:"max_age_s"`
	MaxGapS      int     `db:"max_gap_s" json:"max_gap_s"`
}

func (s settings) parse() plan.Settings {
	return plan.Settings{BufferM: s.ExitBufferM, Params: rule.Params{
		ConfirmFixes: s.ConfirmFixes, ConfirmFor: seconds(s.ConfirmS), MaxAccuracyM: s.MaxAccuracyM,
		MaxAge: seconds(s.MaxAgeS), MaxGap: seconds(s.MaxGapS),
	}}
}

func settingsOf(p plan.Settings) settings {
	return settings{
		ExitBufferM: p.BufferM, ConfirmFixes: p.ConfirmFixes, ConfirmS: int(p.ConfirmFor.Seconds()), MaxAccuracyM: p.MaxAccuracyM,
		MaxAgeS: int(p.MaxAge.Seconds()), MaxGapS: int(p.MaxGap.Seconds()),
	}
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

type planZone struct {
	ID           string          `db:"id"`
	Geometry     []byte          `db:"geometry"`
	RadiusM      sql.NullFloat64 `db:"radius_m"`
	WidthM       sql.NullFloat64 `db:"width_m"`
	ExitBufferM  float64         `db:"exit_buffer_m"`
	ConfirmFixes int             `db:"confirm_fixes"`
	ConfirmS     int             `db:"confirm_s"`
	Schedule     []byte          `db:"schedule"`
	ShapeVersion int64           `db:"shape_version"`
	Users        pq.StringArray  `db:"users"`
	Teams        pq.StringArray  `db:"teams"`
}

// Plan reads and compiles a company's plan. A zone that this program cannot read was written by another version of it. Plan
// returns an error that names such zones, together with the plan, and nobody is judged to whom they are assigned. old is the
// plan of an earlier version, or nil. Plan takes over the shapes in it that are still the same, so that an edit of one zone
// does not make everybody wait while the company's other zones are compiled.
func (w Work) Plan(ctx context.Context, company string, old *plan.Plan) (*plan.Plan, error) {
	var s settings
	err := w.Tx.GetContext(ctx, &s, selectSettings, company)
	if errors.Is(err, sql.ErrNoRows) {
		return plan.New(0, plan.Defaults, nil), nil
	}
	if err != nil {
		return nil, fmt.Errorf("read the settings of a plan: %w", err)
	}
	rows, err := w.Tx.QueryxContext(ctx, selectPlanZones, company)
	if err != nil {
		return nil, fmt.Errorf("read the zones of a plan: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var zones []plan.Zone
	var odd []error
	for rows.Next() { // one by one: the text of all would be a multiple of what they are compiled to
		var r planZone
		if err := rows.StructScan(&r); err != nil {
			return nil, fmt.Errorf("read a zone of a plan: %w", err)
		}
		z, err := r.compile(old)
		if err != nil {
			odd = append(odd, fmt.Errorf("zone %s: %w", r.ID, err))
			z = plan.Zone{ID: r.ID, ShapeVersion: r.ShapeVersion, Unreadable: true, Users: r.Users, Teams: r.Teams}
		}
		zones = append(zones, z)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read the zones of a plan: %w", err)
	}
	return plan.New(s.Version, s.parse(), zones), errors.Join(odd...)
}

func (r planZone) compile(old *plan.Plan) (plan.Zone, error) {
	shape := old.Shape(r.ID, r.ShapeVersion)
	if shape == nil {
		var err error
		if shape, err = zone.Parse(r.Geometry, pointer(r.RadiusM), pointer(r.WidthM)); err != nil {
			return plan.Zone{}, err
		}
	}
	z := plan.Zone{
		ID: r.ID, ShapeVersion: r.ShapeVersion, Shape: shape, BufferM: r.ExitBufferM, ConfirmFixes: r.ConfirmFixes,
		ConfirmFor: seconds(r.ConfirmS), Users: r.Users, Teams: r.Teams,
	}
	if err := json.Unmarshal(r.Schedule, &z.Schedule); err != nil {
		return plan.Zone{}, err
	}
	return z, z.Schedule.Check()
}

func pointer(n sql.NullFloat64) *float64 {
	if !n.Valid {
		return nil
	}
	return &n.Float64
}
