package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	// A series goes after the last of its visits.
	deleteOldSeries = `DELETE FROM activity.series WHERE ctid IN (SELECT s.ctid FROM activity.series s
    WHERE s.make_at IS NULL AND s.last_date < $1::timestamptz::date::text AND s.created_at < $1
      AND NOT EXISTS (SELECT 1 FROM activity.visit v WHERE v.id_empresa = s.id_empresa AND v.series_id = s.id AND v.series_id <> '') LIMIT $2 FOR UPDATE SKIP LOCKED)`
	deleteOldShifts = `DELETE FROM activity.shift WHERE ctid IN (SELECT s.ctid FROM activity.shift s
    WHERE s.started_at < $1 AND s.ended_at < $1 ORDER BY s.started_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
	deleteOldShiftActions = `DELETE FROM activity.shift_action WHERE ctid IN (SELECT a.ctid FROM activity.shift_action a
    WHERE a.at < $1 ORDER BY a.at LIMIT $2)`
	deleteOldApprovals = `DELETE FROM activity.hours_approval WHERE ctid IN (SELECT a.ctid FROM activity.hours_approval a
    WHERE a.until_at < $1 AND a.approved_at < $1 ORDER BY a.until_at LIMIT $2)`
	deleteOldHelp = `DELETE FROM activity.help WHERE ctid IN (SELECT h.ctid FROM activity.help h WHERE h.started_at < $1 ORDER BY h.started_at LIMIT $2 FOR UPDATE SKIP LOCKED)`
)

// Prune removes visits, with their logs, that ended and that nothing has changed since an instant, series without any visit left, and shifts
// that ended before it with their actions and approvals, and calls for help. Each statement removes at most limit rows. It returns the most
// that one of them removed: if that is less than limit, nothing is left. files are those of the visits' photos, which nothing names any
// longer.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (most int64, files []PhotoFile, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		most, files, err = pruneVisits(ctx, tx, before, limit)
		return err
	})
	if err != nil {
		return 0, nil, fmt.Errorf("remove old visits: %w", err)
	}
	for _, statement := range []string{deleteOldSeries, deleteOldShifts, deleteOldShiftActions, deleteOldApprovals, deleteOldHelp} {
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
			return most, files, fmt.Errorf("remove old series and shifts: %w", err)
		}
	}
	return most, files, nil
}
