package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/activity/internal/hours"
	"github.com/terreno/terreno/services/activity/internal/shift"
)

// Users who are not active are listed while they have shifts in the period.
var usersWithHours = `SELECT u.id, u.name FROM identity.v_users u WHERE u.id_empresa = $1 AND ` + visible.Where("u.id", 2) + `
  AND ($5 = '' OR u.id = $5)
  AND ($6 = '' OR u.id IN (SELECT m.user_id FROM identity.v_team_members m WHERE m.team_id = $6))
  AND (u.active OR EXISTS (SELECT 1 FROM activity.shift s WHERE s.id_empresa = $1 AND s.user_id = u.id AND s.started_at >= $7 AND s.started_at < $8))
  AND u.id > $9 ORDER BY u.id LIMIT $10`

const (
	shiftsOfPeriod = `SELECT ` + shiftColumns + `, '' AS user_name FROM activity.shift s
WHERE s.id_empresa = $1 AND s.user_id = ANY ($2) AND s.started_at >= $3 AND s.started_at < $4 ORDER BY s.user_id, s.started_at`

	// late counts what arrived after the approval.
	approvalColumns = `a.id, a.user_id, a.from_day, a.to_day, a.approved_at, a.approved_by, a.reopened_at, a.reopened_by, a.reopen_reason,
    (SELECT count(*) FROM activity.shift_action s WHERE s.id_empresa = a.id_empresa AND s.user_id = a.user_id AND s.kind <> 'object'
        AND s.at >= a.from_at AND s.at < a.until_at AND s.received_at > a.approved_at) AS late`
	approvalsOfPeriod = `SELECT ` + approvalColumns + ` FROM activity.hours_approval a
WHERE a.id_empresa = $1 AND a.user_id = ANY ($2) AND a.from_day <= $4 AND a.to_day >= $3 ORDER BY a.user_id, a.approved_at, a.id LIMIT $5`

	// maxApprovals is how many approvals one answer shows. A user has some a month.
	maxApprovals = 20000
)

// Approval is a period of a user's hours that somebody approved, and maybe reopened.
type Approval struct {
	ID         string     `db:"id" json:"id"`
	User       string     `db:"user_id" json:"user_id"`
	From       string     `db:"from_day" json:"from"`
	To         string     `db:"to_day" json:"to"`
	At         time.Time  `db:"approved_at" json:"approved_at"`
	By         string     `db:"approved_by" json:"approved_by"`
	ReopenedAt *time.Time `db:"reopened_at" json:"-"`
	ReopenedBy string     `db:"reopened_by" json:"-"`
	Reason     string     `db:"reopen_reason" json:"-"`
	Late       int        `db:"late" json:"-"`
}

// Holds says that the hours of a date are approved by it.
func (a Approval) Holds(date string) bool {
	return a.ReopenedAt == nil && a.From <= date && date <= a.To
}

// Hours are those of a user in a period.
type Hours struct {
	User, Name string
	Days       []hours.Day
	Approvals  []Approval
	// Version names what Days say.
	Version string
}

// Approved says whether the hours of a date are approved.
func (h Hours) Approved(date string) bool {
	for _, a := range h.Approvals {
		if a.Holds(date) {
			return true
		}
	}
	return false
}

// HoursFilter selects users. A field that is empty has no effect.
type HoursFilter struct{ User, Team string }

type named struct {
	ID   string `db:"id"`
	Name string `db:"name"`
}

// Hours returns the hours of a page of the users whom a viewer may see, by id, after one of them. The error for a user whom the viewer
// may not see is ErrNoUser.
func (s *Store) Hours(ctx context.Context, who auth.Claims, f HoursFilter, p hours.Period, after string, limit int, now time.Time) (all []Hours, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if f.User != "" {
			if err := maySeeUser(ctx, tx, who, f.User, false); err != nil {
				return err
			}
		}
		var users []named
		if err := tx.SelectContext(ctx, &users, usersWithHours, append(visible.Viewer(who), f.User, f.Team, p.Begin, p.End, after, limit)...); err != nil {
			return fmt.Errorf("look for users: %w", err)
		}
		all, err = s.hoursOf(ctx, tx, who.Company, users, p, now)
		return err
	})
	return all, err
}

func (s *Store) hoursOf(ctx context.Context, tx *sqlx.Tx, company string, users []named, p hours.Period, now time.Time) ([]Hours, error) {
	all, ids := make([]Hours, len(users)), make([]string, len(users))
	for i, u := range users {
		ids[i] = u.ID
	}
	weeks, err := s.weeksOf(ctx, tx, company, ids)
	if err != nil {
		return nil, err
	}
	var rows []shiftRow
	if err := tx.SelectContext(ctx, &rows, shiftsOfPeriod, company, pq.Array(ids), p.Begin, p.End); err != nil {
		return nil, fmt.Errorf("read the shifts of a period: %w", err)
	}
	shifts := map[string][]shift.Shift{}
	for _, r := range rows {
		shifts[r.User] = append(shifts[r.User], r.shift().Shift)
	}
	var list []Approval
	if err := tx.SelectContext(ctx, &list, approvalsOfPeriod, company, pq.Array(ids), p.From, p.To, maxApprovals+1); err != nil {
		return nil, fmt.Errorf("read approvals: %w", err)
	}
	if len(list) > maxApprovals { // Without the others, hours would look open.
		return nil, ErrTooManyHours
	}
	approvals := map[string][]Approval{}
	for _, a := range list {
		approvals[a.User] = append(approvals[a.User], a)
	}
	for i, u := range users {
		all[i] = Hours{User: u.ID, Name: u.Name, Days: hours.Sum(p, weeks[u.ID].Week, shifts[u.ID], now), Approvals: approvals[u.ID]}
		all[i].Version = hours.Version(u.ID, all[i].Days)
	}
	return all, nil
}
