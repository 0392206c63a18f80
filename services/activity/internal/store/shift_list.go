package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/visible"
	"github.com/terreno/terreno/services/activity/internal/shift"
)

var pageOfShifts = `SELECT ` + shiftColumns + `, coalesce((SELECT n.name FROM identity.v_users n WHERE n.id = s.user_id), '') AS user_name
FROM activity.shift s
WHERE s.id_empresa = $1 AND ` + visible.Where("s.user_id", 2) + `
  AND ($5 = '' OR s.user_id = $5)
  AND ($6 = '' OR s.user_id IN (SELECT m.user_id FROM identity.v_team_members m WHERE m.team_id = $6))
  AND ($7::timestamptz IS NULL OR s.started_at > $7::timestamptz - interval '36 hours' AND (s.ended_at IS NULL OR s.ended_at > $7))
  AND ($8::timestamptz IS NULL OR s.started_at < $8)
  AND (NOT $9 OR s.ended_at IS NULL)
  AND ($10::timestamptz IS NULL OR (s.started_at, s.user_id, s.id) < ($10, $11, $12))
  AND (NOT $14 OR s.objected)
ORDER BY s.started_at DESC, s.user_id DESC, s.id DESC LIMIT $13`

const versionOfShifts = `SELECT coalesce((SELECT u.version FROM activity.shift_user u WHERE u.id_empresa = $1 AND u.user_id = $2), 0)`

// ShiftFilter selects shifts. A field that is empty or nil has no effect.
type ShiftFilter struct {
	User, Team string
	// From and Until select the shifts that overlap [From, Until).
	From, Until *time.Time
	Open        bool
	// Objected selects those with an objection that nobody has answered.
	Objected bool
}

// ShiftMark is where the next page of shifts begins: after this one.
type ShiftMark struct {
	Start *time.Time `json:"s"`
	User  string     `json:"u"`
	ID    string     `json:"i"`
}

// Shifts returns a page of the shifts that a viewer may see, the newest first.
func (s *Store) Shifts(ctx context.Context, who auth.Claims, f ShiftFilter, after ShiftMark, limit int) (shifts []Shift, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		shifts, err = listShifts(ctx, tx, who, f, after, limit)
		return err
	})
	return shifts, err
}

func listShifts(ctx context.Context, tx *sqlx.Tx, who auth.Claims, f ShiftFilter, after ShiftMark, limit int) ([]Shift, error) {
	var rows []shiftRow
	args := append(visible.Viewer(who), f.User, f.Team, f.From, f.Until, f.Open, after.Start, after.User, after.ID, limit, f.Objected)
	if err := tx.SelectContext(ctx, &rows, pageOfShifts, args...); err != nil {
		return nil, fmt.Errorf("read shifts: %w", err)
	}
	shifts := []Shift{}
	for _, r := range rows {
		shifts = append(shifts, r.shift())
	}
	return shifts, nil
}

// ShiftLog returns what was done about the shifts of a user in the last 33 days, as it happened, and the version of the user's shifts, or
// ErrNoUser.
func (s *Store) ShiftLog(ctx context.Context, who auth.Claims, user string, now time.Time) (log []shift.Entry, version int64, err error) {
	err = s.db.InTenant(ctx, who.Company, func(tx *sqlx.Tx) error {
		if err := maySeeUser(ctx, tx, who, user, false); err != nil {
			return err
		}
		f := &foldedShifts{user: user, now: now}
		err := f.read(ctx, tx, who.Company, now)
		log = f.log
		if err != nil {
			return err
		}
		return tx.GetContext(ctx, &version, versionOfShifts, who.Company, user)
	})
	return log, version, err
}
