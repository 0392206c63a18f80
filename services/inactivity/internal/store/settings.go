package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/inactivity/internal/hours"
)

const (
	settingColumns = `SELECT s.scope, s.id, s.silence_after_s, s.expected, s.hours, s.movement_after_s, s.low_battery_pct, s.version, s.updated_at, s.updated_by `
	selectSetting  = settingColumns + `FROM inactivity.setting s WHERE s.id_empresa = $1 AND s.scope = $2 AND s.id = $3`
	// What holds for a user, a team or the company, as the survey finds it (effective).
	selectHeld = settingColumns + `FROM inactivity.setting s
WHERE s.id_empresa = $1 AND (s.scope = $2 AND s.id = $3 OR s.scope = 'company' AND s.id = $1
    OR $2 = 'user' AND s.scope = 'team' AND s.id IN (SELECT unnest(u.teams) FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = $3))
ORDER BY array_position('{user,team,company}'::text[], s.scope), s.silence_after_s DESC, s.id LIMIT 1`
	insertSetting = `INSERT INTO inactivity.setting (id_empresa, scope, id, silence_after_s, expected, hours, movement_after_s, low_battery_pct, version, updated_at, updated_by)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, $9, $10) ON CONFLICT DO NOTHING`
	updateSetting = `UPDATE inactivity.setting SET silence_after_s = $4, expected = $5, hours = $6, movement_after_s = $7, low_battery_pct = $8, version = version + 1, updated_at = $9, updated_by = $10
WHERE id_empresa = $1 AND scope = $2 AND id = $3`
	deleteSetting = `DELETE FROM inactivity.setting WHERE id_empresa = $1 AND scope = $2 AND id = $3`
	hasTeam       = `SELECT EXISTS (SELECT FROM identity.v_teams t WHERE t.id_empresa = $1 AND t.id = $2)`
)

var hasUser = `SELECT EXISTS (SELECT FROM identity.v_users u WHERE u.id_empresa = $1 AND ` + visible.Where("u.id", 2) + ` AND u.id = $5)`

// Whose settings there are.
const (
	OfCompany = "company"
	OfTeam    = "team"
	OfUser    = "user"
	// OfNobody is of those that hold while nobody has decided.
	OfNobody = "default"
)

// Setting is what somebody decided. One with Version 0 is not decided: what holds else holds.
type Setting struct {
	// Scope and ID say who decided what holds; ID is empty when nobody has.
	Scope          string     `json:"-"`
	ID             string     `json:"-"`
	SilenceAfterS  int        `json:"silence_after_s"`
	Expected       string     `json:"expected"`
	Hours          hours.Week `json:"hours"`
	MovementAfterS int        `json:"movement_after_s"`
	LowBatteryPct  int        `json:"low_battery_pct"`
	Version        int64      `json:"-"`
	UpdatedAt      *time.Time `json:"-"`
	UpdatedBy      string     `json:"-"`
}

// Defaults hold for a company that has decided nothing.
var Defaults = Setting{Scope: OfNobody, SilenceAfterS: 1800, Expected: "auto", Hours: hours.Week{}, LowBatteryPct: 15}

// AsItIs is the LowBatteryPct of a writer who does not say any: what holds goes on.
const AsItIs = -1

func (s Setting) equal(o Setting) bool {
	s.Scope, s.ID, s.Version, s.UpdatedAt, s.UpdatedBy = o.Scope, o.ID, o.Version, o.UpdatedAt, o.UpdatedBy
	return reflect.DeepEqual(s, o)
}

// Setting returns what holds for the company, a team or a user: what was decided for it, or with Version 0 what was decided for a team of
// the user or for the company.
func (s *Store) Setting(ctx context.Context, who auth.Claims, scope, id string) (is Setting, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if err := s.mayName(ctx, tx, who, scope, id); err != nil {
			return err
		}
		is, err = s.held(ctx, tx, who.Company, scope, id)
		return err
	})
	return is, err
}

// mayName says whether the viewer may see the team or the user.
func (s *Store) mayName(ctx context.Context, tx *sqlx.Tx, who auth.Claims, scope, id string) error {
	var found bool
	var err error
	switch scope {
	case OfTeam:
		if err = tx.GetContext(ctx, &found, hasTeam, who.Company, id); err == nil && !found {
			err = ErrNoTeam
		}
	case OfUser:
		err = seesUser(ctx, tx, who, id)
	}
	if err != nil {
		return fmt.Errorf("look for whom settings are: %w", err)
	}
	return nil
}

func seesUser(ctx context.Context, tx *sqlx.Tx, who auth.Claims, id string) error {
	var found bool
	if err := tx.GetContext(ctx, &found, hasUser, append(visible.Viewer(who), id)...); err != nil {
		return fmt.Errorf("look for a user: %w", err)
	}
	if !found {
		return ErrNoUser
	}
	return nil
}

