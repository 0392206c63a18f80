package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/proto/audience"
	"github.com/terreno/terreno/services/activity/internal/plan"
)

// Whose plan it is.
const (
	ScopeCompany = "company"
	ScopeTeam    = "team"
	ScopeUser    = "user"
)

const (
	planColumns = `p.scope, p.scope_id, p.zone, p.on_holidays, p.windows, p.removed, p.version, p.updated_at, p.updated_by`
	selectPlan  = `SELECT ` + planColumns + ` FROM activity.shift_plan p WHERE p.id_empresa = $1 AND p.scope = $2 AND p.scope_id = $3`
	lockPlan    = selectPlan + ` FOR UPDATE`
	// The row is there before it is locked, so that two first plans wait for each other too.
	insertPlan = `INSERT INTO activity.shift_plan (id_empresa, scope, scope_id, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	updatePlan = `UPDATE activity.shift_plan SET zone = $4, on_holidays = $5, windows = $6, removed = $7, version = version + 1, updated_at = $8, updated_by = $9
WHERE id_empresa = $1 AND scope = $2 AND scope_id = $3`

	// Everybody reads the plans of its own teams, and whoever may see a user that user's. $6 says that the viewer wants to change it.
	seesTeam = `SELECT count(*) FROM identity.v_teams t WHERE t.id_empresa = $1 AND t.id = $5
AND ($2 OR ($4 OR NOT $6) AND t.id IN (SELECT m.team_id FROM identity.v_team_members m WHERE m.user_id = $3))`
)

var pageOfPlans = `SELECT ` + planColumns + `,
    coalesce((SELECT t.name FROM identity.v_teams t WHERE p.scope = 'team' AND t.id = p.scope_id),
             (SELECT n.name FROM identity.v_users n WHERE p.scope = 'user' AND n.id = p.scope_id), '') AS name
FROM activity.shift_plan p
WHERE p.id_empresa = $1 AND NOT p.removed AND (p.scope = 'company'
    OR p.scope = 'team' AND p.scope_id IN (SELECT t.id FROM identity.v_teams t)
        AND ($2 OR p.scope_id IN (SELECT m.team_id FROM identity.v_team_members m WHERE m.user_id = $3))
    OR p.scope = 'user' AND ` + visible.Where("p.scope_id", 2) + `)
  AND (p.scope, p.scope_id) > ($5, $6)
ORDER BY p.scope, p.scope_id LIMIT $7`

// PlanScope is whose plan it is. ID is empty for the company.
type PlanScope struct {
	Kind string `json:"k"`
	ID   string `json:"i"`
}

// ShiftPlan is the plan of a scope. Version is 0 and Removed is set if there never was one.
type ShiftPlan struct {
	PlanScope
	plan.Plan
	// Name of the team or the user. Only Plans fills it in.
	Name      string
	Removed   bool
	Version   int64
	UpdatedAt time.Time
	UpdatedBy string
}

type planRow struct {
	Scope      string          `db:"scope"`
	ScopeID    string          `db:"scope_id"`
	Zone       string          `db:"zone"`
	OnHolidays bool            `db:"on_holidays"`
	Windows    json.RawMessage `db:"windows"`
	Removed    bool            `db:"removed"`
	Version    int64           `db:"version"`
	UpdatedAt  time.Time       `db:"updated_at"`
	UpdatedBy  string          `db:"updated_by"`
	Name       string          `db:"name"`
}

func (r planRow) plan() ShiftPlan {
	p := ShiftPlan{
		PlanScope: PlanScope{r.Scope, r.ScopeID}, Plan: plan.Plan{Zone: r.Zone, OnHolidays: r.OnHolidays, Windows: []plan.Window{}}, Name: r.Name,
		Removed: r.Removed, Version: r.Version, UpdatedAt: r.UpdatedAt, UpdatedBy: r.UpdatedBy,
	}
	_ = json.Unmarshal(r.Windows, &p.Windows) // we wrote it
	return p
}

// PlanConflictError says that somebody changed a plan meanwhile. Current is the plan as it is now.
type PlanConflictError struct{ Current ShiftPlan }

func (e *PlanConflictError) Error() string { return "the plan was changed meanwhile" }

// maySee says whether the viewer may read the plan of a scope, or change it. Errors are ErrUnknownTeam, ErrNoUser and ErrOwnHours.
func maySee(ctx context.Context, tx *sqlx.Tx, who auth.Claims, scope PlanScope, change bool) error {
	var n int
	switch scope.Kind {
	case ScopeTeam:
		if err := tx.GetContext(ctx, &n, seesTeam, append(visible.Viewer(who), scope.ID, change)...); err != nil {
			return fmt.Errorf("look for a team: %w", err)
		}
		if n == 0 {
			return ErrUnknownTeam
		}
	case ScopeUser:
		return maySeeUser(ctx, tx, who, scope.ID, change)
	}
	return nil
}

// maySeeUser says whether the viewer may read the hours of a user, or change them: a supervisor does not change its own. Errors are
// ErrNoUser and ErrOwnHours.
func maySeeUser(ctx context.Context, tx *sqlx.Tx, who auth.Claims, user string, change bool) error {
	var n int
	if err := tx.GetContext(ctx, &n, seesUser, append(visible.Viewer(who), user)...); err != nil {
		return fmt.Errorf("look for a user: %w", err)
	}
	switch {
	case n == 0:
		return ErrNoUser
	case change && user == who.Subject && who.Role != audience.RoleAdmin:
		return ErrOwnHours
	}
	return nil
}

// Plan returns the plan of a scope. Errors are ErrUnknownTeam and ErrNoUser.
func (s *Store) Plan(ctx context.Context, who auth.Claims, scope PlanScope) (p ShiftPlan, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if err := maySee(ctx, tx, who, scope, false); err != nil {
			return err
		}
		var rows []planRow
		if err := tx.SelectContext(ctx, &rows, selectPlan, who.Company, scope.Kind, scope.ID); err != nil {
			return fmt.Errorf("read a plan: %w", err)
		}
		p = ShiftPlan{PlanScope: scope, Plan: plan.Plan{Windows: []plan.Window{}}, Removed: true}
		for _, r := range rows {
			p = r.plan()
		}
		return nil
	})
	return p, err
}

// Plans returns a page of the plans that the viewer may read, by kind and id.
func (s *Store) Plans(ctx context.Context, who auth.Claims, after PlanScope, limit int) (plans []ShiftPlan, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		var rows []planRow
		if err := tx.SelectContext(ctx, &rows, pageOfPlans, append(visible.Viewer(who), after.Kind, after.ID, limit)...); err != nil {
			return fmt.Errorf("read plans: %w", err)
		}
		for _, r := range rows {
			plans = append(plans, r.plan())
		}
		return nil
	})
	return plans, err
}

// SetPlan writes a checked plan over the one of a scope, or removes it if p is nil. version is the version that the viewer saw, 0 for
// none: when it is another by now, the error is *PlanConflictError, unless the plan is already as it should be. Other errors are
// ErrUnknownTeam, ErrNoUser and ErrOwnHours.
func (s *Store) SetPlan(ctx context.Context, ch *change.Change, who auth.Claims, scope PlanScope, p *plan.Plan, version int64) (ShiftPlan, error) {
	if err := maySee(ctx, ch.Tx, who, scope, true); err != nil {
		return ShiftPlan{}, err
	}
	if _, err := ch.Tx.ExecContext(ctx, insertPlan, ch.Company, scope.Kind, scope.ID, ch.At, ch.By); err != nil {
		return ShiftPlan{}, fmt.Errorf("add a plan: %w", err)
	}
	var row planRow
	if err := ch.Tx.GetContext(ctx, &row, lockPlan, ch.Company, scope.Kind, scope.ID); err != nil {
		return ShiftPlan{}, fmt.Errorf("lock a plan: %w", err)
	}
	before := row.plan()
	wanted := plan.Plan{}
	if p != nil {
		wanted = *p
	}
	windows, err := json.Marshal(append([]plan.Window{}, wanted.Windows...))
	if err != nil {
		return ShiftPlan{}, fmt.Errorf("encode a plan: %w", err)
	}
	switch {
	case before.Removed == (p == nil) && before.Zone == wanted.Zone && before.OnHolidays == wanted.OnHolidays && string(row.Windows) == string(windows):
		return before, nil
	case before.Version != version:
		return ShiftPlan{}, &PlanConflictError{before}
	}
	if _, err := ch.Tx.ExecContext(ctx, updatePlan, ch.Company, scope.Kind, scope.ID, wanted.Zone, wanted.OnHolidays, string(windows), p == nil, ch.At, ch.By); err != nil {
		return ShiftPlan{}, fmt.Errorf("write a plan: %w", err)
	}
	logged := change.Logged{What: "shift_plan.changed", Entity: "shift_plan/" + scope.Kind}
	if scope.ID != "" {
		logged.Entity += "/" + scope.ID
	}
	if !before.Removed {
		logged.Before = before.Plan
	}
	after := before
	if after.Plan, after.Removed, after.Version, after.UpdatedAt, after.UpdatedBy = wanted, p == nil, before.Version+1, ch.At, ch.By; p != nil {
		logged.After = wanted
	}
	return after, ch.Log(logged)
}
