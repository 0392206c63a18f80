package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"github.com/terreno/terreno/pkg/auth"
	"github.com/terreno/terreno/pkg/change"
	"github.com/terreno/terreno/services/activity/internal/hours"
	"github.com/terreno/terreno/services/activity/internal/shift"
)

const (
	selectLocks = `SELECT a.from_at, a.until_at, a.approved_at FROM activity.hours_approval a
WHERE a.id_empresa = $1 AND a.user_id = $2 AND a.reopened_at IS NULL AND a.until_at > $3`
	overlapping = `SELECT count(*) FROM activity.hours_approval a
WHERE a.id_empresa = $1 AND a.user_id = $2 AND a.reopened_at IS NULL AND a.from_day <= $4 AND a.to_day >= $3`
	insertApproval = `INSERT INTO activity.hours_approval (id_empresa, id, user_id, from_day, to_day, from_at, until_at, approved_at, approved_by, days)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	reopenApproval = `UPDATE activity.hours_approval SET reopened_at = $4, reopened_by = $5, reopen_reason = $6
WHERE id_empresa = $1 AND id = $2 AND user_id = $3 AND reopened_at IS NULL RETURNING from_at, from_day, to_day, approved_at, approved_by`
	userNamed = `SELECT u.id, u.name FROM identity.v_users u WHERE u.id_empresa = $1 AND u.id = $2`
)

// readLocks returns the approved times of a user that last beyond an instant.
func readLocks(ctx context.Context, tx *sqlx.Tx, company, user string, from time.Time) (locks []shift.Lock, err error) {
	var rows []struct {
		From  time.Time `db:"from_at"`
		Until time.Time `db:"until_at"`
		Since time.Time `db:"approved_at"`
	}
	if err := tx.SelectContext(ctx, &rows, selectLocks, company, user, from); err != nil {
		return nil, fmt.Errorf("read approved hours: %w", err)
	}
	for _, r := range rows {
		locks = append(locks, shift.Lock{From: r.From.UTC(), Until: r.Until.UTC(), Since: r.Since.UTC()})
	}
	return locks, nil
}

// HoursConflictError says that the hours have changed since somebody saw them. Current is what they are now.
type HoursConflictError struct{ Current Hours }

func (e *HoursConflictError) Error() string { return "the hours changed meanwhile" }

// Approve approves the hours of a user in a period: what arrives about it from then on is a note. version names the hours that the
// approver saw: if they are others by now, the error is *HoursConflictError. Other errors are ErrNoUser, ErrOwnHours, ErrPeriodLasts,
// ErrOpenShift and ErrApproved.
func (s *Store) Approve(ctx context.Context, ch *change.Change, who auth.Claims, user string, p hours.Period, version string) (Hours, error) {
	if err := maySeeUser(ctx, ch.Tx, who, user, true); err != nil {
		return Hours{}, err
	}
	if p.End.After(ch.At) {
		return Hours{}, ErrPeriodLasts
	}
	f, err := s.lockShifts(ctx, ch, user, p.Begin.Add(-2*shift.Longest))
	if err != nil {
		return Hours{}, err
	}
	if err := errors.Join(s.closeDue(ctx, ch, f), s.keepShifts(ctx, ch, f)); err != nil {
		return Hours{}, err
	}
	var n int
	if err := ch.Tx.GetContext(ctx, &n, overlapping, ch.Company, user, p.From, p.To); err != nil {
		return Hours{}, fmt.Errorf("look for approved hours: %w", err)
	}
	if n > 0 {
		return Hours{}, ErrApproved
	}
	lock, err := shift.LockOf(f.all, f.log, p.Begin, p.End, ch.At)
	if err != nil {
		return Hours{}, ErrOpenShift
	}
	now, err := s.hoursNow(ctx, ch, user, p)
	if err != nil {
		return Hours{}, err
	}
	if now.Version != version {
		return Hours{}, &HoursConflictError{now}
	}
	days, err := json.Marshal(now.Days)
	if err != nil {
		return Hours{}, fmt.Errorf("encode hours: %w", err)
	}
	id, err := uuid.NewV7()
	if err != nil {
		return Hours{}, err
	}
	if _, err := ch.Tx.ExecContext(ctx, insertApproval, ch.Company, id.String(), user, p.From, p.To, lock.From, lock.Until, lock.Since, ch.By, string(days)); err != nil {
		return Hours{}, fmt.Errorf("approve hours: %w", err)
	}
	approval := Approval{ID: id.String(), User: user, From: p.From, To: p.To, At: lock.Since, By: ch.By}
	now.Approvals = append(now.Approvals, approval)
	worked := 0
	for _, d := range now.Days {
		worked += d.Worked
	}
	return now, ch.Log(change.Logged{What: "hours.approved", Entity: "hours/" + user, After: map[string]any{"id": approval.ID, "from": p.From, "to": p.To, "worked_s": worked}})
}

func (s *Store) hoursNow(ctx context.Context, ch *change.Change, user string, p hours.Period) (Hours, error) {
	var is named
	if err := ch.Tx.GetContext(ctx, &is, userNamed, ch.Company, user); err != nil {
		return Hours{}, fmt.Errorf("read a user: %w", err)
	}
	all, err := s.hoursOf(ctx, ch.Tx, ch.Company, []named{is}, p, ch.At)
	if err != nil {
		return Hours{}, err
	}
	return all[0], nil
}

// Reopen takes an approval of a user's hours back, with a reason. What arrived since counts from then on. The approval stays in the
// list. Errors are ErrNoUser and ErrNoApproval.
func (s *Store) Reopen(ctx context.Context, ch *change.Change, who auth.Claims, user, id, reason string) (Hours, error) {
	if err := maySeeUser(ctx, ch.Tx, who, user, true); err != nil {
		return Hours{}, err
	}
	var was []struct {
		FromAt time.Time `db:"from_at"`
		From   string    `db:"from_day"`
		To     string    `db:"to_day"`
		At     time.Time `db:"approved_at"`
		By     string    `db:"approved_by"`
	}
	if err := ch.Tx.SelectContext(ctx, &was, reopenApproval, ch.Company, id, user, ch.At, ch.By, reason); err != nil {
		return Hours{}, fmt.Errorf("reopen hours: %w", err)
	}
	if len(was) == 0 {
		return Hours{}, ErrNoApproval
	}
	f, err := s.lockShifts(ctx, ch, user, was[0].FromAt.Add(-2*shift.Longest))
	if err != nil {
		return Hours{}, err
	}
	if err := s.keepShifts(ctx, ch, f); err != nil {
		return Hours{}, err
	}
	p, err := hours.Of(was[0].From, was[0].To, s.Zone(ch.Company), 400)
	if err != nil {
		return Hours{}, err
	}
	now, err := s.hoursNow(ctx, ch, user, p)
	if err != nil {
		return Hours{}, err
	}
	return now, ch.Log(change.Logged{
		What: "hours.reopened", Entity: "hours/" + user, Before: map[string]any{"id": id, "from": p.From, "to": p.To, "approved_by": was[0].By, "approved_at": was[0].At.UTC()},
		After: map[string]any{"reason": reason},
	})
}
