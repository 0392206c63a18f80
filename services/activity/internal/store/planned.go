package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/activity/internal/plan"
)

const (
	plansThatHold = `SELECT ` + planColumns + ` FROM activity.shift_plan p WHERE p.id_empresa = $1 AND NOT p.removed
    AND (p.scope = 'company' OR p.scope = 'team' AND p.scope_id = ANY ($2) OR p.scope = 'user' AND p.scope_id = ANY ($3))`

	selectHolidays = `SELECT h.days, h.version, h.updated_at, h.updated_by FROM activity.holidays h WHERE h.id_empresa = $1`
	lockHolidays   = selectHolidays + ` FOR UPDATE`
	insertHolidays = `INSERT INTO activity.holidays (id_empresa, updated_at, updated_by) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`
	updateHolidays = `UPDATE activity.holidays SET days = $2, version = version + 1, updated_at = $3, updated_by = $4 WHERE id_empresa = $1`
)

// Planned is what is planned for a user.
type Planned struct {
	plan.Week
	// Source is the kind of the plan that holds, empty if there is none.
	Source string
}

// weeksOf returns what is planned for users: by their own plans, else by all plans of their teams, else by the company's.
func (s *Store) weeksOf(ctx context.Context, tx *sqlx.Tx, company string, users []string) (map[string]Planned, error) {
	teams, err := teamsOf(ctx, tx, slices.Clone(users))
	if err != nil {
		return nil, err
	}
	var all []string
	for _, t := range teams {
		all = append(all, t...)
	}
	slices.Sort(all)
	var rows []planRow
	if err := tx.SelectContext(ctx, &rows, plansThatHold, company, pq.Array(slices.Compact(all)), pq.Array(users)); err != nil {
		return nil, fmt.Errorf("read plans: %w", err)
	}
	days, err := readHolidays(ctx, tx, company)
	if err != nil {
		return nil, err
	}
	holidays := map[string]bool{}
	for _, d := range days.Days {
		holidays[d.Date] = true
	}
	by := map[PlanScope]plan.Plan{}
	for _, r := range rows {
		p := r.plan()
		by[p.PlanScope] = p.Plan
	}
	weeks := map[string]Planned{}
	for _, user := range users {
		p := Planned{Week: plan.Week{Zone: s.Zone(company), Holidays: holidays}}
		p.add(by, ScopeUser, user)
		if p.Source == "" {
			for _, team := range teams[user] {
				p.add(by, ScopeTeam, team)
			}
		}
		if p.Source == "" {
			p.add(by, ScopeCompany, "")
		}
		weeks[user] = p
	}
	return weeks, nil
}

func (p *Planned) add(by map[PlanScope]plan.Plan, kind, id string) {
	if one, ok := by[PlanScope{kind, id}]; ok {
		p.Plans, p.Source = append(p.Plans, one), kind
	}
}

// PlannedOf returns what is planned for a user whom the viewer may see, and the company's holidays, or ErrNoUser.
func (s *Store) PlannedOf(ctx context.Context, who auth.Claims, user string) (p Planned, days Holidays, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if err := maySeeUser(ctx, tx, who, user, false); err != nil {
			return err
		}
		weeks, err := s.weeksOf(ctx, tx, who.Company, []string{user})
		if err != nil {
			return err
		}
		p = weeks[user]
		days, err = readHolidays(ctx, tx, who.Company)
		return err
	})
	return p, days, err
}

// Holidays are a company's.
type Holidays struct {
	Days      []plan.Holiday
	Version   int64
	UpdatedAt time.Time
	UpdatedBy string
}

// HolidaysConflictError says that somebody changed the holidays meanwhile. Current is what they are now.
type HolidaysConflictError struct{ Current Holidays }

func (e *HolidaysConflictError) Error() string { return "the holidays were changed meanwhile" }

// Holidays returns a company's holidays by date.
func (s *Store) Holidays(ctx context.Context, company string) (h Holidays, err error) {
	err = s.db.InTenant(ctx, company, func(tx *sqlx.Tx) error {
		h, err = readHolidays(ctx, tx, company)
		return err
	})
	return h, err
}

func readHolidays(ctx context.Context, tx *sqlx.Tx, company string) (Holidays, error) {
	h, _, err := holidaysBy(ctx, tx, selectHolidays, company)
	return h, err
}

func holidaysBy(ctx context.Context, tx *sqlx.Tx, query, company string) (h Holidays, stored string, err error) {
	var row struct {
		Days      json.RawMessage `db:"days"`
		Version   int64           `db:"version"`
		UpdatedAt time.Time       `db:"updated_at"`
		UpdatedBy string          `db:"updated_by"`
	}
	err = tx.GetContext(ctx, &row, query, company)
	if errors.Is(err, sql.ErrNoRows) {
		return Holidays{Days: []plan.Holiday{}}, "[]", nil
	}
	if err != nil {
		return h, "", fmt.Errorf("read the holidays: %w", err)
	}
	h = Holidays{Days: []plan.Holiday{}, Version: row.Version, UpdatedAt: row.UpdatedAt, UpdatedBy: row.UpdatedBy}
	_ = json.Unmarshal(row.Days, &h.Days) // we wrote it
	return h, string(row.Days), nil
}

// SetHolidays writes checked holidays over those of the change's company. version is the version that the viewer saw, 0 for none: when
// it is another by now, the error is *HolidaysConflictError, unless the holidays are already as they should be.
func (s *Store) SetHolidays(ctx context.Context, ch *change.Change, days []plan.Holiday, version int64) (Holidays, error) {
	if _, err := ch.Tx.ExecContext(ctx, insertHolidays, ch.Company, ch.At, ch.By); err != nil {
		return Holidays{}, fmt.Errorf("add holidays: %w", err)
	}
	before, stored, err := holidaysBy(ctx, ch.Tx, lockHolidays, ch.Company)
	if err != nil {
		return Holidays{}, err
	}
	wanted, err := json.Marshal(append([]plan.Holiday{}, days...))
	if err != nil {
		return Holidays{}, fmt.Errorf("encode holidays: %w", err)
	}
	switch {
	case stored == string(wanted):
		return before, nil
	case before.Version != version:
		return Holidays{}, &HolidaysConflictError{before}
	}
	if _, err := ch.Tx.ExecContext(ctx, updateHolidays, ch.Company, string(wanted), ch.At, ch.By); err != nil {
		return Holidays{}, fmt.Errorf("write the holidays: %w", err)
	}
	after := Holidays{Days: days, Version: before.Version + 1, UpdatedAt: ch.At, UpdatedBy: ch.By}
	return after, ch.Log(change.Logged{What: "holidays.changed", Entity: "holidays", Before: before.Days, After: days})
}
