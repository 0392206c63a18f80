package store

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"
)

const (
	deleteDays = `DELETE FROM summary.day WHERE ctid = ANY (ARRAY(SELECT ctid FROM summary.day WHERE until_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`
	// Two weeks more, so that a date that is open begins where the closed one before it ended.
	deleteClosings = `DELETE FROM summary.closing WHERE until_at < $1::timestamptz - interval '14 days'`
)

// Prune removes days that ended before an instant, at most limit, and the dates that no day needs any more.
func (s *Store) Prune(ctx context.Context, before time.Time, limit int) (removed int64, err error) {
	err = s.db.AsWorker(ctx, func(tx *sqlx.Tx) error {
		r, err := tx.ExecContext(ctx, deleteDays, before, limit)
		if err != nil {
			return err
		}
		if removed, err = r.RowsAffected(); err != nil || removed == int64(limit) {
			return err
		}
		_, err = tx.ExecContext(ctx, deleteClosings, before)
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("remove old days: %w", err)
	}
	return removed, nil
}
