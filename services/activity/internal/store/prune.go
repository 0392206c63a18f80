package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	// The log is deleted with its visit. Replicas do not wait for one another.
	deleteOldVisits = `DELETE FROM activity.visit WHERE ctid IN (SELECT v.ctid FROM activity.visit v
    WHERE v.state IN ('completada', 'incompleta', 'cancelada') AND v.changed_at < $1 AND v.last_at < $1 ORDER BY v.changed_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
	deleteOldShifts = `DELETE FROM activity.shift WHERE ctid IN (SELECT s.ctid FROM activity.shift s
    WHERE s.started_at < $1 AND s.ended_at < $1 ORDER BY s.started_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
	deleteOldShiftActions = `DELETE FROM activity.shift_action WHERE ctid IN (SELECT a.ctid FROM activity.shift_action a
    WHERE a.at < $1 ORDER BY a.at LIMIT $2)`
	deleteOldApprovals = `DELETE FROM activity.hours_approval WHERE ctid IN (SELECT a.ctid FROM activity.hours_approval a
    WHERE a.until_at < $1 AND a.approved_at < $1 ORDER BY a.until_at LIMIT $2)`
)

// Prune removes visits, with their logs, that ended and that nothing has changed since an instant, and shifts that ended before it
// with their actions and approvals. Each statement removes at most limit rows. It returns the most that one of them removed: if that is less than
// limit, nothing is left.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (most int64, err error) {
	for _, statement := range []string{deleteOldVisits, deleteOldShifts, deleteOldShiftActions, deleteOldApprovals} {
		err := s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
			result, err := tx.ExecContext(ctx, statement, before, limit)
			if err != nil {
				return err
			}
			n, err := result.RowsAffected()
			most = max(most, n)
			return err
		})
		if err != nil {
			return 0, fmt.Errorf("remove old visits and shifts: %w", err)
		}
	}
	return most, nil
}