// held returns what holds. Its version is of what was decided for exactly this scope.
func (s *Store) held(ctx context.Context, tx *sqlx.Tx, company, scope, id string) (Setting, error) {
	is, err := s.getSetting(ctx, tx, selectHeld, company, scope, id)
	if is.Scope != scope || is.ID != id {
		is.Version, is.UpdatedAt, is.UpdatedBy = 0, nil, ""
	}
	return is, err
}

// getSetting reads one setting, or Defaults. Hours that cannot be read are none, so that somebody can write them anew.
func (s *Store) getSetting(ctx context.Context, tx *sqlx.Tx, statement, company, scope, id string) (Setting, error) {
	var row struct {
		Scope          string    `db:"scope"`
		ID             string    `db:"id"`
		SilenceAfterS  int       `db:"silence_after_s"`
		Expected       string    `db:"expected"`
		Hours          []byte    `db:"hours"`
		MovementAfterS int       `db:"movement_after_s"`
		LowBatteryPct  int       `db:"low_battery_pct"`
		Version        int64     `db:"version"`
		UpdatedAt      time.Time `db:"updated_at"`
		UpdatedBy      string    `db:"updated_by"`
	}
	err := tx.GetContext(ctx, &row, statement, company, scope, id)
	if errors.Is(err, sql.ErrNoRows) {
		return Defaults, nil
	}
	if err != nil {
		return Setting{}, fmt.Errorf("read settings: %w", err)
	}
	is := Setting{
		Scope: row.Scope, ID: row.ID, SilenceAfterS: row.SilenceAfterS, Expected: row.Expected, MovementAfterS: row.MovementAfterS, LowBatteryPct: row.LowBatteryPct,
		Version: row.Version, UpdatedAt: &row.UpdatedAt, UpdatedBy: row.UpdatedBy,
	}
	week, err := readWeek(row.Hours)
	if err != nil {
		s.unreadable("hours", err, "id_empresa", company, "scope", row.Scope, "id", row.ID)
		week = nil // unlike any that somebody writes
	}
	is.Hours = week
	return is, nil
}

// SetSetting writes what was decided, logs what held before, and returns what holds now. wanted.Version is the one that the writer saw;
// a write that changes nothing is right whatever it saw.
func (s *Store) SetSetting(ctx context.Context, ch *change.Change, who auth.Claims, scope, id string, wanted Setting) (Setting, error) {
	if err := s.mayName(ctx, ch.Tx, who, scope, id); err != nil {
		return Setting{}, err
	}
	before, err := s.getSetting(ctx, ch.Tx, selectSetting+" FOR UPDATE", ch.Company, scope, id)
	if err != nil {
		return Setting{}, err
	}
	if wanted.Hours == nil {
		wanted.Hours = hours.Week{}
	}
	if wanted.LowBatteryPct == AsItIs {
		held, err := s.held(ctx, ch.Tx, ch.Company, scope, id)
		if err != nil {
			return Setting{}, err
		}
		wanted.LowBatteryPct = held.LowBatteryPct
	}
	switch {
	case before.Version > 0 && before.equal(wanted):
		return before, nil
	case before.Version != wanted.Version:
		current, err := s.held(ctx, ch.Tx, ch.Company, scope, id)
		return Setting{}, errors.Join(err, &ConflictError{current})
	}
	week, err := json.Marshal(wanted.Hours)
	if err != nil {
		return Setting{}, fmt.Errorf("encode hours of work: %w", err)
	}
	statement := updateSetting
	logged := change.Logged{What: "inactivity_settings.changed", Entity: "inactivity_" + scope + "/" + id, Before: before, After: wanted}
	if before.Version == 0 {
		statement, logged.Before = insertSetting, nil
	}
	result, err := ch.Tx.ExecContext(ctx, statement, ch.Company, scope, id, wanted.SilenceAfterS, wanted.Expected, string(week), wanted.MovementAfterS, wanted.LowBatteryPct, ch.At, ch.By)
	if err != nil {
		return Setting{}, fmt.Errorf("write settings: %w", err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 { // Somebody else was first to decide.
		current, err := s.held(ctx, ch.Tx, ch.Company, scope, id)
		return Setting{}, errors.Join(err, &ConflictError{current})
	}
	if err := ch.Log(logged); err != nil {
		return Setting{}, err
	}
	return s.held(ctx, ch.Tx, ch.Company, scope, id)
}

// DropSetting lets what else holds hold for a team or a user.
func (s *Store) DropSetting(ctx context.Context, ch *change.Change, who auth.Claims, scope, id string) error {
	if err := s.mayName(ctx, ch.Tx, who, scope, id); err != nil {
		return err
	}
	before, err := s.getSetting(ctx, ch.Tx, selectSetting+" FOR UPDATE", ch.Company, scope, id)
	if err != nil {
		return err
	}
	if before.Version == 0 {
		return change.ErrNothing
	}
	if _, err := ch.Tx.ExecContext(ctx, deleteSetting, ch.Company, scope, id); err != nil {
		return fmt.Errorf("remove settings: %w", err)
	}
	return ch.Log(change.Logged{What: "inactivity_settings.removed", Entity: "inactivity_" + scope + "/" + id, Before: before})
}
